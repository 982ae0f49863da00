//! Who belongs to which wave, and when the next one opens.

use super::*;
use crate::model::rollout::{OnInconclusive, Pace, WHOLE};

#[test]
fn the_first_wave_moves_and_the_others_wait() {
    let scene = Scene::with(2, 3);
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["c1", "c2"]);
    assert_eq!((derived.target, derived.base), (Some(13), Some(12)));
    assert_eq!(derived.phase, Phase::Moving);
    assert_eq!(derived.turns[&name("c1")], Turn::Moves { from: 12 });
    assert_eq!(
        derived.turns[&name("r1")],
        Turn::Waits {
            why: "waits for wave rest, which comes after canary".to_owned()
        }
    );
}

#[test]
fn a_wave_soaks_is_judged_and_lets_the_next_one_open() {
    let mut scene = Scene::with(1, 2);
    let moved = scene.now;
    scene.moves("c1", 13, moved);
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(
        phase(&derived, "canary"),
        WavePhase::Soaking(at(10 * DAY + 2 * HOUR))
    );
    assert_eq!(moving(&derived), [""; 0]);
    scene.now = at(10 * DAY + 2 * HOUR);
    let derived = scene.derive();
    assert_eq!(
        phase(&derived, "canary"),
        WavePhase::Waiting(at(11 * DAY + 2 * HOUR))
    );
    assert_eq!(derived.phase, Phase::Waiting);
    scene.run("c1", "Sync", at(10 * DAY + HOUR), true);
    let derived = scene.derive();
    assert_eq!(phase(&derived, "canary"), WavePhase::Passed);
    assert_eq!(moving(&derived), ["r1", "r2"]);
}

/// Rule 7; test 10.
#[test]
fn a_percentage_that_gets_nobody_takes_the_lowest_and_keeps_it() {
    let mut scene = Scene::with(0, 3);
    scene.spec.waves[0] = wave("early", Select::Percent(1_000), 0);
    // These names draw no member into 10%.
    let first = moving(&scene.derive())
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(first.len(), 1, "{first:?}");
    let moved = scene.now;
    scene.moves(&first[0], 13, moved);
    for n in 0..40 {
        // A lower draw that is not within the 10% does not take the place.
        let newcomer = format!("n{n}");
        scene.member(&newcomer, &[]);
        let facts = scene.facts();
        let waves = assign(&facts);
        let early: Vec<&str> = facts
            .members
            .iter()
            .zip(&waves)
            .filter(|(_, wave)| **wave == Some(0))
            .map(|(member, _)| member.name.as_str())
            .collect();
        let drawn = early.iter().any(|it| it.starts_with('n'));
        assert!(drawn || early == [first[0].as_str()], "{early:?}");
        scene.members.pop();
    }
}

/// Rule 7; test 11.
#[test]
fn none_of_all_is_nobody_and_all_is_everybody() {
    let mut scene = Scene::with(0, 30);
    scene.spec.waves[0] = wave("none", Select::Percent(0), 0);
    let facts = scene.facts();
    assert!(assign(&facts).iter().all(|it| *it == Some(1)));
    assert_eq!(moving(&scene.derive()).len(), 30, "nobody is waited for");
    assert_eq!(scene.spec.waves[1].select, Select::Percent(WHOLE));
}

#[test]
fn the_first_wave_that_selects_a_member_has_it_and_the_overlap_is_counted() {
    let mut scene = Scene::with(1, 0);
    scene.spec.waves.insert(1, wave("paid", labels("paid"), 0));
    scene.member("both", &["canary", "paid"]);
    scene.member("p1", &["paid"]);
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["both", "c1"]);
    assert_eq!((derived.waves[1].counted, derived.waves[1].overlap), (1, 1));
}

/// Rule 8; test 9.
#[test]
fn a_wave_that_selects_nobody_stands_unless_it_is_optional() {
    let mut scene = Scene::with(0, 3);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert_eq!(derived.reason, "canary selects no member");
    assert_eq!(moving(&derived), [""; 0]);
    scene.spec.waves[0].optional = true;
    assert_eq!(moving(&scene.derive()).len(), 3);
}

/// Rule 9; test 8.
#[test]
fn a_wave_of_which_nobody_counts_stands() {
    let mut scene = Scene::with(2, 2);
    for (canary, standing) in [
        ("c1", Standing::Held("until Friday".to_owned())),
        ("c2", Standing::Disabled),
    ] {
        scene.get(canary).standing = standing;
    }
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert_eq!(
        derived.reason,
        "no member of canary counts: all are left out"
    );
    assert_eq!(moving(&derived), [""; 0]);
    assert_eq!(derived.left_out[&name("c1")], "held: until Friday");
}

/// Rule 17.
#[test]
fn blocked_members_are_tolerated_up_to_a_share_and_come_later() {
    let mut scene = Scene::with(10, 1);
    scene.get("c1").standing = Standing::Blocked("no value for \"Region\"".to_owned());
    let derived = scene.derive();
    assert_eq!(derived.waves[0].counted, 9);
    assert_eq!(derived.waves[0].now, 9);
    scene.get("c2").standing = Standing::Pending("consent to \"Salesforce\"".to_owned());
    let derived = scene.derive();
    assert_eq!(derived.reason, "2 of 10 are blocked or pending");
    assert_eq!(moving(&derived), [""; 0]);
}

/// Rules 10 and 31.
#[test]
fn members_that_no_wave_moves_are_held() {
    let mut scene = Scene::with(1, 2);
    scene.spec.waves[1] = wave("never", Select::OthersHold, 0);
    scene.moves("c1", 13, at(10 * DAY));
    scene.now = at(11 * DAY);
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Finished);
    assert_eq!(moving(&derived), [""; 0]);
    assert_eq!(
        derived.turns[&name("r1")],
        Turn::Waits {
            why: "never is held".to_owned()
        }
    );
}

/// Rule 28.
#[test]
fn as_many_move_at_once_as_the_wave_lets() {
    let mut scene = Scene::with(0, 9);
    scene.spec.waves.remove(0);
    scene.spec.waves[0].max_concurrent = Some(3);
    assert_eq!(moving(&scene.derive()), ["r1", "r2", "r3"]);
    scene.moves("r1", 13, at(10 * DAY));
    let half = scene.get("r2");
    half.current = Some(13);
    half.settled = false;
    half.stamp = Some(MoveStamp {
        to: 13,
        from: 12,
        at: at(10 * DAY),
        bypass: false,
    });
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["r3", "r4"], "one is under way");
    assert_eq!(derived.turns[&name("r2")], Turn::Finishes { from: 12 });
    scene.spec.waves[0].pace = Some(Pace {
        members: 3,
        every: mins(10),
    });
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["r3"], "two came in the last ten minutes");
    assert_eq!(derived.until, Some(at(10 * DAY + 10)));
    scene.now = at(10 * DAY + 11);
    assert_eq!(moving(&scene.derive()), ["r3", "r4"]);
}

/// Rule 15; test 24.
#[test]
fn too_little_evidence_waits_passes_or_stops() {
    let mut scene = Scene::with(1, 1);
    scene.spec.gate.min_executions = 5;
    scene.moves("c1", 13, at(10 * DAY));
    scene.run("c1", "Sync", at(10 * DAY + 5), true);
    for (minutes, policy, expected) in [
        (10 * DAY + 3 * HOUR, OnInconclusive::Pass, Phase::Waiting),
        (20 * DAY, OnInconclusive::Wait, Phase::Waiting),
        (20 * DAY, OnInconclusive::Pass, Phase::Moving),
        (20 * DAY, OnInconclusive::Pause, Phase::Stopped),
    ] {
        scene.now = at(minutes);
        scene.spec.gate.on_inconclusive = policy;
        let derived = scene.derive();
        assert_eq!(derived.phase, expected, "{policy:?}: {}", derived.reason);
        assert_eq!(moving(&derived).is_empty(), expected != Phase::Moving);
    }
    let approval = Approval {
        version: 13,
        wave: "canary".to_owned(),
        failures: None,
        until: None,
        by: "git: runs monthly".to_owned(),
    };
    scene.approvals.push(approval);
    assert_eq!(moving(&scene.derive()), ["r1"], "a person lets it pass");
}

#[test]
fn enough_members_must_have_run() {
    let mut scene = Scene::with(2, 1);
    scene.spec.gate.min_members = crate::model::Share::Percent(100.0);
    for canary in ["c1", "c2"] {
        scene.moves(canary, 13, at(10 * DAY));
    }
    scene.now = at(10 * DAY + 3 * HOUR);
    for minute in 0..9 {
        scene.run("c1", "Sync", at(10 * DAY + 10 + minute), true);
    }
    assert_eq!(scene.derive().phase, Phase::Waiting);
    scene.run("c2", "Sync", at(10 * DAY + 20), true);
    assert_eq!(moving(&scene.derive()), ["r1"]);
}

/// Rule 12; test 12.
#[test]
fn who_joins_a_wave_that_passed_moves_alone_and_closes_nothing() {
    let mut scene = Scene::with(1, 3);
    scene.spec.waves[1].max_concurrent = Some(1);
    scene.moves("c1", 13, at(10 * DAY));
    scene.run("c1", "Sync", at(10 * DAY + 5), true);
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.now = at(10 * DAY + 4 * HOUR);
    scene.member("late", &["canary"]);
    let derived = scene.derive();
    assert_eq!(phase(&derived, "canary"), WavePhase::Passed);
    assert_eq!(moving(&derived), ["late", "r2"]);
    scene.moves("late", 13, at(10 * DAY + 4 * HOUR));
    assert_eq!(moving(&scene.derive()), ["r2"], "its soak holds nobody up");
}

/// Rule 11; test 13.
#[test]
fn a_canary_without_its_label_stays_moved_and_opens_nothing() {
    let mut scene = Scene::with(2, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.moves("c2", 13, at(10 * DAY + 1));
    scene.get("c1").labels.clear();
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(derived.turns[&name("c1")], Turn::Done);
    assert_eq!(phase(&derived, "rest"), WavePhase::Closed);
    scene.now = at(10 * DAY + 3 * HOUR);
    scene.run("c2", "Sync", at(10 * DAY + 5), true);
    assert_eq!(moving(&scene.derive()), ["r1", "r2"]);
    scene.run("c1", "Sync", at(10 * DAY + 2 * HOUR), false);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped, "its failure still counts");
    assert_eq!(moving(&derived), [""; 0]);
}

/// Rules 6 and 32; test 17.
#[test]
fn a_member_that_a_person_moved_ahead_opens_nothing() {
    let mut scene = Scene::with(1, 3);
    scene
        .spec
        .waves
        .insert(1, wave("early", Select::Percent(5_000), HOUR));
    scene.moves("c1", 13, at(10 * DAY));
    let ahead = scene.get("r1");
    ahead.current = Some(13);
    ahead.last_deployed_at = Some(at(10 * DAY + 30));
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(derived.turns[&name("r1")], Turn::Done, "it is left alone");
    assert_eq!(phase(&derived, "early"), WavePhase::Closed);
    assert_eq!(phase(&derived, "rest"), WavePhase::Closed);
}

/// Rule 30.
#[test]
fn a_member_outside_its_hours_waits_and_the_others_go() {
    let mut scene = Scene::with(0, 2);
    scene.spec.waves.remove(0);
    scene.get("r1").closed = Some("no allow window is active".to_owned());
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["r2"]);
    assert_eq!(
        derived.turns[&name("r1")],
        Turn::Waits {
            why: "no allow window is active".to_owned()
        }
    );
}

/// Rules 13 and 16.
#[test]
fn a_new_member_begins_with_the_target_once_its_wave_is_open() {
    let mut scene = Scene::with(1, 1);
    let new = scene.member("new", &[]);
    new.instance = None;
    new.current = None;
    new.deployed = false;
    new.standing = Standing::New;
    let derived = scene.derive();
    assert!(matches!(
        derived.turns[&name("new")],
        Turn::Begins { on: 12, .. }
    ));
    scene.moves("c1", 13, at(10 * DAY));
    scene.run("c1", "Sync", at(10 * DAY + 5), true);
    scene.now = at(10 * DAY + 3 * HOUR);
    let derived = scene.derive();
    assert_eq!(derived.turns[&name("new")], Turn::Free);
    // An integration that no member runs yet has none to protect.
    scene.members.retain(|it| it.standing == Standing::New);
    assert_eq!(scene.derive().phase, Phase::Settled);
}

/// A withdrawn version moves no member, and a new member does not wait for the next version.
#[test]
fn a_new_member_begins_with_what_all_have_while_a_version_is_withdrawn() {
    for on_failure in [OnFailure::Pause, OnFailure::Rollback] {
        let mut scene = Scene::with(1, 2);
        scene.spec.on_failure = on_failure;
        scene.withdraw(13);
        scene.target = Target::Existing(12);
        scene.declared = Some("m13".to_owned());
        let new = scene.member("new", &[]);
        (new.instance, new.current, new.deployed) = (None, None, false);
        new.standing = Standing::New;
        let derived = scene.derive();
        assert_eq!(derived.phase, Phase::Withdrawn);
        let turn = &derived.turns[&name("new")];
        assert!(matches!(turn, Turn::Begins { on: 12, .. }), "{turn:?}");
    }
}

/// A canary on a version that failed counts as much as the one that stayed: no new member begins with that version.
#[test]
fn a_new_member_never_begins_with_a_version_that_did_not_finish() {
    let mut scene = Scene::with(1, 1);
    scene.moves("c1", 13, at(10 * DAY));
    scene.published(14, at(10 * DAY + HOUR));
    scene.target = Target::Existing(14);
    scene.now = at(10 * DAY + 2 * HOUR);
    let new = scene.member("new", &[]);
    (new.instance, new.current, new.deployed) = (None, None, false);
    new.standing = Standing::New;
    let derived = scene.derive();
    let turn = &derived.turns[&name("new")];
    assert!(matches!(turn, Turn::Begins { on: 12, .. }), "{turn:?}");
}

#[test]
fn those_who_opted_out_or_are_pinned_are_free() {
    let mut scene = Scene::with(1, 2);
    scene.get("r1").standing = Standing::OptedOut("on-prem".to_owned());
    scene.get("r2").standing = Standing::Pinned("12".to_owned());
    scene.member("r3", &[]);
    let derived = scene.derive();
    assert_eq!(derived.turns[&name("r1")], Turn::Free);
    assert_eq!(derived.turns[&name("r2")], Turn::Free);
    assert_eq!(derived.left_out[&name("r1")], "opted out: on-prem");
    assert_eq!(derived.waves[1].counted, 1);
}
