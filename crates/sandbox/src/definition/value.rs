//! The tree of a definition.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scalar::float_text;
use super::{load, render};

/// What YAML 1.1 text means.
///
/// Maps have string keys, in code point order, which is the order the server writes them in.
/// Serialises as its canonical text in one string: that keeps the difference between the number
/// 7 and the string "7", and between floats, exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    #[default]
    Null,
    /// `true`, and `yes` and `on`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number written with a point, or one of `.inf` and `.nan`.
    Float(f64),
    /// A string.
    Str(String),
    /// A date, or date and time, in ISO 8601 with a blank between the two.
    Timestamp(String),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The value of a key, if this is a map that has it and it is not null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key).filter(|value| **value != Self::Null),
            _ => None,
        }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if this is a list; none otherwise.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The entries in order, if this is a map; none otherwise.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let map = match self {
            Self::Map(map) => Some(map),
            _ => None,
        };
        map.into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// The value as the API shows it in its string fields: scalars as text, null as nothing,
    /// lists and maps as JSON.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Str(text) | Self::Timestamp(text) => Some(text.clone()),
            Self::Bool(flag) => Some(flag.to_string()),
            Self::Int(number) => Some(number.to_string()),
            Self::Float(number) => Some(float_text(*number)),
            Self::List(_) | Self::Map(_) => Some(self.to_json().to_string()),
        }
    }

    /// The nearest JSON. Loses what JSON has no word for: timestamps become strings, and floats
    /// that are not finite become null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => match i64::try_from(*number) {
                Ok(small) => small.into(),
                Err(_) => number.to_string().into(),
            },
            Self::Float(number) => (*number).into(),
            Self::Str(text) | Self::Timestamp(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json()))
                .collect(),
        }
    }

    /// What kind of value this is, in words a person who writes YAML knows.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::Timestamp(_) => "a date",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The value under a key, to change.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Map(map) => map.get_mut(key),
            _ => None,
        }
    }

    /// The items to change; none if this is no list.
    pub(super) fn items_mut(&mut self) -> &mut [Self] {
        match self {
            Self::List(items) => items,
            _ => &mut [],
        }
    }

    /// Puts a value under a key that is absent or null. Does nothing where this is no map.
    pub(super) fn set_default(&mut self, key: &str, default: impl FnOnce() -> Self) {
        if let Self::Map(map) = self {
            let slot = map.entry(key.to_owned()).or_default();
            if *slot == Self::Null {
                *slot = default();
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&render(self, false))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        load(&text).map_err(|problems| {
            let messages: Vec<_> = problems.into_iter().map(|p| p.message).collect();
            D::Error::custom(messages.join("; "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::load;

    #[test]
    fn shows_scalars_as_text_and_the_rest_as_json() {
        let cases = [
            ("~", None),
            ("yes", Some("true")),
            ("007", Some("7")),
            ("12345678901234567890", Some("12345678901234567890")),
            ("1.50", Some("1.5")),
            ("2020-01-02", Some("2020-01-02")),
            ("a b", Some("a b")),
            (
                "[a, {b: 1.0}, ~, 2020-01-02]",
                Some(r#"["a",{"b":1.0},null,"2020-01-02"]"#),
            ),
        ];
        for (yaml, text) in cases {
            assert_eq!(load(yaml).expect("loads").text().as_deref(), text, "{yaml}");
        }
    }
}
