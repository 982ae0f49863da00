//! What `release` and `migrate` share: a tenant as it is, and a plan about its markers alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::error::CliError;
use crate::cli::progress;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::pass::{self, Planned};
use crate::controller::persistence::Recorder;
use crate::controller::window_guard::WindowGuard;
use crate::model::{ConnectionsWanted, CustomersWanted, Project, Scope, Tenant, VersionRecord};
use crate::plan::{Context, Part, Plan};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::Revision;

/// Reads the tenant: what there is, and what a plan is made in view of.
pub(super) async fn read(
    ui: &Ui,
    tenant: &Chosen,
    project: &Project,
    revision: &Revision,
    only: Option<BTreeSet<String>>,
) -> Result<(Tenant, Context), CliError> {
    let waiting = progress::waiting(ui, "Reading the tenant");
    let observed_at = SystemClock.now();
    let before = tenant.requests.requests();
    let organization = tenant.organization.as_deref();
    let scope = Scope {
        all_customers: Some(CustomersWanted::default()),
        connections: Some(ConnectionsWanted::default()),
        ..Scope::default()
    };
    let live = pass::observe(tenant.platform.as_ref(), organization, &scope).await;
    drop(waiting);
    let live = live.map_err(|error| CliError::from(error).of(&tenant.connection))?;
    let context = Context {
        project: project.name.to_string(),
        environment: tenant.environment.clone(),
        organization: live.identity.organization_id.clone(),
        revision: Some(revision.label.clone()),
        observed_at,
        server_now: tenant.platform.server_now(),
        provenance: VersionRecord::default(),
        reads: tenant.requests.requests().saturating_sub(before),
        policy: project.policy.clone(),
        allow_delete: false,
        closed: None,
        only,
        part: Part::default(),
    };
    Ok((live, context))
}

/// The plan, with what it takes to carry it out. Windows and records have no say in markers.
pub(super) fn planned(tenant: &Chosen, live: Tenant, plan: Plan) -> Planned {
    Planned {
        recorder: Recorder::forgetful(&tenant.environment, &live.identity),
        plan,
        tenant: Arc::new(live),
        gate: WindowGuard::default(),
        places: Arc::default(),
        desired: Arc::default(),
    }
}
