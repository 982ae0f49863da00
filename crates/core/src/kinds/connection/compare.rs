//! One declared connection against the tenant.
//!
//! A connection is matched by its stable key, which never changes; there is no second one of the same. One that
//! does not bear our marker is an adoption that needs consent. What the API takes when a connection is created
//! only cannot be changed: a difference in it blocks.

pub(crate) mod index;
pub(crate) mod inputs;
mod values;

use crate::diff::identity::{self, Candidate, Claim};
use crate::diff::typed::{self, Similarity};
use crate::diff::{
    ChangeSet, Comparable, Comparison, ConnectionChanges, Found, Inputs, Reach, Refusal, Stop,
    Verdict, labels,
};
use crate::kinds::connection::ConnectionKind;
use crate::kinds::instance::compare::secret_match::Recall;
use crate::kinds::integration::compare as integration;
use crate::model::{
    Adopt, ConfigWrite, ConnectionId, ConnectionRecord, Desired, DesiredConnection, Field,
    FieldChange, FieldPath, Listing, LiveInput, Marker, Observed, ValueOwner, VariableStatus,
    WriteValue, described,
};
use index::Index;
use inputs::{InputsDiff, LiveInputs};

/// Compares one connection.
fn compare(index: &Index<'_>, desired: &DesiredConnection) -> Verdict<ConnectionChanges> {
    let Some(listing) = index.listing() else {
        return Err(Stop::Unknown("the connections were not read".to_owned()));
    };
    let marker = integration::marker(index.inputs, &desired.name);
    match identify(index, desired, &marker, listing)? {
        Found::Missing => missing(index, desired, &marker),
        Found::Owned(live) => {
            existing(index, desired, &marker, live, Found::Owned(live.id.clone()))
        }
        Found::Adopted(live) | Found::Recovered(live) => {
            let found = Found::Adopted(live.id.clone());
            existing(index, desired, &marker, live, found)
        }
    }
}

/// Marker, then `adopt`, then stable key. The one that is meant has the stable key in any case.
fn identify<'a>(
    index: &Index<'a>,
    desired: &DesiredConnection,
    marker: &Marker,
    listing: &Listing<ConnectionRecord>,
) -> Verdict<Found<&'a ConnectionRecord>> {
    let claim = Claim {
        marker: marker.clone(),
        adopt: desired.adopt.as_ref(),
        adopt_matches: index.inputs.adopt,
        declared: &index.declared,
        noun: "connection",
        member: false,
    };
    let candidates = candidates(index, desired, marker);
    let found = identity::resolve(&claim, &candidates, listing)?;
    let holder = index.with_stable_key(&desired.stable_key);
    match (found.id(), holder) {
        (Some(one), _) if one.stable_key != desired.stable_key => {
            let (id, key) = (&one.id, &one.stable_key);
            let reason = format!(
                "connection {id} has the stableKey {key:?}, not {:?}",
                desired.stable_key
            );
            Err(Refusal::new(reason)
                .hint(format!(
                    "a stableKey is fixed for life: set `stableKey: {key}`, or use a new `metadata.name`"
                ))
                .into())
        }
        (None, Some(other)) => {
            let candidate = candidate(other, desired);
            Err(match identity::owner_in_the_way(&claim, &candidate) {
                Some(refusal) => refusal.into(),
                None => identity::needs_consent(&claim, &candidate).into(),
            })
        }
        (Some(_), _) | (None, None) => Ok(found),
    }
}

fn candidates<'a>(
    index: &Index<'a>,
    desired: &DesiredConnection,
    marker: &Marker,
) -> Vec<Candidate<'a, ConnectionRecord>> {
    let meant = |one: &&ConnectionRecord| {
        let candidate = candidate(one, desired);
        let by_id = matches!(&desired.adopt, Some(Adopt::Id(id)) if id == one.id.as_str());
        let marked = one.labels.iter().any(|label| marker.is(label));
        candidate.matches || candidate.named || by_id || marked
    };
    let listed = index.listing().into_iter().flat_map(|all| &all.items);
    let meant = listed.filter(meant);
    meant.map(|one| candidate(one, desired)).collect()
}

fn candidate<'a>(
    live: &'a ConnectionRecord,
    desired: &DesiredConnection,
) -> Candidate<'a, ConnectionRecord> {
    let named = matches!(&desired.adopt, Some(Adopt::Name(name)) if live.display_name.trim() == name.trim());
    Candidate {
        object: live,
        id: live.id.as_str(),
        labels: &live.labels,
        matches: live.stable_key == desired.stable_key,
        named,
        // A connection is created with its marker on.
        interrupted: false,
        in_use: live.in_use,
    }
}

fn missing(
    index: &Index<'_>,
    desired: &DesiredConnection,
    marker: &Marker,
) -> Verdict<ConnectionChanges> {
    let kind = type_id(index, desired)?;
    let new = |path: FieldPath, value: &str| FieldChange::shown(path, None::<String>, Some(value));
    let labels = labels::full(&[], None, marker, Some(false));
    let text = desired.description.as_deref().unwrap_or_default();
    let own = compare_inputs(index, desired, None)?;
    let mut changes = ConnectionChanges {
        kind: Some(kind),
        description: Some(described(text, &labels)),
        labels: Some(labels),
        ..common(desired)
    };
    let shown = Some(text).filter(|text| !text.is_empty());
    changes
        .fields
        .extend(shown.map(|it| new(Field::Description.into(), it)));
    take_in(desired, own, &mut changes);
    values::declared(index, desired, None, &mut changes)?;
    Ok(changes)
}

/// The id of the connection of the component, which a new one is created with.
fn type_id(index: &Index<'_>, desired: &DesiredConnection) -> Result<String, Stop> {
    let kind = &desired.kind;
    match index.inputs.tenant.connection_types.get(kind) {
        Some(Observed::Known(id)) => Ok(id.clone()),
        Some(Observed::Unknown(why)) => Err(Stop::Unknown(format!("connection {kind}: {why}"))),
        None => Err(Stop::Unknown(format!("connection {kind} was not read"))),
        Some(Observed::Absent) => {
            let whose = match kind.public {
                true => "of one of the organization's own components, leave `public: true` out",
                false => {
                    "of one of Prismatic's own components, write `component: {key: …, public: true}`"
                }
            };
            Err(
                Refusal::new(format!("this tenant has no connection {kind}"))
                    .hint(format!("correct `component` and `connection`; {whose}"))
                    .into(),
            )
        }
    }
}

fn existing(
    index: &Index<'_>,
    desired: &DesiredConnection,
    marker: &Marker,
    live: &ConnectionRecord,
    found: Found<ConnectionId>,
) -> Verdict<ConnectionChanges> {
    stays_as_created(desired, live)?;
    let mut changes = ConnectionChanges {
        live: found,
        called: live.display_name.clone(),
        failing: live.status == Some(VariableStatus::Failed),
        ..common(desired)
    };
    let name = &desired.display_name;
    changes.rename = text(
        &mut changes,
        FieldPath::connection_name(),
        &live.display_name,
        name,
    );
    let described_as = desired.description.as_ref();
    let text = described_as
        .and_then(|wanted| text(&mut changes, Field::Description.into(), &live.text, wanted));
    changes.labels = labels::target(&live.labels, None, marker, false);
    if text.is_some() || changes.labels.is_some() {
        let labels = changes.labels.as_ref().unwrap_or(&live.labels);
        changes.description = Some(described(text.as_deref().unwrap_or(&live.text), labels));
    }
    let own = compare_inputs(index, desired, Some(live))?;
    take_in(desired, own, &mut changes);
    if changes.inputs.is_some() {
        changes.reach = index.reach_of(live);
    }
    if live.status == Some(VariableStatus::Pending) && values::waits(desired) {
        changes.pending.push(desired.display_name.clone());
    }
    values::declared(index, desired, Some(live), &mut changes)?;
    Ok(changes)
}

/// What no update of the API takes.
fn stays_as_created(desired: &DesiredConnection, live: &ConnectionRecord) -> Result<(), Stop> {
    let fixed = |key: &str, live: String, wanted: String| {
        let reason = format!("its {key} is {live}, not {wanted}, and cannot be changed");
        Err(Refusal::new(reason)
            .hint(format!(
                "declare the {key} that it has, or a new connection with another `stableKey`"
            ))
            .into())
    };
    if let Some(kind) = &live.kind
        && *kind != desired.kind
    {
        return fixed("connection", kind.to_string(), desired.kind.to_string());
    }
    if let Some(scope) = live.scope
        && scope != desired.scope
    {
        let word = desired.scope.word().to_owned();
        return fixed("scope", scope.word().to_owned(), word);
    }
    let by = live.managed_by.zip(desired.managed_by);
    match by.filter(|(live, wanted)| live != wanted) {
        Some((live, wanted)) => fixed(
            "managedBy",
            live.word().to_owned(),
            wanted.word().to_owned(),
        ),
        None => Ok(()),
    }
}

/// The parts that do not depend on a live connection.
fn common(desired: &DesiredConnection) -> ConnectionChanges {
    // Taken apart so that a new field does not compile before it is compared.
    let DesiredConnection {
        name: _,
        stable_key,
        display_name,
        kind: _,
        scope,
        managed_by,
        description: _,
        inputs: _,
        customers: _,
        redeploy,
        adopt: _,
        drift: _,
        location: _,
    } = desired;
    ConnectionChanges {
        live: Found::Missing,
        called: display_name.clone(),
        display_name: display_name.clone(),
        stable_key: stable_key.clone(),
        kind: None,
        scope: *scope,
        managed_by: *managed_by,
        fields: Vec::new(),
        rename: None,
        description: None,
        labels: None,
        inputs: None,
        values: Vec::new(),
        values_unread: None,
        redeploy: *redeploy,
        reach: Reach::default(),
        pending: Vec::new(),
        failing: false,
        respelled: Vec::new(),
    }
}

/// The text to set, if any. A live text that differs in outer white space only is noted and kept.
fn text(
    changes: &mut ConnectionChanges,
    path: FieldPath,
    live: &str,
    wanted: &str,
) -> Option<String> {
    match typed::texts(live, wanted) {
        Similarity::Same => None,
        Similarity::Nearly => {
            changes.respelled.push(path.to_string());
            None
        }
        Similarity::Different => {
            let before = Some(live).filter(|text| !text.is_empty());
            changes
                .fields
                .push(FieldChange::shown(path, before, Some(wanted)));
            Some(wanted.to_owned())
        }
    }
}

/// The inputs that are the same for all customers.
fn compare_inputs(
    index: &Index<'_>,
    desired: &DesiredConnection,
    live: Option<&ConnectionRecord>,
) -> Result<InputsDiff, Stop> {
    let owner = live.map(|live| ValueOwner::Connection(live.id.clone()));
    let recall = Recall::new(index.inputs, owner, &desired.stable_key);
    let now = live.map(|live| whole(&live.inputs, desired.inputs.is_empty()));
    let inputs = LiveInputs {
        what: "inputs".to_owned(),
        path: Box::new(FieldPath::connection_input),
        now: now.transpose()?.unwrap_or_default(),
        recall: &recall,
        secrets: index.inputs.secrets,
    };
    inputs.compare(&desired.inputs)
}

/// Inputs that were read to their end; where nothing is compared with them it does not matter.
fn whole(inputs: &Listing<LiveInput>, unused: bool) -> Result<&[LiveInput], Stop> {
    match &inputs.incomplete {
        Some(why) if !unused => Err(Stop::Unknown(format!("its inputs: {why}"))),
        _ => Ok(&inputs.items),
    }
}

fn take_in(desired: &DesiredConnection, own: InputsDiff, changes: &mut ConnectionChanges) {
    changes.fields.extend(own.fields);
    changes.respelled.extend(own.respelled);
    changes.inputs = own.writes.map(|inputs| write(desired, inputs));
}

/// Inputs as they are written and remembered.
fn write(
    desired: &DesiredConnection,
    inputs: Vec<(String, crate::model::InputWrite)>,
) -> ConfigWrite {
    ConfigWrite {
        key: desired.stable_key.clone(),
        value: WriteValue::Inputs(inputs),
    }
}

impl Comparable for ConnectionKind {
    type Declared = DesiredConnection;
    type Changes = ConnectionChanges;
    type Index<'a> = Index<'a>;

    fn declared(desired: &Desired) -> &[DesiredConnection] {
        &desired.connections
    }

    fn of(changes: &ChangeSet) -> &[Comparison<ConnectionChanges>] {
        &changes.connections
    }

    fn put(changes: &mut ChangeSet, compared: Vec<Comparison<ConnectionChanges>>) {
        changes.connections = compared;
    }

    fn index<'a>(inputs: &'a Inputs<'a>, so_far: &'a ChangeSet) -> Index<'a> {
        Index::new(inputs, so_far)
    }

    fn compare(index: &Index<'_>, declared: &DesiredConnection) -> Verdict<ConnectionChanges> {
        compare(index, declared)
    }
}
