//! The text of `/metrics`, held to the rules of `promtool check metrics`.
//!
//! The rules are written down here, because `promtool` is not on every machine and a test that is
//! skipped holds nothing. Where it is, it has to agree.

mod lint;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use prism_gitops::controller::status::{PassOutcome, RemoteStatus};
use prism_gitops::plan::{Action, StepResult};
use prism_gitops::source::git::{Fetched, SourceStatus};

use super::Bench;
use lint::{Form, faults};

/// A daemon that has a value for every metric, under a name that needs escaping.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.passed();
    let now = bench.state.clock.now();
    bench.sender.send_modify(|status| {
        status.environment = "prod \"süd\" \\ 1\nx".to_owned();
        status.last_success_at = Some(now);
        let totals = &mut status.totals;
        for outcome in [PassOutcome::Applied, PassOutcome::Failed] {
            totals.pass(outcome, Duration::from_secs(2));
        }
        totals.step(Action::Deploy, &StepResult::Applied);
        totals.step(Action::Deploy, &StepResult::NotAttempted);
        totals.fetch(Fetched::Changed);
        totals.fetch(Fetched::Unchanged);
        totals.webhook("github", "accepted");
        totals.webhook("github", "refused");
        totals.api_requests = Some(7);
        status.source = Some(RemoteStatus {
            about: SourceStatus::default(),
            last_success_at: Some(now),
            failing_since: None,
        });
    });
    bench
}

async fn text(bench: &Bench, accept: &str) -> (String, String) {
    let request = Request::get("/metrics").header("accept", accept);
    let answer = bench.ask(request.body(Body::empty()).unwrap()).await;
    let kind = answer.headers["content-type"].to_str().unwrap().to_owned();
    (kind, answer.body)
}

#[tokio::test(start_paused = true)]
async fn both_forms_keep_the_rules() {
    let bench = bench();
    for (accept, kind, form) in [
        ("*/*", "text/plain; version=0.0.4", Form::Plain),
        (
            "application/openmetrics-text",
            "application/openmetrics-text; version=1.0.0",
            Form::Open,
        ),
    ] {
        let (told, text) = text(&bench, accept).await;
        assert!(told.starts_with(kind), "{told}");
        let wrong = faults(&text, form);
        assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert!(samples > 30, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn promtool_agrees_where_there_is_one() {
    let (_, text) = text(&bench(), "*/*").await;
    let mut tool = Command::new("promtool");
    tool.args(["check", "metrics"]).stdin(Stdio::piped());
    let spawned = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        println!("skipped: there is no promtool here");
        return;
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{text}");
}

#[test]
fn the_rules_find_what_breaks_them() {
    for (name, kind, samples, told) in [
        ("b", "gauge", "a 1", "a: no HELP and TYPE before it"),
        (
            "a",
            "counter",
            "a 1",
            "a: a counter that does not end in _total",
        ),
        (
            "a_total",
            "gauge",
            "a_total 1",
            "a_total: _total, where it does not belong",
        ),
        ("a_ms", "gauge", "a_ms 1", "a_ms: no base unit"),
        (
            "a_hours_b",
            "gauge",
            "a_hours_b 1",
            "a_hours_b: no base unit",
        ),
        ("aB", "gauge", "aB 1", "aB: not in snake_case"),
        (
            "a_gauge",
            "gauge",
            "a_gauge 1",
            "a_gauge: its type in its name",
        ),
        (
            "a_sum",
            "gauge",
            "a_sum 1",
            "a_sum: an ending of histograms",
        ),
        ("a", "gauge", "a 1\na 2", "a: there twice"),
        (
            "a",
            "gauge",
            "a{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 2",
            "a{c=\"2\",b=\"1\"}: there twice",
        ),
        ("a", "gauge", "a{bC=\"1\"} 1", "a{bC=\"1\"}: the label bC"),
        ("a", "gauge", "a{le=\"1\"} 1", "a{le=\"1\"}: the label le"),
        ("a", "gauge", "a{b=\"1} 1", "a{b=\"1} 1: cannot be read"),
        ("a", "gauge", "a x", "a x: cannot be read"),
        ("a", "thing", "a 1", "# TYPE a thing: cannot be read"),
        (
            "a",
            "histogram",
            "a_bucket{le=\"+Inf\"} 1\na_count 2",
            "a: its last bucket does not hold all",
        ),
        (
            "a",
            "histogram",
            "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1",
            "a: fewer in a larger bucket",
        ),
    ] {
        let text = format!("# HELP {name} x\n# TYPE {name} {kind}\n{samples}\n");
        let found = faults(&text, Form::Plain);
        assert!(found.contains(&told.to_owned()), "{text}\n{found:?}");
    }
    assert_eq!(faults("# EOF", Form::Open), ["the last line does not end"]);
    assert_eq!(faults("a 1\n", Form::Open), ["no EOF at the end"]);
    let well = "# HELP a x\n# TYPE a counter\na_total 1\n# EOF\n";
    assert_eq!(faults(well, Form::Open), [""; 0]);
}
