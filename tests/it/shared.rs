//! Writes that share a request, where the server does only a part of it: nothing is done twice,
//! and nothing is taken for done that is not.

use prism_gitops::plan::StepResult;
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript};
use serde_json::{Value, json};

use crate::drift::whole;
use crate::drift::world::World;

const INSTANCES: usize = 24;

const PROJECT: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: default}
spec:
  policy:
    guards: {updates: 100%}
";

/// An integration with many instances, and how each is configured.
fn write(world: &World, feed: &str) {
    whole::write(world);
    let one = |number| {
        format!(
            "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: n{number:02}}}\nspec:\n  \
             integration: beta-feed\n  customer: {{externalId: cust-0001}}\n  config: {{Feed: {feed}}}\n"
        )
    };
    let all: Vec<_> = (0..INSTANCES).map(one).collect();
    world.files.write("many.yaml", all.join("---\n"));
    world.files.write("project.yaml", PROJECT);
}

/// Of every instance, whether it is deployed.
async fn due(world: &World) -> Vec<(String, bool)> {
    let query = "{ instances(isSystem: false, first: 100) { nodes { name needsDeploy } } }";
    let answer = world.ask(query, json!({})).await;
    let nodes = answer["instances"]["nodes"].as_array().unwrap();
    let one = |node: &Value| {
        let name = node["name"].as_str().unwrap().to_owned();
        (name, node["needsDeploy"] == true)
    };
    let states = nodes.iter().map(one);
    states.filter(|(name, _)| name.starts_with('n')).collect()
}

/// Requests of the operation fail with `fault`, the `nth` or all; then no more faults.
async fn survives(operation: &str, fault: Fault, nth: Option<u64>) {
    let case = format!("{operation}: {fault:?}, {nth:?}");
    let world = World::new();
    write(&world, "daily");
    world.apply().await;
    write(&world, "hourly");
    let rule = FaultRule {
        nth,
        ..FaultRule::every(operation, fault)
    };
    world.set_faults(FaultScript { rules: vec![rule] });
    let planned = world.try_plan(false).await.unwrap();
    let outcome = world.carry_out(&planned).await;
    // What is reported as applied is there.
    let open = due(&world).await;
    let results = outcome.by_resource(&planned.plan);
    for (address, result) in &results {
        let name = address.name.as_str();
        let still = open.iter().any(|(it, due)| it == name && *due);
        if *result == StepResult::Applied {
            assert!(!still, "{case}: {name} is reported as applied");
        }
    }
    world.set_faults(FaultScript::default());
    whole::converge(&world, 1, &case).await;
    assert!(due(&world).await.iter().all(|(_, due)| !due), "{case}");
    // The sandbox counts what it did, not what it was asked for.
    let tenant = world.tenant().await;
    for instance in tenant["instances"].as_array().unwrap() {
        if instance["name"]
            .as_str()
            .is_some_and(|name| name.starts_with('n'))
        {
            assert_eq!(
                instance["deploys"], 2,
                "{case}: once for each configuration"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_only_the_first_writes_of_a_request() {
    for operation in ["updateInstanceConfigVariables", "deployInstance"] {
        for writes in [0, 1, 2] {
            for nth in [None, Some(2), Some(6)] {
                let fault = Fault::Part {
                    writes,
                    undo: false,
                };
                survives(operation, fault, nth).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_back_a_request_of_which_a_part_fails() {
    for operation in ["updateInstanceConfigVariables", "deployInstance"] {
        for nth in [2, 5, 6, 7] {
            let fault = Fault::Part {
                writes: 1,
                undo: true,
            };
            survives(operation, fault, Some(nth)).await;
        }
    }
}
