//! The label on a live instance that says which version it left before that had proven itself, and when it ran that:
//! `gitops:ran=<version>@<since>/<until>`.
//!
//! A stamp is replaced by the next move. What failed on a version that was taken back is looked for afterwards,
//! also from another machine. The label is written in the same `updateInstance` that sets the other version.

use jiff::Timestamp;

use super::MoveStamp;

/// The time that an instance ran a version that it went back from, or on from before it was finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RanStamp {
    /// The number of the version.
    pub version: i64,
    /// Since when, by the server's clock.
    pub since: Timestamp,
    /// Until when, by the server's clock.
    pub until: Timestamp,
}

impl RanStamp {
    const PREFIX: &'static str = "gitops:ran=";

    /// Parses a label; `None` if it is not a well-formed one.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        let (version, span) = label.strip_prefix(Self::PREFIX)?.split_once('@')?;
        let (since, until) = span.split_once('/')?;
        Some(Self {
            version: version.parse().ok()?,
            since: since.parse().ok()?,
            until: until.parse().ok()?,
        })
    }

    /// The newest among the labels of one instance.
    #[must_use]
    pub fn among(labels: &[String]) -> Option<Self> {
        let all = labels.iter().filter_map(|label| Self::parse(label));
        all.max_by_key(|it| (it.until, it.version))
    }

    /// Whether a label is of this form, well-formed or not.
    #[must_use]
    pub fn is(label: &str) -> bool {
        label.starts_with(Self::PREFIX)
    }

    /// Labels without any stamp of either form, sorted.
    #[must_use]
    pub fn taken_off(labels: &[String]) -> Vec<String> {
        let mut labels = MoveStamp::taken_off(labels);
        labels.retain(|label| !Self::is(label));
        labels
    }

    /// Labels with this one in place of all earlier ones, sorted. The stamp of the last move stays.
    #[must_use]
    pub fn put_on(&self, labels: &[String]) -> Vec<String> {
        let kept = labels.iter().filter(|label| !Self::is(label));
        let mut all: Vec<String> = kept.cloned().collect();
        all.push(self.to_string());
        all.sort();
        all
    }
}

impl std::fmt::Display for RanStamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            version,
            since,
            until,
        } = self;
        write!(f, "{}{version}@{since}/{until}", Self::PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Marker;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let text = "gitops:ran=14@2026-11-29T08:12:00Z/2026-11-29T09:41:07Z";
        let ran = RanStamp::parse(text).unwrap();
        assert_eq!((ran.version, ran.to_string().as_str()), (14, text));
        assert!(Marker::is_reserved(text) && Marker::parse(text).is_none());
        for other in [
            "gitops:ran=14@2026-11-29T08:12:00Z",
            "gitops:ran=x@2026-11-29T08:12:00Z/2026-11-29T09:41:07Z",
            "gitops:moved=14<12@2026-11-29T09:41:07Z",
        ] {
            assert_eq!(RanStamp::parse(other), None, "{other}");
        }
    }

    #[test]
    fn it_replaces_its_like_and_leaves_the_stamp_of_a_move() {
        let labels: Vec<String> = [
            "paid",
            "gitops:ran=13@2026-11-27T08:12:00Z/2026-11-28T09:41:07Z",
            "gitops:moved=15<12@2026-11-29T09:41:07Z",
        ]
        .map(str::to_owned)
        .into();
        let ran = RanStamp::parse("gitops:ran=14@2026-11-29T08:12:00Z/2026-11-29T09:41:07Z");
        let put = ran.unwrap().put_on(&labels);
        assert_eq!(
            put,
            [
                "gitops:moved=15<12@2026-11-29T09:41:07Z",
                "gitops:ran=14@2026-11-29T08:12:00Z/2026-11-29T09:41:07Z",
                "paid"
            ]
        );
        assert_eq!(RanStamp::among(&put), ran);
        assert_eq!(RanStamp::taken_off(&put), ["paid"]);
    }
}
