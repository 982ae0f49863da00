//! Rollouts by the binary: a bad version is approved, taken back, reported, sent again and retried; a good one is waited for.

use std::time::{Duration, Instant};

use super::environment::{Environment, Run};
use super::sandbox::{Running, wait_for};
use super::streams::served;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

const DEFINITION: &str = "\
definitionVersion: 7
name: Beta Feed
description: Prices
flows:
  - name: Prices
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, version: LATEST, isPublic: true}
        inputs: {}
";

const ROLLOUT: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: feed}
spec:
  definition: feed.yml
  rollout:
    waves:
      - {name: canary, select: {labels: [canary]}, soak: 1s}
      - {name: rest, percent: 100}
";

/// One canary and one other, both on version 1.
fn begun(environment: &Environment) {
    environment.write("feed.yml", DEFINITION);
    environment.write("feed.yaml", ROLLOUT);
    for (name, label) in [("c1", "canary"), ("r1", "other")] {
        environment.write(
            &format!("{name}.yaml"),
            &format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  \
                 integration: feed\n  customer: {{externalId: cust-0001}}\n  labels: [{label}]\n"
            ),
        );
    }
    environment.run("apply --auto-approve").expect(0);
}

fn change(environment: &Environment, what: &str) {
    let text = DEFINITION.replace("description: Prices", &format!("description: {what}"));
    environment.write("feed.yml", &text);
}

/// Runs a command until it says something.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "the processes have no other clock"
)]
fn until(environment: &Environment, line: &str, said: &str) -> Run {
    let began = Instant::now();
    loop {
        let run = environment.run(line);
        if run.stdout.contains(said) {
            return run;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{said:?} never comes: {}",
            run.shown()
        );
    }
}

/// The versions of both instances.
fn versions(environment: &Environment) -> Vec<(String, i64)> {
    let query = "{ instances(isSystem: false) { nodes { name integration { versionNumber } } } }";
    let answer = environment
        .run_args(&["api", query, "-o", "json"], "")
        .expect(0);
    let nodes = answer.json()["data"]["instances"]["nodes"].clone();
    let one = |it: &serde_json::Value| {
        let number = it["integration"]["versionNumber"].as_i64().unwrap();
        (it["name"].as_str().unwrap().to_owned(), number)
    };
    let mut all: Vec<_> = nodes.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

fn at(canary: i64, rest: i64) -> Vec<(String, i64)> {
    vec![("c1".to_owned(), canary), ("r1".to_owned(), rest)]
}

/// How many executions were sent again.
fn replayed(environment: &Environment) -> usize {
    let query = "{ executionResults(replayForExecution_Isnull: false) { totalCount } }";
    let answer = environment
        .run_args(&["api", query, "-o", "json"], "")
        .expect(0);
    let count = answer.json()["data"]["executionResults"]["totalCount"].as_u64();
    usize::try_from(count.unwrap()).unwrap()
}

const FAILING: &str = "\
customers: [{name: Smith Hardware, externalId: cust-0001}]
behaviour:
  runsEverySeconds: 1
  runs: [{version: 2, error: HTTP 422 from ERP}]
";

#[test]
fn a_bad_version_is_approved_by_exactly_what_fails() {
    let (environment, _server) = served(FAILING, None);
    begun(&environment);
    change(&environment, "Bad prices");
    environment.run("apply --auto-approve").expect(3);
    assert_eq!(versions(&environment), at(2, 1));
    until(
        &environment,
        "rollout status",
        "stopped: 1 member newly failed",
    );
    let other = environment
        .run("rollout approve feed --version 3 --reason x")
        .expect(1);
    assert!(
        other.stderr.contains("is of version 2, not of 3"),
        "{}",
        other.shown()
    );
    let nobody = environment
        .run("rollout approve food --version 2 --reason x")
        .expect(1);
    assert!(
        nobody.stderr.contains("these have one: feed"),
        "{}",
        nobody.shown()
    );
    let approved = environment
        .run_args(
            &[
                "rollout",
                "approve",
                "feed",
                "--version",
                "2",
                "--reason",
                "see 4711",
            ],
            "",
        )
        .expect(0);
    assert!(
        approved.stdout.contains("in wave canary"),
        "{}",
        approved.shown()
    );
    assert!(
        approved.stdout.contains("  c1  Prices"),
        "{}",
        approved.shown()
    );
    let status = environment.run("rollout status").expect(0);
    assert!(
        status.stdout.contains("accepted: see 4711 ("),
        "{}",
        status.shown()
    );
    environment.run("apply --auto-approve");
    assert_eq!(versions(&environment), at(2, 2), "it goes on");
    // The other one fails too, and that was not accepted.
    let again = until(
        &environment,
        "rollout status",
        "stopped: 2 members newly failed",
    );
    assert!(
        again.stdout.contains("1 of them accepted before"),
        "{}",
        again.shown()
    );
}

#[test]
fn what_failed_on_a_version_is_sent_again_once() {
    let (environment, _server) = served(FAILING, None);
    begun(&environment);
    change(&environment, "Bad prices");
    environment.run("apply --auto-approve").expect(3);
    until(&environment, "rollout status", "newly failed, 0 allowed");
    let unknown = environment.run_args(
        &["rollout", "abort", "Beta Feed", "--version-number", "9"],
        "",
    );
    let unknown = unknown.expect(1);
    assert!(
        unknown.stderr.contains("has no version 9"),
        "{}",
        unknown.shown()
    );
    assert!(
        unknown.stderr.contains("newest versions are 2, 1"),
        "{}",
        unknown.shown()
    );
    let abort = ["rollout", "abort", "Beta Feed", "--version-number", "2"];
    environment.run_args(&abort, "").expect(0);
    environment.run("apply --auto-approve").expect(3);
    assert_eq!(versions(&environment), at(1, 1));
    let report = environment.run("rollout report feed --version 2").expect(0);
    assert!(
        report.stdout.contains("cust-0001  c1  Prices"),
        "{}",
        report.shown()
    );
    assert!(
        report.stdout.contains("HTTP 422 from ERP"),
        "{}",
        report.shown()
    );
    assert!(
        !report.stdout.contains("r1"),
        "it never ran it: {}",
        report.shown()
    );
    environment.run("rollout replay feed --version 2").expect(0);
    assert_eq!(replayed(&environment), 0, "without --yes nothing is sent");
    let sent = environment
        .run("rollout replay feed --version 2 --yes")
        .expect(0);
    let count = replayed(&environment);
    assert!(count > 0, "{}", sent.shown());
    let told = format!("sent {count} execution");
    assert!(sent.stdout.contains(&told), "{}", sent.shown());
    let again = environment
        .run("rollout replay feed --version 2 --yes")
        .expect(0);
    assert_eq!(replayed(&environment), count, "{}", again.shown());
    assert!(
        again.stdout.contains("sent 0 executions"),
        "{}",
        again.shown()
    );
    let retry = ["rollout", "retry", "Beta Feed", "--version", "2"];
    environment.run_args(&retry, "").expect(0);
    environment.run("apply --auto-approve").expect(3);
    assert_eq!(versions(&environment), at(2, 1), "with the first wave");
}

#[test]
fn a_good_version_is_waited_for_to_its_end() {
    let (environment, _server) = served(
        "customers: [{name: Smith Hardware, externalId: cust-0001}]\nbehaviour: {runsEverySeconds: 1}\n",
        None,
    );
    begun(&environment);
    change(&environment, "Good prices");
    let asked = environment.run("apply --wait").expect(1);
    assert!(asked.stderr.contains("--auto-approve"), "{}", asked.shown());
    let run = environment
        .run("apply --auto-approve --wait --poll 1s")
        .expect(0);
    assert_eq!(versions(&environment), at(2, 2), "{}", run.shown());
    assert!(
        run.stderr.contains("Waiting for Integration/feed: "),
        "{}",
        run.shown()
    );
    let json = environment
        .run("apply --auto-approve --wait -o json")
        .expect(0);
    assert!(
        json.json()["rollouts"].is_array(),
        "one document: {}",
        json.shown()
    );
}

#[test]
fn waiting_ends_where_a_rollout_stops() {
    let (environment, _server) = served(FAILING, None);
    begun(&environment);
    change(&environment, "Bad prices");
    let run = environment
        .run("apply --auto-approve --wait --poll 1s")
        .expect(3);
    assert_eq!(versions(&environment), at(2, 1), "{}", run.shown());
}

const CALM: &str = "customers: [{name: Smith Hardware, externalId: cust-0001}]\n";

#[test]
fn a_person_bypasses_a_rollout_for_one_with_a_reason() {
    let (environment, _server) = served(CALM, None);
    begun(&environment);
    change(&environment, "New prices");
    environment.run("apply --auto-approve").expect(3);
    assert_eq!(versions(&environment), at(2, 1));
    environment
        .run("apply --auto-approve --bypass-rollout")
        .expect(1);
    let blank = [
        "plan",
        "--target",
        "Instance/r1",
        "--bypass-rollout",
        "--reason",
        " ",
    ];
    let refused = environment.run_args(&blank, "").expect(1);
    assert!(
        refused.stderr.contains("a bypass needs a reason"),
        "{}",
        refused.shown()
    );
    let args = |verb, more: &[&'static str]| {
        let mut args = vec![verb, "--target", "Instance/r1", "--bypass-rollout"];
        args.extend(["--reason", "hotfix, 4711"]);
        args.extend(more);
        environment.run_args(&args, "")
    };
    let told = "past it: 1 member moves now all the same: hotfix, 4711";
    for more in [&[][..], &["-o", "markdown"]] {
        let plan = args("plan", more).expect(0);
        assert!(plan.stdout.contains(told), "{}", plan.shown());
    }
    assert_eq!(versions(&environment), at(2, 1), "a plan writes nothing");
    let plan = args("plan", &["-o", "json"]).expect(0).json();
    assert_eq!(plan["rollouts"][0]["bypass"]["reason"], "hotfix, 4711");
    let applied = args("apply", &["--auto-approve"]).expect(3);
    assert!(applied.stdout.contains(told), "{}", applied.shown());
    assert_eq!(versions(&environment), at(2, 2));
    let history = environment.run("history -o json").expect(0).stdout;
    assert!(
        history.contains("past the rollout of Integration/feed, 1 member: hotfix, 4711"),
        "{history}"
    );
    let status = environment.run("rollout status -o json").expect(0).json();
    assert_eq!(status["rollouts"][0]["bypassed"], 1, "{status}");
    assert_eq!(
        status["rollouts"][0]["waves"][0]["runs"]["failed"], 0,
        "{status}"
    );
}

/// What would become of both instances is said before anything is published, with and without asking.
#[test]
fn what_a_version_would_do_is_said_before_it_is_published() {
    let (environment, _server) = served(
        "customers: [{name: Smith Hardware, externalId: cust-0001}]\n",
        None,
    );
    begun(&environment);
    let none = environment.run("plan --simulate").expect(0);
    assert!(!none.stdout.contains("Simulation"), "{}", none.stdout);
    let more = "requiredConfigVars:\n  - {key: Region, dataType: string}\nflows:";
    let text = DEFINITION.replace("flows:", more);
    environment.write("feed.yml", &text);
    let c1 = "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: c1}\nspec:\n  integration: feed\n  \
              customer: {externalId: cust-0001}\n  labels: [canary]\n  config: {Region: eu}\n";
    environment.write("c1.yaml", c1);
    // The plan would start a rollout.
    let begins = environment.run("plan").expect(0);
    let expected = "Simulation: Integration/feed at the version that this plan publishes\n  \
                2 instances: 1 upgrade, 1 blocked\n  1 blocked: \"Region\": it has no value\n    Instance/r1\n";
    assert!(begins.stdout.contains(expected), "{}", begins.stdout);
    let json = environment.run("plan -o json").expect(0).json();
    let counts = &json["simulations"][0]["counts"];
    assert_eq!(
        (&counts["upgrades"], &counts["blocked"]),
        (&1.into(), &1.into())
    );
    // Git does not publish it, so that nothing would happen.
    let never = ROLLOUT.replace(
        "definition: feed.yml\n",
        "definition: feed.yml\n  publish: never\n",
    );
    environment.write("feed.yaml", &never);
    let asked = environment.run("plan --simulate --all").expect(0);
    let expected = "  Instance/r1 (version 1): blocked: \"Region\": it has no value\n";
    assert!(asked.stdout.contains(expected), "{}", asked.stdout);
    assert_eq!(versions(&environment), at(1, 1));
}

/// Killed while an execution is sent again, done or not: the next run sends each once.
#[test]
fn a_replay_that_was_killed_sends_each_execution_once() {
    for committed in [true, false] {
        let faults = format!(
            r#"{{"rules": [{{"operation": "replayExecution", "nth": 2, "times": 1,
                "fault": {{"hang": {{"seconds": 5, "commit": {committed}}}}}}}]}}"#
        );
        let (environment, _server) = served(FAILING, Some(&faults));
        begun(&environment);
        change(&environment, "Bad prices");
        environment.run("apply --auto-approve").expect(3);
        until(&environment, "rollout status", "newly failed, 0 allowed");
        let failed = "get executions --failed -o json";
        while environment.run(failed).json()["totalCount"].as_u64() < Some(3) {}
        let abort = ["rollout", "abort", "Beta Feed", "--version-number", "2"];
        environment.run_args(&abort, "").expect(0);
        environment.run("apply --auto-approve").expect(3);
        let mut command = environment.command();
        command.args(
            "rollout replay feed --version 2 --yes --log-level prism_gitops=debug".split(' '),
        );
        let (killed, log) = Running::with_stderr(&mut command);
        // The first has ended, and the second is on its way; where it is done, that shows.
        wait_for(&log, "replayExecution");
        while replayed(&environment) < 1 + usize::from(committed) {}
        killed.signal("KILL");
        drop(killed);
        let again = "rollout replay feed --version 2 --yes --settle 1s";
        environment.run(again).expect(0);
        assert_eq!(sent_again(&environment), (0, 0), "committed: {committed}");
    }
}

/// How many failed executions were not sent again, and how many more than once.
fn sent_again(environment: &Environment) -> (usize, usize) {
    let query = "{ executionResults(error_Isnull: false, first: 100) { nodes { replays { totalCount } } } }";
    let answer = environment
        .run_args(&["api", query, "-o", "json"], "")
        .expect(0);
    let nodes = answer.json()["data"]["executionResults"]["nodes"].clone();
    let counts = nodes.as_array().unwrap().iter();
    let counts: Vec<u64> = counts
        .map(|it| it["replays"]["totalCount"].as_u64().unwrap())
        .collect();
    let of = |wanted: fn(&u64) -> bool| counts.iter().filter(|it| wanted(it)).count();
    (of(|it| *it == 0), of(|it| *it > 1))
}
