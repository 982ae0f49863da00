//! What every long-running part needs: time, tasks, shutdown, readiness, logs.
//!
//! Knows nothing of Prismatic, files or plans.

pub mod clock;
pub mod readiness;
pub mod reload;
pub mod shutdown;
pub mod supervisor;
pub mod tasks;
pub mod telemetry;
#[cfg(feature = "otlp")]
pub mod traces;

use prism_gitops_core::{harmless, redact};
