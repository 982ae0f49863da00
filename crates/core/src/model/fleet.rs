//! What the files declare of a fleet: one integration for many customers.
//!
//! A fleet is no object of the tenant. [`crate::fleet`] expands it to instances once the customers were read;
//! everything after that knows instances only, each of which says of which fleet it is a member.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;

use super::{
    Config, DriftMode, Flows, InstanceState, IntegrationRef, Location, PublishWhen, ResourceName,
    Share, VersionRef,
};
use crate::template::Values;
use crate::yaml::{Content, Node};

/// A declared fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredFleet {
    /// What git calls it: the first part of the name of every member.
    pub name: ResourceName,
    /// The integration that its members are instances of.
    pub integration: IntegrationRef,
    /// For whom there is a member.
    pub customers: FleetCustomers,
    /// What there is to know of single customers, from a file.
    pub rows: Option<Arc<Rows>>,
    /// What the last part of the name of a member is made of.
    pub key: FleetKey,
    /// How much of a member is managed.
    pub manage: Manage,
    /// Whether a member is created where a customer has none.
    pub create: bool,
    /// What is done with a member that is not selected any more.
    pub on_leave: OnLeave,
    /// Whether it may select no customer.
    pub allow_empty: bool,
    /// How many members may leave within 24 hours, of those that leaving switches off.
    pub max_leave: Share,
    /// Its own limits on one plan.
    pub guards: FleetGuards,
    /// What its templates can name besides the customer: values, and the environment.
    pub values: Values,
    /// What every member declares.
    pub template: Part,
    /// What single members declare besides, in the order of the file.
    pub overrides: Vec<Override>,
    /// What it came to; `None` until it is expanded.
    pub expanded: Option<Expanded>,
    /// Where it is declared.
    pub location: Location,
}

impl DesiredFleet {
    /// The versions that its members may be asked to run.
    pub fn versions(&self) -> impl Iterator<Item = &VersionRef> {
        let overrides = self.overrides.iter().map(|one| &one.part);
        let parts = std::iter::once(&self.template).chain(overrides);
        parts.filter_map(|part| part.fixed.version.as_ref())
    }

    /// Leaves out the values of all members: for a plan that writes none.
    pub fn forget_values(&mut self) {
        let overrides = self.overrides.iter_mut().map(|one| &mut one.part);
        for part in std::iter::once(&mut self.template).chain(overrides) {
            part.fixed.config = Config::default();
            part.fixed.flows = Flows::default();
            if let Some(open) = &mut part.open
                && let Content::Mapping(entries) = &mut open.spec.content
            {
                entries.retain(|entry| !matches!(entry.key.text.as_str(), "config" | "flows"));
            }
        }
    }

    /// The parts that its members are made of: the template first.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.template).chain(self.overrides.iter().map(|one| &one.part))
    }
}

/// What a fleet came to when it was expanded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expanded {
    /// How many members it has.
    pub members: usize,
    /// Customers that it selects and that have a manifest of their own for the integration, by key.
    pub displaced: Vec<String>,
    /// Customers that it selects and that have nothing to be named after.
    pub left_out: Vec<String>,
    /// Why there may be more; `None` when all customers were read.
    pub incomplete: Option<Arc<str>>,
}

impl Expanded {
    /// Whether it certainly selects no customer.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.members == 0 && self.displaced.is_empty() && self.incomplete.is_none()
    }
}

/// For whom a fleet has a member.
#[derive(Debug, Clone, PartialEq)]
pub enum FleetCustomers {
    /// For every customer that these labels select.
    Selector(LabelSelector),
    /// For these, and no others.
    Listed(Vec<CustomerKey>),
}

/// A condition on the labels of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSelector {
    /// It has all of these.
    pub all: Vec<String>,
    /// It has at least one of these, where there are any.
    pub any: Vec<String>,
    /// It has none of these.
    pub none: Vec<String>,
}

impl LabelSelector {
    /// Whether a customer with these labels is selected.
    #[must_use]
    pub fn selects(&self, labels: &[String]) -> bool {
        let has = |wanted: &String| labels.iter().any(|label| label.trim() == wanted);
        self.all.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && !self.none.iter().any(has)
    }
}

/// One customer as a list, a file or an override names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerKey {
    /// Its external id, or its id where the fleet is keyed by that.
    pub key: String,
    /// Where it is in its file.
    pub location: Location,
}

/// What the name of a member is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FleetKey {
    /// The id that the vendor's own system gave the customer.
    #[default]
    ExternalId,
    /// The customer's id in Prismatic.
    Id,
}

impl FleetKey {
    /// How manifests and files call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ExternalId => "externalId",
            Self::Id => "id",
        }
    }
}

/// How much of a member is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manage {
    /// Everything that the template declares.
    #[default]
    All,
    /// The version and its deploy; of one that is created also what it begins with.
    Version,
}

/// What is done with a member that is not selected any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnLeave {
    /// It is reported and left alone.
    #[default]
    Orphan,
    /// It is switched off.
    Disable,
}

/// Limits that a fleet sets besides those of the policy; absent sets none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FleetGuards {
    /// How many members one plan may change.
    pub max_updates: Option<Share>,
    /// How many members one plan may create.
    pub max_creates: Option<Share>,
}

/// A part of what members declare, as it was written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// What is the same for every member.
    pub fixed: MemberSpec,
    /// The rest, which depends on the customer: its texts hold templates.
    pub open: Option<OpenPart>,
}

/// The keys of a part that templates occur in, with their places.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenPart {
    /// The file they are in.
    pub file: Arc<str>,
    /// A mapping of these keys.
    pub spec: Node,
}

/// What is declared of a member: the keys of an Instance, each of which may be absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberSpec {
    /// The version it runs.
    pub version: Option<VersionRef>,
    /// Its display name.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its labels besides the marker.
    pub labels: Option<Vec<String>>,
    /// Whether it runs.
    pub state: Option<InstanceState>,
    /// The config variables that are managed, by key.
    pub config: Config,
    /// What is set for its flows, by name or stable key.
    pub flows: Flows,
    /// Whether its runs log in detail.
    pub global_debug: Option<bool>,
    /// When it is deployed.
    pub deploy: Option<PublishWhen>,
    /// Deploy although the server's validation rules object.
    pub force: Option<bool>,
    /// Never switched off or pruned.
    pub protect: Option<bool>,
    /// Why it moves outside the waves of its integration.
    pub outside_rollout: Option<String>,
    /// What the daemon does about changes made elsewhere.
    pub drift: Option<DriftMode>,
    /// Where each of the keys is.
    pub places: BTreeMap<String, Location>,
}

impl MemberSpec {
    /// What it says with another part laid over it.
    pub fn lay_over(&mut self, other: Self) {
        // Taken apart so that a new field does not compile before it is laid over.
        let Self {
            version,
            display_name,
            description,
            labels,
            state,
            config,
            flows,
            global_debug,
            deploy,
            force,
            protect,
            outside_rollout,
            drift,
            places,
        } = other;
        self.version = version.or_else(|| self.version.take());
        self.display_name = display_name.or_else(|| self.display_name.take());
        self.description = description.or_else(|| self.description.take());
        self.labels = labels.or_else(|| self.labels.take());
        self.state = state.or(self.state);
        self.deploy = deploy.or(self.deploy);
        self.force = force.or(self.force);
        self.global_debug = global_debug.or(self.global_debug);
        self.protect = protect.or(self.protect);
        self.drift = drift.or_else(|| self.drift.take());
        self.outside_rollout = outside_rollout.or_else(|| self.outside_rollout.take());
        self.places.extend(places);
        if self.config.is_empty() {
            self.config = config;
        } else if !config.is_empty() {
            let entries = config.iter();
            Arc::make_mut(&mut self.config)
                .extend(entries.map(|(key, entry)| (key.clone(), Arc::clone(entry))));
        }
        if self.flows.is_empty() {
            self.flows = flows;
        } else if !flows.is_empty() {
            let entries = flows.iter();
            Arc::make_mut(&mut self.flows)
                .extend(entries.map(|(name, entry)| (name.clone(), Arc::clone(entry))));
        }
    }
}

/// What single members declare besides the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Whose members.
    pub customers: Vec<CustomerKey>,
    /// What they declare.
    pub part: Part,
    /// Why.
    pub reason: String,
    /// The last day on which it is meant to apply, which ends with that day in UTC.
    pub expires: Option<Date>,
    /// Where it is declared.
    pub location: Location,
}

/// The rows of a file, by customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// The file.
    pub path: Arc<str>,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// The cells of each customer, in the order of the columns.
    pub cells: IndexMap<String, Vec<String>>,
}

/// Of which fleet an instance is a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The `metadata.name` of the fleet.
    pub fleet: ResourceName,
    /// How much of it is managed.
    pub manage: Manage,
    /// Whether it is created where there is none.
    pub creates: bool,
    /// Why nothing may be done about it.
    pub stop: Option<MemberStop>,
}

/// Why nothing is done about a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberStop {
    /// Whether it is one could not be read.
    Unknown(String),
    /// A person has to change something first.
    Refused {
        /// What is in the way.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
}
