//! What every long-running part needs: time, tasks, shutdown, readiness, logs.
//!
//! Knows nothing of Prismatic, files or plans.

pub mod clock;
pub mod readiness;
pub mod shutdown;
pub mod tasks;
pub mod telemetry;
