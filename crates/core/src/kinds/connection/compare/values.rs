//! The values of a connection for customers: declared against live.

use super::index::Index;
use super::inputs::LiveInputs;
use super::{whole, write};
use crate::diff::{
    ConnectionChanges, ConnectionValueChanges, Found, Reach, Refusal, Stop, TargetCustomer,
};
use crate::kinds::customer::compare::whose::{InstanceCustomer, resolve_customer};
use crate::kinds::instance::compare::secret_match::Recall;
use crate::model::{
    ConnectionRecord, ConnectionScope, ConnectionValue, DesiredConnection, DesiredConnectionValue,
    FieldPath, ManagedBy, ValueOwner, VariableStatus,
};

/// Whether a person of the organization has to consent to the connection itself.
pub(super) fn waits(desired: &DesiredConnection) -> bool {
    desired.scope == ConnectionScope::Organization
        && desired.managed_by != Some(ManagedBy::Customer)
}

/// Compares the declared values, and notes those that nothing declares: instances may be bound to them.
pub(super) fn declared(
    index: &Index<'_>,
    desired: &DesiredConnection,
    live: Option<&ConnectionRecord>,
    changes: &mut ConnectionChanges,
) -> Result<(), Stop> {
    let unread = live.and_then(|live| live.values.incomplete.as_deref());
    if let (Some(why), false) = (unread, desired.customers.is_empty()) {
        return Err(Stop::Unknown(format!("its values for customers: {why}")));
    }
    changes.values_unread = unread.map(str::to_owned);
    for value in &desired.customers {
        let customer = resolve_customer(&index.people, &value.customer)
            .map_err(|stop| of_value(&value.written, stop))?;
        let now = find(live, &customer, &value.written)?;
        let compared = one(index, desired, (value, customer), now, changes)?;
        changes.values.push(compared);
    }
    let all = live.into_iter().flat_map(|live| &live.values.items);
    for other in all {
        let known = (changes.values.iter()).any(|it| it.live.as_ref() == Some(&other.id));
        if !known {
            changes.values.push(undeclared(other));
        }
    }
    Ok(())
}

/// The same for the whole connection: one value that cannot be compared stops all of it.
fn of_value(written: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Unknown(why) => Stop::Unknown(format!("customer {written:?}: {why}")),
        Stop::Refused(Refusal { reason, hint }) => Stop::Refused(Refusal {
            reason: format!("customer {written:?}: {reason}"),
            hint,
        }),
    }
}

fn find<'a>(
    live: Option<&'a ConnectionRecord>,
    customer: &InstanceCustomer,
    written: &str,
) -> Result<Option<&'a ConnectionValue>, Stop> {
    let Some(id) = customer.id() else {
        return Ok(None);
    };
    let all = live.into_iter().flat_map(|live| &live.values.items);
    let theirs = all.filter(|it| it.customer.as_ref().is_some_and(|it| it.id == *id));
    let theirs: Vec<_> = theirs.collect();
    match theirs.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => {
            let ids: Vec<&str> = many.iter().map(|it| it.id.as_str()).collect();
            Err(Refusal::new(format!(
                "it has {} values for customer {written:?}: {}",
                many.len(),
                ids.join(", ")
            ))
            .hint("remove all but one of them in Prismatic")
            .into())
        }
    }
}

fn one(
    index: &Index<'_>,
    desired: &DesiredConnection,
    (value, customer): (&DesiredConnectionValue, InstanceCustomer),
    live: Option<&ConnectionValue>,
    changes: &mut ConnectionChanges,
) -> Result<ConnectionValueChanges, Stop> {
    let path = FieldPath::value(&value.written);
    let owner = live.map(|live| ValueOwner::ConnectionValue(live.id.clone()));
    let recall = Recall::new(index.inputs, owner, &desired.stable_key);
    let now = live.map(|live| whole(&live.inputs, value.inputs.is_empty()));
    let inputs = LiveInputs {
        what: format!("customer {:?}", value.written),
        path: Box::new(|name| path.input(name)),
        now: now.transpose()?.unwrap_or_default(),
        recall: &recall,
        secrets: index.inputs.secrets,
    };
    let diff = inputs.compare(&value.inputs)?;
    let waits = live.is_some_and(|live| live.status == Some(VariableStatus::Pending));
    // What is written may be all that is missing, but for a consent.
    let oauth = index.is_oauth(changes);
    let pending = waits && (oauth || diff.writes.is_none());
    if pending {
        changes.pending.push(value.written.clone());
    }
    changes.failing |= live.is_some_and(|live| live.status == Some(VariableStatus::Failed));
    changes.fields.extend(diff.fields);
    changes.respelled.extend(diff.respelled);
    // What the connection itself has reaches everybody already.
    if let (Some(live), Some(_), None) = (live, &diff.writes, &changes.inputs) {
        let Reach { deployed, more } = index.reach_of_value(&live.id);
        changes.reach.deployed += deployed;
        changes.reach.more |= more;
    }
    Ok(ConnectionValueChanges {
        customer: Some(customer.target),
        live: live.map(|live| live.id.clone()),
        inputs: diff.writes.map(|inputs| write(desired, inputs)),
        pending,
    })
}

fn undeclared(live: &ConnectionValue) -> ConnectionValueChanges {
    let customer = live.customer.as_ref();
    ConnectionValueChanges {
        customer: customer.map(|it| TargetCustomer::Existing(it.id.clone())),
        live: Some(live.id.clone()),
        inputs: None,
        pending: live.status == Some(VariableStatus::Pending),
    }
}

impl Index<'_> {
    fn is_oauth(&self, changes: &ConnectionChanges) -> bool {
        let live = match &changes.live {
            Found::Missing => None,
            Found::Owned(id) | Found::Adopted(id) | Found::Recovered(id) => self.record(id),
        };
        live.is_some_and(|live| live.oauth)
    }
}
