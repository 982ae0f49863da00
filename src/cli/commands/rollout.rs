//! `rollout`: how far rollouts have come, and what a person can say to one.

mod accept;
mod again;
mod find;
mod versions;

use serde_json::Value;

use super::act::{ActContext, Deed, failed, report};
use crate::api::Versioned;
use crate::api::rollout::Rollouts;
use crate::cli::Variables;
use crate::cli::args::{RolloutArgs, RolloutStatusArgs, RolloutWhat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::project::{self, read};
use crate::cli::runtime;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::rollouts::RolloutRequest;
use crate::model::IntegrationId;
use crate::model::rollout::labels::{PAUSED, said};
use crate::plan::{Plan, render};
use crate::prismatic::catalog::Record;
use crate::prismatic::platform::IntegrationUpdate;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &RolloutArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    match &args.what {
        RolloutWhat::Status(args) => status(ui, args, variables).await,
        RolloutWhat::Pause(args) => {
            let around = (&args.at, &args.folder, args.lock);
            let paused = |labels: &mut Vec<String>| labels.push(PAUSED.to_owned());
            let what = ("rollout pause", "Paused");
            relabel(ui, &args.integration, around, what, variables, paused).await
        }
        RolloutWhat::Resume(args) => {
            let around = (&args.at, &args.folder, args.lock);
            let what = ("rollout resume", "Resumed");
            relabel(ui, &args.integration, around, what, variables, |_| {}).await
        }
        RolloutWhat::Approve(args) => accept::run(ui, args, variables).await,
        RolloutWhat::Abort(args) => versions::abort(ui, args, variables).await,
        RolloutWhat::Retry(args) => versions::retry(ui, args, variables).await,
        RolloutWhat::Report(args) => again::report(ui, args, variables).await,
        RolloutWhat::Replay(args) => again::replay(ui, args, variables).await,
    }
}

/// Plans, and shows of it what is about rollouts.
async fn status(
    ui: &Ui,
    args: &RolloutStatusArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async {
        let (path, tenant) = (&args.path, &args.tenant);
        let (basis, tenant) = read(ui, path, args.decide, &args.state, tenant, variables).await?;
        let basis = basis.with_rollouts(RolloutRequest {
            count_runs: true,
            ..RolloutRequest::default()
        });
        let planned = basis.plan(ui, &tenant, None).await?;
        match ui.is_json() {
            true => ui.document(&document(&planned.plan))?,
            false => ui.result(&render::rollouts(&planned.plan))?,
        }
        Ok(Exit::of_plan(&planned.plan, false))
    };
    runtime::or_interrupt(&signals, work).await
}

fn document(plan: &Plan) -> Versioned<Rollouts> {
    Versioned::from(Rollouts {
        environment: plan.environment.clone(),
        rollouts: plan.rollouts.iter().map(Into::into).collect(),
    })
}

/// Puts other labels of ours for rollouts on a live integration; its own stay, as they were just read.
async fn relabel(
    ui: &Ui,
    integration: &str,
    (at, folder, lock): ActContext<'_>,
    (verb, done): (&'static str, &'static str),
    variables: &Variables,
    change: impl Fn(&mut Vec<String>),
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let found = lookup::integration(&tenant, integration).await?;
        let around = (at, folder, lock);
        relabelled(ui, &tenant, &found, around, (verb, done), variables, change).await
    };
    let work = project::on_tenant(ui, at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

/// The same, on an integration that was found.
async fn relabelled(
    ui: &Ui,
    tenant: &Chosen,
    found: &Value,
    around: ActContext<'_>,
    (verb, done): (&'static str, &'static str),
    variables: &Variables,
    change: impl Fn(&mut Vec<String>),
) -> Result<Exit, CliError> {
    let id = IntegrationId::new(id_of(found));
    let deed = Deed::begin(ui, verb, around, variables, tenant).await?;
    let sight = tenant.platform.sight_draft(&id).await;
    let sight = sight.map_err(|error| failed(error, &format!("get integration {id}")))?;
    let Some(mut labels) = sight.and_then(|draft| draft.labels) else {
        return Err(CliError::world(format!(
            "the labels of integration {id} could not be read, so none were written"
        )));
    };
    labels = said(&labels, None);
    change(&mut labels);
    let update = IntegrationUpdate {
        id: id.clone(),
        name: None,
        description: None,
        labels: Some(labels),
    };
    let sent = tenant.platform.update_integration(&update).await;
    let sent = deed.end(Record::Integration, found, sent).await;
    sent.map_err(|error| failed(error, &format!("get integration {id}")))?;
    report(ui, tenant, Record::Integration, id.as_str(), done).await?;
    Ok(Exit::Done)
}
