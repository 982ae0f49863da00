//! `get executions` and `get logs`: what instances did, up to now or from now on.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::sleep;

use super::list::{self, Look};
use crate::cli::args::filters::{Executions, Filters, Logs};
use crate::cli::args::{Output, RunsArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::show::cell;
use crate::cli::tenant::{Chosen, through_second};
use crate::cli::ui::Ui;
use crate::harmless;
use crate::prismatic::catalog::{Collection, ListRequest};

/// Between two looks of `--follow`.
const PAUSE: Duration = Duration::from_secs(3);

/// How far back each look reaches again: what the server writes late is not missed.
const OVERLAP: Duration = Duration::from_secs(60);

/// One of the two lists.
struct Kind {
    collection: Collection,
    /// The filters that limit it in time.
    from: &'static str,
    to: &'static str,
    /// What takes the place of `from` where it is followed, and the field that it is about.
    followed: (&'static str, &'static str),
    /// How far back it reaches if nothing is said.
    usual: Duration,
    look: Look,
    line: fn(&Value) -> String,
}

/// Runs `get executions`.
pub(super) async fn executions(
    ui: &Ui,
    args: &RunsArgs<Executions>,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let kind = Kind {
        collection: Collection::Executions,
        from: "startedAt_Gte",
        to: "startedAt_Lte",
        // An execution is news when it has ended.
        followed: ("endedAt_Gte", "endedAt"),
        usual: Duration::from_secs(24 * 3600),
        look: Look {
            columns: &[
                "startedAt",
                "status",
                "instance.name",
                "instance.customer.name",
                "flow.name",
                "error",
                "id",
            ],
            name: "id",
            draft: None,
        },
        line: execution_line,
    };
    run(ui, args, &tenant, kind).await
}

/// Runs `get logs`.
pub(super) async fn logs(ui: &Ui, args: &RunsArgs<Logs>, tenant: Chosen) -> Result<Exit, CliError> {
    let kind = Kind {
        collection: Collection::AllLogs,
        from: "timestamp_Gte",
        to: "timestamp_Lte",
        followed: ("timestamp_Gte", "timestamp"),
        usual: Duration::from_secs(3600),
        look: Look {
            columns: &[
                "timestamp",
                "severity",
                "instanceName",
                "flowName",
                "stepName",
                "message",
            ],
            name: "id",
            draft: None,
        },
        line: log_line,
    };
    run(ui, args, &tenant, kind).await
}

async fn run<L>(ui: &Ui, args: &RunsArgs<L>, tenant: &Chosen, kind: Kind) -> Result<Exit, CliError>
where
    L: crate::cli::args::filters::Filtered + Send + Sync + Clone + 'static,
{
    let given = &args.list.filters;
    let now = tenant.now();
    let followed = args.follow.then_some(kind.from);
    let filters = given.without(followed);
    let mut request = list::filtered(tenant, kind.collection.clone(), &filters).await?;
    if let Some(text) = &args.instance {
        let found = lookup::instance(tenant, text, None).await?;
        request = with(request, "instance", id_of(&found))?;
    }
    if !has(&filters, "isTestExecution") {
        request = with(request, "isTestExecution", "false")?;
    }
    if args.follow {
        let since = given.moment(kind.from, now).unwrap_or(now);
        return follow(ui, tenant, (request, since), &kind).await;
    }
    if !has(&filters, kind.from) {
        let from = before(now, kind.usual);
        request = with(request, kind.from, &from.to_string())?;
    }
    // What begins while pages are read would shift them.
    if !has(&filters, kind.to) {
        request = with(request, kind.to, &through_second(now).to_string())?;
    }
    let (page, form) = (&args.list.page, &args.list.form);
    list::show(ui, tenant, request, page, form, &kind.look).await
}

fn before(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_sub(length).unwrap_or(Timestamp::MIN)
}

fn has<L>(filters: &Filters<L>, name: &str) -> bool {
    let mut given = filters.given().iter();
    given.any(|(flag, _)| flag.filter == name)
}

fn with(request: ListRequest, name: &str, text: &str) -> Result<ListRequest, CliError> {
    let request = request.filter(name, text);
    request.map_err(|error| CliError::bug("a filter is not known").because(&error))
}

/// Shows what is new, look after look. Each reaches back a little: a record that was written late, or on another replica,
/// comes with the next one.
async fn follow(
    ui: &Ui,
    tenant: &Chosen,
    (request, mut from): (ListRequest, Timestamp),
    kind: &Kind,
) -> Result<Exit, CliError> {
    if !matches!(ui.output(), Output::Human | Output::Json) {
        return Err(CliError::user("--follow has the forms human and json only"));
    }
    let (filter, field) = kind.followed;
    let request = request.sorted(field, false);
    let request = request.map_err(|error| CliError::bug("an order").because(&error))?;
    let mut shown: HashMap<String, Timestamp> = HashMap::new();
    while !ui.is_closed() {
        let looked = tenant.now();
        let request = with(request.clone(), filter, &from.to_string())?;
        for node in tenant.client.list_all(&request).await? {
            let Some(at) = node[field].as_str().and_then(|text| text.parse().ok()) else {
                continue;
            };
            if shown.insert(id_of(&node).to_owned(), at).is_none() {
                ui.result(&one(ui, &node, kind))?;
            }
        }
        from = before(looked, OVERLAP).max(from);
        shown.retain(|_, at| *at >= from);
        sleep(PAUSE).await;
    }
    Ok(Exit::Done)
}

fn one(ui: &Ui, node: &Value, kind: &Kind) -> String {
    match ui.output() {
        Output::Json => format!("{}\n", harmless::json(&node.to_string())),
        _ => format!("{}\n", (kind.line)(node)),
    }
}

fn execution_line(node: &Value) -> String {
    let part = |path: &str| harmless::owned(&cell::human(cell::at(node, path)));
    let mut line = format!(
        "{} {} {} of {}, flow {}",
        part("endedAt"),
        part("status"),
        part("instance.name"),
        part("instance.customer.name"),
        part("flow.name")
    );
    if !node["error"].is_null() {
        line.push_str(&format!(": {}", part("error")));
    }
    format!("{line} ({})", part("id"))
}

fn log_line(node: &Value) -> String {
    let part = |key: &str| harmless::owned(&cell::human(&node[key]));
    format!(
        "{} {:<5} {} {} {}: {}",
        part("timestamp"),
        part("severity"),
        part("instanceName"),
        part("flowName"),
        part("stepName"),
        part("message")
    )
}
