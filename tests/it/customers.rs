//! Customers that manifests declare: made once, also beside other writers, and never removed.

use std::time::Duration;

use prism_gitops::model::SecretWrites;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};
use serde_json::{Value, json};

use crate::drift::whole;
use crate::drift::world::World;
use crate::lag::servers;

const HARBOUR: &str = "\
apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: harbour}
spec:
  externalId: cust-0100
  name: Harbour Supplies
  description: Ropes
  labels: [paid, canary]
  concurrentExecutionLimit: 10
";

const FEED: &str = "\
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: harbour-feed}
spec:
  integration: beta-feed
  customer: harbour
";

/// The project of the other tests, and one commit that brings a customer in.
fn onboard(world: &World) {
    whole::write(world);
    world
        .files
        .write("harbour.yaml", format!("{HARBOUR}---\n{FEED}"));
}

/// The customers with the external id of the manifest.
async fn harbours(world: &World) -> Vec<Value> {
    let tenant = world.tenant().await;
    let all = tenant["customers"].as_array().unwrap().iter();
    let ours = all.filter(|it| it["external_id"] == "cust-0100");
    ours.cloned().collect()
}

#[track_caller]
fn demand_made_once(found: &[Value], case: &str) {
    let [harbour] = found else {
        panic!("{case}: {found:#?}");
    };
    let mut labels: Vec<&str> = harbour["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    labels.sort_unstable();
    assert_eq!(
        labels,
        ["canary", "gitops:default/harbour", "paid"],
        "{case}"
    );
    assert_eq!(harbour["name"], "Harbour Supplies", "{case}");
    assert_eq!(harbour["description"], "Ropes", "{case}");
}

#[tokio::test(start_paused = true)]
async fn a_customer_and_what_it_runs_are_one_plan_and_one_run() {
    for (name, behaviour) in servers() {
        let mut world = World::with(behaviour, None);
        onboard(&world);
        let plan = world.apply().await;
        let steps: Vec<_> = plan.steps.iter().map(|it| it.address.to_string()).collect();
        assert_eq!(steps[0], "Customer/harbour");
        demand_made_once(&harbours(&world).await, name);
        assert_eq!(whole::count(&world).await, (2, 2, 4), "{name}");
        // A job on another machine knows nothing of the one before.
        world.forget(SecretWrites::Never);
        world.restart();
        world.apply().await;
        demand_made_once(&harbours(&world).await, name);
        assert_eq!(whole::count(&world).await, (2, 2, 4), "{name}");
        world.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_makes_no_second_customer() {
    for (server, behaviour) in servers() {
        for fault in [
            Fault::LostReply,
            Fault::Truncate,
            Fault::ThrottleAfter {
                retry_after: Some(2),
            },
            Fault::Disconnect,
        ] {
            let case = format!("{server}, {fault:?}");
            let world = World::with(behaviour.clone(), None);
            onboard(&world);
            world.set_faults(FaultScript {
                rules: vec![FaultRule::nth("createCustomer", 1, fault)],
            });
            let planned = world.try_plan(false).await.unwrap();
            let outcome = world.carry_out(&planned).await;
            assert!(!outcome.failed(), "{case}: {:#?}", outcome.steps);
            assert_eq!(outcome.unconfirmed, [""; 0], "{case}");
            demand_made_once(&harbours(&world).await, &case);
            tokio::time::sleep(Duration::from_secs(5)).await;
            world.demand_convergence(&case).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_died_with_the_create_is_gone_on_from() {
    for (name, behaviour) in servers() {
        for after_commit in [false, true] {
            let case = format!("{name}, after commit: {after_commit}");
            let mut world = World::with(behaviour.clone(), None);
            onboard(&world);
            // The customer comes first.
            world.line.crash_at(1, after_commit);
            let planned = world.try_plan(false).await.unwrap();
            tokio::select! {
                biased;
                () = world.line.died() => {}
                _ = world.carry_out(&planned) => {}
            }
            world.line.mend();
            world.restart();
            whole::converge(&world, 2, &case).await;
            demand_made_once(&harbours(&world).await, &case);
            assert_eq!(whole::count(&world).await, (2, 2, 4), "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_writers_the_second_uses_the_customer_of_the_first() {
    for (name, behaviour) in servers() {
        for ahead in [0, 400, 2000] {
            let case = format!("{name}, {ahead} ms apart");
            let one = World::with(behaviour.clone(), None);
            let other = one.beside();
            onboard(&one);
            onboard(&other);
            let later = async {
                let planned = other.try_plan(false).await.unwrap();
                tokio::time::sleep(Duration::from_millis(ahead)).await;
                other.carry_out(&planned).await
            };
            let first = async {
                let planned = one.try_plan(false).await.unwrap();
                one.carry_out(&planned).await
            };
            let (first, later) = tokio::join!(first, later);
            assert!(!first.failed(), "{case}: {:#?}", first.steps);
            assert!(!later.failed(), "{case}: {:#?}", later.steps);
            one.apply().await;
            other.apply().await;
            demand_made_once(&harbours(&one).await, &case);
            assert_eq!(whole::count(&one).await.2, 4, "{case}");
            one.demand_convergence(&case).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_an_embedded_login_made_is_taken_and_nothing_of_it_is_lost() {
    let world = World::with(Behaviour::default(), None);
    world.files.write(
        "harbour.yaml",
        HARBOUR.replace("  description: Ropes\n", ""),
    );
    let input = json!({
        "name": "Harbour Supplies", "externalId": "cust-0100",
        "description": "Ropes", "allowEmbeddedDesigner": true, "labels": ["by login"],
    });
    world.change("createCustomer", input).await;
    let before = world.calls("createCustomer");
    world.apply().await;
    assert_eq!(
        world.calls("createCustomer"),
        before,
        "it is taken, not made"
    );
    demand_made_once(&harbours(&world).await, "taken");
    world.demand_convergence("taken").await;
    // A customer that is not declared is left alone, and so is one that another writer made.
    let untouched = world.tenant().await["customers"].as_array().unwrap().len();
    world.files.remove("harbour.yaml");
    whole::write(&world);
    world.apply().await;
    let tenant = world.tenant().await;
    assert_eq!(tenant["customers"].as_array().unwrap().len(), untouched);
}

#[tokio::test(start_paused = true)]
async fn a_manifest_that_is_gone_changes_nothing_of_its_customer() {
    let world = World::with(Behaviour::default(), None);
    onboard(&world);
    let other = HARBOUR
        .replace("harbour", "pier")
        .replace("cust-0100", "cust-0101");
    world
        .files
        .write("pier.yaml", other.replace("Harbour Supplies", "Pier"));
    world.apply().await;
    world.files.remove("harbour.yaml");
    world.files.write(
        "harbour.yaml",
        FEED.replace("customer: harbour", "customer: {externalId: cust-0100}"),
    );
    let plan = world.apply().await;
    assert_eq!(plan.summary.orphaned, 1);
    let [harbour] = &harbours(&world).await[..] else {
        panic!("it is still there, once");
    };
    let labels = json!(["canary", "gitops:default/harbour", "paid"]);
    assert_eq!(harbour["labels"], labels);
    assert_eq!(harbour["description"], "Ropes");
    world.demand_convergence("taken away").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_by_hand_is_put_back_where_it_is_declared() {
    let world = World::with(Behaviour::default(), None);
    onboard(&world);
    world.apply().await;
    let query = "{ customers(externalId: \"cust-0100\") { nodes { id } } }";
    let id = world.ask(query, json!({})).await["customers"]["nodes"][0]["id"].clone();
    let input = json!({
        "id": id,
        "labels": ["gitops:default/harbour", "churned"],
        "concurrentExecutionLimit": 3,
        "starred": true,
    });
    world.change("updateCustomer", input).await;
    let plan = world.apply().await;
    let paths: Vec<_> = plan.resources[0]
        .changes
        .iter()
        .map(|it| it.path.as_str())
        .collect();
    assert_eq!(paths, ["labels", "concurrentExecutionLimit"]);
    let after = harbours(&world).await;
    demand_made_once(&after, "put back");
    assert_eq!(after[0]["starred"], true, "nobody declared it");
    world.demand_convergence("put back").await;
}

#[tokio::test(start_paused = true)]
async fn while_customers_cannot_be_read_none_is_made() {
    let world = World::with(Behaviour::default(), None);
    onboard(&world);
    world.set_faults(FaultScript {
        rules: vec![FaultRule::every(
            "customers",
            Fault::Error {
                message: "the database is busy".to_owned(),
            },
        )],
    });
    let planned = world.try_plan(false).await.unwrap();
    assert!(planned.plan.is_unread());
    let touched = planned
        .plan
        .steps
        .iter()
        .map(|step| step.address.to_string());
    let touched: Vec<_> = touched.filter(|it| it.contains("harbour")).collect();
    assert_eq!(touched, [""; 0]);
    world.carry_out(&planned).await;
    assert_eq!(harbours(&world).await, Vec::<Value>::new());
    world.set_faults(FaultScript::default());
    world.apply().await;
    demand_made_once(&harbours(&world).await, "read again");
}
