//! One declared instance against the tenant.

pub(crate) mod config;
pub(crate) mod flows;
pub(crate) mod index;
pub(crate) mod losses;
pub(crate) mod member;
pub(crate) mod merged;
pub(crate) mod secret_match;
pub(crate) mod simulate;
pub(crate) mod version;

use crate::diff::{ChangeSet, Comparable, Comparison, Inputs};
use crate::kinds::customer::compare::whose::{InstanceCustomer, resolve_customer};
use crate::kinds::instance::InstanceKind;
use std::collections::BTreeMap;

use crate::diff::identity::{self, Claim};
use crate::diff::turns::{first, in_turn};
use crate::diff::typed::{self, Similarity};
use crate::diff::{Found, InstanceChanges, Losses, Refusal, Stop, TargetVersion, Verdict, labels};
use crate::kinds::integration::compare as integration;
use crate::model::{
    ConfigState, Desired, DesiredInstance, Field, FieldChange, FieldPath, Instance, InstanceState,
    LiveConfigVariable, Marker, Observed, PublishWhen,
};
use config::{ConfigDiff, Place};
use flows::FlowChanges;
use index::Index;
use version::Target;

/// Compares one instance.
pub(crate) fn compare(index: &Index<'_>, desired: &DesiredInstance) -> Verdict<InstanceChanges> {
    // Taken apart so that a new field does not compile before it is compared.
    let DesiredInstance {
        name,
        adopt: _,
        integration: _,
        version: _,
        customer: _,
        display_name: _,
        description: _,
        labels: _,
        state: _,
        config: _,
        flows: _,
        global_debug: _,
        deploy: _,
        force: _,
        protect: _,
        member: _,
        displaces: _,
        outside_rollout: _,
        drift: _,
        location: _,
    } = desired;
    member::may_go_on(desired)?;
    let target = version::target(index, desired)?;
    let turn = index.turn(name);
    let customer = &resolve_customer(&index.people, &desired.customer)?;
    let marker = integration::marker(index.inputs, name);
    match identify(index, desired, (&target, customer), &marker)? {
        Found::Missing => match turn {
            Some(turn) => first(index, desired, &target, customer, &marker, turn),
            None => missing(index, desired, &target, customer, &marker),
        },
        Found::Owned(live) => {
            let found = Found::Owned(live.id.clone());
            let desired = &member::managed(desired, live);
            in_turn(index, desired, &target, customer, &marker, (live, found))
        }
        Found::Adopted(live) | Found::Recovered(live) => {
            let found = Found::Adopted(live.id.clone());
            let desired = &member::managed(desired, live);
            in_turn(index, desired, &target, customer, &marker, (live, found))
        }
    }
}

/// Which live instance is meant.
fn identify<'a>(
    index: &Index<'a>,
    desired: &DesiredInstance,
    (target, customer): (&Target<'_>, &InstanceCustomer),
    marker: &Marker,
) -> Result<Found<&'a Instance>, Stop> {
    let claim = Claim {
        marker: marker.clone(),
        adopt: desired.adopt.as_ref(),
        adopt_matches: index.inputs.adopt || member::is_taken_over(desired),
        declared: &index.declared,
        noun: "instance",
        member: desired.member.is_some() || desired.displaces.is_some(),
    };
    let candidates = index.candidates(desired, marker, customer, target);
    identity::resolve(&claim, &candidates, &index.tenant().instances)
}

pub(crate) fn missing(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    customer: &InstanceCustomer,
    marker: &Marker,
) -> Result<InstanceChanges, Stop> {
    target.may_be_moved_to()?;
    let config = config::compare(desired, None, target, Place { index, customer })?;
    let (flows, more) = flows::compare(desired, None, index.inputs, false)?;
    let values = config.fields.into_iter().chain(more).collect();
    Ok(InstanceChanges {
        live: Found::Missing,
        fields: first_fields(desired, values),
        flows,
        global_debug: desired.global_debug.filter(|on| *on),
        upgrade: false,
        rename: None,
        description: desired.description.clone(),
        labels: Some(labels::full(
            &[],
            desired.labels.as_deref(),
            marker,
            Some(desired.protect),
        )),
        config: config.writes,
        config_after_upgrade: Vec::new(),
        bound: config.bound,
        deploy_due: true,
        deployed: false,
        missing: config.missing,
        pending: config.pending,
        failing: false,
        suspended: false,
        ..common(desired, target, customer)
    })
}

/// What a new instance begins with. That it runs goes without saying.
fn first_fields(desired: &DesiredInstance, config: Vec<FieldChange>) -> Vec<FieldChange> {
    let new = |path: Field, value: String| FieldChange::shown(path, None::<String>, Some(value));
    let description = desired.description.clone().filter(|text| !text.is_empty());
    let labels = desired.labels.as_deref().filter(|all| !all.is_empty());
    let disabled = desired.state == InstanceState::Disabled;
    let mut fields = Vec::new();
    fields.extend(description.map(|text| new(Field::Description, text)));
    fields.extend(labels.map(|all| new(Field::Labels, all.join(", "))));
    fields.extend(config);
    let debugs = desired.global_debug.filter(|on| *on);
    fields.extend(debugs.map(|on| new(Field::GlobalDebug, on.to_string())));
    fields.extend(disabled.then(|| new(Field::State, "disabled".to_owned())));
    fields
}

/// The parts that do not depend on a live instance.
pub(crate) fn common(
    desired: &DesiredInstance,
    target: &Target<'_>,
    customer: &InstanceCustomer,
) -> InstanceChanges {
    InstanceChanges {
        live: Found::Missing,
        display_name: desired.display_name.clone(),
        customer: customer.target.clone(),
        customer_name: customer.name.clone(),
        fields: Vec::new(),
        target: target.version.clone(),
        upgrade: false,
        rename: None,
        description: None,
        labels: None,
        config: Vec::new(),
        config_after_upgrade: Vec::new(),
        bound: Vec::new(),
        flows: FlowChanges::default(),
        global_debug: None,
        deploy_due: false,
        deployed: false,
        enabled: None,
        state: desired.state,
        missing: Vec::new(),
        pending: Vec::new(),
        respelled: Vec::new(),
        losses: Losses::default(),
        failing: false,
        suspended: false,
        force: desired.force,
        deploys: desired.deploy == PublishWhen::Changed,
        returns: false,
        moves: None,
        waits: None,
        held: false,
        bypass: None,
    }
}

pub(crate) fn existing(
    index: &Index<'_>,
    desired: &DesiredInstance,
    target: &Target<'_>,
    customer: &InstanceCustomer,
    marker: &Marker,
    live: &Instance,
    found: Found<crate::model::InstanceId>,
) -> Result<InstanceChanges, Stop> {
    stays_in_place(target, customer, live)?;
    stays_on(desired, live)?;
    let values = match &live.config {
        Observed::Known(values) => values,
        Observed::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
        Observed::Absent => &BTreeMap::new(),
    };
    let upgrade = target.is_left_by(&live.version.id);
    let mut fields = Vec::new();
    let mut near = Vec::new();
    let mut seen = (&mut fields, &mut near);
    let name = Some(&desired.display_name);
    let rename = differs(&mut seen, FieldPath::display_name(), &live.name, name);
    let wanted = desired.description.as_ref();
    let path = Field::Description.into();
    let description = differs(&mut seen, path, &live.description, wanted);
    let labels = label_fields(&mut fields, desired, live, marker);
    let mut losses = Losses::default();
    if upgrade {
        target.may_be_moved_to()?;
        fields.push(version_field(target, live));
        let (lost, more) = losses::find(desired, values, target);
        fields.extend(more);
        losses = lost;
    }
    let place = Place { index, customer };
    let ConfigDiff {
        fields: more,
        writes,
        missing,
        pending,
        respelled,
        bound,
    } = config::compare(desired, Some((&live.id, values)), target, place)?;
    fields.extend(more);
    let (flows, more) = flows::compare(desired, Some(live), index.inputs, upgrade)?;
    fields.extend(more);
    near.extend(respelled);
    let global_debug = debug_field(&mut fields, desired, live)?;
    state_field(&mut fields, desired, live);
    let (config, config_after_upgrade) = writes
        .into_iter()
        .partition(|write| !upgrade || values.contains_key(&write.key));
    Ok(InstanceChanges {
        live: found,
        fields,
        upgrade,
        rename,
        description,
        labels,
        config,
        config_after_upgrade,
        bound,
        flows,
        global_debug,
        deploy_due: live.needs_deploy || !live.deployed,
        deployed: live.deployed,
        enabled: Some(live.enabled),
        missing: lacking(live, values, missing),
        pending,
        respelled: near,
        losses,
        failing: live.in_failed_state,
        suspended: live.system_suspended,
        returns: member::returns(live),
        ..common(desired, target, customer)
    })
}

/// Of the variables without a value those that it needs. The server's own word: what it runs without, it need not have.
fn lacking(
    live: &Instance,
    values: &BTreeMap<String, LiveConfigVariable>,
    missing: Vec<String>,
) -> Vec<String> {
    let configured = live.config_state == Some(ConfigState::FullyConfigured);
    let lacks = |key: &String| !(configured && values.contains_key(key));
    missing.into_iter().filter(lacks).collect()
}

/// An instance cannot move to another customer or integration.
fn stays_in_place(
    target: &Target<'_>,
    customer: &InstanceCustomer,
    live: &Instance,
) -> Result<(), Stop> {
    if customer.id() != Some(&live.customer.id) {
        return Err(Refusal::new(format!(
            "instance {} belongs to customer {:?}, not to {:?}",
            live.id, live.customer.name, customer.name
        ))
        .hint("an instance cannot move to another customer: use a new `metadata.name`")
        .into());
    }
    let moved = target.covers(&live.version) == Some(false);
    if moved {
        return Err(Refusal::new(format!(
            "instance {} is of integration {:?}, not of {:?}",
            live.id, live.version.integration_name, target.integration_name
        ))
        .hint("an instance cannot change its integration: use a new `metadata.name`")
        .into());
    }
    Ok(())
}

/// What is protected is not switched off: two lines of one manifest, or a label and a manifest, disagree.
fn stays_on(desired: &DesiredInstance, live: &Instance) -> Result<(), Stop> {
    let stops = desired.state == InstanceState::Disabled && live.enabled;
    match labels::guardian(&live.labels, desired.protect).filter(|_| stops) {
        None => Ok(()),
        Some(end) => Err(Refusal::new(
            "it is protected, and `state: disabled` would switch it off",
        )
        .hint(format!("to switch it off, {end}"))
        .into()),
    }
}

/// The text to set, if any. A live text that differs in outer white space only is noted and kept.
fn differs(
    (fields, respelled): &mut (&mut Vec<FieldChange>, &mut Vec<String>),
    path: FieldPath,
    live: &str,
    desired: Option<&String>,
) -> Option<String> {
    let desired = desired?;
    match typed::texts(live, desired) {
        Similarity::Same => return None,
        Similarity::Nearly => {
            respelled.push(path.to_string());
            return None;
        }
        Similarity::Different => {}
    }
    fields.push(FieldChange::shown(path, Some(live), Some(desired.as_str())));
    Some(desired.clone())
}

fn label_fields(
    fields: &mut Vec<FieldChange>,
    desired: &DesiredInstance,
    live: &Instance,
    marker: &Marker,
) -> Option<Vec<String>> {
    let declared = desired.labels.as_deref();
    let base = labels::returned(&live.labels, live.enabled);
    let labels = labels::target_from(&live.labels, &base, declared, (marker, desired.protect))?;
    let before = labels::shown(&member::seen_labels(desired, live, marker), marker);
    let after = labels::shown(&labels, marker);
    if before != after {
        fields.push(FieldChange::shown(Field::Labels, Some(before), Some(after)));
    }
    Some(labels)
}

fn version_field(target: &Target<'_>, live: &Instance) -> FieldChange {
    let after = match &target.version {
        TargetVersion::Existing { number, .. } => number.to_string(),
        TargetVersion::Published(_) => FieldChange::TO_BE_PUBLISHED.to_owned(),
    };
    FieldChange::shown(
        Field::Version,
        Some(live.version.number.to_string()),
        Some(after),
    )
}

/// Whether its runs shall log in detail, where that differs.
fn debug_field(
    fields: &mut Vec<FieldChange>,
    desired: &DesiredInstance,
    live: &Instance,
) -> Result<Option<bool>, Stop> {
    let Some(wanted) = desired.global_debug else {
        return Ok(None);
    };
    let Some(now) = live.global_debug else {
        let why = "the API does not say whether its runs log in detail";
        return Err(Stop::Unknown(why.to_owned()));
    };
    if now == wanted {
        return Ok(None);
    }
    let (before, after) = (Some(now.to_string()), Some(wanted.to_string()));
    fields.push(FieldChange::shown(Field::GlobalDebug, before, after));
    Ok(Some(wanted))
}

fn state_field(fields: &mut Vec<FieldChange>, desired: &DesiredInstance, live: &Instance) {
    let word = |enabled: bool| if enabled { "enabled" } else { "disabled" };
    let wanted = desired.state == InstanceState::Enabled;
    if live.enabled != wanted {
        fields.push(FieldChange::shown(
            Field::State,
            Some(word(live.enabled)),
            Some(word(wanted)),
        ));
    }
}

impl Comparable for InstanceKind {
    type Declared = DesiredInstance;
    type Changes = InstanceChanges;
    type Index<'a> = Index<'a>;

    fn declared(desired: &Desired) -> &[DesiredInstance] {
        &desired.instances
    }

    fn of(changes: &ChangeSet) -> &[Comparison<InstanceChanges>] {
        &changes.instances
    }

    fn put(changes: &mut ChangeSet, compared: Vec<Comparison<InstanceChanges>>) {
        changes.instances = compared;
    }

    fn index<'a>(inputs: &'a Inputs<'a>, so_far: &'a ChangeSet) -> Index<'a> {
        Index::new(inputs, so_far)
    }

    fn compare(index: &Index<'_>, declared: &DesiredInstance) -> Verdict<InstanceChanges> {
        compare(index, declared)
    }

    fn is_left_out(declared: &DesiredInstance, verdict: &Verdict<InstanceChanges>) -> bool {
        member::is_left_out(declared, verdict)
    }
}
