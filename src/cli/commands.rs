//! One file per verb.

mod accept;
mod act;
mod adopt;
mod api;
mod apply;
mod approve;
mod completion;
mod control;
mod daemon;
mod dedupe;
mod diff;
mod edited;
mod export;
mod get;
mod history;
mod hold;
mod import;
mod man;
mod marking;
mod migrate;
mod plan;
mod promote;
mod publish;
mod release;
mod render;
mod rollout;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
mod status;
mod switch;
mod test_flow;
mod update;
mod validate;
mod whoami;
mod why;

#[cfg(test)]
pub(crate) mod testing;

use super::Variables;
use super::args::{Cli, Command, Output};
use super::error::CliError;
use super::exit::Exit;
use super::runtime;
use super::telemetry;
use super::ui::Ui;

/// Runs the verb.
pub(crate) fn dispatch(ui: &Ui, cli: Cli, variables: &Variables) -> Result<Exit, CliError> {
    let daemon = matches!(cli.command, Command::Daemon(_));
    let telemetry = telemetry::start(ui, &cli.global, variables, daemon)?;
    let outcome = check_form(ui, &cli.command).and_then(|()| run(ui, cli.command, variables));
    telemetry.finish();
    outcome
}

fn run(ui: &Ui, command: Command, variables: &Variables) -> Result<Exit, CliError> {
    match command {
        Command::Validate(args) => runtime::block_on(validate::run(ui, &args, variables)),
        Command::Plan(args) => runtime::block_on(plan::run(ui, &args, variables)),
        Command::Apply(args) => runtime::block_on(apply::run(ui, &args, variables)),
        Command::Render(args) => runtime::block_on(render::run(ui, &args)),
        Command::Promote(args) => runtime::block_on(promote::run(ui, &args, variables)),
        Command::Accept(args) => runtime::block_on(accept::run(ui, &args, variables)),
        Command::Daemon(args) => runtime::block_on(daemon::run(&args, variables)),
        Command::Status(args) => runtime::block_on(status::run(ui, &args, variables)),
        Command::Sync(args) => runtime::block_on(control::sync(ui, &args, variables)),
        Command::Pause(args) => runtime::block_on(control::pause(ui, &args, variables)),
        Command::Resume(args) => runtime::block_on(control::resume(ui, &args, variables)),
        Command::Approve(args) => runtime::block_on(approve::run(ui, &args, variables)),
        Command::Hold(args) => runtime::block_on(hold::hold(ui, &args, variables)),
        Command::Unhold(args) => runtime::block_on(hold::unhold(ui, &args, variables)),
        Command::Rollout(args) => runtime::block_on(rollout::run(ui, &args, variables)),
        Command::Export(args) => runtime::block_on(export::run(ui, &args.sorted_out(), variables)),
        Command::Adopt(args) => runtime::block_on(adopt::run(ui, &args, variables)),
        Command::Release(args) => runtime::block_on(release::run(ui, &args, variables)),
        Command::Dedupe(args) => runtime::block_on(dedupe::run(ui, &args, variables)),
        Command::Migrate(args) => runtime::block_on(migrate::run(ui, &args, variables)),
        Command::Get(args) => runtime::block_on(get::run(ui, &args, variables)),
        Command::Import(args) => runtime::block_on(import::run(ui, &args, variables)),
        Command::Publish(args) => runtime::block_on(publish::run(ui, &args, variables)),
        Command::Update(args) => runtime::block_on(update::run(ui, &args, variables)),
        Command::Deploy(args) => runtime::block_on(switch::deploy(ui, &args, variables)),
        Command::Disable(args) => {
            let around = (&args.at, &args.folder, args.lock);
            runtime::block_on(switch::run(
                ui,
                &args.which,
                around,
                (false, args.hold),
                variables,
            ))
        }
        Command::Enable(args) => {
            let around = (&args.at, &args.folder, args.lock);
            runtime::block_on(switch::run(
                ui,
                &args.which,
                around,
                (true, args.hold),
                variables,
            ))
        }
        Command::Test(args) => runtime::block_on(test_flow::run(ui, &args, variables)),
        Command::Api(args) => runtime::block_on(api::run(ui, &args, variables)),
        Command::History(args) => history::run(ui, &args),
        Command::Why(args) => runtime::block_on(why::run(ui, &args)),
        Command::Diff(args) => diff::run(ui, &args),
        Command::Whoami(args) => runtime::block_on(whoami::run(ui, &args, variables)),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => runtime::block_on(sandbox::run(ui, &args)),
        Command::Schema(args) => schema::run(ui, &args),
        Command::Completion(args) => completion::run(ui, &args),
        Command::Man => man::run(ui),
    }
}

/// Refuses a form that a command's result does not have, before anything is done.
fn check_form(ui: &Ui, command: &Command) -> Result<(), CliError> {
    let (verb, forms) = forms(command);
    let form = word(ui.output());
    if forms.contains(&form) {
        return Ok(());
    }
    let others: Vec<String> = forms.iter().map(|form| format!("-o {form}")).collect();
    let hint = format!("use {}", others.join(" or "));
    Err(CliError::user(format!("{verb} has no {form} form")).hint(hint))
}

/// The forms of a command's result. What prints one thing only takes any.
fn forms(command: &Command) -> (&'static str, &'static [&'static str]) {
    const ALL: &[&str] = &["human", "json", "markdown", "yaml", "csv", "name"];
    const TEXT: &[&str] = &["human"];
    const PLANS: &[&str] = &["human", "json", "markdown"];
    const NAMED_PLANS: &[&str] = &["human", "json", "markdown", "name"];
    const LISTS: &[&str] = &["human", "json", "yaml", "csv", "name"];
    const RECORDS: &[&str] = &["human", "json", "yaml", "name"];
    const DOCUMENTS: &[&str] = &["human", "json", "yaml"];
    const TEXTS: &[&str] = &["human", "yaml"];
    const LINES: &[&str] = &["human", "json"];
    const HISTORY: &[&str] = &["human", "json", "yaml", "csv"];
    match command {
        Command::Validate(_) => ("validate", PLANS),
        Command::Plan(_) => ("plan", NAMED_PLANS),
        Command::Apply(_) => ("apply", PLANS),
        Command::Render(_) => ("render", TEXTS),
        Command::Promote(_) => ("promote", &["human"]),
        Command::Accept(_) => ("accept", &["human"]),
        Command::Daemon(_) => ("daemon", LINES),
        Command::Status(_) => ("status", DOCUMENTS),
        Command::Sync(_) => ("sync", DOCUMENTS),
        Command::Pause(_) => ("pause", DOCUMENTS),
        Command::Resume(_) => ("resume", DOCUMENTS),
        Command::Approve(_) => ("approve", DOCUMENTS),
        Command::Hold(_) => ("hold", RECORDS),
        Command::Unhold(_) => ("unhold", RECORDS),
        Command::Rollout(args) if args.what.is_status() => ("rollout status", LINES),
        Command::Rollout(args) if args.what.is_text() => ("this rollout command", TEXT),
        Command::Rollout(_) => ("rollout", RECORDS),
        Command::Export(_) => ("export", LINES),
        Command::Adopt(_) => ("adopt", PLANS),
        Command::Release(_) => ("release", PLANS),
        Command::Dedupe(_) => ("dedupe", LINES),
        Command::Migrate(_) => ("migrate", PLANS),
        Command::Get(args) if args.what.is_list() => ("a list", LISTS),
        Command::Get(_) => ("a record", RECORDS),
        Command::Import(_) => ("import", RECORDS),
        Command::Publish(_) => ("publish", RECORDS),
        Command::Update(_) => ("update", RECORDS),
        Command::Deploy(_) => ("deploy", RECORDS),
        Command::Disable(_) => ("disable", RECORDS),
        Command::Enable(_) => ("enable", RECORDS),
        Command::Test(_) => ("test", DOCUMENTS),
        Command::Api(_) => ("api", DOCUMENTS),
        Command::History(_) => ("history", HISTORY),
        Command::Why(_) => ("why", DOCUMENTS),
        Command::Diff(_) => ("diff", DOCUMENTS),
        Command::Whoami(_) => ("whoami", DOCUMENTS),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(_) => ("sandbox", LINES),
        Command::Schema(_) => ("schema", ALL),
        Command::Completion(_) => ("completion", ALL),
        Command::Man => ("man", ALL),
    }
}

fn word(output: Output) -> &'static str {
    match output {
        Output::Human => "human",
        Output::Json => "json",
        Output::Markdown => "markdown",
        Output::Yaml => "yaml",
        Output::Csv => "csv",
        Output::Name => "name",
    }
}
