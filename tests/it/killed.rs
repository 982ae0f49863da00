//! `kill -9` of the real daemon at any moment, again and again: the next one resumes from what the tenant
//! holds, and the files on disk are intact and free of secrets.
//!
//! A few kills in a usual run; `PRISM_GITOPS_TEST_KILLS` asks for more, `make kills` for a hundred.
//! The moments follow from `PRISM_GITOPS_TEST_SEED`, as far as two processes keep in step.

mod disk;
pub(crate) mod tenant;

use std::sync::mpsc::Receiver;
use std::time::Duration;

use fastrand::Rng;

use crate::cli::environment::Environment;
use crate::cli::sandbox::{Running, wait_for};
use crate::peer::project::{VARIABLES, definition, instance_name, write_instance};
use tenant::{INSTANCES, Tenant, until};

const KILLS: usize = 5;
const SEED: u64 = 1;

/// What every secret begins with.
const CANARY: &str = "canary-5e1f";

/// The daemon, and what it logs.
struct Life {
    process: Running,
    log: Receiver<String>,
}

impl Life {
    fn begin(environment: &Environment, secret: usize) -> Self {
        let mut command = environment.command();
        command
            .args("daemon --listen 127.0.0.1:0 --log-format json --interval 5s".split(' '))
            .env("ERP_KEY", format!("{CANARY}-{secret}"));
        let (process, log) = Running::with_stderr(&mut command);
        Self { process, log }
    }

    fn kill(mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
        for line in &self.log {
            assert!(!line.contains(CANARY), "a secret is in the log: {line}");
        }
    }
}

/// The files, and how often they were changed.
struct Files {
    rng: Rng,
    edits: usize,
}

impl Files {
    fn write(&mut self, environment: &Environment) {
        let manifest = "apiVersion: prism-gitops/v1\nkind: Integration\n\
                        metadata: {name: acme}\nspec:\n  definition: acme.yml\n";
        environment.write("acme.yaml", manifest);
        self.integration(environment);
        for number in 1..=INSTANCES {
            self.instance(environment, number);
        }
    }

    /// Everything that is written is new, so that a duplicate version is detected.
    fn edit(&mut self, environment: &Environment) {
        self.edits += 1;
        match self.rng.usize(..4) {
            0 => self.integration(environment),
            _ => {
                let number = self.rng.usize(1..=INSTANCES);
                self.instance(environment, number);
            }
        }
    }

    fn integration(&self, environment: &Environment) {
        let text = definition(&VARIABLES);
        let text = text.replace("Orders to the ERP", &format!("Edit {}", self.edits));
        replace(environment, "acme.yml", |at| at.write("acme.yml", &text));
    }

    fn instance(&self, environment: &Environment, number: usize) {
        let name = instance_name(number);
        let size = format!("Batch Size: \"{}\"", self.edits);
        let endpoint = "Endpoint: {secret: {env: ERP_KEY}}";
        replace(environment, &format!("{name}.yaml"), |at| {
            write_instance(at, &name, number, &[&size, endpoint]);
        });
    }
}

/// Puts a file into place as a whole: half of one would be another test.
fn replace(environment: &Environment, file: &str, write: impl Fn(&Environment)) {
    let beside = Environment::new();
    write(&beside);
    // A name that no reader takes for a manifest, within the same file system.
    let part = environment.project().join(".part");
    std::fs::copy(beside.project().join(file), &part).unwrap();
    std::fs::rename(part, environment.project().join(file)).unwrap();
}

/// One life of a daemon, killed after a number of requests or at the end of its first pass.
fn live_and_die(environment: &Environment, tenant: &Tenant, files: &mut Files, secret: usize) {
    let life = Life::begin(environment, secret);
    let requests = match files.rng.usize(..5) {
        // Before the tenant is asked anything: the disk is where things happen.
        0 => 0,
        _ => files.rng.usize(1..80),
    };
    let mut seen = 0;
    for part in [requests / 2, requests] {
        until("the daemon asks, or comes to rest", || {
            seen += tenant.requests();
            let rests = life.log.try_iter().any(|line| {
                assert!(!line.contains(CANARY), "a secret is in the log: {line}");
                line.contains("pass.finished") || line.contains("pass.failed")
            });
            seen >= part || rests
        });
        if part < requests {
            files.edit(environment);
        }
    }
    // The moment itself, which no request marks.
    std::thread::sleep(Duration::from_micros(files.rng.u64(..20_000)));
    life.kill();
}

/// Lets a daemon finish what the killed ones began.
fn converge(environment: &Environment, secret: usize) {
    let mut life = Life::begin(environment, secret);
    loop {
        let pass = wait_for(&life.log, "pass.finished");
        assert!(!pass.contains(CANARY), "{pass}");
        let pass: serde_json::Value = serde_json::from_str(&pass).unwrap();
        let left = ["failed", "held", "blocked", "pending"].map(|name| pass[name].as_u64());
        let done = pass["result"] == "applied" || pass["result"] == "unchanged";
        if done && left == [Some(0); 4] {
            break;
        }
    }
    life.process.signal("TERM");
    assert_eq!(life.process.code(&life.log), Some(0));
}

fn number(name: &str) -> Option<usize> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}

#[test]
fn a_daemon_that_is_killed_at_any_moment_leaves_nothing_to_repair() {
    let kills = number("PRISM_GITOPS_TEST_KILLS").unwrap_or(KILLS);
    let seed = number("PRISM_GITOPS_TEST_SEED").map_or(SEED, |seed| seed as u64);
    let mut environment = Environment::new();
    let mut files = Files {
        rng: Rng::with_seed(seed),
        edits: 0,
    };
    let tenant = Tenant::start(&mut environment, &mut files.rng, kills);
    files.write(&environment);
    let mut secret = 0;
    for _ in 0..kills {
        files.edit(&environment);
        secret += files.rng.usize(..2);
        live_and_die(&environment, &tenant, &mut files, secret);
        tenant.comes_to_rest();
        disk::is_sound(&environment, CANARY);
    }
    converge(&environment, secret);
    disk::is_sound(&environment, CANARY);
    environment.set("ERP_KEY", &format!("{CANARY}-{secret}"));
    environment.run("plan --detailed-exitcode").expect(0);
    environment.run("history").expect(0);
    tenant.is_as_declared(&environment);
    let (deploys, requests) = tenant.totals();
    println!("{kills} kills, seed {seed}: {requests} requests, {deploys} deploys, all needed");
    assert!(deploys >= INSTANCES, "only {deploys} deploys");
}
