//! `rollout abort` and `rollout retry`: a version is taken back, or given another chance.

use serde_json::Value;

use super::super::act::{Deed, failed};
use super::relabelled;
use crate::cli::Variables;
use crate::cli::args::RolloutVersionArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::model::rollout::labels::ABORTED;
use crate::model::{IntegrationId, VersionId};
use crate::prismatic::catalog::{Collection, ListRequest, Record};

/// At most this many numbers are listed.
const SHOWN: usize = 10;

/// Runs `rollout abort`.
pub(super) async fn abort(
    ui: &Ui,
    args: &RolloutVersionArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let found = lookup::integration(&tenant, &args.integration).await?;
        version(&tenant, &found, args.version_number).await?;
        let label = format!("{ABORTED}{}", args.version_number);
        let around = (&args.at, &args.folder, args.lock);
        let what = ("rollout abort", "Aborted");
        let change = |labels: &mut Vec<String>| labels.push(label.clone());
        relabelled(ui, &tenant, &found, around, what, variables, change).await
    };
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

/// Runs `rollout retry`.
pub(super) async fn retry(
    ui: &Ui,
    args: &RolloutVersionArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| again(ui, args, variables, &tenant).await;
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

async fn again(
    ui: &Ui,
    args: &RolloutVersionArgs,
    variables: &Variables,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let found = lookup::integration(tenant, &args.integration).await?;
    let number = args.version_number;
    let record = version(tenant, &found, number).await?;
    let labels = found["labels"].as_array().into_iter().flatten();
    let label = format!("{ABORTED}{number}");
    let aborted = labels.filter_map(Value::as_str).any(|it| it == label);
    let available = record["versionIsAvailable"].as_bool();
    if !aborted && available == Some(true) {
        ui.say(&format!(
            "Version {number} is available and was not aborted: there is nothing to retry."
        ));
        return Ok(Exit::Done);
    }
    let around = (&args.at, &args.folder, args.lock);
    let verb = "rollout retry";
    if aborted {
        // First: an aborted version that is available would be withdrawn again.
        relabelled(
            ui,
            tenant,
            &found,
            around,
            (verb, "No more aborted:"),
            variables,
            |_| {},
        )
        .await?;
    }
    if available != Some(true) {
        let deed = Deed::begin(ui, verb, around, variables, tenant).await?;
        let id = VersionId::new(id_of(&record));
        let sent = tenant.platform.set_availability(&id, true).await;
        let sent = deed.end(Record::Integration, &found, sent).await;
        sent.map_err(|error| failed(error, &format!("get versions {}", id_of(&found))))?;
    }
    ui.say(&format!(
        "Version {number} is available again: the next `apply` starts with the first wave."
    ));
    Ok(Exit::Done)
}

/// The record of a version by its number.
async fn version(tenant: &Chosen, integration: &Value, number: i64) -> Result<Value, CliError> {
    let id = IntegrationId::new(id_of(integration));
    let request = ListRequest::of(Collection::Versions(id.to_string()));
    let all = tenant.client.list_all(&request).await?;
    let own = |it: &Value| it["versionNumber"].as_i64();
    if let Some(found) = all.iter().find(|it| own(it) == Some(number)) {
        return Ok(found.clone());
    }
    let mut numbers: Vec<i64> = all.iter().filter_map(own).filter(|it| *it > 0).collect();
    numbers.sort_unstable();
    let newest: Vec<String> = numbers
        .iter()
        .rev()
        .take(SHOWN)
        .map(i64::to_string)
        .collect();
    let hint = match newest.is_empty() {
        true => "nothing of it was published yet".to_owned(),
        false => format!("its newest versions are {}", newest.join(", ")),
    };
    let message = format!("the integration has no version {number}");
    Err(CliError::user(message).hint(hint))
}
