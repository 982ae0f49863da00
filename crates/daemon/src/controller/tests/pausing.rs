//! What a person asks of a running loop: a pass, a pause, its end.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::bench::{Bench, INTERVAL, ended, result};
use crate::controller::status::PassOutcome;
use crate::controller::testing::{Script, deploy};

fn differing() -> Script {
    let script = Script::default();
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    script
}

/// A second of the bench's clock, which begins with the epoch.
fn second(second: i64) -> Option<Timestamp> {
    Some(Timestamp::from_second(second).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_paused_loop_reads_and_writes_nothing_until_it_is_resumed() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.control.pause("release".to_owned(), None).await;
    let asked = bench.control.sync();
    assert_eq!(asked, 2);
    let status = bench.passes(asked).await;
    assert_eq!(result(&status), PassOutcome::Held);
    assert_eq!(
        status.applied_revision, status.revision,
        "of the pass before"
    );
    assert_eq!(
        status.resources[0].reason,
        "paused (release): needs a deploy"
    );
    assert_eq!(status.paused.as_ref().unwrap().reason, "release");
    bench.passes(5).await;
    assert_eq!(bench.seen(), "");
    let before = bench.elapsed();
    bench.control.resume().await;
    bench.steps("+a -a").await;
    assert!(bench.elapsed() - before < INTERVAL / 2, "at once");
    assert_eq!(bench.status.borrow().paused, None);
}

#[tokio::test(start_paused = true)]
async fn a_pause_stops_a_pass_between_steps() {
    let script = Script {
        gate: Semaphore::new(0),
        ..Script::default()
    };
    let steps = vec![deploy(0, "a", &[]), deploy(1, "b", &[])];
    *script.standing.lock().unwrap() = Ok(steps);
    let mut bench = Bench::start(script);
    bench.steps("+a").await;
    bench.control.pause("release".to_owned(), None).await;
    bench.script.gate.add_permits(10);
    bench
        .until(|status| ended(status, PassOutcome::Interrupted) == 1)
        .await;
    bench.passes(3).await;
    assert_eq!(
        bench.seen(),
        "+a -a",
        "the running step ends, no other begins"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_by_itself_at_its_time() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench
        .control
        .pause("release".to_owned(), second(7200))
        .await;
    bench.steps("+a -a").await;
    let elapsed = bench.elapsed();
    assert!(elapsed >= Duration::from_secs(7200), "{elapsed:?}");
    assert!(
        elapsed < Duration::from_secs(7200) + INTERVAL / 2,
        "{elapsed:?}"
    );
    assert_eq!(bench.status.borrow().paused, None);
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_is_asked_for_comes_at_once_and_during_another_after_it() {
    let mut bench = Bench::start(Script {
        gate: Semaphore::new(0),
        ..differing()
    });
    bench.steps("+a").await;
    assert_eq!(bench.control.sync(), 2, "the pass under way began before");
    assert_eq!(bench.control.sync(), 2, "one serves both");
    bench.script.gate.add_permits(10);
    bench.passes(2).await;
    assert!(bench.elapsed() < INTERVAL / 2, "at once");
}
