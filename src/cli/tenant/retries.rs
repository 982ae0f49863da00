//! Reports retries and pauses to the user of a command.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::ui::{self, Ui};
use crate::prismatic::RetryListener;
use crate::prismatic::error::PlatformError;

/// Writes to stderr.
#[derive(Debug)]
pub(super) struct ToldOnStderr {
    terminal: bool,
}

impl ToldOnStderr {
    pub(super) fn listening(ui: &Ui) -> Arc<dyn RetryListener> {
        let terminal = ui.can_draw();
        Arc::new(Self { terminal })
    }

    fn say(&self, text: &str) {
        let text = ui::clean(text, false);
        // The line may hold a spinner, which draws itself again.
        let clear = if self.terminal { "\r\x1b[K" } else { "" };
        let line = format!("{clear}{text}\n");
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

impl RetryListener for ToldOnStderr {
    /// Off a terminal what is read is the outcome, and what takes long.
    fn trying_again(&self, error: &PlatformError, delay: Duration) {
        if self.terminal {
            self.say(&message(error, delay));
        }
    }

    fn held_back(&self, wait: Duration) {
        self.say(&format!("waiting {} s for the rate limit", seconds(wait)));
    }

    fn still_waiting(&self, operation: &'static str, since: Duration) {
        let since = seconds(since);
        self.say(&format!(
            "waiting for the answer to {operation}, for {since} s so far"
        ));
    }
}

fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_millis() >= 500)
}

fn message(error: &PlatformError, delay: Duration) -> String {
    let error = error.to_string();
    let error: Vec<&str> = error.split_whitespace().collect();
    match delay.as_secs_f64() {
        none if none < 0.1 => format!("{}; trying again", error.join(" ")),
        seconds => format!("{}; trying again in {seconds:.1} s", error.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prismatic::error::{Effect, ErrorKind};

    #[test]
    fn a_retry_is_told_in_one_line() {
        let error = PlatformError {
            operation: "listInstances",
            kind: ErrorKind::Status {
                status: 503,
                message: "busy\nnow".to_owned(),
            },
            effect: Effect::None,
        };
        let soon = message(&error, Duration::from_millis(740));
        insta::assert_snapshot!(soon, @"listInstances: HTTP 503: busy now; trying again in 0.7 s");
        let at_once = message(&error, Duration::ZERO);
        insta::assert_snapshot!(at_once, @"listInstances: HTTP 503: busy now; trying again");
    }
}
