//! Executions: with their steps and log, at once or when they have ended.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::cli::args::{ExecutionArgs, Output};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::show::{cell, record, yaml};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::prismatic::PrismaticClient;
use crate::prismatic::catalog::{Collection, ListRequest, Record};

/// Between two looks at an execution: first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// The log trails the end by a moment (FACTS §12); prism waits as long.
const TRAIL: Duration = Duration::from_secs(2);

pub(super) async fn run(ui: &Ui, args: &ExecutionArgs, tenant: Chosen) -> Result<Exit, CliError> {
    let client = &tenant.client;
    if args.watch {
        let ended = follow(ui, client, &args.id, args.timeout, false).await?;
        show(ui, &ended)?;
        return Ok(outcome(&ended));
    }
    let execution = client.get(Record::Execution, &args.id).await?;
    let logs = all(client, Collection::Logs(args.id.clone())).await?;
    show(ui, &whole(client, &args.id, execution, logs).await?)?;
    Ok(Exit::Done)
}

/// Success is what says so; everything else that has ended is a failure.
pub(in crate::cli::commands) fn outcome(execution: &Value) -> Exit {
    match execution["status"].as_str() {
        Some("SUCCESS") => Exit::Done,
        _ => Exit::Error,
    }
}

/// Waits for the end of an execution. New lines of the log are shown as they arrive.
///
/// Of a `fresh` execution, one that may have ended just now, the log may still be on its way.
pub(in crate::cli::commands) async fn follow(
    ui: &Ui,
    client: &PrismaticClient,
    id: &str,
    timeout: Duration,
    mut fresh: bool,
) -> Result<Value, CliError> {
    let begun = Instant::now();
    let (mut pause, longest) = PAUSE;
    let mut shown = 0;
    loop {
        let execution = client.get(Record::Execution, id).await?;
        let ended = !execution["endedAt"].is_null();
        if ended && fresh {
            sleep(TRAIL).await;
        }
        fresh = true;
        let logs = all(client, Collection::Logs(id.to_owned())).await?;
        if ui.output() == Output::Human {
            for line in logs.iter().skip(shown) {
                ui.say(&log_line(line));
            }
        }
        shown = logs.len();
        if ended {
            return whole(client, id, execution, logs).await;
        }
        if begun.elapsed() + pause > timeout {
            return Err(
                CliError::world(format!("the execution has not ended within {timeout:?}")).hint(
                    format!("it goes on; look again with `get execution {id} --watch`"),
                ),
            );
        }
        sleep(pause).await;
        pause = (pause * 5 / 4).min(longest);
    }
}

/// The execution with its steps and log, as the API would nest them.
async fn whole(
    client: &PrismaticClient,
    id: &str,
    mut execution: Value,
    logs: Vec<Value>,
) -> Result<Value, CliError> {
    let steps = all(client, Collection::Steps(id.to_owned())).await?;
    execution["stepResults"] = json!({"nodes": steps, "totalCount": steps.len()});
    execution["logs"] = json!({"nodes": logs, "totalCount": logs.len()});
    Ok(execution)
}

async fn all(client: &PrismaticClient, list: Collection) -> Result<Vec<Value>, CliError> {
    Ok(client.list_all(&ListRequest::of(list)).await?)
}

pub(in crate::cli::commands) fn show(ui: &Ui, execution: &Value) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(execution),
        Output::Yaml => ui.result(&yaml::document(execution)),
        Output::Name => record::show(ui, execution, "id"),
        _ => ui.result(&human(execution, ui.width_out())),
    }
}

/// The fields, the steps as a table, the log as lines.
fn human(execution: &Value, room: Option<usize>) -> String {
    let mut fields = execution.clone();
    let lists = ["stepResults", "logs"].map(|key| {
        let list = fields.as_object_mut().and_then(|map| map.shift_remove(key));
        list.and_then(|list| list["nodes"].as_array().cloned())
            .unwrap_or_default()
    });
    let [steps, logs] = lists;
    let mut text = record::human(&fields, room);
    if !steps.is_empty() {
        text.push_str("\nSTEPS\n");
        text.push_str(&record::table(&steps, room));
    }
    if !logs.is_empty() {
        text.push_str("\nLOG\n");
        for line in &logs {
            text.push_str(&format!("{}\n", log_line(line)));
        }
    }
    text
}

fn log_line(line: &Value) -> String {
    let part = |key: &str| harmless(&cell::human(&line[key]));
    format!(
        "{} {:<5} {} {}",
        part("timestamp"),
        part("severity"),
        part("stepName"),
        part("message")
    )
}
