//! What the version that an integration offers next would do to every instance, before anything is published.
//!
//! It rests on what the comparison has read, and on nothing else: on comparing each instance with its own target,
//! as if no wave held an instance. What is not known is said to be unknown.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ChangeSet, Inputs, IntegrationChanges, Stop, TargetVersion};
use crate::definition::{Definition, connection_changes};
use crate::kinds::instance::compare::index::Index;
use crate::kinds::instance::compare::simulate::{Connections as Changed, simulate as one};
use crate::kinds::instance::compare::version::{self, Target};
use crate::kinds::integration::compare::has_unpublished_changes;
use crate::model::{
    Address, Instance, Integration, IntegrationRef, PublishedVersion, ResourceName, VersionId,
    VersionRef,
};

/// What one version would do to the instances of an integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The integration.
    pub address: Address,
    /// Its display name.
    pub display_name: String,
    /// The version.
    pub version: SimulatedVersion,
    /// The instances that would come to it, in the order of their addresses.
    pub instances: Vec<Simulated>,
}

/// The version that a simulation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimulatedVersion {
    /// The one that this plan publishes of the definition in git.
    Published,
    /// The definition in git, of which this plan offers no version.
    Unpublished,
    /// One that exists.
    Existing(i64),
    /// Which one could not be found out.
    Unresolved,
}

/// What it would do to one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The instance.
    pub address: Address,
    /// The number of the version that it has now; `None` before it exists.
    pub from: Option<i64>,
    /// What blocks the move.
    pub blocked: Vec<Obstacle>,
    /// Connections that a person has to consent to.
    pub consents: Vec<String>,
    /// Variables whose values are lost.
    pub losses: Vec<String>,
    /// What is not known.
    pub unknown: Vec<Obstacle>,
}

/// What blocks a move, or is not known of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The config variable, where it is about one.
    pub variable: Option<String>,
    /// Why, for people. Never a value.
    pub reason: String,
}

impl Obstacle {
    pub(crate) fn at(variable: &str, reason: impl Into<String>) -> Self {
        Self {
            variable: Some(variable.to_owned()),
            reason: reason.into(),
        }
    }
}

impl Simulated {
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address,
            from: None,
            blocked: Vec::new(),
            consents: Vec::new(),
            losses: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Notes why it goes no further, at a variable or as a whole.
    pub(crate) fn stopped(&mut self, variable: Option<String>, stop: Stop) {
        let (where_to, reason) = match stop {
            Stop::Unknown(why) => (&mut self.unknown, why),
            Stop::Refused(refusal) => (&mut self.blocked, refusal.reason),
        };
        where_to.push(Obstacle { variable, reason });
    }

    /// Takes in what a comparison of its values came to.
    pub(crate) fn take_in(
        &mut self,
        stops: Vec<(String, Stop)>,
        missing: &[String],
        pending: Vec<String>,
    ) {
        for (variable, stop) in stops {
            self.stopped(Some(variable), stop);
        }
        let none = |key: &String| Obstacle::at(key, "it has no value");
        self.blocked.extend(missing.iter().map(none));
        self.consents.extend(pending);
    }

    /// Sorted, each once: what happens to two instances is the same where it reads the same.
    pub(crate) fn arrange(&mut self) {
        for all in [&mut self.blocked, &mut self.unknown] {
            all.sort();
            all.dedup();
        }
        for all in [&mut self.consents, &mut self.losses] {
            all.sort();
            all.dedup();
        }
    }
}

/// Simulates every managed integration that is wanted, at each version that instances of it would come to.
///
/// `changes` has to be the comparison of `inputs` without what rollouts admit.
#[must_use]
pub fn simulate(
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
    wanted: &dyn Fn(&ResourceName) -> bool,
) -> Vec<Simulation> {
    let index = Index::new(inputs, changes);
    let mut found: BTreeMap<(&ResourceName, SimulatedVersion), Simulation> = BTreeMap::new();
    let mut connections = Connections::default();
    for (desired, _) in changes.with_declared(inputs.desired) {
        let IntegrationRef::Managed(name) = &desired.integration else {
            continue;
        };
        let own = index.verdict(name).and_then(|it| it.as_ref().ok());
        if !wanted(name) {
            continue;
        }
        let (version, fate) = match target(&index, name, own, &desired.version) {
            Ok((version, target)) => {
                let of = |live: &Instance| {
                    connections.of(inputs, &index, name, own?, (&live.version.id, &target))
                };
                match one(&index, desired, &target, of) {
                    Some(fate) => (version, fate),
                    None => continue,
                }
            }
            Err(stop) => {
                let mut fate = Simulated::new(Address::instance(desired.name.clone()));
                fate.stopped(None, stop);
                (SimulatedVersion::Unresolved, fate)
            }
        };
        let simulation = found.entry((name, version)).or_insert_with(|| Simulation {
            address: Address::integration(name.clone()),
            display_name: own.map_or_else(|| name.to_string(), |it| it.display_name.clone()),
            version,
            instances: Vec::new(),
        });
        simulation.instances.push(fate);
    }
    found.into_values().collect()
}

/// The version that an instance would come to. That git's definition is not to be published, or cannot be yet, is no
/// obstacle to asking what it would do.
fn target<'a>(
    index: &'a Index<'_>,
    name: &ResourceName,
    own: Option<&IntegrationChanges>,
    wanted: &VersionRef,
) -> Result<(SimulatedVersion, Target<'a>), Stop> {
    if let Some(own) = own.filter(|it| *wanted == VersionRef::Latest && is_new(index, it)) {
        let offered = own.publish && own.available != Some(false) && own.blocked.is_none();
        let version = match offered {
            true => SimulatedVersion::Published,
            false => SimulatedVersion::Unpublished,
        };
        return Ok((version, version::as_declared(index, name, own)));
    }
    let target = version::managed(index, name, wanted)?;
    let version = match &target.version {
        TargetVersion::Published(_) => SimulatedVersion::Published,
        TargetVersion::Existing { number, .. } => SimulatedVersion::Existing(*number),
    };
    Ok((version, target))
}

/// Whether the definition in git is not what the newest version was made of.
fn is_new(index: &Index<'_>, own: &IntegrationChanges) -> bool {
    let live = own.live.id().and_then(|id| index.integration(id.as_str()));
    let newest = live.and_then(|live| newest(live, own));
    let made = newest.is_some_and(|it| it.record.submitted.as_ref() == Some(&own.submitted));
    own.publish || (!made && (own.import || own.unpublished))
}

fn newest<'a>(live: &'a Integration, own: &IntegrationChanges) -> Option<&'a PublishedVersion> {
    let mut versions = live.versions.items.iter();
    versions.find(|it| Some(&it.id) == own.newest.as_ref())
}

/// How connections differ between two versions of an integration; worked out once for each pair.
#[derive(Default)]
struct Connections {
    known: BTreeMap<(ResourceName, VersionId, Option<VersionId>), Changed>,
}

impl Connections {
    fn of(
        &mut self,
        inputs: &Inputs<'_>,
        index: &Index<'_>,
        name: &ResourceName,
        own: &IntegrationChanges,
        (from, target): (&VersionId, &Target<'_>),
    ) -> Changed {
        let to = match &target.version {
            TargetVersion::Published(_) => None,
            TargetVersion::Existing { id, .. } => Some(id.clone()),
        };
        let key = (name.clone(), from.clone(), to.clone());
        let changed = self.known.entry(key).or_insert_with(|| {
            let live = index.integration(own.live.id()?.as_str())?;
            let git = inputs.definitions.get(name)?;
            let before = definition(live, own, git, from)?;
            let after = match &to {
                None => git.clone(),
                Some(to) => definition(live, own, git, to)?,
            };
            Some(Rc::new(connection_changes(&before, &after)))
        });
        changed.clone()
    }
}

/// The definition of a version, where it was read: the draft, if unchanged since, or the one in git.
fn definition(
    live: &Integration,
    own: &IntegrationChanges,
    git: &Definition,
    version: &VersionId,
) -> Option<Definition> {
    let record = live.versions.items.iter().find(|it| it.id == *version)?;
    if record.record.submitted.as_ref() == Some(&own.submitted) {
        return Some(git.clone());
    }
    let is_draft = newest(live, own).is_some_and(|it| it.id == *version);
    if !is_draft || has_unpublished_changes(live, record) {
        return None;
    }
    Definition::parse_canonical(live.definition.known()?).ok()
}
