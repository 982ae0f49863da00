//! A whole list as a stream of pages: the next one is read when it is asked for.
//!
//! At most two pages are in memory at a time, for a list of any length. Cursors are encoded offsets (FACTS
//! §6), so a list that changes while it is read can lose or repeat records. As in [`crate::paging`] each page
//! has to begin with the last record of the one before, and the number of records has to match the server's
//! count. Pages that were returned already cannot be revised, so an inconsistent page is an error.

use std::collections::HashSet;

use super::lists::{Gaps, ListPage, ListRequest, broken, key};
use crate::client::PrismaticClient;
use crate::error::PlatformError;
use crate::paging::{last_of, overlapping, records};
use crate::platform::PlatformResult;

/// The most records that come at once (FACTS §6).
const PAGE: u32 = 100;

/// A list on its way.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a PrismaticClient,
    request: ListRequest,
    /// The records of the page before.
    before: HashSet<String>,
    /// The record that the next page has to begin with. `None` where that one is null.
    last: Option<String>,
    read: u64,
    /// What the server failed on.
    gaps: Gaps,
    number: u32,
    /// The server gives one record a page.
    single: bool,
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
            before: HashSet::new(),
            last: None,
            read: 0,
            gaps: Gaps::default(),
            number: 0,
            single: false,
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
        self.follow(&mut page)?;
        let last = page.nodes.last();
        self.last = last.filter(|node| !node.is_null()).map(key);
        let gaps = page.take_gaps();
        let has_nulls = gaps.nulls > 0;
        self.gaps.add(gaps);
        let keys: HashSet<String> = page.nodes.iter().map(key).collect();
        if keys.len() < page.nodes.len() || !keys.is_disjoint(&self.before) {
            self.ended = true;
            return Err(self.moved(page.total_count));
        }
        self.before = keys;
        self.read += page.nodes.len() as u64;
        let stands_still = page.nodes.is_empty() && !has_nulls;
        self.broken = self.advance(&page, stands_still).err();
        Ok(Some(page))
    }

    /// Leaves out the record that is there to show that the page follows the one before.
    fn follow(&mut self, page: &mut ListPage) -> PlatformResult<()> {
        // With a single record on a page there can be no duplicate.
        if self.number == 1 || self.single {
            return Ok(());
        }
        let begins = page.nodes.first().filter(|node| !node.is_null()).map(key);
        let told = begins.is_some() && self.last.is_some();
        if page.nodes.is_empty() || told && begins != self.last {
            self.ended = true;
            return Err(self.moved(page.total_count));
        }
        page.nodes.remove(0);
        Ok(())
    }

    fn moved(&self, total: Option<u64>) -> PlatformError {
        let of = total.map_or_else(String::new, |total| format!(" of {total}"));
        let read = records(self.read);
        broken(format!("the list changed while it was read: {read}{of}"))
    }

    /// Takes the cursor of the next page, or checks that all of the list was there.
    fn advance(&mut self, page: &ListPage, stands_still: bool) -> PlatformResult<()> {
        if page.page_info["hasNextPage"] != true {
            self.ended = true;
            return match (self.gaps.error(), page.total_count) {
                (Some(error), _) => Err(error),
                (None, Some(total)) if total != self.read => Err(self.moved(Some(total))),
                _ => Ok(()),
            };
        }
        self.single |= self.number == 1 && page.nodes.len() == 1;
        let next = match self.single {
            true => last_of(&page.edges),
            false => overlapping(&page.edges),
        };
        let next = next.map(str::to_owned);
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
