//! Texts in one line, for logs, statuses and messages.

use crate::harmless;

/// An error and its causes, each once.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The first `most` characters, in one line.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    harmless::brief(text, most)
}
