//! What an instance sets for its flows.

use serde_json::{Value, json};

use crate::peer::against_both;
use crate::peer::project::{definition, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(keys_are_set_kept_and_rotated);

const INSTANCE: &str = "apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: erp}
spec:
  integration: acme
  customer: {externalId: cust-0001}
  config: {Endpoint: https://erp.example}
  flows:
    Orders:
      apiKeys: [{secret: {env: ORDERS_KEY}}]
      testPayload: '{\"order\": 1}'
      testHeaders: {X-Shop: smith}
";

fn two_flows(description: &str) -> String {
    let one = definition(&[("Endpoint", "dataType: string")]);
    let flow = one.split("flows:\n").nth(1).unwrap();
    let other = flow.replace("name: Orders", "name: Stock");
    format!("{one}{other}").replace("Orders to the ERP", description)
}

/// Keys, payload and id of each flow, by name: asked of the server itself, as the binary shows no secret.
fn flows(world: &World) -> Vec<(String, Value, Value, Value)> {
    let query = "query($id: ID!) { instance(id: $id) { flowConfigs { nodes {
        apiKeys testPayload flow { id name } } } } }";
    let answer = world.hand()(query, &json!({"id": world.instance("erp")["id"]}));
    let nodes = answer["instance"]["flowConfigs"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    let mut flows: Vec<_> = nodes
        .iter()
        .map(|it| {
            let name = it["flow"]["name"].as_str().unwrap().to_owned();
            let id = it["flow"]["id"].clone();
            (name, it["apiKeys"].clone(), it["testPayload"].clone(), id)
        })
        .collect();
    flows.sort_by(|a, b| a.0.cmp(&b.0));
    flows
}

/// The keys of one flow do not touch those of another, and come along to another version.
fn keys_are_set_kept_and_rotated(kind: Kind) {
    let Some(mut world) = World::start(kind) else {
        return;
    };
    write_integration(&world.environment, &two_flows("first"));
    world.environment.write("erp.yaml", INSTANCE);
    let blocked = world.run("plan").expect(0);
    assert!(blocked.stdout.contains("ORDERS_KEY"), "{}", blocked.shown());
    world.environment.set("ORDERS_KEY", "first-orders-key");
    world.run("apply --auto-approve").expect(0);
    world.run("plan --detailed-exitcode").expect(0);
    let set = flows(&world);
    assert_eq!(set[0].1, json!(["first-orders-key"]));
    assert_eq!(set[0].2, "{\"order\": 1}");
    // By hand, of another flow: that stays.
    let hand = |flow: usize, keys: Value| json!({"flowId": set[flow].3, "apiKeys": keys});
    let configs = json!([
        hand(0, json!(["first-orders-key"])),
        hand(1, json!(["stock-key-by-hand"]))
    ]);
    world.edit_instance("erp", json!({"flowConfigs": configs}));
    let plan = world.run("plan --detailed-exitcode").expect(2);
    assert!(plan.stdout.contains("testPayload"), "{}", plan.shown());
    world.environment.set("ORDERS_KEY", "second-orders-key");
    let plan = world.run("plan").expect(0);
    assert!(plan.stdout.contains("apiKeys"), "{}", plan.shown());
    assert!(!plan.shown().contains("orders-key"), "{}", plan.shown());
    assert_eq!(
        world.writes("apply --auto-approve", 0),
        ["updateInstance", "deployInstance"]
    );
    let expected = |set: &[(String, Value, Value, Value)]| {
        assert_eq!(set[0].1, json!(["second-orders-key"]));
        assert_eq!(set[1].1, json!(["stock-key-by-hand"]));
    };
    expected(&flows(&world));
    world.run("plan --detailed-exitcode").expect(0);
    // Another version has other ids of flows.
    write_integration(&world.environment, &two_flows("second"));
    world.run("apply --auto-approve").expect(0);
    expected(&flows(&world));
    world.run("plan --detailed-exitcode").expect(0);
    world.environment.edit("erp.yaml", "Orders:", "Ordres:");
    let refused = world.run("validate").expect(1);
    assert!(
        refused.stderr.contains("did you mean \"Orders\"?"),
        "{}",
        refused.shown()
    );
}
