//! A local Prismatic, faithful enough that official clients cannot distinguish it from the real one.
//!
//! ```text
//! axum server ─┐                        ┌─ auth, rate limit, faults
//!              ├─► Sandbox::exchange ───┤
//! transport ───┘      (gateway)         └─► schema (GraphQL) ─► world (state) ─► state file
//! ```
//!
//! - `world` is the tenant as data and the rules of changing it: synchronous, no I/O, no clock.
//! - `schema` is a subset of Prismatic's GraphQL schema over it.
//! - `gateway` is everything between a request and the schema.
//! - `definition` reads and writes integration definitions as the server does.
//!
//! Nothing here is shared with the client but the transport's request and response and the
//! clock: one misreading of the API must not sit on both sides. Where the real server is
//! unknown, `docs/sandbox.md` says what was chosen; [`Behaviour`] switches some of it.

mod behaviour;
pub mod definition;
mod faults;
mod gateway;
mod json;
mod options;
mod past;
mod schema;
mod seed;
mod server;
mod state;
mod transport;
mod world;

pub use behaviour::{Behaviour, DraftNumber, Duplicates, Echo, Rate, Rewrites, RunRule, Shown};
pub use faults::{Fault, FaultRule, FaultScript, Sent};
pub use options::{Options, Seed};
pub use schema::SchemaFault;
pub use server::serve;
pub use transport::SandboxTransport;

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_graphql::dynamic::Schema;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::RwLock;

use self::faults::{Called, Faults};
use self::gateway::Bucket;
use self::past::Past;
use self::schema::PageCache;
use self::world::World;
use prism_gitops_http::transport::{Request, Response};
use prism_gitops_runtime::clock::Clock;

/// Why a sandbox cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The state file is there and cannot be read.
    #[error("cannot read the sandbox state {}", path.display())]
    ReadState {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state file is damaged. It is left as it is.
    #[error("the sandbox state {} is damaged; move it away to start afresh", path.display())]
    CorruptState {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// The state file was written by another version of this program.
    #[error("the sandbox state {} has format {format}, which this version does not know; \
             move it away to start afresh", path.display())]
    StateFormat {
        /// The file.
        path: PathBuf,
        /// The format it says it has.
        format: u32,
    },
    /// The seed file cannot be read.
    #[error("cannot read the sandbox seed {}", path.display())]
    ReadSeed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The seed file describes no tenant.
    #[error("the sandbox seed {} is not valid: {message}", path.display())]
    Seed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The schema is inconsistent.
    #[error(transparent)]
    Schema(#[from] SchemaFault),
}

/// A request that reached the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// The root fields; empty if the request could not be read.
    pub operations: Vec<String>,
    /// Whether it is a mutation.
    pub mutation: bool,
    /// Whether the rate limit refused it.
    pub throttled: bool,
    /// When it came.
    pub at: Timestamp,
}

impl CallRecord {
    fn unread(at: Timestamp) -> Self {
        Self {
            operations: Vec::new(),
            mutation: false,
            throttled: false,
            at,
        }
    }
}

/// A local Prismatic. Clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    schema: Schema,
    world: Arc<RwLock<World>>,
    cache: Arc<PageCache>,
    past: Mutex<Past>,
    behaviour: Mutex<Arc<Behaviour>>,
    faults: Mutex<Faults>,
    bucket: Mutex<Bucket>,
    calls: Mutex<Vec<CallRecord>>,
    revoked: Mutex<bool>,
    /// How far its clock is ahead of the machine's, in seconds, as the world has it.
    ahead: AtomicI64,
    state: Option<PathBuf>,
    /// The state file as this sandbox last read or wrote it.
    stamp: Mutex<Option<state::Stamp>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("state", &self.inner.state)
            .finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The schema: the same for every sandbox of a process.
fn schema() -> Result<Schema, SchemaFault> {
    static SCHEMA: OnceLock<Result<Schema, SchemaFault>> = OnceLock::new();
    SCHEMA.get_or_init(schema::build).clone()
}

impl Sandbox {
    /// Opens a sandbox: from its state file if there is one, else from its seed.
    ///
    /// # Errors
    ///
    /// [`SandboxError`] when the state or the seed cannot be read. A damaged state file is
    /// never replaced.
    pub fn open(options: Options) -> Result<Self, SandboxError> {
        let now = options.clock.now();
        let planted = seed::plant(&options, now)?;
        // Before the reading: what is written meanwhile is read again.
        let stamp = options.state.as_deref().and_then(state::stamp);
        let kept = options
            .state
            .as_deref()
            .map(state::load)
            .transpose()?
            .flatten();
        let world = match kept {
            Some(world) => world,
            None => planted.world()?,
        };
        let behaviour = planted.behaviour;
        let ahead = AtomicI64::new(world.ahead);
        Ok(Self {
            inner: Arc::new(Inner {
                schema: schema()?,
                world: Arc::new(RwLock::new(world)),
                cache: Arc::default(),
                past: Mutex::default(),
                behaviour: Mutex::new(Arc::new(behaviour)),
                faults: Mutex::new(Faults::new(options.faults)),
                bucket: Mutex::default(),
                calls: Mutex::default(),
                revoked: Mutex::default(),
                ahead,
                state: options.state,
                stamp: Mutex::new(stamp),
                clock: options.clock,
            }),
        })
    }

    /// Answers a request. A broken connection, which has no response, is shown as 502.
    pub async fn handle(&self, request: Request) -> Response {
        self.exchange(request)
            .await
            .unwrap_or_else(|error| Response {
                status: 502,
                headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
                body: error.to_string().into(),
            })
    }

    /// This sandbox as a transport.
    #[must_use]
    pub fn transport(&self) -> SandboxTransport {
        SandboxTransport::new(self.clone())
    }

    /// The schema, in GraphQL's schema language.
    #[must_use]
    pub fn sdl() -> String {
        schema().map_or_else(|fault| format!("# {fault}\n"), |schema| schema.sdl())
    }

    /// The API requests so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        lock(&self.inner.calls).clone()
    }

    /// Forgets the API requests so far.
    pub fn forget_calls(&self) {
        lock(&self.inner.calls).clear();
    }

    /// Puts a fault script in place of the one there; it has seen no calls.
    pub fn set_faults(&self, script: FaultScript) {
        *lock(&self.inner.faults) = Faults::new(script);
    }

    /// The switches.
    #[must_use]
    pub fn behaviour(&self) -> Arc<Behaviour> {
        Arc::clone(&lock(&self.inner.behaviour))
    }

    /// Changes the switches.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *lock(&self.inner.behaviour) = Arc::new(behaviour);
        // Some switches choose what lists show.
        self.inner.cache.clear();
        lock(&self.inner.past).clear();
    }

    /// Everything in the tenant, as the state file holds it, secrets included.
    ///
    /// # Errors
    ///
    /// When the state cannot be written as JSON.
    pub async fn snapshot(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(&*self.inner.world.read().await)
    }

    /// The id of the only tenant.
    pub async fn tenant(&self) -> String {
        self.inner
            .world
            .read()
            .await
            .organization
            .tenant
            .to_string()
    }

    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.inner.ahead.load(Ordering::Relaxed));
        let now = self.inner.clock.now();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Shows the time that a world has.
    pub(crate) fn take_time(&self, world: &World) {
        self.inner.ahead.store(world.ahead, Ordering::Relaxed);
    }

    fn record(&self, call: CallRecord) {
        lock(&self.inner.calls).push(call);
    }

    fn strike(&self, call: Called<'_>) -> Option<Fault> {
        lock(&self.inner.faults).strike(call)
    }

    /// `Some` if the rate limit refuses a request now, with the seconds for the client to wait.
    fn throttle(&self, behaviour: &Behaviour) -> Option<Option<u64>> {
        let rate = behaviour.rate?;
        let now = self.inner.clock.instant();
        let wait = lock(&self.inner.bucket).take(rate, now).err()?;
        Some(rate.retry_after.then_some(wait.ceil().max(1.0) as u64))
    }

    fn is_revoked(&self) -> bool {
        *lock(&self.inner.revoked)
    }

    fn revoke(&self) {
        *lock(&self.inner.revoked) = true;
    }
}
