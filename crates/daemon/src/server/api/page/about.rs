//! What answers have in common: how old they are, texts of a bounded length, and what may be asked for.

use super::View;
use crate::api::page::{Act, ActName, AsOf, Part, Sentence, SourceAbout, Value};

/// The longest text of a value, in bytes.
const LONGEST: usize = 2000;

/// How old an answer is.
pub(super) fn as_of(view: &View<'_>) -> AsOf {
    let status = view.status;
    let revision = status.revision.as_ref().and_then(|it| it.commit.clone());
    AsOf {
        now: view.now,
        environment: status.environment.clone(),
        generation: status.generation,
        observed_at: status.observed_at,
        swept_at: status.swept_at,
        stale_after: view.stale_after,
        phase: status.phase,
        paused: status.paused.clone(),
        next_pass_at: status.next_pass_at,
        source: status.source.as_ref().map(|source| SourceAbout {
            state: source.about.state.known().unwrap_or_default(),
            commit: source.about.commit.clone().or(revision),
            head: source.about.head.clone(),
            since: source.failing_since,
            message: source.about.message.clone(),
        }),
    }
}

/// A text that is not too long.
pub(super) fn brief(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
    format!(
        "{}… ({} bytes in all)",
        &text[..end.unwrap_or_default()],
        text.len()
    )
}

/// A value that a record may hold.
pub(super) fn value(text: Option<&str>, sensitive: bool) -> Value {
    match (text, sensitive) {
        (_, true) => Value::Secret {
            secret: true,
            changed: true,
        },
        (None, false) => Value::Absent { absent: true },
        (Some(text), false) => {
            let lines = text.lines().count() as u64;
            Value::Known {
                known: brief(text),
                lines: (lines > 1).then_some(lines),
            }
        }
    }
}

/// The words of a path, as the designer has them.
pub(super) fn path(text: &str) -> Vec<String> {
    text.split(" › ").map(str::to_owned).collect()
}

pub(super) fn words(text: impl Into<String>) -> Sentence {
    vec![Part::text(text)]
}

/// Something that may be asked for now.
pub(super) fn act(view: &View<'_>, name: ActName, says: Sentence) -> Act {
    if !view.may_write {
        return not_now(name, "sign in with the token of the daemon first");
    }
    Act {
        name,
        allowed: true,
        why: None,
        says,
    }
}

/// Something that cannot be asked for now, and why.
pub(super) fn not_now(name: ActName, why: impl Into<String>) -> Act {
    Act {
        name,
        allowed: false,
        why: Some(why.into()),
        says: Vec::new(),
    }
}

/// A pass now.
pub(super) fn sync(view: &View<'_>) -> Act {
    let mut says = words("Makes the pass now that is due ");
    says.push(match view.status.next_pass_at {
        Some(at) => Part::At { at },
        None => Part::text("later"),
    });
    says.push(Part::text(". It does no more than that one would."));
    act(view, ActName::Sync, says)
}
