//! The async runtime, and what signals do to the work on it.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::watch;

use super::error::CliError;
use crate::runtime::shutdown::{self, Shutdown};

/// Runs work that needs time or the network.
///
/// Not used where it is not needed: starting it costs more than `--version` does.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4));
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|error| CliError::world("cannot start").because(&error))?;
    let outcome = runtime.block_on(work);
    // A read of the terminal cannot be cancelled; do not wait for it.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

/// From now on signals come here instead of ending the process.
pub(crate) fn signals() -> Result<Shutdown, CliError> {
    shutdown::on_signals()
        .map_err(|error| CliError::world("cannot listen for signals").because(&error))
}

/// The same, and the end of the terminal with them.
pub(crate) fn signals_and_hangup() -> Result<Shutdown, CliError> {
    shutdown::on_signals_and_hangup()
        .map_err(|error| CliError::world("cannot listen for signals").because(&error))
}

/// Work that the first signal may drop anywhere, because it writes nothing.
pub(crate) async fn or_interrupt<T>(
    signals: &Shutdown,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    tokio::select! {
        biased;
        done = work => done,
        () = signals.draining() => Err(CliError::interrupted()),
    }
}

/// Work that is asked to stop by the first signal, and dropped by the second.
pub(crate) async fn or_drain<T>(
    signals: &Shutdown,
    stop: &watch::Sender<bool>,
    asked: impl FnOnce(),
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    let ask = async {
        signals.draining().await;
        stop.send_replace(true);
        asked();
        signals.aborted().await;
    };
    tokio::select! {
        biased;
        done = work => done,
        () = ask => Err(CliError::interrupted()
            .hint("what was written stays; running the command again goes on from there")),
    }
}
