//! What single documents declare, before references between files are resolved.

use std::collections::BTreeMap;

use super::paths::Reference;
use crate::model::{
    Address, Adopt, DesiredCustomer, DesiredFleet, DesiredInstance, DriftMode, Location,
    Marketplace, Project, PublishWhen, Rollout,
};

/// A resource, as far as it could be read.
pub(super) struct Declared {
    pub(super) address: Address,
    pub(super) location: Location,
    /// Where its fields are declared, by their keys.
    pub(super) places: BTreeMap<String, Location>,
    /// Absent where something was wrong: the name still counts as declared,
    /// so that one mistake does not look like several.
    pub(super) body: Option<Body>,
}

/// What it should be.
pub(super) enum Body {
    Customer(Box<DesiredCustomer>),
    Integration(Box<IntegrationDraft>),
    Instance(Box<InstanceDraft>),
}

/// An integration whose files are not looked up yet.
pub(super) struct IntegrationDraft {
    pub(super) definition: Reference,
    pub(super) overview: Option<Reference>,
    pub(super) adopt: Option<Adopt>,
    pub(super) description: Option<String>,
    pub(super) publish: PublishWhen,
    pub(super) available: Option<bool>,
    pub(super) marketplace: Option<Marketplace>,
    pub(super) protect: bool,
    pub(super) rollout: Option<Rollout>,
    pub(super) drift: Option<DriftMode>,
}

/// An instance, and where it names its integration and its customer.
pub(super) struct InstanceDraft {
    pub(super) instance: DesiredInstance,
    pub(super) integration: Location,
    pub(super) customer: Location,
}

/// A fleet whose files are not looked up yet, and where it names its integration.
pub(super) struct FleetDraft {
    pub(super) fleet: DesiredFleet,
    pub(super) integration: Location,
    /// The file that lists its customers.
    pub(super) file: Option<Reference>,
    /// The file that says more of customers that something else selects.
    pub(super) rows: Option<Reference>,
}

/// A project, and where it is declared.
pub(super) struct DeclaredProject {
    pub(super) project: Project,
    pub(super) location: Location,
}
