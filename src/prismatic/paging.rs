//! Walks a list page by page, and knows whether it has seen all of it.
//!
//! Cursors are offsets in disguise (FACTS §6): an insert or delete during the
//! walk shifts pages. So records are told apart by id, counted against
//! `totalCount`, and a walk that does not add up is made once more. Whatever
//! the server answers, a walk ends: every page has to bring something new.

mod ahead;

pub(super) use ahead::{Place, walk_ahead};

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use serde::Deserialize;

use super::error::PlatformError;
use super::graphql::or_default;
use super::platform::PlatformResult;
use crate::model::Listing;

/// No list is this long.
const MAX_PAGES: usize = 20_000;

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
}

/// Where a page stands in its list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) has_next_page: bool,
    #[serde(default)]
    pub(super) end_cursor: Option<String>,
}

fn nodes<'de, D, T>(deserializer: D) -> Result<Vec<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<T> Page<T> {
    /// The same page of something else.
    pub(super) fn map<U>(self, make: impl Fn(T) -> U) -> Page<U> {
        Page {
            nodes: (self.nodes.into_iter())
                .map(|node| node.map(&make))
                .collect(),
            page_info: self.page_info,
            total_count: self.total_count,
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

/// Reads a whole list. `fetch` gets the cursor to go on from, `id` tells records apart.
pub(super) async fn walk<T, Fut>(
    fetch: impl Fn(Option<String>) -> Fut,
    id: impl Fn(&T) -> String,
) -> Walk<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let first = pass(&fetch, &id, None).await;
    twice(first, &fetch, &id).await
}

/// Walks once more where the first walk does not add up.
async fn twice<T, Fut>(
    first: Pass<T>,
    fetch: &impl Fn(Option<String>) -> Fut,
    id: &impl Fn(&T) -> String,
) -> Walk<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    if !first.restless || first.end.is_some() {
        return first.finish();
    }
    let second = pass(fetch, id, None).await;
    if second.end.is_some() && second.items.len() < first.items.len() {
        return Pass {
            end: second.end,
            ..first
        }
        .finish();
    }
    second.finish()
}

/// One walk from the first page on.
struct Pass<T> {
    items: Vec<T>,
    nulls: usize,
    total: Option<usize>,
    /// Something moved meanwhile, or was never there.
    restless: bool,
    /// Why the walk ended before the list did.
    end: Option<Arc<str>>,
    failed: Option<PlatformError>,
}

impl<T> Pass<T> {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            nulls: 0,
            total: None,
            restless: false,
            end: None,
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
        self.end = Some(format!("page {number} could not be read: {error}").into());
        self.failed = (number == 1).then_some(error);
    }

    fn finish(self) -> Walk<T> {
        let count = self.items.len() + self.nulls;
        let incomplete = self.end.or_else(|| {
            if self.nulls > 0 {
                return Some(format!("{} could not be read", records(self.nulls as u64)).into());
            }
            self.restless.then(|| {
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

    /// Takes in a page; says how many of its records were new.
    fn take(
        &mut self,
        page: Vec<Option<T>>,
        seen: &mut HashSet<String>,
        id: &impl Fn(&T) -> String,
    ) -> usize {
        let mut fresh = 0;
        for node in page {
            match node {
                None => self.nulls += 1,
                Some(node) if seen.insert(id(&node)) => {
                    fresh += 1;
                    self.items.push(node);
                }
                Some(_) => self.restless = true,
            }
        }
        fresh
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
        let fresh = pass.take(page.nodes, &mut seen, id);
        if !page.page_info.has_next_page {
            let read = pass.items.len() + pass.nulls;
            pass.restless |= pass.total.is_some_and(|total| total != read);
            return pass;
        }
        match page.page_info.end_cursor {
            None => pass.end = Some(stuck(number, "announces another but gives no cursor")),
            Some(_) if fresh == 0 => pass.end = Some(stuck(number, "brought nothing new")),
            Some(next) if !cursors.insert(next.clone()) => {
                pass.end = Some(stuck(number, "points back to an earlier one"));
            }
            Some(next) => cursor = Some(next),
        }
        if pass.end.is_some() {
            return pass;
        }
    }
    pass.end = Some(format!("it has more than {MAX_PAGES} pages").into());
    pass
}

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
