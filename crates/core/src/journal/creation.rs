//! Creating one object, while another writer may create the same.
//!
//! Writers that share a lock exclude each other; for all others this protocol decides. Both look before they
//! create, and once more before they use what they created. The second look of the later writer starts after
//! its own object is visible, so it sees the earlier object and steps back. The earlier writer never does.

use std::time::Duration;

use jiff::Timestamp;

use super::pace::{LOOK_IS_GOOD, Terms, pause_before};

/// An object of our own is removed only while it is younger than this, by the server's clock.
const REMOVED_WITHIN: Duration = Duration::from_secs(30);

/// What another writer created is left to it until it is as old as this. More than [`REMOVED_WITHIN`] by what
/// a look is good for and a request takes, so that nothing is used that its creator may still remove.
const LEFT_UNTIL: Duration = Duration::from_secs(60);

/// A create that certainly had no effect is sent at most this many times.
const SENDS: usize = 3;

/// A live object that bears exactly the marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// When it was created, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// An instance that was ever deployed; an integration with a version or an instance.
    pub used: bool,
}

/// A complete look for the marker.
#[derive(Debug, Clone)]
pub struct Look {
    /// When it began.
    pub began: Duration,
    /// The server's time.
    pub server_now: Option<Timestamp>,
    /// What it showed.
    pub found: Vec<Candidate>,
}

impl Look {
    /// The one that counts: what was used beats what is older, and that beats what is younger.
    fn canonical(&self, without: Option<&str>) -> Option<&Candidate> {
        let key = |one: &Candidate| {
            let unknown = one.created_at.is_none();
            (!one.used, unknown, one.created_at, one.id.clone())
        };
        let others = self.found.iter();
        others
            .filter(|one| without != Some(one.id.as_str()))
            .min_by_key(|one| key(one))
    }

    fn shows(&self, id: &str) -> Option<&Candidate> {
        self.found.iter().find(|one| one.id == id)
    }

    /// Old enough that every reader certainly sees what is in use in its place.
    fn is_settled(&self, one: &Candidate) -> bool {
        let known = one.created_at.is_some() && self.server_now.is_some();
        known && !self.is_younger(one, LEFT_UNTIL)
    }

    /// Without a time of either, it counts as old: nothing shows that its creator still runs.
    fn is_younger(&self, one: &Candidate, than: Duration) -> bool {
        let age = one.created_at.zip(self.server_now);
        age.is_some_and(|(created, now)| now.duration_since(created).unsigned_abs() < than)
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Look for the marker, no sooner than this.
    Look(Duration),
    /// Create it. What the journal has to know of it is written down before.
    Send,
    /// Remove this object of our own.
    Remove(String),
    /// It is decided.
    Done(Standing),
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Ours, and the only one by a look that began then.
    Own {
        /// Its id.
        id: String,
        /// When that look began: it is good for [`LOOK_IS_GOOD`].
        looked: Duration,
    },
    /// Another writer's, or one that was there before.
    Theirs {
        /// Its id.
        id: String,
        /// It is in use already.
        used: bool,
    },
    /// Neither could be determined; the next run looks again.
    Undecided(Undecided),
}

/// Why the outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// No complete answer.
    #[error("the API gave no complete answer about it")]
    Unread,
    /// Our own object does not show.
    #[error("the API does not show it, although it said that it was created")]
    NotShown,
    /// The object we stepped back for is gone.
    #[error("another writer created it, and it is gone again")]
    Gone,
    /// Sent as often as that is sensible, without an effect.
    #[error("it was sent several times without an effect")]
    NoEffect,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    /// Nothing was sent yet.
    Before,
    /// Something was sent, and nothing is known of its effect since then.
    Settling { since: Duration },
    /// Turned away for its rate, and perhaps carried out all the same: the server does not go on later.
    Throttled,
    /// Sent, without a reply so far.
    Sent,
    /// Ours is there by the reply; it has to show before it is used.
    Confirming { replied: Duration },
    /// Ours is the one that counts, and there is another: its writer has to see that too.
    Contested { until: Duration },
    /// Ours is being removed.
    SteppingBack,
    /// Another's is left to its creator.
    Following { since: Duration },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Own {
    id: String,
    /// Our own reply said so: it may be removed again. What a look found may be another's.
    by_reply: bool,
}

/// One create, from the first look to its outcome.
#[derive(Debug, Clone)]
pub struct Creation {
    terms: Terms,
    phase: Phase,
    own: Option<Own>,
    /// What was removed. An old reading may still show it.
    gone: Option<String>,
    looks: usize,
    sends: usize,
    lag: Duration,
    /// All of them that the last look showed in use, where they are more than one.
    in_use: Vec<String>,
}

impl Creation {
    /// A create that is to be made.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        Self::at(terms, Phase::Before)
    }

    fn at(terms: Terms, phase: Phase) -> Self {
        Self {
            terms,
            phase,
            own: None,
            gone: None,
            looks: 0,
            sends: 0,
            lag: Duration::ZERO,
            in_use: Vec::new(),
        }
    }

    /// Reads of this tenant were seen to lag so far: a look that came sooner after the reply proves less than
    /// it was taken for.
    pub fn stretch(&mut self, lag: Duration) {
        self.terms = self.terms.seeing(lag);
    }

    /// When to look once more, where the look that decided came too soon for the lag that is known by now.
    #[must_use]
    pub fn due_again(&self, looked: Duration) -> Option<Duration> {
        let Phase::Confirming { replied } = self.phase else {
            return None;
        };
        let due = replied + self.terms.before_second_look();
        (looked < due).then_some(due)
    }

    /// The ids of those in use, where they are more than one: then both writers were blind, and a person decides.
    #[must_use]
    pub fn in_use_twice(&self) -> Option<&[String]> {
        (!self.in_use.is_empty()).then_some(self.in_use.as_slice())
    }

    /// The longest time after the reply at which a complete look still did not show our object.
    #[must_use]
    pub fn lag(&self) -> Duration {
        self.lag
    }

    /// It was sent.
    pub fn sent(&mut self) {
        self.sends += 1;
        self.enter(Phase::Sent);
    }

    /// The reply gave an id.
    pub fn created(&mut self, id: String, now: Duration) -> Ask {
        self.own = Some(Own { id, by_reply: true });
        self.enter(Phase::Confirming { replied: now });
        Ask::Look(now + self.terms.before_second_look())
    }

    /// No reply that can be believed.
    pub fn lost(&mut self, now: Duration) -> Ask {
        self.enter(Phase::Settling { since: now });
        Ask::Look(now)
    }

    /// The server turned it away for its rate, and may have carried it out all the same: after the wait one
    /// look decides.
    pub fn throttled(&mut self, now: Duration, wait: Duration) -> Ask {
        self.enter(Phase::Throttled);
        Ask::Look(now + wait.max(self.terms.before_second_look()))
    }

    /// Ours is gone again.
    pub fn removed(&mut self, now: Duration) -> Ask {
        self.gone = self.own.take().map(|own| own.id);
        self.follow(now)
    }

    /// It could not be removed, or not for certain: it is followed like another's, and stays ours to use.
    pub fn kept(&mut self, now: Duration) -> Ask {
        if let Some(own) = &mut self.own {
            own.by_reply = false;
        }
        self.follow(now)
    }

    /// A look brought no complete answer, which says nothing.
    pub fn unread(&mut self, began: Duration, now: Duration) -> Ask {
        let since = self.since(began);
        if began >= since + self.terms.bound {
            return Ask::Done(Standing::Undecided(Undecided::Unread));
        }
        self.again(now)
    }

    fn since(&self, began: Duration) -> Duration {
        match self.phase {
            Phase::Settling { since } | Phase::Following { since } => since,
            Phase::Confirming { replied } => replied,
            Phase::Contested { until } => until,
            // Nothing is at stake yet: one answer is waited for as long as a read is.
            Phase::Before | Phase::Throttled | Phase::Sent | Phase::SteppingBack => {
                began.saturating_sub(self.terms.bound)
            }
        }
    }

    /// A complete look.
    pub fn looked(&mut self, look: &Look) -> Ask {
        let used = look.found.iter().filter(|one| one.used);
        self.in_use = used.map(|one| one.id.clone()).collect();
        if self.in_use.len() < 2 {
            self.in_use.clear();
        }
        match self.phase.clone() {
            Phase::Before | Phase::Sent | Phase::SteppingBack => self.before(look),
            Phase::Settling { since } => self.settling(look, since),
            Phase::Throttled => match look.found.is_empty() {
                true => self.send(),
                false => self.settling(look, look.began),
            },
            Phase::Confirming { replied } => self.confirming(look, replied),
            Phase::Contested { until } => self.contested(look, until),
            Phase::Following { .. } => self.following(look),
        }
    }

    fn before(&mut self, look: &Look) -> Ask {
        match look.canonical(None) {
            None => self.send(),
            Some(_) => self.follow_with(look),
        }
    }

    fn send(&self) -> Ask {
        match self.sends < SENDS {
            true => Ask::Send,
            false => Ask::Done(Standing::Undecided(Undecided::NoEffect)),
        }
    }

    fn settling(&mut self, look: &Look, since: Duration) -> Ask {
        match look.found.as_slice() {
            [] if look.began >= since + self.terms.settle => self.send(),
            [] => self.again(look.began),
            // What a lost reply left is ours to go on with, and never ours to remove. It may be another's, and
            // ours show later.
            [one] => {
                let (id, by_reply) = (one.id.clone(), false);
                self.own = Some(Own { id, by_reply });
                // It may have been made a moment ago by another, and one that is older not show yet.
                self.enter(Phase::Confirming {
                    replied: look.began,
                });
                self.confirming(look, look.began)
            }
            // Which of them is ours is unknown.
            _ => self.follow_with(look),
        }
    }

    fn confirming(&mut self, look: &Look, replied: Duration) -> Ask {
        let Some(own) = self.own.clone() else {
            return self.before(look);
        };
        if look.began < replied + self.terms.before_second_look() {
            return Ask::Look(replied + self.terms.before_second_look());
        }
        if look.shows(&own.id).is_none() {
            // It lags at least so far, and may lag as long again: to its creator that is no absence.
            self.lag = self.lag.max(look.began.saturating_sub(replied));
            self.stretch(self.lag);
            if look.began >= replied + self.terms.settle {
                return Ask::Done(Standing::Undecided(Undecided::NotShown));
            }
            return self.again(look.began);
        }
        self.contest(look, &own).unwrap_or_else(|| {
            let until = look.began + self.terms.settle + LOOK_IS_GOOD;
            self.enter(Phase::Contested { until });
            Ask::Look(until)
        })
    }

    fn contested(&mut self, look: &Look, until: Duration) -> Ask {
        let Some(own) = self.own.clone() else {
            return self.before(look);
        };
        if look.began < until {
            return Ask::Look(until);
        }
        if look.shows(&own.id).is_none() {
            return Ask::Done(Standing::Undecided(Undecided::NotShown));
        }
        self.contest(look, &own)
            .unwrap_or_else(|| done_own(&own.id, look))
    }

    /// What follows where our own is seen; nothing where it counts and there is another.
    fn contest(&mut self, look: &Look, own: &Own) -> Option<Ask> {
        let used = |one: &Candidate| one.used;
        let in_use = look.shows(&own.id).is_some_and(used);
        // An object in use is canonical for every writer: a writer that created another removes its own,
        // unless it did not see this one.
        if look.found.len() == 1 || in_use {
            return Some(done_own(&own.id, look));
        }
        let counts = look.canonical(None).is_some_and(|one| one.id == own.id);
        (!counts).then(|| self.step_back(look, own))
    }

    fn step_back(&mut self, look: &Look, own: &Own) -> Ask {
        let shown = look.shows(&own.id).filter(|one| own.by_reply && !one.used);
        let Some(shown) = shown else {
            return self.follow_with(look);
        };
        if look.is_younger(shown, REMOVED_WITHIN) {
            self.enter(Phase::SteppingBack);
            return Ask::Remove(own.id.clone());
        }
        // It showed so late that others may be about to use it. Once it is old, they use the other.
        self.follow_with(look)
    }

    fn follow(&mut self, now: Duration) -> Ask {
        self.enter(Phase::Following { since: now });
        Ask::Look(now)
    }

    fn follow_with(&mut self, look: &Look) -> Ask {
        self.enter(Phase::Following { since: look.began });
        self.following(look)
    }

    /// The one that counts may change while its creator is waited for.
    fn following(&mut self, look: &Look) -> Ask {
        let Phase::Following { since } = self.phase else {
            return self.again(look.began);
        };
        let Some(canonical) = look.canonical(self.gone.as_deref()) else {
            // Never from the start: an old reading would create it once more.
            return match look.began >= since + self.terms.settle {
                true => Ask::Done(Standing::Undecided(Undecided::Gone)),
                false => self.again(look.began),
            };
        };
        let ours = self.own.as_ref().is_some_and(|own| own.id == canonical.id);
        if ours && look.found.len() == 1 {
            return done_own(&canonical.id, look);
        }
        let free = canonical.used || !look.is_younger(canonical, LEFT_UNTIL);
        let left = self.own.clone();
        if let Some(own) = left.filter(|own| own.by_reply && own.id != canonical.id)
            && free
            && let Some(shown) = look.shows(&own.id).filter(|one| !one.used)
        {
            // It showed too late to be removed at once.
            if look.is_settled(shown) {
                self.enter(Phase::SteppingBack);
                return Ask::Remove(own.id);
            }
            if look.is_younger(shown, LEFT_UNTIL) {
                return self.again(look.began);
            }
        }
        if free {
            return Ask::Done(Standing::Theirs {
                id: canonical.id.clone(),
                used: canonical.used,
            });
        }
        self.again(look.began)
    }

    fn again(&mut self, from: Duration) -> Ask {
        self.looks += 1;
        Ask::Look(from + pause_before(self.looks))
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.looks = 0;
    }
}

fn done_own(id: &str, look: &Look) -> Ask {
    Ask::Done(Standing::Own {
        id: id.to_owned(),
        looked: look.began,
    })
}

#[cfg(test)]
mod tests;
