//! What was published stays: every field of every document that commands print with `-o json`, and of
//! every answer and event of the daemon, with its types.
//!
//! A table of `tests/it/published` has a row for each field: the document, a JSON pointer in which `*` means
//! the items of a list, and the types that were seen there. The rows of 1.0 were taken from the last build before the
//! documents had types in `crates/api`. No table is written anew: what a later format adds gets one of
//! its own beside the others, by a new number in [`TABLES`] and `UPDATE_PUBLISHED=1`.
//!
//! And every one of them is read by its type in `crates/api`, written again as it was, and taken by its schema.

mod answers;
mod documents;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

/// All formats so far. The last one is what is written today.
const TABLES: [&str; 2] = ["1.0", "1.1"];
const NEWEST: &str = TABLES[TABLES.len() - 1];

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

fn table(format: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/published");
    folder.join(format!("{format}.tsv"))
}

fn pinned(format: &str) -> Fields {
    let text = std::fs::read_to_string(table(format)).unwrap();
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
    std::fs::write(table(NEWEST), rows.collect::<String>()).unwrap();
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
        named.any(|(_, document)| document["formatVersion"] == NEWEST)
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
    let mut wrong = Vec::new();
    for format in TABLES {
        let pinned = pinned(format);
        assert!(pinned.len() > 300, "the table is cut: {}", pinned.len());
        wrong.extend(broken(&pinned, &found));
    }
    wrong.extend(grown(&pinned(NEWEST), &found, &all));
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
