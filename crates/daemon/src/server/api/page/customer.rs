//! One customer, and what a search finds.

use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::about::as_of;
use super::filter::{contains, counts, rank};
use super::timeline;
use crate::api::page::{
    Connection, CustomerAbout, CustomerPage, Hit, KnownAs, Link, Row, Search, SearchGroup,
};
use crate::model::Kind;
use crate::model::history::WriteRecord;

/// How many resources of a customer are shown.
const ROWS: usize = 100;
/// How many connections of a customer are shown.
const CONNECTIONS: usize = 100;
/// How many hits of a sort are shown.
const HITS: usize = 4;

/// A customer by key, or by a name that only one has.
pub(super) fn answer(view: &View<'_>, key: &str, writes: &[WriteRecord]) -> Option<CustomerPage> {
    let page = view.page();
    let named = || {
        let mut found = page.customers.iter().filter(|(_, it)| it.name == key);
        found.next().filter(|_| found.next().is_none())
    };
    let (key, facts) = page.customers.get_key_value(key).or_else(named)?;
    let own = |row: &&Row| row.customer_key.as_ref() == Some(key);
    let mut rows: Vec<&Row> = page.rows.iter().filter(own).collect();
    rows.sort_by_key(|row| rank(row.state));
    let alike = page
        .customers
        .iter()
        .filter(|(other, it)| *other != key && it.name == facts.name);
    let addresses: BTreeSet<&str> = rows.iter().map(|row| row.address.0.as_str()).collect();
    let own = writes
        .iter()
        .filter(|it| addresses.contains(it.start.address.to_string().as_str()));
    Some(CustomerPage {
        as_of: as_of(view),
        customer: CustomerAbout {
            key: key.clone(),
            name: facts.name.clone(),
            external_id: facts.external_id.clone(),
            labels: facts.labels.clone(),
        },
        alike: alike
            .map(|(key, it)| KnownAs {
                key: key.clone(),
                name: it.name.clone(),
            })
            .collect(),
        counts: counts(rows.iter().copied()),
        total: rows.len() as u64,
        connections: connections(view, &rows),
        rows: rows.into_iter().take(ROWS).cloned().collect(),
        missing: Vec::new(),
        history: own.take(super::TAIL).map(timeline::write).collect(),
        links: Vec::new(),
        acts: Vec::new(),
    })
}

fn connections(view: &View<'_>, rows: &[&Row]) -> Vec<Connection> {
    let each = rows.iter().flat_map(|row| {
        let detail = view.page().details.get(&row.address.0);
        let own = detail.into_iter().flat_map(|it| &it.connections);
        own.map(|it| Connection {
            address: Some(row.address.clone()),
            ..it.clone()
        })
    });
    each.take(CONNECTIONS).collect()
}

/// Customers, integrations and instances whose name or address holds a text.
pub(super) fn search(view: &View<'_>, text: &str) -> Search {
    let text = text.trim();
    if text.is_empty() {
        return Search { groups: Vec::new() };
    }
    let groups = [
        customers(view, text),
        integrations(view, text),
        instances(view, text),
    ];
    Search {
        groups: groups.into_iter().filter(|it| it.total > 0).collect(),
    }
}

fn group(kind: &str, all: Vec<Hit>, more: Option<Link>) -> SearchGroup {
    SearchGroup {
        kind: kind.to_owned(),
        total: all.len() as u64,
        hits: all.into_iter().take(HITS).collect(),
        all: more,
    }
}

fn customers(view: &View<'_>, text: &str) -> SearchGroup {
    let small = text.to_lowercase();
    let found = view.page().customers.iter().filter(|(key, it)| {
        it.name.to_lowercase().contains(&small) || key.to_lowercase().contains(&small)
    });
    let hits = found.map(|(key, it)| Hit {
        label: it.name.clone(),
        detail: Some(key.clone()),
        state: None,
        link: Link::Customer { key: key.clone() },
    });
    group("customer", hits.collect(), None)
}

fn integrations(view: &View<'_>, text: &str) -> SearchGroup {
    let rows = view.page().rows.iter();
    let found = rows.filter(|row| row.kind == Kind::Integration && contains(row, text));
    let hits = found.map(|row| Hit {
        label: row.display_name.clone(),
        detail: row.integration.clone(),
        state: Some(row.state),
        link: Link::Resource {
            address: row.address.clone(),
        },
    });
    group("integration", hits.collect(), None)
}

fn instances(view: &View<'_>, text: &str) -> SearchGroup {
    let rows = view.page().rows.iter();
    let found = rows.filter(|row| row.kind == Kind::Instance && contains(row, text));
    let hits = found.map(|row| Hit {
        label: row.display_name.clone(),
        detail: Some(row.address.0.clone()),
        state: Some(row.state),
        link: Link::Resource {
            address: row.address.clone(),
        },
    });
    let query = BTreeMap::from([("q".to_owned(), text.to_owned())]);
    group("instance", hits.collect(), Some(Link::List { query }))
}
