//! Whether a field was written, according to the operations of a write.
//!
//! Pure. A write with one failed operation has done the rest all the same.

use crate::model::history::{StepOutcome, WriteRecord};
use crate::model::{Field, FieldPath};

/// The outcome of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was made.
    Done,
    /// It may have been made.
    Unknown,
    /// It was not begun.
    Open,
}

/// The outcome of the change of a field.
pub(super) fn fate(write: &WriteRecord, path: &FieldPath) -> Fate {
    if write.outcome.is_done() {
        return Fate::Done;
    }
    let carriers = carriers(path.field());
    let mut sent = write
        .operations
        .iter()
        .filter(|step| carriers.contains(&step.operation.as_str()))
        .map(|step| step.outcome)
        .filter(|it| !matches!(it, StepOutcome::Skipped | StepOutcome::NotAttempted))
        .peekable();
    if sent.peek().is_none() {
        return Fate::Open;
    }
    match sent.all(StepOutcome::is_done) {
        true => Fate::Done,
        false => Fate::Unknown,
    }
}

/// The operations that carry a field, in the words of a plan.
fn carriers(field: Field) -> &'static [&'static str] {
    match field {
        Field::Version => &["upgrade", "create"],
        Field::State => &["enable", "disable"],
        Field::Config | Field::Consent => &["configure", "create"],
        Field::Input | Field::Value => &[
            "configure",
            "create",
            "set inputs",
            "set details and inputs",
            "create a customer's value",
            "set a customer's inputs",
        ],
        Field::Flow => &["set flows"],
        Field::Definition => &["import"],
        Field::PublishedVersion => &["publish"],
        Field::Availability => &["set availability"],
        Field::Marketplace => &["set marketplace"],
        Field::ExternalId
        | Field::Name
        | Field::Description
        | Field::Labels
        | Field::ConcurrentExecutionLimit
        | Field::GlobalDebug
        | Field::Marker
        | Field::Other => &["set details", "set details and inputs", "create", "import"],
    }
}
