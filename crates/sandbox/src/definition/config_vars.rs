//! What the sandbox knows of config variables.

use serde::{Deserialize, Serialize};

use super::components;
use super::flows::is_true;
use super::value::Value;

/// A value an instance must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigVar {
    /// The visible name, by which values are written; unique within the integration.
    pub key: String,
    /// An identity that outlives a change of name, if the author gave one.
    pub stable_key: Option<String>,
    /// What it is for, if the author said.
    pub description: Option<String>,
    /// The type in small letters: `string`, `connection`, `jsonform`, …
    pub data_type: String,
    /// `valuelist` or `keyvaluelist`, for variables of many values.
    pub collection_type: Option<String>,
    /// The value of instances that have none of their own.
    pub default_value: Option<String>,
    /// The values to choose from.
    pub pick_list: Vec<String>,
    /// Whether customers never see it.
    pub org_only: bool,
    /// `custom`, `minute`, `hour`, … for schedules.
    pub schedule_type: Option<String>,
    /// The time zone of a schedule.
    pub time_zone: Option<String>,
    /// The connection it is an instance of; absent for other types and scoped variables.
    pub connection: Option<ConnectionRef>,
    /// The inputs of a connection that the author filled in or described.
    pub inputs: Vec<ConnectionInput>,
    /// The stable key of the scoped variable that supplies the value.
    pub scoped: Option<String>,
    /// Whether a data source of a component supplies the choices.
    pub data_source: bool,
    /// Visibility flags and what else the author attached; null if nothing.
    pub meta: Value,
}

/// Which connection of which component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRef {
    /// The component's key.
    pub component_key: String,
    /// The connection's key within the component.
    pub key: String,
    /// Whether the component is public.
    pub is_public: bool,
}

/// One input of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionInput {
    /// The input's key within the connection.
    pub name: String,
    /// How the value is meant: `value`, `configVar`, …
    pub kind: String,
    /// The value as text, if there is one. Definitions can hold credentials here.
    pub value: Option<String>,
    /// Whether the server never returns the value (`meta.writeOnly`).
    pub write_only: bool,
}

/// The config variables of a definition that has passed the check.
pub(super) fn config_vars(value: &Value) -> Vec<ConfigVar> {
    match value.get("requiredConfigVars") {
        // The oldest form: names with their defaults.
        Some(map @ Value::Map(_)) => map
            .entries()
            .map(|(key, default)| ConfigVar {
                default_value: default.text(),
                ..config_var(key.to_owned(), &Value::Null)
            })
            .collect(),
        list => list
            .map_or(&[][..], Value::items)
            .iter()
            .map(|it| config_var(it.get("key").and_then(Value::text).unwrap_or_default(), it))
            .collect(),
    }
}

fn config_var(key: String, value: &Value) -> ConfigVar {
    let text = |key| value.get(key).and_then(Value::text);
    let inputs = value.get("inputs").unwrap_or(&Value::Null);
    let choices = value.get("pickList").map_or(&[][..], Value::items);
    ConfigVar {
        key,
        stable_key: text("stableKey"),
        description: text("description"),
        data_type: data_type(value),
        collection_type: text("collectionType"),
        default_value: text("defaultValue"),
        pick_list: choices.iter().filter_map(Value::text).collect(),
        org_only: is_true(value, "orgOnly"),
        schedule_type: text("scheduleType"),
        time_zone: text("timeZone"),
        connection: value.get("connection").map(connection),
        inputs: inputs
            .entries()
            .map(|(name, it)| connection_input(name, it))
            .collect(),
        scoped: text("useScopedConfigVar"),
        data_source: value.get("dataSource").is_some(),
        meta: value.get("meta").cloned().unwrap_or_default(),
    }
}

fn data_type(value: &Value) -> String {
    match value.get("dataType").and_then(Value::as_str) {
        Some(data_type) => data_type.to_lowercase(),
        None if value.get("connection").is_some() => "connection".to_owned(),
        None => "string".to_owned(),
    }
}

fn connection(value: &Value) -> ConnectionRef {
    let component = value.get("component").unwrap_or(&Value::Null);
    let (component_key, is_public) = components::identity(component);
    ConnectionRef {
        component_key,
        key: value.get("key").and_then(Value::text).unwrap_or_default(),
        is_public,
    }
}

fn connection_input(name: &str, value: &Value) -> ConnectionInput {
    ConnectionInput {
        name: name.to_owned(),
        kind: value
            .get("type")
            .and_then(Value::text)
            .unwrap_or_else(|| "value".to_owned()),
        value: value.get("value").and_then(Value::text),
        write_only: value
            .get("meta")
            .is_some_and(|meta| is_true(meta, "writeOnly")),
    }
}
