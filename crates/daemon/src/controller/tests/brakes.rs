//! What a person holds, and what waits for one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::bench::{Bench, INTERVAL, resource, result};
use crate::controller::control::NotAwaited;
use crate::controller::status::PassOutcome;
use crate::controller::testing::{Script, deploy, instance};
use crate::diff::testing::World;
use crate::model::{Activity, ApplyMode, DesiredInstance, SyncStatus};

#[tokio::test(start_paused = true)]
async fn what_is_on_hold_is_left_alone_and_looked_at_when_the_hold_ends() {
    let script = Script::default();
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    let until: Timestamp = "1970-01-01T00:00:30Z".parse().unwrap();
    *script.held.lock().unwrap() = Some((instance("a"), until));
    let mut bench = Bench::start(script);
    let status = bench.passes(1).await;
    assert_eq!(bench.seen(), "+b -b");
    let held = resource(&status, "a");
    assert_eq!(
        held.reason,
        "held until 1970-01-01T00:00:30Z; needs a deploy"
    );
    assert_eq!(
        (held.sync, held.retry_at),
        (SyncStatus::OutOfSync, Some(until))
    );
    assert_eq!(status.last_pass.as_ref().unwrap().counts.held, 1);
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.passes(2).await;
    assert_eq!(bench.seen(), "+b -b +a -a");
    let waited = bench.elapsed();
    let end = Duration::from_secs(30);
    assert!(waited >= end && waited < INTERVAL * 3 / 4, "{waited:?}");
}

/// `a` and `b`, as declared; `a` says something else in another version.
fn declared(what: &str) -> (Vec<DesiredInstance>, ApplyMode) {
    let mut world = World::new();
    world.declare_instance("a", "acme", "smith").description = Some(what.to_owned());
    world.declare_instance("b", "acme", "smith");
    (world.desired.instances, ApplyMode::Manual)
}

/// A loop whose first files are applied.
async fn approved() -> Bench {
    let script = Script::default();
    *script.declared.lock().unwrap() = declared("v1");
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    let mut bench = Bench::start(script);
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Held);
    assert_eq!((bench.seen().as_str(), status.applied_revision), ("", None));
    let awaited = status.approval.unwrap();
    assert_eq!((awaited.revision.as_str(), awaited.resources), ("r1", 2));
    let given = bench
        .control
        .approve(&awaited.digest, "first".to_owned(), None);
    given.await.unwrap();
    bench.steps("+a -a +b -b").await;
    let status = bench.passes(2).await;
    assert_eq!(status.approval, None);
    bench.script.steps.send_replace(String::new());
    *bench.script.standing.lock().unwrap() = Ok(Vec::new());
    bench
}

#[tokio::test(start_paused = true)]
async fn new_files_wait_for_a_person_and_drift_is_put_right() {
    let mut bench = approved().await;
    *bench.script.declared.lock().unwrap() = declared("v2");
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    bench.push("r2").await;
    let status = bench.until(|it| it.approval.is_some()).await;
    let awaited = status.approval.unwrap();
    assert_eq!((awaited.revision.as_str(), awaited.resources), ("r2", 1));
    bench.steps("+b -b").await;
    let status = bench.passes(status.generation + 1).await;
    let waits = resource(&status, "a");
    assert_eq!(waits.reason, "waits for approval: needs a deploy");
    assert!(waits.hint.as_ref().unwrap().contains("approve"));

    let wrong = bench
        .control
        .approve("sha256:other", "x".to_owned(), None)
        .await;
    assert_eq!(
        wrong.unwrap_err(),
        NotAwaited::Other(awaited.digest.clone())
    );
    let by = Some("alice".to_owned());
    let given = bench
        .control
        .approve(&awaited.digest, "CHG-12".to_owned(), by)
        .await;
    let (approval, kept) = given.unwrap();
    assert_eq!((approval.revision.as_str(), kept), ("r2", false));
    let status = bench.until(|it| it.approval.is_none()).await;
    assert!(bench.seen().contains("+a -a"), "{}", bench.seen());
    // One approval is for the files: later steps of the same files need no further approval.
    bench.script.steps.send_replace(String::new());
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.passes(status.generation + 2).await;
    assert!(bench.seen().contains("+a -a"), "{}", bench.seen());
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_for_what_was_seen_and_for_nothing_else() {
    let mut bench = approved().await;
    *bench.script.declared.lock().unwrap() = declared("v2");
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.push("r2").await;
    let status = bench.until(|it| it.approval.is_some()).await;
    let awaited = status.approval.unwrap();
    // Meanwhile the tenant changes: the next pass finds something else to do.
    let other = vec![
        deploy(0, "a", &[]),
        crate::controller::testing::publish(1, "erp"),
    ];
    *bench.script.standing.lock().unwrap() = Ok(other);
    let given = bench.control.approve(&awaited.digest, "x".to_owned(), None);
    given.await.unwrap();
    let status = bench
        .until(|it| {
            it.approval
                .as_ref()
                .is_some_and(|now| now.digest != awaited.digest)
        })
        .await;
    assert_eq!(bench.seen(), "");
    assert_eq!(status.approval.unwrap().resources, 2);
    let nothing = approved().await;
    let given = nothing
        .control
        .approve("sha256:0", "x".to_owned(), None)
        .await;
    assert_eq!(given.unwrap_err(), NotAwaited::Nothing);
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_elsewhere_is_told_with_what_it_was() {
    let mut bench = approved().await;
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "b", &[])]);
    let before = bench.status.borrow().generation;
    let status = bench.until(|it| !it.healed.is_empty()).await;
    assert_eq!(bench.seen(), "+b -b");
    assert_eq!(*status.healed, ["Instance/b (needs a deploy)".to_owned()]);
    *bench.script.standing.lock().unwrap() = Ok(Vec::new());
    let status = bench.passes(before + 3).await;
    assert!(status.healed.is_empty(), "told once");
}

/// The same loop in a new process: what a person let go is no news, and what came since is.
#[tokio::test(start_paused = true)]
async fn what_was_let_go_before_a_restart_is_put_right_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = |what: &str, differing: &[&str]| {
        let script = Script::default();
        *script.declared.lock().unwrap() = declared(what);
        let steps = differing.iter().enumerate();
        let steps = steps
            .map(|(place, name)| deploy(place, name, &[]))
            .collect();
        *script.standing.lock().unwrap() = Ok(steps);
        script
    };
    let mut first = Bench::start_in(script("v1", &["a", "b"]), folder.path());
    let awaited = first.passes(1).await.approval.unwrap();
    let given = first
        .control
        .approve(&awaited.digest, "first".to_owned(), None);
    given.await.unwrap();
    first.steps("+a -a +b -b").await;
    first.passes(2).await;
    first.task.abort();

    let mut second = Bench::start_in(script("v1", &["b"]), folder.path());
    let status = second.passes(1).await;
    assert_eq!((second.seen().as_str(), &status.approval), ("+b -b", &None));
    assert_eq!(*status.healed, ["Instance/b (needs a deploy)".to_owned()]);
    second.task.abort();

    // New files wait as ever, and drift beside them does not.
    let mut third = Bench::start_in(script("v2", &["a", "b"]), folder.path());
    third.source.set(Some("r2"));
    let status = third.until(|it| it.approval.is_some()).await;
    assert_eq!(status.approval.unwrap().resources, 1);
    third.steps("+b -b").await;
    third.task.abort();

    // Without the folder everything is new.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut fourth = Bench::start_in(script("v1", &["b"]), elsewhere.path());
    assert_eq!(fourth.passes(1).await.approval.unwrap().resources, 1);
}

/// Who did it is a line of the tenant that names the object, since the last pass in which nothing was drift; asked for once, and
/// only where there is drift.
#[tokio::test(start_paused = true)]
async fn who_changed_what_is_put_right_is_told_where_the_tenant_says_so() {
    let mut bench = approved().await;
    let tenant = Arc::clone(&bench.script.tenant);
    let asked = || {
        let calls = tenant.calls.lock().unwrap();
        calls.iter().filter(|call| **call == "activities").count()
    };
    let second = |at| Timestamp::from_second(at).unwrap();
    *tenant.now.lock().unwrap() = Some(second(1000));
    let generation = bench.status.borrow().generation;
    bench.passes(generation + 2).await;
    assert_eq!(asked(), 0, "nothing is drift");
    let line = |at, who: &str, what: &str| Activity {
        at: second(at),
        who: who.to_owned(),
        what: what.to_owned(),
    };
    *tenant.activities.lock().unwrap() = vec![
        line(900, "carol", "Updated instance b"),
        line(1500, "bob", "Updated instance b"),
        line(1600, "eve", "Updated instance other"),
    ];
    *tenant.now.lock().unwrap() = Some(second(2000));
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "b", &[])]);
    let status = bench.until(|it| !it.healed.is_empty()).await;
    let told = "Instance/b (needs a deploy; perhaps by bob: Updated instance b)";
    assert_eq!(*status.healed, [told.to_owned()]);
    assert_eq!(asked(), 1);
    let events = bench.noted.0.lock().unwrap();
    let noted = format!("{events:?}");
    assert!(
        noted.contains("perhaps by bob: Updated instance b"),
        "{noted}"
    );
}
