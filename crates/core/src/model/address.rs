//! How a resource is named in git: kind and name, `Instance/smith-erp`.

use std::sync::Arc;

pub use prism_gitops_api::Kind;
use sha2::{Digest as _, Sha256};

use super::tally::{Word, word};

/// The `metadata.name` of a manifest: the git key that never changes.
///
/// Lower-case letters, digits, `-`, `.` and `_`; begins and ends with a letter
/// or digit; 1 to 63 characters. It becomes part of a label on the live
/// object, so it must survive there unchanged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct ResourceName(Word<Arc<str>>);

/// Why a text is not a resource name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid name")]
pub struct NameError {
    /// What was written.
    pub text: String,
    /// The nearest valid name, if the text has anything to make one of.
    pub suggestion: Option<ResourceName>,
}

impl ResourceName {
    /// The longest name.
    pub const MAX: usize = 63;

    /// Checks a name as it was written.
    ///
    /// # Errors
    ///
    /// [`NameError`] with the nearest valid name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
        let outer = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let valid = text.len() <= Self::MAX
            && text.chars().all(inner)
            && text.starts_with(outer)
            && text.ends_with(outer);
        if valid {
            Ok(Self(word(text.into())))
        } else {
            Err(NameError {
                text: text.to_owned(),
                suggestion: Self::slug(text),
            })
        }
    }

    /// The name that a display name turns into: `Acme ERP (EU)` is `acme-erp-eu`, `Über ERP` is `uber-erp`.
    ///
    /// Other scripts are written in Latin letters, sound by sound. `None` where
    /// no letter and no digit is left.
    #[must_use]
    pub fn slug(display: &str) -> Option<Self> {
        let mut slug = String::new();
        let latin = deunicode::deunicode_with_tofu(display, "-");
        for c in latin.chars().map(|c| c.to_ascii_lowercase()) {
            if slug.len() >= Self::MAX {
                break;
            }
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-');
        (!slug.is_empty()).then(|| Self(word(slug.into())))
    }

    /// The name of a member of a fleet: `acme-prod/cust-0042`.
    ///
    /// Only a part of it is a name that a manifest may have.
    #[must_use]
    pub fn member(fleet: &Self, customer: &str) -> Self {
        Self(word(format!("{fleet}/{}", member_key(customer)).into()))
    }

    /// Checks the name in an address or a marker, where members of fleets occur besides what manifests name.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], with the part that is wrong.
    pub fn parse_addressed(text: &str) -> Result<Self, NameError> {
        let Some((fleet, key)) = text.split_once('/') else {
            return Self::parse(text);
        };
        Self::parse(fleet)?;
        Self::parse(key)?;
        Ok(Self(word(text.into())))
    }

    /// The fleet that a member belongs to; `None` of any other name.
    #[must_use]
    pub fn fleet(&self) -> Option<&str> {
        self.as_str().split_once('/').map(|(fleet, _)| fleet)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a member is called after its customer. Where the characters of a name do not suffice, a short digest
/// keeps two customers apart.
fn member_key(customer: &str) -> String {
    const DIGEST: usize = 8;
    if let Ok(same) = ResourceName::parse(customer) {
        return same.to_string();
    }
    let digest = super::hex(&Sha256::digest(customer.as_bytes()));
    let digest: String = digest.chars().take(DIGEST).collect();
    let readable = ResourceName::slug(customer);
    let readable = readable.as_ref().map_or("customer", ResourceName::as_str);
    let room = ResourceName::MAX - DIGEST - 1;
    let readable: String = readable.chars().take(room).collect();
    format!("{}-{digest}", readable.trim_end_matches('-'))
}

impl std::fmt::Display for ResourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Kind and name of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// What it is.
    pub kind: Kind,
    /// What git calls it.
    pub name: ResourceName,
}

impl Address {
    /// The address of a customer.
    #[must_use]
    pub fn customer(name: ResourceName) -> Self {
        Self {
            kind: Kind::Customer,
            name,
        }
    }

    /// The address of a connection.
    #[must_use]
    pub fn connection(name: ResourceName) -> Self {
        Self {
            kind: Kind::Connection,
            name,
        }
    }

    /// The address of an integration.
    #[must_use]
    pub fn integration(name: ResourceName) -> Self {
        Self {
            kind: Kind::Integration,
            name,
        }
    }

    /// The address of an instance.
    #[must_use]
    pub fn instance(name: ResourceName) -> Self {
        Self {
            kind: Kind::Instance,
            name,
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl From<&Address> for prism_gitops_api::Address {
    fn from(address: &Address) -> Self {
        Self(address.to_string())
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_corrected() {
        for good in ["a", "acme-erp", "acme.erp_2", "0-1"] {
            assert_eq!(ResourceName::parse(good).unwrap().as_str(), good);
        }
        for (bad, better) in [
            ("Acme ERP", Some("acme-erp")),
            ("-a-", Some("a")),
            ("", None),
            ("!?", None),
            ("日本", Some("ri-ben")),
            ("Über ERP", Some("uber-erp")),
            ("Straße №5", Some("strasse-no5")),
            ("Łódź – Świat", Some("lodz-swiat")),
            ("Привет", Some("privet")),
            ("a/b", Some("a-b")),
        ] {
            let error = ResourceName::parse(bad).unwrap_err();
            assert_eq!(
                error.suggestion.as_ref().map(ResourceName::as_str),
                better,
                "{bad:?}"
            );
        }
        assert!(ResourceName::parse(&"a".repeat(64)).is_err());
        assert_eq!(
            ResourceName::slug(&"a b ".repeat(40))
                .unwrap()
                .as_str()
                .len(),
            63
        );
    }

    #[test]
    fn members_are_named_after_their_customers_and_stay_apart() {
        let fleet = ResourceName::parse("acme-prod").unwrap();
        let member = |customer: &str| ResourceName::member(&fleet, customer).to_string();
        assert_eq!(member("cust-0042"), "acme-prod/cust-0042");
        insta::assert_snapshot!(member("CUST 0042"), @"acme-prod/cust-0042-f41e02c2");
        insta::assert_snapshot!(member("日本"), @"acme-prod/ri-ben-cf2abf0c");
        insta::assert_snapshot!(member("!"), @"acme-prod/customer-bb7208bc");
        assert_ne!(member("CUST 0042"), member("Cust 0042"));
        assert_ne!(member("a/b"), member("a-b"));
        for hard in [
            "x".repeat(400),
            "ß".repeat(90),
            "-".to_owned(),
            "A".to_owned(),
        ] {
            let name = member(&hard);
            assert_eq!(ResourceName::parse_addressed(&name).unwrap().as_str(), name);
            assert_eq!(
                ResourceName::parse_addressed(&name).unwrap().fleet(),
                Some("acme-prod")
            );
            assert!(
                ResourceName::parse(&name).is_err(),
                "no manifest may have it"
            );
        }
        for bad in ["a/", "/a", "a/b/c", "a/B", "A/b"] {
            assert!(ResourceName::parse_addressed(bad).is_err(), "{bad}");
        }
    }
}
