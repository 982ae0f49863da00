//! What a tenant holds, as far as it could be read.
//!
//! Unknown is not absent: every value that a failed read can leave open says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{
    ConnectionId, ConnectionRecord, ConnectionType, ConnectionValueId, CustomerId, CustomerRef,
    FlowsOfInstances, InstanceId, IntegrationId, LiveFlow, Marker, SequenceId, VersionId,
    Visibility,
};

/// A value that was read, is certainly not there, or could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed<T> {
    /// It is this.
    Known(T),
    /// It is not there, and everything was read.
    Absent,
    /// It could not be read; the text says why.
    Unknown(Arc<str>),
}

impl<T> Observed<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }
}

/// A value that is read only on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked<T> {
    /// Not requested: nothing is known of the value.
    NotAsked,
    /// It is this.
    Known(T),
    /// It could not be read; the text says why.
    Unknown(Arc<str>),
}

impl<T> Asked<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotAsked | Self::Unknown(_) => None,
        }
    }
}

/// Part or all of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Why there may be more; `None` when everything was read.
    pub incomplete: Option<Arc<str>>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            incomplete: None,
        }
    }
}

impl<T> Listing<T> {
    /// A list that was read to its end.
    #[must_use]
    pub fn complete(items: Vec<T>) -> Self {
        Self {
            items,
            incomplete: None,
        }
    }

    /// What a failed search of this list means: absent only if all was read.
    pub fn missing<U>(&self) -> Observed<U> {
        match &self.incomplete {
            None => Observed::Absent,
            Some(why) => Observed::Unknown(Arc::clone(why)),
        }
    }
}

/// The identity of the token, and its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's e-mail address.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// The organization's id.
    pub organization_id: String,
    /// The organization's name.
    pub organization: String,
    /// The tenant, if the API says.
    pub tenant_id: Option<String>,
}

/// One reading of a tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// The identity that read it.
    pub identity: Identity,
    /// All integrations of the organization, one record each.
    pub integrations: Listing<Integration>,
    /// All instances that are not Prismatic's own test instances.
    pub instances: Listing<Instance>,
    /// The customers that manifests refer to. More than one match is ambiguous.
    pub customers: BTreeMap<CustomerRef, Listing<Customer>>,
    /// Integrations that now lack the marker that they had when a run of ours began to import into them,
    /// by the journal of intents.
    pub interrupted: BTreeMap<IntegrationId, String>,
    /// All customers but Prismatic's own; `None` where they were not requested.
    pub all_customers: Option<Listing<CustomerRecord>>,
    /// All shared connections but those that customers own; `None` where they were not requested.
    pub connections: Option<Listing<ConnectionRecord>>,
    /// The ids of connections of components, as far as they were requested.
    pub connection_types: BTreeMap<ConnectionType, Observed<String>>,
    /// Customers that a reference to one that does not exist may have meant.
    pub near_customers: Vec<Customer>,
}

impl Tenant {
    /// Takes in which integrations lost a marker with an import. A list that still shows it is older than the
    /// look that did not.
    pub fn set_interrupted(&mut self, interrupted: BTreeMap<IntegrationId, String>) {
        for integration in &mut self.integrations.items {
            if let Some(marker) = interrupted.get(&integration.id) {
                integration.labels.retain(|label| label != marker);
            }
        }
        self.interrupted = interrupted;
    }

    /// Takes in what versions require, where that was read later than the rest. What was asked for and not
    /// answered is unknown.
    pub fn set_requirements(&mut self, asked: &BTreeSet<VersionId>, read: &Requirements) {
        for integration in &mut self.integrations.items {
            for version in &mut integration.versions.items {
                if asked.contains(&version.id) {
                    let unanswered = || Asked::Unknown("it was asked for and not answered".into());
                    version.required = read.get(&version.id).cloned().unwrap_or_else(unanswered);
                }
            }
        }
    }
}

impl Tenant {
    /// Takes in what instances set for their flows, where that was read later than the rest.
    pub fn set_flows(&mut self, asked: &BTreeSet<InstanceId>, read: &FlowsOfInstances) {
        for live in &mut self.instances.items {
            if asked.contains(&live.id) {
                let unanswered = || Asked::Unknown("it was asked for and not answered".into());
                live.flows = read.get(&live.id).cloned().unwrap_or_else(unanswered);
            }
        }
    }
}

/// The variables that versions require, or why those are not known.
pub type Requirements = BTreeMap<VersionId, Asked<Vec<RequiredVariable>>>;

/// A live integration.
#[derive(Debug, Clone, PartialEq)]
pub struct Integration {
    /// The record that imports and publishes go to.
    pub id: IntegrationId,
    /// Its display name; not unique.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its labels, markers included.
    pub labels: Vec<String>,
    /// Shared with all its versions.
    pub sequence: Option<SequenceId>,
    /// Built by a customer in the embedded designer: out of scope.
    pub customer_owned: bool,
    /// Generated from code; its definition is not to be compared as text.
    pub code_native: bool,
    /// The draft differs from the last publish, or was never published.
    pub has_unpublished_changes: bool,
    /// The draft's definition in the server's canonical text; read only where [`super::Scope`] asks.
    pub definition: Observed<Arc<str>>,
    /// Published versions, newest first: at least the newest, the newest
    /// available, and those that [`super::Scope`] asks for.
    pub versions: Listing<PublishedVersion>,
}

impl Integration {
    /// The markers on it.
    pub fn markers(&self) -> impl Iterator<Item = Marker> + '_ {
        Marker::among(&self.labels)
    }

    /// The newest published version, available or not.
    #[must_use]
    pub fn newest(&self) -> Observed<&PublishedVersion> {
        self.versions
            .items
            .first()
            .map_or_else(|| self.versions.missing(), Observed::Known)
    }
}

/// A published version.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedVersion {
    /// Its record.
    pub id: VersionId,
    /// Its number in this tenant.
    pub number: i64,
    /// Whether instances may use it.
    pub available: bool,
    /// When it was published, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// What was said when it was published.
    pub record: VersionRecord,
    /// How the marketplace shows it.
    pub visibility: Option<Visibility>,
    /// The marketplace overview.
    pub overview: Option<String>,
    /// Whether a customer may have several instances.
    pub allow_multiple_instances: bool,
    /// The variables it requires, where [`super::Scope`] or [`Requirements`] asked for them.
    pub required: Asked<Vec<RequiredVariable>>,
}

impl PublishedVersion {
    /// Whether both were made of the same definition by this program, and the server made the same of it.
    #[must_use]
    pub fn is_equal_to(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.record, &other.record);
        ours.submitted.is_some()
            && ours.submitted == theirs.submitted
            && ours.canonical == theirs.canonical
    }
}

/// The attributes of a published version, as far as we know their keys.
///
/// prism sends the first four; the two digests are under our own key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionRecord {
    /// The commit it was published from.
    pub commit_hash: Option<String>,
    /// A link to that commit.
    pub commit_url: Option<String>,
    /// The repository.
    pub repo_url: Option<String>,
    /// The pull request.
    pub pull_request_url: Option<String>,
    /// Digest of the definition as submitted.
    pub submitted: Option<String>,
    /// Digest of the definition as the server gave it back.
    pub canonical: Option<String>,
}

impl VersionRecord {
    /// Whether it was published from a commit: one of the two hashes is the
    /// beginning of the other, since some publishers record seven characters
    /// and people write few.
    #[must_use]
    pub fn is_from(&self, commit: &str) -> bool {
        const SHORTEST: usize = 7;
        self.commit_hash.as_deref().is_some_and(|recorded| {
            recorded.len().min(commit.len()) >= SHORTEST
                && (recorded.starts_with(commit) || commit.starts_with(recorded))
        })
    }
}

/// A config variable that a version of an integration declares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequiredVariable {
    /// Its display name, and the key by which values are written.
    pub key: String,
    /// The author's key that survives renames.
    pub stable_key: Option<String>,
    /// `dataType` in the API's upper case: `STRING`, `CONNECTION`, ….
    pub data_type: String,
    /// `VALUELIST`, `KEYVALUELIST`, or none.
    pub collection_type: Option<String>,
    /// The value a new instance begins with; `None` where the author gave none.
    pub default_value: Option<String>,
    /// The values on offer, for a pick list without a data source.
    pub pick_list: Vec<String>,
    /// Takes its value from a connection shared across instances.
    pub shared: bool,
}

/// A customer, as far as instances need one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Its name.
    pub name: String,
    /// The id the vendor's own system gave it.
    pub external_id: Option<String>,
}

/// A customer with everything that a manifest can declare of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRecord {
    /// Its id, name and external id.
    pub customer: Customer,
    /// Its description.
    pub description: String,
    /// Its labels, markers included.
    pub labels: Vec<String>,
    /// How many executions may run at once, `None` where it has no limit of its own. That the API shows
    /// it is inferred from what it takes, so it is read only where a manifest declares one.
    pub concurrent_execution_limit: Asked<Option<i64>>,
    /// When it changed last, if the API says.
    pub updated_at: Option<Timestamp>,
}

impl CustomerRecord {
    /// The markers on it.
    pub fn markers(&self) -> impl Iterator<Item = Marker> + '_ {
        Marker::among(&self.labels)
    }
}

/// What an instance lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigState {
    /// Nothing.
    FullyConfigured,
    /// A value of its own.
    NeedsInstanceConfiguration,
    /// A value of one of its users.
    NeedsUserLevelConfiguration,
}

/// The version record an instance points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceVersion {
    /// Its record.
    pub id: VersionId,
    /// Its number.
    pub number: i64,
    /// The sequence it belongs to: which integration this is.
    pub sequence: Option<SequenceId>,
    /// The integration's name.
    pub integration_name: String,
}

/// A live instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Its display name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its labels, markers included.
    pub labels: Vec<String>,
    /// Whether it runs.
    pub enabled: bool,
    /// What is configured differs from what is deployed.
    pub needs_deploy: bool,
    /// It was deployed at least once.
    pub deployed: bool,
    /// When it was deployed last, if the API says.
    pub last_deployed_at: Option<Timestamp>,
    /// When it changed last, if the API says. Not every write is known to move it.
    pub updated_at: Option<Timestamp>,
    /// What it lacks, if the API says.
    pub config_state: Option<ConfigState>,
    /// Its last execution failed.
    pub in_failed_state: bool,
    /// Prismatic switched it off.
    pub system_suspended: bool,
    /// A customer deployed it in the marketplace.
    pub designed_by_customer: bool,
    /// The version it is configured for.
    pub version: InstanceVersion,
    /// Whose it is.
    pub customer: Customer,
    /// The values of its config variables, by key.
    pub config: Observed<BTreeMap<String, LiveConfigVariable>>,
    /// What it sets for its flows, once that was asked for.
    pub flows: Asked<Vec<LiveFlow>>,
    /// Whether its runs log in detail, if the API says.
    pub global_debug: Option<bool>,
}

impl Instance {
    /// The markers on it.
    pub fn markers(&self) -> impl Iterator<Item = Marker> + '_ {
        Marker::among(&self.labels)
    }
}

/// Whether a connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableStatus {
    /// It works.
    Active,
    /// Consent is required.
    Pending,
    /// It failed.
    Failed,
}

/// The live value of a config variable.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveConfigVariable {
    /// Its value as text. May be secret.
    pub value: Option<String>,
    /// For connections.
    pub status: Option<VariableStatus>,
    /// For schedules.
    pub time_zone: Option<String>,
    /// For schedules: the API's word for how it is meant, in its capitals; `None` where it does not say.
    pub schedule_type: Option<String>,
    /// For connections: their inputs. May be secret.
    pub inputs: Vec<LiveInput>,
    /// Bound to a connection shared across instances.
    pub shared: bool,
    /// The value of a shared connection that it is bound to.
    pub bound: Option<ConnectionValueId>,
    /// The shared connection that the version itself binds it to.
    pub scoped: Option<ConnectionId>,
    /// A connection that a person consents to, by OAuth.
    pub oauth: bool,
    /// What the version says about it, which is the same for many instances.
    pub declared: Arc<RequiredVariable>,
}

/// A live input of a connection.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveInput {
    /// Its name.
    pub name: String,
    /// What the API returned: the value, or a mask that must never be compared.
    pub value: Option<String>,
    /// Whether a value is stored.
    pub has_value: bool,
}

/// Values may be secret, so only their presence is shown.
impl std::fmt::Debug for LiveConfigVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveConfigVariable")
            .field("has_value", &self.value.is_some())
            .field("status", &self.status)
            .field("inputs", &self.inputs)
            .field("declared", &self.declared.key)
            .finish_non_exhaustive()
    }
}

/// Values may be secret, so only their presence is shown.
impl std::fmt::Debug for LiveInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveInput")
            .field("name", &self.name)
            .field("has_value", &self.has_value)
            .finish_non_exhaustive()
    }
}
