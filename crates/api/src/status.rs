//! What a daemon knows of an environment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::{PassCounts, PassOutcome};
use crate::part::Part;
use crate::resource::ResourceStatus;
use crate::{Class, Diagnostic, Pause, Word};

words! {
    /// What goes on right now.
    pub enum Phase {
        /// Between passes.
        Idle = "idle",
        /// A pass is under way.
        Working = "working",
        /// It has ended.
        Stopped = "stopped",
    }
}

/// What the daemon knows of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Status {
    /// The environment.
    pub environment: String,
    /// The tenant that was read last; null before that.
    pub tenant: Option<TenantStatus>,
    /// What goes on right now.
    pub phase: Word<Phase>,
    /// It is shutting down.
    pub draining: bool,
    /// Why nothing is written for the time being, if paused.
    pub paused: Option<Pause>,
    /// What waits for a person's approval; absent where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "AwaitedApproval"))]
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
    /// When the whole tenant was last read: earlier than observedAt where passes read only what changed.
    pub swept_at: Option<Timestamp>,
    /// What stopped the last pass; null if nothing did.
    pub error: Option<ErrorStatus>,
    /// The git remote that files come from; null where they come from a folder.
    pub source: Option<RemoteStatus>,
    /// The resources, as last seen.
    pub resources: Vec<ResourceStatus>,
    /// How the recording of the history fares.
    pub history: HistoryHealth,
    /// How old the last reading of the tenant is, in seconds.
    pub observation_age_seconds: Option<u64>,
}

/// Changes that new files ask for, and that wait for a person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AwaitedApproval {
    /// The digest of the files.
    pub revision: String,
    /// The git commit, if they are exactly that.
    pub commit: Option<String>,
    /// The digest of exactly these changes; what is approved.
    #[cfg_attr(test, schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    pub digest: String,
    /// How many resources change.
    pub resources: u64,
}

/// The tenant that was read last, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Tenant"))]
pub struct TenantStatus {
    /// Where it is.
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

/// Names a reading of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Revision"))]
pub struct RevisionStatus {
    /// Digest of the content.
    pub id: String,
    /// The git commit, if the folder is a clean checkout.
    pub commit: Option<String>,
}

/// One pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Pass"))]
pub struct PassStatus {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub result: Word<PassOutcome>,
    /// In numbers.
    #[serde(flatten)]
    pub counts: PassCounts,
    /// What it was limited to by a person's wish; absent where it was about everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Part"))]
    pub part: Option<Part>,
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PassError"))]
pub struct ErrorStatus {
    /// Whose move it is.
    pub class: Word<Class>,
    /// What happened, with its causes.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// What is wrong with the files, if that is it.
    pub diagnostics: Vec<Diagnostic>,
}

words! {
    /// The state of a git remote.
    #[derive(Default)]
    pub enum FetchState {
        /// It has not been asked yet.
        #[default]
        Waiting = "waiting",
        /// What passes read is what the remote has.
        Current = "current",
        /// The remote does not answer, or its newest commit cannot be read: passes read an older one.
        Stale = "stale",
        /// There are no files at all.
        Failed = "failed",
    }
}

/// What is known of a remote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceStatus {
    /// Its URL, which holds no credentials.
    pub remote: String,
    /// What of it is followed.
    pub reference: String,
    /// The folder in it that holds the project; empty for all of it.
    pub sub_path: String,
    /// Its state.
    pub state: Word<FetchState>,
    /// The same for people, in one sentence.
    pub message: String,
    /// The branch that was found, where it is one.
    pub branch: Option<String>,
    /// The commit whose files passes read.
    pub commit: Option<String>,
    /// The newest commit that the remote showed; not that of the files where it cannot be read.
    pub head: Option<String>,
    /// What to do, where something is wrong.
    pub hint: Option<String>,
    /// What is worth knowing and blocks nothing.
    pub warnings: Vec<String>,
}

/// The git remote, and when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Source"))]
pub struct RemoteStatus {
    /// What is known of it.
    #[serde(flatten)]
    pub about: SourceStatus,
    /// When it last answered and what it has could be read.
    pub last_success_at: Option<Timestamp>,
    /// Since when that has failed; null while it does not.
    pub failing_since: Option<Timestamp>,
}

/// How the recording of the history fares.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryHealth {
    /// Whether there is a history at all.
    pub enabled: bool,
    /// What could not be kept since the process began.
    pub lost: u64,
    /// Why nothing is kept at the moment; null where all is well.
    pub problem: Option<String>,
}
