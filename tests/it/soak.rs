//! The loop over a day on a paused clock: it goes on, and holds no more at the end than at the start.
//!
//! Two hours in a usual run. `PRISM_GITOPS_TEST_HOURS` asks for more; `make soak` for a day, in
//! which the memory of the process is looked at too.

mod fleet;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prism_gitops::controller::delays::Delays;
use prism_gitops::controller::driver::Driver;
use prism_gitops::controller::persistence::Persistence;
use prism_gitops::controller::phases::{Choices, Live};
use prism_gitops::controller::reconciler::Reconciler;
use prism_gitops::controller::status::PassOutcome;
use prism_gitops::controller::{Connect, ConnectError, Connection, SecretResolver, Status};
use prism_gitops::model::{Desired, Project, Secret, SecretRef, SecretValues, VersionRecord};
use prism_gitops::prismatic::platform::Platform;
use prism_gitops::runtime::clock::Clock;
use prism_gitops::runtime::shutdown;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::drift::whole;
use crate::drift::world::World;

const HOURS: u64 = 2;
const INTERVAL: Duration = Duration::from_secs(60);

/// How much the process may grow after its first hours, in KiB. What leaks once a pass leaks
/// over a thousand times in a day.
const SLACK: u64 = 8 * 1024;

struct Tenant(Arc<dyn Platform>);

#[async_trait]
impl Connect for Tenant {
    async fn connect(&self, _: &Desired) -> Result<Connection, ConnectError> {
        Ok(Connection {
            platform: Arc::clone(&self.0),
            environment: "test".to_owned(),
            organization: None,
            url: "https://sandbox.example".to_owned(),
            tenant_id: None,
            concurrency: 8,
            requests: None,
        })
    }
}

struct Secrets;

#[async_trait]
impl SecretResolver for Secrets {
    async fn resolve(&self, _: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        let mut values = SecretValues::default();
        for reference in references {
            let text = format!("{}{reference}", whole::CANARY);
            values.insert(reference.clone(), Ok(Secret::new(text)));
        }
        values
    }
}

/// The stages of a pass on a sandbox, as the daemon has them.
pub(crate) fn stages(
    world: &World,
    clock: Arc<dyn Clock>,
    remembered: Persistence,
    choices: Choices,
) -> Live {
    Live::new(
        Arc::new(Tenant(world.platform_by(Arc::clone(&clock)))),
        Arc::new(Secrets),
        clock,
        Arc::new(|_| VersionRecord::default()),
        remembered,
        choices,
    )
}

/// What a loop says of itself, where it is not looked at.
pub(crate) fn status() -> watch::Sender<Status> {
    watch::channel(Status::starting("test", Instant::now())).0
}

/// The loop on a sandbox, as the daemon has it. `clock` is what the machine shows.
pub(crate) fn driver(
    world: &World,
    clock: Arc<dyn Clock>,
    (status, stop): (watch::Sender<Status>, shutdown::Shutdown),
    (interval, nudges): (Duration, Option<mpsc::Receiver<()>>),
) -> Driver {
    let remembered = Persistence::in_memory();
    let stages = stages(world, Arc::clone(&clock), remembered, Choices::default());
    let reconciler = Reconciler::new(
        world.files.clone(),
        Arc::new(stages),
        clock,
        status,
        interval,
        Delays::seeded(1),
    );
    Driver::new("test", reconciler, nudges, stop)
}

/// What goes wrong in an hour: every kind of thing in turn, and nothing in every fourth.
fn weather(hour: u64) -> FaultScript {
    let fault = match hour % 4 {
        0 => return FaultScript::default(),
        1 => FaultRule::nth("instances", 5, Fault::RepeatPage),
        2 => FaultRule::nth("integrations", 3, Fault::Truncate),
        _ => FaultRule::nth(
            "instances",
            7,
            Fault::Status {
                code: 503,
                commit: false,
            },
        ),
    };
    FaultScript { rules: vec![fault] }
}

/// What users do in an hour: the files change, and an instance is changed by hand.
async fn people(world: &World, hour: u64) {
    match hour % 2 {
        0 => whole::write(world),
        _ => whole::rewrite(world),
    }
    let query = "{ instances(isSystem: false) { nodes { id } } }";
    let answer = world.ask(query, json!({})).await;
    if let Some(node) = answer["instances"]["nodes"].get(0) {
        let input = json!({"id": node["id"], "description": format!("hour {hour}")});
        world.change("updateInstance", input).await;
    }
}

/// The memory of this process, in KiB, where the system reports it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What is seen at the end of an hour.
struct Seen {
    generation: u64,
    /// How long the status is, written out.
    status: usize,
    memory: Option<u64>,
}

async fn hour(world: &World, status: &mut watch::Receiver<Status>, hour: u64) -> Seen {
    world.forget_calls();
    world.set_faults(weather(hour));
    people(world, hour).await;
    tokio::time::sleep_until(Instant::now() + Duration::from_secs(3600)).await;
    let now = status.borrow_and_update().clone();
    let told = now.answer(jiff::Timestamp::UNIX_EPOCH, true);
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains(whole::CANARY), "a secret is in the status");
    assert!(now.error.is_none(), "hour {hour}: {text}");
    Seen {
        generation: now.generation,
        status: text.len(),
        memory: resident(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_of_the_loop_leaves_nothing_behind() {
    let asked = std::env::var("PRISM_GITOPS_TEST_HOURS").ok();
    let hours: u64 = asked.map_or(HOURS, |hours| hours.parse().unwrap());
    let world = World::with(Behaviour::default(), None);
    whole::write(&world);
    let (sender, mut status) = watch::channel(Status::starting("test", Instant::now()));
    let (stop, shutdown) = shutdown::channel();
    let clock = Arc::new(world.clock());
    let running = tokio::spawn(driver(&world, clock, (sender, shutdown), (INTERVAL, None)).run());
    let mut all = Vec::new();
    for number in 0..hours {
        all.push(hour(&world, &mut status, number).await);
    }
    stop.raise();
    running.await.unwrap();
    flat(&all);
    assert_eq!(whole::count(&world).await.0, 2);
    assert_eq!(whole::count(&world).await.2, 3);
    let result = status.borrow().last_pass.as_ref().unwrap().result;
    assert_eq!(
        result,
        PassOutcome::Unchanged,
        "the loop does not come to rest"
    );
}

/// A pass a minute, give or take the jitter, and nothing that grows with them.
fn flat(all: &[Seen]) {
    let hours = all.len() as u64;
    let last = all.last().unwrap();
    assert!(last.generation >= hours * 50, "{} passes", last.generation);
    // Numbers get longer as they count; nothing else does.
    let longest = all.iter().take(2).map(|seen| seen.status).max().unwrap();
    assert!(last.status <= longest + 64, "{} and {longest}", last.status);
    if hours < 12 {
        return;
    }
    let early = all[..4].iter().filter_map(|seen| seen.memory).max();
    let (Some(early), Some(late)) = (early, last.memory) else {
        println!("skipped: the system does not tell how much memory is used");
        return;
    };
    println!("{early} KiB after 4 hours, {late} KiB after {hours}");
    assert!(late <= early + SLACK, "{early} KiB, then {late} KiB");
}
