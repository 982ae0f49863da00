//! How a pass gives way: to newer files, and to a shutdown.

use std::time::Duration;

use tokio::sync::Semaphore;

use super::bench::{Bench, INTERVAL, ended, result};
use crate::controller::driver::Ended;
use crate::controller::error::PassError;
use crate::controller::status::{PassOutcome, Phase};
use crate::controller::testing::{Script, deploy};

/// Steps `a` and `b`, each of which waits for a permit.
fn gated() -> Script {
    let script = Script {
        gate: Semaphore::new(0),
        ..Script::default()
    };
    let steps = vec![deploy(0, "a", &[]), deploy(1, "b", &[])];
    script.answers.lock().unwrap().push_back(Ok(steps));
    script
}

#[tokio::test(start_paused = true)]
async fn newer_files_stop_a_pass_between_steps() {
    let mut bench = Bench::start(gated());
    bench.steps("+a").await;
    bench.push("r2").await;
    // Long enough for the nudge, the look at the files and the stop.
    tokio::time::sleep(Duration::from_secs(5)).await;
    bench.script.gate.add_permits(10);
    bench
        .until(|status| ended(status, PassOutcome::Superseded) == 1)
        .await;
    assert_eq!(
        bench.seen(),
        "+a -a",
        "the running step ends, no other begins"
    );
    bench.passes(2).await;
    assert_eq!(bench.compared(), "r1 r2");
    assert!(bench.elapsed() < Duration::from_secs(6), "at once");
}

#[tokio::test(start_paused = true)]
async fn nudges_without_newer_files_stop_nothing() {
    let mut bench = Bench::start(gated());
    bench.steps("+a").await;
    bench.nudge.send(()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    bench.script.gate.add_permits(10);
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Applied);
    assert_eq!(bench.seen(), "+a -a +b -b");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_commits_cannot_starve_a_pass() {
    let script = Script {
        gate: Semaphore::new(0),
        ..Script::default()
    };
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    let mut bench = Bench::start(script);
    for (round, seen) in ["+a", "+a -a +a", "+a -a +a -a +a", "+a -a +a -a +a -a +a"]
        .into_iter()
        .enumerate()
    {
        bench.steps(seen).await;
        bench.push(&format!("r1{round}")).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        bench
            .script
            .gate
            .add_permits(if round == 3 { 2 } else { 1 });
    }
    let status = bench.passes(4).await;
    assert_eq!(result(&status), PassOutcome::Applied);
    assert_eq!(bench.seen(), "+a -a +a -a +a -a +a -a +b -b");
    bench.script.gate.add_permits(10);
    bench.passes(5).await;
    assert_eq!(
        bench.compared(),
        "r1 r10 r11 r12 r13",
        "the newest is not forgotten"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_signal_finishes_the_running_step_and_begins_no_other() {
    let mut bench = Bench::start(gated());
    bench.steps("+a").await;
    bench.trigger.raise();
    bench.until(|status| status.draining).await;
    assert!(!bench.task.is_finished());
    bench.script.gate.add_permits(10);
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Interrupted);
    assert_eq!(status.last_pass.unwrap().counts.applied, 1, "what was done");
    assert_eq!((&mut bench.task).await.unwrap(), Ended::Drained);
    assert_eq!(bench.seen(), "+a -a");
    assert_eq!(bench.status.borrow().phase, Phase::Stopped);
}

#[tokio::test(start_paused = true)]
async fn the_second_signal_stops_at_once() {
    let mut bench = Bench::start(gated());
    bench.steps("+a").await;
    bench.trigger.raise();
    bench.trigger.raise();
    assert_eq!((&mut bench.task).await.unwrap(), Ended::Aborted);
    assert_eq!(bench.seen(), "+a");
}

#[tokio::test(start_paused = true)]
async fn an_idle_loop_stops_at_once() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.trigger.raise();
    assert_eq!((&mut bench.task).await.unwrap(), Ended::Drained);
    assert!(bench.elapsed() < INTERVAL);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failed_pass() {
    let script = Script::default();
    // The script unwraps a poisoned or empty answer nowhere else.
    script.gate.close();
    script
        .answers
        .lock()
        .unwrap()
        .push_back(Ok(vec![deploy(0, "a", &[])]));
    let mut bench = Bench::start(script);
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Failed);
    let message = status.error.unwrap().message;
    assert!(
        message.starts_with("a defect in prism-gitops: "),
        "{message}"
    );
    let status = bench.passes(2).await;
    assert_eq!(result(&status), PassOutcome::Unchanged);
}

#[tokio::test(start_paused = true)]
async fn the_wrong_organization_is_an_error_with_both_names() {
    let script = Script::default();
    *script.standing.lock().unwrap() = Err(PassError::WrongOrganization {
        expected: "Acme Inc".to_owned(),
        found: "Bolt Ltd".to_owned(),
    });
    let mut bench = Bench::start(script);
    let error = bench.passes(1).await.error.unwrap();
    insta::assert_snapshot!(error.message, @r#"the token belongs to organization "Bolt Ltd", but the project expects "Acme Inc""#);
}
