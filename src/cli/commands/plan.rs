//! `plan`: what differs, without writing anything.

mod values;

use std::fs::File;
use std::path::Path;

use crate::cli::Variables;
use crate::cli::args::{Output, PlanArgs, ShowArgs};
use crate::cli::consents;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking;
use crate::cli::project::{self, Decided, read};
use crate::cli::recording;
use crate::cli::runtime;
use crate::cli::text_diff;
use crate::cli::ui::{Ui, write_json};
use crate::disposition;
use crate::plan::Plan;
use crate::plan::render::{self, Dispositions, HumanOptions};

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &PlanArgs, variables: &Variables) -> Result<Exit, CliError> {
    consents::check(ui, &args.consents)?;
    if args.show_values.is_some() {
        values::check(ui)?;
    }
    let signals = runtime::signals()?;
    let began = recording::now();
    let decided = runtime::or_interrupt(&signals, decide(ui, args, variables)).await;
    if let Err(error) = &decided {
        let (folder, root) = (&args.state.folder, project::root(&args.path));
        let what = ("plan", began);
        recording::note_failure(what, folder, &root, &args.tenant, variables, error).await;
    }
    let decided = decided?;
    let plan = &decided.planned.plan;
    if let Some(file) = &args.out {
        save(file, plan)?;
    }
    let platform = decided.tenant.platform.as_ref();
    let consents = consents::find(ui, &args.consents, plan, None, platform);
    let consents = runtime::or_interrupt(&signals, consents).await?;
    match consents {
        Some(consents) => {
            let links = consents.links();
            let dispositions = disposition::of_plan(plan);
            ui.document(&document(plan, &dispositions, args.show).with_links(Some(&links)))?;
        }
        None => {
            runtime::or_interrupt(&signals, show(ui, args.show, &decided)).await?;
            if let Some(address) = &args.show_values {
                ui.result(&values::of(plan, address)?)?;
            }
        }
    }
    Ok(Exit::of_plan(plan, args.detailed_exitcode))
}

async fn decide(ui: &Ui, args: &PlanArgs, variables: &Variables) -> Result<Decided, CliError> {
    let (path, tenant) = (&args.path, &args.tenant);
    let (basis, tenant) = read(ui, path, args.decide, &args.state, tenant, variables).await?;
    let basis = basis.limited_to(args.part.clone().into());
    let basis = basis.with_rollouts(args.bypass.request()?);
    let basis = basis.simulating(args.simulate);
    let planned = basis.plan(ui, &tenant, None).await?;
    basis.report_excluded(ui, &planned.plan);
    let folder = args.state.folder.of(&project::root(path));
    locking::report_writer(ui, folder, &tenant, &planned);
    Ok(basis.decided(tenant, planned))
}

/// Shows a plan in the form that was asked for.
pub(super) async fn show(ui: &Ui, show: ShowArgs, decided: &Decided) -> Result<(), CliError> {
    let plan = &decided.planned.plan;
    match ui.output() {
        Output::Json => {
            let dispositions = disposition::of_plan(plan);
            return ui.document(&document(plan, &dispositions, show));
        }
        Output::Name => return ui.result(&render::names(plan)),
        Output::Markdown => ui.markdown(&render::markdown(plan))?,
        _ => {
            ui.findings(&plan.diagnostics, "");
            ui.result(&human(plan, ui, show))?;
        }
    }
    if show.diff {
        let diff = text_diff::definitions(plan, decided.tenant.platform.as_ref()).await?;
        return show_diff(ui, &diff);
    }
    Ok(())
}

/// The document, with the members of fleets one by one where all are asked for.
fn document<'a>(
    plan: &'a Plan,
    dispositions: &'a Dispositions,
    show: ShowArgs,
) -> render::Document<'a> {
    let whole = render::document(plan, None).with_dispositions(dispositions);
    if show.all { whole } else { whole.in_groups() }
}

fn show_diff(ui: &Ui, diff: &str) -> Result<(), CliError> {
    match ui.output() {
        _ if diff.is_empty() => Ok(()),
        Output::Markdown => {
            let fence = fence(diff);
            ui.result(&format!("\n{fence}diff\n{diff}{fence}\n"))
        }
        _ => ui.result(&format!("\n{diff}")),
    }
}

/// Longer than every run of backticks in a text, so that nothing in it ends the block.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

/// The human form, ending in a line break.
pub(super) fn human(plan: &Plan, ui: &Ui, show: ShowArgs) -> String {
    let options = HumanOptions {
        color: ui.color_out(),
        all: show.all,
        verbose: ui.is_verbose(),
    };
    let mut text = render::human(plan, options);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Saves what `apply --plan` compares with: the JSON document, digest included.
fn save(file: &Path, plan: &Plan) -> Result<(), CliError> {
    let document = render::document(plan, None);
    let saved = File::create(file).and_then(|file| write_json(file, &document));
    saved.map_err(|error| {
        CliError::world(format!("cannot save the plan to {}", file.display())).because(&error)
    })
}
