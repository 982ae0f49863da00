use serde_json::json;

use super::client::{Client, column, plain};

#[tokio::test(start_paused = true)]
async fn the_newest_version_of_each_is_listed() {
    let client = Client::new();
    let cases = [
        ("key: \"webhook-triggers\"", vec!["Webhook"]),
        (
            "key: \"webhook-triggers\", allVersions: true",
            vec!["Webhook", "Webhook"],
        ),
        (
            "key: \"webhook-triggers\", versionNumber: 2",
            vec!["Webhook"],
        ),
        ("key: \"webhook-triggers\", public: false", vec![]),
        ("label_Icontains: \"sales\"", vec!["Salesforce"]),
        ("key_In: [\"slack\", \"http\"]", vec!["HTTP", "Slack"]),
        (
            "category: \"Logic\", sortBy: {field: LABEL, direction: DESC}",
            vec!["Loop", "Branch"],
        ),
        (
            "hasTriggers: true, key_Icontains: \"schedule\"",
            vec!["Schedule"],
        ),
    ];
    for (filter, labels) in cases {
        let query = format!("{{ components({filter}) {{ nodes {{ label }} }} }}");
        let data = client.data(&query, json!({})).await;
        assert_eq!(
            column(&data["components"]["nodes"], "label"),
            labels,
            "{filter}"
        );
    }
    let search = r#"["or", ["in", "key", "slac"], ["in", "label", "slac"]]"#;
    let query = "query Q($q: JSONString) { components(filterQuery: $q) { nodes { label } } }";
    let data = client.data(query, json!({ "q": search })).await;
    assert_eq!(column(&data["components"]["nodes"], "label"), ["Slack"]);
}

#[tokio::test(start_paused = true)]
async fn versions_of_a_component_hang_together() {
    let client = Client::new();
    let data = client
        .data(
            "{ components(key: \"webhook-triggers\") { nodes { versionNumber
            versionAt(versionNumber: 2) { versionNumber versionIsLatest }
            versionSequence { nodes { versionNumber } }
            versions { nodes { versionNumber } }
            actions(isTrigger: true) { nodes { key } } } } }",
            json!({}),
        )
        .await;
    insta::assert_snapshot!(data["components"]["nodes"][0], @r#"{"versionNumber":3,"versionAt":{"versionNumber":2,"versionIsLatest":false},"versionSequence":{"nodes":[{"versionNumber":2},{"versionNumber":3}]},"versions":{"nodes":[{"versionNumber":2},{"versionNumber":3}]},"actions":{"nodes":[{"key":"webhook"}]}}"#);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_component_joins_the_catalogue() {
    let client = Client::new();
    let own = plain("Own").replace(
        "\"key\": \"webhook-triggers\", \"isPublic\": true, \"version\": \"LATEST\"",
        "\"key\": \"own\", \"isPublic\": false, \"version\": 9",
    );
    client.import(&own).await;
    let query = "{ components(key: \"own\") { nodes { versionNumber public } } }";
    let data = client.data(query, json!({})).await;
    assert_eq!(
        data["components"]["nodes"],
        json!([{ "versionNumber": 9, "public": false }])
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_makes_an_integration_outdated() {
    let client = Client::new();
    let old = plain("Old").replace("\"LATEST\"", "2");
    let id = client.import(&old).await;
    let query = "query Q($id: ID!) { integration(id: $id) { hasOutdatedComponents
        components(outdated: true) { nodes { key versionNumber } } } }";
    let data = client.data(query, json!({ "id": id })).await;
    assert_eq!(data["integration"]["hasOutdatedComponents"], true);
    let used = json!([{ "key": "webhook-triggers", "versionNumber": 2 }]);
    assert_eq!(data["integration"]["components"]["nodes"], used);
}
