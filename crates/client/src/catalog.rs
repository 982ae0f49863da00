//! Reads for people: lists with every filter, single records, executions, raw queries.
//!
//! Answers keep the API's own field names. Config values are not among the
//! fields: they may be secret.

mod collection;
mod drafts;
mod filters;
mod lists;
mod pages;
mod raw;
mod records;

pub use collection::Collection;
pub use drafts::is_version;
pub use filters::{Filter, FilterKind};
pub use lists::{Gaps, ListPage, ListRequest, UnknownFilter, UnknownOrder, Window};
pub use pages::Pages;
pub use raw::RawAnswer;
pub use records::{FlowTest, Record};

/// Every document of this module, with every filter there is.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    let mut all = lists::samples();
    all.extend(records::samples());
    all
}

#[cfg(test)]
mod tests;
