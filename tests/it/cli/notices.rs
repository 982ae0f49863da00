//! Notices from a manifest to a real listener: each target gets each notice once, under any failure on the
//! way.

use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::daemon::address;
use super::environment::Environment;
use super::far_end::{FarEnd, Received, response};
use super::fixture::project;
use super::sandbox::{Running, serve, wait_for};
use crate::killed::tenant::until;

const KEY: &str = "the key of the hook";

/// A project that is a commit of a repository, with these lines as `notify`.
fn with_notify(notify: &str) -> (Environment, Running) {
    let mut environment = project();
    let sandbox = serve(&mut environment, Duration::ZERO);
    environment.write(
        "project.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: acme}}\n\
             spec:\n  notify:\n{notify}"
        ),
    );
    environment.write(".gitignore", ".prism-gitops/\n");
    git(&environment, &["init", "--quiet", "--initial-branch=main"]);
    commit(&environment);
    environment.set("HOOK_KEY", KEY);
    environment.set("GIT_TOKEN", "git-token");
    (environment, sandbox)
}

fn git(environment: &Environment, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(environment.project())
        .args(["-c", "user.name=n", "-c", "user.email=n@example.com"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(environment: &Environment) {
    git(environment, &["add", "--all"]);
    git(environment, &["commit", "--quiet", "-m", "x"]);
}

fn start(environment: &mut Environment) -> (Running, Receiver<String>) {
    let mut command = environment.command();
    command.args("daemon --listen 127.0.0.1:0 --log-format json --interval 1s".split(' '));
    let (process, log) = Running::with_stderr(&mut command);
    let daemon = address(&wait_for(&log, "daemon.started"));
    environment.set("PRISM_GITOPS_DAEMON", &daemon);
    (process, log)
}

/// Waits until `count` more passes have ended.
fn passes(environment: &Environment, count: u64) {
    let generation = || {
        let status = environment.run("status -o json").expect(0).json();
        status["generation"].as_u64().unwrap()
    };
    let goal = generation() + count;
    until("passes go on", || generation() >= goal);
}

fn to<'a>(received: &'a [Received], path: &str) -> Vec<&'a Received> {
    received.iter().filter(|it| it.path() == path).collect()
}

fn header(request: &Received, name: &str) -> Option<String> {
    let mut lines = request
        .head
        .lines()
        .filter_map(|line| line.split_once(": "));
    let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_owned())
}

/// Whether the body bears the signature of the key.
fn is_signed(request: &Received) -> bool {
    let told = header(request, "x-signature-256").unwrap();
    let digits = told.strip_prefix("sha256=").unwrap();
    let bytes: Vec<u8> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(&request.body);
    mac.verify_slice(&bytes).is_ok()
}

#[test]
fn every_way_is_told_once_in_its_own_words() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let place = FarEnd::answering(move |request| {
        let first = request.path() == "/hook"
            && tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        match first {
            true => b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\
                      connection: close\r\n\r\n"
                .to_vec(),
            false => response("200 OK", "text/plain", "ok"),
        }
    });
    let url = &place.url;
    let (mut environment, _sandbox) = with_notify(&format!(
        "    - {{name: slack, slack: {{url: {{env: SLACK}}}}, on: [synced]}}\n    \
         - {{name: teams, teams: {{url: {{env: TEAMS}}}}, on: [synced], title: \"{{event}}\"}}\n    \
         - {{name: hook, webhook: {{url: {{env: HOOK}}, key: {{env: HOOK_KEY}}}}, on: [synced, failed]}}\n    \
         - {{name: hub, github: {{repository: acme/flows, token: {{env: GIT_TOKEN}}, api: \"{url}/hub\"}}}}\n    \
         - {{name: lab, gitlab: {{repository: acme/team/flows, token: {{env: GIT_TOKEN}}, api: \"{url}/lab/\"}}}}\n"
    ));
    for name in ["slack", "teams", "hook"] {
        environment.set(&name.to_uppercase(), &format!("{url}/{name}"));
    }
    let head = git(&environment, &["rev-parse", "HEAD"]);
    let (hub, lab) = (
        format!("/hub/repos/acme/flows/statuses/{head}"),
        format!("/lab/projects/acme%2Fteam%2Fflows/statuses/{head}"),
    );
    let (mut daemon, log) = start(&mut environment);
    let wanted = [
        ("/slack", 1),
        ("/teams", 1),
        ("/hook", 2),
        (&hub, 1),
        (&lab, 1),
    ];
    until("all are told", || {
        let received = place.received();
        let mut counts = wanted.iter();
        counts.all(|(path, count)| to(&received, path).len() >= *count)
    });
    passes(&environment, 3);
    let received = place.received();
    for (path, count) in wanted {
        assert_eq!(to(&received, path).len(), count, "{path}");
    }
    check_texts(&received, [&hub, &lab]);

    environment.edit("customers/smith.yaml", "kind: Instance", "kind: Instanz");
    commit(&environment);
    until("the failure is told", || {
        to(&place.received(), "/hook").len() == 3
    });
    let failed = to(&place.received(), "/hook")[2].json();
    assert_eq!(failed["event"], "failed");
    passes(&environment, 2);
    assert_eq!(
        to(&place.received(), "/hook").len(),
        3,
        "once for each revision"
    );
    assert_eq!(
        to(&place.received(), "/slack").len(),
        1,
        "it asked for nothing else"
    );
    daemon.signal("TERM");
    assert_eq!(daemon.code(&log), Some(0));
}

/// What each place has to read.
fn check_texts(received: &[Received], [hub, lab]: [&str; 2]) {
    let body = |path: &str| to(received, path)[0].json();
    let text = body("/slack")["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("*prism-gitops: "), "{text}");
    let card = &body("/teams")["attachments"][0]["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["body"][0]["text"], "synced");
    let hooks = to(received, "/hook");
    assert!(hooks.iter().all(|hook| is_signed(hook)));
    let (first, second) = (hooks[0].json(), hooks[1].json());
    assert_eq!(first, second, "a second try says the same, its id too");
    assert_eq!(first["event"], "synced");
    assert!(hub.ends_with(first["commit"].as_str().unwrap()));
    let status = body(hub);
    assert_eq!(status["state"], "success");
    let context = status["context"].as_str().unwrap().to_owned();
    assert!(context.starts_with("prism-gitops/"), "{context}");
    assert_eq!(body(lab)["name"], Value::String(context));
    assert_eq!(
        header(to(received, hub)[0], "authorization").unwrap(),
        "Bearer git-token"
    );
    assert_eq!(
        header(to(received, lab)[0], "private-token").unwrap(),
        "git-token"
    );
}

#[test]
fn what_nobody_took_is_told_after_a_kill_and_once() {
    let (mut environment, _sandbox) =
        with_notify("    - {name: hook, webhook: {url: {env: HOOK}}, on: [synced]}\n");
    // A port without a listener, for now.
    let address = {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        taken.local_addr().unwrap()
    };
    environment.set("HOOK", &format!("http://{address}/hook"));
    let (mut daemon, log) = start(&mut environment);
    let delayed = wait_for(&log, "notice.delayed");
    assert!(!delayed.contains(&address.to_string()), "{delayed}");
    daemon.0.kill().unwrap();
    daemon.0.wait().unwrap();

    let listener = TcpListener::bind(address).unwrap();
    let place = FarEnd::at(listener, |_| response("204 No Content", "text/plain", ""));
    let (_daemon, log) = start(&mut environment);
    wait_for(&log, "notice.delivered");
    passes(&environment, 3);
    let received = place.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].json()["event"], "synced");
    assert_eq!(
        received[0].json()["commit"],
        git(&environment, &["rev-parse", "HEAD"])
    );
}
