//! One pass: files and tenant in, plan out; then the plan carried out.
//!
//! `plan`, `apply` and the daemon all go this way, so they cannot disagree.
//!
//! # Invariants
//!
//! - Any error in any file ends the pass before the tenant is asked anything.
//! - The organization is checked before any other request.
//! - Only [`apply`] writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::connect::{RequestCount, SecretResolver};
use super::differences::{Differences, differences};
use super::error::PassError;
use super::history;
use super::persistence::{Persistence, Recorder};
use super::rollouts::RolloutRequest;
use super::wanted::Wanted;
use super::window_guard::WindowGuard;
use crate::definition::Definitions;
use crate::diff::{self, ChangeSet, Inputs};
use crate::execute::{self, AtOnce, Outcome, StepEvent};
use crate::manifest;
use crate::model::diagnostic::capped;
use crate::model::{
    Config, Desired, Diagnostic, Flows, Places, Scope, SecretRef, SecretValues, Severity, Tenant,
    VersionRecord,
};
use crate::plan::{self, Context, Part, Plan};
use crate::prismatic::platform::{Platform, PlatformResult};
use crate::runtime::clock::Clock;
use crate::source::{Absence, Revision, Snapshot, Source};
use crate::store::Place;
use crate::validate;
use crate::windows;
use crate::writes::{self, Known, Reading, WriteLog, Writer};

/// Valid files that were read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The reading.
    pub revision: Revision,
    /// How to treat what is no longer declared.
    pub absence: Absence,
    /// What they declare, fleets as they were written.
    pub desired: Arc<Desired>,
    /// The definitions of the declared integrations.
    pub definitions: Definitions,
    /// The secrets they refer to.
    pub secrets: BTreeSet<SecretRef>,
    /// Findings that do not stop the pass: warnings only.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a comparison needs besides the files.
pub struct PassContext<'a> {
    /// The tenant.
    pub platform: &'a dyn Platform,
    /// Gives the time at which the tenant was read.
    pub clock: &'a dyn Clock,
    /// The secrets that the files refer to.
    pub secrets: SecretValues,
    /// Looks up what is known once fleets are expanded: names of secrets may depend on the customer.
    pub later: Option<&'a dyn SecretResolver>,
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// Guard: name or id of the organization that the token must belong to.
    pub organization: Option<String>,
    /// Commit, repository and pull request, for the records of published versions.
    pub provenance: VersionRecord,
    /// What is known of secrets that were written before.
    pub remembered: Persistence,
    /// Existing objects that a manifest matches may be taken over.
    pub adopt: bool,
    /// Deleting is allowed where the policy asks for it.
    pub allow_delete: bool,
    /// The addresses that the plan may do something to, as text; `None` for all of them.
    pub only: Option<BTreeSet<String>>,
    /// What of the project the plan is limited to.
    pub part: Part,
    /// What a person wants of the rollouts besides what they decide by themselves.
    pub rollouts: RolloutRequest,
    /// Simulate every version that instances would come to, not only where a rollout begins.
    pub simulate: bool,
    /// Counts requests, where the platform does.
    pub requests: Option<&'a dyn RequestCount>,
}

/// A plan, and the tenant it is for.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan. Its diagnostics include those of the files.
    pub plan: Plan,
    /// The tenant as it was read.
    pub tenant: Arc<Tenant>,
    /// Where its writes are to be remembered.
    pub recorder: Recorder,
    /// Whether a window ends it half-way.
    pub gate: WindowGuard,
    /// Where the written resources are declared, for the history.
    pub places: Arc<Places>,
    /// What the files declare for this tenant, members of fleets among the instances.
    pub desired: Arc<Desired>,
}

/// Reads the files and checks them, as far as that goes without a tenant.
/// `environment` is the one that was asked for, if any was.
///
/// # Errors
///
/// [`PassError::Source`], or [`PassError::Invalid`] with all findings of all files.
#[tracing::instrument(name = "load", level = "debug", skip_all)]
pub async fn load(source: &dyn Source, environment: Option<&str>) -> Result<Loaded, PassError> {
    read(
        source.snapshot().await.map_err(PassError::Source)?,
        environment,
    )
}

/// Checks files that were read. Synchronous: large projects take their time.
///
/// # Errors
///
/// [`PassError::Invalid`] with all findings of all files.
pub fn read(snapshot: Snapshot, environment: Option<&str>) -> Result<Loaded, PassError> {
    let loaded = manifest::load_for(&snapshot.files, environment);
    let (definitions, findings) = validate::offline(&loaded.desired);
    let mut diagnostics = loaded.diagnostics;
    diagnostics.extend(findings);
    if loaded.desired.is_empty() && diagnostics.iter().all(|d| d.severity == Severity::Info) {
        diagnostics.push(nothing_declared());
    }
    let diagnostics = capped(diagnostics);
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(PassError::Invalid(diagnostics));
    }
    Ok(Loaded {
        revision: snapshot.revision,
        absence: snapshot.absence,
        desired: Arc::new(loaded.desired),
        definitions,
        secrets: loaded.secrets,
        diagnostics,
    })
}

/// Most often the folder is the wrong one, and "No changes" would hide that.
#[must_use]
pub fn nothing_declared() -> Diagnostic {
    Diagnostic::warning(
        "nothing-declared",
        "the files declare no integration and no instance",
    )
    .hint("is this the right folder? Nothing is removed because of it")
}

/// Reads the tenant and says what would be done. Writes nothing.
///
/// # Errors
///
/// [`PassError::WrongOrganization`] before anything else is read, and
/// [`PassError::Platform`] where nothing useful could be read.
pub async fn plan(loaded: &Loaded, context: &PassContext<'_>) -> Result<Planned, PassError> {
    compare(loaded, context, plan::build, Imports::Checked).await
}

/// The same for a tenant that is known already; only the organization is read again. The result may be shown,
/// but must not be the basis of a write.
///
/// # Errors
///
/// [`PassError::WrongOrganization`], and [`PassError::Platform`] where the API does not say whose it is.
pub async fn plan_known(
    loaded: &Loaded,
    context: &PassContext<'_>,
    tenant: Tenant,
    (observed_at, before): (Timestamp, u64),
) -> Result<Planned, PassError> {
    let known = Read {
        tenant,
        observed_at,
        before,
    };
    compare_known(loaded, context, (plan::build, Imports::Checked), known).await
}

/// The same for putting markers on what the files match, and for nothing else.
///
/// # Errors
///
/// As [`plan()`].
pub async fn adoptions(loaded: &Loaded, context: &PassContext<'_>) -> Result<Planned, PassError> {
    compare(
        &without_values(loaded),
        context,
        plan::adoptions,
        Imports::None,
    )
    .await
}

/// Markers need no values, and none of the secrets that those refer to.
fn without_values(loaded: &Loaded) -> Loaded {
    let mut bare = loaded.clone();
    let desired = Arc::make_mut(&mut bare.desired);
    for instance in &mut desired.instances {
        instance.config = Config::default();
        instance.flows = Flows::default();
    }
    for fleet in &mut desired.fleets {
        fleet.forget_values();
    }
    bare.secrets.clear();
    bare
}

/// Whether a plan may import definitions, whose components are asked for then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Imports {
    Checked,
    None,
}

/// Makes a plan of the differences.
type Build = fn(&Inputs<'_>, &ChangeSet, &Context) -> Plan;

#[tracing::instrument(name = "plan", level = "debug", skip_all)]
async fn compare(
    loaded: &Loaded,
    context: &PassContext<'_>,
    build: Build,
    imports: Imports,
) -> Result<Planned, PassError> {
    let before = sent(context);
    let scope = diff::scope(&loaded.desired, &loaded.definitions);
    guard(context.platform, context.organization.as_deref()).await?;
    let observed_at = context.clock.now();
    let known = Read {
        tenant: read_tenant(context, &scope)
            .await
            .map_err(PassError::Platform)?,
        observed_at,
        before,
    };
    compare_known(loaded, context, (build, imports), known).await
}

/// Reads the tenant until it includes everything that this or an earlier run wrote.
async fn read_tenant(context: &PassContext<'_>, scope: &Scope) -> PlatformResult<Tenant> {
    let PassContext {
        platform, clock, ..
    } = *context;
    let mut tenant = platform.observe(scope).await?;
    let log = WriteLog::new(Arc::clone(&context.remembered.journal), &tenant.identity);
    let resumed = writes::resume(platform, clock, &log, false).await;
    if resumed.found_any {
        // A reading does not include writes carried out after it began.
        tenant = platform.observe(scope).await?;
    }
    let reading = Reading {
        scope,
        marks: resumed.marks,
    };
    let mut tenant = writes::honour(platform, clock, &log, reading, tenant).await?;
    tenant.set_interrupted(resumed.interrupted);
    if let Some(why) = resumed.instances {
        tenant.instances.incomplete.get_or_insert(why.into());
    }
    if let Some(why) = resumed.integrations {
        tenant.integrations.incomplete.get_or_insert(why.into());
    }
    if let (Some(why), Some(customers)) = (resumed.customers, &mut tenant.all_customers) {
        customers.incomplete.get_or_insert(why.into());
    }
    if let (Some(why), Some(connections)) = (resumed.connections, &mut tenant.connections) {
        connections.incomplete.get_or_insert(why.into());
    }
    Ok(tenant)
}

/// Requests sent so far.
pub(super) fn sent(context: &PassContext<'_>) -> u64 {
    context.requests.map_or(0, RequestCount::requests)
}

/// A tenant that was read, when that began, and how many requests had been sent by then.
struct Read {
    tenant: Tenant,
    observed_at: Timestamp,
    before: u64,
}

async fn compare_known(
    loaded: &Loaded,
    context: &PassContext<'_>,
    (build, imports): (Build, Imports),
    known: Read,
) -> Result<Planned, PassError> {
    let Read {
        mut tenant,
        observed_at,
        before,
    } = known;
    let recorder = Recorder {
        store: Arc::clone(&context.remembered.store),
        writes: WriteLog::new(Arc::clone(&context.remembered.journal), &tenant.identity),
        rollouts: Arc::clone(&context.remembered.rollouts),
        place: Place {
            environment: context.environment.clone(),
            organization: tenant.identity.organization_id.clone(),
        },
    };
    let records = recorder.store.load(&recorder.place).await;
    let wanted = Wanted::of(loaded, context, &tenant, observed_at).await;
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    if wanted.diagnostics.iter().any(is_error) {
        return Err(PassError::Invalid(wanted.diagnostics));
    }
    let differences = differences(&wanted, context, (&records, imports), &mut tenant).await;
    let Differences {
        changes,
        catalogue,
        rollouts,
        simulations,
    } = differences;
    let about = Context {
        project: loaded.desired.project.name.to_string(),
        environment: context.environment.clone(),
        organization: tenant.identity.organization_id.clone(),
        revision: Some(name_of(&loaded.revision).to_owned()),
        observed_at,
        server_now: context.platform.server_now(),
        provenance: context.provenance.clone(),
        reads: sent(context).saturating_sub(before),
        policy: loaded.desired.project.policy.clone(),
        allow_delete: context.allow_delete,
        closed: windows::holds(&loaded.desired.project.policy.windows, observed_at),
        only: context.only.clone(),
        part: context.part.clone(),
    };
    let unlisted = diff::unlisted_components(&changes);
    let inputs = Inputs {
        admissions: Some(&rollouts.admissions),
        ..wanted.inputs(context, &records, &tenant, catalogue.as_ref())
    };
    let plan = build(&inputs, &changes, &about).with_rollouts(rollouts.rollouts);
    let mut plan = plan.with_simulations(simulations);
    context.remembered.holds.add_to(&mut plan).await;
    if plan.diagnostics.iter().any(is_error) {
        return Err(PassError::Invalid(plan.diagnostics));
    }
    let doubled = diff::doubled_warnings(&inputs);
    let equal = diff::equal_versions_told(&inputs);
    let renamed = diff::renamed(&wanted.desired, &tenant);
    let known = loaded
        .diagnostics
        .iter()
        .chain(&wanted.diagnostics)
        .cloned();
    let known = known.chain(unlisted);
    let known = known.chain(doubled).chain(equal).chain(renamed);
    plan.diagnostics.splice(0..0, known);
    Ok(Planned {
        places: history::places(&wanted.desired, &plan),
        desired: wanted.desired,
        plan,
        tenant: Arc::new(tenant),
        recorder,
        gate: WindowGuard::new(&loaded.desired.project.policy.windows, observed_at),
    })
}

/// Reads as much of the tenant as is asked for, its organization checked first.
///
/// # Errors
///
/// As [`plan()`].
pub async fn observe(
    platform: &dyn Platform,
    organization: Option<&str>,
    scope: &Scope,
) -> Result<Tenant, PassError> {
    guard(platform, organization).await?;
    platform.observe(scope).await.map_err(PassError::Platform)
}

/// Carries a plan out, and remembers the secrets it wrote. `stop` turning true lets running steps finish and starts
/// no more; so does a window that closes meanwhile, unless it permits an overrun.
#[tracing::instrument(name = "apply", level = "debug", skip_all)]
pub async fn apply(
    planned: &Planned,
    platform: &dyn Platform,
    clock: &dyn Clock,
    bounds: AtOnce,
    mut stop: watch::Receiver<bool>,
    events: mpsc::UnboundedSender<StepEvent>,
) -> Outcome {
    let Planned {
        plan,
        tenant,
        recorder,
        gate,
        places: _,
        desired: _,
    } = planned;
    let known = Known::of(tenant);
    // No other run writes now: what earlier runs left open is settled for good.
    writes::resume(platform, clock, &recorder.writes, true).await;
    let writer = Writer::new(platform, clock, recorder.writes.clone(), known).await;
    // A person may have considered the plan for longer than the window was open.
    let mut closed = gate.shut(clock.now());
    let (sender, stopped) = watch::channel(closed.is_some() || *stop.borrow());
    let execute = execute::execute(plan, &writer, bounds, stopped, events);
    let mut execute = std::pin::pin!(execute);
    let open = closed.is_none();
    let ends = async {
        tokio::select! {
            biased;
            () = raised(&mut stop) => None,
            why = gate.shuts(clock), if open => Some(why),
        }
    };
    let mut outcome = tokio::select! {
        biased;
        why = ends => {
            sender.send_replace(true);
            closed = closed.or(why);
            execute.await
        }
        outcome = &mut execute => outcome,
    };
    if outcome.interrupted && closed.is_some() {
        outcome.interrupted = false;
        outcome.closed = closed;
    }
    recorder.note(plan, tenant, &outcome).await;
    let finished = writer.finish().await;
    outcome.notices = finished.notices;
    outcome.unconfirmed = finished.unconfirmed;
    outcome
}

/// Waits until `stop` is true; for ever if no sender is left to raise it.
pub(super) async fn raised(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A readable name of a revision: the short commit, or the digest of the content.
#[must_use]
pub fn name_of(revision: &Revision) -> &str {
    &revision.label
}

/// Checks that the token belongs to the organization, if one is expected.
///
/// # Errors
///
/// [`PassError::WrongOrganization`], and [`PassError::Platform`] where the API does not say whose it is.
pub async fn guard(platform: &dyn Platform, organization: Option<&str>) -> Result<(), PassError> {
    let Some(expected) = organization else {
        return Ok(());
    };
    let identity = platform.identity().await.map_err(PassError::Platform)?;
    if identity.organization == *expected || identity.organization_id == *expected {
        return Ok(());
    }
    Err(PassError::WrongOrganization {
        expected: expected.to_owned(),
        found: identity.organization,
    })
}
