//! The catalogue of components, and what happens to components it does not have.

use std::cell::RefCell;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::definition::{Catalogue, ComponentVersion};

use super::component::{self, Action, Component, Connection};
use super::id;
use super::table::Key;
use super::{Moment, World};

/// Components that exist in every tenant: key, label, category, newest version.
pub(crate) const COMMON: &[(&str, &str, &str, i64)] = &[
    ("webhook-triggers", "Webhook", "Triggers", 3),
    ("management-triggers", "Management Triggers", "Triggers", 5),
    ("schedule-triggers", "Schedule", "Triggers", 4),
    ("http", "HTTP", "Helpers", 21),
    ("code", "Code", "Helpers", 14),
    ("branch", "Branch", "Logic", 9),
    ("loop", "Loop", "Logic", 8),
    ("log", "Log", "Helpers", 6),
    ("sleep", "Sleep", "Helpers", 4),
    ("collection-tools", "Collection Tools", "Data Platforms", 12),
    (
        "change-data-format",
        "Change Data Format",
        "Data Platforms",
        10,
    ),
    ("slack", "Slack", "Application Connectors", 45),
    ("salesforce", "Salesforce", "Application Connectors", 51),
    ("hubspot", "HubSpot", "Application Connectors", 38),
    ("shopify", "Shopify", "Application Connectors", 40),
    ("dropbox", "Dropbox", "Application Connectors", 27),
    ("aws-s3", "Amazon S3", "Application Connectors", 33),
    ("sftp", "SFTP", "Helpers", 17),
];

/// What registering a component takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewComponent {
    pub(crate) key: String,
    pub(crate) label: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) public: bool,
    pub(crate) number: i64,
    pub(crate) labels: Vec<String>,
    pub(crate) customer: Option<Uuid>,
    pub(crate) withdrawn: bool,
    pub(crate) actions: Vec<Action>,
    pub(crate) connections: Vec<Connection>,
}

impl World {
    /// The newest version of a component.
    pub(crate) fn newest_component(&self, key: &str, public: bool) -> Option<&Arc<Component>> {
        self.components
            .with(&Key::Sequence(component::sequence(key, public)))
            .find(|component| component.latest)
    }

    /// One version of a component.
    pub(crate) fn component_version(
        &self,
        key: &str,
        public: bool,
        number: i64,
    ) -> Option<&Arc<Component>> {
        self.components
            .with(&Key::Sequence(component::sequence(key, public)))
            .find(|component| component.number == number)
    }

    /// Adds a version of a component, unless it is there.
    pub(crate) fn add_component(&mut self, moment: Moment<'_>, new: NewComponent) {
        if self
            .component_version(&new.key, new.public, new.number)
            .is_some()
        {
            return;
        }
        let newest = self.newest_component(&new.key, new.public);
        let (newest, number) = newest.map_or((None, 0), |row| (Some(row.id), row.number));
        let latest = new.number > number;
        if let (Some(newest), true) = (newest, latest) {
            self.components.update(newest, |row| row.latest = false);
        }
        let at = self.tick(moment.now);
        self.components.insert(row(new, at, latest));
    }

    /// What a definition may use of a key and the catalogue has not: a public and a private
    /// component, the same on every run; of one that is there only the version asked for.
    pub(crate) fn unseen_components(
        &self,
        now: Timestamp,
        key: &str,
        number: Option<i64>,
    ) -> Vec<Arc<Component>> {
        let kinds = [true, false].into_iter();
        let known = |public: &bool| self.newest_component(key, *public).is_some();
        let any = kinds.clone().any(|public| known(&public));
        let unseen = kinds.filter(|public| match number {
            Some(number) => {
                (known(public) || !any) && self.component_version(key, *public, number).is_none()
            }
            None => !any,
        });
        let made = unseen.map(|public| {
            let new = NewComponent {
                key: key.to_owned(),
                public,
                number: number.unwrap_or_else(|| default_number(key)),
                ..NewComponent::default()
            };
            Arc::new(row(new, now, number.is_none()))
        });
        made.collect()
    }

    /// Adds every component that a definition was found to use.
    pub(crate) fn register(&mut self, moment: Moment<'_>, seen: Vec<Seen>) {
        for Seen {
            key,
            public,
            number,
        } in seen
        {
            self.add_component(
                moment,
                NewComponent {
                    key,
                    public,
                    number,
                    ..NewComponent::default()
                },
            );
        }
    }
}

/// The record of a version, with what is known of it where the author says nothing.
fn row(new: NewComponent, created_at: Timestamp, latest: bool) -> Component {
    let sequence = component::sequence(&new.key, new.public);
    let known = COMMON.iter().find(|common| common.0 == new.key);
    let label = new.label.or(known.map(|common| common.1.to_owned()));
    let label = label.unwrap_or_else(|| new.key.clone());
    let category = new.category.or(known.map(|common| common.2.to_owned()));
    Component {
        id: id::part(sequence, "version", &new.number.to_string()),
        sequence,
        description: new.description.unwrap_or_else(|| label.clone()),
        label,
        category: category.unwrap_or_else(|| "Application Connectors".to_owned()),
        public: new.public,
        number: new.number,
        latest,
        labels: new.labels,
        customer: new.customer,
        withdrawn: new.withdrawn,
        actions: new.actions,
        connections: new.connections,
        created_at,
        key: new.key,
    }
}

/// A component that a definition uses and the catalogue has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    key: String,
    public: bool,
    number: i64,
}

/// Resolves component versions against the world, and keeps what it had to make up.
#[derive(Debug)]
pub(crate) struct Resolver<'a> {
    world: &'a World,
    strict: bool,
    seen: RefCell<Vec<Seen>>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(world: &'a World, strict: bool) -> Self {
        let seen = RefCell::default();
        Self {
            world,
            strict,
            seen,
        }
    }

    /// What has to be registered once the definition is accepted.
    pub(crate) fn into_seen(self) -> Vec<Seen> {
        self.seen.into_inner()
    }

    fn make_up(&self, key: &str, public: bool, number: i64) -> Result<i64, String> {
        let kind = if public { "public" } else { "private" };
        if self.strict {
            return Err(format!(
                "The {kind} component \"{key}\" has no such version here."
            ));
        }
        let mut seen = self.seen.borrow_mut();
        seen.push(Seen {
            key: key.to_owned(),
            public,
            number,
        });
        Ok(number)
    }
}

impl Catalogue for Resolver<'_> {
    fn resolve(&self, key: &str, public: bool, version: ComponentVersion) -> Result<i64, String> {
        let newest = self.world.newest_component(key, public);
        match version {
            ComponentVersion::Number(number) => {
                if self.world.component_version(key, public, number).is_some() {
                    return Ok(number);
                }
                self.make_up(key, public, number)
            }
            ComponentVersion::Latest | ComponentVersion::Absent => match newest {
                Some(component) => Ok(component.number),
                None => self.make_up(key, public, default_number(key)),
            },
        }
    }
}

/// The newest version of a component without a description: the same on every run.
fn default_number(key: &str) -> i64 {
    let common = COMMON.iter().find(|common| common.0 == key);
    common.map_or_else(
        || {
            let sum = key
                .bytes()
                .fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 40);
            sum + 1
        },
        |common| common.3,
    )
}
