//! What will be done, and what came of it.

mod fleets;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use fleets::{FleetSummary, MemberGroup};

use crate::rollout::Rollout;
use crate::simulation::Simulation;
use crate::{Address, Diagnostic, Disposition, FormatVersion, Health, SyncStatus};

words! {
    /// What a plan was made for.
    #[derive(Default)]
    pub enum PlanMode {
        /// To make the tenant as the files say.
        #[default]
        Changes = "changes",
        /// To put markers on, and nothing else.
        Adoption = "adoption",
        /// To take markers off, and nothing else.
        Release = "release",
        /// To put another project's name into markers, and nothing else.
        Migration = "migration",
    }
}

words! {
    /// What is done to a resource.
    pub enum Action {
        /// An existing object is taken over.
        Adopt = "adopt",
        /// A definition overwrites a draft.
        Import = "import",
        /// Metadata are set.
        Update = "update",
        /// A version is made.
        Publish = "publish",
        /// Marketplace settings or availability are set.
        Marketplace = "marketplace",
        /// It is made.
        Create = "create",
        /// Config variables are written.
        Configure = "configure",
        /// Another version is chosen.
        Upgrade = "upgrade",
        /// What is configured goes live.
        Deploy = "deploy",
        /// It is switched on.
        Enable = "enable",
        /// It is switched off.
        Disable = "disable",
        /// It is removed.
        Delete = "delete",
        /// Our marker is taken off.
        Release = "release",
    }
}

impl Action {
    /// Whether others can notice it: markers concern this program alone.
    #[must_use]
    pub fn is_noticed(self) -> bool {
        !matches!(self, Self::Adopt | Self::Release)
    }
}

/// What is to be done. Sensitive values are never in it.
///
/// The resources are a parameter, so that one that is written need not be in memory as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Plan"))]
pub struct Plan<R = Vec<PlannedResource>> {
    /// The format of the document.
    pub format_version: FormatVersion,
    /// What the plan was made for.
    #[serde(rename = "purpose")]
    pub mode: PlanMode,
    /// The project's name.
    pub project: String,
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// The id of the organization.
    pub organization: String,
    /// The revision of the files.
    pub revision: Option<String>,
    /// When the tenant was read.
    pub observed_at: Timestamp,
    /// The digest of everything that the plan rests on and would do.
    #[cfg_attr(test, schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    pub digest: String,
    /// The digest of the project's policy.
    #[cfg_attr(test, schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    pub policy: String,
    /// Why a part of the tenant could not be read. Not empty: the exit code is 1.
    #[serde(default)]
    pub unread: Vec<String>,
    /// Counts of the plan. Each resource counts once under each action.
    pub summary: Summary,
    /// Who is touched.
    pub impact: Impact,
    /// What it costs.
    pub cost: Cost,
    /// Every declared resource and every orphan, in the order of addresses. Where `members` is there, members of
    /// fleets are not among them, unless a step of theirs failed.
    pub resources: R,
    /// Addresses that changed after the plan was made, and that it leaves alone.
    pub later: Vec<Address>,
    /// What the upgrades take from instances.
    #[serde(default)]
    pub losses: Vec<Loss>,
    /// Its fleets, each as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fleets: Vec<FleetSummary>,
    /// The members of fleets, those of which the same is said together; absent where each is among the resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Vec<MemberGroup>"))]
    pub members: Option<Vec<MemberGroup>>,
    /// Limits of the policy that this plan exceeds.
    pub violations: Vec<GuardViolation>,
    /// Findings about the files that did not stop the plan.
    pub diagnostics: Vec<Diagnostic>,
    /// The rollouts of integrations that have any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollouts: Vec<Rollout>,
    /// What the version that instances come to next would do to them: where that was asked for, and where a rollout
    /// begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub simulations: Vec<Simulation>,
}

/// A plan after it was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Applied<R = Vec<AppliedResource>> {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan<R>,
    /// Why no further step was begun, where a window closed meanwhile.
    pub closed: Option<String>,
}

/// Counts of a plan. Each resource counts once under each action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Existing objects taken over.
    pub adopt: u64,
    /// Objects made.
    pub create: u64,
    /// Objects changed: imports, metadata, settings, values, versions, switching on.
    pub update: u64,
    /// Versions made.
    pub publish: u64,
    /// Deploys.
    pub deploy: u64,
    /// Instances switched off.
    pub disable: u64,
    /// Objects removed.
    pub delete: u64,
    /// Resources that match.
    pub unchanged: u64,
    /// Resources that cannot proceed, or could not be read.
    pub blocked: u64,
    /// Resources that wait for a person.
    pub pending: u64,
    /// Owned objects that nothing declares.
    pub orphaned: u64,
    /// Objects whose marker is taken off.
    pub release: u64,
    /// Resources that something would be done to, and that are left alone because a person put an object on hold.
    #[serde(default, skip_serializing_if = "is_none")]
    pub held: u64,
}

/// Whether a count says nothing, so that documents about tenants without holds stay as they were.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// That a resource is left alone because a person put an object on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// When it ends by itself, by the server's clock; null where its label names no time.
    pub until: Option<Timestamp>,
    /// Why, and who says so; null where this machine does not know.
    pub reason: Option<String>,
    /// The address that is on hold, where it is another one that this waits for.
    pub because: Option<Address>,
}

/// Who is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Impact {
    /// Customers with at least one step.
    pub customers: u64,
    /// Instances with at least one step.
    pub instances: u64,
}

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cost {
    /// Requests that reading took.
    pub reads: u64,
    /// Requests that writing takes.
    pub writes: u64,
    /// Seconds that the writes take at the rate limit.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub seconds: f64,
}

words! {
    /// What is lost of a config variable.
    pub enum LossKind {
        /// Its value: the target version has no such variable.
        Value = "value",
        /// Its consent: a person has to give it anew.
        Consent = "consent",
    }
}

/// What the upgrades of a plan take from instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Loss {
    /// The integration's name.
    pub integration: String,
    /// The config variable.
    pub variable: String,
    /// Whether its value is lost, or a person has to consent anew.
    pub kind: LossKind,
    /// How many instances.
    pub instances: u64,
}

/// A limit of the policy that a plan exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GuardViolation {
    /// Which limit, by its key in the policy.
    pub guard: String,
    /// The numbers, for people.
    pub message: String,
}

impl GuardViolation {
    /// The key of windows: what violates them waits, what violates another limit is refused.
    pub const WINDOWS: &'static str = "windows";

    /// Whether it is that changes may not happen at this time.
    #[must_use]
    pub fn is_window(&self) -> bool {
        self.guard == Self::WINDOWS
    }
}

/// One resource in a plan, with or without anything that is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Resource {
    /// Kind and metadata.name.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// Whether it matches.
    pub status: SyncStatus,
    /// How it is.
    pub health: Health,
    /// Whether it proceeds in a run that begins now, without what only a daemon remembers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Disposition"))]
    pub disposition: Option<Disposition>,
    /// What is done, in order.
    #[cfg_attr(test, schemars(extend("uniqueItems" = true)))]
    pub actions: Vec<Action>,
    /// Why, in one line.
    pub reason: String,
    /// What to do about it, where a person has to.
    pub hint: Option<String>,
    /// Where it is declared; null for an orphan.
    pub source: Option<Line>,
    /// What differs.
    pub changes: Vec<Change>,
    /// Ours, and no manifest declares it any more.
    pub orphan: bool,
    /// Keys of the connections that have no consent yet.
    pub pending: Vec<String>,
    /// What was observed and has to be so still when the plan is applied, besides the live side of the changes.
    #[serde(default)]
    #[serde(rename = "restsOn")]
    pub preconditions: Vec<Precondition>,
    /// The digest of everything that is written; null where nothing is.
    #[cfg_attr(test, schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    pub writes: Option<String>,
    /// It is left alone because a person put an object on hold; absent where that is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Held"))]
    pub held: Option<Held>,
}

/// A resource in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedResource {
    /// What is planned.
    #[serde(flatten)]
    pub planned: Resource,
    /// Only with --authorize-urls: where people consent to what is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Vec<Authorize>"))]
    pub authorize: Option<Vec<Authorize>>,
}

/// A resource after its steps were carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AppliedResource {
    /// What was planned.
    #[serde(flatten)]
    pub planned: Resource,
    /// How it fared; null where nothing was to be done.
    pub result: Option<StepResult>,
    /// Only with --authorize-urls: where people consent to what is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Vec<Authorize>"))]
    pub authorize: Option<Vec<Authorize>>,
}

/// Where a resource is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// The path relative to the project's root, with forward slashes.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    /// Which field, for people.
    pub path: String,
    /// The live value; null where there is none or it is sensitive.
    pub before: Option<String>,
    /// The declared value; null where there is none or it is sensitive.
    pub after: Option<String>,
    /// The values are secret, or may be: they are never here.
    pub sensitive: bool,
    /// What else there is to say, where before and after do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub note: Option<String>,
}

/// Something that was observed, that steps rest on, and that is not among the fields that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Precondition {
    /// What, for people: `object`, `newest version`.
    pub what: String,
    /// A value, or the digest of a long one. Never a secret.
    pub seen: String,
}

impl Precondition {
    /// That this was seen.
    #[must_use]
    pub fn new(what: &str, seen: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            seen: seen.into(),
        }
    }
}

/// Where a person consents to a connection.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Authorize {
    /// The key of the connection.
    pub config_variable: String,
    /// Where a person consents: anyone who opens it can connect an account.
    pub url: Option<String>,
    /// Why there is no link.
    pub problem: Option<String>,
    /// Always: a link is a secret.
    #[cfg_attr(test, schemars(extend("const" = true)))]
    pub sensitive: bool,
}

/// Without the link, which is a secret.
impl std::fmt::Debug for Authorize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.as_ref().map(|_| "[secret]");
        write!(f, "{:?}: {url:?}, {:?}", self.config_variable, self.problem)
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum StepResult {
    /// It is done.
    Applied,
    /// The reply to an earlier step showed that it was so already: nothing was sent.
    AlreadySo,
    /// It failed.
    Failed {
        /// What the platform said.
        message: String,
        /// Trying again later may help without any change.
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
