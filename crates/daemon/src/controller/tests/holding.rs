//! What a pass leaves alone.

use std::time::Duration;

use super::bench::{Bench, INTERVAL, resource, result};
use crate::controller::status::PassOutcome;
use crate::controller::testing::{Script, deploy, instance, integration, publish, upgrade};
use crate::disposition::AGREE;
use crate::model::{DriftMode, Health, SyncStatus};
use crate::source::Absence;

fn always(steps: &[&str]) -> Script {
    let script = Script::default();
    let steps = steps.iter().enumerate();
    let steps = steps.map(|(id, name)| deploy(id, name, &[])).collect();
    *script.standing.lock().unwrap() = Ok(steps);
    script
}

#[tokio::test(start_paused = true)]
async fn invalid_files_write_nothing_and_keep_the_last_good_state() {
    let mut bench = Bench::start(always(&[]));
    let good = bench.passes(1).await;
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.push("bad-1").await;
    let status = bench.passes(2).await;
    assert_eq!(result(&status), PassOutcome::Invalid);
    assert_eq!(status.revision, good.revision);
    assert_eq!(status.applied_revision, good.applied_revision);
    let error = status.error.as_ref().unwrap();
    assert_eq!(error.message, "the files have 1 error");
    assert_eq!(error.diagnostics[0].message, "in bad-1");
    assert_eq!(bench.seen(), "");
    assert_eq!(
        bench.compared(),
        "r1 r1",
        "the last good files stay in view"
    );
    assert!(
        resource(&status, "a")
            .reason
            .starts_with("nothing is written while files are wrong")
    );

    bench.push("r2").await;
    let status = bench.passes(3).await;
    assert_eq!(result(&status), PassOutcome::Applied);
    assert_eq!(bench.seen(), "+a -a");
}

#[tokio::test(start_paused = true)]
async fn after_a_start_with_invalid_files_those_that_were_right_stay_in_view() {
    let mut bench = Bench::start(always(&["a"]));
    bench.source.set(Some("bad-2"));
    *bench.source.good.lock().unwrap() = Some("r0".to_owned());
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Invalid);
    assert_eq!(bench.compared(), "r0");
    assert_eq!(bench.seen(), "", "nothing is written");
    assert_eq!(status.revision.unwrap().id, "r0");
    assert_eq!(status.refused_revision.unwrap().id, "bad-2");
    assert_eq!(status.resources.len(), 1);
    assert!(bench.source.confirmed.lock().unwrap().is_empty());
    bench.push("r3").await;
    bench.passes(2).await;
    assert_eq!(*bench.source.confirmed.lock().unwrap(), ["r3"]);
}

#[tokio::test(start_paused = true)]
async fn files_that_were_never_right_are_waited_for() {
    let mut bench = Bench::start(always(&["a"]));
    bench.source.set(Some("bad"));
    let status = bench.passes(3).await;
    assert_eq!(result(&status), PassOutcome::Invalid);
    assert_eq!(status.observed_at, None);
    assert_eq!(bench.compared(), "");
}

#[tokio::test(start_paused = true)]
async fn a_failed_resource_waits_and_the_others_go_on() {
    let script = always(&["a", "b"]);
    script.broken.lock().unwrap().push(instance("a"));
    let mut bench = Bench::start(script);
    let status = bench.passes(1).await;
    assert_eq!(result(&status), PassOutcome::Incomplete);
    let failed = resource(&status, "a");
    assert_eq!(
        (failed.health, failed.reason.as_str()),
        (Health::Degraded, "failed: no")
    );
    assert!(failed.retry_at.is_some());
    assert_eq!(resource(&status, "b").sync, SyncStatus::Synced);
    assert_eq!(
        (status.applied_revision, status.last_success_at),
        (None, None)
    );

    // A pass within the pause: files come back that differ in nothing that matters to `a`.
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    bench.push("r2").await;
    let status = bench.passes(2).await;
    assert_eq!(bench.seen(), "+a -a +b -b +b -b");
    assert_eq!(status.last_pass.unwrap().counts.held, 1);
    assert!(bench.elapsed() < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_failed_resource_is_tried_less_and_less_and_then_forgotten() {
    let script = always(&["a"]);
    script.broken.lock().unwrap().push(instance("a"));
    let mut bench = Bench::start(script);
    let mut tries = Vec::new();
    for n in 1..=8 {
        let wanted = ["+a -a"; 8][..n].join(" ");
        bench.steps(&wanted).await;
        tries.push(bench.elapsed());
    }
    for (pair, base) in tries
        .windows(2)
        .zip([5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 240.0])
    {
        let pause = (pair[1] - pair[0]).as_secs_f64();
        // A resync may come just before the pause is over.
        assert!(
            pause >= base && pause <= base * 1.3 + 66.0,
            "{pause} for {base}"
        );
    }
    bench.script.broken.lock().unwrap().clear();
    let status = bench.until(|s| s.last_success_at.is_some()).await;
    assert_eq!(resource(&status, "a").sync, SyncStatus::Synced);
}

#[tokio::test(start_paused = true)]
async fn drift_is_corrected_reported_or_alerted() {
    for (mode, seen, expected) in [
        (DriftMode::Correct, "+a -a +a -a", PassOutcome::Applied),
        (DriftMode::Observe, "+a -a", PassOutcome::Held),
        (DriftMode::Alert, "+a -a", PassOutcome::Held),
    ] {
        let script = always(&["a"]);
        *script.drift.lock().unwrap() = mode;
        let mut bench = Bench::start(script);
        let first = bench.passes(1).await;
        assert_eq!(
            result(&first),
            PassOutcome::Applied,
            "git is applied in every mode"
        );
        let second = bench.passes(2).await;
        assert_eq!(
            (result(&second), bench.seen().as_str()),
            (expected, seen),
            "{mode:?}"
        );
        assert!(
            second.last_success_at > first.last_success_at,
            "drift is no failure"
        );

        bench.push("r2").await;
        bench.passes(3).await;
        assert_eq!(bench.seen(), format!("{seen} +a -a"), "git goes on");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fight_is_given_up_until_the_files_change() {
    let mut bench = Bench::start(always(&["a"]));
    // One pass applies the revision, five heal it; each a minute after the other.
    let six = ["+a -a"; 6].join(" ");
    bench.steps(&six).await;
    let status = bench.passes(8).await;
    assert_eq!(bench.seen(), six);
    let fought = resource(&status, "a");
    assert_eq!(fought.health, Health::Degraded);
    assert_eq!(fought.reason, "something else keeps changing it");
    assert_eq!(fought.sync, SyncStatus::OutOfSync);

    bench.push("r2").await;
    bench
        .until(|s| {
            s.revision.as_ref().is_some_and(|r| r.id == "r2") && result(s) == PassOutcome::Applied
        })
        .await;
    assert_eq!(bench.seen(), ["+a -a"; 7].join(" "));
}

#[tokio::test(start_paused = true)]
async fn a_fight_ends_after_ten_quiet_minutes() {
    let bench = Bench::start(always(&["a"]));
    bench.steps(&["+a -a"; 6].join(" ")).await;
    let given_up = bench.elapsed();
    bench.steps(&["+a -a"; 7].join(" ")).await;
    let pause = bench.elapsed() - given_up;
    let ten = Duration::from_secs(600);
    assert!(pause >= ten && pause <= ten + 3 * INTERVAL, "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_a_failed_resource_waits_with_it() {
    let script = Script::default();
    *script.standing.lock().unwrap() = Ok(vec![
        publish(0, "erp"),
        deploy(1, "alone", &[]),
        upgrade(2, "erp-1", 0),
    ]);
    script.broken.lock().unwrap().push(integration("erp"));
    let mut bench = Bench::start(script);
    bench.passes(1).await;
    bench.script.steps.send_replace(String::new());
    bench.push("r2").await;
    let status = bench.passes(2).await;
    assert_eq!(bench.seen(), "+alone -alone");
    assert_eq!(
        resource(&status, "erp-1").reason,
        "waits for Integration/erp"
    );
    assert_eq!(status.last_pass.unwrap().counts.held, 2);
    assert_eq!(status.applied_revision, None);
}

/// `a` would be removed, and `b` is declared.
fn vanishing(absence: Absence) -> Bench {
    let script = Script::default();
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
    script.orphans.lock().unwrap().push(instance("a"));
    let bench = Bench::start(script);
    *bench.source.absence.lock().unwrap() = absence;
    bench
}

#[tokio::test(start_paused = true)]
async fn what_vanished_from_a_folder_goes_when_a_second_reading_agrees() {
    let mut bench = vanishing(Absence::Momentary);
    let status = bench.passes(1).await;
    assert_eq!(bench.seen(), "+b -b", "the others go on");
    let held = resource(&status, "a");
    assert!(
        held.reason
            .ends_with("left alone until a second reading of the files agrees"),
        "{}",
        held.reason
    );
    assert!(held.retry_at.is_some());
    assert_eq!(status.last_pass.as_ref().unwrap().counts.held, 1);
    assert_eq!(
        (status.applied_revision, status.last_success_at),
        (None, None)
    );

    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    let status = bench.passes(2).await;
    assert_eq!(bench.seen(), "+b -b +a -a");
    let waited = bench.elapsed();
    assert!(waited >= AGREE && waited < INTERVAL / 2, "{waited:?}");
    assert!(status.applied_revision.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_before_the_second_reading_is_not_removed() {
    let mut bench = vanishing(Absence::Momentary);
    bench.passes(1).await;
    // The editor has saved: it is declared again, and matches.
    *bench.script.standing.lock().unwrap() = Ok(Vec::new());
    bench.push("r2").await;
    bench.passes(2).await;
    // It is counted from the beginning when it vanishes once more.
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    bench.push("r3").await;
    let again = bench.passes(3).await;
    assert_eq!(bench.seen(), "+b -b");
    assert!(resource(&again, "a").reason.contains("a second reading"));
    let from = bench.elapsed();
    bench.steps("+b -b +a -a").await;
    assert!(bench.elapsed() - from >= AGREE - Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_vanished_while_git_is_half_way_stays_until_it_is_through() {
    let mut bench = vanishing(Absence::Midway("a rebase"));
    *bench.script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    let status = bench.passes(4).await;
    assert_eq!(bench.seen(), "");
    assert!(bench.elapsed() > AGREE * 4);
    let held = resource(&status, "a");
    assert!(
        held.reason.contains("git is in the middle of a rebase"),
        "{}",
        held.reason
    );
    assert!(held.hint.is_some());
    *bench.source.absence.lock().unwrap() = Absence::Proven;
    bench.steps("+a -a").await;
}
