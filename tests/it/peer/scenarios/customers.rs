//! A customer and what it runs in one commit, on both servers.

use serde_json::{Value, json};

use crate::cli::environment::Environment;
use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{VARIABLES, definition, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(
    a_customer_and_its_instance_come_in_one_commit,
    a_server_that_trims_and_lags_comes_to_rest,
    a_customer_is_taken_changed_and_let_go,
);

const CUSTOMER: &str = "\
apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: harbour}
spec:
  externalId: cust-0100
  name: Harbour Supplies
  description: \"Ropes \"
  labels: [paid, canary]
  concurrentExecutionLimit: 10
";

const INSTANCE: &str = "\
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: harbour-erp}
spec:
  integration: acme
  customer: harbour
  config: {Endpoint: https://harbour.example}
";

fn onboard(environment: &Environment) {
    write_integration(environment, &definition(&VARIABLES));
    environment.write("harbour.yaml", &format!("{CUSTOMER}---\n{INSTANCE}"));
}

/// The customers with the external id of the manifest.
fn harbours(world: &World) -> Vec<Value> {
    let query = "{ customers(isSystem: false, externalId: \"cust-0100\") { nodes {
        id name description labels concurrentExecutionLimit } } }";
    let data = world.api(query, &json!({}));
    data["customers"]["nodes"].as_array().unwrap().clone()
}

#[track_caller]
fn demand_one(world: &World) -> Value {
    let mut found = harbours(world);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn labels(customer: &Value) -> Vec<&str> {
    let labels = customer["labels"].as_array().unwrap().iter();
    let mut labels: Vec<_> = labels.map(|it| it.as_str().unwrap()).collect();
    labels.sort_unstable();
    labels
}

/// One plan, one run, and nothing after it.
fn a_customer_and_its_instance_come_in_one_commit(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    onboard(&world.environment);
    let plan = world.run("plan").expect(0);
    assert!(
        plan.stdout.contains("+ Customer/harbour"),
        "{}",
        plan.stdout
    );
    let writes = world.writes("apply --auto-approve", 0);
    let place = |name: &str| writes.iter().position(|it| it == name).unwrap();
    assert!(
        place("createCustomer") < place("createInstance"),
        "{writes:?}"
    );
    let count = |name: &str| writes.iter().filter(|it| *it == name).count();
    assert_eq!((count("createCustomer"), count("createInstance")), (1, 1));
    let harbour = demand_one(&world);
    assert_eq!(
        labels(&harbour),
        ["canary", "gitops:default/harbour", "paid"]
    );
    assert_eq!(harbour["concurrentExecutionLimit"], 10);
    let instance = world.instance("harbour-erp");
    assert_eq!(instance["customer"]["externalId"], "cust-0100");
    assert_eq!(instance["needsDeploy"], false);
    world.run("plan --detailed-exitcode").expect(0);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    // A runner without any memory finds it as well.
    let elsewhere = world.elsewhere();
    onboard(&elsewhere);
    elsewhere.run("plan --detailed-exitcode").expect(0);
}

/// A server that trims texts, lags, and loses the reply to the create.
fn a_server_that_trims_and_lags_comes_to_rest(kind: Kind) {
    let habits = Habits {
        lags: true,
        lists_only: false,
        writes_lag: false,
        trims: true,
        reformats: false,
        echoes: None,
        page: None,
        refuses: None,
    };
    for loses in [false, true] {
        let Some(world) = World::start_hard(kind, &habits) else {
            return;
        };
        onboard(&world.environment);
        if loses {
            // The customer is the first write.
            world.proxy.lose(0);
        }
        world.run("apply --auto-approve").expect(0);
        assert!(!loses || world.proxy.has_lost());
        world.catch_up();
        demand_one(&world);
        let plan = world.run("plan --detailed-exitcode").expect(0);
        let told = format!("{}{}", plan.stdout, plan.stderr);
        assert!(told.contains("in another spelling"), "{told}");
    }
}

/// Made by another writer, declared, changed by hand, and no longer declared.
fn a_customer_is_taken_changed_and_let_go(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let create = "mutation($input: CreateCustomerInput!) {
        createCustomer(input: $input) { customer { id } errors { messages } } }";
    let input = json!({"name": "Harbour", "externalId": "cust-0100", "labels": ["by login"]});
    world.api(create, &json!({ "input": input }));
    onboard(&world.environment);
    world.environment.write(
        "smith.yaml",
        &CUSTOMER
            .replace("harbour", "smith")
            .replace("cust-0100", "cust-0001")
            .replace("Harbour Supplies", "Smith Hardware"),
    );
    let writes = world.writes("apply --auto-approve", 0);
    assert!(!writes.contains(&"createCustomer".to_owned()), "{writes:?}");
    let harbour = demand_one(&world);
    assert_eq!(harbour["name"], "Harbour Supplies");
    assert_eq!(
        labels(&harbour),
        ["canary", "gitops:default/harbour", "paid"]
    );

    let update = "mutation($input: UpdateCustomerInput!) {
        updateCustomer(input: $input) { customer { id } errors { messages } } }";
    let input = json!({"id": harbour["id"], "labels": ["gitops:default/harbour", "churned"]});
    world.api(update, &json!({ "input": input }));
    assert_eq!(world.writes("apply --auto-approve", 0), ["updateCustomer"]);
    assert_eq!(
        labels(&demand_one(&world)),
        ["canary", "gitops:default/harbour", "paid"]
    );

    let other = INSTANCE.replace("customer: harbour", "customer: {externalId: cust-0100}");
    world.environment.write("harbour.yaml", &other);
    // Without its manifest it stays as it is.
    world.run("plan --detailed-exitcode").expect(0);
    assert_eq!(
        labels(&demand_one(&world)),
        ["canary", "gitops:default/harbour", "paid"]
    );
}
