//! An empty tenant that records its requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::controller::connect::RequestCount;
use crate::model::{
    Activity, AuthorizeUrls, Catalogue, ComponentsWanted, ConfigWrite, ConnectionId,
    ConnectionSighting, ConnectionValueSighting, CustomerId, CustomerSighting, DraftSighting, Echo,
    FlowRequest, FlowsOfInstances, Identity, Instance, InstanceId, InstanceSighting, IntegrationId,
    IntegrationSighting, Listing, LiveFlow, Observed, Requirements, Scope, Tenant, VersionId,
    VersionRecord,
};
use crate::prismatic::error::{Effect, ErrorKind, PlatformError};
use crate::prismatic::platform::{
    ConnectionUpdate, ConnectionValueUpdate, Created, CustomerUpdate, ImportedIntegration,
    InstanceUpdate, IntegrationUpdate, MarketplaceUpdate, NewConnection, NewConnectionValue,
    NewCustomer, NewInstance, Platform, PlatformResult, Published, ReadBack,
};

fn identity(organization: &str) -> Identity {
    Identity {
        email: "dev@acme.example".to_owned(),
        name: "Dev".to_owned(),
        organization_id: "org-1".to_owned(),
        organization: organization.to_owned(),
        tenant_id: None,
    }
}

/// A tenant that holds nothing.
pub(in crate::controller) fn tenant() -> Tenant {
    Tenant {
        identity: identity("Acme Inc"),
        integrations: Listing::default(),
        instances: Listing::default(),
        customers: Default::default(),
        interrupted: Default::default(),
        all_customers: None,
        connections: None,
        connection_types: Default::default(),
        near_customers: Vec::new(),
    }
}

/// Answers `identity` and `observe`, and deploys; refuses to be written to otherwise.
#[derive(Default)]
pub(in crate::controller) struct Fake {
    pub(in crate::controller) calls: Mutex<Vec<&'static str>>,
    pub(in crate::controller) broken: bool,
    /// Its time, if it says that.
    pub(in crate::controller) now: Mutex<Option<Timestamp>>,
    /// What it says was done in it.
    pub(in crate::controller) activities: Mutex<Vec<Activity>>,
}

impl Fake {
    fn call(&self, operation: &'static str) -> PlatformResult<()> {
        self.calls.lock().unwrap().push(operation);
        if !self.broken {
            return Ok(());
        }
        Err(PlatformError {
            operation,
            kind: ErrorKind::Status {
                status: 502,
                message: "bad gateway".to_owned(),
            },
            effect: Effect::None,
        })
    }
}

impl RequestCount for Fake {
    fn requests(&self) -> u64 {
        self.calls.lock().unwrap().len() as u64
    }
}

#[async_trait]
impl Platform for Fake {
    async fn identity(&self) -> PlatformResult<Identity> {
        self.call("identity")?;
        Ok(identity("Acme Inc"))
    }

    async fn observe(&self, _scope: &Scope) -> PlatformResult<Tenant> {
        self.call("observe")?;
        Ok(tenant())
    }

    async fn definition(&self, _: &IntegrationId) -> PlatformResult<ReadBack> {
        unreachable!()
    }

    async fn activities(&self, since: Timestamp, until: Timestamp) -> Listing<Activity> {
        self.calls.lock().unwrap().push("activities");
        let all = self.activities.lock().unwrap().clone().into_iter();
        Listing::complete(all.filter(|it| since <= it.at && it.at <= until).collect())
    }

    fn server_now(&self) -> Option<Timestamp> {
        *self.now.lock().unwrap()
    }

    async fn validate_definition(&self, _: &str) -> PlatformResult<()> {
        unreachable!()
    }

    async fn requirements(&self, _: &BTreeSet<VersionId>) -> Requirements {
        unreachable!()
    }

    async fn components(&self, _: &ComponentsWanted) -> Catalogue {
        unreachable!()
    }

    async fn flows(&self, _: &BTreeSet<InstanceId>) -> FlowsOfInstances {
        unreachable!("no plan here sets flows")
    }

    async fn flows_of(&self, _: &InstanceId) -> PlatformResult<Vec<LiveFlow>> {
        unreachable!("no plan here sets flows")
    }

    async fn set_flows(&self, _: &InstanceId, _: &[FlowRequest]) -> PlatformResult<()> {
        unreachable!("no plan here sets flows")
    }

    async fn authorize_urls(&self, _: &BTreeSet<InstanceId>) -> AuthorizeUrls {
        unreachable!("neither plan nor execution asks")
    }

    async fn find_customers(&self, _: &str, _: &str) -> PlatformResult<Vec<CustomerSighting>> {
        unreachable!()
    }

    async fn create_customer(&self, _: &NewCustomer) -> PlatformResult<CustomerSighting> {
        unreachable!()
    }

    async fn update_customer(&self, _: &CustomerUpdate) -> PlatformResult<CustomerSighting> {
        unreachable!()
    }

    async fn find_connections(&self, _: &str) -> PlatformResult<Vec<ConnectionSighting>> {
        unreachable!()
    }

    async fn find_connection_values(
        &self,
        _: &ConnectionId,
        _: &CustomerId,
    ) -> PlatformResult<Vec<ConnectionValueSighting>> {
        unreachable!()
    }

    async fn create_connection(
        &self,
        _: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)> {
        unreachable!()
    }

    async fn update_connection(&self, _: &ConnectionUpdate) -> PlatformResult<Echo> {
        unreachable!()
    }

    async fn delete_connection(&self, _: &ConnectionId) -> PlatformResult<()> {
        unreachable!()
    }

    async fn create_connection_value(
        &self,
        _: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)> {
        unreachable!()
    }

    async fn update_connection_value(&self, _: &ConnectionValueUpdate) -> PlatformResult<Echo> {
        unreachable!()
    }

    async fn find_instances(&self, _: &CustomerId) -> PlatformResult<Vec<InstanceSighting>> {
        unreachable!()
    }

    async fn sight_instance(&self, _: &InstanceId) -> PlatformResult<Option<InstanceSighting>> {
        unreachable!()
    }

    async fn find_integrations(
        &self,
        _: &str,
        _: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>> {
        unreachable!()
    }

    async fn sight_draft(&self, _: &IntegrationId) -> PlatformResult<Option<DraftSighting>> {
        unreachable!()
    }

    async fn instances_by_id(
        &self,
        _: &BTreeSet<InstanceId>,
    ) -> BTreeMap<InstanceId, Observed<Instance>> {
        unreachable!()
    }

    async fn create_integration(
        &self,
        _: &str,
        _: &[String],
    ) -> PlatformResult<IntegrationSighting> {
        unreachable!()
    }

    async fn delete_integration(&self, _: &IntegrationId) -> PlatformResult<()> {
        unreachable!()
    }

    async fn import_integration(
        &self,
        _: Option<&IntegrationId>,
        _: &str,
    ) -> PlatformResult<ImportedIntegration> {
        unreachable!()
    }

    async fn update_integration(&self, _: &IntegrationUpdate) -> PlatformResult<()> {
        unreachable!()
    }

    async fn publish_integration(
        &self,
        _: &IntegrationId,
        _: Option<&str>,
        _: &VersionRecord,
    ) -> PlatformResult<Published> {
        unreachable!()
    }

    async fn set_availability(&self, _: &VersionId, _: bool) -> PlatformResult<()> {
        unreachable!()
    }

    async fn set_marketplace(&self, _: &MarketplaceUpdate) -> PlatformResult<()> {
        unreachable!()
    }

    async fn create_instance(&self, _: &NewInstance) -> PlatformResult<Created> {
        unreachable!()
    }

    async fn update_instance(&self, _: &InstanceUpdate) -> PlatformResult<InstanceSighting> {
        unreachable!()
    }

    async fn configure_instance(
        &self,
        _: &InstanceId,
        _: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)> {
        unreachable!()
    }

    /// Takes a minute.
    async fn deploy_instance(&self, id: &InstanceId, _: bool) -> PlatformResult<InstanceSighting> {
        self.call("deploy")?;
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        Ok(InstanceSighting::of(id.clone()))
    }

    async fn delete_instance(&self, _: &InstanceId) -> PlatformResult<()> {
        unreachable!()
    }
}
