//! Records and lists of the API as text: tables, JSON, YAML, CSV, names.
//!
//! # Invariants
//!
//! - JSON and YAML have the API's own field names and values.
//! - A table has only printable characters, for any value.
//! - A list is written page by page; no more than a page is kept.

pub(crate) mod cell;
pub(crate) mod csv;
pub(crate) mod listing;
pub(crate) mod moment;
pub(crate) mod record;
mod table;
pub(crate) mod yaml;

pub(crate) use table::Table;
