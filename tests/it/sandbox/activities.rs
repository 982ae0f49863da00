//! What was done in the tenant, by who asks for it.

use std::time::Duration;

use serde_json::json;

use crate::drift::world::World;

#[tokio::test(start_paused = true)]
async fn the_tenant_says_who_changed_what_and_when() {
    let world = World::new();
    let query = "query($since: DateTime) { activities(timestamp_Gte: $since, sortBy: [{field: TIMESTAMP, \
                 direction: DESC}]) { nodes { timestamp userName description user { email } } } }";
    let nothing = world.ask(query, json!({})).await;
    assert_eq!(nothing["activities"]["nodes"], json!([]));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let id = world
        .change("createCustomer", json!({"name": "Acme"}))
        .await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let change = json!({"id": id, "description": "Tools"});
    world.change("updateCustomer", change).await;
    let said = world.ask(query, json!({})).await;
    let line = &said["activities"]["nodes"][0];
    assert_eq!(line["description"], "updateCustomer: Acme");
    assert_eq!(line["userName"], "Sandbox User");
    assert_eq!(line["user"]["email"], "sandbox@example.com");
    let later = world
        .ask(query, json!({"since": "2027-01-01T00:00:00Z"}))
        .await;
    assert_eq!(later["activities"]["nodes"], json!([]));
}
