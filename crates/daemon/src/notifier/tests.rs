//! Deliveries: what goes out, when it is tried again, what survives a restart.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::controller::error::Class;
use crate::controller::status::{ErrorStatus, PassCounts, PassOutcome, PassStatus, RevisionStatus};
use crate::model::{NoticeKind, NotifyVia, Secret, SecretRef, SecretValues};
use crate::plan::testing::{plan_of, rollout};
use crate::prismatic::transport::{Request, Response, TransportError};
use crate::rollout::{Phase, WavePhase};
use crate::runtime::clock::TokioClock;

/// Answers with these codes in turn, then with 200.
#[derive(Debug, Default)]
struct Place {
    codes: Mutex<Vec<u16>>,
    heard: watch::Sender<Vec<(Duration, String)>>,
    began: Option<Instant>,
}

#[async_trait]
impl Transport for Place {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let event = body["event"].as_str().unwrap().to_owned();
        let at = self.began.unwrap().elapsed();
        self.heard.send_modify(|heard| heard.push((at, event)));
        let mut codes = self.codes.lock().unwrap();
        let status = if codes.is_empty() {
            200
        } else {
            codes.remove(0)
        };
        Ok(Response {
            status,
            headers: vec![("retry-after".to_owned(), "60".to_owned())],
            body: Default::default(),
        })
    }
}

struct Known;

#[async_trait]
impl SecretResolver for Known {
    async fn resolve(&self, _: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        let mut values = SecretValues::default();
        for reference in references {
            let url = Secret::new("https://hooks.example/s3cret".to_owned());
            values.insert(reference.clone(), Ok(url));
        }
        values
    }
}

struct Bench {
    place: Arc<Place>,
    status: watch::Sender<Status>,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(codes: &[u16]) -> Self {
        let place = Place {
            codes: Mutex::new(codes.to_vec()),
            began: Some(Instant::now()),
            ..Place::default()
        };
        Self {
            place: Arc::new(place),
            status: watch::Sender::new(Status::starting("prod", Instant::now())),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn start(&self) -> tokio::task::JoinHandle<Result<(), String>> {
        let notifier = Notifier {
            transport: self.place.clone(),
            secrets: Arc::new(Known),
            clock: Arc::new(TokioClock::starting_at(Timestamp::UNIX_EPOCH)),
            file: self.file(),
            delays: Delays::seeded(1),
        };
        tokio::spawn(run(notifier, self.status.subscribe()))
    }

    fn file(&self) -> OutboxFile {
        OutboxFile::of(self.folder.path(), "prod")
    }

    /// A pass ends: well, or with an error of the files.
    fn pass(&self, revision: &str, well: bool) {
        self.status.send_modify(|status| {
            let about = Some(RevisionStatus {
                id: revision.to_owned(),
                commit: None,
            });
            status.generation += 1;
            status.revision.clone_from(&about);
            status.project = Some(Arc::new(project()));
            status.error = (!well).then(|| ErrorStatus {
                class: Class::User,
                message: "wrong".to_owned(),
                hint: None,
                diagnostics: Arc::new([]),
            });
            if well {
                status.applied_revision = about;
                status.last_success_at = Some(Timestamp::UNIX_EPOCH);
            }
            status.last_pass = Some(PassStatus {
                started_at: Timestamp::UNIX_EPOCH,
                finished_at: Timestamp::UNIX_EPOCH,
                duration_ms: 1,
                result: match well {
                    true => PassOutcome::Applied,
                    false => PassOutcome::Invalid,
                },
                counts: PassCounts::default(),
                part: None,
            });
        });
    }

    /// What the target received, once it has received `count` messages.
    async fn heard(&self, count: usize) -> Vec<(u64, String)> {
        let mut heard = self.place.heard.subscribe();
        let all = heard.wait_for(|heard| heard.len() >= count).await.unwrap();
        let rounded = all.iter().map(|(at, event)| (at.as_secs(), event.clone()));
        rounded.collect()
    }

    async fn quiet(&self) {
        let before = self.place.heard.borrow().len();
        tokio::time::sleep(Duration::from_secs(7200)).await;
        assert_eq!(self.place.heard.borrow().len(), before);
    }
}

fn project() -> Project {
    Project {
        notify: vec![NotifyTarget {
            name: "ops".to_owned(),
            on: NoticeKind::ALL.into(),
            title: None,
            body: None,
            via: NotifyVia::Webhook {
                url: SecretRef::Env("URL".to_owned()),
                key: None,
            },
        }],
        ..Project::default()
    }
}

fn events(heard: &[(u64, String)]) -> Vec<&str> {
    heard.iter().map(|(_, event)| event.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_once_each_and_not_all_at_once() {
    let bench = Bench::new(&[]);
    let _task = bench.start();
    bench.pass("r1", true);
    bench.heard(1).await;
    bench.pass("r1", true);
    bench.pass("r1", false);
    let heard = bench.heard(2).await;
    assert_eq!(events(&heard), ["synced", "failed"]);
    assert!(heard[1].0 - heard[0].0 >= GAP.as_secs(), "{heard:?}");
    bench.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_down_is_tried_again_after_the_pause_it_asks_for() {
    let bench = Bench::new(&[503, 429]);
    let _task = bench.start();
    bench.pass("r1", true);
    let heard = bench.heard(3).await;
    assert_eq!(events(&heard), ["synced", "synced", "synced"]);
    assert!(heard[1].0 >= 60 && heard[2].0 >= 120, "{heard:?}");
    bench.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_a_redirect_end_it() {
    for code in [400, 404, 302] {
        let bench = Bench::new(&[code]);
        let _task = bench.start();
        bench.pass("r1", true);
        assert_eq!(bench.heard(1).await.len(), 1);
        bench.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_survives_a_restart_and_holds_no_secret() {
    let bench = Bench::new(&[500]);
    let task = bench.start();
    bench.pass("r1", true);
    bench.heard(1).await;
    task.abort();
    let _ = task.await;
    let persisted: Persisted = bench.file().load().unwrap();
    assert_eq!(persisted.waiting.len(), 1);
    assert!(
        !serde_json::to_string(&persisted)
            .unwrap()
            .contains("s3cret")
    );
    let _task = bench.start();
    assert_eq!(events(&bench.heard(2).await), ["synced", "synced"]);
    bench.quiet().await;
    let persisted: Persisted = bench.file().load().unwrap();
    assert!(persisted.waiting.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_too_old_is_dropped() {
    let bench = Bench::new(&[500; 1000]);
    let _task = bench.start();
    bench.pass("r1", true);
    bench.heard(1).await;
    tokio::time::sleep(Duration::from_secs(25 * 3600)).await;
    bench.pass("r1", true);
    tokio::task::yield_now().await;
    bench.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_turn_of_a_rollout_is_reported_once_also_after_a_restart() {
    let (mut told, mut reported) = (BTreeMap::new(), BTreeMap::new());
    let mut hour = 0;
    let mut say = |phase, wave| {
        let mut plan = plan_of(Vec::new());
        plan.observed_at = Timestamp::from_second(hour * 3600).unwrap();
        hour += 1;
        plan.rollouts = vec![rollout("acme", phase, wave)];
        let mut status = Status::starting("prod", Instant::now());
        status.plan = Some(Arc::new(plan));
        let notices = rollouts((&mut told, &mut reported), &status).into_iter();
        notices.map(|it| it.reason).collect::<Vec<_>>()
    };
    let soaking = || WavePhase::Soaking(Timestamp::MAX);
    assert_eq!(
        say(Phase::Moving, ("canary", WavePhase::Open)),
        ["Integration/acme: version 14: wave canary has opened"]
    );
    for _ in 0..2 {
        // What is kept is all that a restart leaves.
        assert_eq!(say(Phase::Soaking, ("canary", soaking())), [""; 0]);
    }
    let stopped = || ("canary", WavePhase::Stopped("2 fail".to_owned()));
    assert_eq!(
        say(Phase::Stopped, stopped()),
        ["Integration/acme: version 14: the gate stopped it: as it is"]
    );
    assert_eq!(say(Phase::Stopped, stopped()), [""; 0]);
    assert_eq!(say(Phase::GoingBack, stopped()).len(), 1);
    assert_eq!(say(Phase::Withdrawn, stopped()).len(), 1);
    assert_eq!(say(Phase::Moving, ("rest", WavePhase::Open)).len(), 1);
    assert_eq!(say(Phase::Finished, ("rest", WavePhase::Passed)).len(), 1);
    assert_eq!(say(Phase::Settled, ("rest", WavePhase::Passed)), [""; 0]);
    told.clear();
    let mut status = Status::starting("prod", Instant::now());
    let mut plan = plan_of(Vec::new());
    plan.rollouts = vec![rollout("acme", Phase::Settled, ("rest", WavePhase::Passed))];
    status.plan = Some(Arc::new(plan));
    assert!(
        rollouts((&mut told, &mut reported), &status).is_empty(),
        "its end is no news"
    );
    assert_eq!(told.len(), 1);
}

/// It may have been done by another machine, so what the tenant says counts.
#[tokio::test(start_paused = true)]
async fn members_that_are_sent_past_the_waves_are_reported_once() {
    let (mut told, mut reported) = (BTreeMap::new(), BTreeMap::new());
    let mut say = |phase, bypassed| {
        let mut plan = plan_of(Vec::new());
        let mut one = rollout("acme", phase, ("canary", WavePhase::Open));
        one.derived.bypassed = bypassed;
        plan.rollouts = vec![one];
        let mut status = Status::starting("prod", Instant::now());
        status.plan = Some(Arc::new(plan));
        let notices = rollouts((&mut told, &mut reported), &status).into_iter();
        notices.map(|it| it.reason).collect::<Vec<_>>().join("; ")
    };
    let opened = "Integration/acme: version 14: wave canary has opened";
    assert_eq!(say(Phase::Moving, 0), opened);
    let past = format!("{opened}; 3 members sent past the waves");
    assert_eq!(say(Phase::Moving, 3), past);
    assert_eq!(
        say(Phase::Soaking, 3),
        "",
        "the same wave, the same members"
    );
    assert!(say(Phase::Finished, 3).ends_with("as it is"));
    assert_eq!(say(Phase::Settled, 0), "", "its end is reported once");
}

/// By the daemon's clock, which is that of the reading.
#[tokio::test(start_paused = true)]
async fn what_waits_for_a_person_is_reported_again_once_a_day_also_after_a_restart() {
    let (mut told, mut reported) = (BTreeMap::new(), BTreeMap::new());
    let mut say = |hour: i64, phase, wave| {
        // What is kept is all that a restart leaves.
        let kept = serde_json::to_string(&(&told, &reported)).unwrap();
        (told, reported) = serde_json::from_str(&kept).unwrap();
        let mut plan = plan_of(Vec::new());
        plan.observed_at = Timestamp::from_second(hour * 3600).unwrap();
        plan.rollouts = vec![rollout("acme", phase, wave)];
        let mut status = Status::starting("prod", Instant::now());
        status.plan = Some(Arc::new(plan));
        let notices = rollouts((&mut told, &mut reported), &status).into_iter();
        notices.map(|it| it.reason).collect::<Vec<_>>().join("; ")
    };
    let waiting = || ("canary", WavePhase::Waiting(Timestamp::MAX));
    let first = "Integration/acme: version 14: as it is";
    let again = "Integration/acme: version 14: as it is (still so)";
    for (hour, expected) in [
        (0, first),
        (1, ""),
        (23, ""),
        (24, again),
        (25, ""),
        (47, ""),
        (48, again),
    ] {
        assert_eq!(say(hour, Phase::Waiting, waiting()), expected, "{hour} h");
    }
    // A turn is news at once, and counts the day anew.
    let stopped = || ("canary", WavePhase::Stopped("2 fail".to_owned()));
    assert!(!say(50, Phase::Stopped, stopped()).is_empty());
    assert_eq!(say(72, Phase::Stopped, stopped()), "");
    assert!(say(74, Phase::Stopped, stopped()).ends_with("(still so)"));
    // What a person did himself is not held up to him every day.
    for phase in [Phase::Paused, Phase::Withdrawn] {
        assert!(!say(80, phase, stopped()).is_empty());
        assert_eq!(say(200, phase, stopped()), "");
    }
}

/// A file of an older version does not say when a turn was reported.
#[tokio::test(start_paused = true)]
async fn a_turn_without_a_time_is_reported_again_a_day_later() {
    let key = rollout("acme", Phase::Waiting, ("canary", WavePhase::Open));
    let mut told = BTreeMap::from([("Integration/acme".to_owned(), key.turn().unwrap().key)]);
    let mut reported = BTreeMap::new();
    for (hour, expected) in [(100, 0), (123, 0), (124, 1)] {
        let mut plan = plan_of(Vec::new());
        plan.observed_at = Timestamp::from_second(hour * 3600).unwrap();
        plan.rollouts = vec![key.clone()];
        let mut status = Status::starting("prod", Instant::now());
        status.plan = Some(Arc::new(plan));
        let notices = rollouts((&mut told, &mut reported), &status);
        assert_eq!(notices.len(), expected, "{hour} h");
    }
}
