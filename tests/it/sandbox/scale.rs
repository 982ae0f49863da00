//! Ten thousand instances: what must not be quadratic shows as minutes here.

use std::fs;

use prism_gitops::sandbox::{Options, Seed};
use serde_json::{Value, json};

use super::client::{Client, options};

#[tokio::test]
async fn a_large_tenant_is_walked_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.yml");
    fs::write(
        &path,
        "generate: {customers: 2000, integrations: 50, versions: 2, instances: 10000}",
    )
    .unwrap();
    let client = Client::open(Options {
        seed: Seed::File(path),
        ..options()
    });
    let query = "query Q($after: String) { instances(isSystem: false, after: $after,
        sortBy: [{field: CREATED_AT, direction: ASC}]) {
        nodes { id needsDeploy customer { externalId } } totalCount
        pageInfo { hasNextPage endCursor } } }";
    let (mut seen, mut pages, mut after) = (0, 0, Value::Null);
    loop {
        let data = client.data(query, json!({ "after": after })).await;
        let list = &data["instances"];
        seen += list["nodes"].as_array().unwrap().len();
        pages += 1;
        if list["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = list["pageInfo"]["endCursor"].clone();
    }
    assert_eq!((seen, pages), (10_000, 100));
}
