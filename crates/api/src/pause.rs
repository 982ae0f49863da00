//! A pause: nothing is written for a while, because a person asked for that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// Why nothing is written for the time being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pause {
    /// The reason that was given for it.
    pub reason: String,
    /// When that was.
    pub since: Timestamp,
    /// When it ends by itself; null where it has to be ended.
    pub until: Option<Timestamp>,
}

impl Pause {
    /// Whether it has ended by itself. The wall clock counts, as people set it.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// What is wrong with a reason for a pause, if anything.
    ///
    /// # Errors
    ///
    /// A sentence for the person who gave it.
    pub fn check_reason(reason: &str) -> Result<(), String> {
        check_reason("a pause", reason)
    }
}

/// What is wrong with the reason for something, such as `a hold`, if anything.
///
/// # Errors
///
/// A sentence for the person who gave it.
pub fn check_reason(of: &str, reason: &str) -> Result<(), String> {
    if reason.trim().is_empty() {
        Err(format!("{of} needs a reason"))
    } else if reason.chars().count() > LONGEST_REASON {
        Err("the reason is longer than 500 characters".to_owned())
    } else if reason.chars().any(char::is_control) {
        Err("the reason has control characters".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_over_from_its_end_on() {
        let pause = |until: Option<&str>| Pause {
            reason: "r".to_owned(),
            since: Timestamp::UNIX_EPOCH,
            until: until.map(|text| text.parse().unwrap()),
        };
        let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        assert!(!pause(None).is_over(noon));
        assert!(pause(Some("2026-11-20T12:00:00Z")).is_over(noon));
        assert!(!pause(Some("2026-11-20T12:00:01Z")).is_over(noon));
    }

    #[test]
    fn a_reason_is_one_line_that_says_something() {
        assert!(Pause::check_reason("release of 4.2").is_ok());
        assert!(Pause::check_reason(&"x".repeat(500)).is_ok());
        for bad in ["", "  ", "a\nb", "a\u{1b}[31m", &"x".repeat(501)] {
            assert!(Pause::check_reason(bad).is_err(), "{bad:?}");
        }
        let blank = check_reason("a hold", " ").unwrap_err();
        assert_eq!(blank, "a hold needs a reason");
    }
}
