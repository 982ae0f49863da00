//! Instances whose version a rollout decides about: compared with what it lets them be.

use std::collections::BTreeMap;

use super::admission::{self, MoveLabels, Waiting};
use super::{Found, InstanceChanges, Stop};
use crate::kinds::customer::compare::whose::InstanceCustomer;
use crate::kinds::instance::compare::index::Index;
use crate::kinds::instance::compare::version::Target;
use crate::kinds::instance::compare::{common, existing, missing};
use crate::model::{DesiredInstance, Instance, InstanceId, LiveConfigVariable, Marker, Observed};
use crate::rollout::Turn;

/// One that does not exist yet while its wave is closed: it begins with the version that the others come from, or not at all.
pub(crate) fn first(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    customer: &InstanceCustomer,
    marker: &Marker,
    turn: &Turn,
) -> Result<InstanceChanges, Stop> {
    let Some(why) = turn.why() else {
        return missing(index, desired, target, customer, marker);
    };
    let (known, keys) = match target.required {
        Some(all) => admission::projected(desired, |key| all.iter().any(|it| it.key == key)),
        None => (desired.clone(), Vec::new()),
    };
    let begins = matches!(turn, Turn::Begins { .. });
    let mut changes = match begins {
        true => missing(index, &known, target, customer, marker)?,
        false => common(desired, target, customer),
    };
    // What the older version needs and git no longer says keeps it until its wave.
    let held = !begins || !changes.missing.is_empty();
    if held {
        changes = common(desired, target, customer);
    }
    changes.waits = Some(Waiting {
        why: why.to_owned(),
        keys: if held { Vec::new() } else { keys },
    });
    changes.held = held;
    Ok(changes)
}

/// One that exists, as far as its wave lets it go.
pub(crate) fn in_turn(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    customer: &InstanceCustomer,
    marker: &Marker,
    (live, found): (&Instance, Found<InstanceId>),
) -> Result<InstanceChanges, Stop> {
    let compare = |desired: &DesiredInstance, target: &Target<'_>| {
        existing(
            index,
            desired,
            target,
            customer,
            marker,
            live,
            found.clone(),
        )
    };
    let Some(turn) = index.turn(&desired.name) else {
        return compare(desired, target);
    };
    let none = BTreeMap::new();
    let values = match &live.config {
        Observed::Known(values) => values,
        Observed::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
        Observed::Absent => &none,
    };
    let mut changes = match turn {
        Turn::Waits { why } | Turn::Begins { why, .. } => {
            let variables = admission::variables_of(values);
            let (mut known, keys) = admission::projected(desired, |key| values.contains_key(key));
            admission::leave_flows(&mut known, live);
            let mut changes = compare(&known, &target.kept(live, &variables))?;
            let why = why.clone();
            changes.waits = Some(Waiting { why, keys });
            changes
        }
        Turn::Back { why, .. } => {
            let (known, keys) = completed(desired, target, values);
            let mut changes = compare(&known, target)?;
            let why = why.clone();
            changes.waits = Some(Waiting { why, keys });
            changes
        }
        Turn::Moves { .. } | Turn::Bypasses { .. } | Turn::Finishes { .. } | Turn::Returns
            if index.admitted(&desired.name).is_some() =>
        {
            compare(&completed(desired, target, values).0, target)?
        }
        Turn::Free
        | Turn::Done
        | Turn::Moves { .. }
        | Turn::Bypasses { .. }
        | Turn::Finishes { .. }
        | Turn::Returns => compare(desired, target)?,
    };
    let finishes = matches!(turn, Turn::Finishes { .. });
    if changes.upgrade || finishes {
        let to = changes.target.number();
        // Of one that returns to its fleet the label that says so goes last, not with the move.
        let labels = changes.labels.as_ref().filter(|_| !changes.returns);
        changes.moves = MoveLabels::of(turn, live, labels, to);
    }
    if let Turn::Bypasses { why, .. } = turn {
        changes.bypass = Some(why.clone());
    }
    Ok(changes)
}

/// A declared instance with the values that a version knows, which is not the one that git's values are for.
fn completed(
    desired: &DesiredInstance,
    target: &Target<'_>,
    values: &BTreeMap<String, LiveConfigVariable>,
) -> (DesiredInstance, Vec<String>) {
    admission::projected(desired, |key| match target.required {
        Some(all) => all.iter().any(|it| it.key == key),
        None => values.contains_key(key),
    })
}
