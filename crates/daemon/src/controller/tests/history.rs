//! What passes record in the history.

use super::bench::Bench;
use crate::controller::error::PassError;
use crate::controller::testing::{Script, deploy, instance};
use crate::model::history::HistoryEvent;

/// What was noted, in few words.
fn noted_events(bench: &Bench) -> Vec<String> {
    let noted = bench.noted.0.lock().unwrap();
    noted.iter().map(describe).collect()
}

fn describe(event: &HistoryEvent) -> String {
    match event {
        HistoryEvent::PassBegan(_, start) => {
            format!("began {}", start.trigger.as_deref().unwrap_or("-"))
        }
        HistoryEvent::WriteBegan(_, write) => {
            let drift = if write.drift { " drift" } else { "" };
            format!("write {}{drift}", write.address.name)
        }
        HistoryEvent::Step(_, address, step) => {
            format!(
                "{} {} {}",
                step.operation,
                address.name,
                step.outcome.as_str()
            )
        }
        HistoryEvent::Draft(draft) => format!("draft {}", draft.address.name),
        HistoryEvent::Resolved(_, address, it) => {
            format!("{} of {} is {}", it.path, address.name, it.after)
        }
        HistoryEvent::PassEnded(_, end) => format!("ended {}", end.outcome.as_str()),
        HistoryEvent::Quiet(start, end) => format!(
            "quiet {} {}",
            start.revision.as_deref().unwrap_or("-"),
            end.error.as_deref().unwrap_or(end.outcome.as_str())
        ),
    }
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_writes_is_told_step_by_step_and_drift_as_drift() {
    let script = Script::default();
    *script.standing.lock().unwrap() = Ok(vec![deploy(0, "a", &[])]);
    let mut bench = Bench::start(script);
    bench.passes(1).await;
    assert_eq!(
        noted_events(&bench),
        [
            "began start",
            "write a",
            "deploy a applied",
            "ended applied"
        ]
    );
    let status = bench.passes(2).await;
    assert_eq!(
        noted_events(&bench)[4..6],
        ["began resync", "write a drift"]
    );
    assert!(status.history.enabled);
}

#[tokio::test(start_paused = true)]
async fn records_that_are_lost_after_a_pass_show_before_the_next() {
    let mut bench = Bench::start(Script::default());
    bench.passes(1).await;
    let problem = Some("the disk is full".to_owned());
    bench.noted.1.lock().unwrap().clone_from(&problem);
    let status = bench
        .until(|status| status.history.problem == problem)
        .await;
    assert_eq!(status.generation, 1);
    *bench.noted.1.lock().unwrap() = None;
    let status = bench.until(|status| status.history.problem.is_none()).await;
    assert_eq!(status.generation, 1, "nor does that take a pass");
}

#[tokio::test(start_paused = true)]
async fn what_wrote_nothing_is_told_in_one_word_with_its_error() {
    let script = Script::default();
    let bug = || Err(PassError::Bug("oh".to_owned()));
    script.answers.lock().unwrap().push_back(bug());
    let mut bench = Bench::start(script);
    bench.passes(2).await;
    bench.push("bad").await;
    bench.passes(3).await;
    let told = noted_events(&bench);
    assert!(
        told[0].starts_with("quiet r1 ") && told[0].contains("oh"),
        "{told:?}"
    );
    assert_eq!(
        told[1..],
        ["quiet r1 unchanged", "quiet bad the files have 1 error"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_and_what_was_not_attempted_are_told() {
    let script = Script::default();
    script.broken.lock().unwrap().push(instance("a"));
    let steps = vec![deploy(0, "a", &[]), deploy(1, "b", &[])];
    script.answers.lock().unwrap().push_back(Ok(steps));
    let mut bench = Bench::start(script);
    bench.passes(1).await;
    assert_eq!(
        noted_events(&bench)[1..],
        [
            "write a",
            "deploy a failed",
            "write b",
            "deploy b applied",
            "ended incomplete"
        ]
    );

    let script = Script {
        gate: tokio::sync::Semaphore::new(0),
        ..Script::default()
    };
    let steps = vec![deploy(0, "a", &[]), deploy(1, "a", &[])];
    script.answers.lock().unwrap().push_back(Ok(steps));
    let mut bench = Bench::start(script);
    bench.steps("+a").await;
    bench.trigger.raise();
    bench.until(|status| status.draining).await;
    bench.script.gate.add_permits(8);
    bench.passes(1).await;
    assert_eq!(
        noted_events(&bench)[1..],
        [
            "write a",
            "deploy a applied",
            "deploy a not-attempted",
            "ended interrupted"
        ]
    );
}
