//! Rollouts against the sandbox: a good version goes from wave to wave, a bad one reaches its first wave only.
//!
//! Every pass is one of another machine that remembers nothing.

mod requests;

use std::collections::BTreeMap;
use std::time::Duration;

use prism_gitops::plan::{Plan, render};
use prism_gitops::sandbox::{Behaviour, RunRule};
use serde_json::json;

use crate::drift::world::World;

const DEFINITION: &str = "\
definitionVersion: 7
name: Beta Feed
description: Prices
requiredConfigVars:
  - {key: Feed, dataType: string, defaultValue: daily, orgOnly: false}
flows:
  - name: Prices
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, version: LATEST, isPublic: true}
        inputs: {}
";

/// Two canaries for two hours, then the rest, two at a time.
const ROLLOUT: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: feed}
spec:
  definition: feed.yml
  rollout:
    onFailure: pause
    waves:
      - {name: canary, select: {labels: [canary]}, soak: 2h}
      - {name: rest, percent: 100, maxConcurrent: 2}
";

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A tenant with version 1 everywhere, two canaries and four others, all of which ran well.
async fn begun(behaviour: Behaviour, integration: &str) -> World {
    let world = World::with(behaviour, None);
    world.files.write("feed.yml", DEFINITION);
    world.files.write("feed.yaml", integration);
    for name in ["c1", "c2", "r1", "r2", "r3", "r4"] {
        let label = if name.starts_with('c') {
            "canary"
        } else {
            "other"
        };
        world.files.write(
            format!("{name}.yaml"),
            format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  \
                 integration: feed\n  customer: {{externalId: cust-0001}}\n  labels: [{label}]\n"
            ),
        );
    }
    world.apply().await;
    run_all(&world).await;
    world.demand_convergence("the first versions").await;
    world
}

/// Another definition in git.
fn change(world: &World, what: &str) {
    let text = DEFINITION.replace("description: Prices", &format!("description: {what}"));
    world.files.write("feed.yml", text);
}

/// Every flow of every instance runs once.
async fn run_all(world: &World) {
    tokio::time::sleep(Duration::from_secs(60)).await;
    for (_, (id, ..)) in instances(world).await {
        world.run_flow(&id).await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
}

/// By name: id, version and the stamp on it.
async fn instances(world: &World) -> BTreeMap<String, (String, i64, Option<String>)> {
    let query =
        "{ instances(isSystem: false) { nodes { id name labels integration { versionNumber } } } }";
    let nodes = world.ask(query, json!({})).await["instances"]["nodes"].clone();
    let one = |it: &serde_json::Value| {
        let labels = it["labels"].as_array().unwrap().iter();
        let mut stamps = labels
            .filter_map(|it| it.as_str())
            .filter(|it| it.contains("moved="));
        let text = |key: &str| it[key].as_str().unwrap().to_owned();
        let stamp = stamps.next().map(str::to_owned);
        assert_eq!(stamps.next(), None, "one stamp at most");
        let version = it["integration"]["versionNumber"].as_i64().unwrap();
        (text("name"), (text("id"), version, stamp))
    };
    let feed = nodes.as_array().unwrap().iter();
    feed.map(one).filter(|(name, _)| name.len() == 2).collect()
}

async fn versions(world: &World) -> Vec<(String, i64)> {
    let all = instances(world).await.into_iter();
    all.map(|(name, (_, version, _))| (name, version)).collect()
}

/// A pass on another machine.
async fn pass(world: &World) -> Plan {
    world.twin().apply().await
}

fn shown(plan: &Plan) -> String {
    render::human(plan, render::HumanOptions::default())
}

fn at(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter()
        .map(|(name, version)| ((*name).to_owned(), *version))
        .collect()
}

const CANARIES: [(&str, i64); 6] = [
    ("c1", 2),
    ("c2", 2),
    ("r1", 1),
    ("r2", 1),
    ("r3", 1),
    ("r4", 1),
];

#[tokio::test(start_paused = true)]
async fn a_good_version_goes_from_wave_to_wave_whoever_runs_it() {
    let world = begun(Behaviour::default(), ROLLOUT).await;
    change(&world, "New prices");
    let plan = pass(&world).await;
    assert!(plan.has_leftovers(), "{}", shown(&plan));
    assert_eq!(versions(&world).await, at(&CANARIES), "{}", shown(&plan));
    let (_, _, stamp) = instances(&world).await["c1"].clone();
    assert!(stamp.unwrap().starts_with("gitops:moved=2<1@2026-03-01T"));
    tokio::time::sleep(HOUR).await;
    run_all(&world).await;
    world.forget_calls();
    let plan = pass(&world).await;
    assert_eq!(world.writes(), 0, "it soaks: {}", shown(&plan));
    tokio::time::sleep(HOUR).await;
    pass(&world).await;
    let half = at(&[
        ("c1", 2),
        ("c2", 2),
        ("r1", 2),
        ("r2", 2),
        ("r3", 1),
        ("r4", 1),
    ]);
    assert_eq!(versions(&world).await, half, "two at a time");
    pass(&world).await;
    assert!(
        versions(&world)
            .await
            .iter()
            .all(|(_, version)| *version == 2)
    );
    run_all(&world).await;
    world.demand_convergence("the rollout").await;
    let labels: Vec<_> = instances(&world)
        .await
        .into_values()
        .map(|it| it.2)
        .collect();
    assert!(labels.iter().all(Option::is_some), "{labels:?}");
}

fn failing() -> Behaviour {
    Behaviour {
        runs: vec![RunRule {
            flow: None,
            version: Some(2),
            customer: None,
            error: Some("HTTP 422 from ERP".to_owned()),
            seconds: 0,
        }],
        ..Behaviour::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_version_reaches_its_first_wave_only() {
    let world = begun(failing(), ROLLOUT).await;
    change(&world, "Bad prices");
    pass(&world).await;
    tokio::time::sleep(HOUR).await;
    run_all(&world).await;
    world.forget_calls();
    for _ in 0..5 {
        let plan = pass(&world).await;
        assert_eq!(world.writes(), 0, "{}", shown(&plan));
        let text = shown(&plan);
        assert!(
            text.contains("stopped: 2 members newly failed, 0 allowed"),
            "{text}"
        );
        assert!(text.contains("c1  Prices  1 failed since"), "{text}");
        assert!(text.contains("HTTP 422 from ERP"), "{text}");
        assert!(plan.has_leftovers() && !plan.has_changes(), "{text}");
        tokio::time::sleep(HOUR).await;
    }
    assert_eq!(versions(&world).await, at(&CANARIES));
    // A fix starts with the first wave.
    change(&world, "Good prices");
    pass(&world).await;
    let fixed = at(&[
        ("c1", 3),
        ("c2", 3),
        ("r1", 1),
        ("r2", 1),
        ("r3", 1),
        ("r4", 1),
    ]);
    assert_eq!(versions(&world).await, fixed);
    let (_, _, stamp) = instances(&world).await["c1"].clone();
    assert!(
        stamp.unwrap().starts_with("gitops:moved=3<1@"),
        "2 never finished"
    );
}

/// A sandbox whose flows run by themselves, without calls.
#[tokio::test(start_paused = true)]
async fn a_gate_can_be_tried_on_a_sandbox_whose_flows_run_on_a_clock() {
    let behaviour = Behaviour {
        runs_every_seconds: Some(600),
        ..failing()
    };
    let world = begun(behaviour, ROLLOUT).await;
    tokio::time::sleep(HOUR).await;
    change(&world, "Bad prices");
    pass(&world).await;
    assert_eq!(versions(&world).await, at(&CANARIES));
    tokio::time::sleep(HOUR).await;
    let text = shown(&pass(&world).await);
    assert!(
        text.contains("stopped: 2 members newly failed, 0 allowed"),
        "{text}"
    );
    assert!(text.contains("c2  Prices  5 failed since"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_withdraws_the_version_and_nothing_is_published_again() {
    let rollout = ROLLOUT.replace("onFailure: pause", "onFailure: rollback");
    let world = begun(failing(), &rollout).await;
    change(&world, "Bad prices");
    pass(&world).await;
    tokio::time::sleep(HOUR).await;
    run_all(&world).await;
    let plan = pass(&world).await;
    let text = shown(&plan);
    assert!(
        text.contains("going-back: of version 2, 2 members newly failed"),
        "{text}"
    );
    assert!(
        versions(&world)
            .await
            .iter()
            .all(|(_, version)| *version == 1),
        "{text}"
    );
    let stamps: Vec<_> = instances(&world)
        .await
        .into_values()
        .filter_map(|it| it.2)
        .collect();
    assert_eq!(stamps, [""; 0]);
    world.forget_calls();
    for _ in 0..10 {
        let plan = pass(&world).await;
        assert_eq!(world.writes(), 0, "{}", shown(&plan));
        assert!(plan.has_leftovers(), "git still says what was withdrawn");
        tokio::time::sleep(HOUR).await;
    }
    change(&world, "Good prices");
    pass(&world).await;
    let fixed = at(&[
        ("c1", 3),
        ("c2", 3),
        ("r1", 1),
        ("r2", 1),
        ("r3", 1),
        ("r4", 1),
    ]);
    assert_eq!(versions(&world).await, fixed);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_on_the_integration_and_stops_everybody() {
    let world = begun(Behaviour::default(), ROLLOUT).await;
    let integrations = "{ integrations(name: \"Beta Feed\") { nodes { id labels } } }";
    let feed = world.ask(integrations, json!({})).await["integrations"]["nodes"][0].clone();
    let mut labels = feed["labels"].as_array().unwrap().clone();
    labels.push(json!("gitops:rollout=paused"));
    let paused = json!({"id": feed["id"], "labels": labels});
    world.change("updateIntegration", paused).await;
    change(&world, "New prices");
    let plan = pass(&world).await;
    assert!(
        versions(&world)
            .await
            .iter()
            .all(|(_, version)| *version == 1)
    );
    assert!(
        plan.has_leftovers() && shown(&plan).contains("paused"),
        "{}",
        shown(&plan)
    );
    world.forget_calls();
    let plan = pass(&world).await;
    assert_eq!(world.writes(), 0, "{}", shown(&plan));
    assert!(
        shown(&plan).contains("gitops:rollout=paused"),
        "{}",
        shown(&plan)
    );
    world
        .change(
            "updateIntegration",
            json!({"id": feed["id"], "labels": feed["labels"]}),
        )
        .await;
    pass(&world).await;
    assert_eq!(versions(&world).await, at(&CANARIES));
}

/// Rule 14: what the present version knows is applied at once, and what is new waits with the wave.
#[tokio::test(start_paused = true)]
async fn a_member_that_waits_gets_what_its_version_knows() {
    let world = begun(Behaviour::default(), ROLLOUT).await;
    let more = "  - {key: Region, dataType: string, orgOnly: false}\nflows:";
    world
        .files
        .write("feed.yml", DEFINITION.replace("flows:", more));
    for name in ["c1", "c2", "r1", "r2", "r3", "r4"] {
        let label = if name.starts_with('c') {
            "canary"
        } else {
            "other"
        };
        world.files.write(
            format!("{name}.yaml"),
            format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  \
                 integration: feed\n  customer: {{externalId: cust-0001}}\n  labels: [{label}]\n  \
                 config: {{Feed: hourly, Region: north}}\n"
            ),
        );
    }
    let plan = pass(&world).await;
    assert_eq!(versions(&world).await, at(&CANARIES), "{}", shown(&plan));
    let waiting = plan
        .resources
        .iter()
        .find(|it| it.address.to_string() == "Instance/r1")
        .unwrap();
    assert_eq!(
        waiting.reason,
        "waits for wave rest, which comes after canary; with it \"Region\""
    );
    let fields: Vec<_> = waiting.changes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(fields, ["config \"Feed\""]);
}

/// Rule 26: a return is over when all are back, and is not judged as a new version.
#[tokio::test(start_paused = true)]
async fn a_revert_in_git_ends_when_all_are_back() {
    let world = begun(Behaviour::default(), ROLLOUT).await;
    let everywhere =
        |version: i64| at(&["c1", "c2", "r1", "r2", "r3", "r4"].map(|it| (it, version)));
    change(&world, "New prices");
    pass(&world).await;
    tokio::time::sleep(3 * HOUR).await;
    run_all(&world).await;
    for _ in 0..3 {
        pass(&world).await;
    }
    assert_eq!(versions(&world).await, everywhere(2));
    change(&world, "Prices");
    let plan = pass(&world).await;
    assert!(
        shown(&plan).contains("goes back to what version 1 is made of, without waves"),
        "{}",
        shown(&plan)
    );
    assert_eq!(versions(&world).await, everywhere(3), "{}", shown(&plan));
    world.forget_calls();
    let plan = pass(&world).await;
    assert_eq!(world.writes(), 0, "{}", shown(&plan));
    assert!(!plan.has_leftovers(), "{}", shown(&plan));
}

/// What left a version that failed says which, for those who look at its failures afterwards.
#[tokio::test(start_paused = true)]
async fn a_member_that_goes_back_says_what_it_ran() {
    let rollout = ROLLOUT.replace("onFailure: pause", "onFailure: rollback");
    let world = begun(failing(), &rollout).await;
    change(&world, "Bad prices");
    pass(&world).await;
    tokio::time::sleep(HOUR).await;
    run_all(&world).await;
    pass(&world).await;
    let query = "{ instances(isSystem: false) { nodes { name labels } } }";
    let nodes = world.ask(query, json!({})).await["instances"]["nodes"].clone();
    let ran = |it: &&serde_json::Value| {
        it["labels"]
            .to_string()
            .contains("gitops:ran=2@2026-03-01T")
    };
    let all = nodes.as_array().unwrap().iter().filter(ran);
    let names: Vec<_> = all.filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["c1", "c2"]);
}

/// A fleet of two, whose members move all at once.
const FLEET: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: p}
spec: {policy: {guards: {updates: 100%, disables: 100%}}}
---
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: feed}
spec:
  definition: feed.yml
  rollout: {waves: [{name: all, percent: 100}]}
---
apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: prod}
spec:
  integration: feed
  onLeave: disable
  maxLeave: 100%
  customers: {list: [cust-0001, cust-0002]}
  template: {displayName: Feed}
";

/// The stamp of a move stays on a member that returns to its fleet in the same plan.
#[tokio::test(start_paused = true)]
async fn a_member_that_returns_while_it_moves_keeps_its_stamp() {
    let world = World::with(Behaviour::default(), None);
    world.files.write("feed.yml", DEFINITION);
    world.files.write("fleet.yaml", FLEET);
    world.apply().await;
    let one = FLEET.replace("[cust-0001, cust-0002]", "[cust-0001]");
    world.files.write("fleet.yaml", &one);
    world.apply().await;
    let query =
        "{ instances(isSystem: false) { nodes { enabled labels customer { externalId } } } }";
    let second = async || {
        let nodes = world.ask(query, json!({})).await["instances"]["nodes"].clone();
        let mut all = nodes.as_array().unwrap().clone().into_iter();
        let found = all.find(|it| it["customer"]["externalId"] == "cust-0002");
        let found = found.unwrap();
        (found["enabled"] == true, found["labels"].to_string())
    };
    let (enabled, labels) = second().await;
    assert!(!enabled && labels.contains("gitops:left="), "{labels}");
    change(&world, "New prices");
    world.files.write("fleet.yaml", FLEET);
    let plan = world.apply().await;
    let (enabled, labels) = second().await;
    assert!(enabled, "{}", shown(&plan));
    assert!(labels.contains("gitops:moved=2<1@2026-03-01T"), "{labels}");
    assert!(!labels.contains("gitops:left="), "{labels}");
}
