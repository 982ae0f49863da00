//! What the single actions share.

use serde_json::Value;

use crate::cli::args::Output;
use crate::cli::error::CliError;
use crate::cli::lookup::id_of;
use crate::cli::show::harmless::harmless;
use crate::cli::show::{cell, record};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::prismatic::catalog::Record;
use crate::prismatic::error::{Effect, PlatformError};

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
