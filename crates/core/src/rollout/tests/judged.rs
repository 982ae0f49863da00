//! What a person accepts, what is reported afterwards, and what is noted of it.

use jiff::SignedDuration;

use super::*;
use crate::model::{RanStamp, Share};

/// One canary fails and one does not.
fn stopped() -> Scene {
    let mut scene = Scene::with(2, 3);
    for canary in ["c1", "c2"] {
        scene.run(canary, "Sync", at(9 * DAY), true);
        scene.moves(canary, 13, at(10 * DAY));
    }
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.run("c2", "Sync", at(10 * DAY + 10), true);
    scene.now = at(10 * DAY + 3 * HOUR);
    scene
}

fn noted(found: &Acceptable, until: Timestamp) -> IntegrationNotes {
    IntegrationNotes {
        approvals: vec![NotedApproval {
            version: 13,
            wave: found.wave.clone(),
            failures: found.failures.clone(),
            at: at(10 * DAY),
            until,
            by: "ann".to_owned(),
            reason: "known".to_owned(),
        }],
        ..IntegrationNotes::default()
    }
}

/// Rule 21; test 20.
#[test]
fn an_approval_covers_exactly_what_failed_until_it_ends() {
    let mut scene = stopped();
    let derived = scene.derive();
    let found = acceptable(&derived, 13, None).unwrap();
    assert_eq!((found.wave.as_str(), found.beyond), ("canary", 0));
    assert_eq!(
        found.failures.iter().collect::<Vec<_>>(),
        [&("c1".to_owned(), "Sync".to_owned())]
    );
    scene.approvals = noted(&found, at(11 * DAY)).accepted().collect();
    let derived = scene.derive();
    assert_eq!(derived.approved.as_deref(), Some("known (ann)"));
    assert_eq!(moving(&derived), ["r1", "r2", "r3"]);
    scene.run("c2", "Sync", at(10 * DAY + 20), false);
    let derived = scene.derive();
    assert_eq!(
        derived.reason,
        "2 members newly failed, 0 allowed, 1 of them accepted before the others failed"
    );
    scene.runs.pop();
    scene.run("c1", "Orders", at(10 * DAY + 20), false);
    assert_eq!(scene.derive().phase, Phase::Stopped, "another flow");
    scene.runs.pop();
    scene.now = at(11 * DAY);
    assert_eq!(scene.derive().phase, Phase::Stopped, "it has ended");
}

#[test]
fn what_cannot_be_accepted_is_told() {
    let scene = stopped();
    let derived = scene.derive();
    for (version, wave, why) in [
        (14, None, "the rollout is of version 13, not of 14"),
        (13, Some("early"), "the rollout has no wave \"early\""),
    ] {
        assert_eq!(acceptable(&derived, version, wave).unwrap_err(), why);
    }
    let good = Scene::with(1, 1).derive();
    let why = acceptable(&good, 13, None).unwrap_err();
    assert_eq!(why, "no wave is stopped or waits for runs");
    let why = acceptable(&good, 13, Some("canary")).unwrap_err();
    assert_eq!(
        why,
        "nothing fails in canary or before it, and it does not wait for runs"
    );
    let mut unread = stopped();
    unread.unread = Some("502".to_owned());
    let why = acceptable(&unread.derive(), 13, None).unwrap_err();
    assert_eq!(why, "what fails is not known: executions: 502");
}

/// Who accepts failures has not said that runs may be lacking, and the other way round.
#[test]
fn lacking_runs_and_failures_are_accepted_apart() {
    let mut scene = Scene::with(1, 1);
    scene.moves("c1", 13, at(10 * DAY));
    scene.now = at(10 * DAY + 3 * HOUR);
    assert_eq!(scene.derive().phase, Phase::Waiting);
    let found = acceptable(&scene.derive(), 13, None).unwrap();
    assert_eq!((found.wave.as_str(), found.failures.len()), ("canary", 0));
    scene.approvals = noted(&found, at(11 * DAY)).accepted().collect();
    assert_eq!(moving(&scene.derive()), ["r1"]);
    let mut some = found.clone();
    some.failures.insert(("c1".to_owned(), "Sync".to_owned()));
    scene.approvals = noted(&some, at(11 * DAY)).accepted().collect();
    assert_eq!(scene.derive().phase, Phase::Waiting);
}

/// Those of a wave do not cover what fails in a later one.
#[test]
fn failures_of_later_waves_are_not_covered() {
    let mut scene = stopped();
    scene.spec.gate.newly_failed = Share::Count(1);
    scene.moves("r1", 13, at(10 * DAY + 2 * HOUR + 30));
    scene.run("r1", "Sync", at(10 * DAY + 2 * HOUR + 40), false);
    let found = acceptable(&scene.derive(), 13, Some("canary")).unwrap();
    assert_eq!((found.failures.len(), found.beyond), (1, 1));
    let found = acceptable(&scene.derive(), 13, Some("rest")).unwrap();
    assert_eq!((found.failures.len(), found.beyond), (2, 0));
}

#[test]
fn what_failed_on_a_version_is_found_after_it_was_taken_back() {
    let mut scene = stopped();
    scene.run("c1", "Sync", at(10 * DAY + 30), false).made_good = true;
    scene.run("r1", "Sync", at(10 * DAY + 30), false);
    scene.run("c1", "Sync", at(10 * DAY + 2 * HOUR), false);
    let back = scene.get("c1");
    back.last_deployed_at = Some(at(10 * DAY + HOUR));
    (back.current, back.stamp) = (Some(12), None);
    back.ran = Some(RanStamp {
        version: 13,
        since: at(10 * DAY),
        until: at(10 * DAY + HOUR),
    });
    let ran = who_ran(&scene.facts());
    let runs: Vec<Run> = scene.runs.iter().cloned().map(Run::from).collect();
    let found = failed_on(&ran, 13, &runs);
    let times: Vec<_> = found
        .iter()
        .map(|it| {
            (
                it.ran.member.as_str(),
                it.run.started_at,
                it.ran.until.is_some(),
            )
        })
        .collect();
    assert_eq!(times, [("c1", at(10 * DAY + 10), true)]);
    let on_twelve = failed_on(&ran, 12, &runs);
    assert_eq!(on_twelve.len(), 2, "r1 all along, and c1 since it is back");
}

/// What is deployed runs until the next deploy, whichever version is set meanwhile.
#[test]
fn a_run_between_the_way_back_and_its_deploy_is_of_the_version_before() {
    let left = at(10 * DAY + HOUR);
    for (deployed, expected) in [
        (Some(left + SignedDuration::from_secs(9)), 1),
        // Something else was deployed a day later: that says nothing of what ran in between.
        (Some(at(11 * DAY + HOUR)), 0),
        // The deploy is outstanding, so it still runs.
        (Some(at(10 * DAY)), 1),
        (None, 1),
    ] {
        let mut scene = stopped();
        scene.runs.clear();
        scene.run("c1", "Sync", left + SignedDuration::from_secs(5), false);
        let back = scene.get("c1");
        back.last_deployed_at = deployed;
        (back.current, back.stamp) = (Some(12), None);
        back.ran = Some(RanStamp {
            version: 13,
            since: at(10 * DAY),
            until: left,
        });
        let ran = who_ran(&scene.facts());
        let runs: Vec<Run> = scene.runs.iter().cloned().map(Run::from).collect();
        assert_eq!(failed_on(&ran, 13, &runs).len(), expected, "{deployed:?}");
    }
}

/// A version that was withdrawn since starts over, should it come back.
#[test]
fn what_is_finished_is_noted_and_taken_back() {
    let mut notes = RolloutNotes::default();
    assert!(!notes.finish("seq-1", 13, false), "nothing to forget");
    assert!(notes.finish("seq-1", 13, true) && !notes.finish("seq-1", 13, true));
    assert!(notes.of("seq-1").unwrap().finished.contains(&13));
    assert!(notes.finish("seq-1", 13, false));
    assert!(notes.of("seq-1").unwrap().finished.is_empty());
    notes.of_mut("seq-1").approvals = noted(
        &Acceptable {
            wave: "canary".to_owned(),
            failures: BTreeSet::new(),
            beyond: 0,
        },
        at(10),
    )
    .approvals;
    notes.forget_ended(at(9));
    assert_eq!(notes.of("seq-1").unwrap().approvals.len(), 1);
    notes.forget_ended(at(10));
    assert_eq!(notes.of("seq-1").unwrap().approvals.len(), 0);
}

#[test]
fn a_version_is_finished_once_nothing_is_laid_to_it_any_more() {
    let mut scene = Scene::with(1, 1);
    scene.moves("c1", 13, at(10 * DAY));
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.run("r1", "Sync", at(10 * DAY + 4 * HOUR), true);
    scene.now = at(10 * DAY + 5 * HOUR);
    let derived = scene.derive();
    assert_eq!((derived.phase, derived.finished), (Phase::Finished, None));
    scene.now = at(12 * DAY);
    assert_eq!(scene.derive().finished, Some(13));
    // Those that are never moved do not keep it open for ever.
    scene.spec.waves = vec![
        wave("canary", labels("canary"), 2 * HOUR),
        wave("others", Select::OthersHold, 0),
    ];
    let other = scene.get("r1");
    (other.current, other.stamp) = (Some(12), None);
    let derived = scene.derive();
    assert_eq!(
        (derived.phase, derived.finished),
        (Phase::Finished, Some(13))
    );
}
