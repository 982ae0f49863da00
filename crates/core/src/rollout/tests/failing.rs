//! What counts as a failure, and what comes of it.

use super::*;
use crate::model::Share;

/// Two canaries moved an hour ago; all ran well before.
fn moved() -> Scene {
    let mut scene = Scene::with(2, 98);
    for canary in ["c1", "c2"] {
        scene.run(canary, "Sync", at(9 * DAY), true);
        scene.moves(canary, 13, at(10 * DAY));
    }
    scene.now = at(10 * DAY + 3 * HOUR);
    scene
}

/// Test 1.
#[test]
fn one_canary_that_fails_stops_all_and_old_failures_do_not_count() {
    let mut scene = moved();
    for n in 1..=5 {
        scene.run(&format!("r{n}"), "Sync", at(9 * DAY), false);
        scene.run(&format!("r{n}"), "Sync", at(10 * DAY + 30), false);
    }
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.run("c2", "Sync", at(10 * DAY + 20), false);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped);
    assert_eq!(derived.reason, "1 member newly failed, 0 allowed");
    assert_eq!(moving(&derived), [""; 0]);
    assert_eq!(back(&derived), BTreeMap::new());
    let [failed] = derived.failures.as_slice() else {
        panic!("{:?}", derived.failures)
    };
    assert_eq!(
        (failed.member.as_str(), failed.flow.as_str()),
        ("c2", "Sync")
    );
    assert_eq!(
        (failed.since, failed.good_before),
        (at(10 * DAY + 20), Some(at(9 * DAY)))
    );
    assert_eq!(failed.error.as_deref(), Some("HTTP 422 from ERP"));
    assert_eq!(derived.withdraw, None);
}

#[test]
fn a_flow_that_never_ran_before_has_no_excuse() {
    let mut scene = moved();
    scene.run("c1", "Nightly", at(10 * DAY + 10), false);
    assert_eq!(scene.derive().failures[0].good_before, None);
}

/// Rule 3; test 2.
#[test]
fn a_second_version_as_bad_as_the_first_fails_the_gate_again() {
    let mut scene = moved();
    scene.run("c2", "Sync", at(10 * DAY + 20), false);
    assert_eq!(scene.derive().phase, Phase::Stopped);
    scene.published(14, at(10 * DAY + 4 * HOUR));
    scene.target = Target::Existing(14);
    scene.now = at(10 * DAY + 5 * HOUR);
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["c1", "c2"], "it starts over");
    assert_eq!(
        derived.turns[&name("c2")],
        Turn::Moves { from: 12 },
        "13 never finished"
    );
    for canary in ["c1", "c2"] {
        scene.moves_from(canary, (14, 12), at(10 * DAY + 5 * HOUR));
    }
    scene.run("c2", "Sync", at(10 * DAY + 6 * HOUR), false);
    scene.now = at(10 * DAY + 8 * HOUR);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped);
    assert_eq!(derived.failures[0].good_before, Some(at(9 * DAY)));
}

/// Rule 3; test 4.
#[test]
fn a_broken_flow_does_not_hide_another() {
    let mut scene = moved();
    scene.run("c1", "A", at(9 * DAY), false);
    scene.run("c1", "B", at(9 * DAY), true);
    scene.run("c1", "A", at(10 * DAY + 10), false);
    scene.run("c1", "B", at(10 * DAY + 11), false);
    let derived = scene.derive();
    let flows: Vec<_> = derived.failures.iter().map(|it| it.flow.as_str()).collect();
    assert_eq!((flows, derived.failed_before), (vec!["B"], 1));
}

/// Rule 4; test 25.
#[test]
fn retries_tests_and_duplicates_are_no_failures() {
    let failed = |change: fn(&mut RawRun)| {
        let mut scene = moved();
        change(scene.run("c1", "Sync", at(10 * DAY + 10), false));
        scene.run("c1", "Sync", at(10 * DAY + 11), true);
        scene.derive().phase
    };
    assert_eq!(failed(|_| {}), Phase::Stopped);
    assert_eq!(failed(|run| run.made_good = true), Phase::Moving);
    assert_eq!(failed(|run| run.retries_later = true), Phase::Moving);
    assert_eq!(failed(|run| run.test = true), Phase::Moving);
    let duplicate = |run: &mut RawRun| run.result_type = Some("CANCELED_AS_DUPLICATE".to_owned());
    assert_eq!(failed(duplicate), Phase::Moving);
    let early = |run: &mut RawRun| run.started_at = at(10 * DAY - 1);
    assert_eq!(failed(early), Phase::Moving, "it ran on the old version");
}

#[test]
fn several_in_a_row_may_be_asked_for() {
    let mut scene = moved();
    scene.spec.gate.after = 2;
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.run("c1", "Sync", at(10 * DAY + 20), true);
    scene.run("c1", "Sync", at(10 * DAY + 30), false);
    assert_eq!(
        scene.derive().phase,
        Phase::Moving,
        "a good one between them"
    );
    scene.run("c1", "Sync", at(10 * DAY + 40), false);
    assert_eq!(scene.derive().phase, Phase::Stopped);
}

#[test]
fn some_failures_may_be_allowed() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.run("c2", "Sync", at(10 * DAY + 10), true);
    for (limit, expected) in [
        (Share::Count(1), Phase::Moving),
        (Share::Percent(10.0), Phase::Stopped),
        (Share::Percent(50.0), Phase::Moving),
    ] {
        scene.spec.gate.newly_failed = limit;
        assert_eq!(scene.derive().phase, expected);
    }
}

/// Rule 1; test 7.
#[test]
fn a_failing_canary_that_a_person_deploys_again_has_failed() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.get("c1").last_deployed_at = Some(at(10 * DAY + HOUR));
    assert_eq!(scene.derive().phase, Phase::Stopped);
}

/// Rules 1 and 2; test 5.
#[test]
fn deploying_everybody_again_restarts_no_soak() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.moves("r1", 13, at(10 * DAY + 2 * HOUR + 5));
    for member in &mut scene.members {
        member.last_deployed_at = Some(at(10 * DAY + 3 * HOUR - 1));
    }
    assert_eq!(moving(&scene.derive()).len(), 97);
    // Configured and not deployed yet is no step back either.
    for canary in ["c1", "c2"] {
        scene.get(canary).settled = false;
    }
    assert_eq!(moving(&scene.derive()).len(), 97);
}

/// Rule 5; test 21.
#[test]
fn a_failure_closes_the_open_wave_too() {
    let mut scene = moved();
    scene.spec.waves[1].max_concurrent = Some(10);
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    assert_eq!(moving(&scene.derive()).len(), 10);
    for n in 1..=10 {
        scene.run(&format!("r{n}"), "Sync", at(9 * DAY), true);
        scene.moves(&format!("r{n}"), 13, at(10 * DAY + 3 * HOUR));
    }
    scene.run("r7", "Sync", at(10 * DAY + 4 * HOUR), false);
    scene.now = at(10 * DAY + 5 * HOUR);
    let derived = scene.derive();
    assert!(matches!(phase(&derived, "rest"), WavePhase::Stopped(_)));
    assert_eq!(moving(&derived), [""; 0]);
}

#[test]
fn the_answer_may_be_far_back() {
    let mut scene = moved();
    scene.page = 3;
    scene.run("c1", "Monthly", at(2 * DAY), false);
    for minute in 0..8 {
        scene.run("c1", "Sync", at(9 * DAY + minute), true);
    }
    scene.run("c1", "Monthly", at(10 * DAY + 1), false);
    scene.run("c1", "Sync", at(10 * DAY + 2), true);
    let derived = scene.derive();
    assert_eq!((derived.failures.len(), derived.failed_before), (0, 1));
}

/// Test 3, and rule 22: a rollback goes to the base of the stamp, not to the newest version before.
#[test]
fn a_rollback_goes_to_where_the_rollout_came_from() {
    let mut scene = moved();
    scene.spec.on_failure = OnFailure::Rollback;
    scene.published(14, at(10 * DAY + 4 * HOUR));
    scene.target = Target::Existing(14);
    for canary in ["c1", "c2"] {
        scene.moves_from(canary, (14, 12), at(10 * DAY + 5 * HOUR));
    }
    scene.run("c2", "Sync", at(10 * DAY + 6 * HOUR), false);
    scene.now = at(10 * DAY + 7 * HOUR);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::GoingBack);
    assert_eq!(derived.withdraw, Some(14));
    assert_eq!(back(&derived), BTreeMap::from([("c1", 12), ("c2", 12)]));
    // Withdrawn, and one is back: the other follows, none goes to 13, and none forward.
    scene.withdraw(14);
    scene.target = Target::Existing(13);
    let first = scene.get("c1");
    first.current = Some(12);
    first.stamp = None;
    let derived = scene.derive();
    assert_eq!(back(&derived), BTreeMap::from([("c2", 12)]));
    assert_eq!(moving(&derived), [""; 0]);
    let second = scene.get("c2");
    second.current = Some(12);
    second.stamp = None;
    for pass in 0..10 {
        scene.now = at(11 * DAY + pass * HOUR);
        let derived = scene.derive();
        assert_eq!(derived.phase, Phase::Withdrawn);
        assert!(moving(&derived).is_empty() && back(&derived).is_empty());
    }
    // The older one is the target of all members again; git still says the one that was withdrawn.
    scene.target = Target::Existing(12);
    scene.declared = Some("m14".to_owned());
    assert_eq!(scene.derive().phase, Phase::Withdrawn);
    scene.declared = Some("m15".to_owned());
    assert_eq!(scene.derive().phase, Phase::Settled);
    scene.published(15, at(12 * DAY));
    scene.target = Target::Existing(15);
    scene.now = at(12 * DAY);
    assert_eq!(
        moving(&scene.derive()),
        ["c1", "c2"],
        "a fix starts with the first wave"
    );
}

/// Rule 22.
#[test]
fn without_a_stamp_a_version_in_use_is_the_way_back_or_there_is_none() {
    let mut scene = moved();
    scene.spec.on_failure = OnFailure::Rollback;
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.versions.insert(
        1,
        VersionFact {
            number: 11,
            ..scene.versions[0].clone()
        },
    );
    let ahead = scene.get("c1");
    ahead.stamp = None;
    assert_eq!(
        back(&scene.derive()),
        BTreeMap::from([("c1", 12), ("c2", 12)])
    );
    scene.withdraw(12);
    let derived = scene.derive();
    assert_eq!(back(&derived), BTreeMap::new(), "11 is in nobody's use");
    assert!(
        matches!(&derived.turns[&name("c2")], Turn::Waits { why } if why.ends_with("there is no version to go back to"))
    );
    scene.finished.insert(11);
    assert_eq!(
        back(&scene.derive()),
        BTreeMap::from([("c1", 11), ("c2", 11)])
    );
}

/// Rule 24; test 28.
#[test]
fn a_rollback_that_loses_values_pauses_unless_that_is_allowed() {
    let mut scene = moved();
    scene.spec.on_failure = OnFailure::Rollback;
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.get("c1").irrecoverable = 4;
    scene.get("c2").irrecoverable = 3;
    let derived = scene.derive();
    assert_eq!((derived.phase, derived.withdraw), (Phase::Stopped, None));
    assert!(
        derived.reason.contains("would lose 7 values for good"),
        "{}",
        derived.reason
    );
    assert_eq!(back(&derived), BTreeMap::new());
    scene.spec.allow_loss = true;
    assert_eq!(back(&scene.derive()).len(), 2);
    // What is protected stays on offer, so a member that leaves it comes back to it.
    scene.protected = Some("`protect: true` in its manifest".to_owned());
    let derived = scene.derive();
    assert_eq!((derived.phase, derived.withdraw), (Phase::Stopped, None));
    assert_eq!(back(&derived), BTreeMap::new());
}

/// Rule 23.
#[test]
fn who_fails_goes_back_first_and_holds_are_respected() {
    let mut scene = moved();
    scene.spec.on_failure = OnFailure::Rollback;
    for wave in &mut scene.spec.waves {
        wave.max_concurrent = Some(1);
    }
    scene.run("c2", "Sync", at(10 * DAY + 10), false);
    scene.get("c2").failing = true;
    scene.get("c1").closed = Some("no allow window is active".to_owned());
    scene.get("c2").closed = Some("no allow window is active".to_owned());
    assert_eq!(back(&scene.derive()), BTreeMap::from([("c2", 12)]));
    scene.spec.rollback_in_windows = true;
    assert_eq!(back(&scene.derive()), BTreeMap::new());
    scene.spec.rollback_in_windows = false;
    scene.member("h1", &["canary"]);
    scene.moves("h1", 13, at(10 * DAY));
    scene.get("h1").standing = Standing::Held("until Friday".to_owned());
    scene.spec.waves[1].max_concurrent = None;
    assert_eq!(
        back(&scene.derive()),
        BTreeMap::from([("c1", 12), ("c2", 12)])
    );
}

#[test]
fn what_fails_first_long_after_the_last_move_takes_no_version_away() {
    let mut scene = moved();
    scene.spec.on_failure = OnFailure::Rollback;
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.run("c1", "Sync", at(40 * DAY), false);
    scene.now = at(41 * DAY);
    let derived = scene.derive();
    assert_eq!((derived.phase, derived.withdraw), (Phase::Stopped, None));
    assert_eq!(moving(&derived), [""; 0]);
}

/// Rule 21; test 20.
#[test]
fn an_approval_covers_what_it_lists_and_no_more() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.run("c2", "Sync", at(10 * DAY + 10), false);
    let listed = |all: &[&str]| Approval {
        version: 13,
        wave: "canary".to_owned(),
        failures: Some(all.iter().map(|it| (name(it), "Sync".to_owned())).collect()),
        until: Some(at(11 * DAY)),
        by: "ann: known outage".to_owned(),
    };
    scene.approvals = vec![listed(&["c1", "c2"])];
    let derived = scene.derive();
    assert_eq!(derived.approved.as_deref(), Some("ann: known outage"));
    assert_eq!(moving(&derived).len(), 98);
    scene.run("r1", "Sync", at(9 * DAY), true);
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.now = at(10 * DAY + 4 * HOUR);
    assert_eq!(
        moving(&scene.derive()).len(),
        97,
        "it holds in the next wave"
    );
    scene.run("r1", "Sync", at(10 * DAY + 3 * HOUR + 1), false);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped);
    assert_eq!(
        derived.reason,
        "3 members newly failed, 0 allowed, 2 of them accepted before the others failed"
    );
    scene.runs.pop();
    scene.now = at(11 * DAY);
    assert_eq!(scene.derive().phase, Phase::Stopped, "it has ended");
    scene.approvals = vec![Approval {
        version: 12,
        ..listed(&["c1", "c2"])
    }];
    assert_eq!(
        scene.derive().phase,
        Phase::Stopped,
        "it is for another version"
    );
}

#[test]
fn an_approval_in_git_covers_its_wave_and_those_before() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), false);
    scene.approvals = vec![Approval {
        version: 13,
        wave: "canary".to_owned(),
        failures: None,
        until: None,
        by: "git".to_owned(),
    }];
    assert_eq!(moving(&scene.derive()).len(), 98);
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.run("r1", "Sync", at(10 * DAY + 3 * HOUR + 1), false);
    scene.now = at(10 * DAY + 4 * HOUR);
    assert_eq!(
        scene.derive().phase,
        Phase::Stopped,
        "it is not for the rest"
    );
}

#[test]
fn nothing_is_laid_to_a_version_once_the_last_wave_is_over() {
    let mut scene = Scene::with(1, 1);
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.moves("c1", 13, at(10 * DAY));
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.spec.on_failure = OnFailure::Rollback;
    scene.run("r1", "Sync", at(20 * DAY), false);
    scene.now = at(20 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Settled);
    assert_eq!(back(&derived), BTreeMap::new());
    let facts = scene.facts();
    assert!(
        derive(&facts, &Evidence::default()).needs.is_empty(),
        "it costs nothing any more"
    );
}

/// A list that changes while it is read: what it shows did fail, and what it does not show is not known.
#[test]
fn a_part_of_the_failures_breaks_the_gate_and_never_lets_it_hold() {
    let mut scene = moved();
    scene.restless = Some("the list changed while it was read: 120 of 121".to_owned());
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert!(derived.unread.unwrap().contains("the list changed"));
    assert_eq!(moving(&scene.derive()), [""; 0]);
    scene.run("c2", "Sync", at(10 * DAY + 20), false);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped);
    assert_eq!(derived.reason, "at least 1 member newly failed, 0 allowed");
    assert_eq!(derived.unread, None);
    scene.spec.gate.newly_failed = Share::Count(1);
    assert_eq!(scene.derive().phase, Phase::Standing, "there may be more");
}

/// The wave whose members fail is the one that is stopped, although it had passed by its soak.
#[test]
fn a_failure_is_shown_in_the_wave_of_its_member() {
    let mut scene = moved();
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.run("c2", "Sync", at(10 * DAY + 20), false);
    let derived = scene.derive();
    assert!(matches!(phase(&derived, "canary"), WavePhase::Stopped(_)));
    assert_eq!(phase(&derived, "rest"), WavePhase::Closed);
    let why = derived.turns[&name("r1")].why().unwrap();
    assert!(why.starts_with("the rollout stopped in canary:"), "{why}");
}
