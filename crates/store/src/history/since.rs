//! What was written since a moment, resource by resource: what follows from the records.
//!
//! Pure. It reports what this program wrote. Changes by other writers show only where a write met them.

use std::collections::BTreeMap;

use crate::model::Address;
use crate::model::FieldChange;
use crate::model::history::WriteRecord;

/// The outcome of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSince<'a> {
    /// Which resource.
    pub address: &'a Address,
    /// The writes, the oldest first. Those that failed are among them.
    pub writes: Vec<&'a WriteRecord>,
    /// The fields that were written, in the order of their paths.
    pub fields: Vec<FieldSince<'a>>,
}

/// The outcome of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSince<'a> {
    /// Which field, as plans name it.
    pub path: &'a str,
    /// What it was at that moment, as far as the first write since found it.
    pub then: Option<&'a str>,
    /// What was written last.
    pub now: Option<&'a str>,
    /// The values are secret, or may be.
    pub sensitive: bool,
}

impl FieldSince<'_> {
    /// Whether it is now what it was then: it was changed and changed back.
    #[must_use]
    pub fn is_same(&self) -> bool {
        !self.sensitive && self.then == self.now
    }
}

/// The outcome of the resources that were written, in the order of their
/// addresses. `writes` are those since the moment, the newest first.
#[must_use]
pub fn since(writes: &[WriteRecord]) -> Vec<ResourceSince<'_>> {
    let mut resources: BTreeMap<&Address, ResourceSince<'_>> = BTreeMap::new();
    for write in writes.iter().rev() {
        let address = &write.start.address;
        let resource = resources.entry(address).or_insert_with(|| ResourceSince {
            address,
            writes: Vec::new(),
            fields: Vec::new(),
        });
        resource.writes.push(write);
        if write.outcome.is_done() {
            let changes = write.start.changes.iter();
            changes.for_each(|change| note(&mut resource.fields, change));
        }
    }
    let mut resources: Vec<_> = resources.into_values().collect();
    for resource in &mut resources {
        resource.fields.sort_by_key(|field| field.path);
    }
    resources
}

fn note<'a>(fields: &mut Vec<FieldSince<'a>>, change: &'a FieldChange) {
    let now = change.after.as_deref();
    match fields
        .iter_mut()
        .find(|field| field.path == change.path.as_str())
    {
        Some(field) => {
            field.now = now;
            field.sensitive |= change.sensitive;
        }
        None => fields.push(FieldSince {
            path: change.path.as_str(),
            then: change.before.as_deref(),
            now,
            sensitive: change.sensitive,
        }),
    }
}
