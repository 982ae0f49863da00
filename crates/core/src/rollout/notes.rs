//! What is noted about rollouts beside the tenant: who accepted which failures, which versions were finished, what was
//! sent again.
//!
//! None of it moves a member by itself. If lost, failures are asked about again, a return takes its waves, and a
//! replay looks at the tenant first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Approval;
use crate::model::ResourceName;

/// What is noted about the rollouts of one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutNotes {
    /// By what identifies an integration for its whole life.
    #[serde(default)]
    integrations: BTreeMap<String, IntegrationNotes>,
}

/// What is noted about one integration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IntegrationNotes {
    /// Failures that a person accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<NotedApproval>,
    /// The versions that all members came to.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub finished: BTreeSet<i64>,
    /// The executions that were sent again, by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replays: BTreeMap<String, Replay>,
    /// The turn that was last reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported: Option<String>,
}

/// Failures that a person accepted by a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedApproval {
    /// The version's number.
    pub version: i64,
    /// The wave.
    pub wave: String,
    /// The members and flows.
    pub failures: BTreeSet<(String, String)>,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// When it ends, by the server's clock.
    pub until: Timestamp,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// An execution that is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum Replay {
    /// The request was about to be sent; whether it was is not known.
    Begun,
    /// It was sent again as this execution.
    Sent {
        /// The id of the new execution.
        execution: String,
    },
}

impl RolloutNotes {
    /// What is noted about an integration.
    #[must_use]
    pub fn of(&self, integration: &str) -> Option<&IntegrationNotes> {
        self.integrations.get(integration)
    }

    /// The same, to be added to.
    pub fn of_mut(&mut self, integration: &str) -> &mut IntegrationNotes {
        self.integrations.entry(integration.to_owned()).or_default()
    }

    /// Notes whether all members have come to a version; says whether that was not known. One that was withdrawn since
    /// starts over with its first wave, should it come back.
    pub fn finish(&mut self, integration: &str, version: i64, finished: bool) -> bool {
        if !finished && self.of(integration).is_none() {
            return false;
        }
        let known = &mut self.of_mut(integration).finished;
        match finished {
            true => known.insert(version),
            false => known.remove(&version),
        }
    }

    /// Forgets approvals that have ended.
    pub fn forget_ended(&mut self, now: Timestamp) {
        for notes in self.integrations.values_mut() {
            notes.approvals.retain(|it| now < it.until);
        }
    }
}

impl IntegrationNotes {
    /// The approvals as a rollout is derived with them. One with a name that cannot be read approves nothing.
    pub fn accepted(&self) -> impl Iterator<Item = Approval> + '_ {
        self.approvals.iter().map(|it| {
            let failure = |(member, flow): &(String, String)| {
                Some((ResourceName::parse_addressed(member).ok()?, flow.clone()))
            };
            Approval {
                version: it.version,
                wave: it.wave.clone(),
                failures: Some(it.failures.iter().filter_map(failure).collect()),
                until: Some(it.until),
                by: format!("{} ({})", it.reason, it.by),
            }
        })
    }
}
