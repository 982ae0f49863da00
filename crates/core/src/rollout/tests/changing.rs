//! Versions that follow each other, come back, or are not published yet.

use super::*;

#[test]
fn before_the_version_is_published_the_first_wave_is_open_already() {
    let mut scene = Scene::with(2, 2);
    scene.target = Target::Published;
    scene.meaning = Some("new".to_owned());
    let derived = scene.derive();
    assert_eq!((derived.target, derived.base), (None, Some(12)));
    assert_eq!(moving(&derived), ["c1", "c2"]);
}

/// Rule 19.
#[test]
fn a_newer_version_starts_over_and_stamps_keep_where_they_came_from() {
    let mut scene = Scene::with(2, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.published(14, at(10 * DAY + HOUR));
    scene.target = Target::Existing(14);
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(derived.base, Some(12));
    assert_eq!(derived.turns[&name("c1")], Turn::Moves { from: 12 });
    assert_eq!(derived.turns[&name("c2")], Turn::Moves { from: 12 });
    // Once a version is everywhere, it is what the next one comes from.
    for member in ["c1", "c2", "r1", "r2"] {
        scene.moves_from(member, (13, 12), at(10 * DAY));
    }
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 13 });
    scene.moves("c1", 14, at(10 * DAY + HOUR));
    assert_eq!(scene.derive().turns[&name("c2")], Turn::Moves { from: 13 });
}

/// Rule 19.
#[test]
fn with_overlap_queue_the_older_is_finished_first() {
    let mut scene = Scene::with(1, 2);
    scene.spec.overlap = Overlap::Queue;
    scene.moves("c1", 13, at(10 * DAY));
    scene.published(14, at(10 * DAY + HOUR));
    scene.target = Target::Existing(14);
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert!(derived.queued);
    assert_eq!((derived.target, moving(&derived).len()), (Some(13), 0));
    assert!(
        matches!(derived.turns[&name("c1")], Turn::Waits { .. }),
        "not on to 14"
    );
    scene.run("c1", "Sync", at(10 * DAY + 10), true);
    scene.now = at(10 * DAY + 3 * HOUR);
    assert_eq!(moving(&scene.derive()), ["r1", "r2"]);
    scene.withdraw(13);
    let derived = scene.derive();
    assert!(!derived.queued, "a withdrawn one is not waited for");
    assert_eq!(derived.target, Some(14));
}

/// Rule 26; test 27.
#[test]
fn git_says_again_what_was_finished_and_all_return_without_waves() {
    let mut scene = Scene::with(2, 6);
    for member in scene.members.clone() {
        scene.moves(member.name.as_str(), 13, at(10 * DAY));
    }
    scene.target = Target::Published;
    scene.meaning = Some("m12".to_owned());
    scene.spec.waves[1].max_concurrent = Some(3);
    scene.spec.waves[0].max_concurrent = Some(2);
    scene.get("r6").failing = true;
    scene.now = at(20 * DAY);
    let derived = scene.derive();
    assert_eq!(
        moving(&derived),
        ["c1", "c2", "r6"],
        "the failing one is among the first"
    );
    scene.published(14, at(20 * DAY));
    scene.versions[2].meaning = Some("m12".to_owned());
    scene.target = Target::Existing(14);
    for member in ["c1", "c2", "r6"] {
        scene.moves(member, 14, at(20 * DAY));
    }
    scene.now = at(20 * DAY + 1);
    assert_eq!(
        moving(&scene.derive()),
        ["r1", "r2", "r3"],
        "without a soak"
    );
    // Something that was never finished goes in waves.
    scene.meaning = Some("m13-bad".to_owned());
    assert_eq!(moving(&scene.derive()), [""; 0]);
    scene.meaning = Some("m12".to_owned());
    scene.spec.rollback_window = 0;
    assert_eq!(moving(&scene.derive()), [""; 0]);
}

/// Rule 26: what failed in its first wave was never finished.
#[test]
fn a_version_that_only_canaries_ran_is_not_returned_to() {
    let mut scene = Scene::with(1, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.published(14, at(10 * DAY + HOUR));
    scene.target = Target::Existing(14);
    scene.meaning = Some("m13".to_owned());
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["c1"]);
    assert_eq!(derived.reason, "canary is open");
}

#[test]
fn where_everybody_runs_it_there_is_no_rollout() {
    let mut scene = Scene::with(1, 2);
    scene.target = Target::Existing(12);
    scene.versions.truncate(1);
    let derived = scene.derive();
    assert_eq!((derived.phase, derived.waves.len()), (Phase::Settled, 0));
    assert!(derived.turns.values().all(|turn| *turn == Turn::Free));
    // A deploy of today, without a move, is none either.
    for member in &mut scene.members {
        member.last_deployed_at = Some(scene.now);
    }
    assert_eq!(scene.derive().phase, Phase::Settled);
}

#[test]
fn who_joins_after_the_history_says_finished_moves_at_once() {
    let mut scene = Scene::with(1, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.moves("r1", 13, at(10 * DAY + 3 * HOUR));
    scene.run("c1", "Sync", at(50 * DAY), false);
    scene.now = at(60 * DAY);
    scene.finished.insert(13);
    let derived = scene.derive();
    assert_eq!(moving(&derived), ["r2"]);
    assert!(derived.needs.is_empty());
}

/// What is never moved at all does not keep a version from being finished: the next one comes from that.
#[test]
fn a_wave_that_is_held_does_not_drag_the_base_along() {
    let mut scene = Scene::with(1, 2);
    scene.spec.waves = vec![
        wave("canary", labels("canary"), 2 * HOUR),
        wave("others", Select::OthersHold, 0),
    ];
    scene.moves("c1", 13, at(10 * DAY));
    scene.published(14, at(12 * DAY));
    scene.target = Target::Existing(14);
    scene.now = at(12 * DAY);
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 13 });
    scene.spec.overlap = Overlap::Queue;
    assert!(!scene.derive().queued, "13 has reached all that it could");
}

/// A member that was pinned to what was old already had no part in the rollout that it missed.
#[test]
fn a_pin_that_went_away_does_not_drag_the_base_along() {
    let mut scene = Scene::with(2, 2);
    for member in ["c1", "c2", "r1"] {
        scene.moves(member, 13, at(10 * DAY));
    }
    scene.published(9, at(-9 * DAY));
    scene.get("r2").current = Some(9);
    scene.published(14, at(12 * DAY));
    scene.target = Target::Existing(14);
    scene.now = at(12 * DAY);
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 13 });
    // One that could have moved with the others keeps it unfinished.
    scene.get("r2").current = Some(12);
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 12 });
    // Where no member of a wave took part, the others prove nothing.
    scene.get("r1").current = Some(9);
    scene.get("r1").stamp = None;
    scene.get("r2").current = Some(9);
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 12 });
}

/// What is carried over is what the member would go back to.
#[test]
fn a_base_that_was_withdrawn_is_not_carried_over() {
    let mut scene = Scene::with(1, 2);
    scene.published(11, at(-DAY));
    scene.moves("c1", 13, at(10 * DAY));
    scene.withdraw(12);
    scene.get("r2").current = Some(11);
    scene.published(14, at(12 * DAY));
    scene.target = Target::Existing(14);
    scene.now = at(12 * DAY);
    assert_eq!(scene.derive().turns[&name("c1")], Turn::Moves { from: 11 });
}

/// Rule 26: a return is over once all are back, and is not judged like a new version.
#[test]
fn a_return_ends_when_all_are_back() {
    let mut scene = Scene::with(1, 2);
    for member in ["c1", "r1", "r2"] {
        scene.moves(member, 13, at(10 * DAY));
    }
    scene.published(14, at(20 * DAY));
    scene.versions[2].meaning = Some("m12".to_owned());
    scene.meaning = Some("m12".to_owned());
    scene.target = Target::Existing(14);
    scene.now = at(20 * DAY);
    assert_eq!(moving(&scene.derive()), ["c1", "r1", "r2"]);
    for member in ["c1", "r1", "r2"] {
        let member = scene.get(member);
        (member.current, member.stamp) = (Some(14), None);
        member.last_deployed_at = Some(at(20 * DAY));
    }
    scene.run("c1", "Sync", at(20 * DAY + 1), false);
    scene.now = at(20 * DAY + 2);
    assert_eq!(scene.derive().phase, Phase::Settled);
    // One that cannot move does not make it a new version for the others.
    let held = scene.member("held", &[]);
    held.standing = Standing::Held("until Friday".to_owned());
    held.current = Some(13);
    let derived = scene.derive();
    assert_eq!(
        (derived.phase, derived.failures.len()),
        (Phase::Finished, 0)
    );
    assert!(derived.waves.is_empty() && derived.needs.is_empty());
}

/// The old number itself, where that is what git comes to.
#[test]
fn members_return_to_the_old_number_without_waves() {
    let mut scene = Scene::with(1, 2);
    for member in ["c1", "r1", "r2"] {
        scene.moves(member, 13, at(10 * DAY));
    }
    scene.target = Target::Existing(12);
    scene.meaning = Some("m12".to_owned());
    scene.now = at(10 * DAY + HOUR);
    assert_eq!(moving(&scene.derive()), ["c1", "r1", "r2"]);
}
