//! A note in the journal, made before a write that must not be done twice.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{ConnectionId, CustomerId, InstanceId, IntegrationId};

/// A write whose effect is not known yet.
///
/// It holds no value that is written, only what its effect is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Its own id: a repeated write has another.
    pub id: Uuid,
    /// What is looked for.
    pub effect: Effect,
    /// When it was recorded. For people: no decision depends on it, since a request may be sent later.
    pub opened_at: Timestamp,
    /// From when on the first process that found it open has been looking.
    pub watched: Option<Moment>,
}

/// What a write does, as far as it can be seen afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// There is a customer with the external id.
    CreateCustomer {
        /// The external id.
        external_id: String,
        /// Its name, which is unique.
        name: String,
    },
    /// There is a shared connection with the stable key.
    CreateConnection {
        /// The stable key, of which there is one.
        stable_key: String,
        /// The label.
        marker: String,
    },
    /// The shared connection has a value for the customer.
    CreateConnectionValue {
        /// Which connection.
        connection: ConnectionId,
        /// Which customer.
        customer: CustomerId,
    },
    /// There is an instance with the marker.
    CreateInstance {
        /// Of this customer.
        customer: CustomerId,
        /// The label.
        marker: String,
    },
    /// There is an integration with the marker.
    CreateIntegration {
        /// Its display name.
        name: String,
        /// The label.
        marker: String,
    },
    /// There is a version with the digest.
    Publish {
        /// Of this integration.
        integration: IntegrationId,
        /// With a higher number than this.
        above: i64,
        /// Digest of the definition as submitted.
        submitted: String,
    },
    /// The integration bears its marker after an import, which may take labels off.
    Import {
        /// Which integration.
        integration: IntegrationId,
        /// The label.
        marker: String,
    },
    /// The instance was deployed later.
    Deploy {
        /// Which instance.
        instance: InstanceId,
        /// Than this; `None` where it never was, or where that is not known.
        base: Option<Timestamp>,
    },
}

/// A moment by the clock of one start of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Which start of which machine; `None` where the system does not say, and then no two are the same.
    pub boot: Option<String>,
    /// How long after it.
    pub at: Duration,
}

impl Moment {
    /// How long ago it was; `None` by another start or another machine's clock.
    #[must_use]
    pub fn age(&self, now: &Self) -> Option<Duration> {
        let same = self.boot.is_some() && self.boot == now.boot;
        same.then(|| now.at.saturating_sub(self.at))
    }
}

impl Intent {
    /// From when on this process may count absence: since the first look of a predecessor on the same start
    /// of the machine, so that crash loops get somewhere; else since now.
    pub fn watch(&mut self, now: &Moment) -> Duration {
        match &self.watched {
            Some(watched) if watched.age(now).is_some() => watched.at,
            _ => {
                self.watched = Some(now.clone());
                now.at
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(boot: &str, seconds: u64) -> Moment {
        Moment {
            boot: Some(boot.to_owned()),
            at: Duration::from_secs(seconds),
        }
    }

    fn intent() -> Intent {
        Intent {
            id: Uuid::nil(),
            effect: Effect::Publish {
                integration: IntegrationId::new("i"),
                above: 3,
                submitted: "sha256:1".to_owned(),
            },
            opened_at: Timestamp::UNIX_EPOCH,
            watched: None,
        }
    }

    #[test]
    fn watching_goes_on_from_process_to_process_and_not_from_start_to_start() {
        let mut intent = intent();
        let second = Duration::from_secs;
        assert_eq!(intent.watch(&moment("a", 5)), second(5));
        assert_eq!(intent.watch(&moment("a", 9)), second(5));
        assert_eq!(intent.watch(&moment("b", 2)), second(2));
        let unknown = Moment {
            boot: None,
            at: second(7),
        };
        assert_eq!(intent.watch(&unknown), second(7));
        assert_eq!(
            intent.watch(&Moment {
                at: second(8),
                ..unknown
            }),
            second(8)
        );
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let text = serde_json::to_string(&intent()).unwrap();
        assert!(text.contains(r#""op":"publish""#), "{text}");
        assert_eq!(serde_json::from_str::<Intent>(&text).unwrap(), intent());
    }
}
