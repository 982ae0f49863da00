//! Executes plans against a scripted platform.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};

use super::{AtOnce, Outcome, StepEvent, execute};
use crate::diff::testing::{Configured as _, World, definition, scalar};
use crate::model::{
    AuthorizeUrls, Catalogue, ComponentsWanted, ConfigWrite, ConnectionId, ConnectionSighting,
    ConnectionValueSighting, CustomerId, CustomerSighting, DraftSighting, Echo, FlowRequest,
    FlowsOfInstances, Identity, Instance, InstanceId, InstanceSighting, IntegrationId,
    IntegrationSighting, LiveFlow, Observed, Policy, Requirements, Scope, Tenant, VersionId,
    VersionRecord,
};
use crate::plan::{Context, Plan, StepResult, build};
use crate::prismatic::error::{Effect, ErrorKind, PlatformError};
use crate::prismatic::platform::{
    ConnectionUpdate, ConnectionValueUpdate, Created, CustomerUpdate, ImportedIntegration,
    InstanceUpdate, IntegrationUpdate, MarketplaceUpdate, NewConnection, NewConnectionValue,
    NewCustomer, NewInstance, Platform, PlatformResult, Published, ReadBack,
};

/// Records calls; each takes a second; those named in `fails` fail.
#[derive(Default)]
struct Script {
    calls: Mutex<Vec<String>>,
    fails: BTreeMap<&'static str, ErrorKind>,
    busy: Mutex<(usize, usize)>,
}

impl Script {
    async fn call(&self, name: &'static str, detail: &str) -> PlatformResult<()> {
        self.calls
            .lock()
            .unwrap()
            .push(format!("{name} {detail}").trim().to_owned());
        {
            let mut busy = self.busy.lock().unwrap();
            busy.0 += 1;
            busy.1 = busy.1.max(busy.0);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.busy.lock().unwrap().0 -= 1;
        match self.fails.get(name) {
            Some(kind) => Err(PlatformError {
                operation: name,
                kind: kind.clone(),
                effect: Effect::None,
            }),
            None => Ok(()),
        }
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl Platform for Script {
    async fn identity(&self) -> PlatformResult<Identity> {
        unreachable!("execution reads nobody")
    }

    async fn observe(&self, _scope: &Scope) -> PlatformResult<Tenant> {
        unreachable!("execution does not observe")
    }

    async fn definition(&self, id: &IntegrationId) -> PlatformResult<ReadBack> {
        self.call("definition", id.as_str()).await?;
        Ok(ReadBack {
            text: "".into(),
            digest: "read back".to_owned(),
        })
    }

    async fn validate_definition(&self, _definition: &str) -> PlatformResult<()> {
        unreachable!("execution does not validate")
    }

    async fn requirements(&self, _: &BTreeSet<VersionId>) -> Requirements {
        unreachable!("execution looks nothing up")
    }

    async fn components(&self, _: &ComponentsWanted) -> Catalogue {
        unreachable!("execution looks nothing up")
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
        unreachable!("execution looks nothing up")
    }

    async fn create_customer(&self, new: &NewCustomer) -> PlatformResult<CustomerSighting> {
        self.call("customer", &new.name).await?;
        Ok(CustomerSighting::of(CustomerId::new("c-new")))
    }

    async fn update_customer(&self, _: &CustomerUpdate) -> PlatformResult<CustomerSighting> {
        unreachable!("no plan here changes one")
    }

    async fn find_connections(&self, _: &str) -> PlatformResult<Vec<ConnectionSighting>> {
        unreachable!("no plan here has one")
    }

    async fn find_connection_values(
        &self,
        _: &ConnectionId,
        _: &CustomerId,
    ) -> PlatformResult<Vec<ConnectionValueSighting>> {
        unreachable!("no plan here has one")
    }

    async fn create_connection(
        &self,
        _: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)> {
        unreachable!("no plan here has one")
    }

    async fn update_connection(&self, _: &ConnectionUpdate) -> PlatformResult<Echo> {
        unreachable!("no plan here has one")
    }

    async fn delete_connection(&self, _: &ConnectionId) -> PlatformResult<()> {
        unreachable!("no plan here has one")
    }

    async fn create_connection_value(
        &self,
        _: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)> {
        unreachable!("no plan here has one")
    }

    async fn update_connection_value(&self, _: &ConnectionValueUpdate) -> PlatformResult<Echo> {
        unreachable!("no plan here has one")
    }

    async fn find_instances(&self, _: &CustomerId) -> PlatformResult<Vec<InstanceSighting>> {
        unreachable!("execution looks nothing up")
    }

    async fn sight_instance(&self, _: &InstanceId) -> PlatformResult<Option<InstanceSighting>> {
        unreachable!("execution looks nothing up")
    }

    async fn find_integrations(
        &self,
        _: &str,
        _: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>> {
        unreachable!("execution looks nothing up")
    }

    async fn sight_draft(&self, _: &IntegrationId) -> PlatformResult<Option<DraftSighting>> {
        unreachable!("execution looks nothing up")
    }

    async fn instances_by_id(
        &self,
        _: &BTreeSet<InstanceId>,
    ) -> BTreeMap<InstanceId, Observed<Instance>> {
        unreachable!("execution looks nothing up")
    }

    async fn create_integration(
        &self,
        name: &str,
        labels: &[String],
    ) -> PlatformResult<IntegrationSighting> {
        self.call("shell", name).await?;
        Ok(IntegrationSighting {
            id: IntegrationId::new(format!("shell-{name}")),
            name: name.to_owned(),
            labels: labels.to_vec(),
            created_at: None,
            updated_at: None,
            published: Some(false),
            has_instances: Some(false),
            customer_owned: false,
        })
    }

    async fn delete_integration(&self, _: &IntegrationId) -> PlatformResult<()> {
        unreachable!("no step does this")
    }

    async fn import_integration(
        &self,
        id: Option<&IntegrationId>,
        _definition: &str,
    ) -> PlatformResult<ImportedIntegration> {
        self.call("import", id.map_or("", IntegrationId::as_str))
            .await?;
        Ok(ImportedIntegration {
            id: IntegrationId::new("draft"),
            updated_at: None,
            labels: None,
        })
    }

    async fn update_integration(&self, update: &IntegrationUpdate) -> PlatformResult<()> {
        self.call("label", update.id.as_str()).await
    }

    async fn publish_integration(
        &self,
        id: &IntegrationId,
        _comment: Option<&str>,
        record: &VersionRecord,
    ) -> PlatformResult<Published> {
        let canonical = record.canonical.clone().unwrap_or_default();
        self.call("publish", &format!("{id}, {canonical}")).await?;
        Ok(Published {
            id: VersionId::new("v1"),
            number: 1,
        })
    }

    async fn set_availability(&self, version: &VersionId, _: bool) -> PlatformResult<()> {
        self.call("availability", version.as_str()).await
    }

    async fn set_marketplace(&self, update: &MarketplaceUpdate) -> PlatformResult<()> {
        self.call("marketplace", update.version.as_str()).await
    }

    async fn create_instance(&self, new: &NewInstance) -> PlatformResult<Created> {
        self.call("create", &format!("{} of {}", new.name, new.version))
            .await?;
        Ok(Created {
            id: InstanceId::new(format!("id-{}", new.name)),
            echo: Echo::default(),
            sighting: InstanceSighting::of(InstanceId::new(format!("id-{}", new.name))),
        })
    }

    async fn update_instance(&self, update: &InstanceUpdate) -> PlatformResult<InstanceSighting> {
        self.call("update", update.id.as_str()).await?;
        Ok(InstanceSighting::of(update.id.clone()))
    }

    async fn configure_instance(
        &self,
        id: &InstanceId,
        _: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)> {
        self.call("configure", id.as_str()).await?;
        Ok((Echo::default(), InstanceSighting::of(id.clone())))
    }

    async fn deploy_instance(
        &self,
        id: &InstanceId,
        _force: bool,
    ) -> PlatformResult<InstanceSighting> {
        self.call("deploy", id.as_str()).await?;
        Ok(InstanceSighting::of(id.clone()))
    }

    async fn delete_instance(&self, id: &InstanceId) -> PlatformResult<()> {
        self.call("delete", id.as_str()).await
    }
}

/// Two integrations, the first with two instances, the second with one.
fn plan() -> Plan {
    let mut world = World::new();
    world.declare("a", &definition("A", "https://a"));
    world.declare("b", &definition("B", "https://b"));
    for (name, integration) in [("a-one", "a"), ("a-two", "a"), ("b-one", "b")] {
        world
            .declare_instance(name, integration, "smith")
            .set("Endpoint", scalar("x"));
    }
    let context = Context {
        project: "p".to_owned(),
        environment: "e".to_owned(),
        organization: "o1".to_owned(),
        revision: None,
        server_now: None,
        observed_at: jiff::Timestamp::UNIX_EPOCH,
        provenance: VersionRecord::default(),
        reads: 0,
        policy: Policy::default(),
        allow_delete: false,
        closed: None,
        only: None,
        part: Default::default(),
    };
    world.with(|inputs, changes| build(inputs, changes, &context))
}

async fn run(script: &Script, concurrency: usize) -> (Outcome, Vec<StepEvent>) {
    let (_stop, stopped) = watch::channel(false);
    run_until(script, concurrency, stopped).await
}

async fn run_until(
    script: &Script,
    concurrency: usize,
    stop: watch::Receiver<bool>,
) -> (Outcome, Vec<StepEvent>) {
    let (events, mut received) = mpsc::unbounded_channel();
    let bounds = AtOnce {
        alone: concurrency,
        shared: concurrency,
    };
    let outcome = execute(&plan(), script, bounds, stop, events).await;
    let mut list = Vec::new();
    while let Some(event) = received.recv().await {
        list.push(event);
    }
    (outcome, list)
}

fn counts(outcome: &Outcome) -> (usize, usize, usize, usize) {
    let count = |test: fn(&StepResult) -> bool| outcome.steps.values().filter(|r| test(r)).count();
    (
        count(|r| matches!(r, StepResult::Applied)),
        count(|r| matches!(r, StepResult::Failed { .. })),
        count(|r| matches!(r, StepResult::Skipped { .. })),
        count(|r| matches!(r, StepResult::NotAttempted)),
    )
}

fn refused(message: &str) -> ErrorKind {
    ErrorKind::GraphQl(vec![message.to_owned()])
}

#[tokio::test(start_paused = true)]
async fn outputs_reach_the_steps_that_need_them() {
    let script = Script::default();
    let (outcome, _) = run(&script, 1).await;
    assert_eq!(counts(&outcome), (17, 0, 0, 0));
    let calls = script.calls();
    assert_eq!(
        calls[..5],
        [
            "shell A",
            "import shell-A",
            "label draft",
            "definition draft",
            "publish draft, read back"
        ]
    );
    assert!(calls.contains(&"create a-one of v1".to_owned()));
    assert!(calls.contains(&"deploy id-a-one".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn independent_steps_run_at_once_within_the_bound() {
    let script = Script::default();
    let begin = tokio::time::Instant::now();
    run(&script, 8).await;
    assert_eq!(
        script.busy.lock().unwrap().1,
        3,
        "three instances at most are ready at once"
    );
    assert_eq!(
        begin.elapsed().as_secs(),
        8,
        "the longest chain, not the sum"
    );

    let script = Script::default();
    run(&script, 1).await;
    assert_eq!(
        script.busy.lock().unwrap().1,
        2,
        "one that is a request of its own, and one that can share"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_only_what_depends_on_it() {
    let script = Script {
        fails: BTreeMap::from([("deploy", refused("no"))]),
        ..Script::default()
    };
    let (outcome, _) = run(&script, 4).await;
    assert_eq!(counts(&outcome), (11, 3, 3, 0));

    let script = Script {
        fails: BTreeMap::from([("publish", refused("no"))]),
        ..Script::default()
    };
    let (outcome, events) = run(&script, 4).await;
    assert_eq!(counts(&outcome), (6, 2, 9, 0));
    let because: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            StepEvent::Finished {
                result: StepResult::Skipped { because },
                ..
            } => Some(because.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(because.len(), 9);
    assert!(
        because
            .iter()
            .all(|text| text.starts_with("publish of Integration/")),
        "{because:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_ends_the_run() {
    let gone = ErrorKind::Unauthenticated {
        message: "revoked".to_owned(),
    };
    let script = Script {
        fails: BTreeMap::from([("label", gone)]),
        ..Script::default()
    };
    let (outcome, _) = run(&script, 1).await;
    assert_eq!(script.calls().len(), 3);
    assert_eq!(counts(&outcome), (2, 1, 0, 14));
}

#[tokio::test(start_paused = true)]
async fn stop_lets_running_steps_finish_and_starts_no_more() {
    let script = Script::default();
    let (stop, stopped) = watch::channel(false);
    let after = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        stop.send_replace(true);
    };
    let ((outcome, _), ()) = tokio::join!(run_until(&script, 2, stopped), after);
    assert!(outcome.interrupted);
    assert_eq!(counts(&outcome), (4, 0, 0, 13));
    assert_eq!(script.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn every_step_has_one_start_and_one_end() {
    let script = Script::default();
    let (outcome, events) = run(&script, 3).await;
    let starts = events
        .iter()
        .filter(|e| matches!(e, StepEvent::Started { .. }))
        .count();
    let ends = events
        .iter()
        .filter(|e| matches!(e, StepEvent::Finished { .. }))
        .count();
    assert_eq!((starts, ends), (outcome.steps.len(), outcome.steps.len()));
}
