//! `hold` and `unhold`: the label by which a person has a live object left alone.

use jiff::Timestamp;
use serde_json::Value;

use super::act::{ActContext, Deed, failed, report};
use crate::cli::Variables;
use crate::cli::args::{AtArgs, HoldArgs, Output, UnholdArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::project::{self, read_adoptions};
use crate::cli::runtime;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::model::{
    Address, CustomerId, FieldChange, FieldPath, InstanceId, IntegrationId, Kind, LiveHold,
    check_reason,
};
use crate::plan::PlannedResource;
use crate::prismatic::catalog::Record;
use crate::prismatic::error::{Effect, ErrorKind, PlatformError};
use crate::prismatic::platform::{CustomerUpdate, InstanceUpdate, IntegrationUpdate};

/// Runs `hold`.
pub(super) async fn hold(
    ui: &Ui,
    args: &HoldArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let wrong = |why| CliError::user(format!("--reason: {why}"));
    check_reason("a hold", &args.reason).map_err(wrong)?;
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let found = find(ui, &tenant, &args.address, (&args.at, variables)).await?;
        let until = until(args, tenant.now())?;
        let change = Change {
            address: &args.address,
            verb: "hold",
            reason: Some(&args.reason),
            until: Some(until),
        };
        let around = (&args.at, &args.folder, args.lock);
        let kept = change.make(ui, &tenant, around, variables, &found).await?;
        if !kept {
            ui.say(
                "Note: no history is kept here, so the reason is kept nowhere (--state-dir keeps one).",
            );
        }
        let done = format!("On hold until {}:", shown(until));
        report(
            ui,
            &tenant,
            record(args.address.kind)?,
            id_of(&found),
            &done,
        )
        .await?;
        Ok(Exit::Done)
    };
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

/// Runs `unhold`.
pub(super) async fn unhold(
    ui: &Ui,
    args: &UnholdArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let found = find(ui, &tenant, &args.address, (&args.at, variables)).await?;
        let kind = record(args.address.kind)?;
        if !labels_of(&found).is_some_and(|all| all.iter().any(|it| LiveHold::is(it))) {
            if ui.output() == Output::Human {
                ui.result(&format!("{} is not on hold.\n", args.address))?;
            } else {
                report(ui, &tenant, kind, id_of(&found), "").await?;
            }
            return Ok(Exit::Done);
        }
        let change = Change {
            address: &args.address,
            verb: "unhold",
            reason: None,
            until: None,
        };
        let around = (&args.at, &args.folder, args.lock);
        change.make(ui, &tenant, around, variables, &found).await?;
        report(ui, &tenant, kind, id_of(&found), "No longer on hold:").await?;
        Ok(Exit::Done)
    };
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

/// When a hold ends that begins now.
fn until(args: &HoldArgs, now: Timestamp) -> Result<Timestamp, CliError> {
    let until = match (args.until, args.span) {
        (Some(until), _) => until,
        (None, Some(span)) => now.checked_add(span).map_err(|_| {
            CliError::user("--for: that is beyond the last year that a time can have")
        })?,
        (None, None) => now,
    };
    if until > now {
        return Ok(until);
    }
    let flag = if args.until.is_some() { "until" } else { "for" };
    Err(CliError::user(format!(
        "--{flag}: the hold would be over at once: for the server it is {}",
        shown(now)
    )))
}

/// Whole seconds, as on the label.
fn shown(at: Timestamp) -> String {
    let label = LiveHold::label(at);
    let (_, text) = label.split_once('=').unwrap_or_default();
    text.to_owned()
}

fn record(kind: Kind) -> Result<Record, CliError> {
    match kind {
        Kind::Customer => Ok(Record::Customer),
        Kind::Connection => Err(by_hand()),
        Kind::Integration => Ok(Record::Integration),
        Kind::Instance => Ok(Record::Instance),
    }
}

/// A connection bears its labels in its description.
fn by_hand() -> CliError {
    CliError::user("a connection is put on hold in Prismatic").hint(
        "write [gitops:hold=2026-11-30T18:00:00Z] with the time that it ends at the end of its description; take it out to end it sooner",
    )
}

/// The live object: by its marker; else, for what git declares and was not taken over yet, the one that a plan matches.
async fn find(
    ui: &Ui,
    tenant: &Chosen,
    address: &Address,
    around: (&AtArgs, &Variables),
) -> Result<Value, CliError> {
    record(address.kind)?;
    let unmarked = match marked(tenant, address).await {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    match matched(ui, address, around).await {
        Ok(Some(id)) => Ok(tenant.client.get(record(address.kind)?, &id).await?),
        Ok(None) => Err(unmarked),
        // It may well be there: that it bears no marker is half of the answer.
        Err(error) => Err(unmarked.hint(format!(
            "whether a manifest matches one without a marker is not known: {}",
            error.message()
        ))),
    }
}

/// The id of the object that a manifest matches by id, name or as the only one, though it bears no marker.
async fn matched(
    ui: &Ui,
    address: &Address,
    (at, variables): (&AtArgs, &Variables),
) -> Result<Option<String>, CliError> {
    let (basis, tenant) = read_adoptions(ui, &at.path, &at.tenant, variables).await?;
    let planned = basis.plan(ui, &tenant, None).await?;
    let mut resources = planned.plan.resources.iter();
    let own = |it: &&PlannedResource| it.address == *address;
    let rests_on = resources.find(own).map(|it| it.preconditions.as_slice());
    let mut rests_on = rests_on.unwrap_or_default().iter();
    let object = rests_on.find(|it| it.what == "object");
    Ok(object.map(|it| it.seen.clone()).filter(|it| it != "none"))
}

async fn marked(tenant: &Chosen, address: &Address) -> Result<Value, CliError> {
    let text = address.to_string();
    match address.kind {
        Kind::Customer => lookup::customer(tenant, &text).await,
        Kind::Connection => Err(by_hand()),
        Kind::Integration => lookup::integration(tenant, &text).await,
        Kind::Instance => lookup::instance(tenant, &text, None).await,
    }
}

/// The labels of a record; `None` where the API does not say them.
pub(super) fn labels_of(record: &Value) -> Option<Vec<String>> {
    serde_json::from_value(record["labels"].clone()).ok()
}

/// A change of the label.
struct Change<'a> {
    address: &'a Address,
    verb: &'static str,
    reason: Option<&'a str>,
    until: Option<Timestamp>,
}

impl Change<'_> {
    /// Writes the labels as they are now, but for the hold. Returns whether the history has it.
    async fn make(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        around: ActContext<'_>,
        variables: &Variables,
        found: &Value,
    ) -> Result<bool, CliError> {
        let (kind, id) = (record(self.address.kind)?, id_of(found));
        let deed = Deed::begin(ui, self.verb, around, variables, tenant).await?;
        let kept = deed.is_kept();
        let now = tenant.client.get(kind, id).await?;
        let Some(labels) = labels_of(&now) else {
            return Err(CliError::world(format!(
                "the labels of {} could not be read, so none were written",
                self.address
            )));
        };
        let labels = match self.until {
            Some(until) => LiveHold::put_on(&labels, until),
            None => LiveHold::taken_off(&labels),
        };
        let sent = set(tenant, self.address.kind, id, labels).await;
        let changes = vec![FieldChange {
            note: self.reason.map(|reason| reason.to_owned().into()),
            ..FieldChange::shown(
                FieldPath::recorded("hold"),
                None::<String>,
                self.until.map(shown),
            )
        }];
        let deed = deed.because(self.address, self.reason, changes);
        let sent = deed.end(kind, found, sent).await;
        let look = format!("get {} {id}", self.address.kind.to_string().to_lowercase());
        sent.map_err(|error| failed(error, &look))?;
        Ok(kept)
    }
}

/// Sets all labels of a live object, and nothing else.
async fn set(
    tenant: &Chosen,
    kind: Kind,
    id: &str,
    labels: Vec<String>,
) -> Result<(), PlatformError> {
    let platform = tenant.platform.as_ref();
    let labels = Some(labels);
    match kind {
        Kind::Customer => {
            let update = CustomerUpdate {
                id: CustomerId::new(id),
                name: None,
                external_id: None,
                description: None,
                labels,
                concurrent_execution_limit: None,
            };
            platform.update_customer(&update).await.map(drop)
        }
        // Labels of a connection are in its description: see `record`.
        Kind::Connection => Err(PlatformError {
            operation: "updateScopedConfigVariable",
            kind: ErrorKind::Refused(Vec::new()),
            effect: Effect::None,
        }),
        Kind::Integration => {
            let update = IntegrationUpdate {
                id: IntegrationId::new(id),
                name: None,
                description: None,
                labels,
            };
            platform.update_integration(&update).await
        }
        Kind::Instance => {
            let update = InstanceUpdate {
                labels,
                ..InstanceUpdate::of(InstanceId::new(id))
            };
            platform.update_instance(&update).await.map(drop)
        }
    }
}
