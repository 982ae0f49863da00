//! `status --watch`: by events, and by asking where there are none.

use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use prism_gitops::controller::Status;
use serde_json::json;

use super::environment::Environment;
use super::far_end::{FarEnd, Received, response};
use super::fixture::project;
use super::sandbox::{Running, lines, wait_for};

fn watch(environment: &Environment, daemon: &str) -> (Running, Receiver<String>) {
    let mut child = environment
        .command()
        .args(["status", "--watch", "--daemon", daemon])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let shown = lines(child.stdout.take().unwrap());
    (Running(child), shown)
}

/// A daemon that makes a pass whenever a client has received the one before.
#[derive(Default)]
struct Passes {
    generation: u64,
    streams: usize,
}

impl Passes {
    fn answer(&mut self, request: &Received) -> Vec<u8> {
        if !request.path().starts_with("/api/v1/events") {
            let mut status = Status::starting("prod", tokio::time::Instant::now());
            status.generation = self.generation;
            let told = json!(status.answer(jiff::Timestamp::UNIX_EPOCH, true));
            return response("200 OK", "application/json", &told.to_string());
        }
        self.streams += 1;
        self.generation += 1;
        let (number, generation) = (self.streams, self.generation);
        match number {
            1 => stream(&format!(
                ": hello\n\nid: e-1\nevent: status\ndata: {{}}\n\n\
                 id: e-2\nevent: pass.finished\ndata: {{\"generation\": {generation}}}\n\n\
                 id: e-3\nevent: pass.started\ndata: {{}}\n\n"
            )),
            2 => stream("id: e-4\nevent: pass.finished\ndata: {}\n\n"),
            _ => response("503 Service Unavailable", "application/json", "{}"),
        }
    }
}

/// An answer that ends with its connection, and in the middle of an event.
fn stream(text: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{text}id: x"
    )
    .into_bytes()
}

#[test]
fn it_listens_comes_back_where_it_was_and_asks_where_it_may_not_listen() {
    let environment = Environment::new();
    let passes = Mutex::new(Passes::default());
    let daemon = FarEnd::answering(move |request| passes.lock().unwrap().answer(request));
    let (_running, shown) = watch(&environment, &daemon.url);
    for generation in 1..=3 {
        let s = if generation == 1 { "" } else { "es" };
        wait_for(&shown, &format!("prod: idle, {generation} pass{s}"));
    }
    let received = daemon.received();
    let streams = received.iter().filter(|it| it.path() == "/api/v1/events");
    let from = |request: &Received| {
        let head = request.head.to_lowercase();
        let mut lines = head.lines().map(str::to_owned);
        lines.find_map(|line| Some(line.strip_prefix("last-event-id: ")?.to_owned()))
    };
    let from: Vec<_> = streams.map(from).collect();
    let came_back = |id: &str| Some(id.to_owned());
    assert_eq!(from[..3], [None, came_back("e-3"), came_back("e-4")]);
    // Twice when it is shown, and once for what else an event or an end may mean.
    let asked = received.len() - from.len();
    assert!(asked <= 12, "{asked} questions");
}

#[test]
fn it_follows_a_real_daemon() {
    let environment = project();
    let (mut daemon, log) = Running::with_stderr(&mut super::daemon::on_sandbox(&environment));
    let address = super::daemon::address(&wait_for(&log, "daemon.started"));
    wait_for(&log, "pass.finished");
    let (mut watching, shown) = watch(&environment, &address);
    wait_for(&shown, "sandbox: idle, 1 pass");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    wait_for(&shown, "sandbox: idle, 2 passes");
    environment.run(&format!("pause --reason lunch --daemon {address}"));
    wait_for(&shown, "lunch");
    daemon.signal("TERM");
    assert_eq!(daemon.code(&log), Some(0));
    assert_eq!(watching.code(&shown), Some(1), "nobody answers any more");
}

/// One resource, by its address and by its name, and all of a customer.
#[test]
fn it_shows_one_resource_and_those_of_a_customer() {
    let environment = project();
    let (mut daemon, log) = Running::with_stderr(&mut super::daemon::on_sandbox(&environment));
    let address = super::daemon::address(&wait_for(&log, "daemon.started"));
    wait_for(&log, "pass.finished");
    let status = |what: &[&str]| {
        let args = ["status"].iter().chain(what).copied();
        let args: Vec<&str> = args.chain(["--daemon", &address]).collect();
        environment.run_args(&args, "")
    };
    let shown = status(&["Instance/smith"]).expect(0).stdout;
    for text in [
        "Instance/smith: smith of Smith Hardware",
        "customers/smith.yaml:3",
        "DONE",
    ] {
        assert!(shown.contains(text), "{text:?} is not in\n{shown}");
    }
    assert_eq!(status(&["smith"]).expect(0).stdout, shown);
    let theirs = status(&["--customer", "cust-0001"]).expect(0).stdout;
    assert!(theirs.contains("Instance/smith"), "{theirs}");
    let json = status(&["Instance/smith", "-o", "json"]).expect(0).json();
    assert_eq!(json["address"], "Instance/smith");
    let all = status(&["--customer", "Smith Hardware", "-o", "json"])
        .expect(0)
        .json();
    assert_eq!(all["resources"].as_array().unwrap().len(), 1);
    for (wrong, said) in [
        (&["Instance/nobody"][..], "the daemon"),
        (&["nobody"], "knows no resource"),
        (&["--customer", "cust-9999"], "nothing of a customer"),
    ] {
        let refused = status(wrong).expect(1);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    daemon.signal("TERM");
    assert_eq!(daemon.code(&log), Some(0));
}
