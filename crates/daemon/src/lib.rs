//! One pass, what wakes it, and the long-running tasks around it.
//!
//! ```text
//! source ─► controller (one pass: diff, plan, execute through writes) ─► status, history
//!              ▲                                                          │
//! watcher, polling, schedules, webhooks                      server, notifier
//! ```

pub mod controller;
pub mod daemon;
pub mod execute;
pub mod notifier;
pub mod server;
pub mod source;
pub mod writes;

use prism_gitops_api as api;
use prism_gitops_core::{
    definition, diff, disposition, fleet, journal, manifest, model, plan, redact, rollout,
    validate, windows,
};
use prism_gitops_runtime as runtime;
use prism_gitops_store as store;

/// What is seen of a tenant here: the trait and its errors. The client is not.
mod prismatic {
    pub(crate) use prism_gitops_http::transport;
    pub(crate) use prism_gitops_platform::{error, platform};
}
