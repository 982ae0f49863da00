//! When passes are made.

use std::time::Duration;

use tokio::sync::Semaphore;

use super::bench::{Bench, INTERVAL, result};
use crate::controller::error::PassError;
use crate::controller::queue::DEBOUNCE;
use crate::controller::status::{PassOutcome, Phase, RevisionStatus};
use crate::controller::testing::{Script, deploy, instance};
use crate::prismatic::error::{Effect, ErrorKind, PlatformError};

fn unreachable_tenant(retry_after: Option<Duration>) -> PassError {
    PassError::Platform(PlatformError {
        operation: "integrations",
        kind: ErrorKind::RateLimited {
            message: "slow down".to_owned(),
            retry_after,
        },
        effect: Effect::None,
    })
}

#[tokio::test(start_paused = true)]
async fn resyncs_at_the_interval_give_or_take_a_tenth() {
    let mut bench = Bench::start(Script::default());
    let mut last = bench.elapsed();
    for generation in 1..=20 {
        let status = bench.passes(generation).await;
        assert_eq!(result(&status), PassOutcome::Unchanged);
        let pause = bench.elapsed() - last;
        last = bench.elapsed();
        if generation > 1 {
            assert!(
                pause >= INTERVAL.mul_f64(0.9) && pause <= INTERVAL.mul_f64(1.11),
                "{pause:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn changed_files_are_a_pass_at_once_and_many_nudges_are_one() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    let before = bench.elapsed();
    for _ in 0..20 {
        bench.push("r2").await;
    }
    let status = bench
        .until(|s| s.applied_revision.as_ref().is_some_and(|r| r.id == "r2"))
        .await;
    assert!(bench.elapsed() - before < 2 * DEBOUNCE);
    assert_eq!(status.generation, 2);
    assert_eq!(bench.compared(), "r1 r2");
}

#[tokio::test(start_paused = true)]
async fn a_nudge_without_a_change_is_no_pass() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.nudge.send(()).await.unwrap();
    bench.passes(2).await;
    assert!(
        bench.elapsed() >= INTERVAL.mul_f64(0.9),
        "{:?}",
        bench.elapsed()
    );
    assert_eq!(bench.source.readings(), 3, "two passes and one look");
}

#[tokio::test(start_paused = true)]
async fn files_that_change_as_a_pass_ends_are_looked_at_after_it() {
    let script = Script {
        gate: Semaphore::new(0),
        ..Script::default()
    };
    script
        .answers
        .lock()
        .unwrap()
        .push_back(Ok(vec![deploy(0, "a", &[])]));
    let mut bench = Bench::start(script);
    bench.steps("+a").await;
    *bench.source.slow.lock().unwrap() = Duration::from_secs(2);
    bench.push("r2").await;
    // The look has begun, and the pass does not wait for it.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.source.readings(), 2);
    bench.script.gate.add_permits(1);
    bench.passes(2).await;
    assert_eq!(bench.compared(), "r1 r2");
    assert!(bench.elapsed() < INTERVAL / 2, "{:?}", bench.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_was_read_in_part_is_read_again_soon() {
    let script = Script::default();
    *script.unread.lock().unwrap() = Some(instance("smith"));
    let mut bench = Bench::start(script);
    let mut last = Duration::ZERO;
    for (generation, base) in [(2, 5.0), (3, 10.0), (4, 20.0)] {
        bench.passes(generation).await;
        let factor = (bench.elapsed() - last).as_secs_f64() / base;
        assert!((1.0..1.3).contains(&factor), "{generation}: {factor}");
        last = bench.elapsed();
    }
    *bench.script.unread.lock().unwrap() = None;
    bench.passes(5).await;
    let before = bench.elapsed();
    bench.passes(6).await;
    let pause = bench.elapsed() - before;
    assert!(pause >= INTERVAL.mul_f64(0.9), "back to the interval");
}

#[tokio::test(start_paused = true)]
async fn a_dead_watcher_leaves_the_resync() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.nudge = tokio::sync::mpsc::channel(1).0;
    bench.source.set(Some("r2"));
    bench.passes(2).await;
    assert_eq!(bench.compared(), "r1 r2");
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_cannot_be_read_is_asked_less_and_less() {
    let script = Script::default();
    *script.standing.lock().unwrap() = Err(unreachable_tenant(None));
    let mut bench = Bench::start(script);
    let mut last = Duration::ZERO;
    for (generation, base) in [
        (2, 5.0),
        (3, 10.0),
        (4, 20.0),
        (5, 40.0),
        (6, 80.0),
        (7, 160.0),
        (8, 240.0),
        (9, 240.0),
    ] {
        let status = bench.passes(generation).await;
        assert_eq!(result(&status), PassOutcome::Failed);
        assert_eq!(
            status.error.unwrap().message,
            "the tenant cannot be read: integrations: rate limited: slow down"
        );
        let factor = (bench.elapsed() - last).as_secs_f64() / base;
        assert!((1.0..1.3).contains(&factor), "{generation}: {factor}");
        last = bench.elapsed();
    }
    *bench.script.standing.lock().unwrap() = Ok(Vec::new());
    let status = bench.passes(10).await;
    assert_eq!(
        (result(&status), status.error),
        (PassOutcome::Unchanged, None)
    );
    let before = bench.elapsed();
    bench.passes(11).await;
    assert!(
        bench.elapsed() - before <= INTERVAL.mul_f64(1.11),
        "back to the interval"
    );
}

#[tokio::test(start_paused = true)]
async fn a_longer_pause_that_the_tenant_asks_for_is_kept() {
    let script = Script::default();
    let pause = Duration::from_secs(600);
    script
        .answers
        .lock()
        .unwrap()
        .push_back(Err(unreachable_tenant(Some(pause))));
    let mut bench = Bench::start(script);
    bench.passes(2).await;
    assert!(bench.elapsed() >= pause);
}

#[tokio::test(start_paused = true)]
async fn new_files_do_not_wait_for_the_end_of_a_pause() {
    let script = Script::default();
    script
        .answers
        .lock()
        .unwrap()
        .push_back(Err(unreachable_tenant(Some(INTERVAL * 10))));
    let mut bench = Bench::start(script);
    bench.passes(1).await;
    bench.push("r2").await;
    bench.passes(2).await;
    assert!(bench.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_read_is_an_error_and_comes_back() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.source.set(None);
    bench.nudge.send(()).await.unwrap();
    let status = bench.passes(2).await;
    assert_eq!(result(&status), PassOutcome::Failed);
    assert_eq!(
        status.error.unwrap().message,
        "the files cannot be read: there is no file or folder gone"
    );
    bench.source.set(Some("r1"));
    let status = bench.passes(3).await;
    assert_eq!(result(&status), PassOutcome::Unchanged);
}

#[tokio::test(start_paused = true)]
async fn passes_never_overlap() {
    let script = Script {
        gate: Semaphore::new(0),
        ..Script::default()
    };
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    let mut bench = Bench::start(script);
    bench.steps("+a").await;
    for _ in 0..10 {
        bench.nudge.send(()).await.unwrap();
        tokio::time::sleep(INTERVAL).await;
    }
    assert_eq!(bench.seen(), "+a");
    assert_eq!(bench.status.borrow().phase, Phase::Working);
    bench.script.gate.add_permits(1);
    bench.passes(1).await;
    assert_eq!(bench.compared(), "r1");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_nudges_holds_up_nothing() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.source.set(Some("r2"));
    let nudge = bench.nudge.clone();
    let flood = tokio::spawn(async move {
        while nudge.send(()).await.is_ok() {
            tokio::time::sleep(DEBOUNCE / 5).await;
        }
    });
    bench.passes(2).await;
    flood.abort();
    assert_eq!(bench.compared(), "r1 r2");
    assert!(
        bench.elapsed() < Duration::from_secs(2),
        "{:?}",
        bench.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_of_the_tenant_is_a_pass_at_once() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    tokio::time::sleep(INTERVAL / 2).await;
    let before = bench.elapsed();
    bench.event.send(()).await.unwrap();
    bench.passes(2).await;
    assert!(bench.elapsed() - before < 2 * DEBOUNCE);
}

/// Each pass makes an event, as writes do: that must not become a circle without a pause.
#[tokio::test(start_paused = true)]
async fn events_of_our_own_making_wait_until_it_is_quiet() {
    let mut bench = Bench::start(Script::default());
    for generation in 1..=4 {
        bench.passes(generation).await;
        let before = bench.elapsed();
        for _ in 0..50 {
            let _ = bench.event.try_send(());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bench.passes(generation + 1).await;
        let pause = bench.elapsed() - before;
        let settled = Duration::from_secs(10);
        assert!(
            pause >= settled && pause <= settled + 2 * DEBOUNCE,
            "{pause:?}"
        );
    }
    bench.passes(6).await;
    let before = bench.elapsed();
    bench.passes(7).await;
    assert!(
        bench.elapsed() - before >= INTERVAL.mul_f64(0.9),
        "without events it is quiet"
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_does_not_cut_a_pause_short_that_the_tenant_asked_for() {
    let script = Script::default();
    let pause = Duration::from_secs(600);
    let asked = Err(unreachable_tenant(Some(pause)));
    script.answers.lock().unwrap().push_back(asked);
    let mut bench = Bench::start(script);
    bench.passes(1).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    bench.event.send(()).await.unwrap();
    bench.passes(2).await;
    assert!(bench.elapsed() >= pause);
}

#[tokio::test(start_paused = true)]
async fn newer_files_with_errors_are_named_and_the_last_good_ones_stay() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    bench.push("bad2").await;
    let status = bench.passes(2).await;
    let id = |revision: Option<RevisionStatus>| revision.map(|revision| revision.id);
    assert_eq!(id(status.revision).as_deref(), Some("r1"));
    assert_eq!(id(status.refused_revision).as_deref(), Some("bad2"));
    bench.push("r3").await;
    let status = bench.passes(3).await;
    assert_eq!(id(status.revision).as_deref(), Some("r3"));
    assert_eq!(status.refused_revision, None);
}

#[tokio::test(start_paused = true)]
async fn a_reload_is_a_pass_at_once_and_one_during_a_pass_comes_after_it() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    let before = bench.elapsed();
    bench.reload.send_modify(|count| *count += 1);
    bench.passes(2).await;
    assert_eq!(bench.elapsed(), before, "nothing waits for anything");

    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    let permits = bench.script.gate.available_permits();
    bench.script.gate.forget_permits(permits);
    bench.reload.send_modify(|count| *count += 1);
    bench.until(|status| status.phase == Phase::Working).await;
    bench.steps("+a").await;
    for _ in 0..3 {
        bench.reload.send_modify(|count| *count += 1);
    }
    let before = bench.elapsed();
    bench.script.gate.add_permits(1000);
    bench.passes(4).await;
    assert!(bench.elapsed() - before < DEBOUNCE, "it was not forgotten");
    let quiet = bench.elapsed();
    bench.passes(5).await;
    assert!(
        bench.elapsed() - quiet >= INTERVAL.mul_f64(0.9),
        "three requests were one"
    );
}
