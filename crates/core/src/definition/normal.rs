//! The normal form: one value for all definitions that mean the same by themselves.
//!
//! Members that say nothing (null, `""`, `[]`, `{}`, an input without a value) are left
//! out, unordered lists are sorted, and our own labels are gone. It knows
//! nothing of the other side: defaults and `LATEST` are [`super::align`]'s.

use sha2::{Digest as _, Sha256};

use super::shape::Shape;
use super::value::{Map, Value};
use crate::model::Marker;

/// The normal form of a whole definition.
pub(super) fn normal(root: &Value) -> Value {
    normalise(Shape::Root, root)
}

fn normalise(shape: Shape, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Text(text) => Value::Text(text.clone()),
        Value::List(items) => list(shape, items),
        Value::Map(members) => map(shape, members),
    }
}

fn map(shape: Shape, members: &Map) -> Value {
    let mut kept = Map::new();
    for (key, value) in members {
        let child = shape.member(key);
        let value = normalise(child, value);
        let silent = shape != Shape::Exact && (value.is_empty() || is_bare_input(child, &value));
        if !silent {
            kept.insert(modern_key(shape, key).to_owned(), value);
        }
    }
    Value::Map(kept)
}

/// An input that says what kind it is and has no value.
fn is_bare_input(shape: Shape, value: &Value) -> bool {
    let only_type = |map: &Map| map.keys().all(|key| key == "type");
    shape == Shape::Input && value.map().is_some_and(only_type)
}

/// Both spellings of the visibility keys occur in exports; one is the older.
fn modern_key(shape: Shape, key: &str) -> &str {
    match (shape, key) {
        (Shape::Meta, "isVisibleToCustomerDeployer") => "visibleToCustomerDeployer",
        (Shape::Meta, "isVisibleToOrgDeployer") => "visibleToOrgDeployer",
        _ => key,
    }
}

fn list(shape: Shape, items: &[Value]) -> Value {
    let item_shape = shape.item();
    let mut items: Vec<Value> = items
        .iter()
        .map(|item| normalise(item_shape, item))
        .collect();
    if shape == Shape::Labels {
        items.iter_mut().for_each(trim);
        items.retain(|label| !label.is_empty() && !label.text().is_some_and(Marker::is_reserved));
    }
    if shape.is_unordered() {
        items.sort_by(|a, b| shape.name(a).cmp(&shape.name(b)));
    }
    if shape == Shape::Labels {
        items.dedup();
    }
    Value::List(items)
}

/// Servers keep no outer white space of a label.
fn trim(label: &mut Value) {
    if let Value::Text(text) = label {
        *text = text.trim().to_owned();
    }
}

/// `sha256:…` of a normal form.
///
/// Every part is hashed with its kind and length, so that no two values share a
/// byte sequence. The first line names the normal form: should its rules ever
/// change, old digests must not match new ones by accident.
pub(super) fn digest(normal: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(b"prism-gitops definition 1\n");
    feed(&mut hash, normal);
    let mut text = "sha256:".to_owned();
    for byte in hash.finalize() {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Text(text) => feed_text(hash, text),
        Value::List(items) => {
            feed_header(hash, b"l", items.len());
            items.iter().for_each(|item| feed(hash, item));
        }
        Value::Map(members) => {
            feed_header(hash, b"m", members.len());
            for (key, value) in members {
                feed_text(hash, key);
                feed(hash, value);
            }
        }
    }
}

fn feed_text(hash: &mut Sha256, text: &str) {
    feed_header(hash, b"t", text.len());
    hash.update(text.as_bytes());
}

fn feed_header(hash: &mut Sha256, kind: &[u8; 1], length: usize) {
    hash.update(kind);
    hash.update((length as u64).to_le_bytes());
}
