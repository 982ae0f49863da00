//! Fetches the pages of a list ahead, by offset, several at once.
//!
//! The offsets are verified. The pages count only if together they certainly are the list: each has the
//! expected length, no record is null or a duplicate, `totalCount` is the same on every page, and each page
//! begins with the record that the one before it ends with: a delete or an insert meanwhile shifts the pages
//! behind it, which is detected there. Otherwise the list is walked by its cursors, as if nothing had been
//! fetched ahead.

use std::collections::HashSet;
use std::future::Future;

use futures::StreamExt as _;
use futures::stream;
use serde::Serialize;

use super::{MAX_PAGES, Page, Pass, Walk, agreed, pass};
use crate::model::Listing;
use crate::platform::PlatformResult;

/// How many pages are under way at once; what is held in memory grows with it.
const WINDOW: usize = 8;

/// Where a page begins. Nothing means the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// After this cursor.
    pub(crate) after: Option<String>,
    /// The number of records to skip. Left out rather than null: a server may add null to a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<usize>,
}

impl Place {
    pub(crate) fn after(after: Option<String>) -> Self {
        Self {
            after,
            offset: None,
        }
    }

    fn offset(offset: usize) -> Self {
        Self {
            after: None,
            offset: Some(offset),
        }
    }
}

/// Reads a whole list that supports offsets. `id` identifies records.
pub(crate) async fn walk_ahead<T, Fut>(
    fetch: impl Fn(Place) -> Fut,
    id: impl Fn(&T) -> String,
) -> Walk<T>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let first = match fetch(Place::default()).await {
        Ok(page) => page,
        Err(error) => return Pass::stopped(1, error).finish(),
    };
    let rest = match Shape::of(&first) {
        Some(shape) => rest(&fetch, &id, &first, shape).await,
        None => None,
    };
    let Some(rest) = rest else {
        let by_cursor = |after| fetch(Place::after(after));
        let walked = pass(&by_cursor, &id, Some(first)).await;
        return agreed(walked, &by_cursor, &id).await;
    };
    let mut items: Vec<T> = first.nodes.into_iter().flatten().collect();
    items.extend(rest);
    Walk {
        listing: Listing::complete(items),
        failed: None,
    }
}

/// What the first page says about the others.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Records on a page; the last may have fewer.
    page: usize,
    /// Records of the list.
    total: usize,
}

impl Shape {
    /// `None` where there is nothing to fetch ahead.
    fn of<T>(first: &Page<T>) -> Option<Self> {
        let (page, total) = (first.nodes.len(), first.total_count?);
        let more = first.page_info.has_next_page && page > 1 && total > page;
        // Two pages are as quick by cursor, and a cursor is never in doubt.
        let worth = total > page.saturating_mul(2) && total / page.max(1) < MAX_PAGES;
        (more && worth).then_some(Self { page, total })
    }

    /// Where the pages after the first begin: each with the last record of the one before.
    fn offsets(self) -> impl Iterator<Item = usize> {
        let step = self.page - 1;
        (step..self.total - 1).step_by(step)
    }

    fn fits<T>(self, page: &Page<T>, offset: usize) -> bool {
        let left = self.total - offset;
        page.total_count == Some(self.total)
            && page.nodes.len() == left.min(self.page)
            && page.page_info.has_next_page == (left > self.page)
    }
}

/// The records after the first page; `None` if they are not all of them beyond doubt.
async fn rest<T, Fut>(
    fetch: &impl Fn(Place) -> Fut,
    id: &impl Fn(&T) -> String,
    first: &Page<T>,
    shape: Shape,
) -> Option<Vec<T>>
where
    Fut: Future<Output = PlatformResult<Page<T>>>,
{
    let mut seen = HashSet::with_capacity(shape.total);
    let mut last = String::new();
    for node in &first.nodes {
        last = id(node.as_ref()?);
        if !seen.insert(last.clone()) {
            return None;
        }
    }
    let mut pages = stream::iter(shape.offsets())
        .map(|offset| async move { (offset, fetch(Place::offset(offset)).await) })
        .buffered(WINDOW);
    let mut items = Vec::with_capacity(shape.total - shape.page);
    while let Some((offset, page)) = pages.next().await {
        let page = page.ok().filter(|page| shape.fits(page, offset))?;
        let nodes: Option<Vec<T>> = page.nodes.into_iter().collect();
        let mut nodes = nodes?.into_iter();
        if nodes.next().map(|node| id(&node)).as_ref() != Some(&last) {
            return None;
        }
        for node in nodes {
            last = id(&node);
            if !seen.insert(last.clone()) {
                return None;
            }
            items.push(node);
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests;
