//! Which values the kinds of config variables take.
//!
//! Values are texts on the wire, so the server would accept almost anything and the flow would fail later. No
//! finding here contains a value.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::definition::Definition;
use crate::manifest::is_schedule;
use crate::model::{
    ConfigEntry, ConfigValue, ConnectionInput, Diagnostic, RequiredVariable, Severity, nearest,
};

/// What is wrong with a value for a variable, if anything is.
pub(super) fn mistyped(
    entry: &ConfigEntry,
    variable: &RequiredVariable,
    definition: &Definition,
) -> Option<Diagnostic> {
    let kind = Kind::of(variable, definition);
    if !kind.accepts(&entry.value, variable) {
        let severity = match kind.judges_by_spelling(&entry.value) {
            true => Severity::Warning,
            false => Severity::Error,
        };
        return Some(Diagnostic {
            severity,
            ..kind.complaint(variable)
        });
    }
    match &entry.value {
        ConfigValue::Connection(inputs) | ConfigValue::ConsentedConnection(inputs) => {
            let known = definition.connection_inputs(&variable.key);
            let names = inputs.iter().map(|(name, input)| (name.as_str(), input));
            misspelt_input(&variable.key, &names, &known)
        }
        _ => None,
    }
}

/// A variable by what it takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    Timestamp,
    OneOf,
    Json,
    Anything,
    Schedule,
    Connection,
    List(Item),
    KeysAndValues,
}

/// What a list holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Text,
    Number,
    Boolean,
    Date,
    Timestamp,
    OneOf,
}

impl Item {
    fn single(self) -> Kind {
        match self {
            Self::Text => Kind::Text,
            Self::Number => Kind::Number,
            Self::Boolean => Kind::Boolean,
            Self::Date => Kind::Date,
            Self::Timestamp => Kind::Timestamp,
            Self::OneOf => Kind::OneOf,
        }
    }
}

impl Kind {
    fn of(variable: &RequiredVariable, definition: &Definition) -> Self {
        let offers = !variable.pick_list.is_empty();
        let item = match variable.data_type.as_str() {
            "NUMBER" => Item::Number,
            "BOOLEAN" => Item::Boolean,
            "DATE" => Item::Date,
            "TIMESTAMP" => Item::Timestamp,
            // Without a list of its own, a data source says what is on offer.
            "PICKLIST" if offers => Item::OneOf,
            _ => Item::Text,
        };
        match (
            variable.data_type.as_str(),
            variable.collection_type.as_deref(),
        ) {
            ("CONNECTION", _) => Self::Connection,
            ("SCHEDULE", _) => Self::Schedule,
            (_, Some("VALUELIST")) => Self::List(item),
            (_, Some(_)) => Self::KeysAndValues,
            ("JSONFORM" | "OBJECTSELECTION" | "OBJECTFIELDMAP", None) => Self::Json,
            ("CODE", None) => match definition.code_language(&variable.key).as_deref() {
                Some("json") => Self::Json,
                Some(_) => Self::Text,
                None => Self::Anything,
            },
            (_, None) => item.single(),
        }
    }

    fn accepts(self, value: &ConfigValue, variable: &RequiredVariable) -> bool {
        use ConfigValue as V;
        let connects = matches!(
            value,
            V::Connection(_)
                | V::ConsentedConnection(_)
                | V::PendingConnection
                | V::SharedConnection(_)
        );
        if connects || matches!(self, Self::Connection) {
            return connects && matches!(self, Self::Connection);
        }
        match (self, value) {
            // What a secret is shows when it is written.
            (_, V::Secret(_))
            | (Self::Anything, _)
            | (Self::Schedule, V::Schedule(_))
            | (Self::Json, V::Structured(_) | V::List(_)) => true,
            (Self::List(item), V::List(items)) => {
                items.iter().all(|text| item.single().takes(text, variable))
            }
            (Self::List(_), V::Structured(value)) => value.is_array(),
            (Self::KeysAndValues, V::Structured(value)) => is_keys_and_values(value),
            // A list of nothing is written like any other.
            (Self::KeysAndValues, V::List(items)) => items.is_empty(),
            (Self::List(_) | Self::KeysAndValues, V::Scalar(_))
            | (_, V::List(_) | V::Structured(_) | V::Schedule(_))
            | (
                _,
                V::Connection(_)
                | V::ConsentedConnection(_)
                | V::PendingConnection
                | V::SharedConnection(_),
            ) => false,
            (_, V::Scalar(text)) => self.takes(text, variable),
        }
    }

    /// Whether only the spelling speaks against a value. How Prismatic spells dates and what else
    /// than cron it takes for a schedule is not documented, and an export writes what is live: no
    /// such value may keep a whole project from being planned.
    fn judges_by_spelling(self, value: &ConfigValue) -> bool {
        matches!(
            (self, value),
            (
                Self::Date | Self::Timestamp | Self::Json | Self::Schedule,
                ConfigValue::Scalar(_)
            ) | (
                Self::List(Item::Date | Item::Timestamp),
                ConfigValue::List(_)
            )
        )
    }

    /// Whether a single value will do.
    fn takes(self, text: &str, variable: &RequiredVariable) -> bool {
        match self {
            Self::Number => is_number(text),
            Self::Boolean => text == "true" || text == "false",
            Self::Date => text.parse::<Date>().is_ok(),
            Self::Timestamp => {
                text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok()
            }
            Self::OneOf => variable.pick_list.iter().any(|offered| offered == text),
            Self::Json => text.is_empty() || serde_json::from_str::<Value>(text).is_ok(),
            Self::Schedule => is_schedule(text),
            Self::Text | Self::Anything => true,
            Self::Connection | Self::List(_) | Self::KeysAndValues => false,
        }
    }

    fn complaint(self, variable: &RequiredVariable) -> Diagnostic {
        let key = &variable.key;
        let what = self.describe();
        let finding = Diagnostic::error(
            "config-type",
            format!("config variable {key:?} takes {what}"),
        );
        match self.hint(variable) {
            Some(hint) => finding.hint(hint),
            None => finding,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text | Self::Anything => "a single value",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date",
            Self::Timestamp => "a date and a time",
            Self::OneOf => "one of the values on offer",
            Self::Json => "a structured value",
            Self::Schedule => "a schedule",
            Self::Connection => "a connection",
            Self::KeysAndValues => "a list of keys and values",
            Self::List(Item::Text) => "a list",
            Self::List(Item::Number) => "a list of numbers",
            Self::List(Item::Boolean) => "a list of true and false",
            Self::List(Item::Date) => "a list of dates",
            Self::List(Item::Timestamp) => "a list of dates with times",
            Self::List(Item::OneOf) => "a list of the values on offer",
        }
    }

    fn hint(self, variable: &RequiredVariable) -> Option<String> {
        let fixed = match self {
            Self::OneOf | Self::List(Item::OneOf) => {
                return Some(format!("one of: {}", variable.pick_list.join(", ")));
            }
            Self::Connection => "write `{connection: {input: value}}` or `{connection: pending}`",
            Self::Schedule => "write `{schedule: \"*/5 * * * *\", timeZone: America/Chicago}`",
            Self::KeysAndValues => "write `[{key: …, value: …}]`",
            Self::Json => "write `{value: {…}}`, or JSON as text",
            Self::Date | Self::List(Item::Date) => "write it as 2026-01-31",
            Self::Timestamp | Self::List(Item::Timestamp) => "write it as 2026-01-31T17:00:00Z",
            _ => return None,
        };
        Some(fixed.to_owned())
    }
}

/// Digits, a point, a sign, an exponent. `inf` and `nan` are numbers to Rust alone.
fn is_number(text: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let text = text.trim();
    text.chars().all(digits) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_keys_and_values(value: &Value) -> bool {
    let is_pair = |item: &Value| {
        (item.as_object()).is_some_and(|pair| {
            pair.len() == 2 && pair.contains_key("key") && pair.contains_key("value")
        })
    };
    (value.as_array()).is_some_and(|items| items.iter().all(is_pair))
}

/// A connection input that the definition does not name, beside one that is much like it.
///
/// A definition need not name all inputs of its component, so this is only a warning.
fn misspelt_input<'a>(
    key: &str,
    inputs: &(impl Iterator<Item = (&'a str, &'a ConnectionInput)> + Clone),
    known: &[String],
) -> Option<Diagnostic> {
    let taken = |name: &str| inputs.clone().any(|(other, _)| other == name);
    let free = || {
        (known.iter())
            .map(String::as_str)
            .filter(|name| !taken(name))
    };
    let (name, near) = inputs.clone().find_map(|(name, _)| {
        let unknown = !known.iter().any(|known| known == name);
        let near = nearest(name, free()).filter(|_| unknown)?;
        Some((name, near))
    })?;
    let message = format!("the connection {key:?} names no input {name:?} in its definition");
    let finding = Diagnostic::warning("unknown-connection-input", message);
    Some(finding.hint(format!("did you mean {near:?}?")))
}
