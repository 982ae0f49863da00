//! `daemon` on the embedded sandbox: it applies, follows an edit, and ends on request.

use std::process::Command;
use std::sync::mpsc::Receiver;

use super::environment::Environment;
use super::fixture::project;
use super::sandbox::{Running, wait_for};
use crate::killed::tenant::until;

const ON_SANDBOX: &str = "daemon --sandbox --listen 127.0.0.1:0 --log-format json --interval 1h";

/// A daemon on the embedded sandbox that looks when something changed, and not by itself.
pub(super) fn on_sandbox(environment: &Environment) -> Command {
    let mut command = environment.command();
    command.args(ON_SANDBOX.split(' '));
    command
}

#[test]
fn it_applies_follows_an_edit_and_ends_well() {
    let environment = project();
    let (mut running, log) = Running::with_stderr(&mut on_sandbox(&environment));
    wait_for(&log, "pass.finished");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    wait_for(&log, "pass.finished");

    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(0);
}

#[test]
fn a_folder_that_was_moved_away_is_waited_for_and_not_made_anew() {
    let environment = project();
    let there = environment.project();
    let away = there.with_file_name("moved-away");
    let mut command = environment.command();
    command.args(["daemon", "--path"]).arg(&there);
    command.args("--sandbox --listen 127.0.0.1:0 --log-format json --interval 1s".split(' '));
    command.current_dir(there.parent().unwrap());
    let (mut running, log) = Running::with_stderr(&mut command);
    wait_for(&log, "pass.finished");
    std::fs::rename(&there, &away).unwrap();
    let failed = wait_for(&log, "pass.failed");
    assert!(failed.contains("there is no file or folder"), "{failed}");
    wait_for(&log, "pass.failed");
    assert!(!there.exists(), "nothing takes its place");
    std::fs::rename(&away, &there).unwrap();
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    wait_for(&log, "pass.finished");
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
}

/// Makes the project a repository, and puts it next to an empty one with only the state.
fn as_remote(environment: &Environment) -> String {
    git(
        environment,
        &["init", "--quiet", "--initial-branch=main", "."],
    );
    commit(environment);
    format!("file://{}", environment.project().display())
}

fn git(environment: &Environment, arguments: &[&str]) {
    let status = Command::new("git")
        .current_dir(environment.project())
        .args(["-c", "user.name=n", "-c", "user.email=n@example.com"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status();
    assert!(status.unwrap().success(), "git {arguments:?}");
}

fn commit(environment: &Environment) {
    git(environment, &["add", "--all"]);
    git(environment, &["commit", "--quiet", "-m", "x"]);
}

/// A daemon on a remote, with its state outside of it.
fn follow(environment: &Environment, remote: &str) -> (Running, Receiver<String>) {
    let mut command = on_sandbox(environment);
    command
        .current_dir(environment.home())
        .args(["--git", remote, "--branch", "main", "--git-interval", "1h"])
        .args(["--webhook", "generic=env:HOOK"])
        .env("HOOK", "key");
    Running::with_stderr(&mut command)
}

/// Calls the webhook, and returns the status code.
fn push(started: &str, signature: &str) -> String {
    use std::io::{Read as _, Write as _};
    let started: serde_json::Value = serde_json::from_str(started).unwrap();
    let address = started["listen"]
        .as_str()
        .or(started["fields"]["listen"].as_str());
    let mut stream = std::net::TcpStream::connect(address.unwrap()).unwrap();
    let request = format!(
        "POST /webhooks/generic HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         x-signature: {signature}\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

/// HMAC-SHA256 of `{}` under `key`.
const RIGHT: &str = "a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032";

#[test]
fn it_follows_a_remote_by_webhook_and_keeps_the_last_good_commit() {
    let environment = project();
    let remote = as_remote(&environment);
    let (mut running, log) = follow(&environment, &remote);
    let started = wait_for(&log, "daemon.started");
    let first = wait_for(&log, "pass.finished");
    assert!(first.contains(r#""result":"applied""#), "{first}");

    assert_eq!(push(&started, "00"), "401");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    commit(&environment);
    assert_eq!(push(&started, RIGHT), "202");
    let second = wait_for(&log, "pass.finished");
    assert!(second.contains(r#""result":"applied""#), "{second}");

    environment.edit("customers/smith.yaml", "kind: Instance", "kind: Instanz");
    commit(&environment);
    assert_eq!(push(&started, RIGHT), "202");
    wait_for(&log, "files.invalid");
    environment.edit("customers/smith.yaml", "kind: Instanz", "kind: Instance");
    environment.edit("customers/smith.yaml", "erp2.smith", "erp3.smith");
    commit(&environment);
    assert_eq!(push(&started, RIGHT), "202");
    let fixed = wait_for(&log, "pass.finished");
    assert!(fixed.contains(r#""result":"applied""#), "{fixed}");
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
}

#[test]
fn a_restart_with_an_invalid_commit_keeps_the_last_good_one_in_view() {
    let mut environment = project();
    let remote = as_remote(&environment);
    let head = |environment: &Environment| {
        let mut git = Command::new("git");
        git.current_dir(environment.project())
            .args(["rev-parse", "HEAD"]);
        String::from_utf8(git.output().unwrap().stdout)
            .unwrap()
            .trim()
            .to_owned()
    };
    let good = head(&environment);
    let (mut first, log) = follow(&environment, &remote);
    wait_for(&log, "pass.finished");
    first.signal("TERM");
    assert_eq!(first.code(&log), Some(0));

    environment.edit("customers/smith.yaml", "kind: Instance", "kind: Instanz");
    commit(&environment);
    let bad = head(&environment);
    let (_second, log) = follow(&environment, &remote);
    let address = address(&wait_for(&log, "daemon.started"));
    environment.set("PRISM_GITOPS_DAEMON", &address);
    wait_for(&log, "files.invalid");
    let status = || environment.run("status -o json").expect(0).json();
    until("the pass ends", || status()["generation"] == 1);
    let status = status();
    assert_eq!(status["lastPass"]["result"], "invalid");
    assert_eq!(status["revision"]["commit"], good);
    assert_eq!(status["refusedRevision"]["commit"], bad);
    assert_eq!(status["resources"].as_array().unwrap().len(), 2);
}

#[test]
fn it_survives_being_killed_while_it_fetches() {
    let environment = project();
    let mut noise = fastrand::Rng::with_seed(1);
    let noise: Vec<u8> = std::iter::repeat_with(|| noise.u8(..))
        .take(8 << 20)
        .collect();
    std::fs::write(environment.project().join("noise"), noise).unwrap();
    let remote = as_remote(&environment);
    let cache = environment.home().join(".prism-gitops/git");
    let (mut running, _log) = follow(&environment, &remote);
    let is_half = || {
        let files = walkdir::WalkDir::new(&cache).into_iter().flatten();
        let mut names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| name.starts_with("tmp_pack") || name.ends_with(".pack"))
    };
    while !is_half() {
        assert!(running.0.try_wait().unwrap().is_none(), "it ended");
    }
    running.signal("KILL");
    running.0.wait().unwrap();
    let (_again, log) = follow(&environment, &remote);
    let pass = wait_for(&log, "pass.finished");
    assert!(
        pass.contains(r#""result":"applied""#) || pass.contains(r#""result":"unchanged""#),
        "{pass}"
    );
}

#[test]
fn a_second_daemon_on_the_same_state_is_refused_and_the_first_one_recorded() {
    let environment = project();
    let (mut running, log) = Running::with_stderr(&mut on_sandbox(&environment));
    let pid = running.0.id();
    wait_for(&log, "pass.finished");
    let second = environment.run(ON_SANDBOX).expect(1);
    let told = format!("another daemon (process {pid}) keeps sandbox in step from");
    assert!(second.stderr.contains(&told), "{}", second.stderr);
    assert!(second.stderr.contains("--state-dir"), "{}", second.stderr);

    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
    let history = environment.run("history").expect(0);
    assert!(
        history.stdout.contains("daemon (start) in sandbox"),
        "{}",
        history.stdout
    );
}

/// Where a daemon listens, by its first log line.
pub(crate) fn address(started: &str) -> String {
    let started: serde_json::Value = serde_json::from_str(started).unwrap();
    let address = started["listen"].as_str();
    let address = address.or(started["fields"]["listen"].as_str());
    format!("http://{}", address.unwrap())
}

#[test]
fn it_is_asked_paused_and_resumed_from_the_command_line_and_a_pause_outlives_it() {
    let mut environment = project();
    let start = |environment: &Environment| Running::with_stderr(&mut on_sandbox(environment));
    let (mut running, log) = start(&environment);
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    wait_for(&log, "pass.finished");

    let paused = environment.run_args(
        &[
            "pause",
            "--reason",
            "release of 4.2",
            "--for",
            "2h",
            "-o",
            "json",
        ],
        "",
    );
    let paused = paused.expect(0).json();
    assert_eq!(paused["paused"]["reason"], "release of 4.2");
    assert_eq!(paused["kept"], true);
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    let held = environment.run("sync --wait").expect(3);
    assert!(
        held.stdout.starts_with("The pass ended: held, 1 held"),
        "{}",
        held.stdout
    );
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));

    let (mut running, log) = start(&environment);
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    environment.run("sync --wait").expect(3);
    let status = environment.run("status").expect(0).stdout;
    assert!(status.contains("release of 4.2"), "{status}");
    environment.run("resume").expect(0);
    environment.run("sync --wait").expect(0);
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(0);
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
    let gone = environment.run("status").expect(1);
    assert!(
        gone.stderr
            .starts_with("Error: no daemon answers at http://127.0.0.1:"),
        "{}",
        gone.stderr
    );
}

#[test]
fn a_part_is_written_on_request_and_a_misspelt_one_is_refused() {
    let mut environment = project();
    let (_running, log) = Running::with_stderr(&mut on_sandbox(&environment));
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    wait_for(&log, "pass.finished");
    let status = environment.run("status -o json").expect(0).json();
    let all = status["resources"].as_array().unwrap().iter();
    let mut addresses = all.filter_map(|it| it["address"].as_str());
    let address = addresses.find(|it| it.starts_with("Instance/"));
    let address = address.expect("the example has an instance").to_owned();
    let synced = environment.run_args(&["sync", "--wait", "--target", &address, "-o", "json"], "");
    let synced = synced.expect(0).json();
    assert_eq!(synced["lastPass"]["part"]["targets"][0], address.as_str());
    let misspelt = format!("{address}x");
    let refused = environment
        .run_args(&["sync", "--target", &misspelt], "")
        .expect(1);
    let meant = format!("did you mean {address}?");
    assert!(refused.stderr.contains(&meant), "{}", refused.stderr);
}

#[test]
fn a_token_that_is_asked_for_has_to_be_given() {
    let mut environment = project();
    environment.write("token", "0123456789abcdef\n");
    let mut command = on_sandbox(&environment);
    command.args("--api-token file:token --api-reads token".split(' '));
    let (_running, log) = Running::with_stderr(&mut command);
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    for line in ["status", "sync", "resume"] {
        let refused = environment.run(line).expect(1);
        assert!(
            refused.stderr.contains("a bearer token is needed"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("--api-token"), "{}", refused.stderr);
        environment
            .run(&format!("{line} --api-token file:token"))
            .expect(0);
    }
    environment
        .run("daemon --sandbox --api-reads token")
        .expect(1);
}

/// Everything that a service manager received up to a line of this kind.
fn heard(socket: &std::os::unix::net::UnixDatagram, until: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut datagram = [0; 4096];
    while !lines.iter().any(|line| line.contains(until)) {
        let length = socket.recv(&mut datagram);
        let length = length.unwrap_or_else(|error| panic!("no {until} ({error}) after {lines:?}"));
        let text = std::str::from_utf8(&datagram[..length]).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    lines
}

#[test]
fn it_tells_the_service_manager_how_it_stands() {
    let environment = project();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(60)))
        .unwrap();
    let mut command = on_sandbox(&environment);
    command
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "20000");
    let (mut running, log) = Running::with_stderr(&mut command);
    assert_eq!(heard(&socket, "READY=1")[0], "READY=1");
    let passed = heard(&socket, "resources in step, 0 need somebody");
    assert!(passed.iter().all(|line| line != "STOPPING=1"), "{passed:?}");
    heard(&socket, "WATCHDOG=1");
    wait_for(&log, "pass.finished");

    running.signal("HUP");
    heard(&socket, "RELOADING=1");
    wait_for(&log, "reload.requested");
    heard(&socket, "READY=1");

    running.signal("TERM");
    heard(&socket, "STOPPING=1");
    assert_eq!(running.code(&log), Some(0));
}

/// The lines up to one that holds a word.
fn until_word(log: &Receiver<String>, word: &str) -> Vec<String> {
    let mut seen = Vec::new();
    while !seen.last().is_some_and(|line: &String| line.contains(word)) {
        match log.recv_timeout(std::time::Duration::from_secs(60)) {
            Ok(line) => seen.push(line),
            Err(_) => panic!("no {word} after\n{}", seen.join("\n")),
        }
    }
    seen
}

#[test]
fn what_vanishes_for_a_moment_is_not_removed_and_what_is_gone_is() {
    let environment = project();
    let smith = "customers/smith.yaml";
    let policy = "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {prune: delete}}\n";
    environment.write("project.yaml", policy);
    let path = environment.project().join(smith);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut command = on_sandbox(&environment);
    // A pass without changes is logged at `debug` only.
    command.args(["--allow-delete", "--log-level", "prism_gitops=debug"]);
    let (running, log) = Running::with_stderr(&mut command);
    wait_for(&log, "pass.finished");

    // An editor that empties the file before it writes it, half of it first.
    std::fs::write(&path, "").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let (half, _) = text.split_at(text.find("erp.smith").unwrap() + 2);
    std::fs::write(&path, half).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    std::fs::write(&path, text.replace("erp.smith", "erp3.smith")).unwrap();
    let seen = until_word(&log, "\"deploy\"").join("\n");
    assert!(!seen.contains("\"delete\""), "{seen}");

    // A document that is cut out of one file, and put into another later.
    std::fs::remove_file(&path).unwrap();
    let mut seen = until_word(&log, "files.vanished");
    environment.write("elsewhere.yaml", &text);
    seen.extend(until_word(&log, "pass.finished"));
    seen.extend(until_word(&log, "pass.finished"));
    assert!(!seen.join("\n").contains("\"delete\""), "{seen:?}");

    std::fs::remove_file(environment.project().join("elsewhere.yaml")).unwrap();
    let seen = until_word(&log, "files.vanished");
    let began = tokio::time::Instant::now();
    let seen = [seen, until_word(&log, "\"delete\"")].concat();
    assert!(
        began.elapsed() > std::time::Duration::from_secs(4),
        "{seen:?}"
    );
    drop(running);
}
