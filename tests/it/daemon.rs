//! The daemon as a whole: over a real socket, without a tenant.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

#[cfg(feature = "sandbox")]
mod several;
#[cfg(feature = "sandbox")]
mod sweeps;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prism_gitops::controller::control::PersistedPauses;
use prism_gitops::controller::delays::Delays;
use prism_gitops::controller::exclusion::Exclusion;
use prism_gitops::controller::history::Historian;
use prism_gitops::controller::persistence::Persistence;
use prism_gitops::controller::{Connect, ConnectError, Connection, SecretResolver};
use prism_gitops::daemon::{DaemonError, DaemonOptions, EnvironmentOptions, ExitReason, run};
use prism_gitops::model::{Desired, Project, SecretRef, SecretValues, VersionRecord};
use prism_gitops::runtime::clock::SystemClock;
use prism_gitops::runtime::shutdown::{self, Trigger};
use prism_gitops::server::{ApiOptions, bind};
use prism_gitops::source::{Snapshot, Source, SourceError};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A folder that cannot be read; a reading that has begun waits for its permission to end.
struct Folder {
    begun: watch::Sender<bool>,
    may_end: watch::Sender<bool>,
}

#[async_trait]
impl Source for Folder {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        self.begun.send_replace(true);
        let mut may_end = self.may_end.subscribe();
        may_end.wait_for(|may| *may).await.unwrap();
        Err(SourceError::Missing("gone".into()))
    }
}

struct Outside;

#[async_trait]
impl Connect for Outside {
    async fn connect(&self, _: &Desired) -> Result<Connection, ConnectError> {
        unreachable!("there are no files")
    }
}

#[async_trait]
impl SecretResolver for Outside {
    async fn resolve(&self, _: &Project, _: &BTreeSet<SecretRef>) -> SecretValues {
        SecretValues::default()
    }
}

struct Running {
    address: String,
    folder: Arc<Folder>,
    trigger: Trigger,
    task: JoinHandle<Result<ExitReason, DaemonError>>,
}

impl Running {
    async fn start(readable: bool) -> Self {
        let listener = bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let folder = Arc::new(Folder {
            begun: watch::Sender::new(false),
            may_end: watch::Sender::new(readable),
        });
        let (trigger, shutdown) = shutdown::channel();
        let options = DaemonOptions {
            source: folder.clone(),
            watch: None,
            polled: None,
            hooks: None,
            environments: vec![EnvironmentOptions {
                name: "prod-us".to_owned(),
                chosen: None,
                connect: Arc::new(Outside),
                events: None,
                remembered: Persistence::in_memory(),
                notifier: None,
                kept: PersistedPauses::nowhere(),
                exclusion: Exclusion::default(),
            }],
            secrets: Arc::new(Outside),
            provenance: Arc::new(|_| VersionRecord::default()),
            clock: Arc::new(SystemClock),
            interval: Duration::from_secs(3600),
            delays: Delays::seeded(1),
            listen: Some(listener),
            history: Historian::forgetful(),
            api: ApiOptions::default(),
            adopt: false,
            allow_delete: false,
            reloads: None,
            supervisor: None,
            shutdown,
        };
        Self {
            address,
            folder,
            trigger,
            task: tokio::spawn(run(options)),
        }
    }

    /// Status code and body of one request.
    async fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let code = head.split(' ').nth(1).unwrap();
        (code.parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Asks until the answer is as wanted; the test runner's limit ends it otherwise.
    async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> (u16, Value) {
        loop {
            let (code, body) = self.get(path).await;
            if wanted(&body) {
                return (code, body);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn end(self) -> ExitReason {
        self.task.await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_daemon_without_files_lives_says_why_and_drains() {
    let daemon = Running::start(true).await;
    let (_, status) = daemon
        .until("/api/v1/status", |s| s["generation"] == 1)
        .await;
    assert_eq!(status["environment"], "prod-us");
    assert_eq!(status["lastPass"]["result"], "failed");
    assert_eq!(
        status["error"]["message"],
        "the files cannot be read: there is no file or folder gone"
    );
    assert_eq!(daemon.get("/healthz").await.0, 200);
    let (code, body) = daemon.get("/readyz").await;
    assert_eq!(
        (code, body["reason"].as_str()),
        (503, Some("the tenant could not be read yet"))
    );
    daemon.trigger.raise();
    assert_eq!(daemon.end().await, ExitReason::Drained);
}

#[tokio::test]
async fn a_drain_can_be_watched_until_the_pass_has_ended() {
    let daemon = Running::start(false).await;
    let mut begun = daemon.folder.begun.subscribe();
    begun.wait_for(|begun| *begun).await.unwrap();
    daemon.trigger.raise();
    let (code, body) = daemon
        .until("/readyz", |b| b["reason"] == "shutting down")
        .await;
    assert_eq!(code, 503, "{body}");
    assert!(!daemon.task.is_finished());
    daemon.folder.may_end.send_replace(true);
    assert_eq!(daemon.end().await, ExitReason::Drained);
}

#[tokio::test]
async fn the_second_signal_waits_for_nothing() {
    let daemon = Running::start(false).await;
    let mut begun = daemon.folder.begun.subscribe();
    begun.wait_for(|begun| *begun).await.unwrap();
    daemon.trigger.raise();
    daemon.trigger.raise();
    assert_eq!(daemon.end().await, ExitReason::Aborted);
}
