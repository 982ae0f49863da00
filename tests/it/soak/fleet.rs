//! Many instances, files that change all the time, and every twentieth call struck by a fault: each edit
//! arrives, there are no duplicates, and memory stays flat.
//!
//! The loop's interval is longer than the test, so nothing but the wake-up of an edit, or the retry
//! of what failed, can bring it to the tenant: one that is lost is seen.
//!
//! A few hundred instances and a few rounds in a usual run. `PRISM_GITOPS_TEST_INSTANCES` and
//! `PRISM_GITOPS_TEST_MINUTES` of real time ask for more; `make soak` for 5000 and 30.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fastrand::Rng;
use prism_gitops::controller::Status;
use prism_gitops::runtime::shutdown;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::{SLACK, driver, resident};
use crate::drift::whole;
use crate::drift::world::World;
use crate::peer::project::{VARIABLES, definition};

const INSTANCES: usize = 300;
const ROUNDS: usize = 8;
/// The share of calls that fail.
const STRUCK: f64 = 0.05;
/// Longer than the test lives by its own clock.
const NEVER: Duration = Duration::from_secs(1000 * 24 * 3600);
/// What back-off and rate limit may make of one round, in simulated time.
const PATIENCE: Duration = Duration::from_secs(12 * 3600);
/// Instances in one file.
const TOGETHER: usize = 50;
/// Customers of the demo tenant.
const CUSTOMERS: usize = 6;

/// The files, and what they declare.
struct Fleet {
    world: World,
    rng: Rng,
    /// By instance: the edit that it was declared by last.
    declared: Vec<usize>,
    edits: usize,
    nudge: mpsc::Sender<()>,
    status: watch::Receiver<Status>,
}

impl Fleet {
    fn write_all(&self) {
        let files = &self.world.files;
        files.write("acme.yml", definition(&VARIABLES));
        let manifest = "apiVersion: prism-gitops/v1\nkind: Integration\n\
                        metadata: {name: acme}\nspec: {definition: acme.yml}\n";
        files.write("acme.yaml", manifest);
        let project = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\n\
                       spec: {policy: {guards: {creates: 100000}}}\n";
        files.write("project.yaml", project);
        for first in (0..self.declared.len()).step_by(TOGETHER) {
            self.write(first);
        }
    }

    /// Writes the file that an instance is in.
    fn write(&self, number: usize) {
        let first = number - number % TOGETHER;
        let last = (first + TOGETHER).min(self.declared.len());
        let documents = (first..last).map(|number| {
            format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {}}}\nspec:\n  \
                 integration: acme\n  customer: {{externalId: cust-{:04}}}\n  config:\n    \
                 Endpoint: {}\n",
                name(number),
                number % CUSTOMERS + 1,
                endpoint(number, self.declared[number]),
            )
        });
        let text = documents.collect::<Vec<_>>().join("---\n");
        let file = format!("fleet-{first}.yaml");
        self.world.files.write(file, text);
    }

    /// Edits a few instances at moments that may fall into a pass.
    async fn edit(&mut self) -> BTreeSet<usize> {
        let mut touched = BTreeSet::new();
        for _ in 0..self.rng.usize(1..=4) {
            let number = self.rng.usize(..self.declared.len());
            self.edits += 1;
            self.declared[number] = self.edits;
            self.write(number);
            touched.insert(number);
            // Full: it is about to look anyway.
            let _ = self.nudge.try_send(());
            let pause = Duration::from_millis(self.rng.u64(..60_000));
            tokio::time::sleep(pause).await;
        }
        touched
    }

    /// Waits for the edits of a round, by the simulated clock.
    async fn arrive(&self, touched: &BTreeSet<usize>) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let tenant = self.world.tenant().await;
            let mut missing = touched.iter().filter(|number| !self.has(&tenant, **number));
            let Some(number) = missing.next() else {
                return;
            };
            let (name, edit) = (name(*number), self.declared[*number]);
            let late = tokio::time::Instant::now() > deadline;
            assert!(
                !late,
                "edit {edit} of {name} never arrived: {}",
                self.status_of(&name)
            );
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
    }

    /// What the loop says of itself and of an instance.
    fn status_of(&self, name: &str) -> String {
        let status = self.status.borrow().clone();
        let address = format!("Instance/{name}");
        let mut resources = status.resources.iter();
        let resource = resources.find(|it| it.address.to_string() == address);
        let (phase, pass) = (status.phase, &status.last_pass);
        let (next, error) = (status.next_pass_at, &status.error);
        format!("{phase:?}, {pass:#?}, next {next:?}, {error:#?}, {resource:#?}")
    }

    /// Whether the tenant has what an instance is declared to have.
    fn has(&self, tenant: &Value, number: usize) -> bool {
        let instances = tenant["instances"].as_array().unwrap().iter();
        let mut named = instances.filter(|it| it["name"] == name(number));
        let Some(instance) = named.next() else {
            return false;
        };
        assert!(named.next().is_none(), "{} is there twice", name(number));
        let endpoint = endpoint(number, self.declared[number]);
        instance["needs_deploy"] == false && instance["values"]["Endpoint"]["value"] == endpoint
    }

    /// Makes some of the next `calls` calls fail. Returns how many.
    fn spoil(&mut self, calls: u64) -> usize {
        let kinds = [
            Fault::LostReply,
            Fault::Disconnect,
            Fault::Truncate,
            Fault::Throttle {
                retry_after: Some(1),
            },
            Fault::Status {
                code: 503,
                commit: false,
            },
            Fault::Status {
                code: 502,
                commit: true,
            },
            Fault::Html { code: 502 },
            Fault::Delay { milliseconds: 700 },
        ];
        let mut rules = Vec::new();
        for nth in 1..=calls {
            if self.rng.f64() < STRUCK {
                rules.push(FaultRule {
                    operation: None,
                    matching: None,
                    nth: Some(nth),
                    times: None,
                    fault: kinds[self.rng.usize(..kinds.len())].clone(),
                });
            }
        }
        let count = rules.len();
        self.world.set_faults(FaultScript { rules });
        count
    }
}

fn name(number: usize) -> String {
    format!("erp-{number:04}")
}

fn endpoint(number: usize, edit: usize) -> String {
    format!("https://erp-{number}.example/{edit}")
}

fn asked(variable: &str) -> Option<usize> {
    Some(std::env::var(variable).ok()?.parse().unwrap())
}

/// How long to go on: for a number of rounds, or a number of minutes of real time.
struct Until {
    rounds: usize,
    real: Option<(Instant, Duration)>,
}

impl Until {
    #[expect(
        clippy::disallowed_methods,
        reason = "the run is asked for in real time"
    )]
    fn new() -> Self {
        let minutes = asked("PRISM_GITOPS_TEST_MINUTES");
        let minutes = minutes.map(|minutes| Duration::from_secs(60 * minutes as u64));
        Self {
            rounds: 0,
            real: minutes.map(|minutes| (Instant::now(), minutes)),
        }
    }

    fn next(&mut self) -> bool {
        self.rounds += 1;
        match self.real {
            Some((began, whole)) => began.elapsed() < whole,
            None => self.rounds <= ROUNDS,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_edit_of_a_large_fleet_arrives_whatever_fails() {
    let instances = asked("PRISM_GITOPS_TEST_INSTANCES").unwrap_or(INSTANCES);
    let (nudge, nudges) = mpsc::channel(1);
    let now = tokio::time::Instant::now();
    let (sender, status) = watch::channel(Status::starting("test", now));
    let mut fleet = Fleet {
        world: World::with(Behaviour::default(), None),
        rng: Rng::with_seed(7),
        declared: vec![0; instances],
        edits: 0,
        nudge,
        status,
    };
    let all: BTreeSet<usize> = (0..instances).collect();
    fleet.write_all();
    let mut struck = fleet.spoil(4 * instances as u64);
    let (stop, shutdown) = shutdown::channel();
    let clock = std::sync::Arc::new(fleet.world.clock());
    let wakes = (NEVER, Some(nudges));
    let loops = driver(&fleet.world, clock, (sender, shutdown), wakes);
    let running = tokio::spawn(loops.run());
    fleet.arrive(&all).await;

    let mut memory = Vec::new();
    let mut until = Until::new();
    while until.next() {
        fleet.world.forget_calls();
        struck += fleet.spoil(2000);
        let touched = fleet.edit().await;
        fleet.arrive(&touched).await;
        memory.extend(resident());
    }
    fleet.world.set_faults(FaultScript::default());
    stop.raise();
    running.await.unwrap();
    // Everything at once, the edits of all rounds together.
    fleet.arrive(&all).await;
    fleet.world.demand_convergence("the last edit").await;
    assert_eq!(whole::count(&fleet.world).await, (1, 1, instances));
    let passes = fleet.status.borrow().generation;
    let (edits, rounds) = (fleet.edits, until.rounds - 1);
    println!(
        "{instances} instances, {rounds} rounds, {edits} edits, all applied in {passes} passes; {struck} faults laid"
    );
    assert!(passes as usize >= rounds, "{passes} passes");
    flat(&memory);
}

/// After a warm-up nothing grows from round to round.
fn flat(memory: &[u64]) {
    const WARM: usize = 4;
    let (Some(early), Some(late)) = (memory.get(..WARM), memory.last()) else {
        println!("skipped: the system does not tell how much memory is used");
        return;
    };
    let early = early.iter().max().copied().unwrap_or_default();
    println!(
        "{early} KiB after {WARM} rounds, {late} KiB after {}",
        memory.len()
    );
    let slack = SLACK + early / 10;
    assert!(*late <= early + slack, "{early} KiB, then {late} KiB");
}
