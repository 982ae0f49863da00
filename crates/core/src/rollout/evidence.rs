//! What is read of executions, and what has to be read next.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Asked, InstanceId};

/// One execution as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRun {
    /// Its id.
    pub id: String,
    /// Of which instance.
    pub instance: InstanceId,
    /// Which flow: the author's stable key, else its name.
    pub flow: String,
    /// When it began, by the server's clock.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<Timestamp>,
    /// The API's word for how it ended.
    pub result_type: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// A person tried a flow out.
    pub test: bool,
    /// The server will run it again.
    pub retries_later: bool,
    /// A retry or a replay of it was good.
    pub made_good: bool,
}

/// What a run says about the version that it ran on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Good,
    /// It failed for good.
    Failed,
    /// Nothing: it was a test, a duplicate or had nothing to do, it still runs, or is run again.
    Nothing,
}

/// One execution and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Of which instance.
    pub instance: InstanceId,
    /// Which flow.
    pub flow: String,
    /// When it began, by the server's clock.
    pub started_at: Timestamp,
    /// What it says.
    pub outcome: Outcome,
    /// What went wrong.
    pub error: Option<String>,
}

impl From<RawRun> for Run {
    fn from(raw: RawRun) -> Self {
        Self {
            outcome: raw.outcome(),
            id: raw.id,
            instance: raw.instance,
            flow: raw.flow,
            started_at: raw.started_at,
            error: raw.error,
        }
    }
}

impl RawRun {
    /// What it says about the version that it ran on.
    ///
    /// The words are those of the schema's `InstanceExecutionResultResultType`. One that is not known says
    /// nothing: the API grows by addition.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.test || self.retries_later || self.ended_at.is_none() {
            return Outcome::Nothing;
        }
        match self.result_type.as_deref() {
            Some("ERROR") if self.made_good => Outcome::Good,
            Some("ERROR") => Outcome::Failed,
            Some("COMPLETED") => Outcome::Good,
            None if self.error.is_some() && !self.made_good => Outcome::Failed,
            Some(_) | None => Outcome::Nothing,
        }
    }
}

/// What ran before a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    /// Runs before it.
    pub runs: Vec<Run>,
    /// How far back they are complete; `None` for to the beginning.
    pub back_to: Option<Timestamp>,
}

/// The runs that failed since a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Since when, by the server's clock.
    pub since: Timestamp,
    /// Those that were read.
    pub runs: Vec<Run>,
    /// Why there may be more of them. Those that were read are failures all the same: enough to break a gate,
    /// and never enough for it to hold.
    pub incomplete: Option<Arc<str>>,
}

/// What was read of executions so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The runs that failed, of all members that moved.
    pub failures: Asked<Failures>,
    /// What ran before a member left the version that it comes from.
    pub past: BTreeMap<InstanceId, Asked<Past>>,
    /// All runs of a member since it moved.
    pub runs: BTreeMap<InstanceId, Asked<Vec<Run>>>,
    /// How many runs of a member finished since it moved.
    pub counts: BTreeMap<InstanceId, Asked<u64>>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            failures: Asked::NotAsked,
            past: BTreeMap::new(),
            runs: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }
}

impl Evidence {
    /// The answer of one who cannot read executions.
    #[must_use]
    pub fn unknown(needs: &Needs, why: &str) -> Self {
        let why: Arc<str> = why.into();
        fn none<T>(
            of: &BTreeMap<InstanceId, Timestamp>,
            why: &Arc<str>,
        ) -> BTreeMap<InstanceId, Asked<T>> {
            of.keys()
                .map(|id| (id.clone(), Asked::Unknown(Arc::clone(why))))
                .collect()
        }
        Self {
            failures: match needs.failures_since {
                Some(_) => Asked::Unknown(Arc::clone(&why)),
                None => Asked::NotAsked,
            },
            past: {
                let mut past = none(&needs.past, &why);
                past.extend(none(&needs.further, &why));
                past
            },
            runs: none(&needs.runs, &why),
            counts: none(&needs.counts, &why),
        }
    }

    /// Why a part of what was asked for could not be read, if one could not.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        fn why<T>(asked: &Asked<T>) -> Option<&str> {
            match asked {
                Asked::Unknown(why) => Some(why),
                Asked::Known(_) | Asked::NotAsked => None,
            }
        }
        let failures = match &self.failures {
            Asked::Known(read) => read.incomplete.as_deref(),
            other @ (Asked::Unknown(_) | Asked::NotAsked) => why(other),
        };
        let past = self.past.values().find_map(why);
        let runs = self.runs.values().find_map(why);
        let counts = self.counts.values().find_map(why);
        failures.or(past).or(runs).or(counts)
    }

    /// Takes in what was read since. What ran before is added to what is known of it.
    pub fn take_in(&mut self, read: Self) {
        if read.failures != Asked::NotAsked {
            self.failures = read.failures;
        }
        for (id, past) in read.past {
            let merged = match (self.past.remove(&id), past) {
                (Some(Asked::Known(mut known)), Asked::Known(more)) => {
                    known.runs.extend(more.runs);
                    known.back_to = more.back_to;
                    Asked::Known(known)
                }
                (_, past) => past,
            };
            self.past.insert(id, merged);
        }
        self.runs.extend(read.runs);
        self.counts.extend(read.counts);
    }
}

/// What has to be read before more can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// No later runs, so that what is counted and what is listed is about the same time. `None` for those up to now.
    pub until: Option<Timestamp>,
    /// The runs that failed since a moment, of all instances of the integration.
    pub failures_since: Option<Timestamp>,
    /// The last few runs of a member before a moment.
    pub past: BTreeMap<InstanceId, Timestamp>,
    /// Runs further back, where the first look did not reach the last run of a flow: more of them in one answer.
    pub further: BTreeMap<InstanceId, Timestamp>,
    /// All runs of a member since a moment.
    pub runs: BTreeMap<InstanceId, Timestamp>,
    /// How many runs of a member finished since a moment.
    pub counts: BTreeMap<InstanceId, Timestamp>,
}

impl Needs {
    /// Whether nothing is left to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.failures_since.is_none()
            && self.past.is_empty()
            && self.further.is_empty()
            && self.runs.is_empty()
            && self.counts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(result: Option<&str>) -> RawRun {
        let at: Timestamp = "2026-11-29T09:00:00Z".parse().unwrap();
        RawRun {
            id: "x1".to_owned(),
            instance: InstanceId::new("n1"),
            flow: "Sync".to_owned(),
            started_at: at,
            ended_at: Some(at),
            result_type: result.map(str::to_owned),
            error: (result == Some("ERROR")).then(|| "HTTP 422".to_owned()),
            test: false,
            retries_later: false,
            made_good: false,
        }
    }

    #[test]
    fn what_a_run_says_depends_on_how_it_ended() {
        for (result, outcome) in [
            (Some("COMPLETED"), Outcome::Good),
            (Some("ERROR"), Outcome::Failed),
            (Some("CANCELED_AS_DUPLICATE"), Outcome::Nothing),
            (Some("POLLED_NO_CHANGES"), Outcome::Nothing),
            (Some("SOMETHING_NEW"), Outcome::Nothing),
            (None, Outcome::Nothing),
        ] {
            assert_eq!(raw(result).outcome(), outcome, "{result:?}");
        }
        let failed = || raw(Some("ERROR"));
        for (why, run, outcome) in [
            (
                "a test",
                RawRun {
                    test: true,
                    ..failed()
                },
                Outcome::Nothing,
            ),
            (
                "still runs",
                RawRun {
                    ended_at: None,
                    ..failed()
                },
                Outcome::Nothing,
            ),
            (
                "is run again",
                RawRun {
                    retries_later: true,
                    ..failed()
                },
                Outcome::Nothing,
            ),
            (
                "a retry was good",
                RawRun {
                    made_good: true,
                    ..failed()
                },
                Outcome::Good,
            ),
            (
                "no word for it",
                RawRun {
                    result_type: None,
                    ..failed()
                },
                Outcome::Failed,
            ),
        ] {
            assert_eq!(run.outcome(), outcome, "{why}");
        }
    }
}
