//! Whether a live draft means what git says.
//!
//! Exact where a record of the last publish exists: what was submitted then
//! and what came back then. By the rules of [`crate::definition::compare`]
//! otherwise, which is also how a re-export that changes nothing is seen.

use crate::definition::{self, Change, ChangeKind, Definition};
use crate::model::{Field, FieldChange, Integration, Observed, VersionRecord};

/// How a draft compares.
pub(crate) enum DraftState {
    /// It means what git says.
    Same,
    /// The live definition is the published one, extended by the server: no user edited it, and removing the
    /// additions would not last.
    Grown,
    /// It differs in these fields.
    Differs(Vec<FieldChange>),
    /// It could not be read.
    Unknown(String),
}

/// Compares a declared definition with a live draft.
pub(crate) fn compare(git: &Definition, submitted: &str, live: &Integration) -> DraftState {
    let record = live
        .newest()
        .known()
        .map(|version| version.record.clone())
        .unwrap_or_default();
    if git.is_code_native() || live.code_native {
        return by_record(submitted, &record);
    }
    let text = match &live.definition {
        Observed::Known(text) => text,
        Observed::Unknown(why) => return DraftState::Unknown(why.to_string()),
        Observed::Absent => {
            return DraftState::Differs(vec![FieldChange::shown(
                Field::Definition,
                None::<String>,
                Some("the whole definition"),
            )]);
        }
    };
    if matches_record(submitted, text, &record) {
        return DraftState::Same;
    }
    let unpublished = live.has_unpublished_changes;
    let live = match Definition::parse_canonical(text) {
        Ok(live) => live,
        Err(why) => return DraftState::Unknown(format!("the live definition: {why}")),
    };
    let changes = definition::compare(git, &live);
    if changes.is_empty() {
        return DraftState::Same;
    }
    if has_grown(submitted, &record, unpublished, &changes) {
        return DraftState::Grown;
    }
    DraftState::Differs(changes.into_iter().map(Into::into).collect())
}

/// The definition in git is the last published one, the server reports no edit of the draft since, and all
/// differences are additions on the live side.
fn has_grown(
    submitted: &str,
    record: &VersionRecord,
    unpublished: bool,
    changes: &[Change],
) -> bool {
    record.submitted.as_deref() == Some(submitted)
        && !unpublished
        && changes.iter().all(|it| it.kind == ChangeKind::Removed)
}

fn matches_record(submitted: &str, text: &str, record: &VersionRecord) -> bool {
    record.submitted.as_deref() == Some(submitted)
        && record.canonical.is_some()
        && record.canonical == definition::canonical_digest(text).ok()
}

/// Generated definitions carry a random component key for each build, so only
/// what was submitted can be compared.
fn by_record(submitted: &str, record: &VersionRecord) -> DraftState {
    if record.submitted.as_deref() == Some(submitted) {
        return DraftState::Same;
    }
    DraftState::Differs(vec![FieldChange::shown(
        Field::Definition,
        Some("another build"),
        Some("this build"),
    )])
}
