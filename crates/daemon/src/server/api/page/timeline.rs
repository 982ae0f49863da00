//! What happened, the newest first: passes and what they wrote.

use super::View;
use super::about::{as_of, brief, path, value, words};
use super::query::{Query, Wrong, pieces};
use crate::api::Words as _;
use crate::api::page::{HistoryKind, HistoryRow, Link, Part, RecordedChange, Timeline, Who};
use crate::model::counted;
use crate::model::history::{Actor, OF_PLANS, PassRecord, WriteRecord};
use crate::store::history::HistoryQuery;

/// How many passes a page is made of.
const PASSES: usize = 50;
/// How many writes of a pass are shown.
pub(super) const WRITES: usize = 20;
/// How many changes of a write are shown.
const CHANGES: usize = 3;
/// How many numbers of rows a pass has: more than rows of it are ever shown.
const EACH: i64 = 100;
/// The longest page, in rows.
const ROWS: usize = 200;
const KEYS: [&str; 9] = [
    "environment",
    "before",
    "after",
    "at",
    "kind",
    "customer",
    "who",
    "integration",
    "limit",
];

/// Which rows.
pub(super) struct Wanted {
    environment: Option<String>,
    before: Option<i64>,
    kinds: Vec<HistoryKind>,
    customer: Option<String>,
    who: Option<String>,
}

impl Wanted {
    pub(super) fn of(query: &Query, environment: Option<String>) -> Result<Self, Wrong> {
        query.only(&KEYS)?;
        let kinds = query.one("kind")?.map(pieces).unwrap_or_default();
        let kinds = kinds.into_iter().filter_map(|it| HistoryKind::of(&it));
        let at = number(query, "at")?.map(|at| (at / EACH).saturating_add(1));
        Ok(Self {
            environment,
            before: number(query, "before")?.or(at),
            kinds: kinds.collect(),
            customer: query.one("customer")?.map(str::to_lowercase),
            who: query.one("who")?.map(str::to_lowercase),
        })
    }

    pub(super) fn passes(&self) -> HistoryQuery {
        HistoryQuery {
            environment: self.environment.clone(),
            before: self.before,
            limit: PASSES + 1,
            ..HistoryQuery::default()
        }
    }

    fn takes(&self, row: &HistoryRow, customer: Option<&str>) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&row.kind);
        let holds = |wanted: &Option<String>, own: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| {
                own.is_some_and(|own| own.to_lowercase().contains(wanted.as_str()))
            })
        };
        let who = row.who.as_ref().map(|it| it.name.as_str());
        kind && holds(&self.who, who) && holds(&self.customer, customer)
    }
}

fn number(query: &Query, key: &str) -> Result<Option<i64>, Wrong> {
    let wrong = || Wrong {
        field: key.to_owned(),
        message: format!("{key} is a number from 1"),
        suggestion: None,
    };
    let parse = |text: &str| text.parse().ok().filter(|it| *it >= 1).ok_or_else(wrong);
    query.one(key)?.map(parse).transpose()
}

/// A page of it. A page goes on before a pass.
pub(super) fn answer(
    view: &View<'_>,
    wanted: &Wanted,
    read: &[(PassRecord, Vec<WriteRecord>)],
) -> Timeline {
    let more = read.len() > PASSES;
    let shown = read.get(..read.len().min(PASSES)).unwrap_or_default();
    let mut rows = Vec::new();
    for (record, writes) in shown {
        if writes.is_empty() {
            rows.extend(Some(pass(record)).filter(|row| wanted.takes(row, None)));
        }
        let each = writes
            .iter()
            .map(|it| (write(it), it.start.customer.as_deref()));
        let each = each.zip(0..EACH).map(|((row, customer), place)| {
            let id = row.id.saturating_add(place);
            (HistoryRow { id, ..row }, customer)
        });
        let each = each.filter(|(row, customer)| wanted.takes(row, *customer));
        rows.extend(each.map(|(row, _)| row));
    }
    rows.truncate(ROWS);
    let oldest = shown.last().map(|(record, _)| record.id);
    Timeline {
        as_of: as_of(view),
        since: (!more)
            .then(|| shown.last().map(|(it, _)| it.start.started_at))
            .flatten(),
        rows,
        next: oldest.filter(|_| more).map(|id| id.to_string()),
    }
}

fn who(actor: &Actor, via: String) -> Option<Who> {
    let name = actor.user.clone().or_else(|| actor.login.clone());
    Some(Who {
        name: name.unwrap_or_else(|| via.clone()),
        via: Some(via),
    })
}

fn pass(record: &PassRecord) -> HistoryRow {
    let start = &record.start;
    let outcome = record.end.as_ref().map(|end| end.outcome.to_string());
    let error = record.end.as_ref().and_then(|end| end.error.as_deref());
    let by_hand = !OF_PLANS.contains(&start.command.as_str());
    let text = match error {
        Some(error) => brief(error),
        None if by_hand => format!(
            "{} {}",
            start.command,
            start.trigger.as_deref().unwrap_or_default()
        ),
        None => outcome.clone().unwrap_or_else(|| "under way".to_owned()),
    };
    HistoryRow {
        id: record.id.saturating_mul(EACH),
        at: start.started_at,
        kind: if by_hand {
            HistoryKind::Act
        } else {
            HistoryKind::Pass
        },
        who: who(
            &start.actor,
            format!("{}, pass {}", start.command, record.id),
        ),
        text: words(text),
        address: None,
        count: None,
        changes: Vec::new(),
        result: outcome,
        times: (record.times > 1).then_some(record.times),
    }
}

/// What was done to one resource.
pub(super) fn write(record: &WriteRecord) -> HistoryRow {
    let start = &record.start;
    let by_hand = !OF_PLANS.contains(&record.command.as_str());
    let kind = match (by_hand, start.drift) {
        (true, _) => HistoryKind::Act,
        (false, true) => HistoryKind::Outside,
        (false, false) => HistoryKind::Write,
    };
    let to = Link::Resource {
        address: (&start.address).into(),
    };
    let put_right = if start.drift {
        "put right after a change elsewhere: "
    } else {
        ""
    };
    let text = vec![
        Part::link(start.display_name.clone(), to),
        Part::text(format!(
            ": {put_right}{} ({})",
            start.actions.join(", "),
            brief(&start.reason)
        )),
    ];
    let changes = start.changes.iter().take(CHANGES).map(|it| RecordedChange {
        path: path(it.path.as_str()),
        before: value(it.before.as_deref(), it.sensitive),
        after: value(it.after.as_deref(), it.sensitive),
    });
    let via = match &record.revision {
        Some(revision) => format!("{}, pass {}, {revision}", record.command, record.pass),
        None => format!("{}, pass {}", record.command, record.pass),
    };
    HistoryRow {
        id: record.pass.saturating_mul(EACH),
        at: start.started_at,
        kind,
        who: who(&record.actor, via),
        text,
        address: Some((&start.address).into()),
        count: None,
        changes: changes.collect(),
        result: Some(match record.operations.len() {
            0 => record.outcome.to_string(),
            n => format!("{}, {}", record.outcome, counted(n as u64, "operation")),
        }),
        times: None,
    }
}
