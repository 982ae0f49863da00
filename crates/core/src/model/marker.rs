//! The label on a live object that says we own it: `gitops:<project>/<name>`.
//!
//! Labels are the only free-form field of integrations and instances that is
//! readable, writable and filterable.

use super::{NameError, ResourceName};

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
        let read = |text| -> Result<ResourceName, NameError> { ResourceName::parse(text) };
        Some(Self {
            project: read(project).ok()?,
            name: read(name).ok()?,
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
        for other in [
            Marker::PROTECT,
            Marker::PROTECT_DECLARED,
            "gitops:a",
            "gitops:A/b",
            "production",
            "gitops:a/b/c",
        ] {
            assert_eq!(Marker::parse(other), None, "{other}");
            assert!(!marker.is(other), "{other}");
        }
    }
}
