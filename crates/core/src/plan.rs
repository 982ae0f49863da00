//! What will be done, in which order, and what will not, and why.
//!
//! Pure. A [`Plan`] is immutable and leaves no choice to its execution: every
//! step names its operation in full, its prerequisites, and where its inputs
//! come from. What cannot be done is in the plan too, with its reason.

// A kind, an operation or a verdict that is added does not compile before each match has answered for it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

mod adopt;
pub(crate) mod build;
mod dedupe;
pub(crate) mod digest;
mod exclude;
mod guards;
mod held;
mod leave;
mod migrate;
pub(crate) mod operation;
mod orphan;
mod part;
mod release;
mod rename;
mod review;
mod rollout;
mod simulation;
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
pub(crate) use build::Plannable;
pub use build::build;
pub use dedupe::{Deduped, Fate, Twin, Twins, dedupe};
pub use exclude::{Excluded, exclude, waiting_with};
pub use held::{HoldNote, OnHold};
pub use migrate::{MigrateError, migrate};
pub use operation::{
    Binding, ConnectionOperation, CustomerOperation, InstanceOperation, IntegrationOperation,
    Operation,
};
pub use part::{Names, Part};
pub use prism_gitops_api::FORMAT_VERSION;
pub use prism_gitops_api::plan::{
    Action, Cost, FleetSummary, GuardViolation, Impact, Loss, LossKind, PlanMode, Precondition,
    StepResult, Summary,
};
pub use release::{ReleaseError, marked, release};
pub use review::{Moved, Reviewed, Unfit, is_part, recheck};
pub use rollout::{PlannedRollout, ReportedTurn, RolloutTurn};
pub use step::{Output, Step, StepId, VersionSource};

use crate::diff::Simulation;
use crate::model::{
    Address, AwaitedConsents, Diagnostic, FieldChange, Health, Location, Policy, SyncStatus,
    VersionRecord,
};

/// The inputs of a plan besides the differences.
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
    /// The server's time, by which holds end; where it is not known, they last.
    pub server_now: Option<Timestamp>,
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
    /// What of the project it is limited to.
    pub part: Part,
}

/// One resource in a plan, whether or not anything is done to it.
#[derive(Debug, Clone)]
pub struct PlannedResource {
    /// The address in git.
    pub address: Address,
    /// The display name in Prismatic.
    pub display_name: String,
    /// The customer, for instances.
    pub customer: Option<String>,
    /// Where it is declared; `None` for an orphan.
    pub source: Option<Location>,
    /// Whether it matches its declaration.
    pub sync: SyncStatus,
    /// Its health.
    pub health: Health,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// Why, in one line.
    pub reason: String,
    /// What the user has to do about it, if anything.
    pub hint: Option<String>,
    /// What differs.
    pub changes: Vec<FieldChange>,
    /// An owned object that is no longer declared.
    pub orphan: bool,
    /// Connections that wait for a person, for instances that have any.
    pub pending_consents: Option<AwaitedConsents>,
    /// What the steps rest on, besides the live side of what differs.
    pub preconditions: Vec<Precondition>,
    /// The digest of everything that the steps write; `None` where there are none.
    pub writes: Option<String>,
    /// Which limit it counts towards.
    pub guarded: Guarded,
    /// It is left alone because a person put an object on hold.
    pub on_hold: Option<OnHold>,
}

/// Which limit the steps of a resource count towards, besides those on creates, disables and deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guarded {
    /// The limit on updates.
    #[default]
    Update,
    /// The limit on moves to another version: no other change is made to it.
    Move,
    /// None: a run of ours created it, and this deploys or enables it for the first time.
    Finishing,
}

/// An immutable plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it was made for.
    pub mode: PlanMode,
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
    /// The affected customers and instances.
    pub impact: Impact,
    /// What it costs.
    pub cost: Cost,
    /// Findings about the files that did not stop the plan.
    pub diagnostics: Vec<Diagnostic>,
    /// What the upgrades take from instances.
    pub losses: Vec<Loss>,
    /// Its fleets, each as a whole.
    pub fleets: Vec<FleetSummary>,
    /// Limits of the policy that this plan exceeds.
    pub violations: Vec<GuardViolation>,
    /// What the plan may not touch although something is to be done to it.
    pub later: Vec<Address>,
    /// The rollouts of integrations that have any; what they admit and hold is in the resources.
    pub rollouts: Vec<PlannedRollout>,
    /// What the version that instances come to next would do to them, where that was asked or a rollout begins.
    pub simulations: Vec<Simulation>,
    /// Digest over everything that the plan rests on and would do. Equal plans have equal digests.
    pub digest: String,
}

impl Plan {
    /// Whether the plan has an effect that others can observe.
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

    /// Whether a part of the tenant could not be read: then this plan is incomplete.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Whether something is left that this plan cannot do.
    #[must_use]
    pub fn has_leftovers(&self) -> bool {
        self.summary.blocked > 0
            || self.summary.pending > 0
            || self.summary.held > 0
            || self.rollouts.iter().any(PlannedRollout::is_to_come)
    }
}
