//! What the single actions share.

use serde_json::Value;

use super::hold::labels_of;
use crate::cli::Variables;
use crate::cli::args::{AtArgs, DespiteHoldArgs, FolderArgs, LockArgs, Output};
use crate::cli::error::CliError;
use crate::cli::locking;
use crate::cli::lookup::id_of;
use crate::cli::project;
use crate::cli::recording::{self, Began, Recording, millis};
use crate::cli::show::{cell, record};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::history;
use crate::harmless::owned as harmless;
use crate::model::history::StepOutcome;
use crate::model::{Address, FieldChange, LiveHold, Marker, chain};
use crate::prismatic::catalog::Record;
use crate::prismatic::error::{Effect, PlatformError};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::store::Held;

/// A single action under way, for the history.
pub(super) struct Deed {
    verb: &'static str,
    recording: Recording,
    environment: String,
    began: Began,
    /// What is to be noted besides.
    about: About,
    /// Others wait until it has ended.
    _held: Option<Held>,
}

/// What the history notes of an action besides the record that it was done to.
#[derive(Default)]
struct About {
    address: Option<Address>,
    reason: Option<String>,
    changes: Vec<FieldChange>,
}

/// Where a single action is recorded, and how long it waits for other writers.
pub(super) type ActContext<'a> = (&'a AtArgs, &'a FolderArgs, LockArgs);

impl Deed {
    /// What is about to be sent. Waits for other writers.
    pub(super) async fn begin(
        ui: &Ui,
        verb: &'static str,
        (at, folder, lock): ActContext<'_>,
        variables: &Variables,
        tenant: &Chosen,
    ) -> Result<Self, CliError> {
        let root = project::root(&at.path);
        let held = locking::single(ui, (&root, folder, lock), verb, tenant).await?;
        Ok(Self {
            verb,
            recording: Recording::beside(folder, &root, verb, variables),
            environment: tenant.environment.clone(),
            began: recording::now(),
            about: About::default(),
            _held: held,
        })
    }

    /// Whether there is a history that has it.
    pub(super) fn is_kept(&self) -> bool {
        self.recording.file.is_some()
    }

    /// The same, with what it is done to, a person's reason, and what it changes.
    pub(super) fn because(
        mut self,
        address: &Address,
        reason: Option<&str>,
        changes: Vec<FieldChange>,
    ) -> Self {
        self.about = About {
            address: Some(address.clone()),
            reason: reason.map(str::to_owned),
            changes,
        };
        self
    }

    /// The outcome. `found` is the record it was done to; null for a new one.
    pub(super) async fn end<T>(
        self,
        kind: Record,
        found: &Value,
        sent: Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        let outcome = match &sent {
            Ok(_) => (StepOutcome::Applied, None),
            Err(error) => {
                let outcome = match error.effect {
                    Effect::None => StepOutcome::Failed,
                    Effect::Unknown => StepOutcome::Unfinished,
                };
                (outcome, Some(chain(error)))
            }
        };
        let subject = match found {
            Value::Null => "a new one".to_owned(),
            found => called(found),
        };
        self.recording.historian.single(&history::Deed {
            environment: &self.environment,
            verb: self.verb,
            subject: &subject,
            customer: found["customer"]["name"].as_str(),
            address: self.about.address.clone().or_else(|| address(kind, found)),
            reason: self.about.reason.as_deref(),
            changes: &self.about.changes,
            began: self.began.0,
            ended: (SystemClock.now(), millis(self.began)),
            outcome,
        });
        self.recording.finish().await;
        sent
    }
}

/// What manifests call a record, where one of them says that it is theirs.
fn address(kind: Record, found: &Value) -> Option<Address> {
    let labels: Vec<String> = serde_json::from_value(found["labels"].clone()).ok()?;
    let mut markers = Marker::among(&labels);
    let (Some(marker), None) = (markers.next(), markers.next()) else {
        return None;
    };
    match kind {
        Record::Integration => Some(Address::integration(marker.name)),
        Record::Instance => Some(Address::instance(marker.name)),
        Record::Customer => Some(Address::customer(marker.name)),
        _ => None,
    }
}

/// Refuses to touch what a person put on hold, unless that was said to be meant.
pub(super) fn unheld(
    tenant: &Chosen,
    found: &Value,
    DespiteHoldArgs { despite_hold }: DespiteHoldArgs,
) -> Result<(), CliError> {
    let labels = labels_of(found).unwrap_or_default();
    let Some(hold) = LiveHold::in_force(&labels, tenant.platform.server_now()) else {
        return Ok(());
    };
    if despite_hold {
        return Ok(());
    }
    let told = CliError::refused(format!("{} is held {hold}", called(found)));
    Err(told.hint(
        "`prism-gitops why ADDRESS` may know why; end it with `prism-gitops unhold ADDRESS`, or add --despite-hold; nothing was written",
    ))
}

/// What was done, and to which record: a line for people, the record as it is now for programs.
pub(super) async fn report(
    ui: &Ui,
    tenant: &Chosen,
    kind: Record,
    id: &str,
    done: &str,
) -> Result<(), CliError> {
    let now = match tenant.client.get(kind, id).await {
        Ok(now) => now,
        Err(error) => {
            // What was asked for is done all the same.
            let told = format!("{done} {id}, but it could not be read afterwards");
            return Err(CliError::world(told).because(&error));
        }
    };
    if ui.output() != Output::Human {
        return record::show(ui, &now, "name");
    }
    ui.result(&format!("{done} {}\n", called(&now)))
}

/// A record for people: its name, whose it is, and its id.
pub(super) fn called(record: &Value) -> String {
    let name = cell::plain(&record["name"]);
    let whose = match record["customer"]["name"].as_str() {
        Some(customer) => format!(" of {}", harmless(customer)),
        None => String::new(),
    };
    format!("{}{whose} ({})", harmless(&name), harmless(id_of(record)))
}

/// A failed write. Where it may have had its effect, to repeat it blindly could do it twice.
pub(super) fn failed(error: PlatformError, look: &str) -> CliError {
    let effect = error.effect;
    let told = CliError::from(error);
    match effect {
        Effect::Unknown => told.hint(format!(
            "it may have had its effect all the same: look with `prism-gitops {look}` before trying again"
        )),
        Effect::None => told,
    }
}
