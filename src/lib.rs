//! prism-gitops: a declarative reconciler for Prismatic.
//!
//! ```text
//! watch | cron | webhook ─wake(key)─► controller::reconcile(key)
//! Source::snapshot ─► manifest ─► validate ─► Desired ─┐
//! Platform::observe ─────────────────────► Observed ─┴► diff ─► plan ─► execute ─► status
//! ```
//!
//! The modules marked *pure* hold every decision: they are synchronous and know
//! no I/O, clock or randomness. `tests/it/architecture.rs` holds the import rules.

// Pure, in the order in which they may import each other.
pub mod yaml;

pub mod sensitivity;

pub mod harmless;

pub mod redact;

pub mod model;

pub mod manifest;

pub mod definition;

pub mod validate;

pub mod diff;

pub mod plan;

pub mod export;

pub mod journal;

// The edges.
pub mod cli;
pub mod config;
pub mod controller;
pub mod daemon;
pub mod execute;
pub mod notifier;
pub mod prismatic;
pub mod runtime;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod server;
pub mod source;
pub mod store;
pub mod writes;
