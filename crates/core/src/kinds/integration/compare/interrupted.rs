//! Integrations that a run of ours wrote and could not mark.
//!
//! An import carries no labels: the marker is put on by the request after it. A process that dies between the
//! two leaves an integration without a marker. Treating it as foreign would block that resource until a user
//! steps in. Most cases are recognised without the journal: the live definition equals the one in git, and
//! nothing was done with it yet. Where the integration is published and the import restored what was
//! published already, only the journal knows.
//!
//! # Guarantees
//!
//! Only known facts count. In any doubt (a list that was not read to its end, a definition that cannot be
//! compared) the integration is not ours, and adoption needs consent as usual.

use crate::diff::Inputs;
use crate::kinds::integration::compare::definition::{self, DraftState};
use crate::kinds::integration::compare::has_unpublished_changes;
use crate::model::{DesiredIntegration, Integration, Marker, Observed};

/// Whether only a run of ours can have left a live integration like this.
pub(crate) fn is(inputs: &Inputs<'_>, desired: &DesiredIntegration, live: &Integration) -> bool {
    let reserved = live.labels.iter().any(|label| Marker::is_reserved(label));
    let marker = || crate::kinds::integration::compare::marker(inputs, &desired.name).to_string();
    let noted = inputs.tenant.interrupted.get(&live.id);
    let by_text =
        || !live.code_native && untouched(inputs, live) && says_the_same(inputs, desired, live);
    !reserved && (noted.is_some_and(|noted| *noted == marker()) || by_text())
}

/// Created and nothing else; or imported over, which may take labels off, and not published since.
fn untouched(inputs: &Inputs<'_>, live: &Integration) -> bool {
    match live.newest() {
        Observed::Unknown(_) => false,
        Observed::Absent => !has_instances(inputs, live),
        Observed::Known(newest) => {
            newest.record.submitted.is_some() && has_unpublished_changes(live, newest)
        }
    }
}

/// Whether there is an instance of it, or may be one.
fn has_instances(inputs: &Inputs<'_>, live: &Integration) -> bool {
    let instances = &inputs.tenant.instances;
    let of_it = |sequence: &Option<_>| sequence.is_none() || *sequence == live.sequence;
    instances.incomplete.is_some()
        || (instances.items.iter()).any(|one| of_it(&one.version.sequence))
}

/// The definition as the file has it: what the manifest adds is written after the marker or with it.
fn says_the_same(inputs: &Inputs<'_>, desired: &DesiredIntegration, live: &Integration) -> bool {
    let Some(git) = inputs.definitions.get(&desired.name) else {
        return false;
    };
    let state = definition::compare(git, &git.digest(), live);
    matches!(state, DraftState::Same)
}
