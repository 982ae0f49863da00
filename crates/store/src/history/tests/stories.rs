//! What the records show of single values.

use super::*;
use crate::model::Field;
use crate::model::history::Resolved;

#[test]
fn a_story_tells_who_set_a_value_and_who_changed_it_since() {
    let bench = Bench::new();
    let path = "config \"Endpoint\"";
    let write = |second, before, after, outcome| {
        bench.note(writing(second, outcome, vec![change(path, before, after)]));
    };
    write(0, None, Some("a"), StepOutcome::Applied);
    write(100, Some("a"), Some("b"), StepOutcome::Failed);
    write(200, Some("a"), Some("b"), StepOutcome::Applied);
    write(300, Some("x"), Some("b"), StepOutcome::Applied);
    let writes = bench.writes(HistoryQuery::default());
    let [story] = stories(&writes).try_into().unwrap();
    assert_eq!(
        (story.path, story.value, story.before),
        (path, Some("b"), Some("a"))
    );
    assert_eq!(
        story.set_by.id, 3,
        "the first that was done, not the one that healed"
    );
    let [outside] = story.outside.try_into().unwrap();
    assert_eq!((outside.from, outside.to), (Some("b"), Some("x")));
    assert_eq!(outside.after, Some(moment(202)));
    assert_eq!(outside.found_at, moment(301));
    assert_eq!(outside.healed_by.id, 4);
}

#[test]
fn sensitive_values_have_a_story_without_values() {
    let bench = Bench::new();
    let hidden = || vec![FieldChange::hidden(FieldPath::config("Key"))];
    bench.note(writing(0, StepOutcome::Applied, hidden()));
    bench.note(writing(100, StepOutcome::Applied, hidden()));
    let mut healing = writing(200, StepOutcome::Applied, hidden());
    if let HistoryEvent::WriteBegan(_, start) = &mut healing[1] {
        start.drift = true;
    }
    bench.note(healing);
    let writes = bench.writes(HistoryQuery::default());
    let [story] = stories(&writes).try_into().unwrap();
    assert_eq!(
        (story.value, story.sensitive, story.set_by.id),
        (None, true, 2)
    );
    assert_eq!(story.outside.len(), 1, "the daemon saw that it was drift");
}

#[test]
fn since_a_moment_each_field_has_a_then_and_a_now() {
    let bench = Bench::new();
    let changes = |before, after| vec![change("a", before, after), change("b", after, before)];
    bench.note(writing(
        0,
        StepOutcome::Applied,
        changes(Some("1"), Some("2")),
    ));
    let back = vec![change("a", Some("2"), Some("1"))];
    bench.note(writing(100, StepOutcome::Applied, back));
    bench.note(writing(
        200,
        StepOutcome::Failed,
        vec![change("c", Some("1"), None)],
    ));
    let writes = bench.writes(HistoryQuery::default());
    let [resource] = since(&writes).try_into().unwrap();
    assert_eq!(resource.writes.len(), 3);
    let [a, b] = resource.fields.try_into().unwrap();
    assert!(a.path == "a" && a.is_same());
    assert_eq!((b.then, b.now), (Some("2"), Some("1")));
}

/// The paths of what was changed outside.
fn outside(bench: &Bench) -> Vec<String> {
    let writes = bench.writes(HistoryQuery::default());
    let told = stories(&writes).into_iter().flat_map(|story| {
        let path = story.path.to_owned();
        story.outside.into_iter().map(move |_| path.clone())
    });
    told.collect()
}

#[test]
fn our_own_upgrades_are_not_changes_outside() {
    let bench = Bench::new();
    let upgrade = |second, before, after| {
        let mut events = writing(
            second,
            StepOutcome::Applied,
            vec![change("version", Some(before), Some(after))],
        );
        // In step with these files before: it is the integration that moved.
        if let HistoryEvent::WriteBegan(_, start) = &mut events[1] {
            start.drift = true;
        }
        bench.note(events);
    };
    bench.note(writing(
        0,
        StepOutcome::Applied,
        vec![change(
            "version",
            Some("1"),
            Some(FieldChange::TO_BE_PUBLISHED),
        )],
    ));
    upgrade(100, "2", "3");
    upgrade(200, "3", "4");
    assert_eq!(outside(&bench), Vec::<String>::new());
    upgrade(300, "9", "5");
    assert_eq!(outside(&bench), ["version"]);
}

#[test]
fn the_number_of_a_version_is_noted_when_it_is_known() {
    for late in [false, true] {
        let bench = Bench::new();
        let mut events = writing(
            0,
            StepOutcome::Applied,
            vec![change(
                "version",
                Some("1"),
                Some(FieldChange::TO_BE_PUBLISHED),
            )],
        );
        let HistoryEvent::WriteBegan(key, start) = &events[1] else {
            panic!("{events:?}")
        };
        let resolved = Resolved {
            path: Field::Version.into(),
            after: "2".to_owned(),
        };
        events.insert(
            if late { 4 } else { 2 },
            HistoryEvent::Resolved(*key, start.address.clone(), resolved),
        );
        for event in events {
            bench.note(vec![event]);
        }
        let writes = bench.writes(HistoryQuery::default());
        assert_eq!(
            writes[0].start.changes[0].after.as_deref(),
            Some("2"),
            "{late}"
        );
    }
}

#[test]
fn what_a_failed_write_had_done_is_ours_all_the_same() {
    let bench = Bench::new();
    let path = "config \"Endpoint\"";
    let write = |second, before, after, operation: &str, outcome| {
        let mut events = writing(
            second,
            outcome,
            vec![change(path, Some(before), Some(after))],
        );
        for event in &mut events {
            if let HistoryEvent::Step(_, _, step) = event {
                operation.clone_into(&mut step.operation);
            }
        }
        bench.note(events);
    };
    write(0, "a", "b", "configure", StepOutcome::Applied);
    // Lost on the way, and done.
    write(100, "b", "c", "configure", StepOutcome::Failed);
    write(200, "c", "d", "configure", StepOutcome::Applied);
    assert_eq!(outside(&bench), Vec::<String>::new());
    // Never sent: another writer made it `e`.
    write(300, "d", "e", "deploy", StepOutcome::Failed);
    write(400, "e", "d", "configure", StepOutcome::Applied);
    assert_eq!(outside(&bench), [path]);
}
