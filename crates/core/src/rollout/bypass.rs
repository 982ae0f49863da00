//! Past the waves, because a person says so: whom that moves, and whom it never does.
//!
//! It sets waves, soak, gate and the numbers at a time aside for one run. It never sets aside what a person or the API said
//! about a single member (a hold, a pin, `rollout: false`), windows, a pause, a withdrawn or aborted version, or that
//! something is unknown.

use std::collections::BTreeSet;

use super::{Bypass, Derived, Facts, Member, Phase, Standing, Turn, base};

/// What was derived, with the members that wait for their waves moving now all the same.
///
/// Their stamps say that they were sent past the waves: they are judged with the others, and open no wave.
#[must_use]
pub fn bypass(facts: &Facts<'_>, mut derived: Derived, reason: &str) -> Derived {
    let facts = &*base::with_finished(facts);
    let refused = refused(facts, &derived);
    let mut members = BTreeSet::new();
    if refused.is_none() {
        for member in facts.members.iter().filter(|it| may(it)) {
            let Some(Turn::Waits { why } | Turn::Begins { why, .. }) =
                derived.turns.get(&member.name)
            else {
                continue;
            };
            let turn = match base::of_move(facts, member, facts.target.number()) {
                Some(from) => Turn::Bypasses {
                    from,
                    why: format!("moves past the rollout: {reason} (otherwise: {why})"),
                },
                // It does not exist yet, and begins with the target.
                None => Turn::Free,
            };
            derived.turns.insert(member.name.clone(), turn);
            members.insert(member.name.clone());
        }
    }
    derived.bypass = Some(Bypass {
        reason: reason.to_owned(),
        members,
        refused,
    });
    derived
}

/// Whether a member may be sent past its wave.
fn may(member: &Member) -> bool {
    let spoken_for = match member.standing {
        Standing::Held(_) | Standing::Pinned(_) | Standing::OptedOut(_) => true,
        Standing::Counted
        | Standing::New
        | Standing::Disabled
        | Standing::Blocked(_)
        | Standing::Pending(_) => false,
    };
    !spoken_for && member.closed.is_none()
}

/// Why no member may be sent past the waves of a rollout.
fn refused(facts: &Facts<'_>, derived: &Derived) -> Option<String> {
    if derived.queued {
        return Some("an older version is finished first: `rollout abort` ends it".to_owned());
    }
    if let Some(why) = &facts.unknown {
        return Some(why.clone());
    }
    if facts.now.is_none() {
        return Some("the time of the server is not known".to_owned());
    }
    if let Some(why) = &facts.paused {
        return Some(format!("paused: {why}"));
    }
    match derived.phase {
        // Decided before any wave was looked at: something is not known, was aborted, or is a return to what was finished.
        Phase::Moving | Phase::Standing if derived.waves.is_empty() => Some(derived.reason.clone()),
        Phase::Settled
        | Phase::Finished
        | Phase::Moving
        | Phase::Soaking
        | Phase::Waiting
        | Phase::Standing
        | Phase::Stopped => None,
        Phase::Paused | Phase::GoingBack | Phase::Withdrawn => Some(derived.reason.clone()),
    }
}
