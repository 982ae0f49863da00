//! What people should know of how a fleet was expanded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::members::Made;
use crate::model::{
    Desired, DesiredFleet, Diagnostic, FleetCustomers, Integration, IntegrationRef, Marker,
    ResourceName, Tenant, VersionRef, agreeing, counted, few,
};

/// The overrides that were meant to apply no longer. They go on applying: who relies on them is not known.
#[must_use]
pub fn expired(desired: &Desired, now: Timestamp) -> Vec<Diagnostic> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let of_fleet = |fleet: &DesiredFleet| -> Vec<Diagnostic> {
        let past = fleet
            .overrides
            .iter()
            .filter_map(|one| Some((one, one.expires.filter(|day| *day < today)?)));
        let found = past.map(|(one, day)| {
            let names: Vec<&str> = one.customers.iter().map(|it| it.key.as_str()).collect();
            let message = format!(
                "Fleet/{}: the override for {} was meant to end on {day} ({})",
                fleet.name,
                few(&names),
                one.reason
            );
            Diagnostic::warning("override-expired", message)
                .at(one.location.clone())
                .hint("it goes on applying: remove it, or give it a later day")
        });
        found.collect()
    };
    desired.fleets.iter().flat_map(of_fleet).collect()
}

/// The findings about one fleet.
pub(super) fn of(fleet: &DesiredFleet, made: &Made, tenant: &Tenant) -> Vec<Diagnostic> {
    let found = [
        displaced(fleet, made),
        left_out(fleet, made),
        nobody(fleet, made),
    ];
    let found = found.into_iter().flatten();
    let found = found.chain(contested(fleet, made));
    let found = found.chain(strangers(fleet, made));
    found.chain(pins(fleet, made, tenant)).collect()
}

fn displaced(fleet: &DesiredFleet, made: &Made) -> Option<Diagnostic> {
    let names = &made.facts.displaced;
    let count = names.len();
    let message = format!(
        "Fleet/{}: {} {} an Instance manifest for this integration, which comes before the fleet: {}",
        fleet.name,
        counted(count, "customer"),
        if count == 1 { "has" } else { "have" },
        few(names)
    );
    let found = Diagnostic::info("fleet-displaced", message).at(fleet.location.clone());
    (count > 0).then_some(found)
}

fn left_out(fleet: &DesiredFleet, made: &Made) -> Option<Diagnostic> {
    let names = &made.facts.left_out;
    let key = fleet.key.word();
    let message = format!(
        "Fleet/{}: {} without {key} {} left out: {}",
        fleet.name,
        counted(names.len(), "customer"),
        if names.len() == 1 { "is" } else { "are" },
        few(names)
    );
    let found = Diagnostic::warning("fleet-left-out", message).at(fleet.location.clone());
    let found =
        found.hint("members are named after it: give each customer one, or write `key: id`");
    (!names.is_empty()).then_some(found)
}

fn nobody(fleet: &DesiredFleet, made: &Made) -> Option<Diagnostic> {
    let message = format!("Fleet/{} has no member: it selects no customer", fleet.name);
    let found = Diagnostic::warning("fleet-empty", message).at(fleet.location.clone());
    (made.facts.is_nobody() && !fleet.allow_empty).then_some(found)
}

/// One finding for each other fleet that claims the same customers.
fn contested(fleet: &DesiredFleet, made: &Made) -> Vec<Diagnostic> {
    let mut by_fleet: BTreeMap<&ResourceName, Vec<&str>> = BTreeMap::new();
    for (key, first) in &made.contested {
        by_fleet.entry(first).or_default().push(key);
    }
    let found = by_fleet.into_iter().map(|(first, keys)| {
        let message = format!(
            "Fleet/{} and Fleet/{first} both claim {} of one integration: {}",
            fleet.name,
            counted(keys.len(), "customer"),
            few(&keys)
        );
        Diagnostic::error("fleets-overlap", message)
            .at(fleet.location.clone())
            .hint("let one of the two leave them out, for example by `none:` in its selector")
    });
    found.collect()
}

/// Overrides of customers that are not in the fleet.
fn strangers(fleet: &DesiredFleet, made: &Made) -> Vec<Diagnostic> {
    let listed = matches!(fleet.customers, FleetCustomers::Listed(_));
    // Of a list the files say so already.
    if listed || made.facts.incomplete.is_some() {
        return Vec::new();
    }
    let is_in = |key: &str| {
        let displaced = made.facts.displaced.iter().any(|it| it == key);
        made.keys.contains_key(key) || displaced
    };
    let named = fleet.overrides.iter().flat_map(|one| &one.customers);
    let strangers = named.filter(|one| !is_in(&one.key));
    let found = strangers.map(|one| {
        let message = format!(
            "Fleet/{}: an override for {}, who is not in it",
            fleet.name, one.key
        );
        Diagnostic::warning("override-without-member", message).at(one.location.clone())
    });
    found.collect()
}

/// Pins that keep members from the newest version.
fn pins(fleet: &DesiredFleet, made: &Made, tenant: &Tenant) -> Vec<Diagnostic> {
    let Some(live) = live(fleet, made, tenant) else {
        return Vec::new();
    };
    let available = live
        .versions
        .items
        .iter()
        .filter(|version| version.available);
    let Some(newest) = available.map(|version| version.number).max() else {
        return Vec::new();
    };
    let number = |wanted: &VersionRef| match wanted {
        VersionRef::Latest => None,
        VersionRef::Number(number) => Some(*number),
        VersionRef::Commit(commit) => {
            let from = live
                .versions
                .items
                .iter()
                .filter(|it| it.record.is_from(commit));
            from.map(|version| version.number).max()
        }
    };
    let found = fleet.overrides.iter().filter_map(|one| {
        let wanted = one.part.fixed.version.as_ref()?;
        let pinned = number(wanted).filter(|pinned| *pinned < newest)?;
        let names: Vec<&str> = one.customers.iter().map(|it| it.key.as_str()).collect();
        let message = format!(
            "Fleet/{}: {} {} on version {pinned}, where {newest} is the newest ({})",
            fleet.name,
            few(&names),
            agreeing(names.len(), "stay"),
            one.reason
        );
        Some(Diagnostic::info("pinned", message).at(one.location.clone()))
    });
    found.collect()
}

/// The live integration of a fleet, where one is certain.
fn live<'a>(fleet: &DesiredFleet, made: &Made, tenant: &'a Tenant) -> Option<&'a Integration> {
    let mut items = tenant.integrations.items.iter();
    match &fleet.integration {
        IntegrationRef::Managed(name) => {
            let is_it = |it: Marker| it.project == made.project && it.name == *name;
            items.find(|live| live.markers().any(is_it))
        }
        IntegrationRef::Name(name) => items.find(|live| live.name == *name),
        IntegrationRef::Id(id) => items.find(|live| live.id.as_str() == id),
    }
}
