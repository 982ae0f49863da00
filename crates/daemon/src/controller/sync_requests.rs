//! The requests for passes that wait, in the order in which they came.
//!
//! # Invariants
//!
//! - Every pass takes the first one, if any waits; so it is known when a request is made which pass will serve it.
//! - There is no end of callers, and there are few requests: equal ones wait once.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::plan::Part;

/// The most parts that may wait.
pub(super) const MOST: usize = 16;

/// A pass that a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SyncRequest {
    /// About everything.
    Whole,
    /// That writes a part only.
    Part(Part),
}

/// The queue of parts is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MOST} requests for a part wait already; ask again when passes have served them")]
pub struct TooMany;

/// Those that wait.
#[derive(Debug, Default)]
pub(super) struct SyncRequests(Mutex<VecDeque<SyncRequest>>);

impl SyncRequests {
    fn all(&self) -> MutexGuard<'_, VecDeque<SyncRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a pass about everything. Returns the number of the pass that serves it; `passes` says how many have
    /// begun.
    pub(super) fn whole(&self, passes: impl FnOnce() -> u64) -> u64 {
        let mut all = self.all();
        let place = place(&mut all, SyncRequest::Whole);
        passes() + place
    }

    /// Asks for a pass about a part.
    pub(super) fn part(&self, part: Part, passes: impl FnOnce() -> u64) -> Result<u64, TooMany> {
        let mut all = self.all();
        let request = SyncRequest::Part(part);
        let parts = all.iter().filter(|it| matches!(it, SyncRequest::Part(_)));
        if !all.contains(&request) && parts.count() >= MOST {
            return Err(TooMany);
        }
        let place = place(&mut all, request);
        Ok(passes() + place)
    }

    /// Takes the first. `begin` runs before another can be queued.
    pub(super) fn take(&self, begin: impl FnOnce()) -> Option<SyncRequest> {
        let mut all = self.all();
        let first = all.pop_front();
        begin();
        first
    }

    /// Whether any waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.all().is_empty()
    }
}

/// The place of a request, from 1; at the end where none is equal.
fn place(all: &mut VecDeque<SyncRequest>, request: SyncRequest) -> u64 {
    let known = all.iter().position(|it| *it == request);
    let place = known.unwrap_or_else(|| {
        all.push_back(request);
        all.len() - 1
    });
    place as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: &str) -> Part {
        Part {
            targets: vec![target.to_owned()],
            ..Part::default()
        }
    }

    #[test]
    fn each_is_served_in_its_turn_and_equal_ones_once() {
        let requests = SyncRequests::default();
        let a = || requests.part(of("Instance/a"), || 4).unwrap();
        assert_eq!(a(), 5);
        assert_eq!(requests.whole(|| 4), 6);
        assert_eq!(requests.part(of("Instance/b"), || 4), Ok(7));
        assert_eq!((a(), requests.whole(|| 4)), (5, 6));
        let mut begun = 4;
        for expected in [
            SyncRequest::Part(of("Instance/a")),
            SyncRequest::Whole,
            SyncRequest::Part(of("Instance/b")),
        ] {
            assert_eq!(requests.take(|| begun += 1), Some(expected));
        }
        assert_eq!(requests.take(|| begun += 1), None);
        assert_eq!((begun, requests.is_waiting()), (8, false));
        // It was served, so it is a new one.
        assert_eq!(requests.part(of("Instance/a"), || begun), Ok(9));
    }

    #[test]
    fn only_so_many_wait_and_one_about_everything_always_may() {
        let requests = SyncRequests::default();
        for number in 0..MOST {
            let part = of(&format!("Instance/{number}"));
            assert_eq!(requests.part(part, || 0), Ok(number as u64 + 1));
        }
        assert_eq!(requests.part(of("Instance/more"), || 0), Err(TooMany));
        assert_eq!(requests.part(of("Instance/0"), || 0), Ok(1));
        assert_eq!(requests.whole(|| 0), MOST as u64 + 1);
    }
}
