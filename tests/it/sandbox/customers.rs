use serde_json::{Value, json};

use super::client::{Client, column, plain, text};

#[tokio::test(start_paused = true)]
async fn names_and_external_ids_are_unique() {
    let client = Client::new();
    let create = async |input: Value| {
        client
            .refused("createCustomer", "customer { id }", input)
            .await
    };
    insta::assert_snapshot!(
        create(json!({ "name": "Smith Hardware" })).await,
        @r#"name: Another customer already has "Smith Hardware" here."#
    );
    insta::assert_snapshot!(
        create(json!({ "name": "New", "externalId": "cust-0002" })).await,
        @r#"externalId: Another customer already has "cust-0002" here."#
    );
    insta::assert_snapshot!(create(json!({ "name": " " })).await, @"name: This field may not be blank.");
}

#[tokio::test(start_paused = true)]
async fn an_update_leaves_what_it_omits() {
    let client = Client::new();
    let selection = "customer { id name description externalId labels createdAt updatedAt }";
    let input = json!({ "name": "A", "description": "d", "externalId": "x", "labels": ["l", "m"] });
    let before = client.change("createCustomer", selection, input).await;
    let input = json!({ "id": before["id"], "name": "B" });
    let after = client.change("updateCustomer", selection, input).await;
    assert_eq!(after["name"], "B");
    for field in ["description", "externalId", "labels", "createdAt"] {
        assert_eq!(after[field], before[field]);
    }
    assert!(text(&after["updatedAt"]) > text(&before["updatedAt"]));
    let input = json!({ "id": before["id"], "labels": ["n"] });
    let after = client.change("updateCustomer", selection, input).await;
    assert_eq!(after["labels"], json!(["n"]));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_said_to_be_missing() {
    let client = Client::new();
    let answer = client
        .answer("{ customer(id: \"Q3VzdG9tZXI6eA==\") { id } }", json!({}))
        .await;
    assert_eq!(answer["data"], json!({ "customer": null }));
    assert_eq!(answer["errors"][0]["message"], "Record not found.");
    assert_eq!(answer["errors"][0]["path"], json!(["customer"]));
    let gone = "mutation { deleteCustomer(input: {id: \"x\"}) { errors { field } } }";
    let answer = client.answer(gone, json!({})).await;
    assert_eq!(answer["data"], json!({ "deleteCustomer": null }));
    assert_eq!(answer["errors"][0]["message"], "Record not found.");
}

#[tokio::test(start_paused = true)]
async fn deleting_needs_its_instances_gone() {
    for cascades in [false, true] {
        let client = Client::with(|behaviour| behaviour.delete_cascades = cascades);
        let version = client.publish(&client.import(&plain("P")).await).await;
        client.instance(&version, "One").await;
        let input = json!({ "id": client.customer("cust-0001").await });
        if cascades {
            client
                .change("deleteCustomer", "customer { id }", input)
                .await;
            let left = client
                .data("{ instances(isSystem: false) { totalCount } }", json!({}))
                .await;
            assert_eq!(left["instances"]["totalCount"], 0);
        } else {
            insta::assert_snapshot!(
                client.refused("deleteCustomer", "customer { id }", input).await,
                @"__all__: The customer still has 1 instance(s)."
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn filters_choose() {
    let client = Client::new();
    let input = json!({ "name": "Label Ltd", "labels": ["Gold", "eu"], "description": "Labelled" });
    client
        .change("createCustomer", "customer { id }", input)
        .await;
    let cases = [
        ("name_Icontains: \"LOG\"", vec!["Jones Logistics"]),
        ("name_Istartswith: \"smith\"", vec!["Smith Hardware"]),
        ("externalId: \"cust-0003\"", vec!["Nordwind GmbH"]),
        (
            "externalId_Isnull: true, isSystem: false",
            vec!["Label Ltd"],
        ),
        ("labels_Contains: \"Gold\"", vec!["Label Ltd"]),
        ("labels_Contains: \"gold\"", vec![]),
        ("labels_Icontains: \"gol\"", vec!["Label Ltd"]),
        ("description_Icontains: \"labelled\"", vec!["Label Ltd"]),
        ("isSystem: true", vec!["Prismatic Test Customer"]),
        ("createdAt_Gte: \"2027-01-01\"", vec![]),
        ("updatedAt_Lte: \"2025-01-01T00:00:00Z\"", vec![]),
    ];
    for (filter, names) in cases {
        let query = format!("{{ customers({filter}) {{ nodes {{ name }} }} }}");
        let data = client.data(&query, json!({})).await;
        assert_eq!(
            column(&data["customers"]["nodes"], "name"),
            names,
            "{filter}"
        );
    }
}
