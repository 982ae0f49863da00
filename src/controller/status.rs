//! What the daemon knows, as it shows it: one value on a watch channel.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::error::Class;
use super::resources::ResourceStatus;
use super::totals::Totals;
use crate::model::Diagnostic;
use crate::model::history::{HistoryHealth, PassCounts, PassOutcome};
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

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PassResult {
    /// There was nothing to do.
    Unchanged,
    /// Everything that was tried succeeded.
    Applied,
    /// There are differences, and all of them are left alone for now.
    Held,
    /// Some steps failed.
    Incomplete,
    /// The files are wrong; nothing was written.
    Invalid,
    /// Files or tenant could not be read; nothing was written.
    Failed,
    /// It gave way to newer files.
    Superseded,
    /// It gave way to a shutdown.
    Interrupted,
}

impl PassResult {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Applied => "applied",
            Self::Held => "held",
            Self::Incomplete => "incomplete",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<PassResult> for PassOutcome {
    fn from(result: PassResult) -> Self {
        match result {
            PassResult::Unchanged => Self::Unchanged,
            PassResult::Applied => Self::Applied,
            PassResult::Held => Self::Held,
            PassResult::Incomplete => Self::Incomplete,
            PassResult::Invalid => Self::Invalid,
            PassResult::Failed => Self::Failed,
            PassResult::Superseded => Self::Superseded,
            PassResult::Interrupted => Self::Interrupted,
        }
    }
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

/// What a pass did, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// Resources that differed.
    pub changes: usize,
    /// Steps that are done.
    pub applied: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Resources that were left alone for now.
    pub held: usize,
    /// Resources that cannot proceed.
    pub blocked: u64,
    /// Resources that wait for a person.
    pub pending: u64,
}

impl From<Counts> for PassCounts {
    fn from(counts: Counts) -> Self {
        let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            changes: number(counts.changes),
            applied: number(counts.applied),
            failed: number(counts.failed),
            held: number(counts.held),
            blocked: counts.blocked,
            pending: counts.pending,
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
    pub result: PassResult,
    /// In numbers.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What the daemon knows.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The environment.
    pub environment: String,
    /// What goes on right now.
    pub phase: Phase,
    /// It is shutting down.
    pub draining: bool,
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
    /// What stopped the last pass; `None` if nothing did.
    pub error: Option<ErrorStatus>,
    /// The git remote that files come from; `None` where they come from a folder.
    pub source: Option<RemoteStatus>,
    /// The resources, as last seen.
    pub resources: Arc<[ResourceStatus]>,
    /// How the recording of the history fares.
    pub history: HistoryHealth,
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
            phase: Phase::Idle,
            draining: false,
            generation: 0,
            revision: None,
            refused_revision: None,
            applied_revision: None,
            last_pass: None,
            last_success_at: None,
            next_pass_at: None,
            observed_at: None,
            error: None,
            source: None,
            resources: Arc::new([]),
            history: HistoryHealth::default(),
            totals: Totals::default(),
            alive_at: now,
            reading: None,
        }
    }

    /// How old the last reading of the tenant is.
    #[must_use]
    pub fn observation_age(&self, now: Timestamp) -> Option<Duration> {
        let age = now.duration_since(self.observed_at?);
        // A clock that was set back makes nothing younger than new.
        Some(Duration::try_from(age).unwrap_or_default())
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
}
