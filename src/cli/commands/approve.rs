//! `approve`: lets the plan of new files go, in a running daemon.

use crate::api::Word;
use crate::api::status::{AwaitedApproval, Status};
use crate::api::wish::ApproveWanted;
use crate::cli::args::{ApproveArgs, Output};
use crate::cli::daemon_client::{Answer, DaemonClient, per_environment};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::provenance;
use crate::cli::show::yaml;
use crate::cli::ui::Ui;
use crate::cli::{Variables, runtime};
use crate::harmless::owned as harmless;
use crate::model::{Pause, counted};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ApproveArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let client = DaemonClient::of(&args.client, variables).await?;
    let work = async {
        match (&args.digest, &args.reason) {
            (Some(digest), Some(reason)) => give(ui, &client, (digest, reason), variables).await,
            _ => show(ui, &client).await,
        }
    };
    runtime::or_interrupt(&signals, work).await
}

async fn give(
    ui: &Ui,
    client: &DaemonClient,
    (digest, reason): (&str, &str),
    variables: &Variables,
) -> Result<Exit, CliError> {
    let wrong = |why| CliError::user(format!("--reason: {why}"));
    Pause::check_reason(reason).map_err(wrong)?;
    let actor = provenance::actor(variables);
    let wanted = ApproveWanted {
        digest: digest.to_owned(),
        reason: reason.to_owned(),
        by: actor.user.or(actor.login),
    };
    let answers = client.approve(&wanted).await?;
    if answers.iter().any(|answer| !answer.read.kept) {
        ui.say("Warning: the daemon could not keep that on its disk, so a restart asks again.");
    }
    write(ui, answers, "Approved: it is carried out at once.\n")?;
    Ok(Exit::Done)
}

/// What waits, and how it is let go.
async fn show(ui: &Ui, client: &DaemonClient) -> Result<Exit, CliError> {
    let statuses = client.statuses(true).await?;
    let waits = |status: &Answer<Status>| status.read.approval.is_some();
    let exit = match statuses.iter().any(waits) {
        true => Exit::Leftovers,
        false => Exit::Done,
    };
    let text: String = statuses.iter().map(|it| described(&it.read)).collect();
    write(ui, statuses, &text)?;
    Ok(exit)
}

fn described(status: &Status) -> String {
    let environment = harmless(&status.environment);
    let Some(awaited) = &status.approval else {
        return format!("{environment}: nothing waits for approval.\n");
    };
    let AwaitedApproval {
        revision,
        commit,
        digest,
        resources,
    } = awaited;
    let files = harmless(commit.as_ref().unwrap_or(revision));
    let mut text = format!(
        "{environment}: {} of {files} wait for approval:\n",
        counted(*resources, "change")
    );
    let waiting = status.resources.iter().filter(|it| !it.actions.is_empty());
    for resource in waiting.take(SHOWN) {
        let actions: Vec<&str> = resource.actions.iter().map(Word::as_str).collect();
        let (actions, why) = (actions.join(", "), harmless(&resource.reason));
        text.push_str(&format!("  {}: {actions} ({why})\n", resource.address));
    }
    let digest = harmless(digest);
    text.push_str(&format!(
        "To let exactly this go: prism-gitops approve {digest} --reason TEXT\n"
    ));
    text
}

/// At most this many resources are listed.
const SHOWN: usize = 50;

fn write<T>(ui: &Ui, answers: Vec<Answer<T>>, text: &str) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&per_environment(answers)),
        Output::Yaml => ui.result(&yaml::document(&per_environment(answers))),
        _ => ui.result(text),
    }
}
