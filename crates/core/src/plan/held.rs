//! What a person put on hold is left out of a plan, with what depends on it; how it differs is still shown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::build::Builder;
use super::exclude::exclude_steps;
use super::{Plan, PlannedResource};
use crate::diff::{ChangeSet, Inputs};
use crate::model::{Address, Kind, LiveHold, SyncStatus};

/// That a resource is left alone because a person put an object on hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnHold {
    /// Until when.
    pub hold: LiveHold,
    /// The resource that is on hold, where it is another one that this waits for.
    pub because: Option<Address>,
    /// Why, and who says so, as far as this machine knows.
    pub note: Option<String>,
    /// Something would be done to it otherwise.
    pub pending: bool,
}

/// What the history of this machine says about a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldNote {
    /// The hold that it is about ended then: a later one, put on elsewhere, has other reasons.
    pub until: Timestamp,
    /// The reason, and who put it on.
    pub text: String,
}

/// The resources whose live objects are on hold.
pub(super) type Held = BTreeMap<Address, LiveHold>;

/// All compared resources and orphans that are on hold. `now` is the server's time.
pub(super) fn by_hand(inputs: &Inputs<'_>, changes: &ChangeSet, now: Option<Timestamp>) -> Held {
    let objects = inputs.tenant.objects();
    let holds: HashMap<(Kind, &str), LiveHold> = objects
        .filter_map(|live| Some(((live.kind, live.id), LiveHold::in_force(live.labels, now)?)))
        .collect();
    if holds.is_empty() {
        return Held::new();
    }
    let compared = changes.overviews().filter_map(|it| {
        let live = it.verdict.ok()?.live;
        Some((it.address, *live.id()?))
    });
    let orphans = changes.orphans.iter();
    let orphans = orphans.map(|it| (&it.address, it.id.as_str()));
    let held = |(address, id): (&Address, &str)| {
        let hold = holds.get(&(address.kind, id))?;
        Some((address.clone(), hold.clone()))
    };
    compared.chain(orphans).filter_map(held).collect()
}

impl Builder {
    /// Takes out the steps of what is on hold and of what depends on it, and says so.
    pub(super) fn leave_held(&mut self, held: &Held) {
        if held.is_empty() {
            return;
        }
        let addresses = held.keys().cloned().collect();
        let excluded = exclude_steps(&mut self.steps, &addresses);
        for resource in &mut self.resources {
            let cause = excluded.get(&resource.address);
            let because = match cause {
                Some(cause) if *cause != resource.address => Some(cause),
                _ => None,
            };
            let Some(hold) = held.get(because.unwrap_or(&resource.address)) else {
                continue;
            };
            let pending = cause.is_some() || resource.sync == SyncStatus::OutOfSync;
            if cause.is_some() {
                resource.sync = SyncStatus::OutOfSync;
            }
            resource.actions.clear();
            resource.on_hold = Some(OnHold {
                hold: hold.clone(),
                because: because.cloned(),
                note: None,
                pending,
            });
        }
    }

    /// What is left alone because of a hold.
    pub(super) fn held(&self) -> BTreeSet<Address> {
        let held = self.resources.iter().filter(|it| it.on_hold.is_some());
        held.map(|it| it.address.clone()).collect()
    }

    /// Where labels are written anyhow, those of holds that are over go.
    pub(super) fn drop_holds_over(&mut self, now: Option<Timestamp>) {
        for step in &mut self.steps {
            if let Some(labels) = step.operation.all_labels() {
                LiveHold::drop_over(labels, now);
            }
        }
    }
}

impl OnHold {
    /// `held until 2026-11-30T16:00:00Z (incident 4711)`, `waits for Integration/acme, held until …`.
    #[must_use]
    pub fn describe(&self) -> String {
        let note = self.note.as_ref().map(|note| format!(" ({note})"));
        let held = format!("held {}{}", self.hold, note.unwrap_or_default());
        match &self.because {
            None => held,
            Some(address) => format!("waits for {address}, {held}"),
        }
    }
}

impl PlannedResource {
    /// Why what is done is done, or nothing is, in one line. A hold comes before anything else.
    #[must_use]
    pub fn why(&self) -> Cow<'_, str> {
        match &self.on_hold {
            None => Cow::Borrowed(&self.reason),
            Some(on_hold) => Cow::Owned(format!("{}; {}", on_hold.describe(), self.reason)),
        }
    }
}

impl Plan {
    /// The resources that are on hold themselves.
    pub fn held(&self) -> impl Iterator<Item = (&Address, &LiveHold)> {
        let holds = self.resources.iter();
        let holds = holds.filter_map(|it| Some((&it.address, it.on_hold.as_ref()?)));
        holds.filter_map(|(address, it)| it.because.is_none().then_some((address, &it.hold)))
    }

    /// Adds what is known of why resources are on hold.
    pub fn note_holds(&mut self, notes: &BTreeMap<Address, HoldNote>) {
        for resource in &mut self.resources {
            let Some(on_hold) = &mut resource.on_hold else {
                continue;
            };
            let note = notes.get(on_hold.because.as_ref().unwrap_or(&resource.address));
            let note = note.filter(|note| Some(note.until) == on_hold.hold.ends());
            on_hold.note = note.map(|note| note.text.clone());
        }
    }
}
