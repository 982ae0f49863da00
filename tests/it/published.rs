//! What format 1.0 published stays: every field of every document that commands print with `-o json`, and of
//! every answer and event of the daemon, with its types.
//!
//! `tests/it/published/1.0.tsv` has a row for each field: the document, a JSON pointer in which `*` stands for
//! the items of a list, and the types that were seen there. The rows were taken from the last build before the
//! documents had types in `crates/api`. They are not written anew: what a later format adds gets a table of
//! its own beside it, by `UPDATE_PUBLISHED=1` and a new number in [`TABLE`].
//!
//! And every one of them is read by its type in `crates/api`, written again as it was, and taken by its schema.

mod answers;
mod documents;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

const TABLE: &str = "1.0";

/// The types of each field, by document and pointer.
type Fields = BTreeMap<(String, String), BTreeSet<String>>;

/// A name, and what was printed or answered under it.
type Named = (&'static str, Value);

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn note(fields: &mut Fields, name: &str, pointer: &str, value: &Value) {
    let place = (name.to_owned(), pointer.to_owned());
    let types = fields.entry(place).or_default();
    types.insert(kind(value).to_owned());
    match value {
        Value::Array(items) => {
            for item in items {
                note(fields, name, &format!("{pointer}/*"), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                note(fields, name, &format!("{pointer}/{key}"), member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn table() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/published");
    folder.join(format!("{TABLE}.tsv"))
}

fn pinned() -> Fields {
    let text = std::fs::read_to_string(table()).unwrap();
    let row = |line: &str| {
        let [name, pointer, types] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let types = types.split('|').map(str::to_owned).collect();
        ((name.to_owned(), pointer.to_owned()), types)
    };
    text.lines().map(row).collect()
}

fn write(fields: &Fields) {
    let rows = fields.iter().map(|((name, pointer), types)| {
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        format!("{name}\t{pointer}\t{}\n", types.join("|"))
    });
    std::fs::write(table(), rows.collect::<String>()).unwrap();
}

/// What a reader of the pinned format would stumble over.
fn broken(pinned: &Fields, found: &Fields) -> Vec<String> {
    let rows = pinned.iter().filter_map(|(place, types)| {
        let (name, pointer) = place;
        match found.get(place) {
            None => Some(format!("{name} has no {pointer} any more")),
            Some(now) if !now.is_subset(types) => {
                Some(format!("{name} {pointer} was {types:?}, is {now:?}"))
            }
            Some(_) => None,
        }
    });
    rows.collect()
}

/// Documents that call themselves as before and have more in them.
fn grown(pinned: &Fields, found: &Fields, all: &[Named]) -> Vec<String> {
    let same = |name: &str| {
        let mut named = all.iter().filter(|(known, _)| *known == name);
        named.any(|(_, document)| document["formatVersion"] == TABLE)
    };
    let new = found.keys().filter(|place| !pinned.contains_key(*place));
    let new = new.filter(|(name, _)| same(name));
    new.map(|(name, pointer)| format!("{name} {pointer} is new, and the format is not"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_published_stays_and_is_what_the_types_say() {
    let mut all = documents::printed();
    all.extend(answers::answered().await);
    let mut found = Fields::new();
    for (name, document) in &all {
        note(&mut found, name, "", document);
    }
    if std::env::var_os("UPDATE_PUBLISHED").is_some() {
        return write(&found);
    }
    let pinned = pinned();
    assert!(pinned.len() > 300, "the table is cut: {}", pinned.len());
    let mut wrong = broken(&pinned, &found);
    wrong.extend(grown(&pinned, &found, &all));
    wrong.extend(types::wrong(&all));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_field_that_goes_or_turns_into_something_else_is_told() {
    let fields = |text: &str| {
        let mut fields = Fields::new();
        note(&mut fields, "d", "", &serde_json::from_str(text).unwrap());
        fields
    };
    let old = fields(r#"{"a": [{"b": 1}, {"b": null}], "c": "x"}"#);
    assert_eq!(broken(&old, &old), Vec::<String>::new());
    let less = fields(r#"{"a": [{"b": 1}], "c": "x"}"#);
    assert_eq!(
        broken(&old, &less),
        Vec::<String>::new(),
        "never null is fine"
    );
    let gone = fields(r#"{"a": [{}], "c": 1}"#);
    assert_eq!(broken(&old, &gone).len(), 2);
}
