//! What will be done, in which order, and what will not, and why.
//!
//! Pure. A [`Plan`] is immutable and leaves no choice to its execution: every
//! step names its operation in full, its prerequisites, and where its inputs
//! come from. What cannot be done is in the plan too, with its reason.

mod adopt;
mod build;
mod customer;
mod dedupe;
mod digest;
mod exclude;
mod guards;
mod instance;
mod integration;
mod losses;
mod migrate;
mod operation;
mod orphan;
mod release;
mod rename;
mod review;
mod step;
mod summary;
mod unread;

pub mod render;

#[cfg(any(test, feature = "testing"))]
#[allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    reason = "for tests only, of this crate and of those above it"
)]
pub mod testing;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;

pub use adopt::adoptions;
pub use build::build;
pub use dedupe::{Deduped, Fate, Twin, Twins, dedupe};
pub use exclude::{Excluded, exclude};
pub use guards::GuardViolation;
pub use migrate::{MigrateError, migrate};
pub use operation::{CustomerOperation, InstanceOperation, IntegrationOperation, Operation};
pub use release::{ReleaseError, marked, release};
pub use review::{FORMAT_VERSION, Moved, Precondition, Reviewed, Unfit, is_part, recheck};
pub use step::{Output, Step, StepId, StepResult, VersionSource};

use crate::model::{
    Address, AwaitedConsents, Diagnostic, FieldChange, Health, Location, Policy, SyncStatus,
    VersionRecord,
};

/// What a plan needs to know beyond the differences.
#[derive(Debug, Clone)]
pub struct Context {
    /// The project's name.
    pub project: String,
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// The id of the organization that was read.
    pub organization: String,
    /// The revision of the files.
    pub revision: Option<String>,
    /// When the tenant was read.
    pub observed_at: Timestamp,
    /// Commit, repository and pull request, for the records of published versions.
    pub provenance: VersionRecord,
    /// How many read requests the comparison took.
    pub reads: u64,
    /// The project's rules.
    pub policy: Policy,
    /// Deleting is allowed where the policy asks for it.
    pub allow_delete: bool,
    /// Why the policy's windows hold changes back at the moment.
    pub closed: Option<String>,
    /// The addresses that the plan may do something to, as text; `None` for all of them.
    pub only: Option<BTreeSet<String>>,
}

/// What a plan was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// To make the tenant as the files say.
    #[default]
    Changes,
    /// To put markers on, and nothing else.
    Adoption,
    /// To take markers off, and nothing else.
    Release,
    /// To put another project's name into markers, and nothing else.
    Migration,
}

impl Purpose {
    /// The word of the JSON format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Adoption => "adoption",
            Self::Release => "release",
            Self::Migration => "migration",
        }
    }
}

/// What is done to a resource, in the words of the JSON format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// An existing object is taken over.
    Adopt,
    /// A definition overwrites a draft.
    Import,
    /// Metadata are set.
    Update,
    /// A version is made.
    Publish,
    /// Marketplace settings or availability are set.
    Marketplace,
    /// It is made.
    Create,
    /// Config variables are written.
    Configure,
    /// Another version is chosen.
    Upgrade,
    /// What is configured goes live.
    Deploy,
    /// It is switched on.
    Enable,
    /// It is switched off.
    Disable,
    /// It is removed.
    Delete,
    /// Our marker is taken off.
    Release,
}

impl Action {
    /// The word of the JSON format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adopt => "adopt",
            Self::Import => "import",
            Self::Update => "update",
            Self::Publish => "publish",
            Self::Marketplace => "marketplace",
            Self::Create => "create",
            Self::Configure => "configure",
            Self::Upgrade => "upgrade",
            Self::Deploy => "deploy",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::Release => "release",
        }
    }

    /// Whether anybody but us can notice: markers are nobody else's business.
    #[must_use]
    pub fn is_noticed(self) -> bool {
        !matches!(self, Self::Adopt | Self::Release)
    }
}

/// One resource in a plan, whether or not anything is done to it.
#[derive(Debug, Clone)]
pub struct PlannedResource {
    /// What git calls it.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// Where it is declared; `None` for an orphan.
    pub source: Option<Location>,
    /// Whether it matches.
    pub sync: SyncStatus,
    /// How it is.
    pub health: Health,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// Why, in one line.
    pub reason: String,
    /// What to do about it, where somebody has to.
    pub hint: Option<String>,
    /// What differs.
    pub changes: Vec<FieldChange>,
    /// An owned object that nothing declares any more.
    pub orphan: bool,
    /// Connections that wait for a person, for instances that have any.
    pub awaits: Option<AwaitedConsents>,
    /// What the steps rest on, besides the live side of what differs.
    pub rests_on: Vec<Precondition>,
    /// The digest of everything that the steps write; `None` where there are none.
    pub writes: Option<String>,
    /// Which limit it counts towards.
    pub guarded: Guarded,
}

/// Which limit the steps of a resource count towards, besides those on what is made, switched off and removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guarded {
    /// That on updates.
    #[default]
    Update,
    /// That on moves to another version: nothing else is done to it.
    Move,
    /// None: a run of ours made it, and this brings it into service for the first time.
    Finishing,
}

/// What the upgrades of a plan take from instances.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Loss {
    /// The integration's name.
    pub integration: String,
    /// The config variable.
    pub variable: String,
    /// What becomes of it.
    pub kind: LossKind,
    /// How many instances.
    pub instances: u64,
}

/// What is lost of a config variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LossKind {
    /// Its value: the target version has no such variable.
    Value,
    /// Its consent: a person has to give it anew.
    Consent,
}

/// Counts of a plan. Each resource counts once under each action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
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
}

/// Who is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Impact {
    /// Customers with at least one step.
    pub customers: u64,
    /// Instances with at least one step.
    pub instances: u64,
}

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Cost {
    /// Requests that reading took.
    pub reads: u64,
    /// Requests that writing takes.
    pub writes: u64,
    /// Seconds that the writes take at the rate limit.
    pub seconds: f64,
}

/// An immutable plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it was made for.
    pub purpose: Purpose,
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The id of the organization.
    pub organization: String,
    /// The digest of the project's policy.
    pub policy: String,
    /// The revision of the files.
    pub revision: Option<String>,
    /// When the tenant was read.
    pub observed_at: Timestamp,
    /// Every declared resource and every orphan, in the order of addresses; without those
    /// that the plan may not touch although something is to be done to them.
    pub resources: Vec<PlannedResource>,
    /// What to do, prerequisites before their dependents.
    pub steps: Vec<Step>,
    /// Why a part of the tenant could not be read, each reason once; empty where all was read.
    pub unread: Vec<String>,
    /// Counts.
    pub summary: Summary,
    /// Who is touched.
    pub impact: Impact,
    /// What it costs.
    pub cost: Cost,
    /// Findings about the files that did not stop the plan.
    pub diagnostics: Vec<Diagnostic>,
    /// What the upgrades take from instances.
    pub losses: Vec<Loss>,
    /// Limits of the policy that this plan exceeds.
    pub violations: Vec<GuardViolation>,
    /// What the plan may not touch although something is to be done to it.
    pub later: Vec<Address>,
    /// Digest over everything that the plan rests on and would do. Equal plans have equal digests.
    pub digest: String,
}

impl Plan {
    /// Whether anything would be done that somebody else can notice.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.resources
            .iter()
            .any(|r| r.actions.iter().any(|a| a.is_noticed()))
    }

    /// Whether anything at all would be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether a part of the tenant could not be read: what this plan says is not the whole truth then.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Whether something is left that this plan cannot do.
    #[must_use]
    pub fn has_leftovers(&self) -> bool {
        self.summary.blocked > 0 || self.summary.pending > 0
    }
}
