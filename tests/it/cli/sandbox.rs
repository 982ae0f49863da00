//! The sandbox as a server: one line when it is ready, an end on request.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::environment::Environment;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running process that does not outlive its test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts a command, and reads what it says on stderr line by line.
    pub(crate) fn with_stderr(command: &mut Command) -> (Self, mpsc::Receiver<String>) {
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = lines(child.stderr.take().unwrap());
        (Self(child), told)
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// The exit code, once a stream of it has come to its end.
    #[track_caller]
    pub(crate) fn code(&mut self, stream: &mpsc::Receiver<String>) -> Option<i32> {
        let mut seen = Vec::new();
        loop {
            match stream.recv_timeout(PATIENCE) {
                Ok(line) => seen.push(line),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(_) => panic!("it does not end after\n{}", seen.join("\n")),
            }
        }
        self.0.wait().unwrap().code()
    }
}

/// The lines of a stream as they come.
pub(crate) fn lines(stream: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The next line that contains a text; the others are part of the message if none comes.
#[track_caller]
pub(crate) fn wait_for(lines: &mpsc::Receiver<String>, text: &str) -> String {
    let mut seen = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) if line.contains(text) => return line,
            Ok(line) => seen.push(line),
            Err(error) => panic!("no {text:?} ({error}) after\n{}", seen.join("\n")),
        }
    }
}

#[test]
fn it_says_where_it_listens_and_stops_when_told() {
    for signal in ["INT", "TERM"] {
        let environment = Environment::new();
        let mut child = environment
            .command()
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        let mut running = Running(child);
        let line = wait_for(&stdout, "listening on http://127.0.0.1:");
        let port: u16 = line.rsplit(':').next().unwrap().parse().unwrap();
        assert_ne!(port, 0);
        assert!(stdout.try_recv().is_err(), "one line and no more");
        wait_for(&stderr, "PRISM_REFRESH_TOKEN=sandbox");
        wait_for(&stderr, "PRISM_ACCESS_TOKEN=");

        running.signal(signal);
        assert_eq!(running.code(&stdout), Some(0), "{signal}");
    }
}

/// A sandbox for the commands of an environment.
pub(crate) fn serve(environment: &mut Environment, latency: Duration) -> Running {
    let mut child = environment
        .command()
        .args(["sandbox", "--listen", "127.0.0.1:0", "--latency"])
        .arg(format!("{}ms", latency.as_millis()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = lines(child.stdout.take().unwrap());
    let running = Running(child);
    let line = wait_for(&stdout, "listening on ");
    environment.set("PRISMATIC_URL", line.trim_start_matches("listening on "));
    environment.set("PRISM_REFRESH_TOKEN", "sandbox");
    running
}

#[test]
fn it_is_a_tenant_for_the_other_commands() {
    let mut environment = super::fixture::project();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    let whoami = environment.run("whoami").expect(0);
    assert!(
        whoami.stdout.contains("PRISM_REFRESH_TOKEN"),
        "{}",
        whoami.stdout
    );
    environment.run("apply --auto-approve").expect(0);
    environment.run("plan --detailed-exitcode").expect(0);
    environment.set("PRISM_REFRESH_TOKEN", "wrong");
    let refused = environment.run("plan").expect(1);
    assert!(
        refused.stderr.contains("prism me:token"),
        "{}",
        refused.stderr
    );
}

#[test]
fn other_machines_are_kept_out() {
    let run = Environment::new()
        .run("sandbox --listen 0.0.0.0:0")
        .expect(1);
    insta::assert_snapshot!(run.shown(), @"
    --- stderr
    Error: 0.0.0.0:0 can be reached from other machines, and the sandbox requires no password
    Hint: listen on 127.0.0.1, or add --allow-remote
    --- exit 1
    ");
}
