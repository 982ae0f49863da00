//! Long lists: every page is read once, and shown before the next is asked for.

use std::process::Stdio;

use super::environment::Environment;
use super::far_end::FarEnd;
use super::sandbox::{Running, lines, wait_for};

/// A sandbox on a port of its own with this seed, and an environment that uses it.
pub(crate) fn served(seed: &str, faults: Option<&str>) -> (Environment, Running) {
    let mut environment = Environment::new();
    environment.write("../seed.yaml", seed);
    let mut command = environment.command();
    command.args([
        "sandbox",
        "--listen",
        "127.0.0.1:0",
        "--seed",
        "../seed.yaml",
    ]);
    if let Some(faults) = faults {
        environment.write("../faults.json", faults);
        command.args(["--faults", "../faults.json"]);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = lines(child.stdout.take().unwrap());
    let running = Running(child);
    let line = wait_for(&stdout, "listening on ");
    environment.set("PRISMATIC_URL", line.trim_start_matches("listening on "));
    environment.set("PRISM_REFRESH_TOKEN", "sandbox");
    (environment, running)
}

fn customers(count: usize) -> String {
    let one =
        |number: usize| format!("  - {{name: Customer {number:04}, externalId: c-{number}}}\n");
    format!("customers:\n{}", (0..count).map(one).collect::<String>())
}

#[test]
fn a_list_takes_one_request_a_page() {
    let (environment, _server) = served(&customers(350), None);
    for (form, flags, requests, records) in [
        ("csv", "", 4, 350),
        ("json", "", 4, 350),
        ("name", " --sort -name", 4, 350),
        ("human", " --first 100", 1, 100),
        ("csv", " --external-id c-7", 1, 1),
    ] {
        let line = format!(
            "get customers -o {form}{flags} --requests-per-second 1000 --log-level prism_gitops=debug"
        );
        let run = environment.run(&line).expect(0);
        let asked = run
            .stderr
            .lines()
            .filter(|line| line.contains("listCustomers") && line.contains("done"));
        assert_eq!(asked.count(), requests, "{line}\n{}", run.stderr);
        let shown = match form {
            "json" => run.json()["nodes"].as_array().unwrap().len(),
            "name" => run.stdout.lines().count(),
            _ => run.stdout.lines().count() - 1,
        };
        assert_eq!(shown, records, "{line}");
    }
}

#[test]
fn a_list_that_breaks_off_shows_what_was_read_and_says_so() {
    let faults = r#"{"rules": [{"operation": "customers", "nth": 3, "fault": {"error": {"message": "boom"}}}]}"#;
    let (environment, _server) = served(&customers(350), Some(faults));
    let run = environment.run("get customers --no-header").expect(1);
    // Each page begins with the last record of the one before.
    assert_eq!(run.stdout.lines().count(), 199, "{}", run.shown());
    assert!(run.stderr.contains("boom"), "{}", run.stderr);

    let (environment, _server) = served(&customers(350), Some(faults));
    let document = environment.run("get customers -o json").expect(1).json();
    assert_eq!(document["nodes"].as_array().unwrap().len(), 199);
    let causes = document["error"]["causes"].to_string();
    assert!(causes.contains("boom"), "{document:#}");
}

/// While the second page cannot be had, the first one is out: nothing waits for the end of a list.
#[test]
fn rows_are_written_before_the_next_page_is_read() {
    for form in ["human", "json", "yaml", "csv", "name"] {
        let (mut environment, _server) = served(&customers(250), None);
        let (sender, first_rows) = std::sync::mpsc::channel::<()>();
        let far_end = FarEnd::held(&mut environment, move |request| {
            let query = request.json();
            let pages_on = query["variables"]["after"].is_string();
            // The reader lets the second page through once it has seen rows of the first.
            if pages_on {
                let _ = first_rows.recv_timeout(std::time::Duration::from_secs(60));
            }
        });
        let mut child = environment
            .command()
            .args(["get", "customers", "-o", form, "--sort", "name"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        wait_for(&stdout, "Customer 0001");
        let asked =
            |request: &super::far_end::Received| request.json()["variables"]["after"].is_string();
        let on = far_end.received().iter().filter(|it| asked(it)).count();
        assert!(on <= 1, "{form}: {on} pages were read ahead");
        sender.send(()).unwrap();
        sender.send(()).unwrap();
        wait_for(&stdout, "Customer 0249");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{form}");
    }
}

#[test]
fn nobody_reads_on_for_a_reader_that_went_away() {
    let (environment, _server) = served(&customers(350), None);
    let mut child = environment
        .command()
        .args(["get", "customers", "--log-level", "prism_gitops=debug"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let asked = stderr
        .lines()
        .filter(|line| line.contains("listCustomers") && line.contains("done"));
    assert_eq!(asked.count(), 1, "{stderr}");
    assert_eq!(output.status.code(), Some(0));
}
