//! One write, complete but for values that earlier steps produce.

use std::sync::Arc;

use super::Action;
use crate::model::{
    Address, ConfigWrite, CustomerId, InstanceId, IntegrationId, VersionId, VersionRecord,
    Visibility,
};

/// The place of a step in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct StepId(pub usize);

/// A value that is known, or that an earlier step produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<T> {
    /// It is known.
    Known(T),
    /// The step with this id produces it.
    Of(StepId),
}

/// The version a step works on.
pub type VersionSource = Output<VersionId>;

/// One write.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its place.
    pub id: StepId,
    /// Which resource it belongs to.
    pub address: Address,
    /// What it is called.
    pub action: Action,
    /// What it does.
    pub operation: Operation,
    /// Steps that must have succeeded before.
    pub after: Vec<StepId>,
}

/// What a step does. Each variant is one operation of the platform.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Creates an integration that has nothing but its name and its labels, the marker among them: from its
    /// first moment on it can be told whose it is. Produces its id.
    CreateIntegration {
        /// Its display name.
        name: String,
        /// Its labels.
        labels: Vec<String>,
    },
    /// Overwrites a draft, or creates an integration. Produces its id.
    ImportIntegration {
        /// The draft; `None` creates, which only generated definitions ask for.
        integration: Option<Output<IntegrationId>>,
        /// The definition as it is sent.
        definition: Arc<str>,
    },
    /// Sets metadata of a draft.
    UpdateIntegration {
        /// The draft.
        integration: Output<IntegrationId>,
        /// Its description.
        description: Option<String>,
        /// All its labels.
        labels: Option<Vec<String>>,
        /// The import whose reply may show that it has these labels: then nothing is sent.
        unless_shown: Option<StepId>,
    },
    /// Makes a version. Produces its id. The digest of the canonical text is
    /// read back first and joins the record.
    PublishIntegration {
        /// The draft.
        integration: Output<IntegrationId>,
        /// What it was made from.
        record: VersionRecord,
    },
    /// Withdraws or restores a version.
    SetAvailability {
        /// The version.
        version: VersionSource,
        /// Whether instances may use it.
        available: bool,
    },
    /// Sets how the marketplace shows a version.
    SetMarketplace {
        /// The version.
        version: VersionSource,
        /// Whether it is listed.
        visibility: Visibility,
        /// The overview.
        overview: String,
        /// Whether a customer may have several instances.
        allow_multiple_instances: bool,
    },
    /// Creates an instance. Produces its id.
    CreateInstance {
        /// Its display name.
        name: String,
        /// Whose it is.
        customer: CustomerId,
        /// In which version.
        version: VersionSource,
        /// What it is for.
        description: Option<String>,
        /// Its labels.
        labels: Vec<String>,
        /// Its first values.
        config: Vec<ConfigWrite>,
    },
    /// Sets metadata of an instance.
    UpdateInstance {
        /// The instance.
        instance: Output<InstanceId>,
        /// Its display name.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// All its labels.
        labels: Option<Vec<String>>,
    },
    /// Writes config variables.
    ConfigureInstance {
        /// The instance.
        instance: Output<InstanceId>,
        /// The values.
        config: Vec<ConfigWrite>,
    },
    /// Chooses another version.
    UpgradeInstance {
        /// The instance.
        instance: Output<InstanceId>,
        /// The version.
        version: VersionSource,
    },
    /// Makes what is configured live.
    DeployInstance {
        /// The instance.
        instance: Output<InstanceId>,
        /// Although validation rules object.
        force: bool,
    },
    /// Switches an instance on or off.
    SwitchInstance {
        /// The instance.
        instance: Output<InstanceId>,
        /// On.
        enabled: bool,
        /// The step whose reply may show that it is so already: then nothing is sent.
        unless_shown: Option<StepId>,
    },
    /// Removes an instance.
    DeleteInstance {
        /// The instance.
        instance: InstanceId,
    },
}

impl Operation {
    /// How many requests it takes when nothing goes wrong.
    #[must_use]
    pub fn requests(&self) -> u64 {
        match self {
            // The canonical text is read back before the version is made.
            Self::PublishIntegration { .. } => 2,
            _ => 1,
        }
    }

    /// What it does in few words. One action of a plan can take several operations:
    /// creating an instance that is to stay off ends with `disable`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::CreateIntegration { .. } | Self::CreateInstance { .. } => "create",
            Self::ImportIntegration { .. } => "import",
            Self::PublishIntegration { .. } => "publish",
            Self::SetAvailability { .. } => "set availability",
            Self::SetMarketplace { .. } => "set marketplace",
            Self::UpdateIntegration { .. } | Self::UpdateInstance { .. } => "set details",
            Self::ConfigureInstance { .. } => "configure",
            Self::UpgradeInstance { .. } => "upgrade",
            Self::DeployInstance { .. } => "deploy",
            Self::SwitchInstance { enabled: true, .. } => "enable",
            Self::SwitchInstance { enabled: false, .. } => "disable",
            Self::DeleteInstance { .. } => "delete",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// It is done.
    Applied,
    /// The reply to an earlier step showed that it was so already: nothing was sent.
    AlreadySo,
    /// It failed.
    Failed {
        /// What the platform said.
        message: String,
        /// Trying again later may help without anybody changing anything.
        transient: bool,
    },
    /// A prerequisite did not succeed.
    Skipped {
        /// Which one, for people.
        because: String,
    },
    /// The run was stopped before its turn.
    NotAttempted,
}

impl StepResult {
    /// Whether the tenant is as the step would have it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Applied | Self::AlreadySo)
    }
}
