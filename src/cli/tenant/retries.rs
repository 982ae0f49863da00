//! Tells a person at a terminal that a request is sent again, so that a pause is no riddle.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::ui::{self, Ui};
use crate::prismatic::RetryListener;
use crate::prismatic::error::PlatformError;

/// Writes to stderr, where that is a terminal.
#[derive(Debug)]
pub(super) struct ToldAtTerminal;

impl ToldAtTerminal {
    /// Nobody off a terminal: what a script reads is the outcome.
    pub(super) fn listening(ui: &Ui) -> Option<Arc<dyn RetryListener>> {
        ui.can_draw().then(|| Arc::new(Self) as _)
    }
}

impl RetryListener for ToldAtTerminal {
    fn trying_again(&self, error: &PlatformError, delay: Duration) {
        // The line may hold a spinner, which draws itself again.
        let line = format!("\r\x1b[K{}\n", ui::clean(&told(error, delay), false));
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

fn told(error: &PlatformError, delay: Duration) -> String {
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
        let soon = told(&error, Duration::from_millis(740));
        insta::assert_snapshot!(soon, @"listInstances: HTTP 503: busy now; trying again in 0.7 s");
        let at_once = told(&error, Duration::ZERO);
        insta::assert_snapshot!(at_once, @"listInstances: HTTP 503: busy now; trying again");
    }
}
