//! The wrapper around a platform that makes writes safe to repeat.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use jiff::Timestamp;

use super::known::Known;
use super::state::State;
use super::{WriteLog, intent, mark};
use crate::journal::{Effect, Mark, Shown, Terms};
use crate::model::{
    AuthorizeUrls, Catalogue, ComponentsWanted, ConfigWrite, ConnectionId, ConnectionSighting,
    ConnectionValueSighting, CustomerId, CustomerSighting, DraftSighting, Echo, FlowRequest,
    FlowsOfInstances, Identity, Instance, InstanceId, InstanceSighting, IntegrationId,
    IntegrationSighting, LiveFlow, Observed, Requirements, Scope, SequenceId, Tenant, VersionId,
    VersionRecord,
};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{
    ConnectionUpdate, ConnectionValueUpdate, Created, CustomerUpdate, ImportedIntegration,
    InstanceUpdate, IntegrationUpdate, MarketplaceUpdate, NewConnection, NewConnectionValue,
    NewCustomer, NewInstance, Platform, PlatformResult, Published, ReadBack,
};
use crate::rollout::{Evidence, Needs};
use crate::runtime::clock::Clock;
use crate::store::journal::Entry;

/// A platform whose creates, publishes and deploys happen once.
pub struct Writer<'a> {
    pub(super) platform: &'a dyn Platform,
    pub(super) clock: &'a dyn Clock,
    pub(super) log: WriteLog,
    /// As the journal has them.
    known_terms: Terms,
    state: Mutex<State>,
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

impl<'a> Writer<'a> {
    /// A writer to a tenant that was read.
    pub async fn new(
        platform: &'a dyn Platform,
        clock: &'a dyn Clock,
        log: WriteLog,
        known: Known,
    ) -> Self {
        let kept = log.load().await;
        let terms = log.terms(&kept);
        let importing = kept
            .intents
            .into_values()
            .filter_map(|intent| match intent.effect {
                Effect::Import { integration, .. } => Some((integration, intent.id)),
                Effect::CreateCustomer { .. }
                | Effect::CreateConnection { .. }
                | Effect::CreateConnectionValue { .. }
                | Effect::CreateInstance { .. }
                | Effect::CreateIntegration { .. }
                | Effect::Publish { .. }
                | Effect::Deploy { .. } => None,
            });
        let state = State {
            known,
            importing: importing.collect(),
            ..State::default()
        };
        Self {
            platform,
            clock,
            log,
            known_terms: terms,
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to look, by what the journal knows and what this run has seen.
    pub(super) fn terms(&self) -> Terms {
        self.known_terms.seeing(self.lag())
    }

    /// The longest time for which a look lacked a write of this run.
    pub(super) fn lag(&self) -> Duration {
        self.state().lag
    }

    /// A complete look did not show our write for this long.
    pub(super) fn lags(&self, lag: Duration) {
        let mut state = self.state();
        state.lag = state.lag.max(lag);
    }

    /// Records a duplicate that this run cannot resolve.
    pub(super) fn doubled(&self, text: String) {
        self.state().doubled.insert(text);
    }

    pub(super) fn notice(&self, text: String) {
        tracing::info!(event = "write.noticed", "{text}");
        self.state().notices.push(text);
    }

    /// Writes an intent down, before the first byte is sent.
    pub(super) async fn open(
        &self,
        operation: &'static str,
        effect: Effect,
    ) -> PlatformResult<uuid::Uuid> {
        let intent = intent(self.clock, effect);
        let id = intent.id;
        let kept = self.log.commit(vec![Entry::Open(intent)]).await;
        kept.map_err(|error| PlatformError {
            operation,
            kind: ErrorKind::Refused(vec![Refusal {
                field: "__all__".to_owned(),
                messages: vec![format!("nothing was sent: {error}")],
            }]),
            effect: Fate::None,
        })?;
        Ok(id)
    }

    /// Its effect is known now; what the reply or a look showed is kept for the readings to come.
    pub(super) async fn close(&self, intent: Option<uuid::Uuid>, shown: Option<Shown>) {
        let mut entries: Vec<_> = intent.into_iter().map(Entry::Close).collect();
        entries.extend(shown.map(|shown| Entry::Mark(self.mark(shown))));
        // The effect is there; that it is not noted costs the next run a look.
        let _ = self.log.commit(entries).await;
    }

    pub(super) fn mark(&self, shown: Shown) -> Mark {
        mark(self.clock, shown)
    }

    /// Waits until everything created or published is visible; returns remarks for the user, and what is not
    /// visible.
    pub async fn finish(&self) -> Finished {
        // Of several, one may lag where the others did not: what it shows counts for all.
        let mut unconfirmed = self.confirm_all().await;
        if self.lag() > self.known_terms.lag {
            unconfirmed = self.confirm_all().await;
        }
        unconfirmed.extend(self.unshown_versions().await);
        self.let_unmarked_show().await;
        unconfirmed.extend(std::mem::take(&mut self.state().doubled));
        for what in &unconfirmed {
            tracing::warn!(event = "write.unconfirmed", "{what}");
        }
        let lag = self.lag();
        if lag > self.known_terms.lag {
            // Not noted, the next run takes the tenant for quicker than it is.
            let _ = self.log.commit(vec![Entry::Lag(lag)]).await;
        }
        Finished {
            notices: std::mem::take(&mut self.state().notices),
            unconfirmed,
        }
    }

    /// What was written to versions shows to others by then, as far as this tenant was seen to lag.
    async fn let_unmarked_show(&self) {
        let written = self.state().unmarked;
        if let Some(written) = written {
            let due = written + self.terms().before_second_look();
            super::sleep_until(self.clock, due).await;
        }
    }

    /// Looks at all that was created, as far as that is due; gives what does not show.
    async fn confirm_all(&self) -> Vec<String> {
        let (customers, instances, integrations) = self.pending();
        let customers = customers.iter().map(|id| self.confirm_customer(id));
        let instances = instances.iter().map(|id| self.confirm_instance(id));
        let integrations = integrations.iter().map(|id| self.confirm_integration(id));
        let (customers, connections, instances, integrations) = futures::join!(
            join_all(customers),
            self.confirm_connections(),
            join_all(instances),
            join_all(integrations)
        );
        let connections = connections.into_iter().filter_map(Result::err);
        let confirmed = customers.into_iter().chain(instances).chain(integrations);
        confirmed
            .filter_map(Result::err)
            .chain(connections)
            .map(|error| error.to_string())
            .collect()
    }

    /// What was created and may not have been looked at again.
    fn pending(&self) -> (Vec<CustomerId>, Vec<InstanceId>, Vec<IntegrationId>) {
        let state = self.state();
        let customers = state.customers.keys().cloned().collect();
        let instances = state.instances.keys().cloned().collect();
        (
            customers,
            instances,
            state.integrations.keys().cloned().collect(),
        )
    }

    /// What a reply showed of an instance is kept.
    pub(super) async fn saw(&self, intent: Option<uuid::Uuid>, sighting: &InstanceSighting) {
        if let Some(at) = sighting.last_deployed_at {
            self.state().known.deployed.insert(sighting.id.clone(), at);
        }
        self.close(intent, Some(shown(sighting))).await;
    }
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// Remarks for the user.
    pub notices: Vec<String>,
    /// What was written and is not visible, or is a duplicate that stays.
    pub unconfirmed: Vec<String>,
}

pub(super) fn shown(sighting: &InstanceSighting) -> Shown {
    Shown::Instance {
        id: sighting.id.clone(),
        updated_at: sighting.updated_at,
        version: sighting.version.clone(),
        enabled: sighting.enabled,
        last_deployed_at: sighting.last_deployed_at,
    }
}

#[async_trait]
impl Platform for Writer<'_> {
    async fn identity(&self) -> PlatformResult<Identity> {
        self.platform.identity().await
    }

    async fn observe(&self, scope: &Scope) -> PlatformResult<Tenant> {
        self.platform.observe(scope).await
    }

    async fn definition(&self, id: &IntegrationId) -> PlatformResult<ReadBack> {
        self.imported_definition(id).await
    }

    async fn validate_definition(&self, definition: &str) -> PlatformResult<()> {
        self.platform.validate_definition(definition).await
    }

    async fn requirements(&self, versions: &BTreeSet<VersionId>) -> Requirements {
        self.platform.requirements(versions).await
    }

    async fn components(&self, wanted: &ComponentsWanted) -> Catalogue {
        self.platform.components(wanted).await
    }

    async fn flows(&self, instances: &BTreeSet<InstanceId>) -> FlowsOfInstances {
        self.platform.flows(instances).await
    }

    async fn flows_of(&self, id: &InstanceId) -> PlatformResult<Vec<LiveFlow>> {
        self.instance_flows(id).await
    }

    async fn set_flows(&self, id: &InstanceId, flows: &[FlowRequest]) -> PlatformResult<()> {
        self.instance_set_flows(id, flows).await
    }

    async fn authorize_urls(&self, instances: &BTreeSet<InstanceId>) -> AuthorizeUrls {
        self.platform.authorize_urls(instances).await
    }

    async fn find_customers(
        &self,
        external_id: &str,
        name: &str,
    ) -> PlatformResult<Vec<CustomerSighting>> {
        self.platform.find_customers(external_id, name).await
    }

    async fn create_customer(&self, new: &NewCustomer) -> PlatformResult<CustomerSighting> {
        self.new_customer(new).await
    }

    async fn update_customer(&self, update: &CustomerUpdate) -> PlatformResult<CustomerSighting> {
        self.change_customer(update).await
    }

    async fn find_connections(&self, stable_key: &str) -> PlatformResult<Vec<ConnectionSighting>> {
        self.platform.find_connections(stable_key).await
    }

    async fn find_connection_values(
        &self,
        connection: &ConnectionId,
        customer: &CustomerId,
    ) -> PlatformResult<Vec<ConnectionValueSighting>> {
        self.platform
            .find_connection_values(connection, customer)
            .await
    }

    async fn create_connection(
        &self,
        new: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)> {
        self.new_connection(new).await
    }

    async fn update_connection(&self, update: &ConnectionUpdate) -> PlatformResult<Echo> {
        self.change_connection(update).await
    }

    async fn delete_connection(&self, id: &ConnectionId) -> PlatformResult<()> {
        self.remove_connection(id).await
    }

    async fn create_connection_value(
        &self,
        new: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)> {
        self.new_connection_value(new).await
    }

    async fn update_connection_value(
        &self,
        update: &ConnectionValueUpdate,
    ) -> PlatformResult<Echo> {
        self.change_connection_value(update).await
    }

    async fn find_instances(&self, customer: &CustomerId) -> PlatformResult<Vec<InstanceSighting>> {
        self.platform.find_instances(customer).await
    }

    async fn sight_instance(&self, id: &InstanceId) -> PlatformResult<Option<InstanceSighting>> {
        self.platform.sight_instance(id).await
    }

    async fn find_integrations(
        &self,
        marker: &str,
        name: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>> {
        self.platform.find_integrations(marker, name).await
    }

    async fn sight_draft(&self, id: &IntegrationId) -> PlatformResult<Option<DraftSighting>> {
        self.platform.sight_draft(id).await
    }

    async fn instances_by_id(
        &self,
        ids: &BTreeSet<InstanceId>,
    ) -> BTreeMap<InstanceId, Observed<Instance>> {
        self.platform.instances_by_id(ids).await
    }

    async fn executions(&self, sequence: &SequenceId, needs: &Needs) -> Evidence {
        self.platform.executions(sequence, needs).await
    }

    fn server_now(&self) -> Option<Timestamp> {
        self.platform.server_now()
    }

    async fn create_integration(
        &self,
        name: &str,
        labels: &[String],
    ) -> PlatformResult<IntegrationSighting> {
        self.new_integration(name, labels).await
    }

    async fn delete_integration(&self, id: &IntegrationId) -> PlatformResult<()> {
        self.platform.delete_integration(id).await
    }

    async fn import_integration(
        &self,
        id: Option<&IntegrationId>,
        definition: &str,
    ) -> PlatformResult<ImportedIntegration> {
        self.import(id, definition).await
    }

    async fn update_integration(&self, update: &IntegrationUpdate) -> PlatformResult<()> {
        let ours = self.state().integrations.contains_key(&update.id);
        self.repeated(ours, || self.platform.update_integration(update))
            .await?;
        self.is_marked(&update.id, update.labels.as_deref()).await;
        Ok(())
    }

    async fn publish_integration(
        &self,
        id: &IntegrationId,
        comment: Option<&str>,
        record: &VersionRecord,
    ) -> PlatformResult<Published> {
        self.publish(id, comment, record).await
    }

    async fn set_availability(&self, version: &VersionId, available: bool) -> PlatformResult<()> {
        let work = || self.platform.set_availability(version, available);
        let written = self.repeated(true, work).await;
        self.state().unmarked = Some(self.clock.boottime());
        written
    }

    async fn set_marketplace(&self, update: &MarketplaceUpdate) -> PlatformResult<()> {
        let work = || self.platform.set_marketplace(update);
        let written = self.repeated(true, work).await;
        self.state().unmarked = Some(self.clock.boottime());
        written
    }

    async fn create_instance(&self, new: &NewInstance) -> PlatformResult<Created> {
        self.new_instance(new).await
    }

    async fn update_instance(&self, update: &InstanceUpdate) -> PlatformResult<InstanceSighting> {
        self.update(update).await
    }

    async fn configure_instance(
        &self,
        id: &InstanceId,
        config: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)> {
        self.configure(id, config).await
    }

    async fn deploy_instance(
        &self,
        id: &InstanceId,
        force: bool,
    ) -> PlatformResult<InstanceSighting> {
        self.deploy(id, force).await
    }

    async fn delete_instance(&self, id: &InstanceId) -> PlatformResult<()> {
        self.platform.delete_instance(id).await?;
        self.close(None, Some(Shown::InstanceGone { id: id.clone() }))
            .await;
        Ok(())
    }
}
