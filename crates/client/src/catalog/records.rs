//! Single records, executions, and test runs of flows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::PrismaticClient;
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::lookup_batcher::{Found, Lookup, find, typed};
use crate::model::InstanceId;
use crate::operations::{Input, lookups};
use crate::platform::PlatformResult;
use crate::redact::Redactor;
use crate::retry::Repeat;
use crate::session::Call;

/// What can be read by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// An integration or one of its versions, with its flows.
    Integration,
    /// An instance with its flow and config variables; not their values.
    Instance,
    /// A customer.
    Customer,
    /// A component.
    Component,
    /// An execution; its steps and its log are lists of their own.
    Execution,
}

impl Record {
    const ALL: [Self; 5] = [
        Self::Integration,
        Self::Instance,
        Self::Customer,
        Self::Component,
        Self::Execution,
    ];

    fn field(self) -> &'static str {
        match self {
            Self::Integration => "integration",
            Self::Instance => "instance",
            Self::Customer => "customer",
            Self::Component => "component",
            Self::Execution => "executionResult",
        }
    }

    fn selection(self) -> &'static str {
        match self {
            Self::Integration => concat!(
                include_str!("integration.fields"),
                include_str!("integration_more.fields")
            ),
            Self::Instance => concat!(
                include_str!("instance.fields"),
                include_str!("instance_more.fields")
            ),
            Self::Customer => include_str!("customer.fields"),
            Self::Component => include_str!("component.fields"),
            Self::Execution => include_str!("execution.fields"),
        }
    }

    fn document(self) -> String {
        let (field, selection) = (self.field(), self.selection());
        format!("query {field}($id: ID!) {{ record: {field}(id: $id) {{ {selection} }} }}")
    }
}

/// A test run of a flow. No `Debug`: the payload may be secret.
#[derive(Clone, Default)]
pub struct FlowTest {
    /// The flow's id.
    pub flow: String,
    /// What the trigger receives.
    pub payload: Option<String>,
    /// The payload's media type.
    pub content_type: Option<String>,
    /// The trigger's headers, as a JSON object in text.
    pub headers: Option<String>,
    /// Do not wait for the flow's answer.
    pub asynchronous: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestInput<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    asynchronous: bool,
}

const CURRENT_USER: &str = include_str!("current_user.graphql");
const EXECUTED: &str = include_str!("executed.graphql");
const REPLAY: &str = include_str!("replay.graphql");
const TEST_FLOW: &str = include_str!("test_flow.graphql");

/// An execution that was sent again.
#[derive(Deserialize)]
struct Replayed {
    id: String,
}

/// What an execution was sent again as.
#[derive(Deserialize)]
struct ReplaysOf {
    replays: ReplayNodes,
}

#[derive(Deserialize)]
struct ReplayNodes {
    nodes: Vec<Option<Replayed>>,
}

#[derive(Deserialize)]
struct Data {
    record: Option<Value>,
}

impl PrismaticClient {
    /// A record by its id, in the API's words.
    ///
    /// # Errors
    ///
    /// [`PlatformError`]; [`ErrorKind::NotFound`] where there is no such record.
    pub async fn get(&self, record: Record, id: &str) -> PlatformResult<Value> {
        let variables = json!({ "id": id });
        let call = Call::new(record.field(), Repeat::Read, &record.document(), &variables)?;
        self.record(&call).await
    }

    /// The user that the token belongs to, in the API's words.
    ///
    /// # Errors
    ///
    /// [`PlatformError`]
    pub async fn current_user(&self) -> PlatformResult<Value> {
        let call = Call::new("authenticatedUser", Repeat::Read, CURRENT_USER, &json!({}))?;
        self.record(&call).await
    }

    /// Whether an instance ever ran.
    ///
    /// # Errors
    ///
    /// [`PlatformError`], also where the answer does not say.
    pub async fn was_executed(&self, instance: &InstanceId) -> PlatformResult<bool> {
        let variables = json!({ "id": instance });
        let call = Call::new("executed", Repeat::Read, EXECUTED, &variables)?;
        let record = self.record(&call).await?;
        let runs = record["executionResults"]["nodes"].as_array().map(Vec::len);
        // What is not there is not none.
        Ok(runs != Some(0) || !record["lastExecutedAt"].is_null())
    }

    /// Runs a flow of a draft with the given payload. Not idempotent.
    ///
    /// # Errors
    ///
    /// [`PlatformError`]
    pub async fn test_flow(&self, test: &FlowTest) -> PlatformResult<Value> {
        let input = TestInput {
            id: &test.flow,
            payload: test.payload.as_deref(),
            content_type: test.content_type.as_deref(),
            headers: test.headers.as_deref(),
            asynchronous: test.asynchronous,
        };
        let call = Call::new(
            "testIntegrationFlow",
            Repeat::Once,
            TEST_FLOW,
            &Input { input },
        )?;
        let sent = Redactor::default();
        let texts = [&test.payload, &test.headers];
        texts
            .into_iter()
            .flatten()
            .for_each(|text| sent.learn(text));
        let outcome = self.session.write(&call).await;
        outcome.map_err(|error| error.without(&sent))
    }

    /// Sends an execution again, with the payload that it had. Says which one it became. Not idempotent: every
    /// request sends it once more (FACTS §19).
    ///
    /// # Errors
    ///
    /// [`PlatformError`]
    pub async fn replay(&self, execution: &str) -> PlatformResult<String> {
        let input = json!({ "id": execution });
        let call = Call::new("replayExecution", Repeat::Once, REPLAY, &Input { input })?;
        let sent: Replayed = self.session.write(&call).await?;
        Ok(sent.id)
    }

    /// As which executions these were sent again, where they were; the first of each.
    ///
    /// # Errors
    ///
    /// [`PlatformError`]; also where the answer does not say it of one of them.
    pub async fn replays(
        &self,
        executions: &[String],
    ) -> PlatformResult<BTreeMap<String, Option<String>>> {
        let asked = executions.iter().map(|id| lookups::replays(id));
        let asked: Vec<Lookup> = asked.collect();
        let found = find(&self.session, lookups::REPLAYS, &asked).await;
        let one = |(id, found): (&String, Found)| {
            let name = lookups::REPLAYS.name;
            let answer: Option<ReplaysOf> = typed(name, found)?;
            let first = answer.and_then(|it| it.replays.nodes.into_iter().flatten().next());
            Ok((id.clone(), first.map(|it| it.id)))
        };
        executions.iter().zip(found).map(one).collect()
    }

    async fn record(&self, call: &Call) -> PlatformResult<Value> {
        let data: Data = self.session.read(call).await?;
        data.record.ok_or_else(|| PlatformError {
            operation: call.name,
            kind: ErrorKind::NotFound {
                message: "there is no such record".to_owned(),
            },
            effect: Effect::None,
        })
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let records = Record::ALL.map(|record| (record.field(), record.document()));
    let mut all = Vec::from(records);
    all.push(("authenticatedUser", CURRENT_USER.to_owned()));
    all.push(("testIntegrationFlow", TEST_FLOW.to_owned()));
    all.push(("replayExecution", REPLAY.to_owned()));
    all.push(("executed", EXECUTED.to_owned()));
    all
}
