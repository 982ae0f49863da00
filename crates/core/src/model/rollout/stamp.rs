//! The label on a live instance that says when it moved: `gitops:moved=<to><<from>@<server time>`.
//!
//! One that a person sent past the waves ends in `,bypass`: it says when and where from, and opens no wave. To a reader that
//! does not know the ending it is no stamp, so that the last deploy counts, which is later.
//!
//! `lastDeployedAt` is reset by every later deploy, so it does not say when a version came. The label is
//! written in the same `updateInstance` that sets the version.

use jiff::Timestamp;

/// One move of an instance to another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveStamp {
    /// The number of the version it moved to.
    pub to: i64,
    /// The number of the version that its rollout comes from: where that of an earlier version did not
    /// finish, the one that the earlier came from.
    pub from: i64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// A person sent it past its wave.
    pub bypass: bool,
}

impl MoveStamp {
    const PREFIX: &'static str = "gitops:moved=";
    const BYPASS: &'static str = ",bypass";

    /// Parses a label; `None` if it is not a well-formed stamp.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        let (versions, at) = label.strip_prefix(Self::PREFIX)?.split_once('@')?;
        let (to, from) = versions.split_once('<')?;
        let past = at.strip_suffix(Self::BYPASS);
        Some(Self {
            to: to.parse().ok()?,
            from: from.parse().ok()?,
            at: past.unwrap_or(at).parse().ok()?,
            bypass: past.is_some(),
        })
    }

    /// The newest stamp among the labels of one instance. Two writers may have left two.
    #[must_use]
    pub fn among(labels: &[String]) -> Option<Self> {
        let stamps = labels.iter().filter_map(|label| Self::parse(label));
        stamps.max_by_key(|stamp| (stamp.at, stamp.to))
    }

    /// Whether a label is of this form, well-formed or not.
    #[must_use]
    pub fn is(label: &str) -> bool {
        label.starts_with(Self::PREFIX)
    }

    /// Labels with this stamp in place of all earlier ones, sorted.
    #[must_use]
    pub fn put_on(&self, labels: &[String]) -> Vec<String> {
        let mut all = Self::taken_off(labels);
        all.push(self.to_string());
        all.sort();
        all
    }

    /// Labels without any stamp, sorted.
    #[must_use]
    pub fn taken_off(labels: &[String]) -> Vec<String> {
        let kept = labels.iter().filter(|label| !Self::is(label));
        let mut kept: Vec<String> = kept.cloned().collect();
        kept.sort();
        kept
    }
}

impl std::fmt::Display for MoveStamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}<{}@{}", Self::PREFIX, self.to, self.from, self.at)?;
        f.write_str(if self.bypass { Self::BYPASS } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Marker;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let text = "gitops:moved=14<12@2026-11-29T09:41:07Z";
        let stamp = MoveStamp::parse(text).unwrap();
        assert_eq!((stamp.to, stamp.from), (14, 12));
        assert_eq!(stamp.to_string(), text);
        assert!(!stamp.bypass);
        let past = MoveStamp {
            bypass: true,
            ..stamp
        };
        assert_eq!(past.to_string(), format!("{text},bypass"));
        assert_eq!(MoveStamp::parse(&past.to_string()), Some(past));
        for other in [
            "gitops:moved=14@2026-11-29T09:41:07Z",
            "gitops:moved=14<12",
            "gitops:moved=14<x@2026-11-29T09:41:07Z",
            "gitops:moved=14<12@yesterday",
            "gitops:moved=14<12@2026-11-29T09:41:07Z,passed",
            "moved=14<12@2026-11-29T09:41:07Z",
        ] {
            assert_eq!(MoveStamp::parse(other), None, "{other}");
        }
    }

    #[test]
    fn it_is_a_reserved_label_and_never_a_marker() {
        let text = "gitops:moved=14<12@2026-11-29T09:41:07Z";
        assert!(Marker::is_reserved(text) && MoveStamp::is(text));
        assert_eq!(Marker::parse(text), None);
        assert!(!MoveStamp::is("gitops:p/moved"));
        for rollout in [super::super::labels::PAUSED, "gitops:rollout=aborted@14"] {
            assert!(Marker::is_reserved(rollout));
            assert_eq!(Marker::parse(rollout), None);
        }
    }

    #[test]
    fn one_stamp_stays_and_the_newest_counts() {
        let old = "gitops:moved=13<12@2026-11-28T09:00:00Z".to_owned();
        let new = MoveStamp::parse("gitops:moved=14<12@2026-11-29T09:00:00Z").unwrap();
        let labels = vec!["paid".to_owned(), old, "gitops:p/a".to_owned()];
        let put = new.put_on(&labels);
        assert_eq!(
            put,
            [
                "gitops:moved=14<12@2026-11-29T09:00:00Z",
                "gitops:p/a",
                "paid"
            ]
        );
        assert_eq!(MoveStamp::taken_off(&put), ["gitops:p/a", "paid"]);
        let both: Vec<String> = [labels, put].concat();
        assert_eq!(MoveStamp::among(&both), Some(new));
    }
}
