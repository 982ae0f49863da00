//! Counters since the process began, for metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use super::status::PassOutcome;
use crate::plan::{Action, StepResult};
use crate::source::git::Fetched;

/// The upper bounds of the buckets of [`Histogram`], in seconds.
pub const BOUNDS: [f64; 11] = [
    0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0,
];

/// Counters since the process began.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    /// Passes, by how they ended.
    pub passes: BTreeMap<PassOutcome, u64>,
    /// Steps, by what they are called and how they ended.
    pub steps: BTreeMap<(Action, &'static str), u64>,
    /// How long passes took.
    pub durations: Histogram,
    /// Looks at the git remote, by what came of them.
    pub fetches: BTreeMap<Fetched, u64>,
    /// Calls of webhooks, by provider and result.
    pub webhooks: BTreeMap<(&'static str, &'static str), u64>,
    /// Requests to the tenant, where the platform counts them.
    pub api_requests: Option<u64>,
}

/// How often which duration occurred.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// Occurrences up to each bound and above the one before; the last is above all.
    pub buckets: [u64; BOUNDS.len() + 1],
    /// All durations together, in seconds.
    pub sum: f64,
    /// How many.
    pub count: u64,
}

impl Totals {
    /// Counts a pass.
    pub fn pass(&mut self, result: PassOutcome, duration: Duration) {
        *self.passes.entry(result).or_default() += 1;
        self.durations.add(duration.as_secs_f64());
    }

    /// Counts a look at the git remote.
    pub fn fetch(&mut self, fetched: Fetched) {
        *self.fetches.entry(fetched).or_default() += 1;
    }

    /// Counts a call of a webhook.
    pub fn webhook(&mut self, provider: &'static str, result: &'static str) {
        *self.webhooks.entry((provider, result)).or_default() += 1;
    }

    /// Counts a step, where anything was to be sent.
    pub fn step(&mut self, action: Action, result: &StepResult) {
        if *result == StepResult::AlreadySo {
            return;
        }
        *self.steps.entry((action, word(result))).or_default() += 1;
    }
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        self.buckets[bucket] += 1;
        self.sum += seconds;
        self.count += 1;
    }
}

/// The word for a result, as in the JSON of `apply`.
#[must_use]
pub fn word(result: &StepResult) -> &'static str {
    match result {
        StepResult::Applied => "applied",
        StepResult::AlreadySo => "already-so",
        StepResult::Failed { .. } => "failed",
        StepResult::Skipped { .. } => "skipped",
        StepResult::NotAttempted => "not-attempted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let mut histogram = Histogram::default();
        for seconds in [0.05, 0.1, 0.2, 3600.0, 4000.0] {
            histogram.add(seconds);
        }
        assert_eq!(histogram.buckets, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(histogram.count, 5);
    }
}
