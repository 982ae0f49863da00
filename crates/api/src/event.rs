//! The server-sent events of a daemon.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resource::ResourceStatus;
use crate::status::{PassStatus, Phase};
use crate::{Address, Pause, Word};

words! {
    /// What an event is called: the `event:` of the stream.
    pub enum EventName {
        /// How an environment is, for who begins to listen.
        Status = "status",
        /// The same for who missed something.
        Reset = "reset",
        /// A pass began.
        PassStarted = "pass.started",
        /// A pass ended.
        PassFinished = "pass.finished",
        /// Resources are otherwise than before.
        ResourcesChanged = "resources.changed",
        /// A pause began.
        Paused = "paused",
        /// A pause ended.
        Resumed = "resumed",
        /// The daemon is shutting down.
        Draining = "draining",
    }
}

/// An event with its data, which is a line of the stream by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Event {
    /// How an environment is, for who begins to listen.
    #[serde(rename = "status")]
    Status(Standing),
    /// The same for who missed something.
    #[serde(rename = "reset")]
    Reset(Standing),
    /// A pass began.
    #[serde(rename = "pass.started")]
    PassStarted(Within<Generation>),
    /// A pass ended.
    #[serde(rename = "pass.finished")]
    PassFinished(Within<PassFinished>),
    /// Resources are otherwise than before.
    #[serde(rename = "resources.changed")]
    ResourcesChanged(Within<ResourcesChanged>),
    /// A pause began.
    #[serde(rename = "paused")]
    Paused(Within<Pause>),
    /// A pause ended.
    #[serde(rename = "resumed")]
    Resumed(Within<Nothing>),
    /// The daemon is shutting down.
    #[serde(rename = "draining")]
    Draining(Within<Nothing>),
}

/// How an environment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Standing {
    /// The environment.
    pub environment: String,
    /// How many passes have ended.
    pub generation: u64,
    /// What goes on right now.
    pub phase: Word<Phase>,
    /// Why nothing is written for the time being, if paused.
    pub paused: Option<Pause>,
    /// It is shutting down.
    pub draining: bool,
}

/// Something that happened in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub struct Within<T> {
    /// What.
    #[serde(flatten)]
    pub what: T,
    /// The environment.
    pub environment: String,
}

/// The number of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Generation {
    /// It grows from pass to pass.
    pub generation: u64,
}

/// A pass that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassFinished {
    /// Its number.
    pub generation: u64,
    /// How it ended.
    pub pass: Option<PassStatus>,
    /// What stopped it.
    pub error: Option<String>,
}

/// Resources that are otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResourcesChanged {
    /// How many, those that are not listed here among them.
    pub total: usize,
    /// As they are now; the first of them.
    pub resources: Vec<ResourceStatus>,
    /// Those that are gone; the first of them.
    pub removed: Vec<Address>,
}

/// The same without rows: the `data` of `resources.changed` for who asks for `shape=thin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResourcesChangedThin {
    /// How many, those that are not listed here among them.
    pub total: usize,
    /// The first of them, those that are gone among them.
    pub addresses: Vec<Address>,
}

/// Nothing besides the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Nothing {}

impl Event {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> EventName {
        match self {
            Self::Status(_) => EventName::Status,
            Self::Reset(_) => EventName::Reset,
            Self::PassStarted(_) => EventName::PassStarted,
            Self::PassFinished(_) => EventName::PassFinished,
            Self::ResourcesChanged(_) => EventName::ResourcesChanged,
            Self::Paused(_) => EventName::Paused,
            Self::Resumed(_) => EventName::Resumed,
            Self::Draining(_) => EventName::Draining,
        }
    }

    /// What its line of data holds.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in it serialises.
    pub fn data(&self) -> serde_json::Result<String> {
        match self {
            Self::Status(about) | Self::Reset(about) => serde_json::to_string(about),
            Self::PassStarted(about) => serde_json::to_string(about),
            Self::PassFinished(about) => serde_json::to_string(about),
            Self::ResourcesChanged(about) => serde_json::to_string(about),
            Self::Paused(about) => serde_json::to_string(about),
            Self::Resumed(about) | Self::Draining(about) => serde_json::to_string(about),
        }
    }

    /// The event of a name and a line of data, as a stream has them.
    ///
    /// # Errors
    ///
    /// When there is no such event, or the data is not that of it.
    pub fn read(name: &str, data: &str) -> serde_json::Result<Self> {
        let data: Value = serde_json::from_str(data)?;
        serde_json::from_value(serde_json::json!({ "event": name, "data": data }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_told() {
        let at = "2026-11-20T12:00:00Z";
        let environment = "prod".to_owned();
        let standing = Standing {
            environment: environment.clone(),
            generation: 1,
            phase: Phase::Idle.into(),
            paused: None,
            draining: false,
        };
        let within = |what| Within {
            what,
            environment: environment.clone(),
        };
        let pause = Pause {
            reason: "release".to_owned(),
            since: at.parse().unwrap(),
            until: None,
        };
        let all = [
            Event::Status(standing.clone()),
            Event::Reset(standing),
            Event::PassStarted(Within {
                what: Generation { generation: 2 },
                environment: environment.clone(),
            }),
            Event::PassFinished(Within {
                what: PassFinished {
                    generation: 2,
                    pass: None,
                    error: None,
                },
                environment: environment.clone(),
            }),
            Event::ResourcesChanged(Within {
                what: ResourcesChanged {
                    total: 0,
                    resources: vec![],
                    removed: vec![],
                },
                environment: environment.clone(),
            }),
            Event::Paused(Within {
                what: pause,
                environment: environment.clone(),
            }),
            Event::Resumed(within(Nothing {})),
            Event::Draining(within(Nothing {})),
        ];
        assert_eq!(all.len(), EventName::ALL.len());
        for event in all {
            let again = Event::read(event.name().as_str(), &event.data().unwrap());
            assert_eq!(again.unwrap(), event);
        }
        assert!(Event::read("new", "{}").is_err());
    }
}
