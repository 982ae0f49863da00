//! The executions that rollouts are judged by: failures are listed, the rest is counted.
//!
//! The list of the root spans all instances of an integration, by the sequence of its versions (FACTS §19).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::nodes::IdNode;
use crate::convert;
use crate::graphql::or_default;
use crate::model::{InstanceId, SequenceId};
use crate::paging::{Page, Place, Walk, walk_ahead};
use crate::retry::Repeat;
use crate::rollout::RawRun;
use crate::session::Session;

pub(super) const FAILED: Operation = Operation {
    name: "executionResults",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("failed_runs.graphql"),
        include_str!("fragments/run.graphql"),
    ),
};

pub(super) const SINCE: Operation = Operation {
    name: "executionResults",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("runs_since.graphql"),
        include_str!("fragments/run.graphql"),
    ),
};

/// An execution.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunNode {
    id: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    result_type: Option<String>,
    error: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    is_test_execution: bool,
    retry_next_at: Option<String>,
    instance: Option<IdNode>,
    flow: Option<FlowNode>,
    retry_attempts: Option<Count>,
    replays: Option<Count>,
}

#[derive(Debug, Clone, Deserialize)]
struct FlowNode {
    name: Option<String>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    pub(crate) total_count: Option<u64>,
}

impl RunNode {
    /// The run; `None` for one that names neither its instance nor when it began.
    pub(crate) fn run(self) -> Option<RawRun> {
        let some = |count: Option<Count>| count.is_some_and(|it| it.total_count > Some(0));
        let started_at = convert::time(self.started_at)?;
        Some(RawRun {
            instance: InstanceId::new(self.instance?.id),
            flow: self.flow.and_then(|it| it.name).unwrap_or_default(),
            started_at,
            // That it ended is what counts, whether or not the time can be read.
            ended_at: self.ended_at.map(|it| it.parse().unwrap_or(started_at)),
            result_type: self.result_type,
            error: self.error,
            test: self.is_test_execution,
            retries_later: self.retry_next_at.is_some(),
            made_good: some(self.retry_attempts) || some(self.replays),
            id: self.id,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    execution_results: Page<RunNode>,
}

#[derive(Serialize)]
struct Failed<'a> {
    sequence: &'a SequenceId,
    #[serde(flatten)]
    span: Span,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Since<'a> {
    instance: &'a InstanceId,
    #[serde(flatten)]
    span: Span,
    #[serde(flatten)]
    place: Place,
}

/// A span of time by the server's clock.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Span {
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl Span {
    /// Since a moment, until another one where that is later.
    pub(crate) fn of(since: Timestamp, until: Option<Timestamp>) -> Self {
        Self {
            since,
            until: until.filter(|until| *until >= since),
        }
    }
}

/// The runs of an integration's instances that failed since a moment.
pub(crate) async fn failed(session: &Session, sequence: &SequenceId, span: Span) -> Walk<RunNode> {
    let fetch = |place: Place| async move {
        let variables = Failed {
            sequence,
            span,
            place,
        };
        let data: Data = session.read(&FAILED.call(&variables)?).await?;
        Ok(data.execution_results)
    };
    walk_ahead(fetch, |node| node.id.clone()).await
}

/// All runs of one instance since a moment.
pub(crate) async fn since(session: &Session, instance: &InstanceId, span: Span) -> Walk<RunNode> {
    let fetch = |place: Place| async move {
        let variables = Since {
            instance,
            span,
            place,
        };
        let data: Data = session.read(&SINCE.call(&variables)?).await?;
        Ok(data.execution_results)
    };
    walk_ahead(fetch, |node| node.id.clone()).await
}
