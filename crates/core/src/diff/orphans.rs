//! Owned objects that nothing declares any more.

use std::collections::BTreeSet;

use super::{ChangeSet, Inputs, Orphan};
use crate::model::{Address, LiveObject, ResourceName};

/// All orphans of this project that were read, but for those that are taken
/// over under another name.
pub(super) fn find(inputs: &Inputs<'_>, changes: &ChangeSet) -> Vec<Orphan> {
    let project = &inputs.desired.project.name;
    let declared: BTreeSet<Address> = inputs.desired.addresses().collect();
    let taken = changes
        .overviews()
        .filter_map(|it| it.verdict.ok()?.live.id().copied());
    let taken: BTreeSet<&str> = taken.collect();
    let left = inputs
        .tenant
        .objects()
        .filter(|live| !taken.contains(live.id));
    let orphan = |live: LiveObject<'_>| {
        let address = undeclared(project, &live, &declared)?;
        Some(Orphan {
            address,
            id: live.id.to_owned(),
            display_name: live.display_name.to_owned(),
            customer_name: live.customer.map(str::to_owned),
            enabled: live.enabled,
            protected: live.is_protected(),
        })
    };
    let mut orphans: Vec<Orphan> = left.filter_map(orphan).collect();
    orphans.sort_by(|a, b| a.address.cmp(&b.address));
    orphans
}

/// The address that an object's markers give it, if all of them are ours and undeclared.
fn undeclared(
    project: &ResourceName,
    live: &LiveObject<'_>,
    declared: &BTreeSet<Address>,
) -> Option<Address> {
    let mut first = None;
    for marker in live.markers() {
        let address = Address {
            kind: live.kind,
            name: marker.name,
        };
        if marker.project != *project || declared.contains(&address) {
            return None;
        }
        first.get_or_insert(address);
    }
    first
}
