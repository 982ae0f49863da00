//! One declared customer against the tenant.
//!
//! A customer is matched by its external id, regardless of who created it. Other systems create customers too
//! (the vendor's own system, embedded logins), so a customer with that external id is adopted without
//! consent; it only gets our marker and the declared fields. Everything else is an adoption that needs
//! consent.

pub(crate) mod whose;

use crate::diff::{ChangeSet, Comparable, Comparison};
use crate::kinds::customer::CustomerKind;
use std::collections::{BTreeSet, HashMap};

use crate::diff::identity::{self, Candidate, Claim};
use crate::diff::typed::{self, Similarity};
use crate::diff::{CustomerChanges, Found, Inputs, Refusal, Stop, Verdict, labels};
use crate::kinds::integration::compare as integration;
use crate::model::{
    Adopt, Asked, CustomerId, CustomerRecord, Desired, DesiredCustomer, Field, FieldChange,
    FieldPath, Listing, Marker, ResourceName,
};

/// Look-ups over the customers, so that comparing many stays linear.
pub(crate) struct Index<'a> {
    inputs: &'a Inputs<'a>,
    listing: Option<&'a Listing<CustomerRecord>>,
    declared: BTreeSet<&'a ResourceName>,
    by_id: HashMap<&'a str, &'a CustomerRecord>,
    by_label: HashMap<&'a str, Vec<&'a CustomerRecord>>,
    /// As servers keep texts.
    by_external: HashMap<String, Vec<&'a CustomerRecord>>,
    by_name: HashMap<String, Vec<&'a CustomerRecord>>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>) -> Self {
        let mut index = Self {
            inputs,
            listing: inputs.tenant.all_customers.as_ref(),
            declared: inputs.desired.customers.iter().map(|it| &it.name).collect(),
            by_id: HashMap::new(),
            by_label: HashMap::new(),
            by_external: HashMap::new(),
            by_name: HashMap::new(),
        };
        for live in index.listing.into_iter().flat_map(|all| &all.items) {
            let customer = &live.customer;
            index.by_id.insert(customer.id.as_str(), live);
            let named = index.by_name.entry(typed::normalised(&customer.name));
            named.or_default().push(live);
            if let Some(external) = &customer.external_id {
                let known = index.by_external.entry(typed::normalised(external));
                known.or_default().push(live);
            }
            for label in live.labels.iter().filter(|it| Marker::is_reserved(it)) {
                index.by_label.entry(label).or_default().push(live);
            }
        }
        index
    }

    fn marked(&self, marker: &str) -> &[&'a CustomerRecord] {
        self.by_label.get(marker).map_or(&[], Vec::as_slice)
    }

    fn external(&self, id: &str) -> &[&'a CustomerRecord] {
        let found = self.by_external.get(&typed::normalised(id));
        found.map_or(&[], Vec::as_slice)
    }

    fn named(&self, name: &str) -> &[&'a CustomerRecord] {
        let found = self.by_name.get(&typed::normalised(name));
        found.map_or(&[], Vec::as_slice)
    }
}

/// Compares one customer.
pub(crate) fn compare(index: &Index<'_>, desired: &DesiredCustomer) -> Verdict<CustomerChanges> {
    let Some(listing) = index.listing else {
        return Err(Stop::Unknown("the customers were not read".to_owned()));
    };
    let marker = integration::marker(index.inputs, &desired.name);
    let claim = Claim {
        marker: marker.clone(),
        adopt: desired.adopt.as_ref(),
        adopt_matches: index.inputs.adopt,
        declared: &index.declared,
        noun: "customer",
        member: false,
    };
    let found = find(index, &claim, desired, listing)?;
    alone(index, desired, &found)?;
    match found {
        Found::Missing => Ok(missing(desired, &marker)),
        Found::Owned(live) => existing(desired, live, &marker, Found::Owned(id(live))),
        Found::Adopted(live) | Found::Recovered(live) => {
            existing(desired, live, &marker, Found::Adopted(id(live)))
        }
    }
}

fn id(live: &CustomerRecord) -> CustomerId {
    live.customer.id.clone()
}

type FoundCustomer<'a> = Verdict<Found<&'a CustomerRecord>>;

/// Marker, then `adopt`, then external id, then name.
fn find<'a>(
    index: &Index<'a>,
    claim: &Claim<'_>,
    desired: &DesiredCustomer,
    listing: &Listing<CustomerRecord>,
) -> FoundCustomer<'a> {
    let external = index.external(&desired.external_id);
    match (index.marked(&claim.marker.to_string()), external) {
        ([one], _) => return owned(claim, one),
        ([], _) => {}
        // A label was copied: the external id says which of them is meant.
        (many, [one]) if many.iter().any(|it| it.customer.id == one.customer.id) => {
            return owned(claim, one);
        }
        (many, _) => return Err(several(many, "bear the marker", claim)),
    }
    if let Some(why) = &listing.incomplete {
        return Err(Stop::Unknown(why.to_string()));
    }
    match (claim.adopt, external) {
        (Some(Adopt::Id(wanted)), _) => match index.by_id.get(wanted.as_str()) {
            Some(one) => adopted(claim, one),
            None => Err(Refusal::new(format!(
                "no customer with id {wanted} exists in this tenant"
            ))
            .hint("correct `adopt.id`, or remove it")
            .into()),
        },
        (Some(Adopt::Name(wanted)), _) if !index.named(wanted).is_empty() => {
            match index.named(wanted) {
                [one] => adopted(claim, one),
                many => Err(several(many, "match", claim)),
            }
        }
        (_, [one]) if is_renamed(claim, one) => Ok(Found::Adopted(one)),
        (_, [one]) => adopted(claim, one),
        (_, []) => by_name(index, claim, desired),
        (_, many) => Err(several(many, "have this externalId", claim)),
    }
}

/// Names are unique, so one that has it is adopted or blocks the create.
fn by_name<'a>(
    index: &Index<'a>,
    claim: &Claim<'_>,
    desired: &DesiredCustomer,
) -> FoundCustomer<'a> {
    let one = match index.named(&desired.display_name) {
        [] => return Ok(Found::Missing),
        [one] => *one,
        many => return Err(several(many, "have this name", claim)),
    };
    let candidate = candidate(one);
    if let Some(refusal) = identity::owner_in_the_way(claim, &candidate) {
        return Err(refusal.into());
    }
    let id = &one.customer.id;
    match &one.customer.external_id {
        Some(other) => Err(Refusal::new(format!(
            "customer {id} has this name and the externalId {other:?}"
        ))
        .hint(format!(
            "names of customers are unique: declare that externalId, choose another name, or set `adopt: {{id: {id}}}` to give it this externalId"
        ))
        .into()),
        None if claim.adopt_matches => Ok(Found::Adopted(one)),
        None => Err(identity::needs_consent(claim, &candidate).into()),
    }
}

/// Whether it bears nothing but the marker of a manifest of ours that was called otherwise.
fn is_renamed(claim: &Claim<'_>, one: &CustomerRecord) -> bool {
    let ours = |marker: Marker| {
        marker.project == claim.marker.project && !claim.declared.contains(&marker.name)
    };
    one.markers().all(ours)
}

fn owned<'a>(claim: &Claim<'_>, one: &'a CustomerRecord) -> FoundCustomer<'a> {
    match identity::foreign(claim, &candidate(one)) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(Found::Owned(one)),
    }
}

fn adopted<'a>(claim: &Claim<'_>, one: &'a CustomerRecord) -> FoundCustomer<'a> {
    match identity::owner_in_the_way(claim, &candidate(one)) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(Found::Adopted(one)),
    }
}

fn candidate(live: &CustomerRecord) -> Candidate<'_, CustomerRecord> {
    Candidate {
        object: live,
        id: live.customer.id.as_str(),
        labels: &live.labels,
        matches: true,
        named: true,
        // A customer is created with its marker on.
        interrupted: false,
        in_use: true,
    }
}

fn several(many: &[&CustomerRecord], verb: &str, claim: &Claim<'_>) -> Stop {
    let ids: Vec<&str> = many.iter().map(|it| it.customer.id.as_str()).collect();
    let message = format!("{} customers {verb}: {}", many.len(), ids.join(", "));
    let hint = format!(
        "say which one with `adopt: {{id: …}}`, and take {} off the others",
        claim.marker
    );
    Refusal::new(message).hint(hint).into()
}

/// No other customer has the external id or the name that this one is to have.
fn alone(
    index: &Index<'_>,
    desired: &DesiredCustomer,
    found: &Found<&CustomerRecord>,
) -> Result<(), Stop> {
    let Some(live) = found.id() else {
        return Ok(());
    };
    let keys = [
        ("externalId", index.external(&desired.external_id)),
        ("name", index.named(&desired.display_name)),
    ];
    for (key, holders) in keys {
        let other = holders.iter().find(|it| it.customer.id != live.customer.id);
        if let Some(other) = other {
            let (id, other) = (&live.customer.id, &other.customer.id);
            return Err(Refusal::new(format!(
                "customer {id} is this one, and customer {other} has its {key}"
            ))
            .hint(format!(
                "declare the {key} that customer {id} has, or set `adopt: {{id: {other}}}` and take the marker off the other"
            ))
            .into());
        }
    }
    Ok(())
}

fn missing(desired: &DesiredCustomer, marker: &Marker) -> CustomerChanges {
    let new = |path: Field, value: String| FieldChange::shown(path, None::<String>, Some(value));
    let description = desired.description.clone().filter(|text| !text.is_empty());
    let labels = desired.labels.as_deref().filter(|all| !all.is_empty());
    let limit = desired.concurrent_execution_limit;
    let mut fields = vec![new(Field::ExternalId, desired.external_id.clone())];
    fields.extend(description.map(|text| new(Field::Description, text)));
    fields.extend(labels.map(|all| new(Field::Labels, all.join(", "))));
    fields.extend(limit.map(|limit| new(Field::ConcurrentExecutionLimit, limit.to_string())));
    CustomerChanges {
        live: Found::Missing,
        called: desired.display_name.clone(),
        display_name: desired.display_name.clone(),
        external_id: desired.external_id.clone(),
        fields,
        rename: None,
        new_external_id: None,
        description: desired.description.clone(),
        labels: Some(labels::full(&[], desired.labels.as_deref(), marker, None)),
        limit,
        respelled: Vec::new(),
    }
}

fn existing(
    desired: &DesiredCustomer,
    live: &CustomerRecord,
    marker: &Marker,
    found: Found<CustomerId>,
) -> Verdict<CustomerChanges> {
    // Taken apart so that a new field does not compile before it is compared.
    let DesiredCustomer {
        name: _,
        external_id,
        display_name,
        description,
        labels,
        concurrent_execution_limit,
        adopt: _,
        drift: _,
        location: _,
    } = desired;
    let mut fields = Vec::new();
    let mut respelled = Vec::new();
    let mut text = |path: Field, live: &str, wanted: &String| match typed::texts(live, wanted) {
        Similarity::Same => None,
        Similarity::Nearly => {
            respelled.push(FieldPath::from(path).to_string());
            None
        }
        Similarity::Different => {
            let before = Some(live).filter(|text| !text.is_empty());
            fields.push(FieldChange::shown(path, before, Some(wanted.as_str())));
            Some(wanted.clone())
        }
    };
    let known = live.customer.external_id.as_deref().unwrap_or_default();
    let rename = text(Field::Name, &live.customer.name, display_name);
    let new_external_id = text(Field::ExternalId, known, external_id);
    let description = description
        .as_ref()
        .and_then(|wanted| text(Field::Description, &live.description, wanted));
    let labels = label_changes(&mut fields, labels.as_deref(), live, marker);
    let limit = match concurrent_execution_limit {
        Some(limit) => limit_change(&mut fields, *limit, &live.concurrent_execution_limit)?,
        None => None,
    };
    Ok(CustomerChanges {
        live: found,
        called: live.customer.name.clone(),
        display_name: display_name.clone(),
        external_id: external_id.clone(),
        fields,
        rename,
        new_external_id,
        description,
        labels,
        limit,
        respelled,
    })
}

fn label_changes(
    fields: &mut Vec<FieldChange>,
    declared: Option<&[String]>,
    live: &CustomerRecord,
    marker: &Marker,
) -> Option<Vec<String>> {
    let target = labels::target(&live.labels, declared, marker, false)?;
    let shown = |all: &[String]| labels::shown(all, marker);
    let (before, after) = (shown(&live.labels), shown(&target));
    if before != after {
        fields.push(FieldChange::shown(Field::Labels, Some(before), Some(after)));
    }
    Some(target)
}

fn limit() -> FieldPath {
    Field::ConcurrentExecutionLimit.into()
}

fn limit_change(
    fields: &mut Vec<FieldChange>,
    wanted: i64,
    live: &Asked<Option<i64>>,
) -> Result<Option<i64>, Stop> {
    let before = match live {
        Asked::Known(limit) => *limit,
        Asked::NotAsked => return Err(Stop::Unknown(format!("{} was not read", limit()))),
        Asked::Unknown(why) => return Err(Stop::Unknown(format!("{}: {why}", limit()))),
    };
    if before == Some(wanted) {
        return Ok(None);
    }
    let before = before.map(|limit| limit.to_string());
    fields.push(FieldChange::shown(
        Field::ConcurrentExecutionLimit,
        before,
        Some(wanted.to_string()),
    ));
    Ok(Some(wanted))
}

impl Comparable for CustomerKind {
    type Declared = DesiredCustomer;
    type Changes = CustomerChanges;
    type Index<'a> = Index<'a>;

    fn declared(desired: &Desired) -> &[DesiredCustomer] {
        &desired.customers
    }

    fn of(changes: &ChangeSet) -> &[Comparison<CustomerChanges>] {
        &changes.customers
    }

    fn put(changes: &mut ChangeSet, compared: Vec<Comparison<CustomerChanges>>) {
        changes.customers = compared;
    }

    fn index<'a>(inputs: &'a Inputs<'a>, _so_far: &'a ChangeSet) -> Index<'a> {
        Index::new(inputs)
    }

    fn compare(index: &Index<'_>, declared: &DesiredCustomer) -> Verdict<CustomerChanges> {
        compare(index, declared)
    }
}
