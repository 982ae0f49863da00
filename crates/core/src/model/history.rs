//! What was done, as records: passes, what they wrote, and how that ended.
//!
//! Records are for people. No decision depends on them: losing the history affects its readers only.
//!
//! # Invariants
//!
//! - No record holds a secret: a sensitive change has no values. Only a [`DraftRecord`] holds a definition as
//!   a user wrote it, word for word.

use std::sync::Arc;

use jiff::Timestamp;
use std::borrow::Cow;

use prism_gitops_api as api;
pub use prism_gitops_api::history::{
    Actor, PassCounts, PassEnd, PassOutcome, PassRecord, PassStart, StepOutcome,
};
pub use prism_gitops_api::page::HistoryKind;
pub use prism_gitops_api::status::HistoryHealth;

use super::{Address, FieldChange, FieldPath, Location};
use crate::redact::Redactor;

/// The longest text of a value that a record keeps, in bytes.
pub const LONGEST_VALUE: usize = 4096;

/// Names a pass under way, within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PassKey(pub u64);

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteStart {
    /// Which resource.
    pub address: Address,
    /// The display name in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// What was planned for it, in the words of a plan's JSON.
    pub actions: Vec<String>,
    /// Where it is declared.
    pub source: Option<Location>,
    /// Why, in one line.
    pub reason: String,
    /// It had been in step with the same files before: another writer changed it.
    pub drift: bool,
    /// When.
    pub started_at: Timestamp,
    /// What differed.
    pub changes: Vec<FieldChange>,
}

/// One operation of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Its place in the plan.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteRecord {
    /// Its number, which grows from write to write and is never used again.
    pub id: i64,
    /// The number of its pass.
    pub pass: i64,
    /// The environment.
    pub environment: String,
    /// The verb that did it.
    pub command: String,
    /// A readable name of the state of the files.
    pub revision: Option<String>,
    /// The full commit, where the files were exactly that.
    pub commit: Option<String>,
    /// Who ran it.
    pub actor: Actor,
    /// What was begun.
    pub start: WriteStart,
    /// The worst of its operations.
    pub outcome: StepOutcome,
    /// What was sent, in order.
    pub operations: Vec<StepRecord>,
}

/// The commands that carry plans out; every other one is a person's single act. Queries of the store name them, too.
pub const OF_PLANS: [&str; 2] = ["apply", "daemon"];

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

/// A draft as another writer left it.
#[derive(Clone, PartialEq, Eq)]
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
    pub path: FieldPath,
    /// What was written to it.
    pub after: String,
}

impl From<&FieldChange> for api::history::Change {
    fn from(change: &FieldChange) -> Self {
        Self {
            path: change.path.to_string(),
            before: change.before.clone(),
            after: change.after.clone(),
            sensitive: change.sensitive,
            note: change.note.as_deref().map(str::to_owned),
            source: change.source.as_ref().map(Into::into),
        }
    }
}

impl From<&StepRecord> for api::history::Step {
    fn from(step: &StepRecord) -> Self {
        Self {
            operation: step.operation.clone(),
            started_at: step.started_at,
            ended_at: step.ended_at,
            outcome: step.outcome,
            message: step.message.clone(),
        }
    }
}

impl From<&WriteRecord> for api::history::Write {
    fn from(write: &WriteRecord) -> Self {
        let start = &write.start;
        Self {
            id: write.id,
            pass: write.pass,
            environment: write.environment.clone(),
            command: write.command.clone(),
            revision: write.revision.clone(),
            commit: write.commit.clone(),
            actor: write.actor.clone(),
            address: (&start.address).into(),
            display_name: start.display_name.clone(),
            customer: start.customer.clone(),
            actions: start.actions.clone(),
            source: start.source.as_ref().map(Into::into),
            reason: start.reason.clone(),
            drift: start.drift,
            started_at: start.started_at,
            changes: start.changes.iter().map(Into::into).collect(),
            outcome: write.outcome,
            operations: write.operations.iter().map(Into::into).collect(),
        }
    }
}

impl From<&DraftRecord> for api::history::Draft {
    fn from(draft: &DraftRecord) -> Self {
        Self {
            id: draft.id,
            environment: draft.environment.clone(),
            address: (&draft.address).into(),
            kept_at: draft.kept_at,
            text: draft.text.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
