//! A shared connection, its values and what is bound to them, on both servers.

use serde_json::{Value, json};

use crate::peer::against_both;
use crate::peer::project::{definition, write_instance, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(a_connection_is_made_bound_to_rotated_healed_and_let_go,);

const CONNECTION: &str = "\
apiVersion: prism-gitops/v1
kind: Connection
metadata: {name: login}
spec:
  component: {key: http, public: true}
  connection: basic
  scope: customer
  managedBy: org
  description: How orders get in
  customers:
    cust-0001: {inputs: {username: smith, password: {secret: {env: SMITH_PASSWORD}}}}
";

/// The connection with its values, as the server answers it.
fn login(world: &World) -> Value {
    let query = "{ scopedConfigVariables(stableKey: \"login\") { nodes { id key description \
                 customerConfigVariables { nodes { id customer { externalId } \
                 inputs { nodes { name value hasValue } } } } } } }";
    let data = world.api(query, &json!({}));
    let nodes = data["scopedConfigVariables"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    nodes[0].clone()
}

fn a_connection_is_made_bound_to_rotated_healed_and_let_go(kind: Kind) {
    let Some(mut world) = World::start(kind) else {
        return;
    };
    let basic = "dataType: connection, connection: {key: basic, component: \
                 {key: http, version: LATEST, isPublic: true}}";
    write_integration(&world.environment, &definition(&[("Login", basic)]));
    write_instance(
        &world.environment,
        "erp",
        1,
        &["Login: {connection: {ref: login}}"],
    );
    world.environment.write("login.yaml", CONNECTION);
    world.environment.set("SMITH_PASSWORD", "canary-one");
    let run = world.run("apply --auto-approve").expect(0);
    assert!(!run.shown().contains("canary"), "{}", run.shown());
    let made = login(&world);
    assert_eq!(
        made["description"],
        "How orders get in [gitops:default/login]"
    );
    let values = made["customerConfigVariables"]["nodes"].as_array().unwrap();
    assert_eq!(values.len(), 1, "{made}");
    assert_eq!(values[0]["customer"]["externalId"], "cust-0001");
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);

    world.environment.set("SMITH_PASSWORD", "canary-two");
    let writes = world.writes("apply --auto-approve", 0);
    assert_eq!(writes, ["updateCustomerConfigVariable"]);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);

    let mutation = "mutation($input: UpdateScopedConfigVariableInput!) { \
                    updateScopedConfigVariable(input: $input) { errors { messages } } }";
    let input = json!({"id": made["id"], "key": "By hand"});
    world.api(mutation, &json!({ "input": input }));
    let writes = world.writes("apply --auto-approve", 0);
    assert_eq!(writes, ["updateScopedConfigVariable"]);
    assert_eq!(login(&world)["key"], "login");

    world
        .run("release Connection/login --auto-approve")
        .expect(0);
    assert_eq!(login(&world)["description"], "How orders get in");
}
