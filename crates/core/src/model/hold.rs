//! The label by which a person has a live object left alone for a while: `gitops:hold=<until>`.
//!
//! It is on the object rather than in a store, so that every runner respects it. The one clock that decides whether
//! it is over is the server's.

use jiff::Timestamp;

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiveHold {
    /// It ends by itself at that time of the server.
    Until(Timestamp),
    /// What its label says is no time, so it lasts until the label is taken off.
    Unreadable(String),
}

impl LiveHold {
    const PREFIX: &'static str = "gitops:hold=";

    /// Whether a label is of this form, well-formed or not, in force or over.
    #[must_use]
    pub fn is(label: &str) -> bool {
        label.starts_with(Self::PREFIX)
    }

    /// The label of a hold that ends then. Parts of a second are rounded up: a hold never ends early.
    #[must_use]
    pub fn label(until: Timestamp) -> String {
        let more = i64::from(until.subsec_nanosecond() > 0);
        let whole = Timestamp::from_second(until.as_second().saturating_add(more));
        format!("{}{}", Self::PREFIX, whole.unwrap_or(until))
    }

    fn parse(label: &str) -> Option<Self> {
        let text = label.strip_prefix(Self::PREFIX)?;
        Some(match text.parse() {
            Ok(until) => Self::Until(until),
            Err(_) => Self::Unreadable(text.to_owned()),
        })
    }

    fn is_over(&self, now: Option<Timestamp>) -> bool {
        match self {
            Self::Until(until) => now.is_some_and(|now| *until <= now),
            Self::Unreadable(_) => false,
        }
    }

    /// The hold on an object with these labels, of several the one that lasts longest.
    ///
    /// `now` is the time by the server's clock. Where that is not known, every hold is in force.
    #[must_use]
    pub fn in_force(labels: &[String], now: Option<Timestamp>) -> Option<Self> {
        let holds = labels.iter().filter_map(|label| Self::parse(label));
        holds.filter(|hold| !hold.is_over(now)).max()
    }

    /// When it ends by itself.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        match self {
            Self::Until(until) => Some(*until),
            Self::Unreadable(_) => None,
        }
    }

    /// Labels with a hold until then in place of all earlier ones, sorted.
    #[must_use]
    pub fn put_on(labels: &[String], until: Timestamp) -> Vec<String> {
        let mut all = Self::taken_off(labels);
        all.push(Self::label(until));
        all.sort();
        all
    }

    /// Labels without any hold, in force or over, sorted.
    #[must_use]
    pub fn taken_off(labels: &[String]) -> Vec<String> {
        let kept = labels.iter().filter(|label| !Self::is(label));
        let mut kept: Vec<String> = kept.cloned().collect();
        kept.sort();
        kept
    }

    /// Takes out the labels of holds that are over.
    pub fn drop_over(labels: &mut Vec<String>, now: Option<Timestamp>) {
        labels.retain(|label| Self::parse(label).is_none_or(|hold| !hold.is_over(now)));
    }
}

/// `until 2026-11-30T16:00:00Z`.
impl std::fmt::Display for LiveHold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Until(until) => write!(f, "until {until}"),
            Self::Unreadable(text) => {
                write!(f, "until `unhold`: {text:?} in its label is no time")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Marker;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn labels(all: &[&str]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_hold_is_in_force_until_its_time_by_the_servers_clock() {
        const NOON: &str = "gitops:hold=2026-11-30T12:00:00Z";
        const ONE: &str = "gitops:hold=2026-11-30T13:00:00Z";
        for (all, now, expected) in [
            (&["paid"][..], Some("2026-11-30T11:00:00Z"), None),
            (&[NOON], Some("2026-11-30T11:59:59Z"), Some("12:00")),
            (&[NOON], Some("2026-11-30T12:00:00Z"), None),
            (&[NOON], None, Some("12:00")),
            // The one that lasts longest counts, in any order.
            (&[ONE, NOON], Some("2026-11-30T11:00:00Z"), Some("13:00")),
            (&[NOON, ONE], Some("2026-11-30T12:30:00Z"), Some("13:00")),
            // Another offset is the same moment.
            (
                &["gitops:hold=2026-11-30T13:00:00+01:00"],
                Some("2026-11-30T11:59:59Z"),
                Some("12:00"),
            ),
            // What says no time was still meant as a hold.
            (
                &["gitops:hold="],
                Some("2026-11-30T12:00:00Z"),
                Some("unhold"),
            ),
            (&["gitops:hold=tomorrow", NOON], None, Some("unhold")),
            (&["gitops:holding=2026-11-30T12:00:00Z"], None, None),
        ] {
            let hold = LiveHold::in_force(&labels(all), now.map(at));
            match expected {
                Some(word) => {
                    let shown = hold.map(|it| it.to_string()).unwrap_or_default();
                    assert!(shown.contains(word), "{all:?} at {now:?}: {shown:?}");
                }
                None => assert_eq!(hold, None, "{all:?} at {now:?}"),
            }
        }
    }

    #[test]
    fn one_hold_replaces_the_others_and_is_no_marker() {
        let all = labels(&[
            "paid",
            "gitops:hold=x",
            "gitops:p/a",
            "gitops:hold=2026-01-01T00:00:00Z",
        ]);
        let put = LiveHold::put_on(&all, at("2026-11-30T12:00:00.25Z"));
        assert_eq!(
            put,
            ["gitops:hold=2026-11-30T12:00:01Z", "gitops:p/a", "paid"]
        );
        assert_eq!(LiveHold::taken_off(&put), ["gitops:p/a", "paid"]);
        let label = &put[0];
        assert!(LiveHold::is(label) && Marker::is_reserved(label));
        assert_eq!(Marker::parse(label), None);
    }

    #[test]
    fn only_what_is_over_is_dropped() {
        let all = ["gitops:hold=2026-11-30T12:00:00Z", "gitops:hold=x", "paid"];
        for (now, left) in [
            (None, 3),
            (Some("2026-11-30T11:00:00Z"), 3),
            (Some("2026-11-30T12:00:00Z"), 2),
        ] {
            let mut all = labels(&all);
            LiveHold::drop_over(&mut all, now.map(at));
            assert_eq!(all.len(), left, "{now:?}");
        }
    }
}
