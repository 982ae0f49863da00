//! A tenant on one of the two servers, and the hands that change it there: ours by the binary,
//! a console user's and a designer's by GraphQL.

use std::time::Duration;

use serde_json::{Value, json};

use super::habits::{Habits, LAG};
use super::proxy::{Call, Proxy, ask_signed_in};
use super::server::{Kind, Server};
use crate::cli::environment::{Environment, Run};

/// The customers that both servers begin with, in this order.
const CUSTOMERS: [(&str, &str); 6] = [
    ("Smith Hardware", "Family-run hardware stores in Ohio"),
    ("Jones Logistics", "Regional freight, 40 lorries"),
    ("Nordwind GmbH", "Wind turbine maintenance in Bremen"),
    ("Tanaka Robotics", "Assembly line robots"),
    ("Lumen Health", "Clinics in three states"),
    ("Café Aurore", "Coffee roasters and shops"),
];

pub(crate) struct World {
    pub(crate) environment: Environment,
    pub(crate) proxy: Proxy,
    server: Server,
}

impl World {
    /// A tenant with six customers and nothing else; nothing where the server cannot be had.
    pub(crate) fn start(kind: Kind) -> Option<Self> {
        Self::start_with(kind, &[])
    }

    /// The same, with flags of the peer.
    pub(crate) fn start_with(kind: Kind, flags: &[&str]) -> Option<Self> {
        Some(Self::on(Server::start(kind, flags)?))
    }

    /// The same, on a server that is hard to deal with.
    pub(crate) fn start_hard(kind: Kind, habits: &Habits) -> Option<Self> {
        let mut world = Self::on(Server::hard(kind, habits)?);
        if habits.lags {
            world.environment.set("PRISM_GITOPS_SETTLE", "4s");
            world.catch_up();
        }
        Some(world)
    }

    fn on(server: Server) -> Self {
        let proxy = Proxy::start(&server.url);
        let mut environment = Environment::new();
        environment.set("PRISMATIC_URL", &proxy.url);
        environment.set("PRISM_REFRESH_TOKEN", "sandbox");
        let world = Self {
            environment,
            proxy,
            server,
        };
        world.customers();
        world.proxy.take();
        world
    }

    /// Waits until reads of a server that lags show all there is.
    pub(crate) fn catch_up(&self) {
        std::thread::sleep(Duration::from_millis(LAG + 100));
    }

    /// A place to run the binary in that knows nothing of what was run before.
    pub(crate) fn elsewhere(&self) -> Environment {
        let mut other = Environment::new();
        for name in ["PRISMATIC_URL", "PRISM_REFRESH_TOKEN"] {
            other.set(name, &self.environment.variable(name).unwrap());
        }
        if let Some(settle) = self.environment.variable("PRISM_GITOPS_SETTLE") {
            other.set("PRISM_GITOPS_SETTLE", &settle);
        }
        other
    }

    /// A client that speaks to the server directly, without the proxy, from any thread.
    pub(crate) fn hand(&self) -> impl Fn(&str, &Value) -> Value + Send + Sync + 'static {
        let url = self.server.url.clone();
        move |query, variables| {
            let body = json!({ "query": query, "variables": variables });
            ask_signed_in(&url, &body)["data"].clone()
        }
    }

    fn customers(&self) {
        let one = |(at, (name, description)): (usize, &(&str, &str))| {
            format!(
                "c{at}: createCustomer(input: {{name: {name:?}, description: {description:?}, \
                 externalId: \"cust-{:04}\"}}) {{ errors {{ messages }} }}",
                at + 1
            )
        };
        let fields: Vec<String> = CUSTOMERS.iter().enumerate().map(one).collect();
        self.api(&format!("mutation {{ {} }}", fields.join(" ")), &json!({}));
    }

    /// Runs the binary.
    #[track_caller]
    pub(crate) fn run(&self, line: &str) -> Run {
        self.environment.run(line)
    }

    /// Runs the binary; gives the writes it made, by field.
    #[track_caller]
    pub(crate) fn writes(&self, line: &str, code: i32) -> Vec<String> {
        self.proxy.take();
        self.run(line).expect(code);
        names(self.proxy.take().iter().filter(|call| call.mutation))
    }

    /// The data of a query or mutation whose payloads hold no errors.
    #[track_caller]
    pub(crate) fn api(&self, document: &str, variables: &Value) -> Value {
        let variables = variables.to_string();
        let args = ["api", document, "--variables", &variables];
        let run = self.environment.run_args(&args, "").expect(0);
        let mut answer = run.json();
        let refused = answer["data"].as_object().unwrap().values();
        let refused = refused.filter(|payload| {
            payload["errors"]
                .as_array()
                .is_some_and(|it| !it.is_empty())
        });
        assert_eq!(refused.count(), 0, "{answer}");
        answer["data"].take()
    }

    /// The integrations, oldest first.
    pub(crate) fn integrations(&self) -> Vec<Value> {
        let query = "{ integrations(sortBy: [{field: CREATED_AT, direction: ASC}]) { nodes {
            id name labels hasUnpublishedChanges definition
            versionSequence { nodes { id versionNumber versionCreatedAt } } } } }";
        nodes(&self.api(query, &json!({})), "integrations")
    }

    /// How many versions there are of the one integration.
    pub(crate) fn versions(&self) -> usize {
        let all = self.integrations();
        assert_eq!(all.len(), 1, "{all:?}");
        let versions = all[0]["versionSequence"]["nodes"].as_array().unwrap();
        versions
            .iter()
            .filter(|it| !it["versionCreatedAt"].is_null())
            .count()
    }

    /// The instances, by name.
    pub(crate) fn instances(&self) -> Vec<Value> {
        let query =
            "{ instances(isSystem: false, sortBy: [{field: NAME, direction: ASC}]) { nodes {
            id name description labels enabled needsDeploy lastDeployedAt
            integration { id versionNumber definition } customer { externalId }
            configVariables { nodes { id value status authorizeUrl requiredConfigVariable { key } } } } } }";
        nodes(&self.api(query, &json!({})), "instances")
    }

    /// The one instance of this name.
    #[track_caller]
    pub(crate) fn instance(&self, name: &str) -> Value {
        let mut found = self.instances();
        found.retain(|it| it["name"] == name);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found.remove(0)
    }

    /// Changes an instance as a person does in the console.
    pub(crate) fn edit_instance(&self, name: &str, changes: Value) {
        let mut input = changes;
        input["id"] = self.instance(name)["id"].clone();
        let mutation = "mutation($input: UpdateInstanceInput!) {
            updateInstance(input: $input) { errors { messages } } }";
        self.api(mutation, &json!({ "input": input }));
    }

    /// Sets one value as a person does in the console.
    pub(crate) fn edit_value(&self, name: &str, key: &str, value: &str) {
        let mutation = "mutation($input: UpdateInstanceConfigVariablesInput!) {
            updateInstanceConfigVariables(input: $input) { errors { messages } } }";
        let id = self.instance(name)["id"].clone();
        let input = json!({"id": id, "configVariables": [{"key": key, "value": value}]});
        self.api(mutation, &json!({ "input": input }));
    }
}

/// The fields that calls ran, in order.
pub(crate) fn names<'a>(calls: impl Iterator<Item = &'a Call>) -> Vec<String> {
    calls.flat_map(|call| call.fields.clone()).collect()
}

/// The value of a config variable.
#[track_caller]
pub(crate) fn value(instance: &Value, key: &str) -> Value {
    let variables = instance["configVariables"]["nodes"].as_array().unwrap();
    let found = variables
        .iter()
        .find(|it| it["requiredConfigVariable"]["key"] == key);
    found.unwrap_or_else(|| panic!("no {key}: {instance}"))["value"].clone()
}

fn nodes(data: &Value, field: &str) -> Vec<Value> {
    data[field]["nodes"].as_array().unwrap().clone()
}
