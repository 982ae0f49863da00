//! The daemon's connection to the tenant, made anew for every pass.

use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::{Chosen, resolve};
use crate::cli::Variables;
use crate::cli::args::TenantArgs;
use crate::cli::error::CliError;
use crate::controller::connect::{Connect, ConnectError, Connection};
use crate::model::Desired;

/// Keeps the client as long as URL, tenant, token and rate stay the same:
/// the request budget and the access token live in it.
pub(crate) struct Connector {
    args: TenantArgs,
    root: PathBuf,
    variables: Variables,
    last: Mutex<Option<Chosen>>,
}

impl Connector {
    /// Nothing is read or sent yet.
    pub(crate) fn new(args: TenantArgs, root: PathBuf, variables: Variables) -> Self {
        Self {
            args,
            root,
            variables,
            last: Mutex::new(None),
        }
    }

    async fn choose(&self, desired: &Desired) -> Result<Chosen, CliError> {
        let target = resolve(&self.args, &desired.project, &self.root, &self.variables).await?;
        let mut last = self.last.lock().await;
        if let Some(kept) = last.as_mut().filter(|last| target.is_served_by(last)) {
            // The guard may have changed although the tenant did not.
            kept.organization = target.organization;
            return Ok(kept.clone());
        }
        let opened = target.open(&self.root, std::convert::identity)?;
        *last = Some(opened.clone());
        Ok(opened)
    }
}

#[async_trait]
impl Connect for Connector {
    async fn connect(&self, desired: &Desired) -> Result<Connection, ConnectError> {
        let chosen = self.choose(desired).await.map_err(CliError::into_connect)?;
        Ok(Connection {
            platform: chosen.platform,
            url: chosen.connection.url.as_str().to_owned(),
            tenant_id: chosen.connection.tenant_id,
            environment: chosen.environment,
            organization: chosen.organization,
            concurrency: chosen.rate.concurrency,
            requests: Some(chosen.requests),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        tenant: TenantArgs,
    }

    /// A client that is made anew would forget how fast it may go.
    #[tokio::test]
    async fn a_client_is_kept_until_the_rate_changes() {
        let folder = tempfile::tempdir().unwrap();
        let args = Line::parse_from(["x", "--sandbox"]).tenant;
        let connector = Connector::new(args, folder.path().to_owned(), Variables::new());
        let mut desired = Desired::default();
        let platform = async |desired: &Desired| connector.connect(desired).await.unwrap().platform;
        let first = platform(&desired).await;
        let second = platform(&desired).await;
        assert!(std::sync::Arc::ptr_eq(&first, &second));
        desired.project.policy.rate.burst += 1;
        let third = platform(&desired).await;
        assert!(!std::sync::Arc::ptr_eq(&first, &third));
    }
}
