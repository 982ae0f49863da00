//! The API is down, the rate budget is gone, the clock jumps: the loop on a paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prism_gitops::controller::Status;
use prism_gitops::controller::error::Class;
use prism_gitops::controller::status::PassOutcome;
use prism_gitops::runtime::clock::{Clock, TokioClock};
use prism_gitops::runtime::readiness::{self, Limits};
use prism_gitops::runtime::shutdown::{self, Trigger};
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::drift::whole;
use crate::drift::world::World;
use crate::soak::driver;

const INTERVAL: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A wall clock that is set, beside a monotonic one that is not.
#[derive(Debug)]
struct Jumping {
    right: TokioClock,
    ahead: AtomicI64,
}

impl Jumping {
    fn jump(&self, to: SignedDuration) {
        self.ahead.store(to.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::Relaxed);
        self.right.now() + SignedDuration::from_secs(ahead)
    }

    fn boottime(&self) -> Duration {
        self.right.boottime()
    }

    fn boot(&self) -> Option<String> {
        self.right.boot()
    }
}

struct Daemon {
    world: World,
    clock: Arc<Jumping>,
    status: watch::Receiver<Status>,
    nudge: mpsc::Sender<()>,
    _stop: Trigger,
}

impl Daemon {
    /// A daemon that has applied its files.
    async fn settled() -> Self {
        let world = World::with(Behaviour::default(), None);
        whole::write(&world);
        let clock = Arc::new(Jumping {
            right: world.clock(),
            ahead: AtomicI64::new(0),
        });
        let (sender, status) = watch::channel(Status::starting("test", clock.instant()));
        let (stop, shutdown) = shutdown::channel();
        let (nudge, nudges) = mpsc::channel(1);
        let ends = (sender, shutdown);
        let wakes = (INTERVAL, Some(nudges));
        tokio::spawn(driver(&world, clock.clone(), ends, wakes).run());
        let mut this = Self {
            world,
            clock,
            status,
            nudge,
            _stop: stop,
        };
        this.until(|status| ended(status, PassOutcome::Unchanged))
            .await;
        this
    }

    async fn until(&mut self, wanted: impl FnMut(&Status) -> bool) -> Status {
        let found = tokio::time::timeout(24 * HOUR, self.status.wait_for(wanted)).await;
        found
            .unwrap_or_else(|_| panic!("it never came to this"))
            .unwrap()
            .clone()
    }

    fn now(&self) -> Status {
        self.status.borrow().clone()
    }

    fn is_ready(&self) -> bool {
        let facts = self.now().facts(self.clock.as_ref());
        readiness::ready(&facts, &Limits::for_interval(INTERVAL)).is_ok()
    }

    /// New files, and every call goes wrong from now on.
    async fn strike(&self, fault: Fault) -> Value {
        let before = self.world.tenant().await;
        self.world.forget_calls();
        let rule = FaultRule {
            operation: None,
            ..FaultRule::every("", fault)
        };
        let rules = vec![rule];
        self.world.set_faults(FaultScript { rules });
        whole::rewrite(&self.world);
        let _ = self.nudge.try_send(());
        before
    }

    /// Nothing goes wrong any more, and the new files arrive without a hand.
    async fn recovers(&mut self, before: &Value) {
        assert_eq!(*before, self.world.tenant().await, "something was written");
        self.world.set_faults(FaultScript::default());
        let status = self
            .until(|status| ended(status, PassOutcome::Applied) && status.error.is_none())
            .await;
        assert!(self.is_ready());
        assert_eq!(status.revision, status.applied_revision);
        let now = self.world.tenant().await;
        let counted = |tenant| {
            let (integrations, _, instances) = whole::count_in(tenant);
            (integrations, instances)
        };
        assert_eq!(counted(&now), counted(before));
        assert_ne!(now, *before);
    }
}

fn ended(status: &Status, result: PassOutcome) -> bool {
    let last = status.last_pass.as_ref();
    last.is_some_and(|pass| pass.result == result)
}

#[tokio::test(start_paused = true)]
async fn the_api_is_down() {
    let mut daemon = Daemon::settled().await;
    let observed_at = daemon.now().observed_at;
    let before = daemon.strike(Fault::Unreachable).await;
    let status = daemon.until(|status| status.error.is_some()).await;
    assert_eq!(status.error.unwrap().class, Class::World);
    tokio::time::sleep(HOUR).await;
    let status = daemon.now();
    assert_eq!(status.observed_at, observed_at, "nothing was read");
    let age = status.observation_age(daemon.clock.now()).unwrap();
    assert!(age >= HOUR, "{age:?}");
    assert!(!daemon.is_ready());
    daemon.recovers(&before).await;
}

#[tokio::test(start_paused = true)]
async fn the_rate_budget_is_gone() {
    let mut daemon = Daemon::settled().await;
    let retry_after = Some(600);
    let before = daemon.strike(Fault::Throttle { retry_after }).await;
    tokio::time::sleep(2 * HOUR).await;
    let calls = daemon.world.all_calls().len();
    assert!(
        calls <= 2 * 6 + 2,
        "{calls} calls, one in ten minutes is asked for"
    );
    assert!(!daemon.is_ready());
    daemon.recovers(&before).await;
}

#[tokio::test(start_paused = true)]
async fn the_clock_jumps_both_ways() {
    let mut daemon = Daemon::settled().await;
    let before = daemon.world.tenant().await;
    let year = SignedDuration::from_hours(365 * 24);
    for jump in [year, -year, SignedDuration::ZERO] {
        daemon.clock.jump(jump);
        let now = daemon.clock.now();
        let age = daemon.now().observation_age(now).unwrap();
        assert!(age < 2 * HOUR || jump != -year, "{jump}: {age:?}");
        let generation = daemon.now().generation;
        daemon.world.forget_calls();
        tokio::time::sleep(HOUR).await;
        let status = daemon.now();
        let passes = status.generation - generation;
        assert!(
            (50..=70).contains(&passes),
            "{jump}: {passes} passes in an hour"
        );
        assert!(status.error.is_none() && daemon.is_ready(), "{jump}");
        assert_eq!(before, daemon.world.tenant().await, "{jump}");
        let calls = daemon.world.all_calls().len() as u64;
        assert!(
            calls < 20 * passes,
            "{jump}: {calls} calls in {passes} passes"
        );
    }
    whole::rewrite(&daemon.world);
    let _ = daemon.nudge.try_send(());
    daemon
        .until(|status| ended(status, PassOutcome::Applied))
        .await;
}
