//! What a client sees of single objects of a tenant, and in the replies to its writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use prism_gitops::model::{
    CustomerId, CustomerRef, InstanceId, IntegrationId, Observed, RateLimit, Scope, Secret,
    VersionRecord,
};
use prism_gitops::prismatic::platform::{InstanceUpdate, NewInstance, Platform as _};
use prism_gitops::prismatic::{BaseUrl, Connection, PrismaticClient, TokenSource};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::sandbox::{Behaviour, Options, Sandbox, Seed, Shown};

use crate::sandbox::client::plain;

const MARKER: &str = "gitops:p/orders";

fn client(behaviour: Behaviour) -> PrismaticClient {
    let clock = TokioClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap());
    let options = Options {
        behaviour,
        seed: Seed::Demo,
        ..Options::new(Arc::new(clock))
    };
    let connection = Connection {
        url: BaseUrl::parse("http://localhost:8787").unwrap(),
        tenant_id: None,
        token: TokenSource::Refresh(Secret::new("sandbox".to_owned())),
        access: None,
        origin: "a test".to_owned(),
    };
    let rate = RateLimit {
        requests_per_second: 1e6,
        burst: 1_000_000,
        concurrency: 100,
    };
    let transport = Sandbox::open(options).unwrap().transport();
    PrismaticClient::new(Arc::new(transport), connection, rate, Arc::new(clock), 7)
}

async fn customer(client: &PrismaticClient) -> CustomerId {
    let reference = CustomerRef::ExternalId("cust-0001".to_owned());
    let scope = Scope {
        customers: BTreeSet::from([reference.clone()]),
        ..Scope::default()
    };
    let tenant = client.observe(&scope).await.unwrap();
    tenant.customers[&reference].items[0].id.clone()
}

#[tokio::test(start_paused = true)]
async fn an_integration_is_seen_from_its_creation_to_its_end() {
    for list_shows in [Shown::Draft, Shown::Published] {
        let client = client(Behaviour {
            list_shows,
            ..Behaviour::default()
        });
        assert_eq!(
            client.find_integrations(MARKER, "Orders").await.unwrap(),
            []
        );
        let labels = [MARKER.to_owned()];
        let made = client.create_integration("Orders", &labels).await.unwrap();
        assert_eq!(made.labels, labels);
        let imported = client
            .import_integration(Some(&made.id), &plain("Orders"))
            .await;
        let imported = imported.unwrap();
        assert_eq!(imported.id, made.id);
        assert_eq!(imported.labels.as_deref(), Some(&labels[..]));
        assert!(imported.updated_at >= made.updated_at && made.updated_at.is_some());
        let record = VersionRecord {
            canonical: Some("digest".to_owned()),
            ..VersionRecord::default()
        };
        let published = client
            .publish_integration(&made.id, Some("why"), &record)
            .await;
        let published = published.unwrap();
        let draft = client.sight_draft(&made.id).await.unwrap().unwrap();
        assert_eq!(draft.newest.len(), 1);
        let newest = &draft.newest[0];
        assert_eq!(
            (&newest.id, newest.number),
            (&published.id, published.number)
        );
        assert_eq!((&newest.record, newest.available), (&record, Some(true)));
        assert_eq!(newest.comment.as_deref(), Some("why"));
        let found = client.find_integrations(MARKER, "Orders").await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0].id, found[0].published), (&made.id, Some(true)));
        client.delete_integration(&made.id).await.unwrap();
        client.delete_integration(&made.id).await.unwrap();
        assert_eq!(client.sight_draft(&made.id).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_seen_in_the_replies_to_its_writes() {
    let client = client(Behaviour::default());
    let customer = customer(&client).await;
    let before = client.find_instances(&customer).await.unwrap().len();
    let draft = client
        .import_integration(None, &plain("Orders"))
        .await
        .unwrap()
        .id;
    let record = VersionRecord::default();
    let version = client
        .publish_integration(&draft, None, &record)
        .await
        .unwrap()
        .id;
    let new = NewInstance {
        name: "Orders".to_owned(),
        customer: customer.clone(),
        version: version.clone(),
        description: None,
        labels: vec![MARKER.to_owned()],
        config: Vec::new(),
    };
    let created = client.create_instance(&new).await.unwrap();
    let seen = &created.sighting;
    assert_eq!(
        (&seen.id, seen.version.as_ref()),
        (&created.id, Some(&version))
    );
    assert_eq!(seen.labels.as_deref(), Some(&new.labels[..]));
    assert_eq!(
        (seen.ever_deployed(), seen.customer.as_ref()),
        (Some(false), Some(&customer))
    );
    let deployed = client.deploy_instance(&created.id, false).await.unwrap();
    assert_eq!(
        (deployed.ever_deployed(), deployed.needs_deploy),
        (Some(true), Some(false))
    );
    let update = InstanceUpdate {
        enabled: Some(false),
        ..InstanceUpdate::of(created.id.clone())
    };
    let updated = client.update_instance(&update).await.unwrap();
    assert_eq!(updated.enabled, Some(false));
    let (_, configured) = client.configure_instance(&created.id, &[]).await.unwrap();
    let now = client.sight_instance(&created.id).await.unwrap().unwrap();
    assert_eq!(configured, now);
    assert_eq!(
        client.find_instances(&customer).await.unwrap().len(),
        before + 1
    );
    assert!(client.server_now().is_some());
}

#[tokio::test(start_paused = true)]
async fn instances_by_id_are_as_the_list_has_them() {
    let client = client(Behaviour::default());
    let tenant = client.observe(&Default::default()).await.unwrap();
    let gone = InstanceId::new("SW5zdGFuY2U6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw");
    let mut ids: BTreeSet<_> = tenant
        .instances
        .items
        .iter()
        .map(|it| it.id.clone())
        .collect();
    ids.insert(gone.clone());
    let read = client.instances_by_id(&ids).await;
    assert_eq!(read.len(), ids.len());
    assert!(matches!(read[&gone], Observed::Absent));
    for instance in &tenant.instances.items {
        let Observed::Known(same) = &read[&instance.id] else {
            panic!("{:?}", instance.id);
        };
        assert_eq!(format!("{same:?}"), format!("{instance:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_seen_not_to_be() {
    let client = client(Behaviour::default());
    let id = "SW5zdGFuY2U6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw";
    assert_eq!(
        client.sight_instance(&InstanceId::new(id)).await.unwrap(),
        None
    );
    assert_eq!(
        client.sight_draft(&IntegrationId::new(id)).await.unwrap(),
        None
    );
}
