//! Lists as the API answers them: filtered, sorted, cut into pages by cursors.

use std::any::Any;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

use async_graphql::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::answer::{Answer, Object};
use super::call::{Args, Call, items, text};
use super::filter::Filters;

/// What rows are compared by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    /// Before everything.
    Nothing,
    /// By value.
    Number(i64),
    /// By time.
    Time(Timestamp),
    /// In any case, by code points.
    Text(String),
}

impl SortKey {
    /// The key of a text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_lowercase())
    }

    /// The key of a time that may be absent.
    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }
}

/// The orders of a kind of object, by the name of the order field.
pub(crate) type Sorts<T> = &'static [(&'static str, fn(&T, &Call<'_>) -> SortKey)];

/// A kind of object that lists hold.
pub(crate) trait Listed: Any + Send + Sync + Sized {
    /// Every filter.
    const FILTERS: Filters<Self> = &[];
    /// Every order.
    const SORTS: Sorts<Self> = &[];
}

/// The arguments that choose a page, rather than a list.
const PAGING: [&str; 5] = ["after", "before", "first", "last", "offset"];
/// The arguments that order a list.
const ORDERING: [&str; 2] = ["orderBy", "sortBy"];
/// What a cursor says before its position.
const CURSOR: &str = "arrayconnection:";

/// A page of a list.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) items: Vec<Object>,
    /// The position of the first item in the list.
    pub(crate) start: usize,
    /// The length of the list.
    pub(crate) total: usize,
}

/// An item with its cursor.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) node: Object,
    pub(crate) cursor: String,
}

impl Page {
    /// Whether the list goes on after the page.
    pub(crate) fn has_next(&self) -> bool {
        self.start + self.items.len() < self.total
    }

    /// The cursor of the item at a place in the page; `None` if the page is empty.
    pub(crate) fn cursor(&self, place: usize) -> Option<String> {
        (place < self.items.len()).then(|| cursor(self.start + place))
    }
}

/// The cursor of a position.
pub(crate) fn cursor(position: usize) -> String {
    STANDARD.encode(format!("{CURSOR}{position}"))
}

/// A page of these rows.
pub(crate) fn page<T: Listed>(call: &Call<'_>, rows: impl IntoIterator<Item = Arc<T>>) -> Answer {
    let rows: Vec<Arc<T>> = rows.into_iter().collect();
    let page = chosen(call, rows).and_then(|rows| cut(call, &rows));
    page.map_or_else(Answer::Refused, Answer::object)
}

/// A page of rows that are kept for the requests to come.
pub(crate) fn kept_page<T: Listed>(
    call: &Call<'_>,
    list: &str,
    rows: impl FnOnce() -> Vec<Arc<T>>,
) -> Answer {
    let mut question = list.to_owned();
    for (name, value) in call.args.iter().filter(|(name, _)| !PAGING.contains(name)) {
        // Writing to a string cannot fail.
        let _ = write!(question, "\n{name}: {value}");
    }
    let generation = call.world.generation();
    let cache = &call.session.cache;
    let rows = cache.rows(&question, generation, || chosen(call, rows()));
    let page = rows.and_then(|rows| cut(call, &rows));
    page.map_or_else(Answer::Refused, Answer::object)
}

/// The rows that pass every filter, in the order asked for.
fn chosen<T: Listed>(call: &Call<'_>, mut rows: Vec<Arc<T>>) -> Result<Vec<Arc<T>>, String> {
    for (name, value) in call.args.iter() {
        if let Some((_, filter)) = T::FILTERS.iter().find(|(known, _)| *known == name) {
            let keep = filter(value, call)?;
            rows.retain(|row| keep(row));
        }
    }
    let orders = ORDERING.iter().filter_map(|name| call.args.objects(name));
    // The first order is the strongest, so it sorts last; the sort is stable.
    for order in orders.flatten().collect::<Vec<_>>().into_iter().rev() {
        sort(call, order, &mut rows);
    }
    Ok(rows)
}

fn sort<T: Listed>(call: &Call<'_>, order: Args<'_>, rows: &mut [Arc<T>]) {
    let field = order.text("field").unwrap_or_default();
    let descending = order.text("direction").is_some_and(|text| text == "DESC");
    let Some((_, key)) = T::SORTS.iter().find(|(known, _)| *known == field) else {
        return;
    };
    let compare = |left: &Arc<T>, right: &Arc<T>| -> Ordering {
        let ordering = key(left, call).cmp(&key(right, call));
        if descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    rows.sort_by(compare);
}

/// The page that the arguments choose.
fn cut<T: Any + Send + Sync>(call: &Call<'_>, rows: &[Arc<T>]) -> Result<Page, String> {
    let total = rows.len();
    let fault = call.session.fault;
    let limit = call.session.behaviour.page_limit;
    let most = fault.limit.unwrap_or(limit).max(1);
    let (first, last) = (count(call.args, "first")?, count(call.args, "last")?);
    let offset = call
        .args
        .int("offset")
        .and_then(|number| usize::try_from(number).ok());
    let after = position(call.args, "after")?.map_or(0, |place| place + 1);
    let mut start = (offset.unwrap_or(0) + after).min(total);
    if fault.repeat {
        start = 0;
    }
    let mut end = position(call.args, "before")?
        .unwrap_or(total)
        .clamp(start, total);
    if let Some(first) = first.or(last.is_none().then_some(most)) {
        end = end.min(start + first.min(most));
    }
    if let Some(last) = last {
        start = start.max(end.saturating_sub(last.min(most)));
    }
    let item = |place: usize| {
        let place = if fault.reverse {
            total - 1 - place
        } else {
            place
        };
        Arc::<T>::clone(&rows[place]) as Object
    };
    Ok(Page {
        items: (start..end).map(item).collect(),
        start,
        total,
    })
}

/// How many items are asked for.
fn count(args: Args<'_>, name: &str) -> Result<Option<usize>, String> {
    let wanted = args.int(name).map(usize::try_from).transpose();
    wanted.map_err(|_| format!("{name} must not be negative."))
}

/// The position in a cursor. An empty cursor is no cursor.
fn position(args: Args<'_>, name: &str) -> Result<Option<usize>, String> {
    let Some(text) = args.text(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let plain = STANDARD
        .decode(&text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let position = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix(CURSOR)?.parse().ok());
    position
        .map(Some)
        .ok_or_else(|| format!("{name} is not a cursor."))
}

/// The values of an `_In` argument.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    items(value).iter().map(text).collect()
}
