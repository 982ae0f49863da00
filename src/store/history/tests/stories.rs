//! What the records tell of single values.

use super::*;

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
    let hidden = || vec![ChangeRecord::from(&FieldChange::hidden("config \"Key\""))];
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
