//! What an instance sets for its flows, where there are more than a page of them.

use serde::Deserialize;
use serde_json::Value;

use super::{Operation, PageOf};
use crate::graphql::or_default;
use crate::model::{FlowSettings, LiveFlow};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instance",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("flows.graphql"),
        include_str!("fragments/flow_config.graphql"),
    ),
};

/// A flow of an instance. No `Debug`: its keys are secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlowConfigNode {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    api_keys: Vec<Option<String>>,
    test_payload: Option<String>,
    /// `JSONString`: text that should hold JSON.
    #[serde(default)]
    test_headers: Value,
    test_content_type: Option<String>,
    uses_lre: Option<bool>,
    flow: FlowNode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowNode {
    id: String,
    name: String,
    stable_key: Option<String>,
}

impl From<FlowConfigNode> for LiveFlow {
    fn from(node: FlowConfigNode) -> Self {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            id: node.flow.id,
            name: node.flow.name,
            stable_key: filled(node.flow.stable_key),
            api_keys: node.api_keys.into_iter().flatten().collect(),
            settings: FlowSettings {
                test_payload: filled(node.test_payload),
                test_headers: headers(node.test_headers),
                test_content_type: filled(node.test_content_type),
                uses_lre: node.uses_lre,
            },
        }
    }
}

/// JSON, or a text that holds JSON. A text that holds none is kept as it is.
fn headers(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(serde_json::from_str(&text).unwrap_or(Value::String(text))),
        other => Some(other),
    }
}

/// What is read of an instance.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WithFlows {
    pub(crate) flow_configs: Page<FlowConfigNode>,
}

#[derive(Deserialize)]
struct Data {
    instance: Option<WithFlows>,
}

pub(crate) async fn run(session: &Session, id: &str) -> Walk<FlowConfigNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&PageOf { id, after })?;
        let data: Data = session.read(&call).await?;
        let instance = data.instance.ok_or_else(|| OPERATION.not_found())?;
        Ok(instance.flow_configs)
    };
    walk(fetch, |node| node.id.clone()).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_are_json_in_a_text_or_as_it_is() {
        for (value, expected) in [
            (Value::Null, None),
            (json!(""), None),
            (json!("{\"A\": \"b\"}"), Some(json!({"A": "b"}))),
            (json!({"A": "b"}), Some(json!({"A": "b"}))),
            (json!("A: b"), Some(json!("A: b"))),
        ] {
            assert_eq!(headers(value.clone()), expected, "{value}");
        }
    }
}
