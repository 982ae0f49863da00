//! Facts about a definition that other modules need: the components it uses, the variables it requires.

use super::read;
use super::report::Report;
use super::value::Value;
use crate::model::{Location, RequiredVariable};
use crate::yaml::{Entry, Node};

/// One use of a component by a step, a connection or a data source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentUse {
    /// The component's key.
    pub key: String,
    /// Prismatic's own; otherwise it must have been published to the tenant.
    /// `None` where the definition does not say.
    pub is_public: Option<bool>,
    /// A pinned version; `None` is the newest at the time of the import.
    pub version: Option<i64>,
    /// Where it is used; without a file in a server's answer.
    pub place: Location,
}

/// Every use of a component below a tree, in the order of the file.
pub(super) fn components(root: &Node, report: &Report<'_>) -> Vec<ComponentUse> {
    let mut found = Vec::new();
    let pinned = root.get("componentVersions");
    collect(root, pinned, report, &mut found);
    found
}

fn collect(node: &Node, pinned: Option<&Node>, report: &Report<'_>, found: &mut Vec<ComponentUse>) {
    for item in node.as_sequence().unwrap_or_default() {
        collect(item, pinned, report, found);
    }
    for Entry { key, value, .. } in node.as_mapping().unwrap_or_default() {
        match key.text.as_str() {
            // JSON Schema may use the word for anything.
            "schemas" => {}
            "component" if value.get("key").is_some() => found.extend(modern(value, report)),
            "componentKey" => found.extend(old(value, pinned, report)),
            _ => collect(value, pinned, report, found),
        }
    }
}

fn modern(component: &Node, report: &Report<'_>) -> Option<ComponentUse> {
    let key = component.get("key")?;
    let is_public = component.get("isPublic").and_then(read::text);
    Some(ComponentUse {
        key: read::text(key)?,
        is_public: is_public.map(|text| text != "false"),
        version: component.get("version").and_then(number),
        place: report.location(key.span),
    })
}

/// Before version 6 actions name a component only, and a map at the top may pin it.
fn old(key: &Node, pinned: Option<&Node>, report: &Report<'_>) -> Option<ComponentUse> {
    let name = read::text(key)?;
    let version = pinned.and_then(|pinned| pinned.get(&name)).and_then(number);
    Some(ComponentUse {
        key: name,
        is_public: None,
        version,
        place: report.location(key.span),
    })
}

fn number(node: &Node) -> Option<i64> {
    read::text(node)?.parse().ok()
}

/// The declared config variables. The oldest form is a map of keys to default values.
pub(super) fn required_variables(root: &Value) -> Vec<RequiredVariable> {
    match root.get("requiredConfigVars") {
        Some(Value::List(items)) => items.iter().filter_map(variable).collect(),
        Some(Value::Map(map)) => map
            .iter()
            .map(|(key, default)| RequiredVariable {
                key: key.clone(),
                stable_key: None,
                data_type: "STRING".to_owned(),
                collection_type: None,
                default_value: printed(default),
                pick_list: Vec::new(),
                shared: false,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The stable keys of the shared connections that config variables take their values from.
pub(super) fn scoped_connections(root: &Value) -> Vec<String> {
    let items = root.get("requiredConfigVars").and_then(Value::list);
    let named = |item: &Value| item.get_text("useScopedConfigVar").map(str::to_owned);
    let items = items.unwrap_or_default().iter().filter_map(named);
    items.filter(|key| !key.is_empty()).collect()
}

/// The flows: name, and stable key where there is one.
pub(super) fn flows(root: &Value) -> Vec<(String, Option<String>)> {
    let flows = root.get("flows").and_then(Value::list);
    let flows = flows.unwrap_or_default().iter();
    let text = |flow: &Value, key: &str| flow.get_text(key).map(str::to_owned);
    flows
        .filter_map(|flow| Some((text(flow, "name")?, text(flow, "stableKey"))))
        .collect()
}

/// The declaration of one config variable.
pub(super) fn declared<'a>(root: &'a Value, key: &str) -> Option<&'a Value> {
    let items = root.get("requiredConfigVars").and_then(Value::list)?;
    items.iter().find(|item| item.get_text("key") == Some(key))
}

fn variable(item: &Value) -> Option<RequiredVariable> {
    let upper = |key| item.get_text(key).map(str::to_uppercase);
    let pick_list = item.get("pickList").and_then(Value::list);
    Some(RequiredVariable {
        key: item.get_text("key")?.to_owned(),
        stable_key: item.get_text("stableKey").map(str::to_owned),
        data_type: upper("dataType").unwrap_or_else(|| "STRING".to_owned()),
        collection_type: upper("collectionType").filter(|kind| !kind.is_empty()),
        default_value: item.get("defaultValue").and_then(printed),
        pick_list: pick_list
            .unwrap_or_default()
            .iter()
            .filter_map(Value::text)
            .map(str::to_owned)
            .collect(),
        shared: item
            .get("useScopedConfigVar")
            .is_some_and(|v| !v.is_empty()),
    })
}

/// A value as the one text that the API has for it: lists and structures as JSON.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::List(_) | Value::Map(_) => Some(value.to_json().to_string()),
    }
}
