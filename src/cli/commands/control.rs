//! `sync`, `pause` and `resume`: requests to a running daemon.

use std::time::Duration;

use futures::future::try_join_all;

use crate::api::history::PassOutcome;
use crate::api::status::{PassStatus, Status};
use crate::api::wish::{PauseWanted, Paused};
use crate::cli::Variables;
use crate::cli::args::{Output, PauseArgs, ResumeArgs, SyncArgs};
use crate::cli::daemon_client::{Answer, DaemonClient, per_environment};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::runtime;
use crate::cli::show::{moment, yaml};
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::Pause;
use crate::plan::Part;
use crate::runtime::clock::{Clock as _, SystemClock};

/// How often a daemon is asked how far it is.
const EVERY: Duration = Duration::from_millis(500);

/// Runs `sync`.
pub(super) async fn sync(
    ui: &Ui,
    args: &SyncArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let client = DaemonClient::of(&args.client, variables).await?;
    let part = Part::from(args.part.clone());
    let part = (!part.is_whole()).then_some(part);
    if let Some(Err(wrong)) = part.as_ref().map(Part::check) {
        return Err(CliError::user(wrong));
    }
    let accepted = client.sync(part.as_ref()).await?;
    if !args.wait {
        let text = match &part {
            None => "A pass begins at once.",
            Some(_) => {
                "A pass about that part begins at once; the rest is left to the next ordinary pass."
            }
        };
        show(ui, accepted, text)?;
        return Ok(Exit::Done);
    }
    let signals = runtime::signals()?;
    let apart = accepted.len() > 1 || !args.client.env.is_empty();
    let each = accepted.iter().map(|accepted| {
        let accepted = &accepted.read;
        let environment = Some(accepted.environment.as_str()).filter(|_| apart);
        passed(&client, environment, accepted.generation)
    });
    let ended = tokio::time::timeout(args.timeout, try_join_all(each));
    let ended = async { ended.await.unwrap_or_else(|_| Err(too_long(args.timeout))) };
    let statuses = runtime::or_interrupt(&signals, ended).await?;
    let lines = statuses.iter().map(|status| match apart {
        true => {
            let name = harmless(&status.read.environment);
            format!("{name}: {}", described(&status.read))
        }
        false => described(&status.read),
    });
    let lines: Vec<String> = lines.collect();
    let exit = worst(
        statuses
            .iter()
            .map(|status| exit(status.read.last_pass.as_ref())),
    );
    show(ui, statuses, &lines.join("\n"))?;
    Ok(exit)
}

/// Waits until a pass of that number or a later one has ended without giving way to another.
async fn passed(
    client: &DaemonClient,
    environment: Option<&str>,
    mut generation: u64,
) -> Result<Answer<Status>, CliError> {
    loop {
        let Some(status) = client.status(environment, false).await?.pop() else {
            return Err(CliError::bug("the daemon answered nothing"));
        };
        if status.read.draining {
            return Err(CliError::world("the daemon is shutting down"));
        }
        let reached = status.read.generation;
        let last = status.read.last_pass.as_ref();
        let result = last.and_then(|pass| pass.result.known());
        match (reached >= generation, result) {
            (true, Some(PassOutcome::Superseded | PassOutcome::Interrupted)) => {
                generation = reached + 1;
            }
            (true, _) => return Ok(status),
            (false, _) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn too_long(timeout: Duration) -> CliError {
    let seconds = timeout.as_secs();
    CliError::world(format!("no pass has ended within {seconds} s"))
        .hint("the pass goes on; `status` shows how it fares, and --timeout waits longer")
}

fn described(status: &Status) -> String {
    let pass = status.last_pass.as_ref();
    let result = pass.map_or("unknown", |pass| pass.result.as_str());
    let mut text = format!("The pass ended: {}", harmless(result));
    for (count, name) in pass.map(counts).into_iter().flatten() {
        text.push_str(&format!(", {count} {name}"));
    }
    if let Some(error) = &status.error {
        text.push_str(&format!(": {}", harmless(&error.message)));
    }
    text
}

/// What a pass came to besides its changes, as far as there is any.
pub(super) fn counts(pass: &PassStatus) -> impl Iterator<Item = (u64, &'static str)> {
    let counts = &pass.counts;
    let all = [
        (counts.applied, "applied"),
        (counts.failed, "failed"),
        (counts.held, "held"),
        (counts.blocked, "blocked"),
        (counts.pending, "pending"),
    ];
    all.into_iter().filter(|(count, _)| *count > 0)
}

/// By the result of the pass, as `apply` has it.
fn exit(pass: Option<&PassStatus>) -> Exit {
    let Some(pass) = pass else {
        return Exit::Error;
    };
    let counts = &pass.counts;
    let left = counts.blocked + counts.pending + counts.held > 0;
    match pass.result.known() {
        Some(PassOutcome::Unchanged | PassOutcome::Applied) if !left => Exit::Done,
        Some(PassOutcome::Unchanged | PassOutcome::Applied | PassOutcome::Held) => Exit::Leftovers,
        Some(
            PassOutcome::Incomplete
            | PassOutcome::Invalid
            | PassOutcome::Failed
            | PassOutcome::Superseded
            | PassOutcome::Interrupted,
        )
        | None => Exit::Error,
    }
}

/// Of several environments the worst counts.
fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let badness = |exit: &Exit| match exit {
        Exit::Done => 0,
        Exit::Leftovers => 1,
        _ => 2,
    };
    exits.max_by_key(badness).unwrap_or(Exit::Done)
}

/// Runs `pause`.
pub(super) async fn pause(
    ui: &Ui,
    args: &PauseArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let wrong = |why| CliError::user(format!("--reason: {why}"));
    Pause::check_reason(&args.reason).map_err(wrong)?;
    let client = DaemonClient::of(&args.client, variables).await?;
    let after = args
        .span
        .and_then(|span| SystemClock.now().checked_add(span).ok());
    let wanted = PauseWanted {
        reason: args.reason.clone(),
        until: args.until.or(after),
    };
    let answers = client.pause(&wanted).await?;
    let first = answers.first().and_then(|first| first.read.paused.as_ref());
    let end = match first.and_then(|pause| pause.until) {
        Some(until) => format!("until {}", moment::moment(until)),
        None => "until `resume`".to_owned(),
    };
    unkept(ui, &answers, "a restart ends the pause");
    show(ui, answers, &format!("Paused {end}: nothing is written."))?;
    Ok(Exit::Done)
}

/// Runs `resume`.
pub(super) async fn resume(
    ui: &Ui,
    args: &ResumeArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let client = DaemonClient::of(&args.client, variables).await?;
    let answers = client.resume().await?;
    unkept(ui, &answers, "a restart pauses again");
    show(ui, answers, "Not paused: what was held back is written.")?;
    Ok(Exit::Done)
}

fn unkept(ui: &Ui, answers: &[Answer<Paused>], consequence: &str) {
    if answers.iter().any(|answer| !answer.read.kept) {
        ui.say(&format!(
            "Warning: the daemon could not keep that on its disk, so {consequence}."
        ));
    }
}

fn show<T>(ui: &Ui, answers: Vec<Answer<T>>, text: &str) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&per_environment(answers)),
        Output::Yaml => ui.result(&yaml::document(&per_environment(answers))),
        _ => ui.result(&format!("{text}\n")),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::api::history::PassCounts;

    #[test]
    fn the_exit_code_follows_the_result_of_the_pass() {
        for (result, blocked, expected) in [
            ("unchanged", 0, Exit::Done),
            ("applied", 0, Exit::Done),
            ("applied", 1, Exit::Leftovers),
            ("held", 0, Exit::Leftovers),
            ("incomplete", 0, Exit::Error),
            ("invalid", 0, Exit::Error),
            ("failed", 1, Exit::Error),
            ("new-word", 0, Exit::Error),
        ] {
            let pass = PassStatus {
                started_at: Timestamp::UNIX_EPOCH,
                finished_at: Timestamp::UNIX_EPOCH,
                duration_ms: 1,
                result: serde_json::from_value(result.into()).unwrap(),
                counts: PassCounts {
                    blocked,
                    ..PassCounts::default()
                },
                part: None,
            };
            assert_eq!(exit(Some(&pass)), expected, "{result} {blocked}");
        }
        assert_eq!(exit(None), Exit::Error);
        let all = [Exit::Done, Exit::Error, Exit::Leftovers];
        assert_eq!(worst(all.into_iter()), Exit::Error);
        assert_eq!(
            worst([Exit::Leftovers, Exit::Done].into_iter()),
            Exit::Leftovers
        );
    }
}
