//! The words for people: phases, and what can be done.

use std::time::Duration;

use jiff::Timestamp;

use super::{Derived, Phase};

/// A span of time as manifests write it.
pub(super) fn span(duration: Duration) -> String {
    let mut left = duration.as_secs();
    let mut text = String::new();
    for (unit, size) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        let count = left / size;
        left %= size;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// A time to the minute.
pub(super) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What a person can do in this phase.
pub(super) fn next(derived: &Derived) -> Vec<String> {
    if derived.unread.is_some() {
        return vec!["see why executions could not be read; the next run goes on".to_owned()];
    }
    let all: &[&str] = match derived.phase {
        Phase::Settled | Phase::Moving | Phase::Soaking | Phase::Finished | Phase::GoingBack => &[],
        Phase::Waiting => &[
            "wait for runs, or have some run",
            "accept it as it is: `rollout approve`, or `approve:` in git",
        ],
        Phase::Standing => &["see to what is named, or set `optional: true` on the wave"],
        Phase::Stopped => &[
            "fix it in git: a new version starts over",
            "accept these failures: `rollout approve`, or `approve:` in git",
            "take the version back: `rollout abort`",
        ],
        Phase::Withdrawn => &[
            "change the definition in git: a new version starts over",
            "`rollout retry`: the version starts with the first wave again",
            "`rollout report` lists what failed on it",
        ],
        Phase::Paused => &["resume it"],
    };
    all.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_in_manifests() {
        for (seconds, text) in [(0, "0s"), (90, "1m30s"), (7_200, "2h"), (86_401, "1d1s")] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
