//! What moving to another version would do to one instance, beyond what a plan of that move says.
//!
//! A plan that blocks an instance names the first obstacle; here all of them are collected. And where these facts
//! do not say whether a value or a consent outlives the move, that is said: such an instance never counts as one that
//! simply upgrades.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::definition::ConnectionChange;
use crate::diff::{Obstacle, Simulated, Stop, TargetVersion};
use crate::kinds::customer::compare::whose::resolve_customer;
use crate::kinds::instance::compare::index::Index;
use crate::kinds::instance::compare::losses::{self, continues};
use crate::kinds::instance::compare::version::Target;
use crate::kinds::instance::compare::{
    config, identify, lacking, member, stays_in_place, stays_on,
};
use crate::kinds::integration::compare as integration;
use crate::model::{
    Address, ConfigEntry, ConfigValue, ConnectionInput, DesiredInstance, Instance,
    LiveConfigVariable, Observed, RequiredVariable,
};

type Values = BTreeMap<String, LiveConfigVariable>;

/// How the connections of a version an instance runs differ from those of its target, by key; `None` where one of the two
/// definitions is not known.
pub(crate) type Connections = Option<Rc<BTreeMap<String, ConnectionChange>>>;

/// What a move to a target does, or `None` where it runs that already. `connections` is asked for the live
/// instance's version.
pub(crate) fn simulate(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    connections: impl FnOnce(&Instance) -> Connections,
) -> Option<Simulated> {
    let mut fate = Simulated::new(Address::instance(desired.name.clone()));
    match examine(index, desired, target, connections, &mut fate) {
        Ok(true) => Some(fate),
        Ok(false) => None,
        Err(stop) => {
            fate.stopped(None, stop);
            Some(fate)
        }
    }
}

/// Whether it moves at all; what that does to it is noted.
fn examine(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    connections: impl FnOnce(&Instance) -> Connections,
    fate: &mut Simulated,
) -> Result<bool, Stop> {
    member::may_go_on(desired)?;
    let customer = resolve_customer(&index.people, &desired.customer)?;
    let place = config::Place {
        index,
        customer: &customer,
    };
    let marker = integration::marker(index.inputs, &desired.name);
    let found = identify(index, desired, (target, &customer), &marker)?;
    let Some(live) = found.id().copied() else {
        readable(target)?;
        let (diff, stops) = config::examine(desired, None, target, place);
        fate.take_in(stops, &diff.missing, diff.pending);
        fate.arrange();
        return Ok(true);
    };
    let desired = &*member::managed(desired, live);
    fate.from = Some(live.version.number);
    stays_in_place(target, &customer, live)?;
    if !target.is_left_by(&live.version.id) {
        return Ok(false);
    }
    stays_on(desired, live)?;
    readable(target)?;
    let values = match &live.config {
        Observed::Known(values) => values,
        Observed::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
        Observed::Absent => &Values::new(),
    };
    let (diff, stops) = config::examine(desired, Some((&live.id, values)), target, place);
    fate.take_in(stops, &lacking(live, values, diff.missing), diff.pending);
    let (losses, _) = losses::find(desired, values, target);
    fate.losses = losses.values;
    fate.consents.extend(losses.consents);
    fate.unknown.extend(doubts(
        desired,
        values,
        target,
        connections(live).as_deref(),
    ));
    fate.arrange();
    Ok(true)
}

/// What it requires has to be known: what was not read is no proof that nothing is lacking.
fn readable(target: &Target<'_>) -> Result<(), Stop> {
    target.may_be_moved_to()?;
    match (target.required, &target.version) {
        (Some(_), _) => Ok(()),
        (None, TargetVersion::Existing { number, .. }) => Err(Stop::Unknown(format!(
            "what version {number} requires was not read"
        ))),
        (None, TargetVersion::Published(_)) => {
            Err(Stop::Unknown("the definition was not read".to_owned()))
        }
    }
}

/// Values that the target has a variable for, and of which it is not known what becomes.
fn doubts(
    desired: &DesiredInstance,
    values: &Values,
    target: &Target<'_>,
    connections: Option<&BTreeMap<String, ConnectionChange>>,
) -> Vec<Obstacle> {
    let required = target.required.unwrap_or_default().iter();
    let doubt = |variable: &RequiredVariable| {
        let now = values.get(&variable.key);
        let now = now.or_else(|| values.values().find(|it| continues(variable, &it.declared)))?;
        let entry = desired.config.get(&variable.key).map(|it| &**it);
        let why = doubt(variable, now, entry, connections)?;
        Some(Obstacle::at(&variable.key, why))
    };
    required.filter_map(doubt).collect()
}

fn doubt(
    variable: &RequiredVariable,
    now: &LiveConfigVariable,
    entry: Option<&ConfigEntry>,
    connections: Option<&BTreeMap<String, ConnectionChange>>,
) -> Option<String> {
    let filled = now.has_value() || now.inputs.iter().any(|it| it.has_value);
    if !filled || entry.is_some_and(|it| gives(it, now)) {
        return None;
    }
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let kind = |it: &RequiredVariable| match &it.collection_type {
        Some(list) => format!("{} {}", it.data_type, list).to_lowercase(),
        None => it.data_type.to_lowercase(),
    };
    let (was, is) = (kind(&now.declared), kind(variable));
    if !same(&was, &is) {
        return Some(format!(
            "it changes its type from {was} to {is}, and what happens to its value is not known"
        ));
    }
    if variable.shared != now.shared {
        let whose = if variable.shared {
            "a shared one from then on"
        } else {
            "the instance's own from then on"
        };
        return Some(format!(
            "its value is {whose}, and what happens to the present one is not known"
        ));
    }
    if variable.shared {
        return None;
    }
    if same(&variable.data_type, "connection") {
        return connection(variable, now, entry, connections);
    }
    let offered = |value: &str| variable.pick_list.iter().any(|it| it == value);
    let value = now.value.as_deref().filter(|it| !it.is_empty());
    let left = !variable.pick_list.is_empty() && value.is_some_and(|it| !offered(it));
    (left && variable.collection_type.is_none())
        .then(|| "its value is none of those on offer".to_owned())
}

/// Whether git gives the value, so that the present one does not matter. A consent is given by a person.
fn gives(entry: &ConfigEntry, now: &LiveConfigVariable) -> bool {
    let written = !(entry.seed && now.has_value());
    written
        && match &entry.value {
            ConfigValue::Scalar(_)
            | ConfigValue::List(_)
            | ConfigValue::Structured(_)
            | ConfigValue::Schedule(_)
            | ConfigValue::Secret(_)
            | ConfigValue::SharedConnection(_) => true,
            // Of its inputs only those that are declared.
            ConfigValue::Connection(_)
            | ConfigValue::ConsentedConnection(_)
            | ConfigValue::PendingConnection => false,
        }
}

/// Why it is not known whether a connection goes on working.
fn connection(
    variable: &RequiredVariable,
    now: &LiveConfigVariable,
    entry: Option<&ConfigEntry>,
    connections: Option<&BTreeMap<String, ConnectionChange>>,
) -> Option<String> {
    let given = match entry.map(|it| &it.value) {
        Some(ConfigValue::Connection(inputs) | ConfigValue::ConsentedConnection(inputs)) => {
            Some(inputs)
        }
        _ => None,
    };
    let Some(change) = connections.and_then(|all| all.get(&variable.key)) else {
        let by_git = matches!(entry.map(|it| &it.value), Some(ConfigValue::Connection(_)));
        return (!by_git)
            .then(|| "what the connection is made of is not known of both versions".to_owned());
    };
    if change.other {
        return Some("it becomes another connection".to_owned());
    }
    let has = |name: &String| {
        now.inputs.iter().any(|it| it.name == *name)
            || given.is_some_and(|all: &indexmap::IndexMap<String, ConnectionInput>| {
                all.contains_key(name)
            })
    };
    let added: Vec<String> = (change.added.iter())
        .filter(|it| !has(it))
        .map(|it| format!("{it:?}"))
        .collect();
    if !added.is_empty() {
        let added = added.join(", ");
        return Some(format!("its new inputs have no value: {added}"));
    }
    let consented = now.oauth && (change.changed || !change.added.is_empty());
    consented
        .then(|| "its inputs change, and whether the consent still holds is not known".to_owned())
}
