//! prism-gitops: a declarative reconciler for Prismatic.
//!
//! ```text
//! watch | cron | webhook ─wake(key)─► controller::reconcile(key)
//! Source::snapshot ─► manifest ─► validate ─► Desired ─┐
//! Platform::observe ─────────────────────► Observed ─┴► diff ─► plan ─► execute ─► status
//! ```
//!
//! This package is the program: the command line, its settings, and the wiring. Its parts are below
//! `crates/`; the `Cargo.toml` of each crate limits what it may depend on.

pub mod cli;
pub mod config;

pub use prism_gitops_api as api;
pub use prism_gitops_core::{
    accept, definition, diff, disposition, export, fleet, harmless, journal, manifest, model, plan,
    promote, redact, rollout, sensitivity, validate, windows, yaml,
};
pub use prism_gitops_daemon::{controller, daemon, execute, notifier, server, source, writes};
pub use prism_gitops_runtime as runtime;
#[cfg(feature = "sandbox")]
pub use prism_gitops_sandbox as sandbox;
pub use prism_gitops_store as store;

/// Prismatic over HTTP.
pub mod prismatic {
    pub use prism_gitops_client::*;
    pub use prism_gitops_http::{
        self as http, HttpError, HttpSettings, HttpTransport, Listening, transport,
    };
    pub use prism_gitops_platform::{error, platform};
}
