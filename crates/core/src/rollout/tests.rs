//! A small world: members, versions and runs, one line per fact. The tests are in the files beside it.

mod bypassing;
mod changing;
mod failing;
mod holding;
mod judged;
mod simulated;
mod waving;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::rollout::{Gate, OnFailure, Overlap, Rollout, Select, Wave};
use crate::model::{Asked, InstanceId, MoveStamp, ResourceName};

/// The time `minutes` after the start of the scenario.
pub(super) fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    start
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap()
}

pub(super) const HOUR: i64 = 60;
pub(super) const DAY: i64 = 24 * 60;

pub(super) fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).unwrap()
}

fn mins(minutes: i64) -> Duration {
    Duration::from_secs(u64::try_from(minutes * 60).unwrap())
}

pub(super) fn wave(name: &str, select: Select, soak: i64) -> Wave {
    Wave {
        name: name.to_owned(),
        select,
        soak: mins(soak),
        optional: false,
        max_concurrent: None,
        pace: None,
    }
}

pub(super) fn labels(label: &str) -> Select {
    Select::Labels(vec![label.to_owned()])
}

/// Canaries for two hours, then the rest; one finished run is enough.
pub(super) fn spec() -> Rollout {
    Rollout {
        waves: vec![
            wave("canary", labels("canary"), 2 * HOUR),
            wave("rest", Select::Percent(10_000), 0),
        ],
        gate: Gate::default(),
        on_failure: OnFailure::Pause,
        allow_loss: false,
        overlap: Overlap::Restart,
        rollback_window: 3,
        rollback_in_windows: false,
        paused: false,
        windows: Vec::new(),
        seed: None,
        approve: Vec::new(),
    }
}

/// A tenant as far as a rollout sees it.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) spec: Rollout,
    pub(super) now: Timestamp,
    pub(super) target: Target,
    pub(super) meaning: Option<String>,
    pub(super) declared: Option<String>,
    pub(super) versions: Vec<VersionFact>,
    pub(super) members: Vec<Member>,
    pub(super) runs: Vec<RawRun>,
    pub(super) unknown: Option<String>,
    pub(super) unread: Option<String>,
    /// Why the list of failures is not known to its end.
    pub(super) restless: Option<String>,
    pub(super) paused: Option<String>,
    pub(super) aborted: Option<i64>,
    pub(super) protected: Option<String>,
    pub(super) approvals: Vec<Approval>,
    pub(super) finished: BTreeSet<i64>,
    pub(super) looked_at: bool,
    /// How many runs before a moment one answer holds.
    pub(super) page: usize,
}

impl Scene {
    /// Version 12 is out; 13 was published an hour ago and is the target.
    pub(super) fn new() -> Self {
        let mut scene = Self {
            spec: spec(),
            now: at(10 * DAY),
            target: Target::Existing(13),
            meaning: None,
            declared: None,
            versions: Vec::new(),
            members: Vec::new(),
            runs: Vec::new(),
            unknown: None,
            unread: None,
            restless: None,
            paused: None,
            aborted: None,
            protected: None,
            approvals: Vec::new(),
            finished: BTreeSet::new(),
            looked_at: false,
            page: 100,
        };
        scene.published(12, at(0));
        scene.published(13, at(10 * DAY - HOUR));
        scene
    }

    pub(super) fn published(&mut self, number: i64, when: Timestamp) {
        self.versions.push(VersionFact {
            number,
            available: true,
            published_at: Some(when),
            meaning: Some(format!("m{number}")),
        });
    }

    pub(super) fn withdraw(&mut self, number: i64) {
        let version = self.versions.iter_mut().find(|it| it.number == number);
        version.unwrap().available = false;
    }

    /// A member on version 12, deployed long ago.
    pub(super) fn member(&mut self, called: &str, labels: &[&str]) -> &mut Member {
        self.members.push(Member {
            name: name(called),
            customer: called.to_owned(),
            labels: labels.iter().map(ToString::to_string).collect(),
            instance: Some(InstanceId::new(format!("i-{called}"))),
            current: Some(12),
            deployed: true,
            settled: true,
            last_deployed_at: Some(at(HOUR)),
            stamp: None,
            ran: None,
            failing: false,
            irrecoverable: 0,
            closed: None,
            standing: Standing::Counted,
        });
        self.members.last_mut().unwrap()
    }

    /// Canaries `c1`, … and others `r1`, ….
    pub(super) fn with(canaries: usize, others: usize) -> Self {
        let mut scene = Self::new();
        for n in 1..=canaries {
            scene.member(&format!("c{n}"), &["canary"]);
        }
        for n in 1..=others {
            scene.member(&format!("r{n}"), &[]);
        }
        scene
    }

    pub(super) fn get(&mut self, called: &str) -> &mut Member {
        let found = self
            .members
            .iter_mut()
            .find(|it| it.name.as_str() == called);
        found.unwrap()
    }

    /// A member moves, as this program does it.
    pub(super) fn moves(&mut self, called: &str, to: i64, when: Timestamp) {
        let member = self.get(called);
        let from = member.current.unwrap();
        self.moves_from(called, (to, from), when);
    }

    pub(super) fn moves_from(&mut self, called: &str, (to, from): (i64, i64), when: Timestamp) {
        let member = self.get(called);
        member.stamp = Some(MoveStamp {
            to,
            from,
            at: when,
            bypass: false,
        });
        member.current = Some(to);
        member.last_deployed_at = when.checked_add(SignedDuration::from_secs(2)).ok();
        member.settled = true;
    }

    /// A run of a flow.
    pub(super) fn run(
        &mut self,
        called: &str,
        flow: &str,
        when: Timestamp,
        good: bool,
    ) -> &mut RawRun {
        let instance = self.get(called).instance.clone().unwrap();
        self.runs.push(RawRun {
            id: format!("x{}", self.runs.len()),
            instance,
            flow: flow.to_owned(),
            started_at: when,
            ended_at: Some(when),
            result_type: Some(if good { "COMPLETED" } else { "ERROR" }.to_owned()),
            error: (!good).then(|| "HTTP 422 from ERP".to_owned()),
            test: false,
            retries_later: false,
            made_good: false,
        });
        self.runs.last_mut().unwrap()
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            spec: &self.spec,
            key: "seq-1".to_owned(),
            now: Some(self.now),
            target: self.target,
            follows_latest: true,
            meaning: self.meaning.clone(),
            declared: self.declared.clone(),
            versions: self.versions.clone(),
            members: self.members.clone(),
            unknown: self.unknown.clone(),
            paused: self.paused.clone(),
            aborted: self.aborted,
            protected: self.protected.clone(),
            approvals: self.approvals.clone(),
            finished: self.finished.clone(),
            looked_at: self.looked_at,
        }
    }

    /// What is derived once everything that was asked for has been read.
    pub(super) fn derive(&self) -> Derived {
        let facts = self.facts();
        let mut evidence = Evidence::default();
        for _ in 0..20 {
            let derived = derive(&facts, &evidence);
            if derived.needs.is_empty() {
                return derived;
            }
            let moving = derived
                .turns
                .values()
                .any(|it| matches!(it, Turn::Moves { .. }));
            assert!(!moving, "nobody moves before all is read");
            evidence.take_in(self.answer(&derived.needs));
        }
        panic!("it asks for ever");
    }

    fn answer(&self, needs: &Needs) -> Evidence {
        let mut evidence = Evidence::default();
        if let Some(why) = &self.unread {
            evidence.failures = Asked::Unknown(why.as_str().into());
        } else if let Some(since) = needs.failures_since {
            let failed = self
                .runs
                .iter()
                .filter(|it| it.error.is_some() && it.started_at >= since);
            let failed: Vec<Run> = failed.cloned().map(Run::from).collect();
            evidence.failures = Asked::Known(Failures {
                since,
                runs: failed,
                incomplete: self.restless.as_deref().map(Into::into),
            });
        }
        let of = |id: &InstanceId| {
            let id = id.clone();
            self.runs.iter().filter(move |it| it.instance == id)
        };
        for (id, before) in needs.past.iter().chain(&needs.further) {
            let mut runs: Vec<&RawRun> = of(id).filter(|it| it.started_at < *before).collect();
            runs.sort_by_key(|it| std::cmp::Reverse(it.started_at));
            let whole = runs.len() <= self.page;
            runs.truncate(self.page);
            let past = Past {
                back_to: (!whole).then(|| runs.last().unwrap().started_at),
                runs: runs.into_iter().cloned().map(Run::from).collect(),
            };
            evidence.past.insert(id.clone(), Asked::Known(past));
        }
        for (id, since) in &needs.runs {
            let runs = of(id)
                .filter(|it| it.started_at >= *since)
                .cloned()
                .map(Run::from);
            evidence
                .runs
                .insert(id.clone(), Asked::Known(runs.collect()));
        }
        for (id, since) in &needs.counts {
            let finished = of(id).filter(|it| it.started_at >= *since);
            let finished =
                finished.filter(|it| matches!(it.outcome(), Outcome::Good | Outcome::Failed));
            evidence
                .counts
                .insert(id.clone(), Asked::Known(finished.count() as u64));
        }
        evidence
    }
}

/// Who may begin to move, sorted.
pub(super) fn moving(derived: &Derived) -> Vec<&str> {
    let moving = derived
        .turns
        .iter()
        .filter(|(_, turn)| matches!(turn, Turn::Moves { .. } | Turn::Returns));
    moving.map(|(name, _)| name.as_str()).collect()
}

/// Who goes back, and where.
pub(super) fn back(derived: &Derived) -> BTreeMap<&str, i64> {
    let back = derived.turns.iter().filter_map(|(name, turn)| match turn {
        Turn::Back { to, .. } => Some((name.as_str(), *to)),
        _ => None,
    });
    back.collect()
}

pub(super) fn phase(derived: &Derived, wave: &str) -> WavePhase {
    let found = derived.waves.iter().find(|it| it.name == wave);
    found.unwrap().phase.clone()
}
