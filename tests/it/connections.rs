//! Connections that instances share: made once, bound to, healed, rotated with one write, and deleted only when
//! nothing uses them.

use std::time::Duration;

use prism_gitops::model::{Health, SecretWrites};
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};
use serde_json::{Value, json};

use crate::drift::world::{World, digest, shown};
use crate::lag::servers;

const DEFINITION: &str = "\
definitionVersion: 7
name: Acme Files
description: Moves files
requiredConfigVars:
  - key: Server
    dataType: connection
    connection: {component: {key: sftp, version: LATEST, isPublic: true}, key: basic}
    inputs:
      host: {type: value, value: ''}
      username: {type: value, value: ''}
      password: {type: value, value: ''}
  - {key: Bucket, dataType: connection, useScopedConfigVar: archive}
flows:
  - name: Move
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
        inputs: {}
";

const INTEGRATION: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: files}
spec: {definition: ./files.yml}
";

const ARCHIVE: &str = "\
apiVersion: prism-gitops/v1
kind: Connection
metadata: {name: archive}
spec:
  key: Archive
  component: {key: aws-s3, public: true}
  connection: apiKeySecret
  scope: organization
  managedBy: org
  description: Where files end up
  inputs:
    accessKeyId: AKIA-ARCHIVE
    accessKeySecret: {secret: {env: ARCHIVE_SECRET}}
";

const SERVER: &str = "\
apiVersion: prism-gitops/v1
kind: Connection
metadata: {name: server}
spec:
  component: {key: sftp, public: true}
  connection: basic
  scope: customer
  managedBy: org
  inputs: {host: sftp.acme.example}
  customers:
    cust-0001: {inputs: {username: smith, password: {secret: {env: SMITH_PASSWORD}}}}
    cust-0002: {inputs: {username: jones, password: {secret: {env: JONES_PASSWORD}}}}
";

fn instance(name: &str, customer: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  \
         integration: files\n  customer: {{externalId: {customer}}}\n  \
         config: {{Server: {{connection: {{ref: server}}}}}}\n"
    )
}

fn write(world: &World) {
    world.files.write("files.yml", DEFINITION);
    world.files.write("files.yaml", INTEGRATION);
    world.files.write("archive.yaml", ARCHIVE);
    world.files.write("server.yaml", SERVER);
    let instances = [("smith", "cust-0001"), ("jones", "cust-0002")];
    for (name, customer) in instances {
        let file = format!("{name}.yaml");
        world.files.write(&file, instance(name, customer));
    }
}

async fn list(world: &World, list: &str) -> Vec<Value> {
    let tenant = world.tenant().await;
    let rows = tenant[list].as_array();
    rows.cloned().unwrap_or_default()
}

/// What the connections, their values and the bindings of instances come to.
async fn state(world: &World) -> String {
    let mut lines = Vec::new();
    let (scoped, values) = (
        list(world, "scoped").await,
        list(world, "shared_values").await,
    );
    for one in &scoped {
        let inputs = &one["inputs"];
        lines.push(format!(
            "{} {} {} {:?} {}",
            one["stable_key"].as_str().unwrap(),
            one["scope"].as_str().unwrap(),
            one["managed_by"].as_str().unwrap(),
            one["description"].as_str().unwrap(),
            given(inputs)
        ));
        let own = values.iter().filter(|it| it["scoped"] == one["id"]);
        let mut own: Vec<String> = own
            .map(|it| format!("  {}", given(&it["inputs"])))
            .collect();
        own.sort();
        lines.extend(own);
    }
    let instances = list(world, "instances").await;
    let mut bound: Vec<String> = (instances.iter().filter(|it| it["system"] != true))
        .map(|it| {
            let shared = &it["values"]["Server"]["shared"];
            let value = values.iter().find(|value| value["id"] == *shared);
            let value = value.map_or("nothing".to_owned(), |it| given(&it["inputs"]));
            format!("{} uses {value}", it["name"].as_str().unwrap())
        })
        .collect();
    bound.sort();
    lines.extend(bound);
    lines.sort();
    lines.join("\n")
}

fn given(inputs: &Value) -> String {
    let inputs = inputs.as_object().unwrap().iter();
    let mut all: Vec<String> = inputs
        .map(|(name, input)| format!("{name}={}", input["value"].as_str().unwrap()))
        .collect();
    all.sort();
    all.join(" ")
}

/// The value of no customer, which the organization's connection has, is empty.
const WHOLE: &str = concat!(
    "  \n",
    "  password=value of JONES_PASSWORD username=jones\n",
    "  password=value of SMITH_PASSWORD username=smith\n",
    "archive ORG ORG \"Where files end up [gitops:default/archive]\" ",
    "accessKeyId=AKIA-ARCHIVE accessKeySecret=value of ARCHIVE_SECRET\n",
    "jones uses password=value of JONES_PASSWORD username=jones\n",
    "server CUSTOMER ORG \"[gitops:default/server]\" host=sftp.acme.example\n",
    "smith uses password=value of SMITH_PASSWORD username=smith",
);

#[tokio::test(start_paused = true)]
async fn connections_and_what_is_bound_to_them_are_one_plan_and_one_run() {
    for (name, behaviour) in servers() {
        let mut world = World::with(behaviour, None);
        write(&world);
        let plan = world.apply().await;
        let place = |wanted: &str| {
            let mut steps = plan.steps.iter();
            steps
                .position(|it| it.address.to_string() == wanted)
                .unwrap()
        };
        assert!(place("Connection/archive") < place("Integration/files"));
        assert!(place("Connection/server") < place("Instance/smith"));
        assert_eq!(state(&world).await, WHOLE, "{name}");
        world.demand_convergence(name).await;
        // A job on another machine knows nothing of the one before.
        world.forget(SecretWrites::Never);
        world.restart();
        world.apply().await;
        assert_eq!(state(&world).await, WHOLE, "{name}");
        world.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_makes_no_second_connection_and_no_second_value() {
    for (server, behaviour) in servers() {
        for operation in ["createScopedConfigVariable", "createCustomerConfigVariable"] {
            for fault in [Fault::LostReply, Fault::Truncate, Fault::Disconnect] {
                let case = format!("{server}, {operation}, {fault:?}");
                let world = World::with(behaviour.clone(), None);
                write(&world);
                world.set_faults(FaultScript {
                    rules: vec![FaultRule::nth(operation, 1, fault)],
                });
                let planned = world.try_plan(false).await.unwrap();
                let outcome = world.carry_out(&planned).await;
                assert!(!outcome.failed(), "{case}: {:#?}", outcome.steps);
                assert_eq!(outcome.unconfirmed, [""; 0], "{case}");
                assert_eq!(state(&world).await, WHOLE, "{case}");
                tokio::time::sleep(Duration::from_secs(5)).await;
                world.demand_convergence(&case).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_died_with_a_create_is_gone_on_from() {
    for (name, behaviour) in servers() {
        for nth in 1..=4 {
            for after_commit in [false, true] {
                let case = format!("{name}, write {nth}, after commit: {after_commit}");
                let mut world = World::with(behaviour.clone(), None);
                write(&world);
                world.line.crash_at(nth, after_commit);
                let planned = world.try_plan(false).await.unwrap();
                tokio::select! {
                    biased;
                    () = world.line.died() => {}
                    _ = world.carry_out(&planned) => {}
                }
                world.line.mend();
                world.restart();
                crate::drift::whole::converge(&world, 2, &case).await;
                assert_eq!(state(&world).await, WHOLE, "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_writers_the_second_uses_the_connection_of_the_first() {
    for (name, behaviour) in servers() {
        let one = World::with(behaviour.clone(), None);
        let other = one.beside();
        one.files.write("server.yaml", SERVER);
        other.files.write("server.yaml", SERVER);
        let (planned, later) = (
            one.try_plan(false).await.unwrap(),
            other.try_plan(false).await.unwrap(),
        );
        let first = one.carry_out(&planned).await;
        assert!(!first.failed(), "{name}: {:#?}", first.steps);
        let later = other.carry_out(&later).await;
        assert!(!later.failed(), "{name}: {:#?}", later.steps);
        assert_eq!(list(&one, "scoped").await.len(), 1, "{name}");
        assert_eq!(list(&one, "shared_values").await.len(), 2, "{name}");
        one.demand_convergence(name).await;
        other.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_one_write_and_says_whom_it_reaches() {
    for mask in ["", "NA", "*****"] {
        let world = World::masking_with(mask);
        write(&world);
        world.apply().await;
        world.rotate("SMITH_PASSWORD", "n3w-p4ss");
        let before = world.writes();
        let plan = world.apply().await;
        assert_eq!(
            digest(&plan),
            "Connection/server: configure [customer \"cust-0001\" input \"password\"]",
            "{mask:?}"
        );
        assert_eq!(world.writes() - before, 1, "{mask:?}");
        let text = shown(&plan);
        assert!(
            text.contains("1 deployed instance uses what changes"),
            "{text}"
        );
        assert!(!text.contains("n3w-p4ss"), "{text}");
        assert!(state(&world).await.contains("smith uses password=n3w-p4ss"));
        world.demand_convergence(mask).await;
        // What all customers have reaches all of them.
        let moved = SERVER.replace("sftp.acme.example", "sftp2.acme.example");
        world.files.write("server.yaml", moved);
        let text = shown(&world.apply().await);
        assert!(
            text.contains("2 deployed instances use what changes"),
            "{text}"
        );
        world.demand_convergence(mask).await;
    }
}

#[tokio::test(start_paused = true)]
async fn instances_are_deployed_again_only_where_that_is_asked_for() {
    let deploys = async |world: &World| -> Vec<u64> {
        let all = list(world, "instances").await;
        let real = all.iter().filter(|it| it["system"] != true);
        real.map(|it| it["deploys"].as_u64().unwrap()).collect()
    };
    for redeploy in [false, true] {
        let world = World::new();
        write(&world);
        world.apply().await;
        assert_eq!(deploys(&world).await, [1, 1]);
        let said = SERVER.replace(
            "  inputs: {host",
            &format!("  redeploy: {redeploy}\n  inputs: {{host"),
        );
        world.files.write("server.yaml", said);
        world.rotate("SMITH_PASSWORD", "n3w-p4ss");
        world.apply().await;
        let mut after = deploys(&world).await;
        after.sort_unstable();
        assert_eq!(after, [1, if redeploy { 2 } else { 1 }]);
        world.demand_convergence("a write").await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_by_hand_is_put_back_and_nothing_else_is_touched() {
    let world = World::new();
    write(&world);
    world.apply().await;
    let query = "{ scopedConfigVariables(stableKey: \"server\") { nodes { id \
                 customerConfigVariables { nodes { id customer { externalId } } } } } }";
    let found = world.ask(query, json!({})).await["scopedConfigVariables"]["nodes"][0].clone();
    let values = found["customerConfigVariables"]["nodes"]
        .as_array()
        .unwrap();
    let jones = values
        .iter()
        .find(|it| it["customer"]["externalId"] == "cust-0002");
    let meddle = "mutation($a: UpdateScopedConfigVariableInput!, $b: UpdateCustomerConfigVariableInput!) { \
                  a: updateScopedConfigVariable(input: $a) { errors { field } } \
                  b: updateCustomerConfigVariable(input: $b) { errors { field } } }";
    let input = |name: &str, value: &str| json!({"name": name, "type": "value", "value": value});
    let variables = json!({
        "a": {"id": found["id"], "key": "Other", "description": "By hand [gitops:default/server]",
              "inputs": [input("host", "evil.example"), input("port", "2222")]},
        "b": {"id": jones.unwrap()["id"], "inputs": [input("username", "mallory"), input("folder", "/in")]},
    });
    world.ask(meddle, variables).await;
    let plan = world.apply().await;
    assert_eq!(
        digest(&plan),
        "Connection/server: configure [key, input \"host\", customer \"cust-0002\" input \"username\"]"
    );
    let state = state(&world).await;
    for kept in [
        "\"By hand [gitops:default/server]\" host=sftp.acme.example port=2222",
        "folder=/in password=value of JONES_PASSWORD username=jones",
    ] {
        assert!(state.contains(kept), "{kept} is not in\n{state}");
    }
    world.demand_convergence("put back").await;
}

#[tokio::test(start_paused = true)]
async fn one_without_our_marker_needs_consent_and_anothers_is_refused() {
    let world = World::new();
    let create = |description: &str| {
        json!({"input": {"key": "server", "stableKey": "server", "variableScope": "customer",
               "managedBy": "org", "description": description}})
    };
    let mutation = "mutation($input: CreateScopedConfigVariableInput!) { \
                    createScopedConfigVariable(input: $input) { scopedConfigVariable { id } errors { field } } }";
    let made = world.ask(mutation, create("By hand")).await;
    let id = made["createScopedConfigVariable"]["scopedConfigVariable"]["id"].clone();
    world.files.write("server.yaml", SERVER);
    let plan = world.plan().await;
    assert_eq!(
        plan.resources[0].health,
        Health::Blocked,
        "{}",
        shown(&plan)
    );
    assert!(plan.is_empty());
    let planned = world.try_plan(true).await.unwrap();
    assert!(!planned.plan.is_empty());
    let outcome = world.carry_out(&planned).await;
    assert!(!outcome.failed(), "{:#?}", outcome.steps);
    let state = state(&world).await;
    assert!(
        state.contains("\"By hand [gitops:default/server]\""),
        "{state}"
    );
    world.demand_convergence("taken over").await;
    // Another project's marker.
    let update = "mutation($input: UpdateScopedConfigVariableInput!) { \
                  updateScopedConfigVariable(input: $input) { errors { field } } }";
    let input = json!({"input": {"id": id, "description": "Theirs [gitops:other/server]"}});
    world.ask(update, input).await;
    for adopt in [false, true] {
        let plan = world.try_plan(adopt).await.unwrap().plan;
        let reason = &plan.resources[0].reason;
        assert!(reason.contains("belongs to another project"), "{reason}");
        assert!(plan.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_gone_from_the_files_is_deleted_only_when_pruned_and_unused() {
    const PRUNE: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: default}
spec: {policy: {prune: delete, guards: {deletes: 100%}}}
";
    let mut world = World::new();
    write(&world);
    world.apply().await;
    world.files.remove("server.yaml");
    world.files.remove("smith.yaml");
    world.files.remove("jones.yaml");
    // Without the policy, and while something is bound to it, it stays.
    let plan = world.apply().await;
    assert!(plan.summary.delete == 0, "{}", shown(&plan));
    world.files.write("project.yaml", PRUNE);
    world.allow_delete = true;
    let plan = world.apply().await;
    let text = shown(&plan);
    assert!(text.contains("instances are bound to it"), "{text}");
    assert_eq!(plan.summary.delete, 2, "the two instances: {text}");
    let plan = world.apply().await;
    assert_eq!(digest(&plan), "Connection/server: delete []");
    let left: Vec<Value> = list(&world, "scoped").await;
    assert_eq!(left.len(), 1, "{left:#?}");
    world.demand_convergence("pruned").await;
}

#[tokio::test(start_paused = true)]
async fn a_consent_is_waited_for_and_never_drift() {
    let world = World::new();
    world.files.write(
        "chat.yaml",
        "apiVersion: prism-gitops/v1\nkind: Connection\nmetadata: {name: chat}\nspec:\n  \
         component: {key: slack, public: true}\n  connection: oauth2\n  scope: organization\n",
    );
    world.apply().await;
    let plan = world.plan().await;
    assert_eq!(
        plan.resources[0].health,
        Health::Pending,
        "{}",
        shown(&plan)
    );
    assert!(plan.is_empty());
    assert_eq!(plan.summary.pending, 1);
}

#[tokio::test(start_paused = true)]
async fn while_connections_cannot_be_read_none_is_made() {
    let world = World::new();
    write(&world);
    world.set_faults(FaultScript {
        rules: vec![FaultRule::every(
            "scopedConfigVariables",
            Fault::Error {
                message: "the database is busy".to_owned(),
            },
        )],
    });
    let planned = world.try_plan(false).await.unwrap();
    assert!(planned.plan.is_unread());
    world.carry_out(&planned).await;
    assert_eq!(list(&world, "scoped").await, Vec::<Value>::new());
    world.set_faults(FaultScript::default());
    world.apply().await;
    assert_eq!(state(&world).await, WHOLE);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_connections_costs_no_request_more() {
    let world = World::with(Behaviour::default(), None);
    world.files.write(
        "files.yml",
        DEFINITION.replace(", useScopedConfigVar: archive", ""),
    );
    world.files.write("files.yaml", INTEGRATION);
    world.plan().await;
    assert_eq!(world.calls("scopedConfigVariables"), 0);
}
