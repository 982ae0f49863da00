//! What stops all members: what is unknown, and what a person said.

use super::*;

/// Rule 18; test 16.
#[test]
fn what_is_unknown_opens_nothing_and_takes_nobody_back() {
    let mut scene = Scene::with(1, 2);
    scene.unknown = Some("customers: page 2 failed".to_owned());
    let new = scene.member("new", &[]);
    new.instance = None;
    new.current = None;
    new.standing = Standing::New;
    scene.versions.clear();
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert_eq!(derived.reason, "customers: page 2 failed");
    assert!(moving(&derived).is_empty());
    assert!(
        matches!(derived.turns[&name("new")], Turn::Waits { .. }),
        "not created either"
    );
}

#[test]
fn executions_that_cannot_be_read_hold_the_wave() {
    let mut scene = Scene::with(1, 2);
    scene.spec.on_failure = OnFailure::Rollback;
    scene.moves("c1", 13, at(10 * DAY));
    scene.run("c1", "Sync", at(10 * DAY + 1), false);
    scene.now = at(10 * DAY + 3 * HOUR);
    scene.unread = Some("502 Bad Gateway".to_owned());
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert_eq!(
        derived.reason,
        "executions could not be read: 502 Bad Gateway"
    );
    assert!(moving(&derived).is_empty() && back(&derived).is_empty());
    assert_eq!(derived.withdraw, None);
}

/// Rule 36.
#[test]
fn without_the_time_of_the_server_nobody_moves() {
    let scene = Scene::with(1, 2);
    let facts = Facts {
        now: None,
        ..scene.facts()
    };
    let derived = derive(&facts, &Evidence::default());
    assert_eq!(derived.reason, "the time of the server is not known");
    assert!(moving(&derived).is_empty());
}

#[test]
fn a_move_in_the_future_waits_for_it() {
    let mut scene = Scene::with(1, 1);
    scene.moves("c1", 13, at(11 * DAY));
    let derived = scene.derive();
    assert_eq!(
        phase(&derived, "canary"),
        WavePhase::Soaking(at(11 * DAY + 2 * HOUR))
    );
}

#[test]
fn a_member_of_which_the_last_deploy_is_not_known_holds_the_wave() {
    let mut scene = Scene::with(1, 1);
    let canary = scene.get("c1");
    canary.current = Some(13);
    canary.last_deployed_at = None;
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Standing);
    assert_eq!(derived.reason, "when c1 moved is not known");
}

/// Rule 20; test 19.
#[test]
fn a_pause_holds_everybody_and_clocks_run_on() {
    let mut scene = Scene::with(1, 2);
    scene.paused = Some("the label gitops:rollout=paused".to_owned());
    let derived = scene.derive();
    assert_eq!((derived.phase, moving(&derived).len()), (Phase::Paused, 0));
    assert_eq!(derived.reason, "paused: the label gitops:rollout=paused");
    assert_eq!(phase(&derived, "canary"), WavePhase::Open);
    scene.spec.on_failure = OnFailure::Rollback;
    scene.moves("c1", 13, at(10 * DAY));
    scene.run("c1", "Sync", at(10 * DAY + 1), false);
    scene.now = at(10 * DAY + HOUR);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Paused);
    assert!(back(&derived).is_empty() && derived.withdraw.is_none());
    scene.paused = None;
    assert_eq!(back(&scene.derive()).len(), 1, "resuming derives anew");
}

/// Rule 25; test 18.
#[test]
fn a_version_that_a_person_withdrew_moves_nobody() {
    let mut scene = Scene::with(2, 3);
    scene.moves("c1", 13, at(10 * DAY));
    scene.withdraw(13);
    scene.target = Target::Existing(12);
    for pass in 0..10 {
        scene.now = at(10 * DAY + pass * HOUR);
        let derived = scene.derive();
        assert_eq!(derived.phase, Phase::Withdrawn);
        assert!(moving(&derived).is_empty() && back(&derived).is_empty());
        assert!(
            matches!(derived.turns[&name("c1")], Turn::Waits { .. }),
            "it stays"
        );
    }
    scene.spec.on_failure = OnFailure::Rollback;
    assert_eq!(back(&scene.derive()), BTreeMap::from([("c1", 12)]));
}

/// Rule 20.
#[test]
fn an_aborted_rollout_goes_back_whatever_a_failure_would_do() {
    let mut scene = Scene::with(1, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.aborted = Some(13);
    let derived = scene.derive();
    assert_eq!(
        (derived.withdraw, back(&derived)),
        (Some(13), BTreeMap::from([("c1", 12)]))
    );
    scene.withdraw(13);
    scene.target = Target::Existing(12);
    let derived = scene.derive();
    assert_eq!(
        (derived.withdraw, back(&derived)),
        (None, BTreeMap::from([("c1", 12)]))
    );
    assert!(moving(&derived).is_empty());
    scene.published(14, at(11 * DAY));
    scene.target = Target::Existing(14);
    scene.now = at(11 * DAY);
    assert_eq!(moving(&scene.derive()), ["c1"], "it was for 13 only");
}

/// Rules 16 and 17.
#[test]
fn who_does_not_count_moves_with_its_wave() {
    let mut scene = Scene::with(1, 1);
    for (called, standing) in [
        ("off", Standing::Disabled),
        ("held", Standing::Held("until Friday".to_owned())),
    ] {
        scene.member(called, &["canary"]).standing = standing;
    }
    let derived = scene.derive();
    assert_eq!(
        moving(&derived),
        ["c1", "off"],
        "a version is set, not deployed"
    );
    assert_eq!(derived.waves[0].counted, 1);
    assert!(matches!(derived.turns[&name("held")], Turn::Waits { .. }));
}

/// An abort that was noted before the version is there.
#[test]
fn a_version_that_is_aborted_before_it_is_published_moves_nobody() {
    let mut scene = Scene::with(1, 2);
    scene.target = Target::Published;
    scene.meaning = Some("new".to_owned());
    scene.aborted = Some(14);
    let derived = scene.derive();
    assert_eq!(
        (derived.phase, moving(&derived).len()),
        (Phase::Standing, 0)
    );
    assert_eq!(
        derived.reason,
        "the rollout of version 14 was aborted before it is published"
    );
    scene.aborted = Some(13);
    assert_eq!(moving(&scene.derive()), ["c1"], "that one is over");
}

/// Not read is another thing than too little: nothing in git helps with it.
#[test]
fn what_could_not_be_read_of_executions_is_told_as_such() {
    let mut scene = Scene::with(1, 2);
    scene.moves("c1", 13, at(10 * DAY));
    scene.now = at(10 * DAY + 3 * HOUR);
    scene.unread = Some("502 Bad Gateway".to_owned());
    let derived = scene.derive();
    assert_eq!(
        derived.unread.as_deref(),
        Some("executions: 502 Bad Gateway")
    );
    assert_eq!(
        derived.next,
        ["see why executions could not be read; the next run goes on"]
    );
    scene.paused = Some("by hand".to_owned());
    assert!(scene.derive().unread.is_some(), "a pause hides nothing");
}

#[test]
fn a_withdrawn_version_is_named_with_what_it_came_from() {
    let mut scene = Scene::with(2, 3);
    scene.moves("c1", 13, at(10 * DAY));
    scene.withdraw(13);
    scene.target = Target::Existing(12);
    let derived = scene.derive();
    assert_eq!((derived.target, derived.base), (Some(13), Some(12)));
}
