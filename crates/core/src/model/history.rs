//! What was done, as records: passes, what they wrote, and how that ended.
//!
//! Records are for people. Nothing is decided by them: a history that is gone
//! costs its readers, and nobody else.
//!
//! # Invariants
//!
//! - No record holds a secret: a sensitive change has no values. Only a [`DraftRecord`] is what
//!   somebody wrote into a definition, word for word.

use std::sync::Arc;

use jiff::Timestamp;
use std::borrow::Cow;

use super::{Address, FieldChange, Location};
use crate::redact::Redactor;

/// The longest text of a value that a record keeps, in bytes.
pub const LONGEST_VALUE: usize = 4096;

/// Names a pass under way, within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PassKey(pub u64);

/// Who ran the program, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The e-mail address of the user whose token was used.
    pub user: Option<String>,
    /// Who started it: the login of the CI system's user, or of the machine's.
    pub login: Option<String>,
    /// The page of the CI job.
    pub job_url: Option<String>,
}

/// A pass at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
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

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PassOutcome {
    /// There was nothing to do.
    Unchanged,
    /// Everything that was tried succeeded.
    Applied,
    /// There were differences, and all of them were left alone for the time being.
    Held,
    /// Some steps failed.
    Incomplete,
    /// The files were wrong; nothing was written.
    Invalid,
    /// Files or tenant could not be read; nothing was written.
    Failed,
    /// It gave way to newer files.
    Superseded,
    /// It gave way to a shutdown, a pause or the end of a window.
    Interrupted,
}

impl PassOutcome {
    const ALL: [Self; 8] = [
        Self::Unchanged,
        Self::Applied,
        Self::Held,
        Self::Incomplete,
        Self::Invalid,
        Self::Failed,
        Self::Superseded,
        Self::Interrupted,
    ];

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

    /// The outcome that a word is for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether something went wrong.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Incomplete | Self::Invalid | Self::Failed)
    }
}

/// What a pass came to, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassEnd {
    /// When it ended. May lie before its beginning: clocks are set back.
    pub ended_at: Timestamp,
    /// How long it took, in milliseconds, whatever the clock says.
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassRecord {
    /// Its number, which grows from pass to pass and is never used again.
    pub id: i64,
    /// How it began.
    #[serde(flatten)]
    pub start: PassStart,
    /// How it ended; `None` while it runs, and for good if its process was killed.
    #[serde(flatten)]
    pub end: Option<PassEnd>,
    /// How many passes in a row this stands for: those that wrote nothing and
    /// ended alike are one record. It began with the first and ended with the last.
    pub times: u64,
}

/// One field that differed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRecord {
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
    pub source: Option<Location>,
}

impl From<&FieldChange> for ChangeRecord {
    fn from(change: &FieldChange) -> Self {
        let kept = |value: &Option<String>| {
            let shown = value.as_deref().filter(|_| !change.sensitive);
            shown.map(shorten)
        };
        Self {
            path: change.path.clone(),
            before: kept(&change.before),
            after: kept(&change.after),
            sensitive: change.sensitive,
            note: change.note.map(str::to_owned),
            source: None,
        }
    }
}

/// A text that is not too long for a record.
#[must_use]
pub fn shorten(text: &str) -> String {
    if text.len() <= LONGEST_VALUE {
        return text.to_owned();
    }
    let kept = (0..=LONGEST_VALUE).rev().find_map(|end| text.get(..end));
    format!(
        "{}… ({} bytes in all)",
        kept.unwrap_or_default(),
        text.len()
    )
}

/// What a pass began to do to one resource.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteStart {
    /// Which resource.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// What was planned for it, in the words of a plan's JSON.
    pub actions: Vec<String>,
    /// Where it is declared.
    pub source: Option<Location>,
    /// Why, in one line.
    pub reason: String,
    /// It had been in step with the same files before: somebody changed it outside.
    pub drift: bool,
    /// When.
    pub started_at: Timestamp,
    /// What differed.
    pub changes: Vec<ChangeRecord>,
}

/// How a step fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// It was so already: nothing was sent.
    AlreadySo,
    /// It is done.
    Applied,
    /// A step before it did not succeed.
    Skipped,
    /// The run was stopped before its turn.
    NotAttempted,
    /// It was begun, and how it ended is not known: it runs, or the process was killed.
    Unfinished,
    /// It failed.
    Failed,
}

impl StepOutcome {
    const ALL: [Self; 6] = [
        Self::AlreadySo,
        Self::Applied,
        Self::Skipped,
        Self::NotAttempted,
        Self::Unfinished,
        Self::Failed,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlreadySo => "already-so",
            Self::Applied => "applied",
            Self::Skipped => "skipped",
            Self::NotAttempted => "not-attempted",
            Self::Unfinished => "unfinished",
            Self::Failed => "failed",
        }
    }

    /// Whether the tenant is as it was to be.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Applied | Self::AlreadySo)
    }

    /// The outcome that a word is for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// The worst of several; unfinished where there are none.
    #[must_use]
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let rank = |outcome: &Self| Self::ALL.iter().position(|known| known == outcome);
        let worst = outcomes.into_iter().max_by_key(rank);
        worst.unwrap_or(Self::Unfinished)
    }
}

/// One operation of a write.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepRecord {
    /// Its place in the plan.
    #[serde(skip)]
    pub step: u64,
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteRecord {
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
    /// What was begun.
    #[serde(flatten)]
    pub start: WriteStart,
    /// The worst of its operations.
    pub outcome: StepOutcome,
    /// What was sent, in order.
    pub operations: Vec<StepRecord>,
}

impl WriteRecord {
    /// When the last of its operations ended.
    #[must_use]
    pub fn ended_at(&self) -> Timestamp {
        let ends = self.operations.iter().filter_map(|step| step.ended_at);
        ends.max().unwrap_or(self.start.started_at)
    }
}

/// Something to note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryEvent {
    /// A pass that writes began.
    PassBegan(PassKey, Box<PassStart>),
    /// The first operation on a resource is about to be sent.
    WriteBegan(PassKey, Box<WriteStart>),
    /// What a field came to, where that was not known before the write.
    Resolved(PassKey, Address, Resolved),
    /// An operation began or ended: the latest word on it counts.
    Step(PassKey, Address, StepRecord),
    /// A pass that had begun ended.
    PassEnded(PassKey, Box<PassEnd>),
    /// A pass that wrote nothing.
    Quiet(Box<PassStart>, Box<PassEnd>),
    /// A draft that is about to be written over, and that no run of ours published.
    Draft(Box<DraftRecord>),
}

/// A draft as somebody else left it.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftRecord {
    /// Its number, which grows and is never used again; 0 before it is kept.
    pub id: i64,
    /// The environment.
    pub environment: String,
    /// The integration.
    pub address: Address,
    /// When a run of ours wrote over it.
    pub kept_at: Timestamp,
    /// The definition in the server's canonical text.
    pub text: Arc<str>,
}

/// Definitions may hold secrets, so only their length is shown.
impl std::fmt::Debug for DraftRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "draft of {}, {} bytes", self.address, self.text.len())
    }
}

impl HistoryEvent {
    /// Takes known secrets out of the texts that come from elsewhere: what is kept is kept for long.
    pub fn clean(&mut self, redactor: &Redactor) {
        let clean = |text: &mut String| {
            if let Cow::Owned(clean) = redactor.ours(text) {
                *text = clean;
            }
        };
        match self {
            Self::PassBegan(..) => {}
            Self::WriteBegan(_, start) => {
                clean(&mut start.reason);
                for change in &mut start.changes {
                    let sides = [&mut change.before, &mut change.after];
                    sides.into_iter().flatten().for_each(clean);
                }
            }
            Self::Resolved(_, _, resolved) => clean(&mut resolved.after),
            Self::Step(_, _, step) => step.message.iter_mut().for_each(clean),
            Self::PassEnded(_, end) | Self::Quiet(_, end) => end.error.iter_mut().for_each(clean),
            Self::Draft(draft) => {
                if let Cow::Owned(clean) = redactor.ours(&draft.text) {
                    draft.text = clean.into();
                }
            }
        }
    }
}

/// The value of a field that a step before decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Which field.
    pub path: String,
    /// What was written to it.
    pub after: String,
}

/// How the recording itself fares.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryHealth {
    /// Whether there is a history at all.
    pub enabled: bool,
    /// What could not be kept since the process began.
    pub lost: u64,
    /// Why nothing is kept at the moment; `None` where all is well.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests;
