//! `test flow` and `get execution`: what ran, and how it ended.

use super::tenant::Tenant;

#[test]
fn a_run_is_waited_for_and_shown_with_its_log() {
    let tenant = Tenant::full();
    tenant.environment.write("order.json", "{\"id\": 7}");
    let args = [
        "test",
        "flow",
        "Orders",
        "--integration",
        "Acme ERP",
        "--payload-file",
        "order.json",
        "-H",
        "X-Source: test",
        "--wait",
    ];
    let run = tenant.run(&args).expect(0);
    for part in [
        "status",
        "SUCCESS",
        "STEPS",
        "Wait",
        "LOG",
        "Finished flow Orders",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.shown());
    }
    let flow =
        tenant.json(&["get", "flows", "--integration", "Acme ERP"])["nodes"][0]["id"].clone();
    let result = tenant.json(&["test", "flow", flow.as_str().unwrap(), "--payload", "x"]);
    let id = result["execution"]["id"].as_str().unwrap();
    let execution = tenant.json(&["get", "execution", id]);
    assert_eq!(execution["status"], "SUCCESS");
    assert_eq!(execution["stepResults"]["nodes"][1]["stepName"], "Wait");
    assert!(
        execution["logs"]["totalCount"].as_u64().unwrap() > 2,
        "{execution}"
    );
    assert_eq!(tenant.json(&["get", "execution", id, "--watch"]), execution);

    let unknown = tenant
        .run(&["test", "flow", "Nothing", "--integration", "Acme ERP"])
        .expect(1);
    assert!(
        unknown.stderr.contains("it has \"Orders\""),
        "{}",
        unknown.stderr
    );
}

/// A run that takes a second and fails, in a sandbox of its own.
#[test]
fn a_run_that_fails_is_told_by_the_exit_code() {
    let seed = "behaviour: {runs: [{seconds: 1, error: the ERP said no}]}\n";
    let (environment, _server) = super::streams::served(seed, None);
    environment
        .run_args(&["import", "-"], super::fixture::DEFINITION)
        .expect(0);
    let args = [
        "test",
        "flow",
        "Orders",
        "--integration",
        "Acme ERP",
        "--wait",
    ];
    let run = environment.run_args(&args, "").expect(1);
    assert!(run.stdout.contains("the ERP said no"), "{}", run.shown());
    assert!(
        run.stderr.contains("the ERP said no"),
        "the log comes as it is written: {}",
        run.shown()
    );
    let args = [
        "test",
        "flow",
        "Orders",
        "--integration",
        "Acme ERP",
        "--wait",
        "--timeout",
        "100ms",
    ];
    let late = environment.run_args(&args, "").expect(1);
    assert!(
        late.stderr.contains("has not ended within"),
        "{}",
        late.stderr
    );
}
