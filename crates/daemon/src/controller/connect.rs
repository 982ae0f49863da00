//! What a pass is given from outside: the way to a tenant, and secrets.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::error::Class;
use crate::model::{Desired, Project, SecretRef, SecretValues, VersionRecord};
use crate::prismatic::platform::Platform;
use crate::source::Revision;

/// Makes the way to the tenant that a project names.
#[async_trait]
pub trait Connect: Send + Sync {
    /// The way to the tenant, for one pass.
    ///
    /// Asked at every pass, so that a changed URL or token takes effect
    /// without a restart; an implementation keeps what has not changed,
    /// because the request budget lives in the platform.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] where settings or credentials are missing or wrong.
    async fn connect(&self, desired: &Desired) -> Result<Connection, ConnectError>;
}

/// A way to a tenant, and what goes with it.
#[derive(Clone)]
pub struct Connection {
    /// The tenant.
    pub platform: Arc<dyn Platform>,
    /// The URL of the stack.
    pub url: String,
    /// The tenant that was asked for, if one was.
    pub tenant_id: Option<String>,
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// Guard: the organization that the token must belong to.
    pub organization: Option<String>,
    /// How many steps may run at once.
    pub concurrency: usize,
    /// Counts requests, where the platform does.
    pub requests: Option<Arc<dyn RequestCount>>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("environment", &self.environment)
            .field("organization", &self.organization)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// Why there is no way to the tenant.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ConnectError {
    /// What is missing or wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whose move it is.
    pub class: Class,
}

/// Counts the requests that went to a tenant.
pub trait RequestCount: Send + Sync {
    /// Requests sent so far, retries included. Never falls.
    fn requests(&self) -> u64;
}

/// Looks secrets up.
#[async_trait]
pub trait SecretResolver: Send + Sync {
    /// The outcome of every look-up, under the project's rules; a secret without a value blocks what needs it, and no more.
    async fn resolve(&self, project: &Project, references: &BTreeSet<SecretRef>) -> SecretValues;
}

/// Says for a revision which commit, repository and pull request it is.
pub type ProvenanceSource = Arc<dyn Fn(&Revision) -> VersionRecord + Send + Sync>;
