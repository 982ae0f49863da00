//! What was done: passes, what they wrote, and how that ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Address, Place};

/// Who ran the program, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Actor {
    /// The e-mail address of the user whose token was used.
    pub user: Option<String>,
    /// Who started it: the login of the CI system's user, or of the machine's.
    pub login: Option<String>,
    /// The page of the CI job.
    pub job_url: Option<String>,
}

/// A pass at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassStart {
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// The organization's id, where the tenant was reached.
    pub organization: Option<String>,
    /// The project's name, where the files could be read.
    pub project: Option<String>,
    /// The verb: `apply`, `daemon`, `deploy` and so on.
    pub command: String,
    /// What woke the daemon up; of a single action, what it was done to.
    pub trigger: Option<String>,
    /// What people call the state of the files: the short commit, or a digest.
    pub revision: Option<String>,
    /// The full commit, where the files are exactly that.
    pub commit: Option<String>,
    /// Digest of the plan that was carried out.
    pub plan: Option<String>,
    /// Who ran it.
    pub actor: Actor,
    /// The version of this program.
    pub version: String,
    /// When it began.
    pub started_at: Timestamp,
}

words! {
    /// How a pass ended.
    pub enum PassOutcome {
        /// There was nothing to do.
        Unchanged = "unchanged",
        /// Everything that was tried succeeded.
        Applied = "applied",
        /// There were differences, and all of them were left alone for the time being.
        Held = "held",
        /// Some steps failed.
        Incomplete = "incomplete",
        /// The files were wrong; nothing was written.
        Invalid = "invalid",
        /// Files or tenant could not be read; nothing was written.
        Failed = "failed",
        /// It gave way to newer files.
        Superseded = "superseded",
        /// It gave way to a shutdown, a pause or the end of a window.
        Interrupted = "interrupted",
    }
}

impl PassOutcome {
    /// Whether something went wrong.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Incomplete | Self::Invalid | Self::Failed)
    }
}

/// What a pass came to, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassCounts {
    /// Resources that differed.
    pub changes: u64,
    /// Steps that are done.
    pub applied: u64,
    /// Steps that failed.
    pub failed: u64,
    /// Resources that were left alone for the time being.
    pub held: u64,
    /// Resources that could not proceed.
    pub blocked: u64,
    /// Resources that waited for a person.
    pub pending: u64,
}

/// A pass at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassEnd {
    /// When it ended. May lie before its beginning: clocks are set back.
    pub ended_at: Timestamp,
    /// How long it took, in milliseconds, by a clock that is never set.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: PassOutcome,
    /// In numbers.
    #[serde(flatten)]
    pub counts: PassCounts,
    /// What went wrong, with its causes.
    pub error: Option<String>,
}

/// A pass as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassRecord {
    /// Its number, which grows from pass to pass and is never used again.
    pub id: i64,
    /// How it began.
    #[serde(flatten)]
    pub start: PassStart,
    /// How it ended; not there while it runs, nor ever if its process was killed.
    #[serde(flatten)]
    pub end: Option<PassEnd>,
    /// How many passes in a row this record covers: those that wrote nothing and ended alike are one record. It
    /// began with the first and ended with the last.
    pub times: u64,
}

words! {
    /// How a step fared. Declared from the best to the worst.
    pub enum StepOutcome {
        /// It was so already: nothing was sent.
        AlreadySo = "already-so",
        /// It is done.
        Applied = "applied",
        /// A step before it did not succeed.
        Skipped = "skipped",
        /// The run was stopped before its turn.
        NotAttempted = "not-attempted",
        /// It was begun, and how it ended is not known: it runs, or the process was killed.
        Unfinished = "unfinished",
        /// It failed.
        Failed = "failed",
    }
}

impl StepOutcome {
    /// Whether the tenant is as it was to be.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Applied | Self::AlreadySo)
    }

    /// The worst of several; unfinished where there are none.
    #[must_use]
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Self {
        outcomes.into_iter().max().unwrap_or(Self::Unfinished)
    }
}

/// One field that differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ChangeRecord"))]
pub struct Change {
    /// Which field, as plans name it.
    pub path: String,
    /// What the tenant had.
    pub before: Option<String>,
    /// What was declared.
    pub after: Option<String>,
    /// The values are secret, or may be: they are never here.
    pub sensitive: bool,
    /// What else the plan said.
    pub note: Option<String>,
    /// Where just this is declared, if it has a place of its own: config variables have.
    pub source: Option<Place>,
}

/// One operation of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// What it does, in few words.
    pub operation: String,
    /// When this was noted first.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub outcome: StepOutcome,
    /// What the platform said, which step did not succeed, or which version was made.
    pub message: Option<String>,
}

/// What a pass did to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Write {
    /// Its number, which grows from write to write and is never used again.
    pub id: i64,
    /// The number of its pass.
    pub pass: i64,
    /// The environment.
    pub environment: String,
    /// The verb that did it.
    pub command: String,
    /// What people call the state of the files.
    pub revision: Option<String>,
    /// The full commit, where the files were exactly that.
    pub commit: Option<String>,
    /// Who ran it.
    pub actor: Actor,
    /// Which resource.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// What was planned for it, in the words of a plan's JSON.
    pub actions: Vec<String>,
    /// Where it is declared.
    pub source: Option<Place>,
    /// Why, in one line.
    pub reason: String,
    /// It had been in step with the same files before: it was changed outside.
    pub drift: bool,
    /// When.
    pub started_at: Timestamp,
    /// What differed.
    pub changes: Vec<Change>,
    /// The worst of its operations.
    pub outcome: StepOutcome,
    /// What was sent, in order.
    pub operations: Vec<Step>,
}

/// A pass with what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "RecordedPass"))]
pub struct Pass {
    /// The pass.
    #[serde(flatten)]
    pub record: PassRecord,
    /// What it wrote, as far as that was asked for.
    pub writes: Vec<Write>,
}

/// A page of passes, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History {
    /// The passes.
    pub passes: Vec<Pass>,
    /// What to go on before; null where this is the last page.
    pub next: Option<i64>,
}

/// A draft as others left it, before a run of ours overwrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Draft {
    /// Its number, which grows and is never used again.
    pub id: i64,
    /// The environment.
    pub environment: String,
    /// The integration.
    pub address: Address,
    /// When a run of ours wrote over it.
    pub kept_at: Timestamp,
    /// The definition in the server's canonical text.
    pub text: String,
}

/// What `history show-draft` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShownDraft {
    /// The draft.
    pub draft: Draft,
}
