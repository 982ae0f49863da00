//! Live values of config variables as a manifest declares them.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use crate::export::names::Variables;
use crate::export::secrecy::{is_masked_input, is_secret};
use crate::export::{NoteCode, Report, SecretNeeded, SecretValuesAs, instance_path};
use crate::kinds::connection::export::Connections;
use crate::manifest;
use crate::model::{
    Config, ConfigEntry, ConfigValue, ConnectionInput, Instance, LiveConfigVariable, Location,
    Observed, ResourceName, Schedule, ScheduleKind, SecretRef,
};
use crate::sensitivity;
use crate::template::Template;

/// How deep a structure may be to be written as one.
const DEPTH: usize = 32;

/// All variables of an instance that have a value of their own, in the order of their keys.
pub(crate) fn all(
    name: &ResourceName,
    live: &Instance,
    connections: &Connections,
    (variables, report): (&mut Variables, &mut Report),
    (about, secrets): (&str, SecretValuesAs),
) -> Config {
    let mut config = IndexMap::new();
    let Observed::Known(values) = &live.config else {
        return Config::default();
    };
    let file = instance_path(name);
    for (key, variable) in values {
        // Keys are never templates, so that a manifest cannot name it.
        if Template::is_in(key) {
            let why = format!("config {key:?} is left unmanaged: its name looks like a template");
            report.note(NoteCode::LeftOut, about, why, Some(file.clone()));
            continue;
        }
        let mut maker = Maker {
            name,
            key,
            file: &file,
            instance: live,
            connections,
            variables,
            report,
            secrets,
        };
        let Some(value) = maker.value(variable, about) else {
            continue;
        };
        // The line distinguishes findings about this value from others; it is no line of a file.
        let location = Location {
            line: u32::try_from(config.len()).unwrap_or(u32::MAX),
            ..Location::file(&file)
        };
        let entry = ConfigEntry {
            value,
            seed: false,
            location,
        };
        config.insert(key.clone(), Arc::new(entry));
    }
    Arc::new(config)
}

/// Makes one value.
struct Maker<'a> {
    name: &'a ResourceName,
    key: &'a str,
    file: &'a str,
    instance: &'a Instance,
    connections: &'a Connections,
    variables: &'a mut Variables,
    report: &'a mut Report,
    secrets: SecretValuesAs,
}

impl Maker<'_> {
    fn value(&mut self, live: &LiveConfigVariable, about: &str) -> Option<ConfigValue> {
        if self.key.trim().is_empty() {
            return None;
        }
        let bound = live.bound.as_ref();
        if let Some(name) = bound.and_then(|value| self.connections.of(value, self.instance)) {
            return Some(ConfigValue::SharedConnection(name.clone()));
        }
        if live.shared {
            let message = format!(
                "config {:?}: its connection is shared across instances",
                self.key
            );
            let file = Some(self.file.to_owned());
            self.report.note(NoteCode::LeftOut, about, message, file);
            return None;
        }
        let kind = live.declared.data_type.as_str();
        if kind == "CONNECTION" {
            return self.connection(live);
        }
        if let Some(word) = unknown_schedule(live) {
            let message = format!(
                "config {:?}: its schedule has the type {word:?}, which is not known here",
                self.key
            );
            let file = Some(self.file.to_owned());
            self.report.note(NoteCode::LeftOut, about, message, file);
            return None;
        }
        if let Some(schedule) = schedule(live) {
            return Some(ConfigValue::Schedule(schedule));
        }
        let text = live.value.as_deref().filter(|text| !text.is_empty())?;
        if sensitivity::is_secret_type(kind) || is_secret(self.key, text) {
            return self.secret(None).map(ConfigValue::Secret);
        }
        Some(plain(kind, live.declared.collection_type.as_deref(), text))
    }

    fn connection(&mut self, live: &LiveConfigVariable) -> Option<ConfigValue> {
        if live.oauth {
            return Some(ConfigValue::PendingConnection);
        }
        let mut inputs = IndexMap::new();
        for input in &live.inputs {
            let text = input.value.as_deref().unwrap_or_default();
            let value =
                if is_masked_input(input) || !text.is_empty() && is_secret(&input.name, text) {
                    // Whether the server keeps an input that is left out of a write is not known, so
                    // that a connection is managed with all of its inputs or not at all.
                    ConnectionInput::Secret(self.secret(Some(&input.name))?)
                } else if text.is_empty() {
                    continue;
                } else {
                    ConnectionInput::Plain(text.to_owned())
                };
            inputs.insert(input.name.clone(), value);
        }
        // In an order that listing cannot change.
        inputs.sort_keys();
        (!inputs.is_empty()).then_some(ConfigValue::Connection(inputs))
    }

    /// The reference to a secret, unless it is to be left out.
    fn secret(&mut self, input: Option<&str>) -> Option<SecretRef> {
        let mut parts = vec![self.name.as_str(), self.key];
        parts.extend(input);
        let variable = self.variables.make(&parts);
        let needed = SecretNeeded {
            variable: variable.clone(),
            file: self.file.to_owned(),
            key: self.key.to_owned(),
            input: input.map(str::to_owned),
        };
        if self.secrets == SecretValuesAs::Nothing {
            self.report.omitted.push(needed);
            return None;
        }
        self.report.secrets.push(needed);
        Some(SecretRef::Env(variable))
    }
}

/// A live value that is no connection and may be seen, as a manifest has it; `None` where there is none.
pub(crate) fn open(
    key: &str,
    live: &LiveConfigVariable,
) -> Result<Option<ConfigValue>, &'static str> {
    let kind = live.declared.data_type.as_str();
    if live.shared || kind == "CONNECTION" {
        return Err("its connection is shared, or has inputs of its own");
    }
    if unknown_schedule(live).is_some() {
        return Err("its schedule has a type that is not known here");
    }
    if let Some(schedule) = schedule(live) {
        return Ok(Some(ConfigValue::Schedule(schedule)));
    }
    let Some(text) = live.value.as_deref() else {
        return Ok(None);
    };
    if sensitivity::is_secret_type(kind) || is_secret(key, text) {
        return Err("it is secret, or may be: change it where it is kept");
    }
    let collection = live.declared.collection_type.as_deref();
    Ok(Some(plain(kind, collection, text)))
}

/// The type of a schedule that only newer servers know. Its value alone would be read as something else.
fn unknown_schedule(live: &LiveConfigVariable) -> Option<String> {
    let word = live.schedule_type.as_deref()?;
    let unknown = live.declared.data_type == "SCHEDULE" && ScheduleKind::parse(word).is_none();
    unknown.then(|| word.to_ascii_lowercase())
}

/// A live schedule as a manifest may have it: cron text, or a type that needs none.
fn schedule(live: &LiveConfigVariable) -> Option<Schedule> {
    let kind = match &live.schedule_type {
        Some(word) => ScheduleKind::parse(word)?,
        None => ScheduleKind::Custom,
    };
    let value = live.value.clone().filter(|text| !text.trim().is_empty());
    let is_cron = value.as_deref().is_some_and(manifest::is_schedule);
    let fits = is_cron || kind != ScheduleKind::Custom;
    let zone = live.time_zone.clone();
    (live.declared.data_type == "SCHEDULE" && fits).then(|| Schedule {
        kind,
        value,
        time_zone: zone.filter(|zone| manifest::is_zone(zone)),
    })
}

/// A value that may be seen. Structures are read as such only where that is what the variable holds.
fn plain(kind: &str, collection: Option<&str>, text: &str) -> ConfigValue {
    let scalar = || ConfigValue::Scalar(text.to_owned());
    let structured = matches!(kind, "JSONFORM" | "OBJECTSELECTION" | "OBJECTFIELDMAP");
    if collection.is_none() && !structured {
        let flag = kind == "BOOLEAN" && !text.trim().is_empty();
        return match flag.then(|| text.to_ascii_lowercase()) {
            Some(word) => ConfigValue::Scalar(word),
            None => scalar(),
        };
    }
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return scalar();
    };
    match texts(&json) {
        Some(items) if collection == Some("VALUELIST") => ConfigValue::List(items),
        _ if is_exact(&json, DEPTH) && (json.is_array() || json.is_object()) => {
            ConfigValue::Structured(json)
        }
        _ => scalar(),
    }
}

fn texts(json: &Value) -> Option<Vec<String>> {
    let items = json.as_array()?.iter();
    items.map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Whether YAML can hold it without losing a digit.
fn is_exact(json: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match json {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(|item| is_exact(item, depth)),
        Value::Object(members) => members.values().all(|member| is_exact(member, depth)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_what_its_variable_holds() {
        let text = |text: &str| ConfigValue::Scalar(text.to_owned());
        let list = |items: &[&str]| {
            let items = items.iter().map(|item| (*item).to_owned());
            ConfigValue::List(items.collect())
        };
        let both = r#"["a", "b"]"#;
        for (kind, collection, live, expected) in [
            ("STRING", None, both, text(both)),
            ("STRING", None, "TRUE", text("TRUE")),
            ("BOOLEAN", None, "TRUE", text("true")),
            ("BOOLEAN", None, " ", text(" ")),
            ("STRING", Some("VALUELIST"), both, list(&["a", "b"])),
            ("STRING", Some("VALUELIST"), "[]", list(&[])),
            (
                "STRING",
                Some("VALUELIST"),
                "[1]",
                ConfigValue::Structured(json!([1])),
            ),
            (
                "STRING",
                Some("KEYVALUELIST"),
                both,
                ConfigValue::Structured(json!(["a", "b"])),
            ),
            (
                "JSONFORM",
                None,
                r#"{"a": 1}"#,
                ConfigValue::Structured(json!({"a": 1})),
            ),
            // YAML would lose digits, or make something else of it.
            ("JSONFORM", None, r#"{"a": 1.5}"#, text(r#"{"a": 1.5}"#)),
            ("JSONFORM", None, "7", text("7")),
            ("JSONFORM", None, "{", text("{")),
        ] {
            assert_eq!(plain(kind, collection, live), expected, "{kind}: {live}");
        }
    }
}
