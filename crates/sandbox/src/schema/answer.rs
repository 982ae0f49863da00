//! What a resolver gives: a value, objects, or a refusal.

use std::any::Any;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::FieldValue;
use jiff::Timestamp;

/// An object of the API: what the resolvers of its fields start from.
pub(crate) type Object = Arc<dyn Any + Send + Sync>;

/// The message for an object that does not exist.
pub(crate) const NOT_FOUND: &str = "Record not found.";

/// What a resolver gives.
pub(crate) enum Answer {
    /// Nothing.
    Null,
    /// A scalar, an enum value or a list of them.
    Value(Value),
    /// One object.
    Object(Object),
    /// A list of objects.
    Objects(Vec<Object>),
    /// An error on the field.
    Refused(String),
}

impl Answer {
    /// One object.
    pub(crate) fn object<T: Any + Send + Sync>(object: T) -> Self {
        Self::Object(Arc::new(object))
    }

    /// An object that rows are shared of; null if there is none.
    pub(crate) fn shared<T: Any + Send + Sync>(object: Option<&Arc<T>>) -> Self {
        object.map_or(Self::Null, |object| Self::Object(Arc::<T>::clone(object)))
    }

    /// An object looked up by id; an error on the field if there is none.
    pub(crate) fn found<T: Any + Send + Sync>(object: Option<&Arc<T>>) -> Self {
        match object {
            Some(object) => Self::shared(Some(object)),
            None => Self::Refused(NOT_FOUND.to_owned()),
        }
    }

    /// A text in the upper case that enums are answered in.
    pub(crate) fn upper(text: &str) -> Self {
        text.to_uppercase().into()
    }

    /// What the executor takes; the message if this is a refusal.
    pub(crate) fn into_field(self) -> Result<Option<FieldValue<'static>>, String> {
        Ok(match self {
            Self::Null => None,
            Self::Value(value) => Some(FieldValue::value(value)),
            Self::Object(object) => Some(FieldValue::owned_any(object)),
            Self::Objects(objects) => Some(FieldValue::list(
                objects.into_iter().map(FieldValue::owned_any),
            )),
            Self::Refused(message) => return Err(message),
        })
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::Value(text.into())
    }
}

impl From<&String> for Answer {
    fn from(text: &String) -> Self {
        Self::Value(text.as_str().into())
    }
}

impl From<bool> for Answer {
    fn from(flag: bool) -> Self {
        Self::Value(flag.into())
    }
}

impl From<i64> for Answer {
    fn from(number: i64) -> Self {
        Self::Value(number.into())
    }
}

impl From<usize> for Answer {
    fn from(number: usize) -> Self {
        Self::Value(number.into())
    }
}

/// With microseconds and a numeric offset, as Python's `isoformat` writes an aware time.
impl From<Timestamp> for Answer {
    fn from(at: Timestamp) -> Self {
        at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00")
            .to_string()
            .into()
    }
}

impl From<&Vec<String>> for Answer {
    fn from(texts: &Vec<String>) -> Self {
        Self::Value(texts.iter().map(String::as_str).collect::<Vec<_>>().into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Answer {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
