//! Words, lengths and secrecy of what is recorded.

use super::*;

#[test]
fn a_sensitive_change_has_no_values_whatever_it_was_given() {
    let change = FieldChange {
        sensitive: true,
        ..FieldChange::shown(FieldPath::config("Key"), Some("s3cret"), Some("s3cret-2"))
    };
    let record = change.for_record();
    assert_eq!((record.before, record.after), (None, None));
}

#[test]
fn long_values_are_cut_between_characters() {
    let short = shorten(&"é".repeat(LONGEST_VALUE));
    assert!(short.starts_with("éé") && short.ends_with("… (8192 bytes in all)"));
    assert!(short.len() < LONGEST_VALUE + 40);
    assert_eq!(shorten("as it is"), "as it is");
}

#[test]
fn some_outcomes_are_failures() {
    let failures = PassOutcome::ALL.into_iter().filter(|it| it.is_failure());
    let words: Vec<_> = failures.map(PassOutcome::as_str).collect();
    assert_eq!(words, ["incomplete", "invalid", "failed"]);
}

#[test]
fn words_are_read_back() {
    for outcome in PassOutcome::ALL {
        assert_eq!(PassOutcome::parse(outcome.as_str()), Some(outcome));
    }
    for outcome in StepOutcome::ALL {
        assert_eq!(StepOutcome::parse(outcome.as_str()), Some(outcome));
    }
    let worst = |outcomes: &[StepOutcome]| StepOutcome::worst(outcomes.iter().copied());
    assert_eq!(worst(&[]), StepOutcome::Unfinished);
    assert_eq!(
        worst(&[StepOutcome::Failed, StepOutcome::Applied]),
        StepOutcome::Failed
    );
}
