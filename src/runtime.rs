//! What every long-running part needs: time, tasks, shutdown, telemetry.

pub mod clock;
