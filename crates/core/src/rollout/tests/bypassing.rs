//! Past the waves because a person says so, and how the runs of waves ended.

use super::*;

fn bypassed(scene: &Scene) -> Derived {
    bypass(&scene.facts(), scene.derive(), "hotfix, 4711")
}

/// Who moves past the waves, sorted.
fn past(derived: &Derived) -> Vec<&str> {
    let all = derived.turns.iter();
    let all = all.filter(|(_, turn)| matches!(turn, Turn::Bypasses { .. }));
    all.map(|(name, _)| name.as_str()).collect()
}

/// Rule 33.
#[test]
fn who_waits_for_a_wave_moves_where_a_person_says_so() {
    let derived = bypassed(&Scene::with(1, 2));
    assert_eq!(
        (moving(&derived), past(&derived)),
        (vec!["c1"], vec!["r1", "r2"])
    );
    let expected = Turn::Bypasses {
        from: 12,
        why: "moves past the rollout: hotfix, 4711 (otherwise: waits for wave rest, which comes after canary)"
            .to_owned(),
    };
    assert_eq!(derived.turns[&name("r1")], expected);
    let bypass = derived.bypass.unwrap();
    assert_eq!((bypass.members.len(), bypass.refused), (2, None));
}

/// A bypass never overrides what a person or the API said about one member.
#[test]
fn it_never_moves_whom_something_else_than_the_wave_keeps() {
    let long = || "until Friday".to_owned();
    for (standing, goes) in [
        (Standing::Counted, true),
        (Standing::Disabled, true),
        (Standing::Blocked(long()), true),
        (Standing::Pending(long()), true),
        (Standing::Held(long()), false),
        (Standing::Pinned("9".to_owned()), false),
        (Standing::OptedOut(long()), false),
    ] {
        let mut scene = Scene::with(1, 2);
        scene.get("r1").standing = standing.clone();
        let found = bypassed(&scene);
        assert_eq!(past(&found).contains(&"r1"), goes, "{standing:?}");
    }
    let mut scene = Scene::with(1, 2);
    scene.get("r1").closed = Some("no changes at night".to_owned());
    assert_eq!(past(&bypassed(&scene)), ["r2"]);
}

type Change = fn(&mut Scene);

#[test]
fn it_is_refused_where_nobody_may_move_at_all() {
    let table: [(&str, Change, Option<&str>); 8] = [
        ("as it is", |_| {}, None),
        ("the gate stopped it", stop, None),
        (
            "paused",
            |it| it.paused = Some("release".to_owned()),
            Some("paused: release"),
        ),
        (
            "unknown",
            |it| it.unknown = Some("instances: 502".to_owned()),
            Some("instances: 502"),
        ),
        (
            "withdrawn",
            |it| withdrawn(it, 13),
            Some("version 13 was withdrawn"),
        ),
        (
            "aborted",
            |it| {
                stop(it);
                it.aborted = Some(13);
            },
            Some("the rollout of version 13 was aborted"),
        ),
        (
            "aborted before it is published",
            |it| {
                it.target = Target::Published;
                it.aborted = Some(14);
            },
            Some("the rollout of version 14 was aborted before it is published"),
        ),
        (
            "returns to what was finished",
            |it| {
                it.meaning = Some("m11".to_owned());
                it.published(11, at(0));
                it.finished.insert(11);
                it.spec.waves[1].max_concurrent = Some(1);
                it.spec.waves[0].max_concurrent = Some(1);
            },
            Some("goes back to what version 11 is made of, without waves"),
        ),
    ];
    for (what, change, refused) in table {
        let mut scene = Scene::with(1, 2);
        change(&mut scene);
        let found = bypassed(&scene);
        let said = found.bypass.as_ref().unwrap();
        assert_eq!(said.refused.as_deref(), refused, "{what}");
        assert_eq!(
            past(&found).is_empty(),
            refused.is_some(),
            "{what}: {found:?}"
        );
    }
}

/// The canary fails, and no other member moves.
fn stop(scene: &mut Scene) {
    let moved = at(10 * DAY - 30);
    scene.moves("c1", 13, moved);
    scene.run("c1", "Sync", at(10 * DAY - 10), false);
}

fn withdrawn(scene: &mut Scene, version: i64) {
    stop(scene);
    scene.withdraw(version);
}

/// Members sent ahead are judged with the others, and open no wave: their stamps say how they came.
#[test]
fn who_was_sent_past_the_waves_opens_none_and_is_judged() {
    let mut scene = Scene::with(1, 3);
    scene.moves("c1", 13, at(10 * DAY - 10 * HOUR));
    for (bypass, state) in [(false, WavePhase::Passed), (true, waits())] {
        scene.moves_from("r1", (13, 12), at(10 * DAY - HOUR));
        scene.get("r1").stamp.as_mut().unwrap().bypass = bypass;
        let derived = scene.derive();
        assert_eq!(phase(&derived, "canary"), state, "bypass: {bypass}");
        assert_eq!(derived.bypassed, usize::from(bypass));
    }
    scene.run("r1", "Sync", at(10 * DAY - 30), false);
    let derived = scene.derive();
    assert_eq!(derived.phase, Phase::Stopped);
    assert_eq!(derived.failures[0].member, name("r1"));
    scene.spec.on_failure = OnFailure::Rollback;
    assert_eq!(
        back(&scene.derive())["r1"],
        12,
        "and goes back to where it came from"
    );
}

/// Until the canary has run, or the time for that is over.
fn waits() -> WavePhase {
    WavePhase::Waiting(at(10 * DAY - 10 * HOUR + 2 * HOUR + DAY))
}

#[test]
fn who_looks_sees_how_the_runs_of_each_wave_ended() {
    let mut scene = Scene::with(2, 2);
    scene.spec.gate.min_executions = 0;
    scene.spec.waves[0].soak = Duration::ZERO;
    for (member, when) in [("c1", 50), ("c2", 50), ("r1", 20)] {
        scene.run(member, "Sync", at(HOUR), true);
        scene.moves(member, 13, at(10 * DAY - when));
    }
    scene.run("c1", "Sync", at(10 * DAY - 40), true);
    scene.run("c1", "Sync", at(10 * DAY - 30), true);
    scene.run("c2", "Sync", at(10 * DAY - 30), false).made_good = true;
    scene.run("c2", "Sync", at(10 * DAY - 29), true);
    scene.run("r1", "Sync", at(10 * DAY - 10), false);
    let runs = |scene: &Scene| {
        let waves = scene.derive().waves.into_iter();
        let runs = waves.map(|it| it.runs.map(|it| (it.good, it.failed, it.newly_failed)));
        runs.collect::<Vec<_>>()
    };
    assert_eq!(runs(&scene), [None, None], "nobody looks");
    scene.looked_at = true;
    assert_eq!(runs(&scene), [Some((3, 0, 0)), Some((0, 1, 1))]);
    scene.restless = Some("it grows".to_owned());
    assert_eq!(runs(&scene), [None, None], "not all failures are known");
}

/// Rule 31.
#[test]
fn holds_on_more_than_half_of_a_wave_are_warned_of() {
    let warned = |held: usize, moved: usize, all: usize| {
        let mut scene = Scene::with(all, 1);
        for n in 1..=all {
            if n <= moved {
                let now = scene.now;
                scene.moves(&format!("c{n}"), 13, now);
            }
            if n > all - held {
                scene.get(&format!("c{n}")).standing = Standing::Held("until Friday".to_owned());
            }
        }
        scene.derive().warnings
    };
    assert_eq!(warned(2, 0, 4), [""; 0], "half of them");
    assert_eq!(
        warned(3, 0, 4),
        ["3 of 4 members of canary are on hold: they do not move, and do not count"]
    );
    assert_eq!(warned(3, 2, 4), [""; 0], "one of them has moved before");
    assert_eq!(warned(4, 0, 4).len(), 1);
}
