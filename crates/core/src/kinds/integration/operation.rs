//! What is done to integrations and their versions.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::{IntegrationId, VersionRecord, Visibility};
use crate::plan::operation::Names;
use crate::plan::{Output, StepId, VersionSource};

/// One write to an integration. Each variant is one operation of the platform.
#[derive(Debug, Clone)]
pub enum IntegrationOperation {
    /// Creates an integration that has only its name and its labels, the marker among them: its owner is
    /// known from the first moment on. Produces its id.
    Create {
        /// Its display name.
        name: String,
        /// Its labels.
        labels: Vec<String>,
    },
    /// Overwrites a draft, or creates an integration. Produces its id.
    Import {
        /// The draft; `None` creates, which only generated definitions ask for.
        integration: Option<Output<IntegrationId>>,
        /// The definition as it is sent.
        definition: Arc<str>,
    },
    /// Sets metadata of a draft.
    Update {
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
    Publish {
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
}

impl IntegrationOperation {
    /// Whether it takes a version off the offer.
    #[must_use]
    pub fn is_withdrawal(&self) -> bool {
        match self {
            Self::SetAvailability { available, .. } => !available,
            Self::Create { .. }
            | Self::Import { .. }
            | Self::Update { .. }
            | Self::Publish { .. }
            | Self::SetMarketplace { .. } => false,
        }
    }

    /// Sets all labels, and nothing else.
    #[must_use]
    pub fn labels(integration: Output<IntegrationId>, labels: Vec<String>) -> Self {
        Self::Update {
            integration,
            description: None,
            labels: Some(labels),
            unless_shown: None,
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        match self {
            // The canonical text is read back before the version is made.
            Self::Publish { .. } => 2,
            Self::Create { .. }
            | Self::Import { .. }
            | Self::Update { .. }
            | Self::SetAvailability { .. }
            | Self::SetMarketplace { .. } => 1,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Import { .. } => "import",
            Self::Update { .. } => "set details",
            Self::Publish { .. } => "publish",
            Self::SetAvailability { .. } => "set availability",
            Self::SetMarketplace { .. } => "set marketplace",
        }
    }

    pub(crate) fn all_labels(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Create { labels, .. } => Some(labels),
            Self::Update { labels, .. } => labels.as_mut(),
            Self::Import { .. }
            | Self::Publish { .. }
            | Self::SetAvailability { .. }
            | Self::SetMarketplace { .. } => None,
        }
    }

    /// Updates could share, but come between writes that do not, and never many at once.
    pub(crate) fn can_share(&self) -> bool {
        match self {
            Self::Create { .. }
            | Self::Import { .. }
            | Self::Update { .. }
            | Self::Publish { .. }
            | Self::SetAvailability { .. }
            | Self::SetMarketplace { .. } => false,
        }
    }

    pub(crate) fn inputs(&mut self, visit: &mut dyn FnMut(&mut StepId)) {
        match self {
            Self::Create { .. } => {}
            Self::Import { integration, .. } => {
                if let Some(integration) = integration {
                    integration.input(visit);
                }
            }
            Self::Update {
                integration,
                unless_shown,
                ..
            } => {
                integration.input(visit);
                if let Some(import) = unless_shown {
                    visit(import);
                }
            }
            Self::Publish { integration, .. } => integration.input(visit),
            Self::SetAvailability { version, .. } | Self::SetMarketplace { version, .. } => {
                version.input(visit);
            }
        }
    }

    pub(crate) fn digest(&self, names: &Names<'_>) -> Value {
        match self {
            Self::Create { name, labels } => {
                json!(["createIntegration", name, labels])
            }
            Self::Import {
                integration,
                definition,
            } => {
                let integration = integration.as_ref().map(|it| names.source(it));
                json!(["import", integration, &**definition])
            }
            Self::Update {
                integration,
                description,
                labels,
                unless_shown: _,
            } => {
                json!([
                    "updateIntegration",
                    names.source(integration),
                    description,
                    labels
                ])
            }
            Self::Publish {
                integration,
                record,
            } => {
                json!(["publish", names.source(integration), record.submitted])
            }
            Self::SetAvailability { version, available } => {
                json!(["availability", names.source(version), available])
            }
            Self::SetMarketplace {
                version,
                visibility,
                overview,
                allow_multiple_instances,
            } => {
                let visibility = visibility.to_string();
                json!([
                    "marketplace",
                    names.source(version),
                    visibility,
                    overview,
                    allow_multiple_instances
                ])
            }
        }
    }
}
