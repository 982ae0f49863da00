//! What single documents declare, before references between files are resolved.

use std::collections::BTreeMap;

use super::paths::Reference;
use crate::model::{
    Address, Adopt, DesiredConnection, DesiredCustomer, DesiredFleet, DesiredInstance, DriftMode,
    Location, Marketplace, Project, PublishWhen, Rollout,
};

/// A resource, as far as it could be read.
pub(crate) struct Declared {
    pub(crate) address: Address,
    pub(crate) location: Location,
    /// Where its fields are declared, by their keys.
    pub(crate) places: BTreeMap<String, Location>,
    /// Absent where something was wrong: the name still counts as declared,
    /// so that one mistake does not look like several.
    pub(crate) body: Option<Body>,
}

/// What it should be.
pub(crate) enum Body {
    Customer(Box<DesiredCustomer>),
    Connection(Box<DesiredConnection>),
    Integration(Box<IntegrationDraft>),
    Instance(Box<InstanceDraft>),
}

/// An integration whose files are not looked up yet.
pub(crate) struct IntegrationDraft {
    pub(crate) definition: Reference,
    pub(crate) overview: Option<Reference>,
    pub(crate) adopt: Option<Adopt>,
    pub(crate) description: Option<String>,
    pub(crate) publish: PublishWhen,
    pub(crate) available: Option<bool>,
    pub(crate) marketplace: Option<Marketplace>,
    pub(crate) protect: bool,
    pub(crate) rollout: Option<Rollout>,
    pub(crate) drift: Option<DriftMode>,
}

/// An instance, and where it names its integration and its customer.
pub(crate) struct InstanceDraft {
    pub(crate) instance: DesiredInstance,
    pub(crate) integration: Location,
    pub(crate) customer: Location,
}

/// A fleet whose files are not looked up yet, and where it names its integration.
pub(crate) struct FleetDraft {
    pub(crate) fleet: DesiredFleet,
    pub(crate) integration: Location,
    /// The file that lists its customers.
    pub(crate) file: Option<Reference>,
    /// The file that says more of customers that something else selects.
    pub(crate) rows: Option<Reference>,
}

/// A project, and where it is declared.
pub(crate) struct DeclaredProject {
    pub(crate) project: Project,
    pub(crate) location: Location,
}
