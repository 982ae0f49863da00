//! What goes over HTTP and out of `-o json`, as types that both sides share.
//!
//! Who writes a document serialises a type of this crate, and who reads it, the command line its own daemon
//! for one, deserialises the same type. The JSON Schemas in `docs/schema` and `docs/openapi.json` are made of
//! these types by the tests of this crate; `UPDATE_SCHEMAS=1` writes them anew.
//!
//! Pure words: no I/O, no clock, and nothing is decided here. What is richer inside the program (addresses,
//! findings, records) is turned into these types where it is defined.
//!
//! # Invariants
//!
//! - A type has exactly the fields of its document, in their order: none is hidden, none is made up on the way.
//! - What is added is optional for readers, and raises the minor number of [`FORMAT_VERSION`]; nothing that is
//!   published goes away or changes its type. Held by `tests/it/published.rs`.
//! - Readers ignore keys that they do not know. What a client reads from a server has its words as
//!   [`Word`], which takes those of newer servers too.

#[macro_use]
mod vocabulary;

mod address;
pub mod dedupe;
mod diagnostic;
pub mod diff;
mod envelope;
pub mod event;
pub mod export;
mod failure;
pub mod health;
pub mod history;
pub mod http;
pub mod list;
pub mod notice;
pub mod page;
pub mod part;
mod pause;
pub mod plan;
pub mod resource;
pub mod rollout;
pub mod simulation;
pub mod status;
pub mod validate;
pub mod whoami;
pub mod why;
pub mod wish;

#[cfg(test)]
mod schema;

pub use address::{Address, Kind, Place};
pub use diagnostic::{Class, Diagnostic, Severity};
pub use envelope::{FORMAT_VERSION, FormatVersion, PerEnvironment, Versioned};
pub use failure::{Failed, Failure};
pub use pause::{LONGEST_REASON, Pause, check_reason};
pub use resource::{Disposition, Health, SyncStatus};
pub use vocabulary::{Word, Words};
