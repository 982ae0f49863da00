//! SIGHUP: look at everything again, now; or stop, where a terminal was closed.
//!
//! There is nothing to load: each pass reads manifests, tokens and secrets anew.
//! So the signal only wakes one. Many signals are one wake-up.
//!
//! A terminal that is closed sends the same signal to its processes. A process below a service manager, or
//! without a terminal, gets it only on purpose.

use std::collections::BTreeMap;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What SIGHUP means to this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// Look at everything again.
    Reloads,
    /// The terminal is gone: finish what is under way, and end.
    Ends,
    /// Nothing: the parent process (`nohup`) had it ignored.
    Ignored,
}

impl Hangup {
    /// What it means here. `asked`: a flag says that it reloads.
    #[must_use]
    pub fn here(asked: bool, variables: &BTreeMap<String, String>) -> Self {
        Self::decide(asked || is_managed(variables), has_terminal(), is_ignored())
    }

    fn decide(meant: bool, terminal: bool, ignored: bool) -> Self {
        match (meant, terminal, ignored) {
            (true, _, _) | (false, false, _) => Self::Reloads,
            (false, true, true) => Self::Ignored,
            (false, true, false) => Self::Ends,
        }
    }
}

/// Whether a service manager started this: systemd says so in both variables.
fn is_managed(variables: &BTreeMap<String, String>) -> bool {
    ["NOTIFY_SOCKET", "INVOCATION_ID"].into_iter().any(|name| {
        variables
            .get(name)
            .is_some_and(|value| !value.trim().is_empty())
    })
}

/// Whether this process belongs to a terminal, wherever its streams lead.
fn has_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

/// Whether the signal was ignored when this process began. Known on Linux only.
fn is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

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
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reloads_where_somebody_means_it_and_ends_with_its_terminal() {
        for (meant, terminal, ignored, expected) in [
            (true, true, false, Hangup::Reloads),
            (true, true, true, Hangup::Reloads),
            (false, false, false, Hangup::Reloads),
            (false, true, false, Hangup::Ends),
            (false, true, true, Hangup::Ignored),
        ] {
            let found = Hangup::decide(meant, terminal, ignored);
            assert_eq!(found, expected, "{meant} {terminal} {ignored}");
        }
        let set = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert!(is_managed(&set("INVOCATION_ID", "0a1b")));
        assert!(is_managed(&set("NOTIFY_SOCKET", "/run/x")));
        assert!(!is_managed(&set("NOTIFY_SOCKET", "")));
        assert!(!is_managed(&set("TERM", "xterm")));
    }

    #[test]
    fn what_was_ignored_before_is_read_from_the_mask() {
        for (mask, ignored) in [
            ("SigIgn:\t0000000000000001", true),
            ("SigIgn:\t0000000000001006", false),
            ("SigIgn:\tx", false),
            ("", false),
        ] {
            assert_eq!(ignores_hangup(&format!("Name:\tx\n{mask}\n")), ignored);
        }
    }
}
