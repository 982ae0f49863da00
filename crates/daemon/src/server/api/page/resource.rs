//! One resource: what is the matter, its values on three sides, and what may be asked for.

use std::collections::BTreeMap;

use super::View;
use super::about::{act, as_of, brief, not_now, path, sync, value, words};
use super::timeline;
use crate::api::Disposition;
use crate::api::page::{
    Act, ActName, Definition, DefinitionGroup, Part, ResourcePage, Row, Sentence, Side, SourceLine,
    State, Value, ValueChange, ValueOp, ValueRow, Values, Why,
};
use crate::controller::page::Detail;
use crate::model::history::WriteRecord;
use crate::model::{Field, FieldChange};

/// How many changes of one part of a definition are shown.
const CHANGES: usize = 20;

/// Everything that is known of a resource; `writes` are the last ones to it, the newest first.
pub(super) fn answer(
    view: &View<'_>,
    address: &str,
    writes: &[WriteRecord],
) -> Option<ResourcePage> {
    let row = view.page().row(address)?;
    let nothing = Detail::default();
    let detail = view.page().details.get(address).unwrap_or(&nothing);
    let (definition, values): (Vec<_>, Vec<_>) = detail
        .changes
        .iter()
        .partition(|it| it.path.field() == Field::Definition);
    let commit = view
        .status
        .revision
        .as_ref()
        .and_then(|it| it.commit.clone());
    Some(ResourcePage {
        as_of: as_of(view),
        row: row.clone(),
        source: detail.source.as_ref().map(|it| SourceLine {
            file: it.file.to_string(),
            line: it.line,
            commit,
        }),
        why: why(row),
        values: Values {
            total: values.len() as u64,
            rows: values
                .into_iter()
                .map(|it| value_row(it, row, writes))
                .collect(),
        },
        definition: (!definition.is_empty()).then(|| definition_of(&definition)),
        connections: detail.connections.clone(),
        history: writes.iter().map(timeline::write).collect(),
        links: Vec::new(),
        acts: acts(view, row, detail),
    })
}

fn why(row: &Row) -> Why {
    let since = match row.since {
        Some(at) => vec![Part::At { at }],
        None => words("The daemon has not seen it otherwise since it began"),
    };
    Why {
        what: words(brief(&row.reason)),
        since,
        next: next(row),
        can: row.hint.iter().map(|hint| words(brief(hint))).collect(),
    }
}

fn next(row: &Row) -> Sentence {
    let mut next = words(match row.state {
        State::InStep | State::Off => "Nothing is to be done",
        State::Changing => "The next pass goes on with it",
        State::Held => match row.disposition {
            Disposition::OnHold => "Nothing is written to it until the hold ends",
            Disposition::Window => "Nothing is written until the window opens",
            Disposition::Wave => "It keeps its version until its wave opens",
            Disposition::Paused => "Nothing is written while the environment is paused",
            Disposition::Approval => "It waits for the approval of the plan",
            Disposition::Guarded => "The plan is beyond a limit of the policy",
            Disposition::Behind => "It waits for another resource",
            Disposition::Flapping => "It is left alone until it has been quiet for a while",
            Disposition::Vanished => "It is left alone until a second reading of the files agrees",
            Disposition::Invalid => "Nothing is written while files are wrong",
            Disposition::None
            | Disposition::Proceeds
            | Disposition::Waits
            | Disposition::Reported
            | Disposition::Failed => "It is left alone for now",
        },
        State::Drifted => "It is only reported: the policy leaves it as it is",
        State::Error => "It is tried again",
        State::Failing | State::Unknown => "It is looked at again with the next pass",
        State::Blocked | State::Pending => "Nothing goes on before that is settled",
    });
    if let Some(at) = row.retry_at {
        next.push(Part::text(", "));
        next.push(Part::At { at });
    }
    next
}

/// A field on its three sides. What was applied is what the last write of a run of ours here left.
fn value_row(change: &FieldChange, row: &Row, writes: &[WriteRecord]) -> ValueRow {
    let found = writes
        .iter()
        .filter(|it| it.outcome.is_done())
        .find_map(|write| {
            let mut changes = write.start.changes.iter();
            let own = changes.find(|it| it.path.as_str() == change.path.as_str())?;
            Some((write.pass, own))
        });
    let applied = match found {
        Some((_, own)) => value(own.after.as_deref(), own.sensitive || change.sensitive),
        None => Value::Unknown {
            unknown: "no write of it is in the history of this machine".to_owned(),
        },
    };
    let next = match row.disposition {
        Disposition::Proceeds => "written with the next pass",
        Disposition::Reported => "only reported",
        Disposition::None
        | Disposition::Waits
        | Disposition::Behind
        | Disposition::Failed
        | Disposition::Flapping
        | Disposition::Paused
        | Disposition::Guarded
        | Disposition::Approval
        | Disposition::OnHold
        | Disposition::Window
        | Disposition::Wave
        | Disposition::Vanished
        | Disposition::Invalid => "left alone for now",
    };
    ValueRow {
        path: path(change.path.as_str()),
        declared: value(change.after.as_deref(), change.sensitive),
        live: value(change.before.as_deref(), change.sensitive),
        side: side(change, found.map(|(_, own)| own), row),
        applied,
        pass: found.map(|(pass, _)| pass),
        next: words(next),
    }
}

/// Who made it differ, by what was applied last; by the engine's own word where that is not known.
fn side(change: &FieldChange, applied: Option<&FieldChange>, row: &Row) -> Option<Side> {
    let reported = (row.disposition == Disposition::Reported).then_some(Side::Outside);
    let Some(applied) = applied.filter(|it| !it.sensitive && !change.sensitive) else {
        return reported;
    };
    Some(
        match (
            applied.after == change.before,
            applied.after == change.after,
        ) {
            (true, true) => Side::Same,
            (true, false) => Side::Git,
            (false, true) => Side::Outside,
            (false, false) => Side::Both,
        },
    )
}

fn definition_of(changes: &[&FieldChange]) -> Definition {
    let mut groups: BTreeMap<String, Vec<&FieldChange>> = BTreeMap::new();
    for change in changes {
        let text = change.path.as_str();
        let text = text.strip_prefix("definition ").unwrap_or(text);
        let (head, _) = text.split_once(" › ").unwrap_or((text, ""));
        groups.entry(head.to_owned()).or_default().push(change);
    }
    let groups = groups.into_iter().map(|(path, all)| DefinitionGroup {
        path,
        count: all.len() as u64,
        changes: all.into_iter().take(CHANGES).map(value_change).collect(),
    });
    Definition {
        from: "live".to_owned(),
        to: "declared".to_owned(),
        text: words(crate::model::counted(changes.len() as u64, "difference")),
        groups: groups.collect(),
    }
}

/// A difference by itself.
pub(super) fn value_change(change: &FieldChange) -> ValueChange {
    let side = |text: Option<&str>| value(text, change.sensitive);
    let op = match (&change.before, &change.after, change.sensitive) {
        (_, _, true) | (Some(_), Some(_), false) | (None, None, false) => ValueOp::Change,
        (None, Some(_), false) => ValueOp::Add,
        (Some(_), None, false) => ValueOp::Remove,
    };
    ValueChange {
        path: path(change.path.as_str()),
        op,
        before: Some(side(change.before.as_deref())),
        after: Some(side(change.after.as_deref())),
    }
}

fn acts(view: &View<'_>, row: &Row, detail: &Detail) -> Vec<Act> {
    let hold = match (&row.hold, &detail.id) {
        (Some(_), _) => act(
            view,
            ActName::Release,
            words("Its next pass writes to it again, as to any other."),
        ),
        (None, Some(_)) => act(
            view,
            ActName::Hold,
            words("Until the hold ends nothing is written to it: no upgrade, and no healing."),
        ),
        (None, None) => not_now(ActName::Hold, "no pass has read it in Prismatic yet"),
    };
    vec![hold, sync(view)]
}
