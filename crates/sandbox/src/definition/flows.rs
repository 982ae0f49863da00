//! What the sandbox knows of flows.

use serde::{Deserialize, Serialize};

use super::components;
use super::steps;
use super::value::Value;

/// Who may call a flow's endpoint where the definition does not say.
pub(super) const ENDPOINT_SECURITY: &str = "customer_optional";

/// The name of the only flow of a definition from before flows.
const ONLY_FLOW: &str = "Flow 1";

/// One flow of an integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Unique within the integration.
    pub name: String,
    /// What it does, if the author said.
    pub description: Option<String>,
    /// Whether a caller waits for the result.
    pub is_synchronous: bool,
    /// Who may call it, such as `customer_optional`.
    pub endpoint_security_type: String,
    /// Whether AI agents may call it.
    pub is_agent_flow: bool,
    /// An identity that outlives a change of name: code-native flows have one.
    pub stable_key: Option<String>,
    /// Every step in reading order, the trigger first, those in loops and branches included.
    pub steps: Vec<Step>,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Unique within the flow.
    pub name: String,
    /// What it does; empty if the author said nothing.
    pub description: String,
    /// The component its action belongs to.
    pub component_key: String,
    /// The action, or trigger, within the component.
    pub action_key: String,
    /// Whether it is the step that starts the flow.
    pub is_trigger: bool,
}

/// The flows of a definition that has passed the check.
pub(super) fn flows(value: &Value) -> Vec<Flow> {
    match value.get("flows") {
        Some(flows) => flows
            .items()
            .iter()
            .map(|it| flow(it, it.get("name")))
            .collect(),
        None => vec![flow(value, None)],
    }
}

fn flow(value: &Value, name: Option<&Value>) -> Flow {
    let mut found: Vec<Step> = value
        .get("trigger")
        .map(|it| step(it, true))
        .into_iter()
        .collect();
    steps::each(value.get("steps"), "", &mut |_, it| {
        found.push(step(it, is_true(it, "isTrigger")));
    });
    let text = |key| value.get(key).and_then(Value::text);
    Flow {
        name: name
            .and_then(Value::text)
            .unwrap_or_else(|| ONLY_FLOW.to_owned()),
        description: name.and_then(|_| text("description")),
        is_synchronous: is_true(value, "isSynchronous"),
        endpoint_security_type: text("endpointSecurityType")
            .unwrap_or_else(|| ENDPOINT_SECURITY.to_owned()),
        is_agent_flow: is_true(value, "isAgentFlow"),
        stable_key: text("stableKey"),
        steps: found,
    }
}

fn step(value: &Value, is_trigger: bool) -> Step {
    let text = |of: Option<&Value>, key| of.and_then(|of| of.get(key)).and_then(Value::text);
    let action = value.get("action");
    let component = action.and_then(|action| action.get("component"));
    Step {
        name: text(Some(value), "name").unwrap_or_default(),
        description: text(Some(value), "description").unwrap_or_default(),
        component_key: match component {
            Some(component) => components::identity(component).0,
            None => text(action, "componentKey").unwrap_or_default(),
        },
        action_key: text(action, "key").unwrap_or_default(),
        is_trigger,
    }
}

/// Whether a key holds `true`.
pub(super) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
