//! `sync`, `pause` and `resume`: what is asked of a running daemon.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::{Output, PauseArgs, ResumeArgs, SyncArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::far::Far;
use crate::cli::runtime;
use crate::cli::show::harmless::harmless;
use crate::cli::show::yaml;
use crate::cli::ui::Ui;
use crate::model::Pause;
use crate::runtime::clock::{Clock as _, SystemClock};

/// How often a daemon is asked how far it is.
const EVERY: Duration = Duration::from_millis(500);

/// Runs `sync`.
pub(super) async fn sync(ui: &Ui, args: &SyncArgs) -> Result<Exit, CliError> {
    let far = Far::of(&args.far).await?;
    let accepted = far.post("/api/v1/sync", None).await?;
    if !args.wait {
        show(ui, &accepted, "A pass begins at once.")?;
        return Ok(Exit::Done);
    }
    let signals = runtime::signals()?;
    let generation = accepted["generation"].as_u64().unwrap_or_default();
    let ended = tokio::time::timeout(args.timeout, passed(&far, generation));
    let ended = async { ended.await.unwrap_or_else(|_| Err(too_long(args.timeout))) };
    let status = runtime::or_interrupt(&signals, ended).await?;
    show(ui, &status, &told(&status))?;
    exit(&status)
}

/// Waits until a pass of that number or a later one has ended without giving way to another.
async fn passed(far: &Far, mut generation: u64) -> Result<Value, CliError> {
    loop {
        let status = far.status(false).await?;
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

fn told(status: &Value) -> String {
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
fn exit(status: &Value) -> Result<Exit, CliError> {
    let pass = &status["lastPass"];
    let left = ["blocked", "pending", "held"];
    let left = left
        .iter()
        .any(|name| pass[*name].as_u64().unwrap_or_default() > 0);
    Ok(match pass["result"].as_str() {
        Some("unchanged" | "applied" | "held") if left => Exit::Leftovers,
        Some("unchanged" | "applied") => Exit::Done,
        Some("held") => Exit::Leftovers,
        _ => Exit::Error,
    })
}

/// Runs `pause`.
pub(super) async fn pause(ui: &Ui, args: &PauseArgs) -> Result<Exit, CliError> {
    let wrong = |why| CliError::user(format!("--reason: {why}"));
    Pause::check_reason(&args.reason).map_err(wrong)?;
    let far = Far::of(&args.far).await?;
    let after = args
        .span
        .and_then(|span| SystemClock.now().checked_add(span).ok());
    let until = args.until.or(after);
    let body = json!({ "reason": args.reason, "until": until });
    let answer = far.post("/api/v1/pause", Some(&body)).await?;
    let end = match answer["paused"]["until"].as_str() {
        Some(until) => format!("until {}", harmless(until)),
        None => "until `resume`".to_owned(),
    };
    show(ui, &answer, &format!("Paused {end}: nothing is written."))?;
    unkept(ui, &answer, "a restart ends the pause");
    Ok(Exit::Done)
}

/// Runs `resume`.
pub(super) async fn resume(ui: &Ui, args: &ResumeArgs) -> Result<Exit, CliError> {
    let far = Far::of(&args.far).await?;
    let answer = far.post("/api/v1/resume", None).await?;
    show(ui, &answer, "Not paused: what was held back is written.")?;
    unkept(ui, &answer, "a restart pauses again");
    Ok(Exit::Done)
}

fn unkept(ui: &Ui, answer: &Value, consequence: &str) {
    if answer["kept"] == false {
        ui.say(&format!(
            "Warning: the daemon could not keep that on its disk, so {consequence}."
        ));
    }
}

fn show(ui: &Ui, answer: &Value, text: &str) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(answer),
        Output::Yaml => ui.result(&yaml::document(answer)),
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
            assert_eq!(exit(&status).unwrap(), expected, "{result} {blocked}");
        }
    }
}
