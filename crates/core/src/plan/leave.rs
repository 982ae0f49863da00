//! Members whose fleet does not select their customer any more, and the limits that a fleet sets.
//!
//! # Guarantees
//!
//! A member that is disabled for leaving is labelled first, with the day, so that only those are enabled
//! again when they return, and so that leaving in small parts is counted together.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::build::Builder;
use super::guards::{is_over, shown, updates};
use super::{
    Action, Context, FleetSummary, GuardViolation, InstanceOperation, Output, PlannedResource,
};
use crate::diff::{ChangeSet, Inputs, Orphan};
use crate::model::{
    CustomerRef, DesiredFleet, DesiredInstance, FleetGuards, Health, Instance, Marker, OnLeave,
    ResourceName, Share, counted,
};

/// The fleets that are declared, and what is known of their members.
pub(super) struct Fleets<'a> {
    by_name: HashMap<&'a str, &'a DesiredFleet>,
    live: HashMap<&'a str, &'a Instance>,
    /// Members that manifests take over.
    displaced: HashSet<&'a ResourceName>,
    /// The customers for which they have members, under any name.
    customers: HashSet<(&'a ResourceName, &'a CustomerRef)>,
}

impl<'a> Fleets<'a> {
    pub(super) fn of(inputs: &Inputs<'a>) -> Self {
        let fleets = &inputs.desired.fleets;
        // Without a fleet nothing is asked of it.
        let any = !fleets.is_empty();
        let live = inputs.tenant.instances.items.iter().filter(|_| any);
        let members = inputs.desired.instances.iter().filter(|_| any);
        let for_whom =
            |one: &'a DesiredInstance| Some((&one.member.as_ref()?.fleet, &one.customer));
        Self {
            by_name: fleets.iter().map(|one| (one.name.as_str(), one)).collect(),
            live: live.map(|live| (live.id.as_str(), live)).collect(),
            displaced: (inputs.desired.instances.iter())
                .filter_map(|it| it.displaces.as_ref())
                .collect(),
            customers: members.filter_map(for_whom).collect(),
        }
    }

    /// The fleet that an orphan was a member of, where it is declared still.
    pub(super) fn of_orphan(&self, orphan: &Orphan) -> Option<&'a DesiredFleet> {
        let name = orphan.address.name.fleet()?;
        self.by_name.get(name).copied()
    }

    /// Whether its customer is in the fleet all the same, under another name that could not be given to it yet.
    fn has_member(&self, fleet: &DesiredFleet, live: &Instance) -> bool {
        let customer = CustomerRef::Id(live.customer.id.as_str().to_owned());
        self.customers.contains(&(&fleet.name, &customer))
    }
}

/// Plans one that left; says what is done with it and why.
pub(super) fn plan(
    builder: &mut Builder,
    (inputs, fleets): (&Inputs<'_>, &Fleets<'_>),
    (orphan, fleet): (&Orphan, &DesiredFleet),
    context: &Context,
) -> (String, Option<String>) {
    let kept = |why: &str| {
        let reason = format!(
            "Fleet/{} does not select its customer any more; kept: {why}",
            fleet.name
        );
        (reason, None)
    };
    let live = fleets.live.get(orphan.id.as_str()).copied();
    let Some(live) = live.filter(|_| fleet.on_leave == OnLeave::Disable) else {
        return kept("it says `onLeave: orphan`");
    };
    if orphan.protected {
        return kept("it is protected by its label");
    }
    if inputs.tenant.instances.incomplete.is_some() {
        return kept("not all instances could be read");
    }
    if fleets.displaced.contains(&orphan.address.name) {
        return kept("an Instance manifest for its customer takes it over");
    }
    if fleets.has_member(fleet, live) {
        return kept("its customer has a member of another name, which comes first");
    }
    switch_off(builder, orphan, live, day(context.observed_at));
    let left = format!("Fleet/{} does not select its customer any more", fleet.name);
    (left, None)
}

/// Marks it, and switches it off then.
fn switch_off(builder: &mut Builder, orphan: &Orphan, live: &Instance, today: Date) {
    let marked = |prefix: &str| live.labels.iter().any(|label| label.starts_with(prefix));
    let instance = || Output::Known(live.id.clone());
    let (label, action) = match live.enabled {
        true => (format!("{}{today}", Marker::LEFT), Action::Disable),
        false => (Marker::LEFT_OFF.to_owned(), Action::Update),
    };
    let mut after = Vec::new();
    if !marked(Marker::LEFT) && !marked(Marker::LEFT_OFF) {
        let mut labels = live.labels.clone();
        labels.push(label);
        labels.sort();
        let operation = InstanceOperation::labels(instance(), labels);
        after.push(builder.step(&orphan.address, action, operation, Vec::new()));
    }
    if live.enabled {
        let operation = InstanceOperation::Switch {
            instance: instance(),
            enabled: false,
            unless_shown: None,
        };
        builder.step(&orphan.address, Action::Disable, operation, after);
    }
}

/// The day of a moment, in UTC.
fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// What a fleet came to, and what it allows one plan to do.
pub(super) struct FleetLimits {
    name: String,
    members: u64,
    displaced: u64,
    left_out: u64,
    absent: u64,
    incomplete: Option<String>,
    empty: bool,
    max_leave: Share,
    guards: FleetGuards,
    /// How many were switched off for leaving yesterday or today.
    left: u64,
}

/// The limits of all fleets.
pub(super) fn limits(
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
    context: &Context,
) -> Vec<FleetLimits> {
    let fleets = &inputs.desired.fleets;
    if fleets.is_empty() {
        return Vec::new();
    }
    let mut left = left_lately(inputs, context);
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    for fleet in changes
        .instances
        .iter()
        .filter_map(|it| it.address.name.fleet())
    {
        *there.entry(fleet).or_default() += 1;
    }
    let limits = fleets.iter().map(|fleet| {
        let came_to = fleet.expanded.clone().unwrap_or_default();
        FleetLimits {
            name: fleet.name.to_string(),
            members: came_to.members as u64,
            displaced: came_to.displaced.len() as u64,
            left_out: came_to.left_out.len() as u64,
            absent: came_to
                .members
                .saturating_sub(there.remove(fleet.name.as_str()).unwrap_or(0))
                as u64,
            empty: !fleet.allow_empty && fleet.expanded.is_some() && came_to.is_nobody(),
            incomplete: came_to.incomplete.map(|why| why.to_string()),
            max_leave: fleet.max_leave,
            guards: fleet.guards,
            left: left.remove(fleet.name.as_str()).unwrap_or_default(),
        }
    });
    limits.collect()
}

/// Each fleet as a whole.
pub(super) fn summaries(
    fleets: &[FleetLimits],
    resources: &[PlannedResource],
) -> Vec<FleetSummary> {
    let of_fleet = |fleet: &FleetLimits| FleetSummary {
        name: fleet.name.clone(),
        members: fleet.members,
        displaced: fleet.displaced,
        left_out: fleet.left_out,
        absent: fleet.absent,
        incomplete: fleet.incomplete.clone(),
        ..FleetSummary::default()
    };
    let mut all: Vec<FleetSummary> = fleets.iter().map(of_fleet).collect();
    for resource in resources {
        let name = resource.address.name.fleet();
        let fleet = name.and_then(|name| all.iter_mut().find(|it| it.name == name));
        let Some(fleet) = fleet else {
            continue;
        };
        let creates = resource.actions.contains(&Action::Create);
        fleet.left += u64::from(resource.orphan);
        fleet.creates += u64::from(creates);
        fleet.changes += u64::from(!creates && !resource.orphan && !resource.actions.is_empty());
        fleet.blocked += u64::from(resource.health == Health::Blocked);
        fleet.pending += u64::from(resource.health == Health::Pending);
        fleet.held += u64::from(resource.on_hold.as_ref().is_some_and(|it| it.pending));
        fleet.unknown += u64::from(resource.health == Health::Unknown);
    }
    all
}

/// A day has no hours, so that the same files give the same plan all day: what left yesterday counts as well.
fn left_lately(inputs: &Inputs<'_>, context: &Context) -> BTreeMap<String, u64> {
    let today = day(context.observed_at);
    let yesterday = today.checked_sub(1.day()).unwrap_or(today);
    let project = &inputs.desired.project.name;
    let mut left = BTreeMap::new();
    for live in &inputs.tenant.instances.items {
        let days = live
            .labels
            .iter()
            .filter_map(|it| it.strip_prefix(Marker::LEFT));
        let mut days = days.filter_map(|day| day.parse::<Date>().ok());
        if live.enabled || !days.any(|day| day >= yesterday) {
            continue;
        }
        for marker in live.markers().filter(|marker| marker.project == *project) {
            if let Some(fleet) = marker.name.fleet() {
                *left.entry(fleet.to_owned()).or_default() += 1;
            }
        }
    }
    left
}

/// What a plan does beyond the limits of its fleets.
pub(super) fn check(
    resources: &[PlannedResource],
    fleets: &[FleetLimits],
    minimum: u64,
) -> Vec<GuardViolation> {
    if fleets.is_empty() {
        return Vec::new();
    }
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for resource in resources.iter().filter(|it| !it.actions.is_empty()) {
        if let Some(fleet) = resource.address.name.fleet() {
            counts.entry(fleet).or_default().add(resource);
        }
    }
    let of_fleet = |fleet: &FleetLimits| {
        let counts = counts.get(fleet.name.as_str()).copied();
        fleet.violations(counts.unwrap_or_default(), minimum)
    };
    fleets.iter().flat_map(of_fleet).collect()
}

#[derive(Clone, Copy, Default)]
struct Counts {
    updates: u64,
    creates: u64,
    leaves: u64,
}

impl Counts {
    fn add(&mut self, resource: &PlannedResource) {
        let does = |action| resource.actions.contains(&action);
        self.leaves += u64::from(resource.orphan && does(Action::Disable));
        self.creates += u64::from(!resource.orphan && does(Action::Create));
        self.updates += u64::from(!resource.orphan && updates(resource));
    }
}

impl FleetLimits {
    fn violations(&self, counts: Counts, minimum: u64) -> Vec<GuardViolation> {
        let own = [
            (
                "maxUpdates",
                self.guards.max_updates,
                counts.updates,
                "change",
            ),
            (
                "maxCreates",
                self.guards.max_creates,
                counts.creates,
                "be created",
            ),
        ];
        let own = own.into_iter().filter_map(|(guard, limit, number, verb)| {
            let limit = limit.filter(|it| is_over(it, number, self.members, minimum))?;
            let message = format!(
                "{number} of {} would {verb}; the limit is {}",
                counted(self.members, "member"),
                shown(&limit)
            );
            Some((guard, message))
        });
        let found = self
            .nobody()
            .into_iter()
            .chain(self.leaving(counts, minimum));
        let violation = |(guard, message): (&str, String)| GuardViolation {
            guard: guard.to_owned(),
            message: format!("Fleet/{}: {guard}: {message}", self.name),
        };
        found.chain(own).map(violation).collect()
    }

    fn nobody(&self) -> Option<(&'static str, String)> {
        let message = "it selects no customer, so that every member would leave; if that is meant, write `allowEmpty: true`";
        self.empty.then(|| ("allowEmpty", message.to_owned()))
    }

    fn leaving(&self, counts: Counts, minimum: u64) -> Option<(&'static str, String)> {
        let leaves = counts.leaves + self.left;
        let before = self.members + leaves;
        let over = is_over(&self.max_leave, leaves, before, minimum);
        (counts.leaves > 0 && over).then(|| {
            let message = format!(
                "{} of {before} would have left within 24 hours; the limit is {}",
                counted(leaves, "member"),
                shown(&self.max_leave)
            );
            ("maxLeave", message)
        })
    }
}
