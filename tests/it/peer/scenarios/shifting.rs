//! A list that shifts while it is read, with as many records as before: existing objects are not created
//! again.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{instance_name, write_project};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(a_shifted_page_makes_no_second_instance);

const PAGE: usize = 10;
const INSTANCES: usize = 15;

/// A page that is not the first of a list of instances.
fn is_later_page(call: &crate::peer::proxy::Call) -> bool {
    fn far(value: &Value) -> bool {
        let Value::Object(fields) = value else {
            return false;
        };
        fields.iter().any(|(name, value)| match name.as_str() {
            "after" => value.as_str().is_some_and(|text| !text.is_empty()),
            "offset" => value.as_u64().is_some_and(|place| place > 0),
            _ => far(value),
        })
    }
    call.fields.iter().any(|field| field == "instances") && far(&call.variables)
}

/// Case 01: a record that was seen goes, another comes, and a third falls between two pages.
fn a_shifted_page_makes_no_second_instance(kind: Kind) {
    let habits = Habits {
        page: Some(PAGE),
        ..Habits::default()
    };
    let Some(world) = World::start_hard(kind, &habits) else {
        return;
    };
    write_project(&world.environment, 0);
    world.run("apply --auto-approve").expect(0);
    let foreign = Foreign::of(&world);
    let oldest = foreign.create("Of somebody else");
    write_project(&world.environment, INSTANCES);
    world.run("apply --auto-approve").expect(0);

    let shifts = AtomicUsize::new(0);
    let gone = std::sync::Mutex::new(Some(oldest));
    world.proxy.before_each(move |call| {
        if is_later_page(call)
            && let Some(id) = gone.lock().unwrap().take()
        {
            foreign.delete(&id);
            foreign.create(&format!("New {}", shifts.fetch_add(1, Ordering::Relaxed)));
        }
    });
    let writes = world.writes("apply --auto-approve", 0);
    assert!(!writes.contains(&"createInstance".to_owned()), "{writes:?}");
    let mut names: Vec<_> = (1..=INSTANCES).map(instance_name).collect();
    names.push("New 0".to_owned());
    let query = "{ instances(isSystem: false, first: 10, offset: OFFSET,
        sortBy: [{field: CREATED_AT, direction: ASC}]) { nodes { name } } }";
    let page = |offset: &str| world.api(&query.replace("OFFSET", offset), &json!({}));
    let mut found: Vec<String> = Vec::new();
    for offset in ["0", "10"] {
        let nodes = page(offset)["instances"]["nodes"].clone();
        let nodes = nodes.as_array().unwrap().iter();
        found.extend(nodes.map(|it| it["name"].as_str().unwrap().to_owned()));
    }
    found.sort();
    names.sort();
    assert_eq!(found, names);
    world.run("plan --detailed-exitcode").expect(0);
}

/// Speaks to the server past the proxy.
type Hand = Box<dyn Fn(&str, &Value) -> Value + Send + Sync>;

/// Another writer with instances of the same integration.
struct Foreign {
    hand: Hand,
    customer: Value,
    version: Value,
}

impl Foreign {
    fn of(world: &World) -> Self {
        let query = "{ customers(externalId: \"cust-0006\") { nodes { id } }
            integrations { nodes { versionSequence(versionIsAvailable: true) { nodes { id } } } } }";
        let found = world.api(query, &json!({}));
        let versions = &found["integrations"]["nodes"][0]["versionSequence"]["nodes"];
        Self {
            hand: Box::new(world.hand()),
            customer: found["customers"]["nodes"][0]["id"].clone(),
            version: versions[0]["id"].clone(),
        }
    }

    fn create(&self, name: &str) -> Value {
        let mutation = "mutation($input: CreateInstanceInput!) {
            createInstance(input: $input) { instance { id } errors { messages } } }";
        let input = json!({"name": name, "customer": self.customer, "integration": self.version});
        let made = (self.hand)(mutation, &json!({ "input": input }));
        made["createInstance"]["instance"]["id"].clone()
    }

    fn delete(&self, id: &Value) {
        let mutation = "mutation($input: DeleteInstanceInput!) {
            deleteInstance(input: $input) { errors { messages } } }";
        (self.hand)(mutation, &json!({ "input": {"id": id} }));
    }
}
