//! A whole list as a stream of pages: the next one is read when it is asked for.
//!
//! No more than two pages are in memory at a time, however long the list is.
//! Cursors are offsets in disguise (FACTS §6), so a list that changes while it
//! is read can lose or repeat records. Repeated ones are left out; whether any
//! is missing is told at the end, by the number that the server counts.

use std::collections::HashSet;

use super::lists::{Gaps, ListPage, ListRequest, broken};
use crate::prismatic::client::PrismaticClient;
use crate::prismatic::error::PlatformError;
use crate::prismatic::paging::records;
use crate::prismatic::platform::PlatformResult;

/// The most records that come at once (FACTS §6).
const PAGE: u32 = 100;

/// A list on its way.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a PrismaticClient,
    request: ListRequest,
    /// The ids of the page before: what a shift of one page can repeat.
    last: HashSet<String>,
    read: u64,
    /// What the server failed on.
    gaps: Gaps,
    number: u32,
    ended: bool,
    /// Why there can be no page after the one just given.
    broken: Option<PlatformError>,
}

impl PrismaticClient {
    /// A list from its beginning to its end. Of the request's window nothing counts.
    #[must_use]
    pub fn pages(&self, request: &ListRequest) -> Pages<'_> {
        let mut request = request.clone();
        request.window = super::Window {
            first: Some(PAGE),
            ..super::Window::default()
        };
        Pages {
            client: self,
            request,
            last: HashSet::new(),
            read: 0,
            gaps: Gaps::default(),
            number: 0,
            ended: false,
            broken: None,
        }
    }
}

impl Pages<'_> {
    /// The next page; `None` after the last one.
    ///
    /// # Errors
    ///
    /// [`PlatformError`] where a page cannot be read, or the pages do not add
    /// up to the list; after the last page also where records came as null, which
    /// the schema allows (`nodes: [T]!`). What came before remains true.
    pub async fn next(&mut self) -> PlatformResult<Option<ListPage>> {
        if let Some(error) = self.broken.take() {
            self.ended = true;
            return Err(error);
        }
        if self.ended {
            return Ok(None);
        }
        let mut page = self.client.list(&self.request).await?;
        self.number += 1;
        let gaps = page.take_gaps();
        let has_nulls = gaps.nulls > 0;
        self.gaps.add(gaps);
        let mut seen = HashSet::new();
        page.nodes.retain(|node| {
            let id = node["id"].as_str().unwrap_or_default().to_owned();
            let fresh = id.is_empty() || !self.last.contains(&id) && !seen.contains(&id);
            seen.insert(id);
            fresh
        });
        self.last = seen;
        self.read += page.nodes.len() as u64;
        let stands_still = page.nodes.is_empty() && !has_nulls;
        self.broken = self.advance(&page, stands_still).err();
        Ok(Some(page))
    }

    /// Takes the cursor of the next page, or checks that all of the list was there.
    fn advance(&mut self, page: &ListPage, stands_still: bool) -> PlatformResult<()> {
        if page.page_info["hasNextPage"] != true {
            self.ended = true;
            return match (self.gaps.error(), page.total_count) {
                (Some(error), _) => Err(error),
                (None, Some(total)) if total != self.read => Err(broken(format!(
                    "the list changed while it was read: {} of {total}",
                    records(self.read)
                ))),
                _ => Ok(()),
            };
        }
        let next = page.page_info["endCursor"].as_str().map(str::to_owned);
        if next.is_none() || next == self.request.window.after || stands_still {
            return Err(broken(format!(
                "page {} announces another one and does not lead to it",
                self.number
            )));
        }
        self.request.window.after = next;
        Ok(())
    }
}
