//! Earlier states of the tenant, for reads that lag behind.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::behaviour::Behaviour;
use super::world::World;

/// The states of the tenant that a read may still be shown, oldest first; empty while nothing lags.
#[derive(Debug, Default)]
pub(crate) struct Past(VecDeque<State>);

/// The tenant after a change.
#[derive(Debug)]
struct State {
    at: Timestamp,
    world: Arc<World>,
    /// The writer that made the change.
    writer: Option<String>,
    /// The objects that it made, changed or removed.
    changed: HashSet<Uuid>,
}

impl Past {
    /// Keeps a change, and forgets changes that no reading can show any longer.
    pub(crate) fn remember(
        &mut self,
        (before, after): (World, World),
        at: Timestamp,
        writer: Option<String>,
        longest: SignedDuration,
    ) {
        let changed = after.changed_since(&before);
        if self.0.is_empty() {
            self.0.push_back(State {
                at: Timestamp::MIN,
                world: Arc::new(before),
                writer: None,
                changed: HashSet::new(),
            });
        }
        self.0.push_back(State {
            at,
            world: Arc::new(after),
            writer,
            changed,
        });
        let until = since(at, longest);
        while self.0.get(1).is_some_and(|second| second.at <= until) {
            self.0.pop_front();
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What a reader sees after this lag; `None` if it is the present.
    pub(crate) fn seen(
        &self,
        present: &World,
        (now, lag): (Timestamp, SignedDuration),
        reader: Option<&str>,
        behaviour: &Behaviour,
    ) -> Option<Arc<World>> {
        let until = since(now, lag);
        let hidden = self.0.iter().position(|state| state.at > until)?;
        let old = &self.0.get(hidden.checked_sub(1)?)?.world;
        let mut own = HashSet::new();
        if behaviour.own_writes_at_once {
            let states = self.0.iter().skip(hidden);
            let states = states.filter(|state| state.writer.as_deref() == reader);
            own.extend(states.flat_map(|state| state.changed.iter().copied()));
        }
        let one_in = u128::from(behaviour.lag_one_in.max(1));
        if own.is_empty() && one_in == 1 {
            return Some(Arc::clone(old));
        }
        let lags = |id: Uuid| !own.contains(&id) && id.as_u128().is_multiple_of(one_in);
        Some(Arc::new(present.mixed_with(old, &lags)))
    }
}

fn since(now: Timestamp, lag: SignedDuration) -> Timestamp {
    now.checked_sub(lag).unwrap_or(Timestamp::MIN)
}
