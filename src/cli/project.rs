//! The steps that commands share: read the files, ask the tenant, make the plan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use super::Variables;
use super::args::{DecideArgs, StateArgs, TenantArgs};
use super::error::CliError;
use super::progress;
use super::provenance;
use super::tenant::{self, Chosen};
use super::ui::Ui;
use super::vanished;
use crate::controller::connect::SecretResolver;
use crate::controller::pass::{self, Loaded, PassContext, Planned};
use crate::controller::persistence::Persistence;
use crate::controller::rollouts::RolloutRequest;
use crate::manifest;
use crate::model::{
    Diagnostic, Project, SecretRef, SecretValues, Severity, VersionRecord, agreeing, counted,
};
use crate::plan::{Part, Plan};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::dir::{DirSource, root_of};
use crate::source::secrets::{self, Permission};
use crate::source::{Revision, Source as _};

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
    /// What was approved although a guard refused it.
    pub(crate) approved: Option<String>,
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
///
/// What the manifests refer to as secrets is looked up as for a plan, so that no answer shows it.
async fn tenant(
    ui: &Ui,
    path: &Path,
    args: &TenantArgs,
    variables: &Variables,
) -> Result<Chosen, CliError> {
    let root = root(path);
    let (project, secrets) = if args.reach.sandbox && args.env.is_none() {
        <(Project, BTreeSet<SecretRef>)>::default()
    } else {
        let snapshot = source(path).snapshot().await?;
        let mut loaded = manifest::load_for(&snapshot.files, args.env.as_deref());
        let secrets = std::mem::take(&mut loaded.secrets);
        (the_project(loaded)?, secrets)
    };
    let tenant = tenant::choose(ui, args, &project, &root, variables).await?;
    learn(&project, secrets, &root, (args, variables)).await;
    if let Some(declared) = &tenant.declared {
        let (name, url) = (&tenant.environment, &tenant.connection.url);
        ui.say(&format!("Environment {name} ({declared}) at {url}."));
    }
    Ok(tenant)
}

/// Masks the values of secrets in output. A reference without a value is skipped.
async fn learn(
    project: &Project,
    mut secrets: BTreeSet<SecretRef>,
    root: &Path,
    (args, variables): (&TenantArgs, &Variables),
) {
    let targets = project.notify.iter();
    secrets.extend(targets.flat_map(|target| target.via.secret_refs().cloned()));
    let permission = Permission::of(project, &args.reach.trust.grants(variables));
    // Each value becomes a `Secret`, which is known to the redactor from then on.
    drop(secrets::resolve(secrets, root, &permission).await);
}

/// The only Project, without anything wrong with it: another may name another tenant.
fn the_project(loaded: manifest::Loaded) -> Result<Project, CliError> {
    let file = loaded.project.map(|place| place.file);
    let about_it = |one: &Diagnostic| {
        one.severity == Severity::Error
            && (one.code == manifest::DUPLICATE_PROJECT
                || one.location.as_ref().map(|place| &place.file) == file.as_ref())
    };
    let wrong: Vec<_> = loaded.diagnostics.into_iter().filter(about_it).collect();
    if file.is_some() && !wrong.is_empty() {
        let several = wrong
            .iter()
            .any(|one| one.code == manifest::DUPLICATE_PROJECT);
        let error = CliError::files(wrong);
        return Err(match several {
            true => error.hint("give the folder of the one that is meant: PATH, or --path"),
            false => error,
        });
    }
    Ok(loaded.desired.project)
}

/// Runs a single action on its tenant. If that does not answer, the error says which one it was.
pub(crate) async fn on_tenant<T>(
    ui: &Ui,
    (path, args): (&Path, &TenantArgs),
    variables: &Variables,
    work: impl AsyncFnOnce(Chosen) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let tenant = tenant(ui, path, args, variables).await?;
    let connection = tenant.connection.clone();
    work(tenant).await.map_err(|error| error.of(&connection))
}

/// The files as they were read, and all else that a plan is made of but the tenant.
///
/// A plan can be made of it more than once: what was shown and agreed to is
/// compared with the tenant again, and never with other files.
pub(crate) struct Basis {
    loaded: Loaded,
    secrets: SecretValues,
    /// Looks up what only members of fleets refer to.
    later: Later,
    provenance: VersionRecord,
    remembered: Persistence,
    /// What is allowed; `None` for a plan of adoptions alone.
    everything: Option<DecideArgs>,
    /// What of the project is planned.
    part: Part,
    /// What is wanted of rollouts.
    rollouts: RolloutRequest,
    /// Whether a simulation is requested, besides the plan.
    simulate: bool,
    began: Timestamp,
    /// The path that was read, and when that was done.
    path: PathBuf,
    read: Instant,
}

/// Reads the files and chooses the tenant, for a plan of everything that is allowed.
pub(crate) async fn read(
    ui: &Ui,
    path: &Path,
    args: DecideArgs,
    state: &StateArgs,
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<(Basis, Chosen), CliError> {
    let remembered = state.persistence(&root(path))?;
    basis(ui, path, (Some(args), remembered), tenant, variables).await
}

/// The same for a plan of adoptions alone.
pub(crate) async fn read_adoptions(
    ui: &Ui,
    path: &Path,
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<(Basis, Chosen), CliError> {
    basis(
        ui,
        path,
        (None, Persistence::in_memory()),
        tenant,
        variables,
    )
    .await
}

async fn basis(
    ui: &Ui,
    path: &Path,
    (everything, remembered): (Option<DecideArgs>, Persistence),
    tenant: &TenantArgs,
    variables: &Variables,
) -> Result<(Basis, Chosen), CliError> {
    let began = SystemClock.now();
    let loaded = pass::load(&source(path), tenant.env.as_deref()).await?;
    let read = SystemClock.instant();
    let root = root(path);
    let grants = tenant.reach.trust.grants(variables);
    let permission = Permission::of(&loaded.desired.project, &grants);
    let tenant = tenant::choose(ui, tenant, &loaded.desired.project, &root, variables).await?;
    // Adoptions need none: no program is run for them and no file is read.
    let needed = everything.map(|_| loaded.secrets.clone());
    let basis = Basis {
        secrets: secrets::resolve(needed.unwrap_or_default(), &root, &permission).await,
        later: Later { root, permission },
        provenance: provenance::record(variables, loaded.revision.commit.as_ref()),
        loaded,
        remembered,
        everything,
        part: Part::default(),
        rollouts: RolloutRequest::default(),
        simulate: false,
        began,
        path: path.to_owned(),
        read,
    };
    Ok((basis, tenant))
}

/// Where secrets are looked up that are known only once the tenant was read.
struct Later {
    root: PathBuf,
    permission: Permission,
}

#[async_trait]
impl SecretResolver for Later {
    async fn resolve(&self, _: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        secrets::resolve(references.clone(), &self.root, &self.permission).await
    }
}

impl Basis {
    /// The same for a part of the project.
    pub(crate) fn limited_to(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// The same with what a person wants of rollouts.
    pub(crate) fn with_rollouts(self, rollouts: RolloutRequest) -> Self {
        Self { rollouts, ..self }
    }

    /// The same, with what the version that instances come to next would do to them.
    pub(crate) fn simulating(self, simulate: bool) -> Self {
        Self { simulate, ..self }
    }

    /// Says what a plan of a part leaves out.
    pub(crate) fn report_excluded(&self, ui: &Ui, plan: &Plan) {
        let left = plan.later.len();
        if !self.part.is_whole() && left > 0 {
            let (left, verb) = (counted(left, "resource"), agreeing(left, "differ"));
            ui.say(&format!(
                "Left out of this part of the project: {left} that {verb}. Nothing is pruned."
            ));
        }
    }

    /// The plan, with all that it takes to carry it out.
    pub(crate) fn decided(&self, tenant: Chosen, planned: Planned) -> Decided {
        Decided {
            tenant,
            planned,
            revision: self.loaded.revision.clone(),
            began: self.began,
            approved: None,
        }
    }

    /// Makes sure that what a plan removes is gone from the files for good.
    pub(crate) async fn still_gone(
        &self,
        ui: &Ui,
        environment: Option<&str>,
        plan: &Plan,
    ) -> Result<(), CliError> {
        let again = source(&self.path);
        vanished::still_gone(
            |text| ui.say(text),
            (&self.loaded, self.read),
            (&again, environment),
            plan,
        )
        .await
    }

    /// Reads the tenant and makes the plan. Writes nothing. With `only`, the
    /// plan leaves all other resources alone.
    pub(crate) async fn plan(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        only: Option<BTreeSet<String>>,
    ) -> Result<Planned, CliError> {
        let waiting = progress::waiting(ui, "Reading the tenant");
        let context = PassContext {
            platform: tenant.platform.as_ref(),
            clock: &SystemClock,
            secrets: self.secrets.clone(),
            later: Some(&self.later),
            environment: tenant.environment.clone(),
            organization: tenant.organization.clone(),
            provenance: self.provenance.clone(),
            remembered: self.remembered.clone(),
            adopt: self.everything.is_none_or(|args| args.adopt),
            allow_delete: self.everything.is_some_and(|args| args.allow_delete),
            only,
            part: self.part.clone(),
            rollouts: self.rollouts.clone(),
            simulate: self.simulate,
            requests: Some(tenant.requests.as_ref()),
        };
        let planned = match self.everything {
            Some(_) => pass::plan(&self.loaded, &context).await,
            None => pass::adoptions(&self.loaded, &context).await,
        };
        drop(waiting);
        planned.map_err(|error| CliError::from(error).of(&tenant.connection))
    }
}
