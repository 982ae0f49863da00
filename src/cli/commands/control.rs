//! `sync`, `pause` and `resume`: what is asked of a running daemon.

use std::time::Duration;

use futures::future::try_join_all;
use serde_json::{Value, json};

use crate::cli::Variables;
use crate::cli::args::{Output, PauseArgs, ResumeArgs, SyncArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::far::{Far, together};
use crate::cli::runtime;
use crate::cli::show::{moment, yaml};
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::Pause;
use crate::runtime::clock::{Clock as _, SystemClock};

/// How often a daemon is asked how far it is.
const EVERY: Duration = Duration::from_millis(500);

/// Runs `sync`.
pub(super) async fn sync(
    ui: &Ui,
    args: &SyncArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let far = Far::of(&args.far, variables).await?;
    let accepted = far.post("/api/v1/sync", None).await?;
    if !args.wait {
        show(ui, accepted, "A pass begins at once.")?;
        return Ok(Exit::Done);
    }
    let signals = runtime::signals()?;
    let apart = accepted.len() > 1 || !args.far.env.is_empty();
    let each = accepted.iter().map(|accepted| {
        let environment = accepted["environment"].as_str().filter(|_| apart);
        let generation = accepted["generation"].as_u64().unwrap_or_default();
        passed(&far, environment, generation)
    });
    let ended = tokio::time::timeout(args.timeout, try_join_all(each));
    let ended = async { ended.await.unwrap_or_else(|_| Err(too_long(args.timeout))) };
    let statuses = runtime::or_interrupt(&signals, ended).await?;
    let lines = statuses.iter().map(|status| match apart {
        true => format!("{}: {}", name(status), described(status)),
        false => described(status),
    });
    let lines: Vec<String> = lines.collect();
    let exit = worst(statuses.iter().map(exit));
    show(ui, statuses, &lines.join("\n"))?;
    Ok(exit)
}

fn name(answer: &Value) -> String {
    harmless(answer["environment"].as_str().unwrap_or_default())
}

/// Waits until a pass of that number or a later one has ended without giving way to another.
async fn passed(
    far: &Far,
    environment: Option<&str>,
    mut generation: u64,
) -> Result<Value, CliError> {
    loop {
        let mut statuses = far.status(environment, false).await?;
        let status = statuses.pop().unwrap_or_default();
        if status["draining"] == true {
            return Err(CliError::world("the daemon is shutting down"));
        }
        let reached = status["generation"].as_u64().unwrap_or_default();
        let result = status["lastPass"]["result"].as_str();
        match (reached >= generation, result) {
            (true, Some("superseded" | "interrupted")) => generation = reached + 1,
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

fn described(status: &Value) -> String {
    let pass = &status["lastPass"];
    let count = |name: &str| pass[name].as_u64().unwrap_or_default();
    let mut text = format!(
        "The pass ended: {}",
        pass["result"].as_str().unwrap_or("unknown")
    );
    for name in ["applied", "failed", "held", "blocked", "pending"] {
        if count(name) > 0 {
            text.push_str(&format!(", {} {name}", count(name)));
        }
    }
    if let Some(error) = status["error"]["message"].as_str() {
        text.push_str(&format!(": {}", harmless(error)));
    }
    text
}

/// By the result of the pass, as `apply` has it.
fn exit(status: &Value) -> Exit {
    let pass = &status["lastPass"];
    let left = ["blocked", "pending", "held"];
    let left = left
        .iter()
        .any(|name| pass[*name].as_u64().unwrap_or_default() > 0);
    match pass["result"].as_str() {
        Some("unchanged" | "applied" | "held") if left => Exit::Leftovers,
        Some("unchanged" | "applied") => Exit::Done,
        Some("held") => Exit::Leftovers,
        _ => Exit::Error,
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
    let far = Far::of(&args.far, variables).await?;
    let after = args
        .span
        .and_then(|span| SystemClock.now().checked_add(span).ok());
    let until = args.until.or(after);
    let body = json!({ "reason": args.reason, "until": until });
    let answers = far.post("/api/v1/pause", Some(&body)).await?;
    let until = answers.first().map(|first| &first["paused"]["until"]);
    let end = match until.and_then(Value::as_str) {
        Some(until) => format!("until {}", harmless(&moment::shown(until))),
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
    let far = Far::of(&args.far, variables).await?;
    let answers = far.post("/api/v1/resume", None).await?;
    unkept(ui, &answers, "a restart pauses again");
    show(ui, answers, "Not paused: what was held back is written.")?;
    Ok(Exit::Done)
}

fn unkept(ui: &Ui, answers: &[Value], consequence: &str) {
    if answers.iter().any(|answer| answer["kept"] == false) {
        ui.say(&format!(
            "Warning: the daemon could not keep that on its disk, so {consequence}."
        ));
    }
}

fn show(ui: &Ui, answers: Vec<Value>, text: &str) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&together(answers)),
        Output::Yaml => ui.result(&yaml::document(&together(answers))),
        _ => ui.result(&format!("{text}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let status = json!({ "lastPass": { "result": result, "blocked": blocked } });
            assert_eq!(exit(&status), expected, "{result} {blocked}");
        }
        let all = [Exit::Done, Exit::Error, Exit::Leftovers];
        assert_eq!(worst(all.into_iter()), Exit::Error);
        assert_eq!(
            worst([Exit::Leftovers, Exit::Done].into_iter()),
            Exit::Leftovers
        );
    }
}
