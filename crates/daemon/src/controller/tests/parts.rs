//! Passes that a person asks for about a part.

use super::bench::{Bench, INTERVAL, result};
use crate::controller::control::TooMany;
use crate::controller::error::PassError;
use crate::controller::status::PassOutcome;
use crate::controller::testing::{Script, deploy, instance};
use crate::model::{Diagnostic, Health};
use crate::plan::Part;

fn part(targets: &[&str]) -> Part {
    Part {
        targets: targets
            .iter()
            .map(|name| format!("Instance/{name}"))
            .collect(),
        ..Part::default()
    }
}

/// A loop that made a pass when nothing differed; since then `a` and `b` do.
async fn differing() -> Bench {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    let steps = vec![deploy(0, "a", &[]), deploy(1, "b", &[])];
    *bench.script.standing.lock().unwrap() = Ok(steps);
    bench
}

fn parts(bench: &Bench) -> Vec<Option<Part>> {
    bench.script.parts.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn only_the_part_is_written_and_the_rest_by_the_next_ordinary_pass() {
    let mut bench = differing().await;
    let applied = bench.status.borrow().applied_revision.clone();
    bench.source.set(Some("r2"));
    let asked = bench.control.sync_part(part(&["a"])).unwrap();
    assert_eq!(asked, 2);
    let status = bench.passes(asked).await;
    assert_eq!(bench.seen(), "+a -a");
    assert_eq!(result(&status), PassOutcome::Applied);
    assert_eq!(status.last_pass.unwrap().part, Some(part(&["a"])));
    assert_eq!(status.applied_revision, applied, "not as a whole");
    let elapsed = bench.elapsed();
    assert!(elapsed < INTERVAL / 2, "at once: {elapsed:?}");
    let status = bench.passes(3).await;
    assert_eq!(bench.seen(), "+a -a +a -a +b -b");
    assert_eq!(status.last_pass.unwrap().part, None);
    assert_eq!(status.applied_revision.unwrap().id, "r2");
    let elapsed = bench.elapsed();
    assert!(elapsed < INTERVAL * 2, "when it was due: {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn each_wish_has_a_pass_of_its_own_in_their_order() {
    let mut bench = differing().await;
    let ask = |name: &str| bench.control.sync_part(part(&[name])).unwrap();
    assert_eq!((ask("a"), ask("b"), ask("a")), (2, 3, 2));
    assert_eq!(bench.control.sync(), 4);
    bench.passes(4).await;
    let expected = [None, Some(part(&["a"])), Some(part(&["b"])), None];
    assert_eq!(parts(&bench), expected);
}

#[tokio::test(start_paused = true)]
async fn new_files_that_a_part_went_by_are_looked_at_as_a_whole() {
    let mut bench = differing().await;
    bench.push("r2").await;
    let asked = bench.control.sync_part(part(&["a"])).unwrap();
    bench.passes(asked).await;
    bench.steps("+a -a +a -a +b -b").await;
    let elapsed = bench.elapsed();
    assert!(
        elapsed < INTERVAL / 2,
        "not at the next resync: {elapsed:?}"
    );
    assert_eq!(bench.compared(), "r1 r2 r2");
}

#[tokio::test(start_paused = true)]
async fn a_part_is_held_by_what_holds_everything() {
    let mut bench = differing().await;
    bench.control.pause("release".to_owned(), None).await;
    let asked = bench.control.sync_part(part(&["a"])).unwrap();
    let status = bench.passes(asked).await;
    assert_eq!(result(&status), PassOutcome::Held);
    assert_eq!(bench.seen(), "");
    // The end of the pause is a wish of its own.
    bench.control.resume().await;
    bench.steps("+a -a +b -b").await;
}

#[tokio::test(start_paused = true)]
async fn a_part_that_names_what_is_not_there_disturbs_nothing() {
    let mut bench = differing().await;
    let finding = Diagnostic::error("no-such-part", "--target: no resource here is called it");
    let refused = Err(PassError::Invalid(vec![finding]));
    bench.script.answers.lock().unwrap().push_back(refused);
    let asked = bench.control.sync_part(part(&["it"])).unwrap();
    let status = bench.passes(asked).await;
    assert_eq!(result(&status), PassOutcome::Invalid);
    assert_eq!(status.error, None);
    assert_eq!(status.refused_revision, None);
    let status = bench.passes(asked + 1).await;
    assert_eq!(result(&status), PassOutcome::Applied);
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_a_part_is_shown_and_the_others_stay_as_they_were() {
    let mut bench = Bench::start(Script::default());
    let steps = vec![deploy(0, "a", &[]), deploy(1, "b", &[])];
    *bench.script.standing.lock().unwrap() = Ok(steps);
    bench.passes(1).await;
    bench.script.broken.lock().unwrap().push(instance("a"));
    let asked = bench.control.sync_part(part(&["a"])).unwrap();
    let status = bench.passes(asked).await;
    assert_eq!(result(&status), PassOutcome::Incomplete);
    let shown: Vec<_> = status
        .resources
        .iter()
        .map(|it| (it.address.to_string(), it.health == Health::Degraded))
        .collect();
    let expected = [
        ("Instance/a".to_owned(), true),
        ("Instance/b".to_owned(), false),
    ];
    assert_eq!(shown, expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_is_in_the_history() {
    let mut bench = differing().await;
    let asked = bench.control.sync_part(part(&["a"])).unwrap();
    bench.passes(asked).await;
    let noted = bench.noted.0.lock().unwrap();
    let expected = format!("{noted:?}");
    assert!(expected.contains("sync --target Instance/a"), "{expected}");
}

#[tokio::test(start_paused = true)]
async fn there_is_an_end_to_wishes() {
    let bench = differing().await;
    let ask = |number: usize| bench.control.sync_part(part(&[&format!("i{number}")]));
    let answers: Vec<_> = (0..17).map(ask).collect();
    assert_eq!(answers[15], Ok(17));
    assert_eq!(answers[16], Err(TooMany));
}
