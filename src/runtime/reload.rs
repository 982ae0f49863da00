//! SIGHUP: look at everything again, now.
//!
//! There is nothing to load: each pass reads manifests, tokens and secrets anew.
//! So the signal only wakes one. Many signals are one wake-up.

use tokio::sync::watch;

/// Counts the SIGHUPs from now on; without signals of that kind it never grows.
///
/// Call inside a tokio runtime. The handler stays for the rest of the process,
/// which from then on does not end by SIGHUP.
///
/// # Errors
///
/// When the handler cannot be installed.
pub fn on_hangup() -> std::io::Result<watch::Receiver<u64>> {
    let (sender, receiver) = watch::channel(0);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::info!(
                    event = "reload.requested",
                    "SIGHUP: looking at everything again"
                );
                sender.send_modify(|count| *count += 1);
            }
        });
    }
    #[cfg(not(unix))]
    drop(sender);
    Ok(receiver)
}
