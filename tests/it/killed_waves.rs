//! A rollout through the real binary: killed at every write, the folder of state deleted in between, and CI and the daemon in
//! turns. No member moves outside its wave, is deployed twice, or is forgotten.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prism_gitops::runtime::clock::SystemClock;
use prism_gitops::sandbox::{self, Fault, FaultRule, FaultScript, Options, Sandbox, Seed};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::cli::environment::Environment;
use crate::cli::sandbox::{Running, lines};
use crate::killed::tenant::until;

const DEFINITION: &str = "\
definitionVersion: 7
name: Flow
description: One
requiredConfigVars: []
flows:
  - name: Main
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
        inputs: {}
";

const PROJECT: &str = "\
apiVersion: prism-gitops/v1
kind: Project
spec: {policy: {guards: {updates: 100%}}}
---
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: flow}
spec:
  definition: flow.yml
  rollout:
    waves:
      - {name: canary, select: {labels: [canary]}, soak: 1h}
      - {name: rest, percent: 100, maxConcurrent: 1}
---
apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: all}
spec:
  integration: flow
  customers: {selector: {labels: {all: [paid]}}}
  template: {displayName: Ours}
";

/// Two canaries and two others, whose flows run every ten minutes.
const SEED: &str = "\
customers:
  - {name: C1, externalId: c1, labels: [paid, canary]}
  - {name: C2, externalId: c2, labels: [paid, canary]}
  - {name: R1, externalId: r1, labels: [paid]}
  - {name: R2, externalId: r2, labels: [paid]}
behaviour: {runsEverySeconds: 600}
";

/// More lives than a rollout has writes, each of which ends two of them.
const LIVES: usize = 80;

/// How often the tenant is looked at after a write came. One that changes nothing, such as the labels that are there
/// already, shows in nothing, and whether it was carried out is all the same.
const LOOKS: usize = 200;

/// A sandbox in this process, for the binary to talk to.
struct Tenant {
    sandbox: Sandbox,
    runtime: Runtime,
}

/// A member as the tenant has it.
#[derive(Debug, Clone, PartialEq)]
struct Member {
    version: i64,
    deploys: u64,
    settled: bool,
    stamps: usize,
}

impl Tenant {
    fn serve(environment: &mut Environment) -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = Sandbox::open(Options {
            seed: Seed::Text {
                text: SEED.to_owned(),
                folder: ".".into(),
            },
            ..Options::new(Arc::new(SystemClock))
        })
        .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(sandbox::serve(
            sandbox.clone(),
            listener,
            std::future::pending(),
        ));
        environment.set("PRISMATIC_URL", &url);
        environment.set("PRISM_REFRESH_TOKEN", "sandbox");
        Self { sandbox, runtime }
    }

    fn snapshot(&self) -> Value {
        self.runtime.block_on(self.sandbox.snapshot()).unwrap()
    }

    fn forward(&self, by: Duration) {
        self.runtime.block_on(self.sandbox.forward(by)).unwrap();
    }

    /// The nth write from now hangs, before or after it is done.
    fn hang(&self, nth: u64, commit: bool) {
        let fault = Fault::Hang {
            seconds: 3600,
            commit,
        };
        let rule = FaultRule {
            operation: None,
            matching: Some("\"query\":\"mutation".to_owned()),
            nth: Some(nth),
            ..FaultRule::every("", fault)
        };
        self.sandbox.set_faults(FaultScript { rules: vec![rule] });
    }

    fn writes(&self) -> usize {
        let calls = self.sandbox.calls();
        calls.iter().filter(|call| call.mutation).count()
    }

    fn members(&self) -> BTreeMap<String, Member> {
        let tenant = self.snapshot();
        let list = |key: &str| tenant[key].as_array().unwrap().clone();
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let by_id = |key: &str, field: &str| -> BTreeMap<String, Value> {
            let all = list(key).into_iter();
            all.map(|it| (text(&it["id"]), it[field].clone())).collect()
        };
        let numbers = by_id("integrations", "number");
        let names = by_id("customers", "external_id");
        let real = list("instances")
            .into_iter()
            .filter(|it| it["system"] != true);
        let member = |it: Value| {
            let labels = it["labels"].as_array().unwrap();
            let member = Member {
                version: numbers[&text(&it["version"])].as_i64().unwrap_or_default(),
                deploys: it["deploys"].as_u64().unwrap(),
                settled: it["needs_deploy"] == false && !it["deployed_at"].is_null(),
                stamps: labels
                    .iter()
                    .filter(|it| text(it).starts_with("gitops:moved="))
                    .count(),
            };
            (text(&names[&text(&it["customer"])]), member)
        };
        real.map(member).collect()
    }

    fn versions(&self) -> usize {
        let tenant = self.snapshot();
        let all = tenant["integrations"].as_array().unwrap().iter();
        all.filter(|it| it["number"].is_i64()).count()
    }

    /// The newest moment that anything in it changed.
    fn newest(&self) -> Value {
        self.snapshot()["newest"].clone()
    }
}

/// How a life ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Killed,
    /// It has sent fewer writes.
    Done,
    /// It has sent none.
    Idle,
}

/// How one process lives.
#[derive(Debug, Clone, Copy)]
struct Life {
    daemon: bool,
    /// The write that it dies with.
    nth: u64,
    /// Whether that is carried out.
    commit: bool,
}

impl Life {
    /// Each write is met twice, before it is done and after. A move that was begun is two writes, of which the first
    /// is sent again by the run that continues it.
    fn number(number: usize) -> Self {
        Self {
            daemon: number / 4 % 2 == 1,
            nth: 1 + u64::from(number / 2 % 2 == 1),
            commit: number % 2 == 1,
        }
    }
}

/// One process, to its end.
fn live(environment: &Environment, tenant: &Tenant, life: Life) -> End {
    let Life {
        daemon,
        nth,
        commit,
    } = life;
    tenant.hang(nth, commit);
    let (writes, newest) = (tenant.writes(), tenant.newest());
    let mut command = environment.command();
    // A pass without a change is said at this level only.
    let words = match daemon {
        true => "daemon --listen 127.0.0.1:0 --log-format json --interval 1h --log-level debug",
        false => "apply --auto-approve",
    };
    let child = command
        .args(words.split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let log = lines(child.stderr.take().unwrap());
    let mut process = Running(child);
    let mut end = None;
    let mut looks = 0;
    until("a write, or the end of a pass", || {
        let rests = log.try_iter().any(|line| line.contains("pass.finished"));
        let ended = process.0.try_wait().unwrap().is_some();
        let sent = tenant.writes() - writes;
        let met = sent as u64 >= nth;
        looks += usize::from(met);
        let struck = met && (!commit || tenant.newest() != newest || looks == LOOKS);
        end = match (struck, rests || ended) {
            (true, false) => Some(End::Killed),
            (_, true) if sent > 0 => Some(End::Done),
            (_, true) => Some(End::Idle),
            (false, false) => None,
        };
        end.is_some()
    });
    process.0.kill().unwrap();
    process.0.wait().unwrap();
    end.unwrap()
}

/// What was seen of a rollout so far.
#[derive(Default)]
struct Seen {
    /// When each member was first seen on the second version, by the clock of the tenant.
    moved: BTreeMap<String, Timestamp>,
}

impl Seen {
    /// No other member moves before the canaries have run for their hour.
    fn look(&mut self, tenant: &Tenant, now: Timestamp, before: &BTreeMap<String, Member>) {
        let members = tenant.members();
        for (name, member) in &members {
            assert_eq!(before.len(), members.len());
            let deploys = member.deploys - before[name].deploys;
            assert!(deploys <= 1, "{name} was deployed {deploys} times");
            assert!(member.stamps <= 1, "{name} has {} stamps", member.stamps);
            if member.version == 1 {
                assert!(!self.moved.contains_key(name), "{name} went back");
                continue;
            }
            if self.moved.contains_key(name) {
                continue;
            }
            if name.starts_with('r') {
                for canary in ["c1", "c2"] {
                    let hour = SignedDuration::from_hours(1);
                    let soaked = self
                        .moved
                        .get(canary)
                        .and_then(|at| at.checked_add(hour).ok());
                    assert!(
                        soaked.is_some_and(|at| at <= now),
                        "{name} moved before {canary} had soaked"
                    );
                    assert!(
                        members[canary].settled,
                        "{name} moved before {canary} was deployed"
                    );
                }
            }
            self.moved.insert(name.clone(), now);
        }
    }
}

fn server_time(ahead: Duration) -> Timestamp {
    let now = prism_gitops::runtime::clock::Clock::now(&SystemClock);
    now.checked_add(SignedDuration::try_from(ahead).unwrap())
        .unwrap()
}

#[test]
fn a_rollout_survives_a_kill_at_every_write_whoever_goes_on_with_it() {
    let mut environment = Environment::new();
    environment.write("flow.yml", DEFINITION);
    environment.write("project.yaml", PROJECT);
    let tenant = Tenant::serve(&mut environment);
    environment.run("apply --auto-approve").expect(0);
    let mut ahead = Duration::from_secs(30 * 60);
    tenant.forward(ahead);
    let before = tenant.members();
    assert_eq!(before.len(), 4);
    environment.edit("flow.yml", "description: One", "description: Two");

    let mut seen = Seen::default();
    let (mut kills, mut idle) = (0, 0);
    for life in 0..LIVES {
        if life % 3 == 1 {
            let state = environment.project().join(".prism-gitops");
            let _ = std::fs::remove_dir_all(state);
        }
        let began = server_time(ahead);
        match live(&environment, &tenant, Life::number(life)) {
            End::Killed => (kills, idle) = (kills + 1, 0),
            End::Done => idle = 0,
            End::Idle => {
                idle += 1;
                let hour = Duration::from_secs(61 * 60);
                tenant.forward(hour);
                ahead += hour;
            }
        }
        seen.look(&tenant, began, &before);
        // When CI and the daemon both have had nothing to do for hours, nothing is left.
        if idle >= 6 {
            break;
        }
    }
    tenant.sandbox.set_faults(FaultScript::default());
    environment.run("plan --detailed-exitcode").expect(0);
    let members = tenant.members();
    for (name, member) in &members {
        assert_eq!((member.version, member.settled), (2, true), "{name}");
        assert_eq!(member.deploys, before[name].deploys + 1, "{name}");
    }
    assert_eq!(tenant.versions(), 2, "nothing is published twice");
    assert!(kills >= 10, "only {kills} kills");
}
