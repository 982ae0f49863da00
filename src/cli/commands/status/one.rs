//! `status RESOURCE` and `status --customer`: what a daemon knows of one resource, or of all of a customer.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::api::page::{HistoryRow, Part, ResourcePage, Row, Rows, Sentence, Value as Side};
use crate::cli::args::{Output, parse_address};
use crate::cli::daemon_client::{Answer, DaemonClient, per_environment};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::show::moment::moment;
use crate::cli::show::{Table, yaml};
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::Address;

/// At most this many values that differ, and events of the past, are shown to people.
const SHOWN: usize = 20;

/// Shows one resource, by its address or by the name that one alone has in Prismatic.
pub(super) async fn resource(
    ui: &Ui,
    client: &DaemonClient,
    text: &str,
    customer: Option<&str>,
) -> Result<Exit, CliError> {
    let address = match parse_address(text) {
        Ok(address) => address,
        Err(_) => named(client, text, customer).await?,
    };
    let pages = client.resource(&address).await?;
    let human = || pages.iter().map(|page| about(&page.read)).collect();
    show(ui, human, || json!(per_environment(pages.clone())))
}

/// Shows the resources of a customer.
pub(super) async fn customer(
    ui: &Ui,
    client: &DaemonClient,
    customer: &str,
) -> Result<Exit, CliError> {
    let pages = client.rows(("customer", customer)).await?;
    let rows: Vec<&Row> = rows_of(&pages).collect();
    if rows.is_empty() {
        let error = CliError::user(format!(
            "the daemon knows nothing of a customer {customer:?}"
        ));
        return Err(error.hint("give the external id or the name, letter for letter"));
    }
    let human = || table(ui, &rows);
    show(ui, human, || json!({ "resources": rows }))
}

fn show(
    ui: &Ui,
    human: impl Fn() -> String,
    document: impl Fn() -> Value,
) -> Result<Exit, CliError> {
    match ui.output() {
        Output::Json => ui.document(&document())?,
        Output::Yaml => ui.result(&yaml::document(&document()))?,
        _ => ui.result(&human())?,
    }
    Ok(Exit::Done)
}

fn rows_of(pages: &[Answer<Rows>]) -> impl Iterator<Item = &Row> {
    pages.iter().flat_map(|page| &page.read.resources)
}

/// The only resource with a name, of a customer where one is given.
async fn named(
    client: &DaemonClient,
    text: &str,
    customer: Option<&str>,
) -> Result<Address, CliError> {
    let pages = client.rows(("q", text)).await?;
    let of = |row: &&Row| {
        let is = |own: &Option<String>| own.as_deref() == customer;
        customer.is_none() || is(&row.customer) || is(&row.customer_key)
    };
    let rows = rows_of(&pages).filter(of);
    let is_called = |row: &&Row| {
        let name = row.address.0.split_once('/').map(|it| it.1);
        row.display_name == text || name == Some(text)
    };
    let found: Vec<&Row> = rows.filter(is_called).collect();
    match found.as_slice() {
        [one] => parse_address(&one.address.0).map_err(CliError::bug),
        [] => Err(
            CliError::user(format!("the daemon knows no resource {text:?}")).hint(
                "`prism-gitops status -o json` lists those that it has, with their addresses",
            ),
        ),
        several => {
            let mut message = format!("{} resources are called {text:?}:", several.len());
            for row in several {
                let customer = row.customer.as_deref().unwrap_or("-");
                let _ = write!(message, "\n  {}  {}", row.address.0, harmless(customer));
            }
            Err(CliError::user(message).hint("give the address, or the customer with --customer"))
        }
    }
}

fn table(ui: &Ui, rows: &[&Row]) -> String {
    let heading = ["RESOURCE", "NAME", "STATE", "VERSION", "REASON"];
    let heading = heading.map(str::to_owned).to_vec();
    let mut table = Table::new(Some(heading), ui.width_out());
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    table.rows(&cells)
}

fn cells(row: &Row) -> Vec<String> {
    let all = [
        &row.address.0,
        &row.display_name,
        row.state.as_str(),
        &version(row),
        &row.reason,
    ];
    all.map(harmless).to_vec()
}

/// `3`, or `3 -> 4` where it is to have another.
fn version(row: &Row) -> String {
    let (running, target) = (
        row.version.running.as_deref(),
        row.version.target.as_deref(),
    );
    match (running, target) {
        (Some(running), Some(target)) if running != target => format!("{running} -> {target}"),
        (running, target) => running.or(target).unwrap_or("-").to_owned(),
    }
}

/// Everything about one.
fn about(page: &ResourcePage) -> String {
    let row = &page.row;
    let customer = row.customer.as_deref().map(|it| format!(" of {it}"));
    let name = format!("{}{}", row.display_name, customer.unwrap_or_default());
    let mut out = format!("{}: {}\n", row.address.0, harmless(&name));
    for (name, value) in facts(page) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {name:<10} {}", harmless(&value));
    }
    section(&mut out, "DIFFERS", values(page));
    let done = page.history.iter().take(SHOWN).map(event).collect();
    section(&mut out, "DONE", done);
    let links = page.links.iter();
    let links = links.map(|it| format!("{}: {}", it.text, it.url)).collect();
    section(&mut out, "LINKS", links);
    out
}

fn section(out: &mut String, name: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{name}");
    for line in lines {
        let _ = writeln!(out, "  {}", harmless(&line));
    }
}

fn facts(page: &ResourcePage) -> Vec<(&'static str, String)> {
    let row = &page.row;
    let mut facts = vec![
        (
            "state",
            format!(
                "{} ({}, {})",
                row.state.as_str(),
                row.sync.as_str(),
                row.health.as_str()
            ),
        ),
        ("reason", row.reason.clone()),
    ];
    let mut add = |name, value: Option<String>| {
        facts.extend(value.filter(|it| !it.is_empty()).map(|value| (name, value)));
    };
    add("next", Some(words(&page.why.next)));
    add("hint", row.hint.clone());
    add("since", row.since.map(moment));
    add("version", Some(version(row)).filter(|it| it != "-"));
    add(
        "failing",
        row.last_failure.as_ref().map(|it| {
            let error = it.error.as_deref().unwrap_or("no message");
            format!("flow {} since {}: {error}", it.flow, moment(it.at))
        }),
    );
    add(
        "hold",
        row.hold.as_ref().map(|it| {
            let until = it.until.map_or_else(
                || "for good".to_owned(),
                |at| format!("until {}", moment(at)),
            );
            format!("{until}: {}", it.reason)
        }),
    );
    let waiting = page.connections.iter();
    let waiting: Vec<String> = waiting
        .map(|it| format!("{} {}", it.name, it.state.as_str()))
        .collect();
    add("connects", Some(waiting.join(", ")));
    add(
        "declared",
        page.source.as_ref().map(|it| {
            let commit = it.commit.as_deref().map(|commit| format!(" at {commit}"));
            format!("{}:{}{}", it.file, it.line, commit.unwrap_or_default())
        }),
    );
    add("read", page.as_of.observed_at.map(moment));
    facts
}

fn values(page: &ResourcePage) -> Vec<String> {
    let rows = page.values.rows.iter().take(SHOWN);
    let mut lines: Vec<String> = rows
        .map(|row| {
            let by = row.side.map(|it| format!(" (by {})", it.as_str()));
            format!(
                "{}: {} -> {}{}",
                row.path.join(" "),
                side(&row.live),
                side(&row.declared),
                by.unwrap_or_default()
            )
        })
        .collect();
    let more = page.values.total.saturating_sub(lines.len() as u64);
    lines.extend((more > 0).then(|| format!("{more} more")));
    lines
}

fn side(value: &Side) -> String {
    match value {
        Side::Known { known, .. } => format!("{known:?}"),
        Side::Absent { .. } => "nothing".to_owned(),
        Side::Unknown { unknown } => format!("unknown ({unknown})"),
        Side::Secret { .. } => "(secret)".to_owned(),
    }
}

fn event(row: &HistoryRow) -> String {
    let who = row.who.as_ref().map(|it| format!(" by {}", it.name));
    let result = row.result.as_deref().map(|it| format!(": {it}"));
    format!(
        "{} {}{}{}",
        moment(row.at),
        words(&row.text),
        who.unwrap_or_default(),
        result.unwrap_or_default()
    )
}

/// A sentence as text.
fn words(sentence: &Sentence) -> String {
    let part = |part: &Part| match part {
        Part::Text { t, .. } => t.clone(),
        Part::At { at } => moment(*at),
        Part::Code { code } => code.clone(),
    };
    sentence.iter().map(part).collect()
}
