//! What a resolver is called with: the world, the arguments and the request.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::session::Session;
use crate::world::{Moment, World, id};

/// One call of a resolver.
pub(crate) struct Call<'a> {
    /// The world at the time of the request.
    pub(crate) world: &'a World,
    /// The field's arguments.
    pub(crate) args: Args<'a>,
    /// The request that the field belongs to.
    pub(crate) session: &'a Session,
}

impl<'a> Call<'a> {
    /// When the request came, and under which switches.
    pub(crate) fn moment(&self) -> Moment<'a> {
        self.session.moment()
    }
}

/// The arguments of a field, or the fields of an input object.
///
/// A null is the same as an absence, in every argument of the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Args<'a>(pub(crate) &'a IndexMap<Name, Value>);

impl<'a> Args<'a> {
    /// The value of an argument, unless it is null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0
            .get(name)
            .filter(|value| !matches!(value, Value::Null))
    }

    /// Every argument that is not null.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let set = self
            .0
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Null));
        set.map(|(name, value)| (name.as_str(), value))
    }

    /// A text. Ids may be given as numbers.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(text)
    }

    /// A boolean.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Boolean(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// An integer.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(int)
    }

    /// The texts of a list; one text is a list of one.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.get(name)
            .map(|value| items(value).iter().map(text).collect())
    }

    /// The input objects of a list; one object is a list of one.
    pub(crate) fn objects(&self, name: &str) -> Option<Vec<Args<'a>>> {
        let items = self.get(name).map(items)?;
        let objects = items.iter().filter_map(|item| match item {
            Value::Object(fields) => Some(Args(fields)),
            _ => None,
        });
        Some(objects.collect())
    }

    /// An input object.
    pub(crate) fn object(&self, name: &str) -> Option<Args<'a>> {
        self.objects(name)?.into_iter().next()
    }

    /// The uuid in a global id of this kind. A text that is no such id gives the nil uuid,
    /// which no object has.
    pub(crate) fn id(&self, kind: &str, name: &str) -> Option<Uuid> {
        self.text(name)
            .map(|text| id::local(kind, &text).unwrap_or_default())
    }

    /// A point in time; `Some(Err)` if the text is not one.
    pub(crate) fn time(&self, name: &str) -> Option<Result<Timestamp, String>> {
        self.get(name).map(time)
    }
}

/// The items of a list; a single value is a list of one.
pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        single => std::slice::from_ref(single),
    }
}

/// A value as text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Enum(name) => name.to_string(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A value as an integer.
pub(crate) fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// A value as a point in time. A time without an offset is in UTC.
pub(crate) fn time(value: &Value) -> Result<Timestamp, String> {
    let text = text(value);
    let read = text.parse().or_else(|_| format!("{text}Z").parse());
    read.or_else(|_| format!("{text}T00:00:00Z").parse())
        .map_err(|_| format!("\"{text}\" is not a DateTime."))
}
