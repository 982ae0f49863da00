//! The live side seen through the git side: every difference that means
//! nothing to the server is taken from git, so that what still differs is a change.
//!
//! This is the only place that knows how the server treats the two sides
//! differently. Both values are in normal form.

use super::pair::{self, Pair};
use super::shape::{Shape, is_default, is_known_default, is_silent_input};
use super::value::{Map, Value};

/// The live definition as git would have written it.
pub(super) fn align(git: &Value, live: Value) -> Value {
    value(Shape::Root, git, live)
}

fn value(shape: Shape, git: &Value, live: Value) -> Value {
    match (git, live) {
        (_, live) if shape == Shape::Exact => live,
        (Value::Map(git), Value::Map(live)) => Value::Map(map(shape, git, live)),
        (Value::List(git), Value::List(live)) => Value::List(list(shape, git, live)),
        (_, live) => live,
    }
}

fn map(shape: Shape, git: &Map, live: Map) -> Map {
    let mut aligned = Map::new();
    for (key, theirs) in live {
        let child = shape.member(&key);
        match git.get(&key) {
            Some(ours) if is_same_version(shape, &key, ours, &theirs) => {
                aligned.insert(key, ours.clone());
            }
            Some(ours) if is_same_prose(shape, &key, ours, &theirs) => {
                aligned.insert(key, ours.clone());
            }
            Some(ours) => {
                aligned.insert(key, value(child, ours, theirs));
            }
            None if child == Shape::Labels || is_default(shape, &key, &theirs) => {}
            None => {
                aligned.insert(key, theirs);
            }
        }
    }
    for (key, ours) in git {
        if !aligned.contains_key(key) && is_ours_alone(shape, key, ours) {
            aligned.insert(key.clone(), ours.clone());
        }
    }
    aligned
}

/// What git says and the server need not keep.
fn is_ours_alone(shape: Shape, key: &str, ours: &Value) -> bool {
    let child = shape.member(key);
    let silent = |inputs: &Map| {
        let mut all = inputs.iter();
        all.all(|(key, input)| is_silent_input(child.member(key), input))
    };
    is_known_default(shape, key, ours)
        || is_silent_input(child, ours)
        || matches!(child, Shape::Inputs | Shape::Credentials) && ours.map().is_some_and(silent)
}

/// Free text for readers, and the name of the whole, which servers and editors trim.
fn is_same_prose(shape: Shape, key: &str, git: &Value, live: &Value) -> bool {
    let lines = |value: &Value| value.text().map(|text| text.trim().replace("\r\n", "\n"));
    let prose = match key {
        "description" | "documentation" | "category" => matches!(
            shape,
            Shape::Root | Shape::Flow | Shape::Step | Shape::Variable
        ),
        "name" => shape == Shape::Root,
        _ => false,
    };
    prose && lines(git).is_some() && lines(git) == lines(live)
}

/// `LATEST` on either side says nothing about the number on the other.
fn is_same_version(shape: Shape, key: &str, git: &Value, live: &Value) -> bool {
    shape == Shape::Component && key == "version" && (is_latest(git) || is_latest(live))
}

/// Whether a component's version is the newest one there is. The API writes `latest`, files `LATEST`.
pub(super) fn is_latest(version: &Value) -> bool {
    version
        .text()
        .is_some_and(|text| text.eq_ignore_ascii_case("latest"))
}

fn list(shape: Shape, git: &[Value], live: Vec<Value>) -> Vec<Value> {
    let pairs = pair::pairs(shape, git, &live);
    let mut aligned = live;
    for pair in &pairs {
        let Pair::Both {
            git: g, live: l, ..
        } = *pair
        else {
            continue;
        };
        if let (Some(ours), Some(theirs)) = (git.get(g), aligned.get_mut(l)) {
            let taken = std::mem::replace(theirs, Value::Null);
            *theirs = value(shape.item(), ours, taken);
        }
    }
    aligned
}
