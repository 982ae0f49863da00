//! The label on a live object that says we own it: `gitops:<project>/<name>`, of a member of a fleet
//! `gitops:<project>/<fleet>/<customer>`.
//!
//! Labels are the only free-form field of integrations and instances that is
//! readable, writable and filterable.

use super::ResourceName;

/// The owner of a live object, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marker {
    /// The project that owns it.
    pub project: ResourceName,
    /// The `metadata.name` it is declared under.
    pub name: ResourceName,
}

impl Marker {
    const PREFIX: &'static str = "gitops:";

    /// The label that keeps an object from being switched off or pruned, regardless of who set it.
    pub const PROTECT: &'static str = "gitops:protect";

    /// Beside [`Self::PROTECT`]: `protect: true` of a manifest put it on, so that taking the key away
    /// takes the label off. A label that a person put on is a person's to take off.
    pub const PROTECT_DECLARED: &'static str = "gitops:protect-declared";

    /// Begins the label of a member that its fleet switched off when it left, before the day in UTC:
    /// `gitops:left=2026-11-30`. Only such a member is switched on again when it returns.
    pub const LEFT: &'static str = "gitops:left=";

    /// The label of a member that was off already when it left its fleet: it stays off when it returns.
    pub const LEFT_OFF: &'static str = "gitops:left-off";

    /// Whether a label belongs to this scheme, well-formed or not.
    ///
    /// `gitops:protect` and the like are reserved words of the scheme, not markers.
    #[must_use]
    pub fn is_reserved(label: &str) -> bool {
        label.starts_with(Self::PREFIX)
    }

    /// Parses a label; `None` if it is not one of ours.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        let (project, name) = label.strip_prefix(Self::PREFIX)?.split_once('/')?;
        Some(Self {
            project: ResourceName::parse(project).ok()?,
            name: ResourceName::parse_addressed(name).ok()?,
        })
    }

    /// Whether a label is this marker. Cheaper than reading the label.
    #[must_use]
    pub fn is(&self, label: &str) -> bool {
        let name = label
            .strip_prefix(Self::PREFIX)
            .and_then(|rest| rest.strip_prefix(self.project.as_str()))
            .and_then(|rest| rest.strip_prefix('/'));
        name == Some(self.name.as_str())
    }

    /// All markers among the labels of one object.
    pub fn among(labels: &[String]) -> impl Iterator<Item = Self> + '_ {
        labels.iter().filter_map(|label| Self::parse(label))
    }
}

impl std::fmt::Display for Marker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}/{}", Self::PREFIX, self.project, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let marker = Marker::parse("gitops:acme/smith-erp").unwrap();
        assert_eq!(marker.to_string(), "gitops:acme/smith-erp");
        assert!(marker.is("gitops:acme/smith-erp") && !marker.is("gitops:acme/smith-erp2"));
        let member = Marker::parse("gitops:acme/prod/cust-1").unwrap();
        assert_eq!(member.name.fleet(), Some("prod"));
        assert_eq!(member.to_string(), "gitops:acme/prod/cust-1");
        assert!(member.is("gitops:acme/prod/cust-1") && !member.is("gitops:acme/prod"));
        for other in [
            Marker::LEFT,
            Marker::LEFT_OFF,
            Marker::PROTECT,
            Marker::PROTECT_DECLARED,
            "gitops:a",
            "gitops:A/b",
            "production",
            "gitops:a/b/c/d",
            "gitops:a//c",
        ] {
            assert_eq!(Marker::parse(other), None, "{other}");
            assert!(!marker.is(other), "{other}");
        }
    }
}
