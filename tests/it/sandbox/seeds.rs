use std::fs;

use prism_gitops::sandbox::{FaultScript, Options, Sandbox, Seed};
use serde_json::json;

use super::client::{Client, column, options, plain};

fn seeded(seed: Seed) -> Options {
    Options { seed, ..options() }
}

#[tokio::test(start_paused = true)]
async fn a_number_makes_the_same_tenant_again() {
    let build = async |number| {
        Client::open(seeded(Seed::Number(number)))
            .sandbox
            .snapshot()
            .await
            .unwrap()
    };
    assert_eq!(build(7).await, build(7).await);
    assert_ne!(build(7).await, build(8).await);
    let client = Client::open(seeded(Seed::Number(7)));
    let data = client
        .data(
            "{ integrations { totalCount } instances(isSystem: false) { totalCount }
           deployed: instances(isSystem: false, needsDeploy: false) { totalCount } }",
            json!({}),
        )
        .await;
    for list in ["integrations", "instances", "deployed"] {
        assert!(data[list]["totalCount"].as_u64().unwrap() > 0, "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_sandbox_has_nobody_in_it() {
    let client = Client::open(seeded(Seed::Empty));
    let data = client.data(
        "{ customers(isSystem: false) { totalCount } components { totalCount } organization { name } }",
        json!({}),
    ).await;
    assert_eq!(data["customers"]["totalCount"], 0);
    assert_eq!(data["components"]["totalCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_file_describes_a_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.yml");
    fs::write(folder.path().join("p.yml"), plain("From File")).unwrap();
    let seed = "
organization: Globex
user: {name: Kim, email: kim@globex.example}
customers:
  - {name: Initech, externalId: init, labels: [gold]}
components:
  - key: erp
    public: false
    versions: [2, 1]
    connections: [{key: oauth, label: OAuth, oauth2: AUTHORIZATION_CODE}]
integrations:
  - {definition: p.yml, publish: true}
generate: {customers: 3, integrations: 1, instances: 4}
behaviour: {pageLimit: 2, strictComponents: true}
";
    fs::write(&path, seed).unwrap();
    let client = Client::open(seeded(Seed::File(path)));
    let data = client.data(
        "{ authenticatedUser { name org { name } }
           customers(isSystem: false) { nodes { name } totalCount }
           components(key: \"erp\", allVersions: true) { nodes { label versionNumber public versionIsLatest } }
           integrations { nodes { name } } instances(isSystem: false) { totalCount } }",
        json!({}),
    ).await;
    assert_eq!(
        data["authenticatedUser"],
        json!({ "name": "Kim", "org": { "name": "Globex" } })
    );
    assert_eq!(
        column(&data["customers"]["nodes"], "name").len(),
        2,
        "the page limit of the file"
    );
    assert_eq!(data["customers"]["totalCount"], 4);
    assert_eq!(data["components"]["nodes"][1]["versionNumber"], 2);
    assert_eq!(data["components"]["nodes"][1]["versionIsLatest"], true);
    assert_eq!(
        column(&data["integrations"]["nodes"], "name"),
        ["From File", "Generated 1"]
    );
    assert_eq!(data["instances"]["totalCount"], 4);
    let unknown = plain("X").replace("webhook-triggers", "unheard-of");
    let refused = client
        .refused(
            "importIntegration",
            "integration { id }",
            json!({ "definition": unknown }),
        )
        .await;
    assert!(refused.contains("unheard-of"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_bad_file_is_an_error_that_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.yml");
    let cases = [
        ("customers: [{title: X}]", "unknown field `title`"),
        (
            "customers: [{name: X}, {name: X}]",
            "customer X: name: Another customer",
        ),
        (
            "integrations: [{definition: none.yml}]",
            "cannot read the sandbox seed",
        ),
    ];
    for (text, message) in cases {
        fs::write(&path, text).unwrap();
        let error = Sandbox::open(seeded(Seed::File(path.clone())))
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// The first block of a language in the documentation.
fn documented(language: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sandbox.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_the_documentation_shows_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.yml");
    fs::write(folder.path().join("erp.yml"), plain("ERP")).unwrap();
    let smaller = documented("yaml").replace("instances: 10000", "instances: 10");
    fs::write(
        &path,
        smaller.replace("integrations: 500", "integrations: 5"),
    )
    .unwrap();
    let client = Client::open(seeded(Seed::File(path)));
    assert_eq!(client.sandbox.behaviour().masked_text, "NA");
    let script: FaultScript = serde_json::from_str(&documented("json")).unwrap();
    assert_eq!(script.rules.len(), 4);
}

/// What a project needs to find: ids that it names, versions by number and by commit, and our own marks.
#[tokio::test(start_paused = true)]
async fn a_text_may_say_ids_versions_and_commits() {
    let id = "Q3VzdG9tZXI6MGYwZTBkMGMtMGIwYS00OTA4LTg3MDYtMDUwNDAzMDIwMTAw";
    let text = json!({
        "customers": [{"name": "By id", "id": id}, {"name": "Any"}],
        "integrations": [{"text": plain("Known"), "versions": 3, "commits": ["1a2b3c4d5e"], "labels": ["core"]}],
    });
    let client = Client::open(seeded(Seed::Text {
        text: text.to_string(),
        folder: ".".into(),
    }));
    let query = "query Q($id: ID!) { customer(id: $id) { name } integrations { nodes { labels versionSequence { nodes {
        versionNumber versionAttributes } } } } }";
    let data = client.data(query, json!({ "id": id })).await;
    assert_eq!(data["customer"]["name"], "By id");
    let known = &data["integrations"]["nodes"][0];
    assert_eq!(known["labels"], json!(["core"]));
    let versions = known["versionSequence"]["nodes"].as_array().unwrap();
    assert_eq!(versions.len(), 4);
    let attributes = versions
        .iter()
        .map(|it| it["versionAttributes"].to_string());
    let from_commit = attributes.filter(|it| it.contains("1a2b3c4d5e"));
    assert_eq!(from_commit.count(), 1);
}
