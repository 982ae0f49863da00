use prism_gitops::sandbox::Duplicates;
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, column, plain, text};

const STATE: &str = "instance { id enabled needsDeploy deployedVersion lastDeployedAt configState
    updatedAt integration { versionNumber } }";

async fn state(client: &Client, id: &str) -> Value {
    let query = format!(
        "query Q($id: ID!) {{ instance(id: $id) {{ {} }} }}",
        &STATE[10..STATE.len() - 1]
    );
    client.data(&query, json!({ "id": id })).await["instance"].clone()
}

async fn deploy(client: &Client, id: &str) -> Value {
    client
        .change("deployInstance", STATE, json!({ "id": id }))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_new_instance_waits_for_its_deploy() {
    let client = Client::new();
    let version = client.publish(&client.import(&plain("P")).await).await;
    let id = client.instance(&version, "One").await;
    let before = state(&client, &id).await;
    assert_eq!(before["enabled"], false);
    assert_eq!(before["needsDeploy"], true);
    assert_eq!(before["deployedVersion"], 0);
    assert!(before["lastDeployedAt"].is_null());
    let after = deploy(&client, &id).await;
    assert_eq!(after["enabled"], true);
    assert_eq!(after["needsDeploy"], false);
    assert_eq!(after["deployedVersion"], 1);
    assert!(after["lastDeployedAt"].is_string());
}

#[tokio::test(start_paused = true)]
async fn only_what_runs_makes_a_deploy_necessary() {
    let client = Client::new();
    let draft = client.import(DEFINITION).await;
    let version = client.publish(&draft).await;
    let id = client.instance(&version, "One").await;
    client
        .change("deployInstance", STATE, json!({ "id": id, "force": true }))
        .await;
    let next = client.publish(&draft).await;
    let flow = {
        let query = "query Q($id: ID!) { integration(id: $id) { flows { nodes { id } } } }";
        client.data(query, json!({ "id": version })).await["integration"]["flows"]["nodes"][0]["id"]
            .clone()
    };
    let cases = [
        (
            json!({ "name": "New", "description": "d", "labels": ["l"], "enabled": false }),
            false,
        ),
        (json!({ "configVariables": [] }), false),
        (
            json!({ "configVariables": [{ "key": "Endpoint", "value": "x" }] }),
            true,
        ),
        (
            json!({ "configVariables": [{ "key": "Endpoint", "value": "x" }] }),
            false,
        ),
        (
            json!({ "flowConfigs": [{ "flowId": flow, "apiKeys": ["k"] }] }),
            true,
        ),
        (json!({ "integration": next }), true),
        (
            json!({ "integration": version, "preserveDeployState": true }),
            false,
        ),
    ];
    for (mut input, needs) in cases {
        let shown = input.to_string();
        input["id"] = json!(id);
        let updated = client.change("updateInstance", STATE, input).await;
        assert_eq!(updated["needsDeploy"], needs, "{shown}");
        client
            .change("deployInstance", STATE, json!({ "id": id, "force": true }))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_runs_once_it_is_deployed() {
    let client = Client::new();
    let draft = client.import(&plain("P")).await;
    let first = client.publish(&draft).await;
    let id = client.instance(&first, "One").await;
    deploy(&client, &id).await;
    let second = client.publish(&draft).await;
    let input = json!({ "id": id, "integration": second });
    let pointed = client.change("updateInstance", STATE, input).await;
    assert_eq!(pointed["integration"]["versionNumber"], 2);
    assert_eq!(pointed["deployedVersion"], 1);
    assert_eq!(deploy(&client, &id).await["deployedVersion"], 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_stops_a_deploy_by_name() {
    let client = Client::new();
    let version = client.publish(&client.import(DEFINITION).await).await;
    let id = client.instance(&version, "One").await;
    insta::assert_snapshot!(
        client.refused("deployInstance", STATE, json!({ "id": id })).await,
        @r#"__all__: The config variable "Endpoint" needs a value. The connection "ERP Login" is not configured."#
    );
    assert_eq!(
        state(&client, &id).await["configState"],
        "NEEDS_INSTANCE_CONFIGURATION"
    );
    let login = r#"[{"name": "username", "value": "u"}, {"name": "password", "value": "p"}]"#;
    let input = json!({ "id": id, "configVariables": [
        { "key": "Endpoint", "value": "https://x" }, { "key": "ERP Login", "values": login } ] });
    let ready = client
        .change("updateInstanceConfigVariables", STATE, input)
        .await;
    assert_eq!(ready["configState"], "FULLY_CONFIGURED");
    deploy(&client, &id).await;
}

#[tokio::test(start_paused = true)]
async fn disabling_survives_the_next_deploy() {
    let client = Client::new();
    let version = client.publish(&client.import(&plain("P")).await).await;
    let id = client.instance(&version, "One").await;
    deploy(&client, &id).await;
    client
        .change(
            "updateInstance",
            STATE,
            json!({ "id": id, "enabled": false }),
        )
        .await;
    assert_eq!(deploy(&client, &id).await["enabled"], false);
}

#[tokio::test(start_paused = true)]
async fn a_working_copy_stands_for_its_newest_available_version() {
    let client = Client::new();
    let draft = client.import(&plain("P")).await;
    let customer = client.customer("cust-0001").await;
    let input = json!({ "name": "One", "customer": customer, "integration": draft });
    insta::assert_snapshot!(
        client.refused("createInstance", STATE, input.clone()).await,
        @"integration: The integration has no published version that is available."
    );
    client.publish(&draft).await;
    let second = client.publish(&draft).await;
    let withdraw = json!({ "id": second, "available": false });
    client
        .change(
            "updateIntegrationVersionAvailability",
            "integration { id }",
            withdraw,
        )
        .await;
    let made = client.change("createInstance", STATE, input).await;
    assert_eq!(made["integration"]["versionNumber"], 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_stays_with_its_integration() {
    let client = Client::new();
    let version = client.publish(&client.import(&plain("P")).await).await;
    let other = client.publish(&client.import(&plain("Q")).await).await;
    let id = client.instance(&version, "One").await;
    insta::assert_snapshot!(
        client.refused("updateInstance", STATE, json!({ "id": id, "integration": other })).await,
        @"integration: The version belongs to another integration."
    );
    let input = json!({ "name": "x", "customer": "nobody", "integration": version });
    let refused = client.refused("createInstance", STATE, input).await;
    assert_eq!(refused, "customer: Record not found.");
}

#[tokio::test(start_paused = true)]
async fn duplicate_names_are_let_in_unless_switched_off() {
    for duplicates in [Duplicates::Allowed, Duplicates::Rejected] {
        let client = Client::with(|behaviour| behaviour.duplicate_instance_names = duplicates);
        let version = client.publish(&client.import(&plain("P")).await).await;
        client.instance(&version, "One").await;
        let customer = client.customer("cust-0001").await;
        let input = json!({ "name": "One", "customer": customer, "integration": version });
        let payload = client.mutate("createInstance", STATE, input).await;
        let rejected = duplicates == Duplicates::Rejected;
        assert_eq!(payload["instance"].is_null(), rejected);
        assert_eq!(payload["errors"][0]["field"] == "name", rejected);
    }
}

#[tokio::test(start_paused = true)]
async fn bulk_upgrades_redeploy_what_was_deployed() {
    let client = Client::new();
    let draft = client.import(&plain("P")).await;
    let first = client.publish(&draft).await;
    let deployed = client.instance(&first, "One").await;
    deploy(&client, &deployed).await;
    let waiting = client.instance(&first, "Two").await;
    client.publish(&draft).await;
    let mutation = "bulkUpdateInstancesToLatestIntegrationVersion";
    client
        .change(mutation, "integration { id }", json!({ "id": draft }))
        .await;
    let (one, two) = (
        state(&client, &deployed).await,
        state(&client, &waiting).await,
    );
    assert_eq!(
        (&one["deployedVersion"], &one["needsDeploy"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(
        (&two["deployedVersion"], &two["needsDeploy"]),
        (&json!(0), &json!(true))
    );
}

#[tokio::test(start_paused = true)]
async fn filters_choose() {
    let client = Client::new();
    let draft = client.import(&plain("P")).await;
    let version = client.publish(&draft).await;
    let other = client.publish(&client.import(&plain("Q")).await).await;
    let one = client.instance(&version, "One").await;
    let two = client.instance(&version, "Two").await;
    client.instance(&other, "Three").await;
    deploy(&client, &two).await;
    let input = json!({ "id": one, "labels": ["Gold"], "description": "first" });
    client.change("updateInstance", STATE, input).await;
    let updated = text(&state(&client, &one).await["updatedAt"]);
    let record = "query Q($id: ID!) { integration(id: $id) { versionSequenceId
        instances(isSystem: false) { totalCount }
        instanceStats { totalInstanceCount versionDistribution { nodes { versionNumber instanceCount } } } } }";
    let data = client.data(record, json!({ "id": draft })).await;
    assert_eq!(data["integration"]["instances"]["totalCount"], 2);
    let stats = json!({ "totalInstanceCount": 2, "versionDistribution": { "nodes": [{ "versionNumber": 1, "instanceCount": 2 }] } });
    assert_eq!(data["integration"]["instanceStats"], stats);
    let sequence = text(&data["integration"]["versionSequenceId"]);
    let customer = client.customer("cust-0001").await;
    let stranger = client.customer("cust-0002").await;
    let cases = [
        ("isSystem: false".to_owned(), vec!["One", "Two", "Three"]),
        ("isSystem: true".to_owned(), vec!["P", "Q"]),
        (
            format!("integration_VersionSequenceId: \"{sequence}\", isSystem: false"),
            vec!["One", "Two"],
        ),
        (
            format!("integration: \"{draft}\", isSystem: false"),
            vec!["One", "Two"],
        ),
        (format!("integration: \"{version}\""), vec!["One", "Two"]),
        (
            format!("customer: \"{customer}\""),
            vec!["One", "Two", "Three"],
        ),
        (format!("customer: \"{stranger}\""), vec![]),
        (
            "customer_ExternalId: \"cust-0001\", name: \"Two\"".to_owned(),
            vec!["Two"],
        ),
        ("customer_ExternalId: \"nobody\"".to_owned(), vec![]),
        (format!("id_In: [\"{two}\"]"), vec!["Two"]),
        ("enabled: true, isSystem: false".to_owned(), vec!["Two"]),
        (
            "needsDeploy: true, isSystem: false".to_owned(),
            vec!["One", "Three"],
        ),
        ("labels_Contains: \"Gold\"".to_owned(), vec!["One"]),
        (
            "name_Icontains: \"T\", isSystem: false".to_owned(),
            vec!["Two", "Three"],
        ),
        ("description: \"first\"".to_owned(), vec!["One"]),
        ("instanceType: WORKFLOW".to_owned(), vec![]),
        (format!("updatedAt_Gte: \"{updated}\""), vec!["One"]),
        (
            "isSystem: false, sortBy: [{field: NAME, direction: ASC}]".to_owned(),
            vec!["One", "Three", "Two"],
        ),
    ];
    for (filter, names) in cases {
        let query = format!("{{ instances({filter}) {{ nodes {{ name }} }} }}");
        let data = client.data(&query, json!({})).await;
        assert_eq!(
            column(&data["instances"]["nodes"], "name"),
            names,
            "{filter}"
        );
    }
}
