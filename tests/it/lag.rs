//! Reads that lag, replies that are lost, and another writer at the same time: nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prism_gitops::model::SecretWrites;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};

use serde_json::{Value, json};

use crate::drift::line::Bend;
use crate::drift::whole;
use crate::drift::world::World;

/// What a server does with reads.
pub(crate) fn servers() -> Vec<(&'static str, Behaviour)> {
    let replica = |milliseconds| Behaviour {
        read_lag_ms: milliseconds,
        ..Behaviour::default()
    };
    vec![
        ("none", Behaviour::default()),
        ("a replica 0.4 s behind", replica(400)),
        ("a replica 1.5 s behind", replica(1500)),
        (
            "lists 1.5 s behind",
            Behaviour {
                list_lag_ms: 1500,
                ..Behaviour::default()
            },
        ),
        (
            "every other object in lists 4 s behind",
            Behaviour {
                list_lag_ms: 4000,
                lag_one_in: 2,
                ..Behaviour::default()
            },
        ),
        (
            "every other object 1.5 s behind",
            Behaviour {
                read_lag_ms: 1500,
                lag_one_in: 2,
                ..Behaviour::default()
            },
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn runs_in_a_row_write_once_on_a_server_that_lags() {
    for (name, behaviour) in servers() {
        let mut world = World::with(behaviour, None);
        whole::write(&world);
        world.apply().await;
        world.apply().await;
        // A job on another machine knows nothing of the one before.
        world.forget(SecretWrites::Never);
        world.restart();
        world.apply().await;
        assert_eq!(whole::count(&world).await, (2, 2, 3), "{name}");
        whole::rewrite(&world);
        world.apply().await;
        world.forget(SecretWrites::Never);
        world.restart();
        world.apply().await;
        assert_eq!(whole::count(&world).await, (2, 4, 3), "{name}");
        world.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_for_and_the_run_goes_on() {
    for (server, behaviour) in servers() {
        for operation in [
            "createIntegration",
            "importIntegration",
            "publishIntegration",
            "createInstance",
            "deployInstance",
            "updateInstance",
        ] {
            for fault in [
                Fault::LostReply,
                Fault::Truncate,
                Fault::ThrottleAfter {
                    retry_after: Some(2),
                },
                Fault::Hang {
                    seconds: 200,
                    commit: true,
                },
                Fault::Disconnect,
            ] {
                let case = format!("{server}, {operation}, {fault:?}");
                let world = World::with(behaviour.clone(), None);
                whole::write(&world);
                world.set_faults(FaultScript {
                    rules: vec![FaultRule::nth(operation, 1, fault)],
                });
                let planned = world.try_plan(false).await.unwrap();
                let outcome = world.carry_out(&planned).await;
                assert!(!outcome.failed(), "{case}: {:#?}", outcome.steps);
                assert_eq!(outcome.unconfirmed, [""; 0], "{case}");
                assert_eq!(whole::count(&world).await, (2, 2, 3), "{case}");
                tokio::time::sleep(Duration::from_secs(5)).await;
                world.demand_convergence(&case).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_writers_that_share_nothing_make_one_of_each() {
    for (name, behaviour) in servers() {
        for ahead in [0, 400, 2000] {
            let case = format!("{name}, {ahead} ms apart");
            let one = World::with(behaviour.clone(), None);
            let other = one.beside();
            whole::write(&one);
            whole::write(&other);
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
            let (integrations, _, instances) = whole::count(&one).await;
            assert_eq!((integrations, instances), (2, 3), "{case}");
            // The writer that gave way does not know what secrets the other wrote, and writes them once.
            one.apply().await;
            other.apply().await;
            let (integrations, _, instances) = whole::count(&one).await;
            assert_eq!((integrations, instances), (2, 3), "{case}");
            one.demand_convergence(&case).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_died_with_a_write_is_gone_on_from_on_a_server_that_lags() {
    for (name, behaviour) in servers() {
        for after_commit in [false, true] {
            for nth in [1, 2, 4, 7, 9] {
                let case = format!("{name}: write {nth}, after commit: {after_commit}");
                let mut world = World::with(behaviour.clone(), None);
                whole::write(&world);
                world.line.crash_at(nth, after_commit);
                let planned = world.try_plan(false).await.unwrap();
                tokio::select! {
                    biased;
                    () = world.line.died() => {}
                    _ = world.carry_out(&planned) => {}
                }
                world.line.mend();
                world.restart();
                whole::converge(&world, 2, &case).await;
                assert_eq!(whole::count(&world).await, (2, 2, 3), "{case}");
                whole::demand_markers(&world, 0, &case).await;
            }
        }
    }
}

/// While it is on, lists show nothing. A query for exactly one customer's, or one name's, gets fewer fields
/// and the right answer.
fn lists_are_empty(on: Arc<AtomicBool>) -> Bend {
    Arc::new(move |answer| {
        if !on.load(Ordering::Relaxed) {
            return;
        }
        for (list, field) in [
            ("instances", "configVariables"),
            ("integrations", "isCodeNative"),
        ] {
            let list = &mut answer["data"][list];
            let nodes = list["nodes"].as_array().map(Vec::as_slice);
            let is_long = |node: &Value| node.get(field).is_some();
            if nodes.is_some_and(|nodes| nodes.iter().any(is_long)) {
                list["nodes"] = json!([]);
                list["edges"] = json!([]);
                list["pageInfo"] = json!({"hasNextPage": false, "endCursor": null});
                list["totalCount"] = json!(0);
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn what_a_list_does_not_show_is_asked_for_before_it_is_created() {
    let on = Arc::new(AtomicBool::new(false));
    let mut world = World::with(Behaviour::default(), Some(lists_are_empty(Arc::clone(&on))));
    whole::write(&world);
    world.apply().await;
    world.forget(SecretWrites::Never);
    world.restart();
    world.forget_calls();
    on.store(true, Ordering::Relaxed);
    let planned = world.try_plan(false).await.unwrap();
    assert_eq!(planned.plan.summary.create, 5, "{:?}", planned.plan.summary);
    world.carry_out(&planned).await;
    for operation in ["createIntegration", "createInstance", "deployInstance"] {
        assert_eq!(world.calls(operation), 0, "{operation}");
    }
    on.store(false, Ordering::Relaxed);
    assert_eq!(whole::count(&world).await, (2, 2, 3));
    world.demand_convergence("the lists are whole").await;
}

/// Two machines that believe in absence sooner than this tenant shows things.
#[tokio::test(start_paused = true)]
async fn writers_that_wait_too_little_learn_the_lag_on_the_way_and_make_one_of_each() {
    for (lists, one_in) in [(4000, 2), (4000, 1), (9000, 3), (15_000, 2)] {
        for ahead in [0, 400, 1100, 5000] {
            let case = format!("1 in {one_in} is {lists} ms behind, {ahead} ms apart");
            let behaviour = Behaviour {
                list_lag_ms: lists,
                lag_one_in: one_in,
                ..Behaviour::default()
            };
            let mut one = World::with(behaviour, None);
            let mut other = one.beside();
            for world in [&mut one, &mut other] {
                world.settle_after(Duration::from_secs(1));
                whole::write(world);
            }
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
            for outcome in [&first, &later] {
                assert!(!outcome.failed(), "{case}: {:#?}", outcome.steps);
                assert_eq!(outcome.unconfirmed, [""; 0], "{case}");
            }
            let (integrations, _, instances) = whole::count(&one).await;
            assert_eq!((integrations, instances), (2, 3), "{case}");
            one.apply().await;
            other.apply().await;
            let (integrations, _, instances) = whole::count(&one).await;
            assert_eq!((integrations, instances), (2, 3), "{case}");
            one.demand_convergence(&case).await;
        }
    }
}

/// The versions that instances run, and how many versions there are.
async fn versions(world: &World) -> (usize, Vec<String>) {
    let query =
        "{ instances(isSystem: false) { nodes { name integration { id versionNumber } } } }";
    let seen = world.ask(query, serde_json::json!({})).await;
    let nodes = seen["instances"]["nodes"].as_array().unwrap();
    let mut run: Vec<_> = nodes
        .iter()
        .map(|it| format!("{} {}", it["name"], it["integration"]["versionNumber"]))
        .collect();
    run.sort();
    (whole::count(world).await.1, run)
}

/// A version cannot be removed: both machines go on with the older one, and say so.
#[tokio::test(start_paused = true)]
async fn two_machines_that_publish_one_change_come_to_one_version() {
    let mut doubled = 0;
    for (name, behaviour) in servers() {
        for ahead in [0, 400, 2000] {
            let case = format!("{name}, {ahead} ms apart");
            let one = World::with(behaviour.clone(), None);
            let other = one.beside();
            whole::write(&one);
            whole::write(&other);
            one.apply().await;
            tokio::time::sleep(Duration::from_secs(30)).await;
            other.apply().await;
            tokio::time::sleep(Duration::from_secs(30)).await;
            whole::rewrite(&one);
            whole::rewrite(&other);
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
            let mut told = 0;
            for outcome in [&first, &later] {
                assert!(!outcome.failed(), "{case}: {:#?}", outcome.steps);
                assert_eq!(outcome.unconfirmed, [""; 0], "{case}");
                told += outcome
                    .notices
                    .iter()
                    .filter(|it| it.contains("are equal"))
                    .count();
            }
            tokio::time::sleep(Duration::from_secs(30)).await;
            let (all, run) = versions(&one).await;
            assert!(
                all == 4 || told >= all - 4,
                "{case}: {all} versions, {told} told"
            );
            doubled += all - 4;
            assert!(run.iter().all(|it| it.ends_with(" 2")), "{case}: {run:?}");
            for world in [&one, &other] {
                world.apply().await;
                world.demand_convergence(&case).await;
            }
            assert_eq!(versions(&one).await, (all, run), "{case}");
        }
    }
    assert!(doubled > 0, "no two of them met: this test shows nothing");
}
