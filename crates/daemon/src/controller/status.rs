//! What the daemon knows, as it shows it: one value on a watch channel.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
pub use prism_gitops_api::status::{
    AwaitedApproval, Phase, RemoteStatus, RevisionStatus, TenantStatus,
};
use tokio::time::Instant;

use super::error::Class;
use super::page::Page;
use super::resources::ResourceStatus;
use super::totals::Totals;
use crate::api;
use crate::model::history::HistoryHealth;
pub use crate::model::history::{PassCounts, PassOutcome};
use crate::model::{Address, Diagnostic, Identity, Pause, Project};
use crate::plan::{Names, Part, Plan, render};
use crate::runtime::clock::Clock;
use crate::runtime::readiness::Facts;
use crate::source::Revision;

impl From<&Revision> for RevisionStatus {
    fn from(revision: &Revision) -> Self {
        Self {
            id: revision.id.clone(),
            commit: revision.commit.as_ref().map(|commit| commit.hash.clone()),
        }
    }
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The tenant at a URL, as it introduced itself.
#[must_use]
pub fn tenant(url: &str, identity: &Identity) -> TenantStatus {
    TenantStatus {
        url: url.to_owned(),
        organization: identity.organization.clone(),
        organization_id: identity.organization_id.clone(),
        tenant_id: identity.tenant_id.clone(),
        user: identity.email.clone(),
    }
}

/// One pass.
#[derive(Debug, Clone, PartialEq)]
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
    pub counts: PassCounts,
    /// What it was limited to by a person's wish; `None` where it was about everything.
    pub part: Option<Part>,
}

impl From<&PassStatus> for api::status::PassStatus {
    fn from(pass: &PassStatus) -> Self {
        Self {
            started_at: pass.started_at,
            finished_at: pass.finished_at,
            duration_ms: pass.duration_ms,
            result: pass.result.into(),
            counts: pass.counts,
            part: pass.part.clone(),
        }
    }
}

impl From<&ErrorStatus> for api::status::ErrorStatus {
    fn from(error: &ErrorStatus) -> Self {
        Self {
            class: error.class.into(),
            message: error.message.clone(),
            hint: error.hint.clone(),
            diagnostics: error.diagnostics.iter().map(Into::into).collect(),
        }
    }
}

/// What the daemon knows.
#[derive(Debug, Clone)]
pub struct Status {
    /// The environment.
    pub environment: String,
    /// The tenant that was read last; `None` before that.
    pub tenant: Option<TenantStatus>,
    /// What goes on right now.
    pub phase: Phase,
    /// It is shutting down.
    pub draining: bool,
    /// The pause during which nothing is written, if a user paused.
    pub paused: Option<Pause>,
    /// What waits for a person's approval.
    pub approval: Option<AwaitedApproval>,
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
    /// The same with what else is known of them; `None` before the first pass.
    pub page: Option<Arc<Page>>,
    /// The state of the recording of the history.
    pub history: HistoryHealth,
    /// What a wish for a part may name, as of the last pass about everything; `None` before one.
    pub names: Option<Arc<Names>>,
    /// The last plan, without its steps.
    pub plan: Option<Arc<Plan>>,
    /// What was changed elsewhere and is left so, by the policy.
    pub drifted: Arc<[Address]>,
    /// What was changed elsewhere and the last pass put right: each resource, with before and after.
    pub healed: Arc<[String]>,
    /// The last valid project: its notification targets.
    pub project: Option<Arc<Project>>,
    /// For metrics.
    pub totals: Totals,
    /// The last sign of life.
    pub alive_at: Instant,
    /// The content that the last pass read, or the one under way has read.
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
            approval: None,
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
            page: None,
            history: HistoryHealth::default(),
            names: None,
            plan: None,
            drifted: Arc::new([]),
            healed: Arc::new([]),
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

    /// The reported form, with what depends on the time of the request; the resources are left out where they
    /// were not requested.
    #[must_use]
    pub fn answer(&self, now: Timestamp, resources: bool) -> api::status::Status {
        let resources = self.resources.iter().filter(|_| resources);
        api::status::Status {
            environment: self.environment.clone(),
            tenant: self.tenant.clone(),
            phase: self.phase.into(),
            draining: self.draining,
            paused: self.paused.clone(),
            approval: self.approval.clone(),
            generation: self.generation,
            revision: self.revision.clone(),
            refused_revision: self.refused_revision.clone(),
            applied_revision: self.applied_revision.clone(),
            last_pass: self.last_pass.as_ref().map(Into::into),
            last_success_at: self.last_success_at,
            next_pass_at: self.next_pass_at,
            observed_at: self.observed_at,
            swept_at: self.swept_at,
            error: self.error.as_ref().map(Into::into),
            source: self.source.clone(),
            resources: resources.map(Into::into).collect(),
            history: self.history.clone(),
            observation_age_seconds: self.observation_age(now).map(|age| age.as_secs()),
        }
    }

    /// The last plan as `plan -o json` has it; `None` before the first.
    #[must_use]
    pub fn plan_json(&self) -> Option<serde_json::Value> {
        let plan = self.plan.as_ref()?;
        let resources = self.resources.iter();
        let dispositions = resources
            .map(|it| (it.address.clone(), it.disposition))
            .collect();
        let document = render::document(plan, None).with_dispositions(&dispositions);
        serde_json::to_value(document).ok()
    }
}

/// A clock that was set back makes nothing younger than new.
fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}
