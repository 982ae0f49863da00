//! The command line: arguments to one of the other modules' work, and its
//! outcome to text, a JSON document and an exit code.
//!
//! The only place that wires the parts together, and the only one that knows
//! a terminal. Nothing imports it.
//!
//! # Invariants
//!
//! - Results go to stdout, messages and progress to stderr, both through `ui::Ui`.
//! - With `-o json` stdout holds exactly one document, also on failure.
//! - The exit code is a variant of [`Exit`].

mod api_token;
mod args;
mod commands;
mod confirm;
mod consents;
mod daemon_client;
mod diagnostics;
mod early;
mod error;
mod exit;
mod locking;
mod lookup;
mod panic;
mod progress;
mod project;
mod provenance;
mod recorded;
mod recording;
mod runtime;
mod show;
mod telemetry;
mod tenant;
mod text_diff;
mod ui;
mod vanished;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;

use clap::{CommandFactory as _, FromArgMatches as _};

pub use exit::Exit;

use args::Cli;
use error::CliError;
use ui::Ui;

/// The environment of the process, as far as it is text.
pub(crate) type Variables = std::collections::BTreeMap<String, String>;

/// Runs the program: `args` begin with its name.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Exit {
    panic::install_hook();
    let args: Vec<OsString> = args.into_iter().collect();
    let variables = text_only(environment);
    let early = early::Early::read(&args, &variables);
    let work = AssertUnwindSafe(|| parse_and_run(args, &variables, &early));
    std::panic::catch_unwind(work)
        .unwrap_or_else(|_| Ui::early(&early).fail(&CliError::bug("the program panicked")))
}

/// The complete definition of the command line, as the reference and the tests see it.
#[must_use]
pub fn command() -> clap::Command {
    args::finish(Cli::command())
}

fn text_only(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Variables {
    let text = |(key, value): (OsString, OsString)| {
        Some((key.into_string().ok()?, value.into_string().ok()?))
    };
    environment.into_iter().filter_map(text).collect()
}

fn parse_and_run(args: Vec<OsString>, variables: &Variables, early: &early::Early) -> Exit {
    let parsed = command()
        .color(early.clap_color())
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => {
            let ui = Ui::new(&cli.global, variables);
            commands::dispatch(&ui, cli, variables).unwrap_or_else(|error| ui.fail(&error))
        }
        Err(error) => usage(&error, &Ui::early(early)),
    }
}

/// Help and version are results; everything else that clap says is a mistake in the usage.
///
/// clap's own code for those is 2, which means "changes" here.
fn usage(error: &clap::Error, ui: &Ui) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Done;
    }
    if ui.is_json() {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ").to_owned();
        return ui.fail(&CliError::user(message));
    }
    let _ = error.print();
    Exit::Error
}
