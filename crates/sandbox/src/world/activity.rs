//! What was done in the tenant, by mutation.
//!
//! How Prismatic words it is not known; here it is a choice: the name of the mutation and of its object. It is kept for as long
//! as the sandbox is open, and no longer.

use jiff::Timestamp;
use uuid::Uuid;

use super::{World, id};

/// At most this many are kept, the newest.
const KEPT: usize = 500;

/// One thing that was done.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    /// The user's name.
    pub(crate) who: String,
    pub(crate) what: String,
}

impl World {
    /// Notes that a mutation changed an object.
    pub(crate) fn note(&mut self, now: Timestamp, mutation: &str, object: &str) {
        let place = self.activities.back().map_or(0, |last| last.0 + 1);
        let activity = Activity {
            id: id::part(self.organization.id, "activity", &place.to_string()),
            at: now,
            who: self.user.name.clone(),
            what: format!("{mutation}: {object}"),
        };
        self.activities.push_back((place, activity.into()));
        if self.activities.len() > KEPT {
            self.activities.pop_front();
        }
    }
}
