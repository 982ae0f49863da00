//! `publish`: a version of an integration's draft, with the commit it came from.

use super::act::{Deed, called, failed, report, unheld};
use crate::cli::Variables;
use crate::cli::args::PublishArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{project, provenance, runtime};
use crate::model::{IntegrationId, VersionRecord};
use crate::prismatic::catalog::Record;
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &PublishArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant| publish(ui, args, variables, &tenant).await;
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

async fn publish(
    ui: &Ui,
    args: &PublishArgs,
    variables: &Variables,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let draft = lookup::integration(tenant, &args.integration).await?;
    unheld(tenant, &draft, args.hold)?;
    let record = attributes(ui, args, variables).await;
    let id = IntegrationId::new(id_of(&draft));
    let comment = args.comment.as_deref();
    let deed = Deed::begin(
        ui,
        "publish",
        (&args.at, &args.folder, args.lock),
        variables,
        tenant,
    )
    .await?;
    let sent = tenant.platform.publish_integration(&id, comment, &record);
    let sent = deed.end(Record::Integration, &draft, sent.await).await;
    let look = format!("get versions {id}");
    let version = sent.map_err(|error| failed(error, &look))?;
    let done = format!("Published version {} of", version.number);
    match version.id.as_str() {
        "" => ui.result(&format!("{done} {}\n", called(&draft)))?,
        id => report(ui, tenant, Record::Integration, id, &done).await?,
    }
    Ok(Exit::Done)
}

/// What is given counts; the folder and the CI system say the rest.
async fn attributes(ui: &Ui, args: &PublishArgs, variables: &Variables) -> VersionRecord {
    let snapshot = project::source(&args.at.path).snapshot().await;
    let commit = snapshot.ok().and_then(|read| read.revision.commit);
    let dirty = commit.as_ref().is_some_and(|commit| commit.dirty);
    if dirty && args.commit_hash.is_none() {
        ui.say("The folder has uncommitted changes, so no commit is noted on the version.");
    }
    let found = provenance::record(variables, commit.as_ref());
    let given = |given: &Option<String>, found| given.clone().or(found);
    let commit_url = match args.commit_hash {
        // A link to another commit would be worse than none.
        Some(_) => args.commit_url.clone(),
        None => given(&args.commit_url, found.commit_url),
    };
    VersionRecord {
        commit_hash: given(&args.commit_hash, found.commit_hash),
        commit_url,
        repo_url: given(&args.repo_url, found.repo_url),
        pull_request_url: given(&args.pull_request_url, found.pull_request_url),
        submitted: None,
        canonical: None,
    }
}
