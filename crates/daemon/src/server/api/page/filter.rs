//! Which rows, in which order, and a page of them. All rows are scanned for each request: there is no index to keep true.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::View;
use super::about::as_of;
use super::query::{Query, Wrong, nearest, pieces};
use crate::api::Disposition;
use crate::api::page::{Counts, Facet, Facets, Row, Rows, State};
use crate::api::{Health, SyncStatus, Words};
use crate::model::Kind;

const KEYS: [&str; 12] = [
    "q",
    "state",
    "customer",
    "integration",
    "fleet",
    "version",
    "label",
    "sync",
    "health",
    "disposition",
    "kind",
    "since",
];
/// Filters that the page knows, and that no row can be found by here.
const UNKNOWN: [&str; 2] = ["wave", "changedBy"];
const OTHERS: [&str; 7] = [
    "sort",
    "after",
    "before",
    "limit",
    "facets",
    "environment",
    "shape",
];
/// How many rows a page has, and at most.
const PAGE: (usize, usize) = (100, 200);
/// How many values a facet has at most.
const FACET: usize = 20;

/// One condition of a filter.
struct Term {
    key: String,
    not: bool,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    From(Timestamp),
}

impl Term {
    fn of(key: &str, given: &str, now: Timestamp) -> Result<Self, Wrong> {
        let (not, rest) = match given.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, given),
        };
        let values = pieces(rest).into_iter().map(|it| value(key, it, now));
        Ok(Self {
            key: key.to_owned(),
            not,
            values: values.collect::<Result<_, _>>()?,
        })
    }

    fn takes(&self, row: &Row) -> bool {
        self.values.iter().any(|value| has(row, &self.key, value)) != self.not
    }
}

/// Checks a value of a closed list, and reads a time.
fn value(key: &str, text: String, now: Timestamp) -> Result<Value, Wrong> {
    let text = match key {
        "state" => known::<State>(key, &text)?,
        "sync" => known::<SyncStatus>(key, &text)?,
        "health" => known::<Health>(key, &text)?,
        "disposition" => known::<Disposition>(key, &text)?,
        "kind" => known::<Kind>(key, &text)?,
        "since" => return since(&text, now).map(Value::From),
        _ => text,
    };
    Ok(Value::Text(text))
}

fn known<T: Words>(key: &str, text: &str) -> Result<String, Wrong> {
    if let Some(found) = T::named(text) {
        return Ok(found.word().to_owned());
    }
    let words: Vec<&str> = T::ALL.iter().map(|it| it.word()).collect();
    Err(Wrong {
        field: key.to_owned(),
        message: format!(
            "there is no {key} {text:?}: it is one of {}",
            words.join(", ")
        ),
        suggestion: nearest(text, &words),
    })
}

/// An instant, or a length of time before now: `90m`, `2d`.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, Wrong> {
    let wrong = || Wrong {
        field: "since".to_owned(),
        message: "since is an instant or a length of time such as 90m".to_owned(),
        suggestion: None,
    };
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = digits.parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(unit).ok_or_else(wrong)?;
    now.checked_sub(SignedDuration::from_secs(seconds))
        .map_err(|_| wrong())
}

fn has(row: &Row, key: &str, value: &Value) -> bool {
    let text = match value {
        Value::From(from) => return row.since.is_some_and(|since| since >= *from),
        Value::Text(text) => text.as_str(),
    };
    let is = |own: &Option<String>| own.as_deref() == Some(text);
    match key {
        "q" => contains(row, text),
        "state" => row.state.as_str() == text,
        "customer" => is(&row.customer_key) || is(&row.customer),
        "integration" => is(&row.integration) || is(&row.integration_name),
        "fleet" => is(&row.fleet),
        "version" => version(row, text),
        "label" => row.labels.iter().any(|label| label == text),
        "sync" => row.sync.as_str() == text,
        "health" => row.health.as_str() == text,
        "disposition" => row.disposition.as_str() == text,
        "kind" => row.kind.as_str() == text,
        _ => false,
    }
}

pub(super) fn contains(row: &Row, text: &str) -> bool {
    let text = text.to_lowercase();
    let mut all = [
        Some(row.display_name.as_str()),
        Some(row.address.0.as_str()),
        row.customer.as_deref(),
        row.customer_key.as_deref(),
    ]
    .into_iter()
    .flatten();
    all.any(|own| own.to_lowercase().contains(&text))
}

fn version(row: &Row, text: &str) -> bool {
    let running = row.version.running.as_deref();
    if text == "target" {
        return running.is_some() && running == row.version.target.as_deref();
    }
    match text.strip_prefix('<').map(str::parse::<i64>) {
        Some(Ok(limit)) => running
            .and_then(|it| it.parse::<i64>().ok())
            .is_some_and(|it| it < limit),
        Some(Err(_)) => false,
        None => running == Some(text),
    }
}

/// How many of these are in which state.
pub(super) fn counts<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        *counts.of(row.state) += 1;
    }
    counts
}

/// How bad a state is: the place in the list of all of them.
pub(super) fn rank(state: State) -> usize {
    State::ALL
        .iter()
        .position(|it| *it == state)
        .unwrap_or(State::ALL.len())
}

fn terms(query: &Query, now: Timestamp) -> Result<Vec<Term>, Wrong> {
    let known: Vec<&str> = KEYS.into_iter().chain(OTHERS).chain(UNKNOWN).collect();
    query.only(&known)?;
    if let Some(key) = UNKNOWN
        .into_iter()
        .find(|key| query.all(key).next().is_some())
    {
        return Err(Wrong {
            field: key.to_owned(),
            message: format!("this daemon does not know {key} of each resource"),
            suggestion: None,
        });
    }
    let each = KEYS
        .iter()
        .flat_map(|key| query.all(key).map(move |given| (*key, given)));
    each.map(|(key, given)| Term::of(key, given, now)).collect()
}

fn select<'a>(rows: &'a [Row], terms: &[Term], without: Option<&str>) -> Vec<&'a Row> {
    let takes = |row: &&Row| {
        let mut asked = terms
            .iter()
            .filter(|term| Some(term.key.as_str()) != without);
        asked.all(|term| term.takes(row))
    };
    rows.iter().filter(takes).collect()
}

/// The page of rows that a query asks for.
pub(super) fn page(view: &View<'_>, query: &Query) -> Result<Rows, Wrong> {
    let rows = &view.page().rows;
    let terms = terms(query, view.now)?;
    let found = select(rows, &terms, None);
    let total = found.len();
    let (sorted, down) = sorted(&found, query.one("sort")?)?;
    let limit = limit(query)?;
    let (from, to) = window(&sorted, down, query, limit)?;
    let shown = sorted.get(from..to).unwrap_or_default();
    let cursor = |at: Option<&(String, &Row)>| at.map(|(key, _)| URL_SAFE_NO_PAD.encode(key));
    Ok(Rows {
        as_of: as_of(view),
        generation: view.status.generation,
        total: total as u64,
        next: cursor(shown.last()).filter(|_| to < sorted.len()),
        prev: cursor(shown.first()).filter(|_| from > 0),
        resources: shown.iter().map(|(_, row)| (*row).clone()).collect(),
        facets: facets(rows, &terms, query)?,
    })
}

fn limit(query: &Query) -> Result<usize, Wrong> {
    let (usual, most) = PAGE;
    match query.one("limit")?.map(str::parse) {
        None => Ok(usual),
        Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
        Some(_) => Err(Wrong {
            field: "limit".to_owned(),
            message: format!("limit is a number from 1 to {most}"),
            suggestion: None,
        }),
    }
}

type Keyed<'a> = Vec<(String, &'a Row)>;

/// The rows with their keys, which are unique, in order; and whether that is downwards.
fn sorted<'a>(rows: &[&'a Row], sort: Option<&str>) -> Result<(Keyed<'a>, bool), Wrong> {
    let sort = sort.unwrap_or("state");
    let (down, by) = match sort.strip_prefix('-') {
        Some(by) => (true, by),
        None => (false, sort),
    };
    let value: fn(&Row) -> String = match by {
        "state" => |row| format!("{:02}", rank(row.state)),
        "customer" => |row| row.customer.clone().unwrap_or_default(),
        "integration" => |row| row.integration.clone().unwrap_or_default(),
        "version" => |row| {
            format!(
                "{:0>12}",
                row.version.running.as_deref().unwrap_or_default()
            )
        },
        "since" => |row| row.since.map(|it| it.to_string()).unwrap_or_default(),
        "wave" => |_| String::new(),
        "name" => |row| row.display_name.clone(),
        _ => {
            let known = [
                "state",
                "customer",
                "integration",
                "version",
                "since",
                "name",
            ];
            return Err(Wrong {
                field: "sort".to_owned(),
                message: format!("sort is one of {}", known.join(", ")),
                suggestion: nearest(by, &known),
            });
        }
    };
    let key = |row: &&'a Row| (format!("{}\0{}", value(row), row.address), *row);
    let mut keyed: Keyed<'a> = rows.iter().map(key).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    if down {
        keyed.reverse();
    }
    Ok((keyed, down))
}

/// From where to where, by the keys that a page before ended or began with.
fn window(
    rows: &Keyed<'_>,
    down: bool,
    query: &Query,
    limit: usize,
) -> Result<(usize, usize), Wrong> {
    let cursor = |name: &str| {
        let Some(text) = query.one(name)? else {
            return Ok(None);
        };
        let key = URL_SAFE_NO_PAD.decode(text).ok();
        let key = key.and_then(|key| String::from_utf8(key).ok());
        key.map(Some).ok_or_else(|| Wrong {
            field: name.to_owned(),
            message: format!("{name} is not what a page before said"),
            suggestion: None,
        })
    };
    let before = |row: &str, key: &str| if down { row > key } else { row < key };
    let from = match (cursor("after")?, cursor("before")?) {
        (Some(after), _) => rows.partition_point(|(row, _)| before(row, &after) || *row == after),
        (None, Some(until)) => {
            let end = rows.partition_point(|(row, _)| before(row, &until));
            let from = end.saturating_sub(limit);
            return Ok((from, end));
        }
        (None, None) => 0,
    };
    Ok((from, rows.len().min(from + limit)))
}

fn facets(rows: &[Row], terms: &[Term], query: &Query) -> Result<Facets, Wrong> {
    let asked = query.one("facets")?.map(pieces).unwrap_or_default();
    let has = |name: &str| asked.iter().any(|it| it == name);
    let within = terms.iter().any(|term| term.key == "integration");
    let of = |name: &str, values: fn(&Row) -> Vec<String>| {
        has(name).then(|| facet(&select(rows, terms, Some(name)), values))
    };
    Ok(Facets {
        state: has("state").then(|| counts(select(rows, terms, Some("state")))),
        version: of("version", |row| {
            row.version.running.iter().cloned().collect()
        })
        .filter(|_| within),
        integration: of("integration", |row| {
            row.integration.iter().cloned().collect()
        }),
        label: of("label", |row| row.labels.clone()),
    })
}

fn facet(rows: &[&Row], values: fn(&Row) -> Vec<String>) -> Vec<Facet> {
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for value in rows.iter().flat_map(|row| values(row)) {
        *all.entry(value).or_default() += 1;
    }
    let all = all.into_iter().map(|(value, count)| Facet { value, count });
    let mut all: Vec<Facet> = all.collect();
    all.sort_by(|one, other| {
        other
            .count
            .cmp(&one.count)
            .then(one.value.cmp(&other.value))
    });
    all.truncate(FACET);
    all
}
