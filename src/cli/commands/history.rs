//! `history`: passes, what they wrote, and how that ended.

mod draft;

use std::fmt::Write as _;

use crate::api::Versioned;
use crate::api::history::{History, Pass};
use crate::api::page::HistoryKind;
use crate::cli::args::{HistoryArgs, HistoryCommand, Output};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::recorded::{Recorded, revision, sides, time, who};
use crate::cli::show::{csv, yaml};
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::history::{PassEnd, PassRecord, StepOutcome, WriteRecord};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::store::history::HistoryQuery;

/// A pass, and what of it was asked for.
type Entry = (PassRecord, Vec<WriteRecord>);

/// Runs the command.
pub(super) fn run(ui: &Ui, args: &HistoryArgs) -> Result<Exit, CliError> {
    if let Some(HistoryCommand::ShowDraft(args)) = &args.command {
        return draft::show(ui, args);
    }
    let (entries, next) = read(args)?;
    match ui.output() {
        Output::Json => ui.document(&document(&entries, next))?,
        Output::Yaml => ui.result(&yaml::document(&document(&entries, next)))?,
        Output::Csv => ui.result_bytes(lines(&entries).as_bytes())?,
        Output::Human | Output::Markdown | Output::Name => {
            ui.result(&human(&entries, args.address.is_some()))?;
            match (entries.is_empty(), next) {
                (true, _) => ui.say("None found."),
                (false, Some(next)) => {
                    ui.say(&format!("There are more: go on with --before {next}"));
                }
                (false, None) => {}
            }
        }
    }
    Ok(Exit::Done)
}

/// A page, and the number to go on with if there is more.
fn read(args: &HistoryArgs) -> Result<(Vec<Entry>, Option<i64>), CliError> {
    let now = SystemClock.now();
    let past = Recorded::of(&args.which, &args.path);
    let mut passes = past.passes(HistoryQuery {
        address: args.address.clone(),
        since: args.since.map(|since| since.as_of(now)),
        until: args.until.map(|until| until.as_of(now)),
        failed: args.failed,
        customer: args.customer.clone(),
        kind: args.kind,
        before: args.before,
        revision: args.revision.clone(),
        limit: args.limit.saturating_add(1),
        ..HistoryQuery::default()
    })?;
    let more = passes.len() > args.limit;
    passes.truncate(args.limit);
    let next = passes.last().map(|pass| pass.id).filter(|_| more);
    let entry = |pass: PassRecord| {
        let query = HistoryQuery {
            pass: Some(pass.id),
            address: args.address.clone(),
            customer: args.customer.clone(),
            kind: args.kind.filter(|kind| *kind != HistoryKind::Pass),
            ..HistoryQuery::default()
        };
        let mut writes = past.writes(query)?;
        writes.reverse();
        Ok((pass, writes))
    };
    let entries = passes
        .into_iter()
        .map(entry)
        .collect::<Result<_, CliError>>()?;
    Ok((entries, next))
}

fn document(entries: &[Entry], next: Option<i64>) -> Versioned<History> {
    let passes = entries.iter().map(|(pass, writes)| Pass {
        record: pass.clone(),
        writes: writes.iter().map(Into::into).collect(),
    });
    Versioned::from(History {
        passes: passes.collect(),
        next,
    })
}

/// One line for each write.
fn lines(entries: &[Entry]) -> String {
    let heading = [
        "time",
        "pass",
        "environment",
        "command",
        "revision",
        "commit",
        "address",
        "actions",
        "outcome",
        "file",
        "line",
        "user",
        "reason",
    ];
    let mut text = csv::line(heading.map(str::to_owned));
    for write in entries.iter().flat_map(|(_, writes)| writes) {
        let source = write.start.source.as_ref();
        let cells = [
            time(write.start.started_at),
            write.pass.to_string(),
            write.environment.clone(),
            write.command.clone(),
            write.revision.clone().unwrap_or_default(),
            write.commit.clone().unwrap_or_default(),
            write.start.address.to_string(),
            write.start.actions.join(" "),
            write.outcome.as_str().to_owned(),
            source
                .map(|source| source.file.to_string())
                .unwrap_or_default(),
            source
                .map(|source| source.line.to_string())
                .unwrap_or_default(),
            write.actor.user.clone().unwrap_or_default(),
            write.start.reason.clone(),
        ];
        text.push_str(&csv::line(cells));
    }
    text
}

fn human(entries: &[Entry], fields: bool) -> String {
    let mut text = String::new();
    for (pass, writes) in entries {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", headline(pass));
        for write in writes {
            write_lines(&mut text, write, fields);
        }
    }
    text
}

fn headline(pass: &PassRecord) -> String {
    let start = &pass.start;
    let trigger = start.trigger.as_deref();
    let trigger = trigger.map_or(String::new(), |trigger| format!(" ({})", harmless(trigger)));
    format!(
        "{}  {}  {}{trigger} in {} at {}: {}{}",
        pass.id,
        time(start.started_at),
        start.command,
        harmless(&start.environment),
        revision(start.revision.as_deref()),
        pass.end
            .as_ref()
            .map_or("without an end".to_owned(), |end| ending(pass, end)),
        who(&start.actor),
    )
}

fn ending(pass: &PassRecord, end: &PassEnd) -> String {
    let mut text = end.outcome.as_str().to_owned();
    if pass.times > 1 {
        let _ = write!(text, " {} times until {}", pass.times, time(end.ended_at));
    }
    let counts = [
        (end.counts.applied, "done"),
        (end.counts.failed, "failed"),
        (end.counts.held, "held"),
        (end.counts.blocked, "blocked"),
        (end.counts.pending, "pending"),
    ];
    for (count, word) in counts.iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, ", {count} {word}");
    }
    if let Some(error) = &end.error {
        let _ = write!(text, ": {}", harmless(error));
    }
    text
}

fn write_lines(text: &mut String, write: &WriteRecord, fields: bool) {
    let start = &write.start;
    let drift = if start.drift {
        " (changed outside)"
    } else {
        ""
    };
    let ended = match write.outcome {
        StepOutcome::Applied => String::new(),
        other => format!(", {}", other.as_str()),
    };
    let actions = start.actions.join(", ");
    let reason = harmless(&start.reason);
    let _ = writeln!(
        text,
        "    {}: {actions}{drift}{ended} — {reason}",
        start.address
    );
    for change in start.changes.iter().filter(|_| fields) {
        let values = sides(
            change.before.as_deref(),
            change.after.as_deref(),
            change.sensitive,
        );
        let _ = writeln!(text, "        {}  {values}", harmless(change.path.as_str()));
    }
    for step in &write.operations {
        if let (StepOutcome::Applied, Some(message)) = (step.outcome, &step.message) {
            let _ = writeln!(text, "      {}: {}", step.operation, harmless(message));
        }
        if let (StepOutcome::Failed, Some(message)) = (step.outcome, &step.message) {
            let _ = writeln!(
                text,
                "      ! {} failed: {}",
                step.operation,
                harmless(message)
            );
        }
    }
}
