//! What the daemon knows, as it shows it: one value on a watch channel.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::error::Class;
use super::resources::ResourceStatus;
use super::totals::Totals;
use crate::model::history::HistoryHealth;
pub use crate::model::history::{PassCounts, PassOutcome};
use crate::model::{Address, Diagnostic, Identity, Pause, Project};
use crate::plan::{Plan, render};
use crate::runtime::clock::Clock;
use crate::runtime::readiness::Facts;
use crate::source::Revision;
use crate::source::git::SourceStatus;

/// What goes on right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Between passes.
    Idle,
    /// A pass is under way.
    Working,
    /// It has ended.
    Stopped,
}

/// Names a reading of the files.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RevisionStatus {
    /// Digest of the content.
    pub id: String,
    /// The git commit, if the folder is a clean checkout.
    pub commit: Option<String>,
}

impl From<&Revision> for RevisionStatus {
    fn from(revision: &Revision) -> Self {
        Self {
            id: revision.id.clone(),
            commit: revision.commit.as_ref().map(|commit| commit.hash.clone()),
        }
    }
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorStatus {
    /// Whose move it is.
    pub class: Class,
    /// What happened, with its causes.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// What is wrong with the files, if that is it.
    pub diagnostics: Arc<[Diagnostic]>,
}

/// The git remote, and when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteStatus {
    /// What is known of it.
    #[serde(flatten)]
    pub about: SourceStatus,
    /// When it last answered and what it has could be read.
    pub last_success_at: Option<Timestamp>,
    /// Since when that has failed; `None` while it does not.
    pub failing_since: Option<Timestamp>,
}

/// The tenant, and as whom it is asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantStatus {
    /// The stack.
    pub url: String,
    /// The organization's name.
    pub organization: String,
    /// The organization's id.
    pub organization_id: String,
    /// The tenant, if the API says.
    pub tenant_id: Option<String>,
    /// The e-mail address of the user whose token is used.
    pub user: String,
}

impl TenantStatus {
    /// The tenant at a URL, as it introduced itself.
    #[must_use]
    pub fn of(url: &str, identity: &Identity) -> Self {
        Self {
            url: url.to_owned(),
            organization: identity.organization.clone(),
            organization_id: identity.organization_id.clone(),
            tenant_id: identity.tenant_id.clone(),
            user: identity.email.clone(),
        }
    }
}

/// One pass.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassStatus {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub result: PassOutcome,
    /// In numbers.
    #[serde(flatten)]
    pub counts: PassCounts,
}

/// What the daemon knows.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The environment.
    pub environment: String,
    /// The tenant that was read last; `None` before that.
    pub tenant: Option<TenantStatus>,
    /// What goes on right now.
    pub phase: Phase,
    /// It is shutting down.
    pub draining: bool,
    /// Why nothing is written for the time being, if somebody paused.
    pub paused: Option<Pause>,
    /// How many passes have ended.
    pub generation: u64,
    /// The files that were read last and found to be right.
    pub revision: Option<RevisionStatus>,
    /// Newer files that were found to be wrong, while `revision` stays in view.
    pub refused_revision: Option<RevisionStatus>,
    /// The files that were last applied as a whole.
    pub applied_revision: Option<RevisionStatus>,
    /// The last pass.
    pub last_pass: Option<PassStatus>,
    /// When a pass last ended with nothing failed.
    pub last_success_at: Option<Timestamp>,
    /// When the next pass is due.
    pub next_pass_at: Option<Timestamp>,
    /// When the tenant was last read.
    pub observed_at: Option<Timestamp>,
    /// When it was last read as a whole: earlier where passes read only what changed.
    pub swept_at: Option<Timestamp>,
    /// What stopped the last pass; `None` if nothing did.
    pub error: Option<ErrorStatus>,
    /// The git remote that files come from; `None` where they come from a folder.
    pub source: Option<RemoteStatus>,
    /// The resources, as last seen.
    pub resources: Arc<[ResourceStatus]>,
    /// How the recording of the history fares.
    pub history: HistoryHealth,
    /// The last plan, without its steps.
    #[serde(skip)]
    pub plan: Option<Arc<Plan>>,
    /// What was changed elsewhere and is left so, by the policy.
    #[serde(skip)]
    pub drifted: Arc<[Address]>,
    /// The project as last found to be right: who is told of what.
    #[serde(skip)]
    pub project: Option<Arc<Project>>,
    /// For metrics.
    #[serde(skip)]
    pub totals: Totals,
    /// The last sign of life.
    #[serde(skip)]
    pub alive_at: Instant,
    /// The content that the last pass read, or the one under way has read.
    #[serde(skip)]
    pub(super) reading: Option<String>,
}

impl Status {
    /// The status of a daemon that has done nothing yet.
    #[must_use]
    pub fn starting(environment: &str, now: Instant) -> Self {
        Self {
            environment: environment.to_owned(),
            tenant: None,
            phase: Phase::Idle,
            draining: false,
            paused: None,
            generation: 0,
            revision: None,
            refused_revision: None,
            applied_revision: None,
            last_pass: None,
            last_success_at: None,
            next_pass_at: None,
            observed_at: None,
            swept_at: None,
            error: None,
            source: None,
            resources: Arc::new([]),
            history: HistoryHealth::default(),
            plan: None,
            drifted: Arc::new([]),
            project: None,
            totals: Totals::default(),
            alive_at: now,
            reading: None,
        }
    }

    /// What judgements of life and readiness rest on.
    #[must_use]
    pub fn facts(&self, clock: &dyn Clock) -> Facts {
        Facts {
            draining: self.draining || self.phase == Phase::Stopped,
            working: self.phase == Phase::Working,
            silence: clock.instant().saturating_duration_since(self.alive_at),
            passed_once: self.generation > 0,
            observation_age: self.observation_age(clock.now()),
        }
    }

    /// How old the last reading of the tenant is.
    #[must_use]
    pub fn observation_age(&self, now: Timestamp) -> Option<Duration> {
        Some(age(self.observed_at?, now))
    }

    /// How old the last reading of the whole tenant is.
    #[must_use]
    pub fn sweep_age(&self, now: Timestamp) -> Option<Duration> {
        Some(age(self.swept_at?, now))
    }

    /// The status as a JSON value, with what depends on the time of asking.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in it serialises.
    pub fn to_json(&self, now: Timestamp) -> serde_json::Result<serde_json::Value> {
        let mut value = serde_json::to_value(self)?;
        let age = self.observation_age(now).map(|age| age.as_secs());
        value["observationAgeSeconds"] = age.into();
        Ok(value)
    }

    /// The last plan as `plan -o json` has it; `None` before the first.
    #[must_use]
    pub fn plan_json(&self) -> Option<serde_json::Value> {
        let plan = self.plan.as_ref()?;
        Some(render::json(plan, None))
    }
}

/// A clock that was set back makes nothing younger than new.
fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}
