//! Definitions as values: what is left when layout, quoting and key order are gone.

use std::collections::BTreeMap;

/// A value. Scalars are printed text, because that is how they are compared.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Value>),
    Map(Map),
}

/// A mapping, by its printed keys.
pub(super) type Map = BTreeMap<String, Value>;

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Text(_) | Self::Map(_) => None,
        }
    }

    pub(super) fn map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::Null | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The member of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.map()?.get(key)
    }

    /// The text member of a mapping.
    pub(super) fn get_text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Null, `""`, `[]` or `{}`: what the server treats as not said.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    /// As JSON, every scalar a string; for showing and for structured defaults.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(text) => serde_json::Value::String(text.clone()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(map) => serde_json::Value::Object(
                map.iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
        }
    }
}
