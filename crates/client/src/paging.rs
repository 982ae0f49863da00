//! Walks a list page by page, and knows whether it has seen all of it.
//!
//! Cursors are encoded offsets (FACTS §6): an insert or delete during the walk shifts pages. So each page is
//! requested from the second-last record of the one before, and has to begin with its last record; records
//! are identified by id and counted against `totalCount`. An inconsistent walk is discarded, and repeated
//! from the first page on, a few times. A walk ends for any server: every page has to contain a new record.
//!
//! # What holds
//!
//! Where the order of the remaining records does not change (by creation, it cannot), a complete walk has
//! every record that existed throughout: each page is a piece of the list without a gap, and each begins with
//! the record that the one before ends with. Where records only change places, one that slips past the walk
//! pushes another into it twice, which is detected. Both at once can go undetected; so before a create,
//! exactly that object is looked up once more.

mod ahead;

pub(super) use ahead::{Place, walk_ahead};

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use serde::Deserialize;

use super::error::{ErrorKind, PlatformError};
use super::graphql::or_default;
use super::platform::PlatformResult;
use crate::model::Listing;

/// No list is this long.
const MAX_PAGES: usize = 20_000;

/// How often a list is walked at most.
const WALKS: usize = 3;

/// One page of a connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Page<T> {
    #[serde(default = "Vec::new", deserialize_with = "nodes")]
    pub(super) nodes: Vec<Option<T>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) page_info: PageInfo,
    #[serde(default)]
    pub(super) total_count: Option<usize>,
    #[serde(default = "Vec::new", deserialize_with = "nodes")]
    pub(super) edges: Vec<Option<Edge>>,
}

/// The position of a record in its list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Edge {
    #[serde(default)]
    cursor: Option<String>,
}

/// The cursor from which on a page begins with the last of these records; `None` where there is none.
pub(super) fn overlapping(edges: &[Option<Edge>]) -> Option<&str> {
    let before = edges.len().checked_sub(2)?;
    edges.get(before)?.as_ref()?.cursor.as_deref()
}

/// The cursor behind the last of these records.
pub(super) fn last_of(edges: &[Option<Edge>]) -> Option<&str> {
    edges.last()?.as_ref()?.cursor.as_deref()
}

/// The position of a page in its list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) has_next_page: bool,
}

fn nodes<'de, D, T>(deserializer: D) -> Result<Vec<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<T> Page<T> {
    /// Whether there are records behind it.
    pub(super) fn has_more(&self) -> bool {
        let seen = self.nodes.len();
        self.page_info.has_next_page || self.total_count.is_some_and(|total| total > seen)
    }

    /// The same page of something else.
    pub(super) fn map<U>(self, make: impl Fn(T) -> U) -> Page<U> {
        Page {
            nodes: (self.nodes.into_iter())
                .map(|node| node.map(&make))
                .collect(),
            page_info: self.page_info,
            total_count: self.total_count,
            edges: self.edges,
        }
    }

    /// The records of the list that begins with this page: this one's, or where there are more,
    /// those of a walk through all of it.
    ///
    /// # Errors
    ///
    /// Why not all of it could be read.
    pub(super) async fn whole(
        self,
        walk: impl Future<Output = Walk<T>>,
    ) -> Result<Vec<T>, Arc<str>> {
        if self.cut().is_none() {
            return Ok(self.nodes.into_iter().flatten().collect());
        }
        let listing = walk.await.listing;
        match listing.incomplete {
            Some(why) => Err(why),
            None => Ok(listing.items),
        }
    }

    /// Why this page alone is not the whole list, if it is not.
    pub(super) fn cut(&self) -> Option<&'static str> {
        if self.page_info.has_next_page {
            Some("there are more pages")
        } else if self.nodes.iter().any(Option::is_none) {
            Some("a record is null")
        } else {
            None
        }
    }
}

/// What a walk found.
#[derive(Debug)]
pub(super) struct Walk<T> {
    pub(super) listing: Listing<T>,
    /// Why nothing could be read, where the very first page failed.
    pub(super) failed: Option<PlatformError>,
}

/// Reads a whole list. `fetch` gets the cursor to go on from, `id` identifies records.
pub(super) async fn walk<T, Fut>(
    fetch: impl Fn(Option<String>) -> Fut,
    id: impl Fn(&T) -> String,
) -> Walk<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let first = pass(&fetch, &id, None).await;
    agreed(first, &fetch, &id).await
}

/// Walks again as long as a walk does not fit.
async fn agreed<T, Fut>(
    first: Pass<T>,
    fetch: &impl Fn(Option<String>) -> Fut,
    id: &impl Fn(&T) -> String,
) -> Walk<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let mut best = first;
    for _ in 1..WALKS {
        if !best.calls_for_another() {
            break;
        }
        best = best.or(pass(fetch, id, None).await);
    }
    best.finish()
}

/// One walk from the first page on.
struct Pass<T> {
    items: Vec<T>,
    nulls: usize,
    total: Option<usize>,
    /// Something moved meanwhile, or was never there.
    restless: bool,
    /// The record that the next page has to begin with. `None` where that one is null.
    last: Option<String>,
    /// A page held a single record, with which none can overlap. Such a walk counts once another one
    /// sees the same records in the same order.
    single: Option<Vec<String>>,
    confirmed: bool,
    /// Why the walk ended before the list did.
    end: Option<Arc<str>>,
    /// The server did not take the cursor: its record may be gone.
    lost: bool,
    failed: Option<PlatformError>,
}

impl<T> Pass<T> {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            nulls: 0,
            total: None,
            restless: false,
            last: None,
            single: None,
            confirmed: false,
            end: None,
            lost: false,
            failed: None,
        }
    }

    /// One that could not read anything from this page on.
    fn stopped(number: usize, error: PlatformError) -> Self {
        let mut pass = Self::new();
        pass.stop(number, error);
        pass
    }

    fn stop(&mut self, number: usize, error: PlatformError) {
        self.lost = number > 1 && matches!(error.kind, ErrorKind::GraphQl(_));
        self.end = Some(format!("page {number} could not be read: {error}").into());
        self.failed = (number == 1).then_some(error);
    }

    fn calls_for_another(&self) -> bool {
        self.lost || (self.restless || self.is_doubtful()) && self.end.is_none()
    }

    fn is_doubtful(&self) -> bool {
        self.single.is_some() && !self.confirmed
    }

    /// What is known after another walk. Of records that one of them saw, none is forgotten for
    /// the other's failure.
    fn or(self, other: Self) -> Self {
        if other.end.is_some() && other.items.len() < self.items.len() {
            return Self {
                end: other.end,
                lost: other.lost,
                ..self
            };
        }
        Self {
            confirmed: self.single.is_some() && self.single == other.single,
            ..other
        }
    }

    fn finish(self) -> Walk<T> {
        let count = self.items.len() + self.nulls;
        let incomplete = self.end.clone().or_else(|| {
            if self.nulls > 0 {
                return Some(format!("{} could not be read", records(self.nulls as u64)).into());
            }
            (self.restless || self.is_doubtful()).then(|| {
                let total = self.total.unwrap_or_default();
                let count = records(count as u64);
                format!("the list changed while it was read: {count} of {total}").into()
            })
        });
        Walk {
            listing: Listing {
                items: self.items,
                incomplete,
            },
            failed: self.failed,
        }
    }

    /// Takes in a page; says how many of its records were new, or that it does not fit.
    fn take(
        &mut self,
        number: usize,
        page: Vec<Option<T>>,
        seen: &mut HashSet<String>,
        id: &impl Fn(&T) -> String,
    ) -> Option<usize> {
        let mut nodes = page.into_iter();
        if number > 1
            && self.single.is_none()
            && !self.fits(nodes.next()?.as_ref().map(id).as_ref())
        {
            return None;
        }
        let mut fresh = 0;
        for node in nodes {
            self.last = node.as_ref().map(id);
            if let (Some(order), Some(last)) = (&mut self.single, &self.last) {
                order.push(last.clone());
            }
            match node {
                None => self.nulls += 1,
                Some(node) if seen.insert(id(&node)) => {
                    fresh += 1;
                    self.items.push(node);
                }
                Some(_) => self.restless = true,
            }
        }
        Some(fresh)
    }

    /// Whether a page with this first record follows the one before. Null records cannot be compared, and
    /// they make the list incomplete anyway.
    fn fits(&self, begins: Option<&String>) -> bool {
        begins.is_none() || self.last.is_none() || begins == self.last.as_ref()
    }

    fn count(&mut self, total: Option<usize>) {
        if self.total.is_some() && total.is_some() && self.total != total {
            self.restless = true;
        }
        self.total = total.or(self.total);
    }
}

/// Walks once, from the first page if it is there already.
async fn pass<T, Fut>(
    fetch: &impl Fn(Option<String>) -> Fut,
    id: &impl Fn(&T) -> String,
    mut first: Option<Page<T>>,
) -> Pass<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let mut pass = Pass::new();
    let mut seen = HashSet::new();
    let mut cursors = HashSet::new();
    let mut cursor: Option<String> = None;
    for number in 1..=MAX_PAGES {
        let page = match first.take() {
            Some(page) => Ok(page),
            None => fetch(cursor.clone()).await,
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                pass.stop(number, error);
                return pass;
            }
        };
        pass.count(page.total_count);
        if number == 1 && page.page_info.has_next_page && page.nodes.len() == 1 {
            pass.single = Some(Vec::new());
        }
        let next = match pass.single {
            Some(_) => last_of(&page.edges).map(str::to_owned),
            None => overlapping(&page.edges).map(str::to_owned),
        };
        let Some(fresh) = pass.take(number, page.nodes, &mut seen, id) else {
            pass.restless = true;
            return pass;
        };
        if !page.page_info.has_next_page {
            let read = pass.items.len() + pass.nulls;
            pass.restless |= pass.total.is_some_and(|total| total != read);
            return pass;
        }
        match next {
            Some(_) if fresh == 0 => pass.end = Some(stuck(number, "brought nothing new")),
            Some(next) if !cursors.insert(next.clone()) => {
                pass.end = Some(stuck(number, "points back to an earlier one"));
            }
            Some(next) => cursor = Some(next),
            None => pass.end = Some(stuck(number, NO_WAY)),
        }
        if pass.end.is_some() {
            return pass;
        }
    }
    pass.end = Some(format!("it has more than {MAX_PAGES} pages").into());
    pass
}

const NO_WAY: &str = "announces another but gives no cursors that lead there";

/// `1 record`, `2 records`.
pub(super) fn records(count: u64) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} record{s}")
}

fn stuck(number: usize, what: &str) -> Arc<str> {
    format!("page {number} {what}").into()
}

#[cfg(test)]
mod tests;
