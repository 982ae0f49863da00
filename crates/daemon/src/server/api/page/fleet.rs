//! The board: what is to be looked at, counts, and integrations.

use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::about::{as_of, words};
use super::causes;
use super::filter::{counts, rank};
use super::rollout;
use crate::api::page::{
    Counts, IntegrationPage, IntegrationRow, Open, Overview, OverviewTotals, Row, State,
    VersionCount,
};
use crate::model::Kind;

/// At most this many headlines are shown.
const HEADLINES: usize = 7;
/// How many integrations a page has.
const PAGE: usize = 50;
/// How many versions of an integration are counted by themselves.
const VERSIONS: usize = 6;

/// The board.
pub(super) fn overview(view: &View<'_>) -> Overview {
    let rows = &view.page().rows;
    let groups = causes::groups(view);
    let persons = groups.iter().filter(|it| it.headline.person).count();
    let more = groups.len().saturating_sub(HEADLINES);
    let headlines = groups.into_iter().take(HEADLINES).map(|it| it.headline);
    let instances = rows.iter().filter(|row| row.kind == Kind::Instance);
    let customers: BTreeSet<&String> = instances
        .clone()
        .filter_map(|row| row.customer_key.as_ref())
        .collect();
    let all = rows_of(view);
    let planned = rows.iter().filter(|row| !row.actions.is_empty()).count();
    Overview {
        as_of: as_of(view),
        organization: view
            .status
            .tenant
            .as_ref()
            .map(|it| it.organization.clone()),
        totals: OverviewTotals {
            instances: instances.count() as u64,
            customers: customers.len() as u64,
            integrations: all.len() as u64,
        },
        counts: counts(rows),
        headlines: headlines.collect(),
        more: more as u64,
        integrations: page(all, true, None),
        open: Open {
            rollouts: rollout::open(view),
            plan: planned as u64,
            waiting: persons as u64,
        },
        reading: reading(view),
    }
}

fn reading(view: &View<'_>) -> Option<crate::api::page::Sentence> {
    let status = view.status;
    let nothing = status.page.is_none() && status.error.is_none();
    nothing.then(|| words("the first pass has not ended yet"))
}

/// A page of integrations by themselves.
pub(super) fn integrations(view: &View<'_>, seen: bool, after: Option<&str>) -> IntegrationPage {
    IntegrationPage {
        as_of: Some(as_of(view)),
        ..page(rows_of(view), seen, after)
    }
}

fn page(all: Vec<IntegrationRow>, seen: bool, after: Option<&str>) -> IntegrationPage {
    let total = all.len() as u64;
    let (some, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_to_be_seen);
    let count = some.len() as u64;
    let mut rows = if seen { some } else { rest };
    if let Some(after) = after {
        let place = rows.iter().position(|row| row.name == after);
        rows.drain(..place.map_or(0, |place| place + 1));
    }
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    IntegrationPage {
        as_of: None,
        total,
        seen: count,
        next: rows.last().map(|row| row.name.clone()).filter(|_| more),
        rows,
    }
}

fn is_to_be_seen(row: &IntegrationRow) -> bool {
    let Counts { in_step, off, .. } = row.counts;
    let all: u64 = each(row.counts).map(|(_, count)| count).sum();
    all > in_step + off || row.rollout.is_some()
}

fn each(mut counts: Counts) -> impl Iterator<Item = (State, u64)> {
    State::ALL
        .into_iter()
        .map(move |state| (state, *counts.of(state)))
}

/// All integrations, the worst first.
fn rows_of(view: &View<'_>) -> Vec<IntegrationRow> {
    let mut by_name: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &view.page().rows {
        if let Some(name) = &row.integration {
            by_name.entry(name).or_default().push(row);
        }
    }
    let mut all: Vec<IntegrationRow> = by_name
        .into_iter()
        .map(|(name, rows)| integration(view, name, &rows))
        .collect();
    let worst = |row: &IntegrationRow| {
        let mut states = each(row.counts).filter(|(_, count)| *count > 0);
        states.next().map_or(usize::MAX, |(state, _)| rank(state))
    };
    all.sort_by(|one, other| {
        worst(one)
            .cmp(&worst(other))
            .then(one.name.cmp(&other.name))
    });
    all
}

fn integration(view: &View<'_>, name: &str, rows: &[&Row]) -> IntegrationRow {
    let instances = || rows.iter().filter(|row| row.kind == Kind::Instance);
    let shown = rows.iter().find_map(|row| row.integration_name.clone());
    let (target, rollout) = rollout::brief(view, name);
    IntegrationRow {
        name: name.to_owned(),
        display_name: shown.unwrap_or_else(|| name.to_owned()),
        total: instances().count() as u64,
        target,
        versions: versions(instances().copied()),
        counts: counts(rows.iter().copied()),
        rollout,
        changed_at: rows.iter().filter_map(|row| row.changed_at).max(),
    }
}

fn versions<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<VersionCount> {
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    for running in rows.filter_map(|row| row.version.running.as_deref()) {
        *all.entry(running).or_default() += 1;
    }
    let mut all: Vec<VersionCount> = all
        .into_iter()
        .map(|(n, count)| VersionCount {
            n: n.to_owned(),
            count,
        })
        .collect();
    all.sort_by(|one, other| other.count.cmp(&one.count).then(other.n.cmp(&one.n)));
    all.truncate(VERSIONS);
    all
}
