//! Why resources are on hold, as far as the history of this machine says. For people: no decision depends on it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::Address;
use crate::model::history::Actor;
use crate::plan::{HoldNote, Plan};
use crate::store::history::{HoldRecord, Reader, file_in};

/// Where reasons are looked up.
#[derive(Debug, Clone, Default)]
pub struct HoldNotes(Option<Reader>);

impl HoldNotes {
    /// In the history of a state folder, if it has one.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self(Some(Reader::of(file_in(folder))))
    }

    /// Adds them to what a plan says of holds. A history that cannot be read has none.
    pub(super) async fn add_to(&self, plan: &mut Plan) {
        let Some(reader) = self.0.clone().filter(|_| plan.held().next().is_some()) else {
            return;
        };
        let environment = plan.environment.clone();
        let read = tokio::task::spawn_blocking(move || reader.holds(&environment).ok());
        let records = read.await.ok().flatten().unwrap_or_default();
        plan.note_holds(&notes(records));
    }
}

/// The newest of each address.
fn notes(records: Vec<HoldRecord>) -> BTreeMap<Address, HoldNote> {
    let mut notes = BTreeMap::new();
    for record in records {
        let text = match who(&record.actor) {
            Some(who) => format!("{}, {who}", record.reason),
            None => record.reason,
        };
        let until = record.until;
        notes
            .entry(record.address)
            .or_insert(HoldNote { until, text });
    }
    notes
}

fn who(actor: &Actor) -> Option<&String> {
    actor.user.as_ref().or(actor.login.as_ref())
}
