//! A panic is our bug, and the message says so.

use std::io::Write as _;

use crate::{harmless, redact};

/// Replaces Rust's own message. The exit code is set where the panic ends up.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let what = redact::known().foreign(&info.to_string()).into_owned();
        let text = report(
            &harmless::terminal(&what, false),
            std::thread::current().name(),
        );
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
}

/// The message: whose fault it is, what happened, what to do.
fn report(what: &str, thread: Option<&str>) -> String {
    format!(
        "\nError: this is a bug in prism-gitops, not in your files.\n\
         What happened: {what}\n\
         Where: version {version}, {os} {arch}, thread {thread}\n\
         Hint: please report it with the lines above and the command you ran{to}. \
         What was applied before it stays applied; running again is safe.\n",
        version = env!("CARGO_PKG_VERSION"),
        os = std::env::consts::OS,
        arch = std::env::consts::ARCH,
        thread = thread.unwrap_or("unnamed"),
        to = match option_env!("CARGO_PKG_REPOSITORY") {
            Some(url) if !url.is_empty() => format!(" at {url}/issues"),
            _ => String::new(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_takes_the_blame_and_asks_for_a_report() {
        let text = report(
            "panicked at src/x.rs:1:1:\nindex out of bounds",
            Some("main"),
        );
        assert!(text.contains("this is a bug in prism-gitops"));
        assert!(text.contains("index out of bounds"));
        assert!(text.contains("please report it"));
    }
}
