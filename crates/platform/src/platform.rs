//! What the rest of the project needs of Prismatic, in its own words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::PlatformError;
use crate::model::increment::{Increment, Mark};
use crate::model::{
    Activity, AuthorizeUrls, Catalogue, ComponentsWanted, ConfigWrite, ConnectionId,
    ConnectionScope, ConnectionSighting, ConnectionValueId, ConnectionValueSighting, CustomerId,
    CustomerSighting, DraftSighting, Echo, FlowRequest, FlowsOfInstances, Identity, Instance,
    InstanceId, InstanceSighting, IntegrationId, IntegrationSighting, Listing, LiveFlow, ManagedBy,
    Observed, Requirements, Scope, SequenceId, Tenant, VersionId, VersionRecord, Visibility,
};
use crate::rollout::{Evidence, Needs};

/// The outcome of an operation.
pub type PlatformResult<T> = Result<T, PlatformError>;

/// A tenant that can be read and written.
///
/// # Guarantees
///
/// - Reads are retried within the call; writes only where repeating them is
///   harmless. After [`super::error::Effect::Unknown`] the caller looks for
///   the effect before it tries again.
/// - Every call ends within a bounded time.
/// - [`Platform::observe`] never takes a failed page for the end of a list.
///
/// # Assumptions
///
/// One caller at a time reconciles a tenant. Operations may run concurrently;
/// one request budget covers them all.
#[async_trait]
pub trait Platform: Send + Sync {
    /// The identity of the token.
    async fn identity(&self) -> PlatformResult<Identity>;

    /// Reads the tenant. Fails only where nothing useful could be read;
    /// what could not be read otherwise is *unknown* in the result.
    async fn observe(&self, scope: &Scope) -> PlatformResult<Tenant>;

    /// How far the tenant has come, by the server's own clock; `None` where that is unknown.
    async fn mark(&self) -> PlatformResult<Option<Mark>> {
        Ok(None)
    }

    /// What changed since a moment of the server's clock; `None` where that is unknown and everything has to
    /// be read.
    async fn changes(&self, _since: Timestamp) -> PlatformResult<Option<Increment>> {
        Ok(None)
    }

    /// The draft's definition as the server gives it back.
    async fn definition(&self, id: &IntegrationId) -> PlatformResult<ReadBack>;

    /// Asks the server whether a definition is valid in this tenant.
    async fn validate_definition(&self, definition: &str) -> PlatformResult<()>;

    /// What versions require of their instances. Never absent: what could not be read is unknown.
    async fn requirements(&self, versions: &BTreeSet<VersionId>) -> Requirements;

    /// Looks components up. What could not be read is unknown in the answer.
    async fn components(&self, wanted: &ComponentsWanted) -> Catalogue;

    /// Where people consent to the connections of instances. What could not be
    /// read is unknown in the answer. Only for those who ask: the links are secrets.
    async fn authorize_urls(&self, instances: &BTreeSet<InstanceId>) -> AuthorizeUrls;

    /// The customers with an external id or a name, but for Prismatic's own. Never a part of them. A server
    /// may compare loosely, so the caller compares exactly.
    async fn find_customers(
        &self,
        external_id: &str,
        name: &str,
    ) -> PlatformResult<Vec<CustomerSighting>>;

    /// The shared connections with a stable key, of which a server has one. Never a part of them.
    async fn find_connections(&self, stable_key: &str) -> PlatformResult<Vec<ConnectionSighting>>;

    /// The values that a shared connection has for a customer, but for those of tests. Never a part of them.
    async fn find_connection_values(
        &self,
        connection: &ConnectionId,
        customer: &CustomerId,
    ) -> PlatformResult<Vec<ConnectionValueSighting>>;

    /// All instances of a customer, but for test instances. Never a part of them.
    async fn find_instances(&self, customer: &CustomerId) -> PlatformResult<Vec<InstanceSighting>>;

    /// One instance as it looks now; `None` where there is none.
    async fn sight_instance(&self, id: &InstanceId) -> PlatformResult<Option<InstanceSighting>>;

    /// The integrations that bear a label or a name. Never a part of them. A server may compare
    /// loosely, so the caller compares exactly.
    async fn find_integrations(
        &self,
        marker: &str,
        name: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>>;

    /// One draft as it looks now, with its newest versions; `None` where there is none.
    async fn sight_draft(&self, id: &IntegrationId) -> PlatformResult<Option<DraftSighting>>;

    /// Instances with everything that [`Platform::observe`] reads of them. Absent where there is none.
    async fn instances_by_id(
        &self,
        ids: &BTreeSet<InstanceId>,
    ) -> BTreeMap<InstanceId, Observed<Instance>>;

    /// Reads of the executions of an integration's instances what a rollout needs to know. What could not be
    /// read is unknown in the answer, and never left out of it.
    async fn executions(&self, _sequence: &SequenceId, needs: &Needs) -> Evidence {
        Evidence::unknown(needs, "executions are not read here")
    }

    /// What people and programs did in the tenant within a span, as far as the token may see that: the newest hundred. Idempotent.
    ///
    /// FACTS §19: the list `activities` needs a permission, and how it is worded is unknown.
    async fn activities(&self, _since: Timestamp, _until: Timestamp) -> Listing<Activity> {
        Listing {
            items: Vec::new(),
            incomplete: Some("activities are not read here".into()),
        }
    }

    /// The newest time of the server that is known: when it answered last, else the greatest time that
    /// a record bore.
    fn server_now(&self) -> Option<Timestamp> {
        None
    }

    /// Creates a customer. Not idempotent, although a server refuses a second one of the same name.
    async fn create_customer(&self, new: &NewCustomer) -> PlatformResult<CustomerSighting>;

    /// Sets what is given of a customer, and leaves the rest.
    async fn update_customer(&self, update: &CustomerUpdate) -> PlatformResult<CustomerSighting>;

    /// Creates a shared connection. Not idempotent, although a server refuses a second one of the same stable
    /// key. Says what its inputs look like from now on, as far as the reply does.
    async fn create_connection(
        &self,
        new: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)>;

    /// Sets what is given of a shared connection, and leaves the rest. Idempotent, but that each time deploys
    /// instances where that is asked for.
    async fn update_connection(&self, update: &ConnectionUpdate) -> PlatformResult<Echo>;

    /// Deletes a shared connection with all of its values. One that is already gone is a success.
    async fn delete_connection(&self, id: &ConnectionId) -> PlatformResult<()>;

    /// Creates the value of a shared connection for a customer. Not idempotent.
    async fn create_connection_value(
        &self,
        new: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)>;

    /// Writes the given inputs of a value, and leaves the rest. Idempotent, but that each time deploys instances
    /// where that is asked for.
    async fn update_connection_value(&self, update: &ConnectionValueUpdate)
    -> PlatformResult<Echo>;

    /// Creates an integration that has nothing but a name and labels. Not idempotent.
    async fn create_integration(
        &self,
        name: &str,
        labels: &[String],
    ) -> PlatformResult<IntegrationSighting>;

    /// Deletes an integration. One that is already gone is a success.
    async fn delete_integration(&self, id: &IntegrationId) -> PlatformResult<()>;

    /// Creates an integration, or overwrites the draft of one. Not idempotent without an id.
    async fn import_integration(
        &self,
        id: Option<&IntegrationId>,
        definition: &str,
    ) -> PlatformResult<ImportedIntegration>;

    /// Sets metadata of a draft.
    async fn update_integration(&self, update: &IntegrationUpdate) -> PlatformResult<()>;

    /// Makes a version of a draft, available at once. Not idempotent.
    async fn publish_integration(
        &self,
        id: &IntegrationId,
        comment: Option<&str>,
        record: &VersionRecord,
    ) -> PlatformResult<Published>;

    /// Withdraws or restores a version.
    async fn set_availability(&self, version: &VersionId, available: bool) -> PlatformResult<()>;

    /// Sets how the marketplace shows a version. All values are sent: omitting one may erase it.
    async fn set_marketplace(&self, update: &MarketplaceUpdate) -> PlatformResult<()>;

    /// Creates an instance. Not idempotent.
    async fn create_instance(&self, new: &NewInstance) -> PlatformResult<Created>;

    /// Sets what is given of an instance, and leaves the rest.
    async fn update_instance(&self, update: &InstanceUpdate) -> PlatformResult<InstanceSighting>;

    /// Writes the given config variables, and leaves the rest. Says what the
    /// values look like from now on, as far as the reply does.
    async fn configure_instance(
        &self,
        id: &InstanceId,
        config: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)>;

    /// What instances set for their flows. Never absent: what could not be read is unknown.
    async fn flows(&self, instances: &BTreeSet<InstanceId>) -> FlowsOfInstances;

    /// The same of one instance, before it is written. Never a part of it.
    async fn flows_of(&self, id: &InstanceId) -> PlatformResult<Vec<LiveFlow>>;

    /// Sets what an instance sets for its flows: all of it, in place of what is there. Idempotent. Whether what is
    /// left out is reset is not known (FACTS §9).
    async fn set_flows(&self, id: &InstanceId, flows: &[FlowRequest]) -> PlatformResult<()>;

    /// Deploys what is configured.
    async fn deploy_instance(
        &self,
        id: &InstanceId,
        force: bool,
    ) -> PlatformResult<InstanceSighting>;

    /// Deletes an instance. One that is already gone is a success.
    async fn delete_instance(&self, id: &InstanceId) -> PlatformResult<()>;
}

/// A definition as the server gives it back.
#[derive(Debug, Clone)]
pub struct ReadBack {
    /// The canonical text.
    pub text: Arc<str>,
    /// The digest of its value, as `definition` computes it.
    pub digest: String,
}

/// A draft that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedIntegration {
    /// Its id.
    pub id: IntegrationId,
    /// When it was changed, by the server's clock.
    pub updated_at: Option<Timestamp>,
    /// Its labels as they are now: an import may take them off.
    pub labels: Option<Vec<String>>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its record.
    pub id: VersionId,
    /// Its number.
    pub number: i64,
}

/// What to set on a draft. Absent fields are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationUpdate {
    /// Which draft.
    pub id: IntegrationId,
    /// Its display name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// All its labels.
    pub labels: Option<Vec<String>>,
}

/// What to set on a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketplaceUpdate {
    /// Which version.
    pub version: VersionId,
    /// Whether it is listed.
    pub visibility: Visibility,
    /// The overview.
    pub overview: String,
    /// Whether a customer may have several instances.
    pub allow_multiple_instances: bool,
}

/// A customer to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// Its name, unique in an organization.
    pub name: String,
    /// The id that the vendor's own system gave it.
    pub external_id: String,
    /// What there is to know about it.
    pub description: Option<String>,
    /// Its labels, the marker among them.
    pub labels: Vec<String>,
    /// How many executions may run at once.
    pub concurrent_execution_limit: Option<i64>,
}

/// What to set on a customer. Absent fields are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerUpdate {
    /// Which customer.
    pub id: CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// The id that the vendor's own system gave it.
    pub external_id: Option<String>,
    /// What there is to know about it.
    pub description: Option<String>,
    /// All its labels.
    pub labels: Option<Vec<String>>,
    /// How many executions may run at once.
    pub concurrent_execution_limit: Option<i64>,
}

/// A shared connection to create.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// What people see.
    pub name: String,
    /// The key that definitions know it by, unique in an organization.
    pub stable_key: String,
    /// The id of the connection of a component that it is one of.
    pub kind: String,
    /// Whose values it has.
    pub scope: ConnectionScope,
    /// Who fills them in; absent leaves it to the server.
    pub managed_by: Option<ManagedBy>,
    /// What it is for, with the labels at its end.
    pub description: String,
    /// Its first inputs, under its stable key.
    pub inputs: Option<ConfigWrite>,
}

/// What to set on a shared connection. Absent fields are left alone.
#[derive(Debug, Clone)]
pub struct ConnectionUpdate {
    /// Which connection.
    pub id: ConnectionId,
    /// What people see.
    pub name: Option<String>,
    /// What it is for, with the labels at its end.
    pub description: Option<String>,
    /// Inputs, under its stable key.
    pub inputs: Option<ConfigWrite>,
    /// Deploy the instances that depend on it.
    pub redeploy: bool,
}

/// The value of a shared connection for a customer, to create.
#[derive(Debug, Clone)]
pub struct NewConnectionValue {
    /// Of this connection.
    pub connection: ConnectionId,
    /// For this customer.
    pub customer: CustomerId,
    /// Its inputs, under the stable key of the connection.
    pub inputs: Option<ConfigWrite>,
}

/// What to write of the value of a shared connection.
#[derive(Debug, Clone)]
pub struct ConnectionValueUpdate {
    /// Which value.
    pub id: ConnectionValueId,
    /// The inputs, under the stable key of the connection.
    pub inputs: ConfigWrite,
    /// Deploy the instances that are bound to it.
    pub redeploy: bool,
}

/// An instance to create.
#[derive(Debug, Clone)]
pub struct NewInstance {
    /// Its display name.
    pub name: String,
    /// Whose it is.
    pub customer: CustomerId,
    /// In which version.
    pub version: VersionId,
    /// What it is for.
    pub description: Option<String>,
    /// Its labels, the marker among them.
    pub labels: Vec<String>,
    /// Its first values.
    pub config: Vec<ConfigWrite>,
}

/// An instance that was created.
#[derive(Debug, Clone)]
pub struct Created {
    /// Its id.
    pub id: InstanceId,
    /// What its values look like from now on, as far as the reply says.
    pub echo: Echo,
    /// What else the reply shows of it.
    pub sighting: InstanceSighting,
}

/// What to set on an instance. Absent fields are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceUpdate {
    /// Which instance.
    pub id: InstanceId,
    /// Its display name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// All its labels.
    pub labels: Option<Vec<String>>,
    /// Whether it runs.
    pub enabled: Option<bool>,
    /// In which version.
    pub version: Option<VersionId>,
    /// Whether its runs log in detail.
    pub global_debug: Option<bool>,
}

impl InstanceUpdate {
    /// An update that changes nothing yet.
    #[must_use]
    pub fn of(id: InstanceId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            labels: None,
            enabled: None,
            version: None,
            global_debug: None,
        }
    }
}
