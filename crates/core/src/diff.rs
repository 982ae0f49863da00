//! Declared × live → what differs.
//!
//! Pure. Nothing is decided here about order, policy or permission: a
//! [`ChangeSet`] says of every declared resource which live object it is and
//! in which fields the two differ, or why that cannot be said.
//!
//! # Invariants
//!
//! - What could not be read is [`Stop::Unknown`]; it never becomes a create.
//! - Two candidates, a foreign marker or a missing permission to adopt is
//!   [`Stop::Refused`]; the differ never picks one.
//! - Undeclared fields are not compared.

// A kind, an operation or a verdict that is added does not compile before each match has answered for it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

pub(crate) mod admission;
mod connection;
mod doubled;
pub(crate) mod identity;
pub(crate) mod labels;
mod needs;
mod orphans;
mod overview;
mod renamed;
mod rollouts;
mod scope;
mod simulate;
pub(crate) mod turns;
pub(crate) mod typed;

#[cfg(any(test, feature = "testing"))]
#[allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    reason = "for tests only, of this crate and of those above it"
)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use crate::kinds::instance::compare::flows::FlowChanges;
pub use crate::kinds::instance::compare::losses::Losses;
pub use crate::kinds::instance::compare::merged::{Unshown, merged as merged_flows};
pub(crate) use crate::kinds::instance::compare::secret_match::is_mask;
pub use crate::kinds::integration::compare::components::unlisted_components;
pub use crate::kinds::integration::compare::equal::{
    EqualVersion, EqualVersions, equal_versions, equal_versions_told,
};
pub use admission::{Admissions, MoveLabels, Waiting};
pub use connection::{Bound, ConnectionChanges, ConnectionValueChanges, Reach};
pub use doubled::{Doubled, doubled, doubled_warnings};
pub(crate) use labels::full as all_labels;
pub use needs::Needs;
pub use overview::{Changes, Compared, Overview};
pub use renamed::renamed;
pub use rollouts::{RolloutFacts, rollout_facts};
pub use scope::scope;
pub use simulate::{Obstacle, Simulated, SimulatedVersion, Simulation, simulate};

use crate::definition::Definitions;
use crate::kinds::with_kind;
use crate::model::{
    Address, Catalogue, ConfigWrite, CustomerId, Declared, Desired, FieldChange, InstanceId,
    InstanceState, IntegrationId, Kind, Location, ResourceName, SecretRecords, SecretValues,
    SecretWrites, Tenant, VersionId, Visibility,
};

/// The inputs of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What the files declare.
    pub desired: &'a Desired,
    /// Their definitions.
    pub definitions: &'a Definitions,
    /// The secrets they refer to.
    pub secrets: &'a SecretValues,
    /// What is remembered of values that the tenant does not show.
    pub records: &'a SecretRecords,
    /// What to do where nothing is remembered.
    pub unrecorded: SecretWrites,
    /// What the tenant holds.
    pub tenant: &'a Tenant,
    /// The components that imports need, once they were asked for.
    pub catalogue: Option<&'a Catalogue>,
    /// Existing objects that a manifest matches may be taken over.
    pub adopt: bool,
    /// What rollouts decided; without it every instance goes where its manifest says.
    pub admissions: Option<&'a Admissions>,
}

/// What differs, resource by resource.
#[derive(Debug, Clone, Default)]
pub struct ChangeSet {
    /// One entry for each declared customer, in the order of the files.
    pub customers: Vec<Comparison<CustomerChanges>>,
    /// One entry for each declared connection, in the order of the files.
    pub connections: Vec<Comparison<ConnectionChanges>>,
    /// One entry for each declared integration, in the order of the files.
    pub integrations: Vec<Comparison<IntegrationChanges>>,
    /// One entry for each declared instance, in the order of the files, but for members that a fleet does not create.
    pub instances: Vec<Comparison<InstanceChanges>>,
    /// Owned objects that nothing declares any more.
    pub orphans: Vec<Orphan>,
    /// What else has to be known before this is complete.
    pub needs: Needs,
}

/// A declared resource and its verdict.
#[derive(Debug, Clone)]
pub struct Comparison<T> {
    /// Its address.
    pub address: Address,
    /// Where it is declared.
    pub location: Location,
    /// What is known of it.
    pub verdict: Verdict<T>,
}

/// The result for one resource: which live object it is and what differs, or why that cannot be said.
pub type Verdict<T> = Result<T, Stop>;

/// Why a comparison stops before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A part of the tenant that matters for it could not be read.
    Unknown(String),
    /// Blocked until a user changes something.
    Refused(Refusal),
}

impl Stop {
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(reason))
    }

    /// The same for what depends on the resource at `address`.
    pub(crate) fn of(&self, address: &Address) -> Self {
        match self {
            Self::Unknown(why) => Self::Unknown(format!("{address}: {why}")),
            Self::Refused(refusal) => {
                Self::refused(format!("{address} is blocked: {}", refusal.reason))
            }
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Why a resource is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The obstacle.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How a customer differs.
#[derive(Debug, Clone)]
pub struct CustomerChanges {
    /// Which live customer it is.
    pub live: Found<CustomerId>,
    /// What it is called now; before it exists, what it will be called.
    pub called: String,
    /// The name it shall have.
    pub display_name: String,
    /// Its external id.
    pub external_id: String,
    /// What differs, for people.
    pub fields: Vec<FieldChange>,
    /// The name to set.
    pub rename: Option<String>,
    /// The external id to set.
    pub new_external_id: Option<String>,
    /// The description to set.
    pub description: Option<String>,
    /// All labels to set.
    pub labels: Option<Vec<String>>,
    /// The limit of concurrent executions to set.
    pub limit: Option<i64>,
    /// Fields with the declared meaning in another spelling, so that nothing is written.
    pub respelled: Vec<String>,
}

/// How a live object was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<Id> {
    /// It does not exist; certainly so.
    Missing,
    /// It bears our marker.
    Owned(Id),
    /// It exists without our marker, and may be taken over.
    Adopted(Id),
    /// It is ours without our marker: a run ended between writing it and marking it.
    Recovered(Id),
}

impl<Id> Found<Id> {
    /// The same by reference.
    pub fn as_ref(&self) -> Found<&Id> {
        match self {
            Self::Missing => Found::Missing,
            Self::Owned(id) => Found::Owned(id),
            Self::Adopted(id) => Found::Adopted(id),
            Self::Recovered(id) => Found::Recovered(id),
        }
    }

    /// The same with something else of the object.
    pub fn map<T>(self, then: impl FnOnce(Id) -> T) -> Found<T> {
        match self {
            Self::Missing => Found::Missing,
            Self::Owned(id) => Found::Owned(then(id)),
            Self::Adopted(id) => Found::Adopted(then(id)),
            Self::Recovered(id) => Found::Recovered(then(id)),
        }
    }

    /// The id, if the object exists.
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::Missing => None,
            Self::Owned(id) | Self::Adopted(id) | Self::Recovered(id) => Some(id),
        }
    }
}

/// How an integration differs.
#[derive(Debug, Clone)]
pub struct IntegrationChanges {
    /// Which live integration it is.
    pub live: Found<IntegrationId>,
    /// Its definition is generated from code.
    pub generated: bool,
    /// The display name the definition gives it.
    pub display_name: String,
    /// What differs, for people.
    pub fields: Vec<FieldChange>,
    /// The definition must be imported.
    pub import: bool,
    /// The description to set after any import.
    pub description: Option<String>,
    /// All labels to set after any import.
    pub labels: Option<Vec<String>>,
    /// A version must be published.
    pub publish: bool,
    /// The digest of the declared definition, for the version's record.
    pub submitted: String,
    /// The newest published version that settings go to if none is published.
    pub newest: Option<VersionId>,
    /// Availability to set on the newest version.
    pub available: Option<bool>,
    /// Marketplace settings for the newest version, complete.
    pub marketplace: Option<MarketplaceChange>,
    /// Its rollout takes the newest version back.
    pub withdraws: bool,
    /// Whether it was published before, available or not.
    pub published_before: bool,
    /// The draft differs from the newest version, as far as is known.
    pub unpublished: bool,
    /// Why nothing of this may be written.
    pub blocked: Option<Refusal>,
    /// The tenant lists no components at all, so whether it has those of the definition is not known.
    pub components_unlisted: bool,
}

/// Marketplace settings, complete: omitting one may erase it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketplaceChange {
    /// Whether it is listed.
    pub visibility: Visibility,
    /// The overview.
    pub overview: String,
    /// Whether a customer may have several instances.
    pub allow_multiple_instances: bool,
}

/// The version an instance shall run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetVersion {
    /// A version that exists.
    Existing {
        /// Its record.
        id: VersionId,
        /// Its number.
        number: i64,
    },
    /// The one that this plan publishes of a managed integration.
    Published(ResourceName),
}

impl TargetVersion {
    /// Its number, where it has one already.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Existing { number, .. } => Some(*number),
            Self::Published(_) => None,
        }
    }
}

/// The customer an instance belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetCustomer {
    /// One that exists.
    Existing(CustomerId),
    /// The one that this plan creates for a manifest.
    Created(ResourceName),
}

/// How an instance differs.
#[derive(Debug, Clone)]
pub struct InstanceChanges {
    /// Which live instance it is.
    pub live: Found<InstanceId>,
    /// Its display name.
    pub display_name: String,
    /// The customer.
    pub customer: TargetCustomer,
    /// The customer's name, for people.
    pub customer_name: String,
    /// What differs, for people.
    pub fields: Vec<FieldChange>,
    /// The version it shall run.
    pub target: TargetVersion,
    /// It runs another one now.
    pub upgrade: bool,
    /// The display name to set.
    pub rename: Option<String>,
    /// The description to set.
    pub description: Option<String>,
    /// All labels to set.
    pub labels: Option<Vec<String>>,
    /// Values to write that the present version knows.
    pub config: Vec<ConfigWrite>,
    /// Values to write that only the target version knows.
    pub config_after_upgrade: Vec<ConfigWrite>,
    /// Variables to bind to values that this plan creates; written with those after the upgrade.
    pub bound: Vec<Bound>,
    /// What to set for its flows.
    pub flows: FlowChanges,
    /// Whether its runs shall log in detail, where that is to be set.
    pub global_debug: Option<bool>,
    /// The API says that a deploy is due, or it was never deployed.
    pub deploy_due: bool,
    /// It was deployed at least once.
    pub deployed: bool,
    /// Whether it runs now; `None` before it exists.
    pub enabled: Option<bool>,
    /// Whether it shall run.
    pub state: InstanceState,
    /// Required variables that would have no value.
    pub missing: Vec<String>,
    /// Connections that wait for a person.
    pub pending: Vec<String>,
    /// Fields with the declared meaning in another spelling, so that nothing is written.
    pub respelled: Vec<String>,
    /// What moving to the target version costs.
    pub losses: Losses,
    /// Its last execution failed.
    pub failing: bool,
    /// Prismatic switched it off.
    pub suspended: bool,
    /// Deploy it although validation rules object.
    pub force: bool,
    /// Whether the manifest allows deploys.
    pub deploys: bool,
    /// Its fleet switched it off when it left: it is back.
    pub returns: bool,
    /// The labels that go with a move in a rollout.
    pub moves: Option<MoveLabels>,
    /// Why it is not brought to the version that its manifest asks for.
    pub waits: Option<Waiting>,
    /// It is not created before its wave opens.
    pub held: bool,
    /// Why a person had it moved although its wave does not admit it.
    pub bypass: Option<String>,
}

/// An owned object that nothing declares any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The address its marker names.
    pub address: Address,
    /// The display name.
    pub display_name: String,
    /// Its id.
    pub id: String,
    /// The name of the customer, for instances.
    pub customer_name: Option<String>,
    /// Whether it runs. What cannot be switched off always does.
    pub enabled: bool,
    /// Bears the label that says: never disable or delete.
    pub protected: bool,
}

/// What the comparison asks of a kind.
pub(crate) trait Comparable {
    /// What its manifests declare.
    type Declared: Declared;
    /// How a resource of it differs.
    type Changes: Changes;
    /// Look-ups over all of its objects, so that comparing many stays linear.
    type Index<'a>;

    /// All that is declared of it, in the order of the files.
    fn declared(desired: &Desired) -> &[Self::Declared];

    /// Its comparisons.
    fn of(changes: &ChangeSet) -> &[Comparison<Self::Changes>];

    /// Where its comparisons go.
    fn put(changes: &mut ChangeSet, compared: Vec<Comparison<Self::Changes>>);

    /// `so_far` has the comparisons of the kinds that this one refers to.
    fn index<'a>(inputs: &'a Inputs<'a>, so_far: &'a ChangeSet) -> Self::Index<'a>;

    /// Compares one resource.
    fn compare(index: &Self::Index<'_>, declared: &Self::Declared) -> Verdict<Self::Changes>;

    /// Whether there is to be no such resource, although it is declared.
    fn is_left_out(_declared: &Self::Declared, _verdict: &Verdict<Self::Changes>) -> bool {
        false
    }
}

/// Compares everything that is declared with the tenant.
#[must_use]
pub fn diff(inputs: &Inputs<'_>) -> ChangeSet {
    let mut changes = ChangeSet::default();
    for kind in Kind::ALL {
        with_kind!(kind, K => {
            let compared = compare::<K>(inputs, &changes);
            K::put(&mut changes, compared);
        });
    }
    changes.orphans = orphans::find(inputs, &changes);
    changes.needs = needs::of(inputs, &changes);
    changes
}

fn compare<K: Comparable>(inputs: &Inputs<'_>, so_far: &ChangeSet) -> Vec<Comparison<K::Changes>> {
    let index = K::index(inputs, so_far);
    let compared = K::declared(inputs.desired).iter().filter_map(|declared| {
        let verdict = K::compare(&index, declared);
        (!K::is_left_out(declared, &verdict)).then(|| Comparison {
            address: declared.address(),
            location: declared.location().clone(),
            verdict,
        })
    });
    compared.collect()
}
