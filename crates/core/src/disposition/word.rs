//! The disposition of a resource in one word, the same in plans, after a pass, and on the page.

use std::collections::BTreeMap;

use super::{Hold, whole};
use crate::model::{Address, Disposition, Health};
use crate::plan::{Plan, PlannedResource};

/// What the word depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Why it is left alone, if it is.
    pub hold: Option<&'a Hold>,
    /// It lost steps because another resource is left alone.
    pub behind: bool,
    /// A person put it on hold, although nothing may be left to do.
    pub on_hold: bool,
    /// A step of it failed, and it is tried again.
    pub retried: bool,
    /// How it is.
    pub health: Health,
    /// Whether anything is to be done.
    pub acts: bool,
    /// Its wave is not open.
    pub waits: bool,
}

/// The disposition of a resource: the first that applies.
#[must_use]
pub fn word(facts: &Facts<'_>) -> Disposition {
    if let Some(hold) = facts.hold {
        return of_hold(hold);
    }
    if facts.on_hold {
        return Disposition::OnHold;
    }
    if facts.behind {
        return Disposition::Behind;
    }
    if facts.health == Health::Degraded && facts.retried {
        return Disposition::Failed;
    }
    if matches!(facts.health, Health::Blocked | Health::Pending) {
        return Disposition::Waits;
    }
    match (facts.acts, facts.waits) {
        (true, _) => Disposition::Proceeds,
        (false, true) => Disposition::Wave,
        (false, false) => Disposition::None,
    }
}

fn of_hold(hold: &Hold) -> Disposition {
    match hold {
        Hold::Backoff { .. } => Disposition::Failed,
        Hold::Flapping { .. } => Disposition::Flapping,
        Hold::Drift => Disposition::Reported,
        Hold::InvalidFiles => Disposition::Invalid,
        Hold::Vanished(_) => Disposition::Vanished,
        Hold::Paused { .. } => Disposition::Paused,
        Hold::Approval => Disposition::Approval,
        Hold::ByHand(_) => Disposition::OnHold,
        Hold::Guard { .. } => Disposition::Guarded,
        Hold::Window { .. } => Disposition::Window,
    }
}

/// The disposition of each resource in a run that begins now and remembers nothing.
#[must_use]
pub fn of_plan(plan: &Plan) -> BTreeMap<Address, Disposition> {
    let holds = match whole::guarded(plan) {
        Some(hold) => whole::all_held(plan, &hold),
        None => whole::by_hand(plan),
    };
    let waiting = plan.waiting();
    let one = |resource: &PlannedResource| {
        let address = &resource.address;
        let word = word(&Facts {
            hold: holds.get(address),
            behind: false,
            on_hold: resource.on_hold.is_some(),
            retried: false,
            health: resource.health,
            acts: !resource.actions.is_empty(),
            waits: waiting.contains(address),
        });
        (address.clone(), word)
    };
    plan.resources.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_reason_that_applies_is_the_word() {
        let window = Hold::Window {
            message: "closed until Monday".to_owned(),
        };
        let mut facts = Facts {
            hold: Some(&window),
            behind: true,
            on_hold: true,
            retried: true,
            health: Health::Degraded,
            waits: true,
            acts: true,
        };
        let mut expect = |change: fn(&mut Facts<'_>), expected| {
            change(&mut facts);
            assert_eq!(word(&facts), expected, "{facts:?}");
        };
        expect(|_| {}, Disposition::Window);
        expect(|it| it.hold = None, Disposition::OnHold);
        expect(|it| it.on_hold = false, Disposition::Behind);
        expect(|it| it.behind = false, Disposition::Failed);
        expect(|it| it.retried = false, Disposition::Proceeds);
        expect(|it| it.health = Health::Blocked, Disposition::Waits);
        expect(|it| it.health = Health::Pending, Disposition::Waits);
        expect(|it| it.health = Health::Missing, Disposition::Proceeds);
        expect(|it| it.acts = false, Disposition::Wave);
        expect(|it| it.waits = false, Disposition::None);
    }

    #[test]
    fn each_hold_has_its_word() {
        let message = || "HTTP 502".to_owned();
        for (hold, expected) in [
            (Hold::Drift, Disposition::Reported),
            (Hold::InvalidFiles, Disposition::Invalid),
            (Hold::Approval, Disposition::Approval),
            (Hold::Guard { message: message() }, Disposition::Guarded),
            (
                Hold::Backoff {
                    failures: 1,
                    until: Duration::ZERO,
                    message: message(),
                },
                Disposition::Failed,
            ),
        ] {
            let facts = Facts {
                hold: Some(&hold),
                behind: true,
                on_hold: true,
                retried: false,
                health: Health::Healthy,
                acts: true,
                waits: false,
            };
            assert_eq!(word(&facts), expected, "{hold:?}");
        }
    }
}
