//! The phases of a pass as the daemon sees them.
//!
//! The loop decides when, and what to leave alone; it does not care how files
//! are parsed or plans carried out. [`Phases`] is that border: [`Live`] is the
//! real thing, tests script their own.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::connect::{Connect, Connection, ProvenanceSource, SecretResolver};
use super::error::PassError;
use super::incremental::{self, Recalled};
use super::pass::{self, Loaded, PassContext, Planned};
use super::persistence::Persistence;
use super::queue::Reason;
use crate::execute::{AtOnce, Outcome, StepEvent};
use crate::model::EnvironmentKey;
use crate::plan::Part;
use crate::runtime::clock::Clock;
use crate::runtime::tasks::panic_message;
use crate::source::Snapshot;

/// Load, plan, apply.
#[async_trait]
pub trait Phases: Send + Sync {
    /// Checks files that were read.
    async fn load(&self, snapshot: Snapshot) -> Result<Arc<Loaded>, PassError>;

    /// Compares them with the tenant. May be dropped half-way: it only reads.
    async fn plan(&self, loaded: &Loaded, asked: Asked<'_>) -> Result<Prepared, PassError>;

    /// The way to the tenant that files name, and which tenant it is.
    async fn way(&self, loaded: &Loaded) -> Result<(Connection, EnvironmentKey), PassError>;

    /// Carries out the rest of a plan after holding back.
    async fn apply(
        &self,
        prepared: &Prepared,
        stop: watch::Receiver<bool>,
        events: mpsc::UnboundedSender<StepEvent>,
    ) -> Outcome;
}

/// How much of the tenant has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadMode {
    /// All of it.
    Full,
    /// Changes only, where the project allows it and they suffice.
    Incremental,
}

impl From<Reason> for ReadMode {
    /// A schedule bounds how long a change may go unseen; any other wake-up has a cause.
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Resync => Self::Incremental,
            _ => Self::Full,
        }
    }
}

/// What a plan is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// How much of the tenant has to be read.
    pub mode: ReadMode,
    /// What of the project the plan is limited to; all of it if absent.
    pub part: Option<&'a Part>,
}

impl From<ReadMode> for Asked<'_> {
    fn from(mode: ReadMode) -> Self {
        Self { mode, part: None }
    }
}

/// A plan, and the platform it was made for.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The plan.
    pub planned: Planned,
    /// The platform.
    pub connection: Connection,
    /// When the tenant was last read as a whole: by this plan, unless only what changed was read.
    pub swept_at: Timestamp,
}

impl Prepared {
    /// The identity of the tenant, independent of the environment's name.
    #[must_use]
    pub fn key(&self) -> EnvironmentKey {
        let Connection { url, tenant_id, .. } = &self.connection;
        EnvironmentKey::new(url, &self.planned.tenant.identity, tenant_id.as_deref())
    }
}

/// The options of the daemon.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Existing objects that a manifest matches may be taken over.
    pub adopt: bool,
    /// Deleting is allowed where the policy asks for it.
    pub allow_delete: bool,
    /// The environment, if one was named.
    pub environment: Option<String>,
}

/// The real phases.
pub struct Live {
    /// Connects to the tenant.
    pub connect: Arc<dyn Connect>,
    /// Looks secrets up.
    pub secrets: Arc<dyn SecretResolver>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Says what a revision was made from.
    pub provenance: ProvenanceSource,
    /// What is known of secrets that were written before.
    pub remembered: Persistence,
    /// The options of the daemon.
    pub choices: Choices,
    /// The last valid files: parsing them again would give the same result.
    last: Mutex<Option<Arc<Loaded>>>,
    /// The last reading of the tenant, where a pass may resume from it.
    recalled: Mutex<Option<Recalled>>,
}

impl Live {
    /// The real phases.
    #[must_use]
    pub fn new(
        connect: Arc<dyn Connect>,
        secrets: Arc<dyn SecretResolver>,
        clock: Arc<dyn Clock>,
        provenance: ProvenanceSource,
        remembered: Persistence,
        choices: Choices,
    ) -> Self {
        Self {
            connect,
            secrets,
            clock,
            provenance,
            remembered,
            choices,
            last: Mutex::new(None),
            recalled: Mutex::new(None),
        }
    }

    fn recalled(&self) -> std::sync::MutexGuard<'_, Option<Recalled>> {
        self.recalled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Arc<Loaded>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Phases for Live {
    #[tracing::instrument(name = "load", level = "debug", skip_all)]
    async fn load(&self, snapshot: Snapshot) -> Result<Arc<Loaded>, PassError> {
        let same = |last: &&Arc<Loaded>| {
            last.revision == snapshot.revision && last.absence == snapshot.absence
        };
        if let Some(last) = self.last().as_ref().filter(same) {
            return Ok(Arc::clone(last));
        }
        let environment = self.choices.environment.clone();
        // Hundreds of definitions take seconds, and the server shares this runtime.
        let reading =
            tokio::task::spawn_blocking(move || pass::read(snapshot, environment.as_deref()));
        let loaded = reading.await.map_err(defect)?.map(Arc::new)?;
        *self.last() = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    async fn plan(&self, loaded: &Loaded, asked: Asked<'_>) -> Result<Prepared, PassError> {
        // Taken, so that a failed pass leaves no cache: the next pass resumes only from the result of this
        // one.
        let recalled = self.recalled().take();
        let connection = self.connect.connect(&loaded.desired).await;
        let connection = connection.map_err(PassError::Connect)?;
        let project = &loaded.desired.project;
        let context = PassContext {
            platform: connection.platform.as_ref(),
            clock: self.clock.as_ref(),
            secrets: self.secrets.resolve(project, &loaded.secrets).await,
            later: Some(self.secrets.as_ref()),
            environment: connection.environment.clone(),
            organization: connection.organization.clone(),
            provenance: (self.provenance)(&loaded.revision),
            remembered: self.remembered.clone(),
            adopt: self.choices.adopt,
            allow_delete: self.choices.allow_delete,
            only: None,
            part: asked.part.cloned().unwrap_or_default(),
            rollouts: Default::default(),
            simulate: false,
            requests: connection.requests.as_deref(),
        };
        let fits = |recalled: &Recalled| recalled.fits(loaded, &connection.platform);
        let recalled = recalled.filter(fits);
        let before = recalled.as_ref().map(Recalled::marked);
        let recalled = recalled.filter(|_| asked.mode == ReadMode::Incremental);
        // What is gone on from has to be the reading of a whole plan.
        let sweep = project
            .policy
            .sweep
            .as_ref()
            .filter(|_| asked.part.is_none());
        let gone_on = match (recalled, sweep) {
            (Some(recalled), Some(sweep)) => recalled.go_on(loaded, &context, sweep).await?,
            _ => None,
        };
        let (planned, recalled, swept_at) = match gone_on {
            Some((planned, recalled)) => {
                let swept_at = recalled.swept_at;
                (planned, Some(recalled), swept_at)
            }
            None => incremental::sweep(loaded, &context, sweep.is_some(), before).await?,
        };
        *self.recalled() = recalled.map(|it| it.by(&connection.platform));
        Ok(Prepared {
            planned,
            connection,
            swept_at,
        })
    }

    async fn way(&self, loaded: &Loaded) -> Result<(Connection, EnvironmentKey), PassError> {
        let connection = self.connect.connect(&loaded.desired).await;
        let connection = connection.map_err(PassError::Connect)?;
        let identity = connection.platform.identity().await;
        let identity = identity.map_err(PassError::Platform)?;
        let Connection { url, tenant_id, .. } = &connection;
        let key = EnvironmentKey::new(url, &identity, tenant_id.as_deref());
        Ok((connection, key))
    }

    async fn apply(
        &self,
        prepared: &Prepared,
        stop: watch::Receiver<bool>,
        events: mpsc::UnboundedSender<StepEvent>,
    ) -> Outcome {
        let platform = prepared.connection.platform.as_ref();
        let bounds = AtOnce::requests(prepared.connection.concurrency);
        let clock = self.clock.as_ref();
        pass::apply(&prepared.planned, platform, clock, bounds, stop, events).await
    }
}

fn defect(error: tokio::task::JoinError) -> PassError {
    PassError::Bug(match error.try_into_panic() {
        Ok(panic) => panic_message(panic.as_ref()),
        Err(error) => error.to_string(),
    })
}
