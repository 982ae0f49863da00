//! `status`: how a running daemon fares.

mod watch;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::cli::args::{Output, StatusArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::far::{Far, together};
use crate::cli::runtime;
use crate::cli::show::yaml;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &StatusArgs) -> Result<Exit, CliError> {
    let far = Far::of(&args.far).await?;
    if !args.watch {
        show(ui, far.statuses(true).await?)?;
        return Ok(Exit::Done);
    }
    if ui.output() != Output::Human {
        return Err(CliError::user("--watch has no other form than human")
            .hint("programs read /api/v1/events, or ask again"));
    }
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, watch::watch(ui, &far)).await?;
    Ok(Exit::Done)
}

fn show(ui: &Ui, statuses: Vec<Value>) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&together(statuses)),
        Output::Yaml => ui.result(&yaml::document(&together(statuses))),
        _ => {
            let each: Vec<String> = statuses.iter().map(human).collect();
            ui.result(&each.join("\n"))
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(harmless)
}

fn human(status: &Value) -> String {
    let mut out = String::new();
    let phase = match status["draining"] == true {
        true => "shutting down".to_owned(),
        false => text(&status["phase"]).unwrap_or_default(),
    };
    let environment = text(&status["environment"]).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{environment}: {phase}, {} passes",
        status["generation"]
    );
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name:<11} {value}");
        }
    };
    row("Paused", paused(&status["paused"]));
    row("Last pass", last_pass(&status["lastPass"]));
    row("Error", text(&status["error"]["message"]));
    row("Hint", text(&status["error"]["hint"]));
    row("Files", revision(&status["revision"]));
    row("Refused", revision(&status["refusedRevision"]));
    row("Source", text(&status["source"]["message"]));
    row("Next pass", text(&status["nextPassAt"]));
    let age = status["observationAgeSeconds"].as_u64();
    row("Tenant read", age.map(|age| format!("{age} s ago")));
    row("Resources", counts(&status["resources"]));
    for resource in status["resources"].as_array().into_iter().flatten() {
        if resource["sync"] != "Synced" || resource["health"] != "Healthy" {
            out.push_str(&line(resource));
        }
    }
    out
}

fn paused(pause: &Value) -> Option<String> {
    let reason = text(&pause["reason"])?;
    let since = text(&pause["since"]).unwrap_or_default();
    let until = text(&pause["until"]).unwrap_or_else(|| "`resume`".to_owned());
    Some(format!("since {since} until {until}: {reason}"))
}

fn last_pass(pass: &Value) -> Option<String> {
    let result = text(&pass["result"])?;
    let at = text(&pass["finishedAt"]).unwrap_or_default();
    let mut told = format!("{result} at {at}");
    for name in ["changes", "applied", "failed", "held", "blocked", "pending"] {
        match pass[name].as_u64() {
            Some(count) if count > 0 => told.push_str(&format!(", {count} {name}")),
            _ => {}
        }
    }
    Some(told)
}

fn revision(revision: &Value) -> Option<String> {
    text(&revision["commit"]).or_else(|| text(&revision["id"]))
}

fn counts(resources: &Value) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources.as_array()? {
        let word = |name: &str| text(&resource[name]).unwrap_or_default();
        *counts
            .entry(format!("{} {}", word("sync"), word("health")))
            .or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    Some(match counts.is_empty() {
        true => "none".to_owned(),
        false => counts.join(", "),
    })
}

fn line(resource: &Value) -> String {
    let word = |name: &str| text(&resource[name]).unwrap_or_default();
    let mut line = format!(
        "  {} {} {}: {}\n",
        word("address"),
        word("sync"),
        word("health"),
        word("reason")
    );
    if let Some(hint) = text(&resource["hint"]) {
        let _ = writeln!(line, "    {hint}");
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_tells_what_is_wrong_and_counts_the_rest() {
        let status = json!({
            "environment": "prod-us", "phase": "idle", "draining": false, "generation": 42,
            "paused": {"reason": "release", "since": "2026-11-20T12:00:00Z", "until": null},
            "revision": {"id": "sha256:1", "commit": "1a2b3c4"}, "refusedRevision": null,
            "lastPass": {"finishedAt": "2026-11-20T12:00:01Z", "result": "held", "changes": 1, "held": 1, "failed": 0},
            "error": null, "source": null, "nextPassAt": "2026-11-20T12:01:00Z", "observationAgeSeconds": 7,
            "resources": [
                {"address": "Instance/a", "sync": "Synced", "health": "Healthy", "reason": "matches", "hint": null},
                {"address": "Instance/b", "sync": "OutOfSync", "health": "Healthy", "reason": "paused (release): needs a deploy", "hint": null},
            ],
        });
        insta::assert_snapshot!(human(&status), @r"
        prod-us: idle, 42 passes
          Paused      since 2026-11-20T12:00:00Z until `resume`: release
          Last pass   held at 2026-11-20T12:00:01Z, 1 changes, 1 held
          Files       1a2b3c4
          Next pass   2026-11-20T12:01:00Z
          Tenant read 7 s ago
          Resources   1 OutOfSync Healthy, 1 Synced Healthy
          Instance/b OutOfSync Healthy: paused (release): needs a deploy
        ");
    }
}
