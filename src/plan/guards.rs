//! Limits on one plan, checked as a whole before its first write.
//!
//! A refused plan can be approved by its digest, and only that plan: there is
//! no standing force.

use serde::Serialize;

use super::{Action, PlannedResource};
use crate::model::{Guards, Kind, Share};

/// A limit that a plan exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardViolation {
    /// Which limit, by its key in the policy.
    pub guard: &'static str,
    /// The numbers, for people.
    pub message: String,
}

/// How many live objects of each kind bear this project's markers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Managed {
    pub(super) integrations: u64,
    pub(super) instances: u64,
}

impl Managed {
    fn of(self, kind: Kind) -> u64 {
        match kind {
            Kind::Integration => self.integrations,
            Kind::Instance => self.instances,
        }
    }
}

/// Whether a limit counts a resource.
type Counts = fn(&PlannedResource) -> bool;

/// All limits that a plan exceeds.
pub(super) fn check(
    resources: &[PlannedResource],
    managed: Managed,
    guards: &Guards,
) -> Vec<GuardViolation> {
    let mut violations = Vec::new();
    for kind in [Kind::Integration, Kind::Instance] {
        let total = managed.of(kind);
        let shares: [(&str, &Share, Counts); 3] = [
            ("updates", &guards.updates, updates),
            ("disables", &guards.disables, |r| {
                r.actions.contains(&Action::Disable)
            }),
            ("deletes", &guards.deletes, |r| {
                r.actions.contains(&Action::Delete)
            }),
        ];
        for (guard, share, counts) in shares {
            let of_kind = resources.iter().filter(|r| r.address.kind == kind);
            let number = of_kind.filter(|r| counts(r)).count() as u64;
            violations.extend(exceeds(guard, share, number, total, guards.minimum, kind));
        }
    }
    let creates = resources
        .iter()
        .filter(|r| r.actions.contains(&Action::Create))
        .count() as u64;
    if creates > guards.creates {
        let limit = guards.creates;
        let message = format!("{creates} objects would be created; the limit is {limit}");
        violations.push(GuardViolation {
            guard: "creates",
            message,
        });
    }
    violations
}

/// A closed window holds back everything but adoption.
pub(super) fn window(
    resources: &[PlannedResource],
    closed: Option<&str>,
) -> Option<GuardViolation> {
    let noticed = |r: &PlannedResource| r.actions.iter().any(|action| action.is_noticed());
    let message = closed.filter(|_| resources.iter().any(noticed))?.to_owned();
    Some(GuardViolation {
        guard: "windows",
        message,
    })
}

/// Everything that a customer may notice of an object that stays.
fn updates(resource: &PlannedResource) -> bool {
    let quiet = [
        Action::Adopt,
        Action::Create,
        Action::Disable,
        Action::Delete,
        Action::Release,
    ];
    let created = resource.actions.contains(&Action::Create);
    !created
        && resource
            .actions
            .iter()
            .any(|action| !quiet.contains(action))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shares of counts far below 2^52"
)]
fn exceeds(
    guard: &'static str,
    share: &Share,
    number: u64,
    total: u64,
    minimum: u64,
    kind: Kind,
) -> Option<GuardViolation> {
    let (over, limit) = match share {
        Share::Count(limit) => (number > *limit, limit.to_string()),
        Share::Percent(percent) => {
            let over = total >= minimum && number as f64 > total as f64 * percent / 100.0;
            (over, format!("{percent}%"))
        }
    };
    over.then(|| {
        let noun = format!("{kind}s").to_lowercase();
        let message = format!("{guard}: {number} of {total} managed {noun}; the limit is {limit}");
        GuardViolation { guard, message }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, ResourceName};
    use crate::plan::build::quiet;

    fn resources(number: usize, action: Action) -> Vec<PlannedResource> {
        let one = |index: usize| PlannedResource {
            actions: vec![action],
            ..quiet(
                Address::instance(ResourceName::parse(&format!("n{index}")).unwrap()),
                String::new(),
                None,
            )
        };
        (0..number).map(one).collect()
    }

    fn violated(number: usize, action: Action, total: u64, guards: &Guards) -> Vec<String> {
        let managed = Managed {
            integrations: 0,
            instances: total,
        };
        let found = check(&resources(number, action), managed, guards);
        found
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn a_closed_window_holds_back_changes_and_nothing_else() {
        let held = |number, action| window(&resources(number, action), Some("closed")).is_some();
        assert!(held(1, Action::Deploy) && held(1, Action::Create));
        assert!(!held(0, Action::Deploy) && !held(1, Action::Adopt));
        assert_eq!(window(&resources(1, Action::Deploy), None), None);
    }

    #[test]
    fn limits_are_strict_and_have_a_floor() {
        let guards = Guards::default();
        assert!(
            violated(3, Action::Configure, 10, &guards).is_empty(),
            "30% is not over 30%"
        );
        assert_eq!(
            violated(4, Action::Configure, 10, &guards),
            ["updates: 4 of 10 managed instances; the limit is 30%"]
        );
        assert!(
            violated(9, Action::Disable, 9, &guards).is_empty(),
            "below the minimum"
        );
        assert_eq!(
            violated(8, Action::Delete, 20, &guards),
            ["deletes: 8 of 20 managed instances; the limit is 30%"]
        );
        assert!(violated(100, Action::Adopt, 100, &guards).is_empty());
        assert_eq!(
            violated(501, Action::Create, 0, &guards),
            ["501 objects would be created; the limit is 500"]
        );
        let none = Guards {
            disables: Share::Count(0),
            ..Guards::default()
        };
        assert_eq!(
            violated(1, Action::Disable, 1, &none),
            ["disables: 1 of 1 managed instances; the limit is 0"]
        );
    }
}
