//! The tenant of a killed daemon: slow, now and then out of order, and watched.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::cli::environment::Environment;
use crate::cli::sandbox::{Running, lines, wait_for};
use crate::peer::project::instance_name;
use crate::peer::proxy::{self, Call, Proxy};

/// The number of instances; the demo tenant has as many customers.
pub(super) const INSTANCES: usize = 6;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Seen {
    requests: usize,
    deploys: usize,
    /// Deploys of instances that needed none at that moment.
    needless: Vec<Value>,
}

/// A sandbox in a process of its own, behind a proxy that records its calls.
pub(super) struct Tenant {
    proxy: Proxy,
    seen: Arc<Mutex<Seen>>,
    _sandbox: Running,
}

impl Tenant {
    pub(super) fn start(environment: &mut Environment, rng: &mut Rng, kills: usize) -> Self {
        environment.write("../faults.json", &faults(rng, kills).to_string());
        let mut child = environment
            .command()
            .args("sandbox --listen 127.0.0.1:0 --latency 15ms --faults ../faults.json".split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let sandbox = Running(child);
        let line = wait_for(&stdout, "listening on ");
        let upstream = line.trim_start_matches("listening on http://").to_owned();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (notes, server) = (Arc::clone(&seen), upstream.clone());
        let proxy = Proxy::watched(&upstream, move |call| note(call, &server, &notes));
        environment.set("PRISMATIC_URL", &proxy.url);
        environment.set("PRISM_REFRESH_TOKEN", "sandbox");
        Self {
            proxy,
            seen,
            _sandbox: sandbox,
        }
    }

    /// How many requests came since the last time.
    pub(super) fn requests(&self) -> usize {
        self.proxy.take().len()
    }

    /// Waits until what the dead have sent is done.
    pub(super) fn comes_to_rest(&self) {
        until("requests of a dead process end", || self.proxy.is_idle());
    }

    /// Deploys and requests, all together.
    pub(super) fn totals(&self) -> (usize, usize) {
        let seen = self.seen.lock().unwrap();
        (seen.deploys, seen.requests)
    }

    /// There are no duplicates, and nothing was deployed needlessly.
    pub(super) fn is_as_declared(&self, environment: &Environment) {
        let query = "{ integrations(first: 100) { nodes { name versionSequence(first: 100) {
                nodes { id versionNumber versionCreatedAt } } } }
            instances(isSystem: false, first: 100) { nodes { name needsDeploy } } }";
        let tenant = ask(environment, query);
        let integrations = tenant["integrations"]["nodes"].as_array().unwrap();
        assert_eq!(integrations.len(), 1, "{integrations:?}");
        let versions = integrations[0]["versionSequence"]["nodes"].as_array();
        let published = versions.unwrap().iter();
        let published = published.filter(|version| !version["versionCreatedAt"].is_null());
        let mut definitions = BTreeSet::new();
        for version in published {
            let query = format!("{{ integration(id: {}) {{ definition }} }}", version["id"]);
            let answer = ask(environment, &query);
            let definition = answer["integration"]["definition"].as_str().unwrap();
            assert!(definitions.insert(definition.to_owned()), "{version} again");
        }
        let instances = tenant["instances"]["nodes"].as_array().unwrap();
        let mut names: Vec<_> = instances.iter().map(|it| it["name"].clone()).collect();
        names.sort_by_key(Value::to_string);
        let expected: Vec<_> = (1..=INSTANCES).map(instance_name).collect();
        assert_eq!(names, expected);
        assert!(instances.iter().all(|it| it["needsDeploy"] == false));
        let seen = self.seen.lock().unwrap();
        assert!(seen.needless.is_empty(), "{:?}", seen.needless);
    }
}

fn note(call: &Call, server: &str, notes: &Mutex<Seen>) {
    let deploys = call.fields.iter().any(|field| field == "deployInstance");
    // One request may carry several of them, each with an input of its own.
    let inputs = call.variables.as_object().filter(|_| deploys);
    let inputs: Vec<&Value> = inputs.into_iter().flat_map(|all| all.values()).collect();
    let needless = |input: &&&Value| {
        let query = format!("{{ instance(id: {}) {{ needsDeploy }} }}", input["id"]);
        let answer = proxy::ask(server, &json!({ "query": query }));
        answer["data"]["instance"]["needsDeploy"] != json!(true)
    };
    let needless: Vec<Value> = inputs
        .iter()
        .filter(needless)
        .map(|it| (*it).clone())
        .collect();
    let mut seen = notes.lock().unwrap();
    seen.requests += 1;
    seen.deploys += inputs.len();
    seen.needless.extend(needless);
}

/// What the tenant holds. Faults that no life has met are met here, each once.
fn ask(environment: &Environment, query: &str) -> Value {
    let mut runs = (0..100).map(|_| environment.run_args(&["api", query], ""));
    let answered = runs.find(|run| run.code == 0);
    let mut answer = answered
        .unwrap_or_else(|| panic!("the faults are never used up"))
        .json();
    answer["data"].take()
}

/// A few faults for each life, spread over what it does.
fn faults(rng: &mut Rng, kills: usize) -> Value {
    let operations = [
        "instances",
        "integrations",
        "importIntegration",
        "publishIntegration",
        "createInstance",
        "updateInstanceConfigVariables",
        "updateInstance",
        "deployInstance",
    ];
    let faults = [
        json!("lostReply"),
        json!("disconnect"),
        json!("truncate"),
        json!({"status": {"code": 503}}),
        json!({"status": {"code": 502, "commit": true}}),
        json!({"throttle": {"retryAfter": 1}}),
    ];
    let rules = (0..kills).map(|at| {
        json!({
            "operation": operations[rng.usize(..operations.len())],
            "nth": at + rng.usize(1..12),
            "fault": faults[rng.usize(..faults.len())],
        })
    });
    json!({"rules": rules.collect::<Vec<_>>()})
}

/// Waits for a condition, and not for ever.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "the bound of a wait for another process"
)]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
