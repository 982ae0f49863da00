//! Limits on one plan, checked as a whole before its first write.
//!
//! A refused plan can be approved by its digest, and only that plan: there is no permanent override.

use std::collections::BTreeMap;

use super::{Action, GuardViolation, Guarded, PlannedResource};
use crate::model::{Guards, Kind, Share, counted};

/// How many live objects of each kind bear this project's markers.
#[derive(Debug, Clone, Default)]
pub(super) struct Managed {
    of_kinds: BTreeMap<Kind, u64>,
    /// The instances again, by the name of their customer, which is unique in an organization.
    of_customers: BTreeMap<String, u64>,
}

impl Managed {
    /// Counts one object of a kind, and of a customer if it has one.
    pub(super) fn count(&mut self, kind: Kind, customer: Option<&str>) {
        *self.of_kinds.entry(kind).or_default() += 1;
        let Some(customer) = customer else { return };
        match self.of_customers.get_mut(customer) {
            Some(number) => *number += 1,
            None => {
                self.of_customers.insert(customer.to_owned(), 1);
            }
        }
    }

    fn of(&self, kind: Kind) -> u64 {
        self.of_kinds.get(&kind).copied().unwrap_or_default()
    }
}

/// Whether a limit counts a resource.
type Counts = fn(&PlannedResource) -> bool;

/// All limits that a plan exceeds.
pub(super) fn check(
    resources: &[PlannedResource],
    managed: &Managed,
    guards: &Guards,
) -> Vec<GuardViolation> {
    let mut violations = Vec::new();
    for kind in Kind::ALL {
        let total = managed.of(kind);
        let shares: [(&str, &Share, Counts); 4] = [
            ("updates", &guards.updates, updates),
            ("upgrades", &guards.upgrades, |r| {
                r.actions.contains(&Action::Upgrade) && r.guarded != Guarded::Finishing
            }),
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
        let creates = counted(creates, "object");
        let message =
            format!("policy.guards.creates: {creates} would be created; the limit is {limit}");
        violations.push(GuardViolation {
            guard: "creates".to_owned(),
            message,
        });
    }
    let per_customer = guards.per_customer.as_ref();
    violations.extend(per_customer.and_then(|share| {
        let changed = changed_by_customer(resources);
        customers(share, &changed, managed, guards.minimum)
    }));
    violations
}

/// How many instances of each customer change; taking one over is no change.
fn changed_by_customer(resources: &[PlannedResource]) -> BTreeMap<&str, u64> {
    let mut changed = BTreeMap::new();
    let counts = |one: &&PlannedResource| noticed(one) && one.guarded != Guarded::Finishing;
    for resource in resources.iter().filter(counts) {
        if let Some(customer) = &resource.customer {
            *changed.entry(customer.as_str()).or_default() += 1;
        }
    }
    changed
}

/// At most this many names are in a message: a plan that affects all customers need not list them all.
const MAX_NAMED: usize = 5;

fn customers(
    share: &Share,
    changed: &BTreeMap<&str, u64>,
    managed: &Managed,
    minimum: u64,
) -> Option<GuardViolation> {
    let beyond: Vec<String> = changed
        .iter()
        .filter_map(|(customer, number)| {
            let total = managed.of_customers.get(*customer).copied().unwrap_or(0);
            let over = is_over(share, *number, total, minimum);
            over.then(|| format!("{customer:?} {number} (has {total})"))
        })
        .collect();
    let s = if beyond.len() == 1 { "" } else { "s" };
    let limit = shown(share);
    let more = match beyond.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = beyond.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>();
    (!beyond.is_empty()).then(|| GuardViolation {
        guard: "perCustomer".to_owned(),
        message: format!(
            "policy.guards.perCustomer: too many instances of {} customer{s} would change: {}{more}; the limit is {limit}",
            beyond.len(),
            named.join(", ")
        ),
    })
}

/// Whether anything is done that a customer may notice.
fn noticed(resource: &PlannedResource) -> bool {
    resource.actions.iter().any(|one| one.is_noticed())
}

/// A closed window holds back everything but adoption.
pub(super) fn window(
    resources: &[PlannedResource],
    closed: Option<&str>,
) -> Option<GuardViolation> {
    let message = closed.filter(|_| resources.iter().any(noticed))?.to_owned();
    Some(GuardViolation {
        guard: GuardViolation::WINDOWS.to_owned(),
        message,
    })
}

/// Everything that a customer may notice of an object that stays. What a run of ours began and did
/// not end was let through as a create; a move to another version has a limit of its own.
pub(super) fn updates(resource: &PlannedResource) -> bool {
    let quiet = [
        Action::Adopt,
        Action::Create,
        Action::Disable,
        Action::Delete,
        Action::Release,
    ];
    let created = resource.actions.contains(&Action::Create);
    !created
        && resource.guarded == Guarded::Update
        && resource
            .actions
            .iter()
            .any(|action| !quiet.contains(action))
}

pub(super) fn shown(share: &Share) -> String {
    match share {
        Share::Count(limit) => limit.to_string(),
        Share::Percent(percent) => format!("{percent}%"),
    }
}

/// Whether a number of changes is beyond a share of a total.
#[expect(
    clippy::cast_precision_loss,
    reason = "shares of counts far below 2^52"
)]
pub(super) fn is_over(share: &Share, number: u64, total: u64, minimum: u64) -> bool {
    match share {
        Share::Count(limit) => number > *limit,
        Share::Percent(percent) => {
            total >= minimum && number as f64 > total as f64 * percent / 100.0
        }
    }
}

fn exceeds(
    guard: &'static str,
    share: &Share,
    number: u64,
    total: u64,
    minimum: u64,
    kind: Kind,
) -> Option<GuardViolation> {
    is_over(share, number, total, minimum).then(|| {
        let limit = shown(share);
        let noun = format!("{kind}s").to_lowercase();
        let message = format!(
            "policy.guards.{guard}: {number} of {total} managed {noun}; the limit is {limit}"
        );
        GuardViolation {
            guard: guard.to_owned(),
            message,
        }
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

    fn instances(total: u64) -> Managed {
        let mut managed = Managed::default();
        (0..total).for_each(|_| managed.count(Kind::Instance, None));
        managed
    }

    fn violated(number: usize, action: Action, total: u64, guards: &Guards) -> Vec<String> {
        let managed = instances(total);
        let found = check(&resources(number, action), &managed, guards);
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
            ["policy.guards.updates: 4 of 10 managed instances; the limit is 30%"]
        );
        assert!(
            violated(9, Action::Disable, 9, &guards).is_empty(),
            "below the minimum"
        );
        assert_eq!(
            violated(8, Action::Delete, 20, &guards),
            ["policy.guards.deletes: 8 of 20 managed instances; the limit is 30%"]
        );
        assert!(violated(100, Action::Adopt, 100, &guards).is_empty());
        assert_eq!(
            violated(501, Action::Create, 0, &guards),
            ["policy.guards.creates: 501 objects would be created; the limit is 500"]
        );
        let none = Guards {
            disables: Share::Count(0),
            ..Guards::default()
        };
        assert_eq!(
            violated(1, Action::Disable, 1, &none),
            ["policy.guards.disables: 1 of 1 managed instances; the limit is 0"]
        );
    }

    #[test]
    fn what_was_begun_is_finished_and_a_move_has_a_limit_of_its_own() {
        let guarded = |guarded| {
            let mut all = resources(12, Action::Deploy);
            for one in &mut all {
                one.actions.insert(0, Action::Upgrade);
                one.guarded = guarded;
            }
            let managed = instances(12);
            move |upgrades: Share| {
                let guards = Guards {
                    upgrades,
                    ..Guards::default()
                };
                let found = check(&all, &managed, &guards).into_iter();
                found.map(|it| it.message).collect::<Vec<_>>().join("; ")
            }
        };
        let default = Guards::default().upgrades;
        assert_eq!(guarded(Guarded::Finishing)(Share::Count(0)), "");
        assert_eq!(guarded(Guarded::Move)(default), "");
        assert_eq!(
            guarded(Guarded::Move)(Share::Percent(50.0)),
            "policy.guards.upgrades: 12 of 12 managed instances; the limit is 50%"
        );
        assert_eq!(
            guarded(Guarded::Update)(default),
            "policy.guards.updates: 12 of 12 managed instances; the limit is 30%"
        );
    }

    /// Customers by number, each with its count of managed instances and how many of those change.
    fn fleet(customers: &[(u64, usize)]) -> (Vec<PlannedResource>, Managed) {
        let mut all = Vec::new();
        let mut managed = Managed::default();
        for (index, (total, changing)) in customers.iter().enumerate() {
            let customer = format!("c{index}");
            for _ in 0..*total {
                managed.count(Kind::Instance, Some(&customer));
            }
            for resource in resources(*changing, Action::Deploy) {
                all.push(PlannedResource {
                    customer: Some(customer.clone()),
                    ..resource
                });
            }
        }
        (all, managed)
    }

    fn capped(customers: &[(u64, usize)], share: Share, minimum: u64) -> Option<String> {
        let (resources, managed) = fleet(customers);
        let guards = Guards {
            updates: Share::Count(u64::MAX),
            per_customer: Some(share),
            minimum,
            ..Guards::default()
        };
        let mut found = check(&resources, &managed, &guards).into_iter();
        let first = found.next().map(|violation| violation.message);
        assert_eq!(found.next(), None);
        first
    }

    #[test]
    fn one_customer_can_be_spared_from_too_many_changes() {
        assert_eq!(capped(&[(9, 3), (4, 3)], Share::Count(3), 0), None);
        insta::assert_snapshot!(capped(&[(9, 4), (4, 3), (2, 5)], Share::Count(3), 0).unwrap(), @r#"policy.guards.perCustomer: too many instances of 2 customers would change: "c0" 4 (has 9), "c2" 5 (has 2); the limit is 3"#);
        insta::assert_snapshot!(capped(&[(20, 11), (20, 10)], Share::Percent(50.0), 10).unwrap(), @r#"policy.guards.perCustomer: too many instances of 1 customer would change: "c0" 11 (has 20); the limit is 50%"#);
        assert_eq!(
            capped(&[(4, 4)], Share::Percent(50.0), 10),
            None,
            "below the minimum"
        );
        insta::assert_snapshot!(capped(&[(9, 1); 8], Share::Count(0), 0).unwrap(), @r#"policy.guards.perCustomer: too many instances of 8 customers would change: "c0" 1 (has 9), "c1" 1 (has 9), "c2" 1 (has 9), "c3" 1 (has 9), "c4" 1 (has 9) and 3 more; the limit is 0"#);
    }

    proptest::proptest! {
        /// For any fleet: a plan that passes has no customer beyond the cap, and a plan that is refused has
        /// one.
        #[test]
        fn a_plan_passes_exactly_if_no_customer_is_beyond_the_cap(
            customers in proptest::collection::vec((0_u64..30, 0_usize..30), 0..8),
            cap in 0_u64..30,
        ) {
            let beyond = customers.iter().any(|(_, changing)| *changing as u64 > cap);
            proptest::prop_assert_eq!(capped(&customers, Share::Count(cap), 10).is_some(), beyond);
        }
    }
}
