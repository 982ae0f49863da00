//! What expressions can name.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use super::Root;

/// The names that a template is rendered with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    roots: BTreeMap<Root, Value>,
    /// Columns of the row that exist and hold nothing.
    empty: BTreeSet<String>,
    /// The table has no row for this customer.
    rowless: bool,
}

impl Values {
    /// Nothing is defined.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Defines everything below a name: a mapping, whose nulls are not defined.
    #[must_use]
    pub fn with(mut self, root: Root, value: &serde_json::Value) -> Self {
        self.roots.insert(root, converted(value));
        self
    }

    /// Defines `environment.name`.
    #[must_use]
    pub fn environment(self, name: &str) -> Self {
        self.with(Root::Environment, &serde_json::json!({ "name": name }))
    }

    /// Defines `row.*` by the cells of a table, by column. An empty cell is not defined, so that `default` catches
    /// it and its use is an error.
    #[must_use]
    pub fn row<'a>(mut self, cells: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut row = BTreeMap::new();
        for (column, cell) in cells {
            if cell.is_empty() {
                self.empty.insert(column.to_owned());
            } else {
                row.insert(column.to_owned(), Value::from(cell));
            }
        }
        self.roots.insert(Root::Row, Value::from(row));
        self
    }

    /// Defines a row in which nothing is: of a customer that the table does not have. Its use is an error, and `default`
    /// catches it.
    #[must_use]
    pub fn without_row(self) -> Self {
        let row = self.row([]);
        Self {
            rowless: true,
            ..row
        }
    }

    /// Whether there is a table without a row for this customer.
    #[must_use]
    pub fn is_rowless(&self) -> bool {
        self.rowless
    }

    /// Whether anything is known by this name.
    #[must_use]
    pub fn has(&self, root: Root) -> bool {
        self.roots.contains_key(&root)
    }

    /// What minijinja looks names up in.
    pub(super) fn context(&self) -> Value {
        let named = self
            .roots
            .iter()
            .map(|(root, value)| (root.word().to_owned(), value.clone()));
        Value::from(named.collect::<BTreeMap<_, _>>())
    }

    /// The value of a root.
    pub(super) fn get(&self, root: Root) -> Option<&Value> {
        self.roots.get(&root)
    }

    /// Whether the row has this column, without anything in it.
    pub(super) fn is_empty_cell(&self, column: &str) -> bool {
        self.empty.contains(column)
    }
}

fn converted(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::UNDEFINED,
        serde_json::Value::Bool(value) => Value::from(*value),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_u64().map(Value::from))
            .or_else(|| number.as_f64().map(Value::from))
            .unwrap_or_else(|| Value::from(number.to_string())),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => {
            Value::from(items.iter().map(converted).collect::<Vec<_>>())
        }
        serde_json::Value::Object(entries) => {
            let defined = entries.iter().filter(|(_, value)| !value.is_null());
            let entries = defined.map(|(key, value)| (key.clone(), converted(value)));
            Value::from(entries.collect::<BTreeMap<_, _>>())
        }
    }
}
