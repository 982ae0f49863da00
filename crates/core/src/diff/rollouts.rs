//! From a comparison of every member with its target to the facts that rollouts are derived from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::{ChangeSet, Comparison, Inputs, InstanceChanges, Stop, TargetCustomer, TargetVersion};
use crate::model::rollout::{RolloutWindow, Select, labels};
use crate::model::{
    Address, Asked, CustomerId, CustomerRecord, CustomerRef, DesiredInstance, DesiredIntegration,
    Instance, InstanceId, InstanceState, Integration, IntegrationId, IntegrationRef, Listing,
    LiveHold, MoveStamp, PublishedVersion, RanStamp, RequiredVariable, ResourceName, VersionRef,
    Window,
};
use crate::rollout::{
    Approval, Facts, IntegrationNotes, Member, RolloutNotes, Standing, Target, VersionFact,
};

/// The label of a customer that names its time zone: `tz:Europe/Berlin`.
const ZONE: &str = "tz:";

/// The facts about one integration.
#[derive(Debug, Clone)]
pub struct RolloutFacts<'a> {
    /// Its `metadata.name`.
    pub integration: &'a ResourceName,
    /// Its display name.
    pub display_name: String,
    /// Which live one it is; `None` before it exists.
    pub live: Option<&'a Integration>,
    /// What its rollout is derived from.
    pub facts: Facts<'a>,
    /// Customers whose time zone is not known; the windows of the others' zone apply to them.
    pub without_zone: BTreeSet<String>,
}

/// Says why windows hold changes back at a moment, if they do.
pub(super) type Closed<'a> = &'a dyn Fn(&[Window]) -> Option<String>;

/// The facts about every integration that has a rollout and instances.
///
/// `now` is the time by the server's clock.
#[must_use]
pub fn rollout_facts<'a>(
    inputs: &Inputs<'a>,
    changes: &ChangeSet,
    now: Option<Timestamp>,
    notes: &RolloutNotes,
    closed: Closed<'_>,
) -> Vec<RolloutFacts<'a>> {
    let declared = inputs.desired.integrations.iter();
    if declared.clone().all(|it| it.rollout.is_none()) {
        return Vec::new();
    }
    let world = World::new(inputs, changes);
    let facts = declared.filter_map(|it| world.facts(it, now, notes, closed));
    facts.collect()
}

/// Look-ups over both sides.
struct World<'a, 'c> {
    inputs: &'c Inputs<'a>,
    changes: &'c ChangeSet,
    integrations: HashMap<&'a IntegrationId, &'a Integration>,
    instances: HashMap<&'a InstanceId, &'a Instance>,
    customers: HashMap<&'a CustomerId, &'a CustomerRecord>,
}

type Pair<'a, 'c> = (&'a DesiredInstance, &'c Comparison<InstanceChanges>);

impl<'a, 'c> World<'a, 'c> {
    fn new(inputs: &'c Inputs<'a>, changes: &'c ChangeSet) -> Self {
        let tenant = inputs.tenant;
        let customers = tenant.all_customers.iter().flat_map(|all| &all.items);
        Self {
            inputs,
            changes,
            integrations: tenant
                .integrations
                .items
                .iter()
                .map(|it| (&it.id, it))
                .collect(),
            instances: tenant
                .instances
                .items
                .iter()
                .map(|it| (&it.id, it))
                .collect(),
            customers: customers.map(|it| (&it.customer.id, it)).collect(),
        }
    }

    fn facts(
        &self,
        declared: &'a DesiredIntegration,
        now: Option<Timestamp>,
        notes: &RolloutNotes,
        closed: Closed<'_>,
    ) -> Option<RolloutFacts<'a>> {
        let spec = declared.rollout.as_ref()?;
        let of = IntegrationRef::Managed(declared.name.clone());
        let pairs = self.changes.with_declared(self.inputs.desired);
        let pairs: Vec<Pair<'_, '_>> = pairs.filter(|(it, _)| it.integration == of).collect();
        let own = self
            .changes
            .integrations
            .iter()
            .find(|it| it.address.name == declared.name)?;
        let Ok(own) = &own.verdict else {
            // Its instances are blocked or unknown with it.
            return None;
        };
        let live = own
            .live
            .id()
            .and_then(|id| self.integrations.get(id).copied());
        let target = target(&pairs)?;
        let mut without_zone = BTreeSet::new();
        let mut members = Vec::new();
        let mut unknown = self.unread(declared, live);
        for (desired, diff) in pairs {
            let (member, why) = self.member(desired, diff, target, live, now);
            unknown = unknown.or(why);
            members.push(member);
        }
        for member in &mut members {
            let windows = windows(&spec.windows, member, &mut without_zone);
            member.closed = closed(&windows);
        }
        let published = matches!(target, Target::Published);
        let sequence = live.and_then(|it| it.sequence.as_ref());
        let noted = sequence.and_then(|it| notes.of(it.as_str()));
        Some(RolloutFacts {
            integration: &declared.name,
            display_name: own.display_name.clone(),
            live,
            facts: Facts {
                spec,
                key: live.and_then(|it| it.sequence.as_ref()).map_or_else(
                    || own.display_name.clone(),
                    |sequence| sequence.as_str().to_owned(),
                ),
                now,
                target,
                follows_latest: self.follows_latest(&declared.name),
                meaning: match live.filter(|_| !published) {
                    None => Some(own.submitted.clone()),
                    Some(live) => meaning(live, target),
                },
                declared: (declared.available != Some(false)).then(|| own.submitted.clone()),
                versions: live.map(versions).unwrap_or_default(),
                members,
                unknown,
                paused: paused(spec.paused, live),
                aborted: live.and_then(|it| labels::aborted(&it.labels)),
                protected: protected(declared, live),
                approvals: approvals(declared, noted),
                finished: noted.map(|it| it.finished.clone()).unwrap_or_default(),
                looked_at: false,
            },
            without_zone,
        })
    }

    /// What of the lists that matter could not be read.
    fn unread(&self, declared: &DesiredIntegration, live: Option<&Integration>) -> Option<String> {
        let tenant = self.inputs.tenant;
        let rollout = declared.rollout.as_ref()?;
        let by_label = rollout
            .waves
            .iter()
            .any(|it| matches!(it.select, Select::Labels(_)));
        let by_zone = rollout.windows.iter().any(|it| it.customer_zone);
        let customers = match &tenant.all_customers {
            Some(all) => all.incomplete.as_deref(),
            None => Some("they were not read"),
        };
        let customers = customers.filter(|_| by_label || by_zone);
        let versions = live.and_then(|it| it.versions.incomplete.as_deref());
        let instances = tenant.instances.incomplete.as_deref();
        let all = [
            ("instances", instances),
            ("customers", customers),
            ("versions", versions),
        ];
        let mut all = all.into_iter();
        all.find_map(|(what, why)| Some(format!("{what} could not be read: {}", why?)))
    }

    fn follows_latest(&self, integration: &ResourceName) -> bool {
        let of = IntegrationRef::Managed(integration.clone());
        let mut all = self.inputs.desired.instances.iter();
        all.any(|it| it.integration == of && it.version == VersionRef::Latest)
    }

    /// One declared instance, and what of it is not known.
    fn member(
        &self,
        desired: &DesiredInstance,
        diff: &Comparison<InstanceChanges>,
        target: Target,
        integration: Option<&Integration>,
        now: Option<Timestamp>,
    ) -> (Member, Option<String>) {
        let changes = diff.verdict.as_ref().ok();
        let live = changes.and_then(|it| self.instances.get(it.live.id()?).copied());
        let address = Address::instance(desired.name.clone());
        let unknown = match &diff.verdict {
            Err(Stop::Unknown(why)) => Some(format!("{address}: {why}")),
            Ok(_) | Err(Stop::Refused(_)) => None,
        };
        let customer = self.customer(desired, changes, live);
        let stays = changes.is_some_and(|it| !it.upgrade);
        let current = match (live, target) {
            // One of several equal versions is as good as the target.
            (Some(_), Target::Existing(number)) if stays && reaches(changes, target) => {
                Some(number)
            }
            (Some(live), _) => Some(live.version.number),
            (None, _) => None,
        };
        let own = live.map_or(desired.labels.as_deref(), |it| Some(&it.labels));
        let theirs = customer.map(|it| it.labels.as_slice());
        let labels = own.into_iter().chain(theirs).flatten().cloned();
        let member = Member {
            name: desired.name.clone(),
            customer: key(desired, live, customer),
            labels: labels.collect(),
            instance: live.map(|it| it.id.clone()),
            current,
            deployed: live.is_some_and(|it| it.deployed),
            settled: live.is_some_and(|it| it.deployed && !it.needs_deploy),
            last_deployed_at: live.and_then(|it| it.last_deployed_at),
            stamp: live.and_then(|it| MoveStamp::among(&it.labels)),
            ran: live.and_then(|it| RanStamp::among(&it.labels)),
            failing: live.is_some_and(|it| it.in_failed_state),
            irrecoverable: live.map_or(0, |live| irrecoverable(desired, live, integration)),
            closed: None,
            standing: standing(desired, diff, changes, live, (target, now)),
        };
        (member, unknown)
    }

    /// The record of the customer, if all customers were read.
    fn customer(
        &self,
        desired: &DesiredInstance,
        changes: Option<&InstanceChanges>,
        live: Option<&Instance>,
    ) -> Option<&'a CustomerRecord> {
        let known = changes.and_then(|it| match &it.customer {
            TargetCustomer::Existing(id) => Some(id),
            TargetCustomer::Created(_) => None,
        });
        let read = self.inputs.tenant.customers.get(&desired.customer);
        let read = read.and_then(|it| match it {
            Listing {
                items,
                incomplete: None,
            } => items.first().map(|one| &one.id),
            Listing { .. } => None,
        });
        let id = known.or(read).or_else(|| live.map(|it| &it.customer.id))?;
        self.customers.get(id).copied()
    }
}

/// The version that most members shall come to; the newest of several. Those that name another one are pinned to it.
fn target(pairs: &[Pair<'_, '_>]) -> Option<Target> {
    let mut votes: BTreeMap<(usize, i64), usize> = BTreeMap::new();
    for (desired, diff) in pairs {
        let Ok(changes) = &diff.verdict else {
            continue;
        };
        if matches!(desired.version, VersionRef::Number(_)) || desired.outside_rollout.is_some() {
            continue;
        }
        let place = match &changes.target {
            TargetVersion::Published(_) => (1, 0),
            TargetVersion::Existing { number, .. } => (0, *number),
        };
        *votes.entry(place).or_default() += 1;
    }
    let most = votes
        .into_iter()
        .max_by_key(|(place, votes)| (*votes, *place))?;
    Some(match most.0 {
        (0, number) => Target::Existing(number),
        _ => Target::Published,
    })
}

/// Whether a member shall come to the version of the rollout.
fn reaches(changes: Option<&InstanceChanges>, target: Target) -> bool {
    changes.is_some_and(|it| it.target.number() == target.number())
}

fn standing(
    desired: &DesiredInstance,
    diff: &Comparison<InstanceChanges>,
    changes: Option<&InstanceChanges>,
    live: Option<&Instance>,
    (target, now): (Target, Option<Timestamp>),
) -> Standing {
    if let Some(why) = &desired.outside_rollout {
        return Standing::OptedOut(why.clone());
    }
    if let VersionRef::Number(number) = &desired.version {
        return Standing::Pinned(number.to_string());
    }
    let Some(changes) = changes else {
        let why = match &diff.verdict {
            Err(Stop::Unknown(why)) => why.clone(),
            Err(Stop::Refused(refusal)) => refusal.reason.clone(),
            Ok(_) => String::new(),
        };
        return Standing::Blocked(why);
    };
    if !reaches(Some(changes), target) {
        return Standing::Pinned(desired.version.to_string());
    }
    if let Some(until) = live.and_then(|it| LiveHold::in_force(&it.labels, now)) {
        return Standing::Held(until.to_string());
    }
    if !changes.missing.is_empty() {
        return Standing::Blocked(format!("no value for {}", changes.missing.join(", ")));
    }
    if !changes.pending.is_empty() {
        return Standing::Pending(format!("consent to {}", changes.pending.join(", ")));
    }
    let off = desired.state == InstanceState::Disabled || live.is_some_and(|it| !it.enabled);
    match live {
        None => Standing::New,
        Some(live) if !live.deployed => Standing::New,
        Some(_) if off => Standing::Disabled,
        Some(_) => Standing::Counted,
    }
}

/// What the share of a member is drawn by: its customer, so that neither a rename of the manifest nor of the project
/// matters.
fn key(
    desired: &DesiredInstance,
    live: Option<&Instance>,
    customer: Option<&CustomerRecord>,
) -> String {
    let known = customer
        .map(|it| &it.customer)
        .or(live.map(|it| &it.customer));
    let known = known.map(|it| it.external_id.as_deref().unwrap_or(it.id.as_str()));
    let named = match &desired.customer {
        CustomerRef::Managed(name) => name.as_str(),
        CustomerRef::ExternalId(text) | CustomerRef::Name(text) | CustomerRef::Id(text) => text,
    };
    known.unwrap_or(named).to_owned()
}

fn meaning(live: &Integration, target: Target) -> Option<String> {
    let number = target.number()?;
    let mut versions = live.versions.items.iter();
    let version = versions.find(|it| it.number == number)?;
    version.record.submitted.clone()
}

fn versions(live: &Integration) -> Vec<VersionFact> {
    let fact = |it: &PublishedVersion| VersionFact {
        number: it.number,
        available: it.available,
        published_at: it.created_at,
        meaning: it.record.submitted.clone(),
    };
    live.versions.items.iter().map(fact).collect()
}

fn paused(declared: bool, live: Option<&Integration>) -> Option<String> {
    let labelled = live.is_some_and(|it| it.labels.iter().any(|it| it == labels::PAUSED));
    if labelled {
        Some(format!(
            "the label {} is on the integration",
            labels::PAUSED
        ))
    } else {
        declared.then(|| "`paused: true` in its manifest".to_owned())
    }
}

fn protected(declared: &DesiredIntegration, live: Option<&Integration>) -> Option<String> {
    let end = super::labels::guardian(&live?.labels, declared.protect)?;
    Some(format!("it is protected; to let it be, {end}"))
}

fn approvals(declared: &DesiredIntegration, noted: Option<&IntegrationNotes>) -> Vec<Approval> {
    let approvals = declared.rollout.iter().flat_map(|it| &it.approve);
    let approvals = approvals.map(|it| Approval {
        version: it.version,
        wave: it.wave.clone(),
        failures: None,
        until: None,
        by: format!("{} ({})", it.reason, declared.location),
    });
    let noted = noted.into_iter().flat_map(IntegrationNotes::accepted);
    approvals.chain(noted).collect()
}

/// The windows of a rollout by a member's own clock, where they use that.
fn windows(
    declared: &[RolloutWindow],
    member: &Member,
    without_zone: &mut BTreeSet<String>,
) -> Vec<Window> {
    let zone = member.labels.iter().find_map(|it| it.strip_prefix(ZONE));
    let zone = zone.filter(|zone| jiff::tz::TimeZoneDatabase::bundled().get(zone).is_ok());
    let window = |it: &RolloutWindow| {
        let mut window = it.window.clone();
        if it.customer_zone {
            if zone.is_none() {
                without_zone.insert(member.customer.clone());
            }
            window.time_zone = zone.map(str::to_owned);
        }
        window
    };
    declared.iter().map(window).collect()
}

/// How many variables of the version that a member would go back to have no value afterwards: those that its present version
/// dropped, that git does not declare and that have no default.
fn irrecoverable(
    desired: &DesiredInstance,
    live: &Instance,
    integration: Option<&Integration>,
) -> u64 {
    let stamp = MoveStamp::among(&live.labels).filter(|it| it.to == live.version.number);
    let (Some(stamp), Some(integration)) = (stamp, integration) else {
        return 0;
    };
    let mut versions = integration.versions.items.iter();
    let before = versions.find(|it| it.number == stamp.from);
    let Some(Asked::Known(required)) = before.map(|it| &it.required) else {
        return 0;
    };
    let values = live.config.known();
    let kept = |variable: &RequiredVariable| {
        let same = |it: &RequiredVariable| {
            it.key == variable.key
                || (it.stable_key.is_some() && it.stable_key == variable.stable_key)
        };
        values.is_some_and(|all| all.values().any(|it| same(&it.declared)))
    };
    let lost = required.iter().filter(|variable| {
        !variable.shared
            && variable.default_value.as_deref().is_none_or(str::is_empty)
            && variable.collection_type.is_none()
            && !desired.config.contains_key(&variable.key)
            && !kept(variable)
    });
    lost.count() as u64
}
