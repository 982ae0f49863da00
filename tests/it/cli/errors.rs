//! How failures are reported: as text, as a document, and by an exit code.

use super::environment::Environment;

#[test]
fn a_path_that_is_not_there() {
    let environment = Environment::new();
    insta::assert_snapshot!(environment.run("plan absent").shown(), @"
    --- stderr
    Error: cannot read the files: there is no file or folder absent
    Hint: give the folder that holds the manifests; without one, the current folder is taken
    --- exit 1
    ");
    let document = environment.run("plan absent -o json").expect(1).json();
    assert_eq!(document["error"]["exitCode"], 1);
    assert_eq!(document["diagnostics"], serde_json::json!([]));
}

#[test]
fn no_credentials() {
    let environment = Environment::new();
    insta::assert_snapshot!(environment.run("plan").shown(), @"
    --- stderr
    Error: cannot tell which tenant to work on, and as whom: no credentials: set PRISM_REFRESH_TOKEN or PRISM_ACCESS_TOKEN, log in with `prism login`, or give the project's environment an `auth`
    Hint: set PRISM_REFRESH_TOKEN to the output of `prism me:token --type refresh`, or log in with `prism login`; to try things without an account, add --sandbox
    --- exit 1
    ");
    let document = environment.run("whoami -o json").expect(1).json();
    assert!(
        document["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("--sandbox")
    );
}

#[test]
fn an_environment_that_is_not_declared() {
    let environment = Environment::new();
    let run = environment.run("plan --env prod").expect(1);
    assert!(
        run.stderr.contains("there is no environment \"prod\""),
        "{}",
        run.stderr
    );
}

#[test]
fn a_log_filter_that_is_none() {
    let run = Environment::new()
        .run("plan --log-level prism_gitops=loud")
        .expect(1);
    assert!(run.stderr.contains("--log-level"), "{}", run.stderr);
}

#[test]
fn a_form_that_a_result_does_not_have() {
    let run = Environment::new().run("whoami -o markdown").expect(1);
    assert!(
        run.stderr.contains("whoami has no markdown form"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let environment = Environment::new();
    let mut child = environment
        .command()
        .args(["completion", "bash"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before anything can be written to it: the script does not fit into a pipe.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_a_failure() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let environment = Environment::new();
    let output = environment
        .command()
        .arg("schema")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot write the result"), "{stderr}");
}
