use serde_json::json;

use super::client::{Client, DEFINITION, column, plain, text};

const SELECTION: &str = "integration { id name description category labels versionNumber
    versionSequenceId hasUnpublishedChanges isCodeNative definition
    flows { nodes { id name stableId } }
    requiredConfigVariables { nodes { key dataType pickList defaultValue } }
    systemInstance { id isSystem configState } }";

#[tokio::test(start_paused = true)]
async fn an_import_makes_a_working_copy() {
    let client = Client::new();
    let input = json!({ "definition": DEFINITION, "integrationId": "" });
    let made = client.change("importIntegration", SELECTION, input).await;
    assert_eq!(made["name"], "Acme ERP");
    assert_eq!(made["category"], "ERP");
    assert_eq!(made["hasUnpublishedChanges"], true);
    assert_eq!(made["systemInstance"]["isSystem"], true);
    assert_eq!(
        made["systemInstance"]["configState"],
        "NEEDS_INSTANCE_CONFIGURATION"
    );
    let variables = &made["requiredConfigVariables"]["nodes"];
    let types = ["STRING", "NUMBER", "PICKLIST", "SCHEDULE", "CONNECTION"];
    assert_eq!(column(variables, "dataType"), types);
    assert_eq!(variables[2]["pickList"], json!(["fast", "safe"]));
    let definition = text(&made["definition"]);
    assert!(
        definition.starts_with("\"category\": \"ERP\"\n"),
        "{definition}"
    );
    assert!(
        definition.contains("!!int \"3\""),
        "webhook-triggers is pinned: {definition}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_import_over_it_keeps_its_identity() {
    let client = Client::new();
    let before = client
        .change(
            "importIntegration",
            SELECTION,
            json!({ "definition": DEFINITION }),
        )
        .await;
    let edited = DEFINITION
        .replace("Orders to the ERP", "Changed")
        .replace("Sync Orders", "Sync");
    let input = json!({ "definition": edited, "integrationId": before["id"] });
    let after = client.change("importIntegration", SELECTION, input).await;
    for field in ["id", "versionSequenceId", "systemInstance"] {
        assert_eq!(after[field], before[field]);
    }
    assert_eq!(after["description"], "Changed");
    assert_eq!(after["flows"]["nodes"][0]["name"], "Sync");
}

#[tokio::test(start_paused = true)]
async fn the_name_is_the_definitions_too() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let input = json!({ "id": id, "name": "Renamed", "description": "Other", "labels": ["x"] });
    let updated = client.change("updateIntegration", SELECTION, input).await;
    let definition = text(&updated["definition"]);
    assert!(definition.contains("\"name\": \"Renamed\""), "{definition}");
    assert!(
        definition.contains("\"description\": \"Other\""),
        "{definition}"
    );
    assert_eq!(updated["category"], "ERP");
    assert_eq!(updated["labels"], json!(["x"]));
}

#[tokio::test(start_paused = true)]
async fn a_definition_has_a_say_in_labels_only_if_it_has_labels() {
    let client = Client::new();
    let id = client.import(DEFINITION).await;
    let labels = async |definition: String| {
        let input = json!({ "definition": definition, "integrationId": id });
        client.change("importIntegration", SELECTION, input).await["labels"].clone()
    };
    let with = format!("labels: [a, b]\n{DEFINITION}");
    assert_eq!(labels(with).await, json!(["a", "b"]));
    assert_eq!(labels(DEFINITION.to_owned()).await, json!(["a", "b"]));
}

#[tokio::test(start_paused = true)]
async fn a_bad_definition_is_refused_and_changes_nothing() {
    let client = Client::new();
    let bad = "definitionVersion: 7\nname: [";
    let payload = client
        .mutate("importIntegration", SELECTION, json!({ "definition": bad }))
        .await;
    assert!(payload["integration"].is_null());
    assert_eq!(payload["errors"][0]["field"], "definition");
    let input = json!({ "definition": bad });
    let checked = client
        .mutate("validateIntegrationSchema", "result { isValid }", input)
        .await;
    assert_eq!(checked["errors"][0]["field"], "definition");
    let input = json!({ "definition": DEFINITION });
    let checked = client
        .change("validateIntegrationSchema", "result { isValid }", input)
        .await;
    assert_eq!(checked["isValid"], true);
    let left = client
        .data("{ integrations { totalCount } }", json!({}))
        .await;
    assert_eq!(left["integrations"]["totalCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn low_code_and_code_native_swap_only_by_force() {
    let client = Client::new();
    let id = client.import(&plain("P")).await;
    let native = plain("P").replacen('{', "{\"isCodeNative\": true, ", 1);
    let input = json!({ "definition": native, "integrationId": id });
    let refused = client.refused("importIntegration", SELECTION, input).await;
    assert!(refused.starts_with("__all__: "), "{refused}");
    let input = json!({ "definition": native, "integrationId": id, "replace": true });
    let swapped = client.change("importIntegration", SELECTION, input).await;
    assert_eq!(swapped["isCodeNative"], true);
}

#[tokio::test(start_paused = true)]
async fn deleting_needs_its_instances_gone() {
    let client = Client::new();
    let id = client.import(&plain("P")).await;
    let instance = client.instance(&client.publish(&id).await, "One").await;
    insta::assert_snapshot!(
        client.refused("deleteIntegration", "integration { id }", json!({ "id": id })).await,
        @"__all__: The integration still has 1 instance(s)."
    );
    client
        .change(
            "deleteInstance",
            "instance { id }",
            json!({ "id": instance }),
        )
        .await;
    client
        .change(
            "deleteIntegration",
            "integration { id }",
            json!({ "id": id }),
        )
        .await;
    let left = client
        .data(
            "{ integrations(allVersions: true) { totalCount } instances { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(left["integrations"]["totalCount"], 0);
    assert_eq!(left["instances"]["totalCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn filters_choose() {
    let client = Client::new();
    let erp = client.import(DEFINITION).await;
    let other = client.import(&plain("Other")).await;
    client
        .change(
            "updateIntegration",
            "integration { id }",
            json!({ "id": other, "labels": ["Core"] }),
        )
        .await;
    let version = client.publish(&other).await;
    client.instance(&version, "One").await;
    let input = json!({ "id": version, "marketplaceConfiguration": "available_not_deployable" });
    client
        .change(
            "updateIntegrationMarketplaceConfiguration",
            "integration { id }",
            input,
        )
        .await;
    let customer = client.customer("cust-0002").await;
    client
        .change(
            "updateIntegration",
            "integration { id }",
            json!({ "id": erp, "customer": customer }),
        )
        .await;
    let cases = [
        ("name: \"Other\"", vec!["Other"]),
        ("name: \"other\"", vec![]),
        ("name_Icontains: \"erp\"", vec!["Acme ERP"]),
        ("category: \"ERP\"", vec!["Acme ERP"]),
        ("labels_Contains: \"Core\"", vec!["Other"]),
        ("labels_Icontains: \"cor\"", vec!["Other"]),
        ("hasInstances: true", vec!["Other"]),
        ("hasInstances: false", vec!["Acme ERP"]),
        ("hasUnpublishedChanges: true", vec!["Acme ERP"]),
        ("marketplace: true", vec!["Other"]),
        (
            "marketplaceConfiguration_Istartswith: \"AVAILABLE\"",
            vec!["Other"],
        ),
        (
            "marketplaceConfiguration_In: [\"NOT_AVAILABLE_IN_MARKETPLACE\"]",
            vec!["Acme ERP"],
        ),
        ("customer_Isnull: true", vec!["Other"]),
        ("customer_Isnull: false", vec!["Acme ERP"]),
        ("allVersions: true, versionIsAvailable: true", vec!["Other"]),
        ("isCodeNative: true", vec![]),
    ];
    for (filter, names) in cases {
        let query = format!("{{ integrations({filter}) {{ nodes {{ name }} }} }}");
        let data = client.data(&query, json!({})).await;
        assert_eq!(
            column(&data["integrations"]["nodes"], "name"),
            names,
            "{filter}"
        );
    }
}
