//! Definition values as JSON.

use serde_json::{Map, Value as Json};

use super::definition::Value;

/// A value as JSON. Numbers that JSON has no room for become texts.
pub(crate) fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => {
            i64::try_from(*number).map_or_else(|_| number.to_string().into(), Json::from)
        }
        Value::Float(number) => Json::from(*number),
        Value::Str(text) | Value::Timestamp(text) => Json::from(text.as_str()),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Map(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)));
            Json::Object(fields.collect::<Map<_, _>>())
        }
    }
}
