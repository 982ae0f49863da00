//! Causes of what is to be looked at: one for each, not one for each resource.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::View;
use super::about::{brief, sync, words};
use super::filter::rank;
use super::rollout;
use crate::api::Disposition;
use crate::api::page::{Headline, KnownAs, Link, Part, Row, Sentence, State, WaitingGroup};
use crate::model::counted;
use crate::server::digest;

/// At most this many customers of a cause are named.
const CUSTOMERS: usize = 5;

/// What resources have in common that are of one cause.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    /// In trouble for the same reason.
    Reason(&'a str),
    /// Of the same integration.
    Integration(&'a str),
    /// Left alone for the same sort of reason.
    Left(&'static str),
}

/// All causes; those that wait for a person first, the worst first.
pub(super) fn groups(view: &View<'_>) -> Vec<WaitingGroup> {
    let mut by_cause: BTreeMap<(usize, Cause<'_>), Vec<&Row>> = BTreeMap::new();
    for row in &view.page().rows {
        if let Some(cause) = cause(row) {
            by_cause
                .entry((rank(row.state), cause))
                .or_default()
                .push(row);
        }
    }
    let of_rows = by_cause
        .into_iter()
        .map(|((_, cause), rows)| group(view, &cause, &rows));
    let mut all: Vec<WaitingGroup> = whole(view).into_iter().chain(of_rows.flatten()).collect();
    all.sort_by_key(|it| (!it.headline.person, rank(it.headline.state)));
    all
}

/// `None` where there is nothing to look at.
fn cause(row: &Row) -> Option<Cause<'_>> {
    let integration = row.integration.as_deref().unwrap_or_default();
    match row.state {
        State::Error | State::Blocked | State::Unknown => Some(Cause::Reason(&row.reason)),
        State::Failing | State::Pending | State::Drifted => Some(Cause::Integration(integration)),
        State::Held => Some(Cause::Left(row.disposition.as_str())),
        State::Changing | State::Off | State::InStep => None,
    }
}

/// What is about everything, or about a rollout.
fn whole(view: &View<'_>) -> Vec<WaitingGroup> {
    let mut all = Vec::new();
    if let Some(error) = &view.status.error {
        let next = error.hint.clone();
        let next = next.unwrap_or_else(|| "The next pass tries it again.".to_owned());
        all.push(alone(Headline {
            id: "pass".to_owned(),
            state: State::Error,
            person: true,
            count: 1,
            text: vec![
                Part::strong("The last pass failed: "),
                Part::text(brief(&error.message)),
            ],
            since: None,
            next: words(next),
            link: Link::Timeline {},
        }));
    }
    all.extend(rollout::headlines(view).into_iter().map(alone));
    all
}

fn alone(headline: Headline) -> WaitingGroup {
    WaitingGroup {
        headline,
        customers: Vec::new(),
        sync: None,
    }
}

fn group(view: &View<'_>, cause: &Cause<'_>, rows: &[&Row]) -> Option<WaitingGroup> {
    let first = rows.first()?;
    let customers: BTreeMap<&str, &str> = rows
        .iter()
        .filter_map(|row| Some((row.customer_key.as_deref()?, row.customer.as_deref()?)))
        .collect();
    let customers = customers.into_iter().take(CUSTOMERS);
    let customers = customers.map(|(key, name)| KnownAs {
        key: key.to_owned(),
        name: name.to_owned(),
    });
    Some(WaitingGroup {
        headline: Headline {
            id: id(first.state, cause),
            state: first.state,
            person: is_for_a_person(first),
            count: rows.len() as u64,
            text: text(first, rows),
            since: since(rows),
            next: next(first),
            link: link(first, rows),
        },
        customers: customers.collect(),
        sync: (first.state == State::Blocked).then(|| sync(view)),
    })
}

fn id(state: State, cause: &Cause<'_>) -> String {
    format!("{state}-{}", digest::short(format!("{cause:?}"), 4))
}

fn is_for_a_person(row: &Row) -> bool {
    match row.state {
        State::Held => is_for_approval(row) || row.disposition == Disposition::Invalid,
        State::Error
        | State::Failing
        | State::Blocked
        | State::Pending
        | State::Drifted
        | State::Unknown
        | State::Changing
        | State::Off
        | State::InStep => true,
    }
}

/// Whether the plan as a whole has to be approved first.
fn is_for_approval(row: &Row) -> bool {
    matches!(
        row.disposition,
        Disposition::Guarded | Disposition::Approval
    )
}

/// Whether causes of this state are one for each integration.
fn is_by_integration(row: &Row) -> bool {
    matches!(row.state, State::Failing | State::Pending | State::Drifted)
}

/// Since when all of them are so: absent where one was so before the daemon looked.
fn since(rows: &[&Row]) -> Option<Timestamp> {
    let since = rows.iter().map(|row| row.since);
    since.min().flatten()
}

fn text(first: &Row, rows: &[&Row]) -> Sentence {
    let to = Link::Resource {
        address: first.address.clone(),
    };
    let shown = match &first.customer {
        Some(customer) => format!("{} of {customer}", first.display_name),
        None => first.display_name.clone(),
    };
    let name = Part::link(shown, to);
    if rows.len() == 1 {
        return vec![name, Part::text(format!(": {}", brief(&first.reason)))];
    }
    let what = match &first.integration_name {
        Some(integration) if is_by_integration(first) => format!(" of {integration}"),
        Some(_) | None => String::new(),
    };
    let count = counted(rows.len() as u64, "resource");
    vec![
        Part::strong(format!("{count}{what}")),
        Part::text(format!(": {}, such as ", brief(&first.reason))),
        name,
    ]
}

fn next(row: &Row) -> Sentence {
    let mut parts = match &row.hint {
        Some(hint) => words(brief(hint)),
        None => Vec::new(),
    };
    if let Some(at) = row.retry_at {
        if !parts.is_empty() {
            parts.push(Part::text(". "));
        }
        parts.push(Part::text("Looked at again "));
        parts.push(Part::At { at });
    }
    if !parts.is_empty() {
        return parts;
    }
    words(match row.state {
        State::Drifted => "Only reported: put it back by `apply`, or take it into the files.",
        State::Failing => "Look at its executions in Prismatic.",
        State::Unknown => "It is read again with the next pass.",
        State::Error => "It is tried again.",
        State::Held => match row.disposition {
            Disposition::Paused => "It goes on when the pause ends.",
            Disposition::OnHold => "It goes on when the hold ends.",
            Disposition::Wave => "It goes on when its wave opens.",
            Disposition::Window => "It goes on when the window opens.",
            Disposition::Approval => "An approval lets it go.",
            Disposition::None
            | Disposition::Proceeds
            | Disposition::Waits
            | Disposition::Behind
            | Disposition::Reported
            | Disposition::Failed
            | Disposition::Flapping
            | Disposition::Guarded
            | Disposition::Vanished
            | Disposition::Invalid => "It is looked at again with the next pass.",
        },
        State::Blocked | State::Pending | State::Changing | State::Off | State::InStep => {
            "It is looked at again with the next pass."
        }
    })
}

fn link(first: &Row, rows: &[&Row]) -> Link {
    if rows.len() == 1 {
        return Link::Resource {
            address: first.address.clone(),
        };
    }
    if is_for_approval(first) {
        return Link::Plan {};
    }
    let mut query = BTreeMap::from([("state".to_owned(), first.state.to_string())]);
    if let Some(integration) = &first.integration
        && is_by_integration(first)
    {
        query.insert("integration".to_owned(), integration.clone());
    }
    if first.state == State::Held {
        query.insert("disposition".to_owned(), first.disposition.to_string());
    }
    Link::List { query }
}
