//! What is special about an instance that a fleet declares: which live one it is, and how much of that is ours.
//!
//! A customer has one member of an integration. So the only instance that it has of it is the one, under any
//! name; of several, the one with the member's display name. An instance with another marker of this project
//! that nothing declares any more is moved to the member's name: the fleet was renamed or its `key` changed, a
//! customer changed its external id, or a manifest was given up for the fleet.

use std::borrow::Cow;

use crate::diff::{Found, Inputs, InstanceChanges, Refusal, Stop, Verdict, labels};
use crate::kinds::customer::compare::whose::InstanceCustomer;
use crate::kinds::instance::compare::index::Index;
use crate::kinds::instance::compare::version::Target;
use crate::kinds::integration::compare as integration;
use crate::model::{
    Config, CustomerId, DesiredInstance, Flows, Instance, InstanceState, Manage, Marker, MemberStop,
};

impl<'a> Index<'a> {
    pub(crate) fn inputs(&self) -> &'a Inputs<'a> {
        self.inputs
    }

    /// The instances that bear a marker.
    pub(crate) fn marked(&self, marker: &Marker) -> &[&'a Instance] {
        let found = self.by_label.get(marker.to_string().as_str());
        found.map_or(&[], Vec::as_slice)
    }

    /// Whether something that is declared owns an instance.
    pub(crate) fn is_claimed(&self, live: &Instance) -> bool {
        let project = &self.inputs.desired.project.name;
        let mut ours = live.markers().filter(|marker| marker.project == *project);
        ours.any(|marker| self.declared.contains(&marker.name))
    }

    /// All instances of a customer.
    pub(crate) fn of_customer(&self, customer: &InstanceCustomer) -> &[&'a Instance] {
        let id = customer.id().map(CustomerId::as_str);
        let found = id.and_then(|id| self.by_customer.get(id));
        found.map_or(&[], Vec::as_slice)
    }
}

/// Whether expanding its fleet left anything in the way.
pub(crate) fn may_go_on(desired: &DesiredInstance) -> Result<(), Stop> {
    match desired.member.as_ref().and_then(|it| it.stop.as_ref()) {
        None => Ok(()),
        Some(MemberStop::Unknown(why)) => Err(Stop::Unknown(why.clone())),
        Some(MemberStop::Refused { reason, hint }) => Err(Stop::Refused(Refusal {
            reason: reason.clone(),
            hint: hint.clone(),
        })),
    }
}

/// Whether the manifest itself says that what is there is taken over.
pub(crate) fn is_taken_over(desired: &DesiredInstance) -> bool {
    let member = desired.member.as_ref();
    member.is_some_and(|member| member.manage == Manage::Version)
}

/// Whether a customer has none, and the fleet makes none: then there is nothing to say.
pub(crate) fn is_left_out(desired: &DesiredInstance, verdict: &Verdict<InstanceChanges>) -> bool {
    let member = desired.member.as_ref();
    let creates = member.is_none_or(|member| member.creates);
    let missing = verdict.as_ref().is_ok_and(|it| it.live == Found::Missing);
    missing && !creates
}

/// The live instances that can be the one, besides those with its marker.
pub(crate) fn candidates<'a>(
    index: &Index<'a>,
    desired: &DesiredInstance,
    customer: &InstanceCustomer,
    target: &Target<'_>,
) -> Vec<&'a Instance> {
    if let Some(member) = &desired.displaces {
        return index
            .marked(&integration::marker(index.inputs(), member))
            .to_vec();
    }
    if desired.member.is_none() {
        return Vec::new();
    }
    let same_name = |live: &Instance| live.version.integration_name == target.integration_name;
    let of_it = |live: &&&Instance| {
        target
            .covers(&live.version)
            .unwrap_or_else(|| same_name(live))
            && !index.is_claimed(live)
    };
    let open: Vec<&Instance> = index
        .of_customer(customer)
        .iter()
        .filter(of_it)
        .copied()
        .collect();
    let called = |live: &&&Instance| live.name.trim() == desired.display_name.trim();
    let named: Vec<&Instance> = open.iter().filter(called).copied().collect();
    match named.is_empty() {
        true => open,
        false => named,
    }
}

/// The part of what is declared that is managed on a live instance.
pub(crate) fn managed<'a>(
    desired: &'a DesiredInstance,
    live: &Instance,
) -> Cow<'a, DesiredInstance> {
    let Some(member) = &desired.member else {
        return Cow::Borrowed(desired);
    };
    let off = live.labels.iter().any(|label| label == Marker::LEFT_OFF) && !live.enabled;
    match member.manage {
        Manage::All if !off => Cow::Borrowed(desired),
        Manage::All => Cow::Owned(DesiredInstance {
            state: InstanceState::Disabled,
            ..desired.clone()
        }),
        Manage::Version => Cow::Owned(version_only(desired, live)),
    }
}

/// One that was never deployed was created by us, or by a person for us to configure: its initial values are
/// the template's.
fn version_only(desired: &DesiredInstance, live: &Instance) -> DesiredInstance {
    let runs = live.enabled || returns(live) || !live.deployed;
    DesiredInstance {
        display_name: live.name.clone(),
        description: None,
        labels: None,
        global_debug: None,
        config: match live.deployed {
            true => Config::default(),
            false => desired.config.clone(),
        },
        flows: match live.deployed {
            true => Flows::default(),
            false => desired.flows.clone(),
        },
        state: match runs {
            true => InstanceState::Enabled,
            false => InstanceState::Disabled,
        },
        ..desired.clone()
    }
}

/// Its labels as people compare them: that a member is moved to its name is bookkeeping.
pub(crate) fn seen_labels<'a>(
    desired: &DesiredInstance,
    live: &'a Instance,
    marker: &Marker,
) -> Cow<'a, [String]> {
    match desired.member.is_some() || desired.displaces.is_some() {
        true => labels::without_markers(&live.labels, marker).into(),
        false => Cow::Borrowed(&live.labels),
    }
}

/// Whether its fleet switched it off when it left, and it is off still.
pub(crate) fn returns(live: &Instance) -> bool {
    !live.enabled
        && live
            .labels
            .iter()
            .any(|label| label.starts_with(Marker::LEFT))
}
