//! What one look at a single object shows of it: the reply of a write, or an exact look-up.
//!
//! A server may leave fields of a reply out, so nearly all are optional. `None` means that it was not shown,
//! never that there is no value.

use jiff::Timestamp;

use super::{
    ConnectionId, ConnectionValueId, CustomerId, InstanceId, IntegrationId, SequenceId, VersionId,
    VersionRecord,
};

/// An instance, as one look shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSighting {
    /// Its id.
    pub id: InstanceId,
    /// Its display name.
    pub name: Option<String>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Its labels, the marker among them.
    pub labels: Option<Vec<String>>,
    /// When it was made, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// When it was changed last, by the server's clock. A server may not count every change.
    pub updated_at: Option<Timestamp>,
    /// The version it points to, which need not be the one that runs.
    pub version: Option<VersionId>,
    /// The sequence of that version: which integration it is of.
    pub sequence: Option<SequenceId>,
    /// Whether it runs.
    pub enabled: Option<bool>,
    /// What is configured is not what is deployed.
    pub needs_deploy: Option<bool>,
    /// When it was deployed last. `None` too where it never was: see [`Self::ever_deployed`].
    pub last_deployed_at: Option<Timestamp>,
    /// The number of the version that runs; before the first deploy any number.
    pub deployed_version: Option<i64>,
}

impl InstanceSighting {
    /// One of which nothing but the id was shown.
    #[must_use]
    pub fn of(id: InstanceId) -> Self {
        Self {
            id,
            name: None,
            customer: None,
            labels: None,
            created_at: None,
            updated_at: None,
            version: None,
            sequence: None,
            enabled: None,
            needs_deploy: None,
            last_deployed_at: None,
            deployed_version: None,
        }
    }

    /// Whether it was ever deployed; `None` where the look shows nothing of deploys. The number of the
    /// version that runs proves nothing: which one is shown before the first deploy is not documented.
    #[must_use]
    pub fn ever_deployed(&self) -> Option<bool> {
        match (self.last_deployed_at, self.deployed_version) {
            (Some(_), _) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }
}

/// An integration, as one look shows its draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationSighting {
    /// The id of its draft.
    pub id: IntegrationId,
    /// Its display name.
    pub name: String,
    /// Its labels, the marker among them.
    pub labels: Vec<String>,
    /// When it was made, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// When its draft was changed last, by the server's clock.
    pub updated_at: Option<Timestamp>,
    /// Whether it has a version.
    pub published: Option<bool>,
    /// Whether it has an instance besides its test instance. Certain only of one that was never
    /// published: which instances a draft counts as its own otherwise is not documented.
    pub has_instances: Option<bool>,
    /// A customer made it.
    pub customer_owned: bool,
}

/// A customer, as one look shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerSighting {
    /// Its id.
    pub id: CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// The id that the vendor's own system gave it; `None` too where it has none.
    pub external_id: Option<String>,
    /// Its labels, the marker among them.
    pub labels: Option<Vec<String>>,
    /// When it was made, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// When it was changed last, by the server's clock.
    pub updated_at: Option<Timestamp>,
}

impl CustomerSighting {
    /// One of which nothing but the id was shown.
    #[must_use]
    pub fn of(id: CustomerId) -> Self {
        Self {
            id,
            name: None,
            external_id: None,
            labels: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// A shared connection, as one look shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSighting {
    /// Its id.
    pub id: ConnectionId,
    /// The key that definitions know it by.
    pub stable_key: Option<String>,
    /// The labels at the end of its description, the marker among them.
    pub labels: Option<Vec<String>>,
}

/// The value of a shared connection for one customer, as one look shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionValueSighting {
    /// Its id.
    pub id: ConnectionValueId,
    /// For whom; `None` where it is the organization's.
    pub customer: Option<CustomerId>,
}

/// A published version, as one look shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionSighting {
    /// Its record.
    pub id: VersionId,
    /// Its number.
    pub number: i64,
    /// What its publisher wrote about it.
    pub comment: Option<String>,
    /// Where it comes from, by its attributes.
    pub record: VersionRecord,
    /// Whether instances may use it.
    pub available: Option<bool>,
}

/// A draft with the newest of its versions, as one look shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSighting {
    /// The id of the draft.
    pub id: IntegrationId,
    /// When it was changed last, by the server's clock.
    pub updated_at: Option<Timestamp>,
    /// Its labels, the marker among them.
    pub labels: Option<Vec<String>>,
    /// It differs from the newest version.
    pub has_unpublished_changes: Option<bool>,
    /// The newest versions, newest first, five at most.
    pub newest: Vec<VersionSighting>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_it_was_ever_deployed_may_not_be_shown() {
        let at = Some(Timestamp::UNIX_EPOCH);
        for (last, number, expected) in [
            (None, None, None),
            (None, Some(0), Some(false)),
            (None, Some(3), Some(false)),
            (at, None, Some(true)),
            (at, Some(0), Some(true)),
        ] {
            let sighting = InstanceSighting {
                last_deployed_at: last,
                deployed_version: number,
                ..InstanceSighting::of(InstanceId::new("i"))
            };
            assert_eq!(sighting.ever_deployed(), expected, "{last:?} {number:?}");
        }
    }
}
