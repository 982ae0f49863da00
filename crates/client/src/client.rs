//! The client: [`Platform`] over the API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::components;
use super::connection::Connection;
use super::executions;
use super::lookup_batcher::LookupBatcher;
use super::observe;
use super::operations::{
    activities, configure_instance, create_connection, create_connection_value, create_customer,
    create_instance, create_integration, definition, delete_connection, delete_instance,
    delete_integration, deploy_instance, find_connections, identity, import_integration, lookups,
    newest, publish_integration, set_availability, set_marketplace, sightings::Sights,
    update_connection, update_connection_value, update_customer, update_instance,
    update_integration, validate_definition,
};
use super::platform::{
    ConnectionUpdate, ConnectionValueUpdate, Created, CustomerUpdate, ImportedIntegration,
    InstanceUpdate, IntegrationUpdate, MarketplaceUpdate, NewConnection, NewConnectionValue,
    NewCustomer, NewInstance, Platform, PlatformResult, Published, ReadBack,
};
use super::rate::Budget;
use super::retry::RetryListener;
use super::session::Session;
use super::transport::Transport;
use super::wire::Wire;
use super::write_batcher::WriteBatcher;
use crate::model::increment::{Increment, Mark};
use crate::model::{
    Activity, AuthorizeUrls, Catalogue, ComponentsWanted, ConfigWrite, ConnectionId,
    ConnectionSighting, ConnectionValueSighting, CustomerId, CustomerSighting, DraftSighting, Echo,
    FlowRequest, FlowsOfInstances, Identity, Instance, InstanceId, InstanceSighting, IntegrationId,
    IntegrationSighting, Listing, LiveFlow, Observed, RateLimit, Requirements, Scope, SequenceId,
    Tenant, VersionId, VersionRecord,
};
use crate::rollout::{Evidence, Needs};
use prism_gitops_runtime::clock::Clock;

/// Requests that write to instances, of one kind, that are under way at once.
const PLACES: usize = 4;

/// A tenant reached through Prismatic's GraphQL API.
#[derive(Debug)]
pub struct PrismaticClient {
    pub(super) session: Session,
    customers: WriteBatcher,
    updates: WriteBatcher,
    configures: WriteBatcher,
    deploys: WriteBatcher,
    labels: WriteBatcher,
    definitions: LookupBatcher,
    sights: Sights,
}

impl PrismaticClient {
    /// A client for one tenant. Nothing is sent yet. Call inside a tokio runtime.
    ///
    /// `seed` makes the jitter of retries repeatable.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        connection: Connection,
        rate: RateLimit,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Self {
        let wire = Wire::new(transport, Budget::new(rate), clock, seed);
        Self {
            session: Session::new(wire, connection),
            customers: WriteBatcher::new(&update_customer::OPERATION, PLACES),
            updates: WriteBatcher::new(&update_instance::OPERATION, PLACES),
            configures: WriteBatcher::new(&configure_instance::OPERATION, PLACES),
            deploys: WriteBatcher::new(&deploy_instance::OPERATION, PLACES),
            // Quick, and seldom many: markers come one by one behind their imports.
            labels: WriteBatcher::new(&update_integration::OPERATION, 1),
            definitions: LookupBatcher::new(lookups::DETAILS),
            sights: Sights::default(),
        }
    }

    /// For a command that a person waits for. As long as the server has never answered, a failed connection
    /// is retried once and then given up; with `listener`, every further attempt is reported. Without this
    /// the client is patient, as a daemon has to be.
    #[must_use]
    pub fn interactive(mut self, listener: Option<Arc<dyn RetryListener>>) -> Self {
        self.session.attend(listener);
        self
    }

    /// When the access token in use ends; `None` before the first request, and
    /// where the token does not say.
    pub async fn token_expires(&self) -> Option<Timestamp> {
        self.session.token_expires().await
    }
}

#[async_trait]
impl Platform for PrismaticClient {
    async fn identity(&self) -> PlatformResult<Identity> {
        identity::run(&self.session).await
    }

    async fn observe(&self, scope: &Scope) -> PlatformResult<Tenant> {
        observe::observe(&self.session, scope).await
    }

    async fn mark(&self) -> PlatformResult<Option<Mark>> {
        newest::run(&self.session).await
    }

    async fn changes(&self, since: Timestamp) -> PlatformResult<Option<Increment>> {
        observe::changes_since(&self.session, since).await
    }

    async fn definition(&self, id: &IntegrationId) -> PlatformResult<ReadBack> {
        definition::run(&self.session, &self.definitions, id).await
    }

    async fn validate_definition(&self, definition: &str) -> PlatformResult<()> {
        validate_definition::run(&self.session, definition).await
    }

    async fn requirements(&self, versions: &BTreeSet<VersionId>) -> Requirements {
        observe::requirements(&self.session, versions).await
    }

    async fn components(&self, wanted: &ComponentsWanted) -> Catalogue {
        components::find(&self.session, wanted).await
    }

    async fn flows(&self, instances: &BTreeSet<InstanceId>) -> FlowsOfInstances {
        observe::flows(&self.session, instances).await
    }

    async fn flows_of(&self, id: &InstanceId) -> PlatformResult<Vec<LiveFlow>> {
        observe::flows_of(&self.session, id).await
    }

    async fn set_flows(&self, id: &InstanceId, flows: &[FlowRequest]) -> PlatformResult<()> {
        update_instance::flows(&self.session, &self.updates, id, flows).await
    }

    async fn authorize_urls(&self, instances: &BTreeSet<InstanceId>) -> AuthorizeUrls {
        observe::authorize_urls(&self.session, instances).await
    }

    async fn find_customers(
        &self,
        external_id: &str,
        name: &str,
    ) -> PlatformResult<Vec<CustomerSighting>> {
        self.sights
            .customers(&self.session, external_id, name)
            .await
    }

    async fn create_customer(&self, new: &NewCustomer) -> PlatformResult<CustomerSighting> {
        create_customer::run(&self.session, new).await
    }

    async fn update_customer(&self, update: &CustomerUpdate) -> PlatformResult<CustomerSighting> {
        update_customer::run(&self.session, &self.customers, update).await
    }

    async fn find_connections(&self, stable_key: &str) -> PlatformResult<Vec<ConnectionSighting>> {
        find_connections::run(&self.session, stable_key).await
    }

    async fn find_connection_values(
        &self,
        connection: &ConnectionId,
        customer: &CustomerId,
    ) -> PlatformResult<Vec<ConnectionValueSighting>> {
        observe::values_for(&self.session, connection, customer).await
    }

    async fn create_connection(
        &self,
        new: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)> {
        create_connection::run(&self.session, new).await
    }

    async fn update_connection(&self, update: &ConnectionUpdate) -> PlatformResult<Echo> {
        update_connection::run(&self.session, update).await
    }

    async fn delete_connection(&self, id: &ConnectionId) -> PlatformResult<()> {
        delete_connection::run(&self.session, id).await
    }

    async fn create_connection_value(
        &self,
        new: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)> {
        create_connection_value::run(&self.session, new).await
    }

    async fn update_connection_value(
        &self,
        update: &ConnectionValueUpdate,
    ) -> PlatformResult<Echo> {
        update_connection_value::run(&self.session, update).await
    }

    async fn find_instances(&self, customer: &CustomerId) -> PlatformResult<Vec<InstanceSighting>> {
        self.sights.of_customer(&self.session, customer).await
    }

    async fn sight_instance(&self, id: &InstanceId) -> PlatformResult<Option<InstanceSighting>> {
        self.sights.instance(&self.session, id).await
    }

    async fn find_integrations(
        &self,
        marker: &str,
        name: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>> {
        self.sights.integrations(&self.session, marker, name).await
    }

    async fn sight_draft(&self, id: &IntegrationId) -> PlatformResult<Option<DraftSighting>> {
        self.sights.draft(&self.session, id).await
    }

    async fn instances_by_id(
        &self,
        ids: &BTreeSet<InstanceId>,
    ) -> BTreeMap<InstanceId, Observed<Instance>> {
        observe::instances_by_id(&self.session, ids).await
    }

    async fn executions(&self, sequence: &SequenceId, needs: &Needs) -> Evidence {
        executions::read(&self.session, sequence, needs).await
    }

    async fn activities(&self, since: Timestamp, until: Timestamp) -> Listing<Activity> {
        activities::run(&self.session, since, until).await
    }

    fn server_now(&self) -> Option<Timestamp> {
        self.session.server_now()
    }

    async fn create_integration(
        &self,
        name: &str,
        labels: &[String],
    ) -> PlatformResult<IntegrationSighting> {
        create_integration::run(&self.session, name, labels).await
    }

    async fn delete_integration(&self, id: &IntegrationId) -> PlatformResult<()> {
        delete_integration::run(&self.session, id).await
    }

    async fn import_integration(
        &self,
        id: Option<&IntegrationId>,
        definition: &str,
    ) -> PlatformResult<ImportedIntegration> {
        import_integration::run(&self.session, id, definition).await
    }

    async fn update_integration(&self, update: &IntegrationUpdate) -> PlatformResult<()> {
        update_integration::run(&self.session, &self.labels, update).await
    }

    async fn publish_integration(
        &self,
        id: &IntegrationId,
        comment: Option<&str>,
        record: &VersionRecord,
    ) -> PlatformResult<Published> {
        publish_integration::run(&self.session, id, comment, record).await
    }

    async fn set_availability(&self, version: &VersionId, available: bool) -> PlatformResult<()> {
        set_availability::run(&self.session, version, available).await
    }

    async fn set_marketplace(&self, update: &MarketplaceUpdate) -> PlatformResult<()> {
        set_marketplace::run(&self.session, update).await
    }

    async fn create_instance(&self, new: &NewInstance) -> PlatformResult<Created> {
        create_instance::run(&self.session, new).await
    }

    async fn update_instance(&self, update: &InstanceUpdate) -> PlatformResult<InstanceSighting> {
        update_instance::run(&self.session, &self.updates, update).await
    }

    async fn configure_instance(
        &self,
        id: &InstanceId,
        config: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)> {
        configure_instance::run(&self.session, &self.configures, id, config).await
    }

    async fn deploy_instance(
        &self,
        id: &InstanceId,
        force: bool,
    ) -> PlatformResult<InstanceSighting> {
        deploy_instance::run(&self.session, &self.deploys, id, force).await
    }

    async fn delete_instance(&self, id: &InstanceId) -> PlatformResult<()> {
        delete_instance::run(&self.session, id).await
    }
}

#[cfg(test)]
mod patience;
#[cfg(test)]
mod tests;
