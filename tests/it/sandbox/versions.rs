use prism_gitops::sandbox::{DraftNumber, Shown};
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, column, plain, text};

const SELECTION: &str = "integration { id name versionNumber versionSequenceId versionIsAvailable
    versionIsLatest versionComment versionAttributes versionCreatedBy { email }
    hasUnpublishedChanges flows { nodes { id stableId } } definition }";

async fn integration(client: &Client, id: &str) -> Value {
    let query = format!(
        "query Q($id: ID!) {{ integration(id: $id) {{ {} }} }}",
        &SELECTION[13..SELECTION.len() - 1]
    );
    client.data(&query, json!({ "id": id })).await["integration"].clone()
}

#[tokio::test(start_paused = true)]
async fn publishing_makes_a_record_of_its_own() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let attributes = r#"{"commitHash":"abc"}"#;
    let input = json!({ "id": id, "comment": "first", "attributes": attributes });
    let version = client.change("publishIntegration", SELECTION, input).await;
    let draft = integration(&client, &id).await;
    assert_ne!(version["id"], draft["id"]);
    assert_eq!(version["versionSequenceId"], draft["versionSequenceId"]);
    assert_eq!(version["definition"], draft["definition"]);
    assert_ne!(
        version["flows"]["nodes"][0]["id"],
        draft["flows"]["nodes"][0]["id"]
    );
    assert_eq!(
        version["flows"]["nodes"][0]["stableId"],
        draft["flows"]["nodes"][0]["stableId"]
    );
    insta::assert_json_snapshot!(version, {
        ".id" => "[id]", ".versionSequenceId" => "[uuid]", ".flows" => "[flows]",
        ".definition" => "[text]",
    }, @r#"
    {
      "id": "[id]",
      "name": "Acme ERP",
      "versionNumber": 1,
      "versionSequenceId": "[uuid]",
      "versionIsAvailable": true,
      "versionIsLatest": true,
      "versionComment": "first",
      "versionAttributes": "{\"commitHash\":\"abc\"}",
      "versionCreatedBy": {
        "email": "sandbox@example.com"
      },
      "hasUnpublishedChanges": false,
      "flows": "[flows]",
      "definition": "[text]"
    }
    "#);
}

#[tokio::test(start_paused = true)]
async fn changes_show_until_they_are_published() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let changed = async || integration(&client, &id).await["hasUnpublishedChanges"].clone();
    assert_eq!(changed().await, true);
    client.publish(&id).await;
    assert_eq!(changed().await, false);
    let same = json!({ "definition": DEFINITION, "integrationId": id });
    client
        .change("importIntegration", "integration { id }", same)
        .await;
    assert_eq!(changed().await, false, "the same definition again");
    client
        .change(
            "updateIntegration",
            "integration { id }",
            json!({ "id": id, "labels": ["x"] }),
        )
        .await;
    assert_eq!(changed().await, false, "labels are not in a version");
    client
        .change(
            "updateIntegration",
            "integration { id }",
            json!({ "id": id, "name": "New" }),
        )
        .await;
    assert_eq!(changed().await, true);
}

#[tokio::test(start_paused = true)]
async fn a_version_stays_as_it_was() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let version = client.publish(&id).await;
    let before = integration(&client, &version).await;
    let edited = DEFINITION.replace("Acme ERP", "Acme ERP 2");
    let input = json!({ "definition": edited, "integrationId": id });
    client
        .change("importIntegration", "integration { id }", input)
        .await;
    client.publish(&id).await;
    let after = integration(&client, &version).await;
    assert_eq!(after["name"], "Acme ERP");
    assert_eq!(after["definition"], before["definition"]);
    assert_eq!(after["versionIsLatest"], false);
    let input = json!({ "id": version, "name": "No" });
    let refused = client
        .refused("updateIntegration", "integration { id }", input)
        .await;
    assert!(
        refused.starts_with("id: A published version cannot be changed."),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn versions_are_found_in_every_way() {
    let client = Client::new();
    let id = client.import(&plain("P")).await;
    let versions = [
        client.publish(&id).await,
        client.publish(&id).await,
        client.publish(&id).await,
    ];
    let input = json!({ "id": versions[2], "available": false });
    client
        .change(
            "updateIntegrationVersionAvailability",
            "integration { id }",
            input,
        )
        .await;
    let data = client
        .data(
            "query Q($id: ID!) { integration(id: $id) {
            versionSequenceId
            all: versionSequence { nodes { id } }
            newest: versionSequence(first: 1, versionIsAvailable: true,
                sortBy: [{field: VERSION_NUMBER, direction: DESC}]) { nodes { id versionNumber } }
            latest: versionAt(latestAvailable: true) { id }
            second: versionAt(versionNumber: 2) { id }
            byId: versionAt(id: $id) { id }
            versions(orderBy: {field: VERSION_NUMBER, direction: DESC}) {
              nodes { versionNumber isAvailable } } } }",
            json!({ "id": id }),
        )
        .await;
    let found = &data["integration"];
    assert_eq!(column(&found["all"]["nodes"], "id"), versions);
    assert_eq!(
        found["newest"]["nodes"],
        json!([{ "id": versions[1], "versionNumber": 2 }])
    );
    assert_eq!(found["latest"]["id"], versions[1]);
    assert_eq!(found["second"]["id"], versions[1]);
    assert_eq!(found["byId"]["id"], id);
    let listed = json!([
        { "versionNumber": 3, "isAvailable": false },
        { "versionNumber": 2, "isAvailable": true },
        { "versionNumber": 1, "isAvailable": true },
    ]);
    assert_eq!(found["versions"]["nodes"], listed);
    let query = "query Q($s: UUID) {
        integrations(versionSequenceId: $s, versionNumber: 2, allVersions: true) { nodes { id } } }";
    let data = client
        .data(query, json!({ "s": found["versionSequenceId"] }))
        .await;
    assert_eq!(
        column(&data["integrations"]["nodes"], "id"),
        [versions[1].clone()]
    );
}

#[tokio::test(start_paused = true)]
async fn the_list_shows_what_the_switches_say() {
    let cases = [
        (Shown::Draft, DraftNumber::Next, 2),
        (Shown::Draft, DraftNumber::Latest, 1),
        (Shown::Draft, DraftNumber::Zero, 0),
        (Shown::Published, DraftNumber::Zero, 1),
    ];
    for (shown, number, expected) in cases {
        let client = Client::with(|behaviour| {
            (behaviour.list_shows, behaviour.draft_number) = (shown, number);
        });
        let id = client.import(&plain("P")).await;
        let version = client.publish(&id).await;
        let data = client
            .data("{ integrations { nodes { id versionNumber } } }", json!({}))
            .await;
        let listed = if shown == Shown::Draft { id } else { version };
        let node = json!({ "id": listed, "versionNumber": expected });
        assert_eq!(
            data["integrations"]["nodes"],
            json!([node]),
            "{shown:?} {number:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_version_has_the_marketplace_settings_of_the_last() {
    let client = Client::new();
    let id = client.import(&plain("P")).await;
    let first = client.publish(&id).await;
    let selection = "integration { marketplaceConfiguration overview
        allowMultipleMarketplaceInstances isCustomerDeployable }";
    let input = json!({ "id": first, "marketplaceConfiguration": "AVAILABLE_AND_DEPLOYABLE",
        "overview": "# Hello", "allowMultipleMarketplaceInstances": true });
    let set = client
        .change(
            "updateIntegrationMarketplaceConfiguration",
            selection,
            input,
        )
        .await;
    assert_eq!(set["isCustomerDeployable"], true);
    let next = client
        .change("publishIntegration", selection, json!({ "id": id }))
        .await;
    assert_eq!(next, set);
    let input = json!({ "id": first, "marketplaceConfiguration": "ON_SALE" });
    let refused = client
        .refused(
            "updateIntegrationMarketplaceConfiguration",
            selection,
            input,
        )
        .await;
    assert_eq!(
        refused,
        "marketplaceConfiguration: \"ON_SALE\" is not a valid choice."
    );
    let offered = client
        .data(
            "{ marketplaceIntegrations { nodes { name versionNumber } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        offered["marketplaceIntegrations"]["nodes"],
        json!([{ "name": "P", "versionNumber": 2 }])
    );
}

#[tokio::test(start_paused = true)]
async fn a_fork_begins_a_sequence_of_its_own() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let input = json!({ "parent": id, "name": "Fork", "description": "" });
    let fork = client.change("forkIntegration", SELECTION, input).await;
    assert!(text(&fork["definition"]).contains("\"name\": \"Fork\""));
    assert_ne!(
        fork["versionSequenceId"],
        integration(&client, &id).await["versionSequenceId"]
    );
}
