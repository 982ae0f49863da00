//! The steps that commands share: read the files, ask the tenant, make the plan.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Variables;
use super::args::{DecideArgs, StateArgs, TenantArgs};
use super::error::CliError;
use super::progress;
use super::provenance;
use super::tenant::{self, Chosen};
use super::ui::Ui;
use crate::controller::pass::{self, PassContext, Planned};
use crate::controller::remembered::Remembered;
use crate::manifest;
use crate::model::Project;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::dir::{DirSource, root_of};
use crate::source::{Revision, Source as _, secrets};

/// A plan, and what it takes to carry it out.
pub(crate) struct Decided {
    /// The tenant it was made for.
    pub(crate) tenant: Chosen,
    /// The plan.
    pub(crate) planned: Planned,
    /// The state of the files it was made from.
    pub(crate) revision: Revision,
    /// When this was begun.
    pub(crate) began: Timestamp,
}

/// The source of a path.
pub(crate) fn source(path: &Path) -> DirSource {
    DirSource::new(path, manifest::references)
}

/// The folder of a path, which other paths are relative to.
pub(crate) fn root(path: &Path) -> PathBuf {
    root_of(path)
}

/// The tenant of a single action. Only the Project matters here: errors
/// elsewhere in the files do not. The embedded sandbox is under none.
pub(crate) async fn tenant(
    path: &Path,
    args: &TenantArgs,
    variables: &Variables,
) -> Result<Chosen, CliError> {
    let project = if args.sandbox && args.env.is_none() {
        Project::default()
    } else {
        let snapshot = source(path).snapshot().await?;
        manifest::load(&snapshot.files).desired.project
    };
    tenant::choose(args, &project, &root(path), variables).await
}

/// Reads the files, then the tenant, and makes the plan. Writes nothing.
pub(crate) async fn decide(
    ui: &Ui,
    path: &Path,
    args: DecideArgs,
    state: &StateArgs,
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<Decided, CliError> {
    compare(ui, path, Some((args, state)), tenant, variables).await
}

/// The same for a plan of adoptions alone.
pub(crate) async fn decide_adoptions(
    ui: &Ui,
    path: &Path,
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<Decided, CliError> {
    compare(ui, path, None, tenant, variables).await
}

/// A plan of everything that is allowed, or of adoptions alone.
async fn compare(
    ui: &Ui,
    path: &Path,
    everything: Option<(DecideArgs, &StateArgs)>,
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<Decided, CliError> {
    let began = SystemClock.now();
    let loaded = pass::load(&source(path), tenant.env.as_deref()).await?;
    let root = root(path);
    let tenant = tenant::choose(tenant, &loaded.desired.project, &root, variables).await?;
    let waiting = progress::waiting(ui, "Reading the tenant");
    let context = PassContext {
        platform: tenant.platform.as_ref(),
        clock: &SystemClock,
        secrets: secrets::resolve(loaded.secrets.clone(), &root).await,
        environment: tenant.environment.clone(),
        organization: tenant.organization.clone(),
        provenance: provenance::record(variables, loaded.revision.commit.as_ref()),
        remembered: everything
            .map_or_else(Remembered::in_memory, |(_, state)| state.remembered(&root)),
        adopt: everything.is_none_or(|(args, _)| args.adopt),
        allow_delete: everything.is_some_and(|(args, _)| args.allow_delete),
        requests: Some(tenant.requests.as_ref()),
    };
    let planned = match everything {
        Some(_) => pass::plan(&loaded, &context).await,
        None => pass::adoptions(&loaded, &context).await,
    };
    let planned = planned.map_err(|error| CliError::from(error).of(&tenant.connection))?;
    drop(waiting);
    Ok(Decided {
        tenant,
        planned,
        revision: loaded.revision,
        began,
    })
}
