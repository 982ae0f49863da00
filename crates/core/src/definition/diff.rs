//! Two values to a list of changes that a person reads.
//!
//! Purely structural: there is a change exactly where the values differ. What
//! counts as the same has been aligned before.

use super::change::{Change, ChangeKind};
use super::pair::{self, Pair};
use super::secrecy;
use super::shape::{Shape, is_server_made};
use super::shorten;
use super::value::{Map, Value};

/// The changes that turn `live` into `git`, in the order of the definition.
pub(super) fn changes(git: &Value, live: &Value) -> Vec<Change> {
    let mut walk = Walk::default();
    walk.both(Shape::Root, git, live);
    walk.found
}

/// Keys in the order in which people read a definition; others follow by name, flows last.
const READING_ORDER: [&str; 12] = [
    "name",
    "stableKey",
    "key",
    "description",
    "definitionVersion",
    "category",
    "documentation",
    "isTrigger",
    "action",
    "type",
    "inputs",
    "value",
];

/// Where a key is read: known ones first, what holds the logic last.
pub(super) fn reading_rank(key: &str) -> usize {
    match key {
        "requiredConfigVars" => usize::MAX - 3,
        "configPages" => usize::MAX - 2,
        "branches" | "trigger" => usize::MAX - 1,
        "flows" | "steps" => usize::MAX,
        _ => READING_ORDER
            .iter()
            .position(|known| *known == key)
            .unwrap_or(READING_ORDER.len()),
    }
}

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    /// Above zero where values may be secret.
    secret: usize,
    found: Vec<Change>,
}

impl Walk {
    fn both(&mut self, shape: Shape, git: &Value, live: &Value) {
        match (git, live) {
            _ if git == live => {}
            (Value::Map(git), Value::Map(live)) => self.maps(shape, git, live),
            (Value::List(git), Value::List(live)) => self.lists(shape, git, live),
            _ => {
                let (before, after) = shorten::two(live, git);
                self.record(ChangeKind::Changed, Some(before), Some(after));
            }
        }
    }

    fn maps(&mut self, shape: Shape, git: &Map, live: &Map) {
        let mut keys: Vec<&String> = git.keys().collect();
        keys.extend(live.keys().filter(|key| !git.contains_key(*key)));
        keys.sort_by_key(|key| (reading_rank(key), *key));
        let component = git.get("key").or_else(|| live.get("key"));
        for key in keys {
            let (ours, theirs) = (git.get(key), live.get(key));
            if ours == theirs || (ours.is_none() && is_server_made(shape, key)) {
                continue;
            }
            let segment = segment(shape, key, component, ours, theirs);
            let secret = [(ours, git), (theirs, live)]
                .into_iter()
                .any(|(value, around)| {
                    value.is_some_and(|value| secrecy::member(shape, key, value, around))
                });
            self.within(segment, secret, |walk| {
                walk.member(shape.member(key), ours, theirs);
            });
        }
    }

    fn member(&mut self, shape: Shape, git: Option<&Value>, live: Option<&Value>) {
        let none_of = |present: &Value| match present {
            Value::List(items) if shape.is_container() && !items.is_empty() => {
                Some(Value::List(Vec::new()))
            }
            Value::Map(map) if shape.is_container() && !map.is_empty() => {
                Some(Value::Map(Map::new()))
            }
            _ => None,
        };
        match (git, live) {
            (Some(git), Some(live)) => self.both(shape, git, live),
            (Some(git), None) => match none_of(git) {
                Some(none) => self.both(shape, git, &none),
                None => self.record(ChangeKind::Added, None, shorten::one(shape, git)),
            },
            (None, Some(live)) => match none_of(live) {
                Some(none) => self.both(shape, &none, live),
                None => self.record(ChangeKind::Removed, shorten::one(shape, live), None),
            },
            (None, None) => {}
        }
    }

    fn lists(&mut self, shape: Shape, git: &[Value], live: &[Value]) {
        for pair in pair::pairs(shape, git, live) {
            match pair {
                Pair::Added(g) => self.item(shape, &git[g], g, |walk, item| {
                    let shown = item_value(shape, item);
                    walk.record(ChangeKind::Added, None, shown);
                }),
                Pair::Removed(l) => self.item(shape, &live[l], l, |walk, item| {
                    let shown = item_value(shape, item);
                    walk.record(ChangeKind::Removed, shown, None);
                }),
                Pair::Both {
                    git: g,
                    live: l,
                    moved,
                } => {
                    let places = moved.then_some((l, g));
                    self.item(shape, &git[g], g, |walk, item| {
                        walk.paired(shape, item, &live[l], places);
                    });
                }
            }
        }
    }

    fn paired(&mut self, shape: Shape, git: &Value, live: &Value, places: Option<(usize, usize)>) {
        if let Some((before, after)) = places {
            let place = |index: usize| Some(format!("position {}", index + 1));
            self.record(ChangeKind::Moved, place(before), place(after));
        }
        let (Some(ours), Some(theirs)) = (git.map(), live.map()) else {
            return self.both(shape.item(), git, live);
        };
        let Some(key) = name_key(shape).filter(|key| ours.get(*key) != theirs.get(*key)) else {
            return self.maps(shape.item(), ours, theirs);
        };
        let name = |side: &Map| {
            side.get(key)
                .and_then(|name| shorten::one(Shape::Data, name))
        };
        self.record(ChangeKind::Renamed, name(theirs), name(ours));
        let rest = |side: &Map| {
            let mut rest = side.clone();
            rest.remove(key);
            rest
        };
        self.maps(shape.item(), &rest(ours), &rest(theirs));
    }

    fn item(
        &mut self,
        shape: Shape,
        item: &Value,
        index: usize,
        visit: impl FnOnce(&mut Self, &Value),
    ) {
        let noun = shape.item_noun();
        let segment = match shape.name(item) {
            Some(name) => format!("{noun} {}", quoted(name)),
            None => format!("{noun} {}", index + 1),
        };
        self.within(Some(segment), false, |walk| visit(walk, item));
    }

    fn within(&mut self, segment: Option<String>, secret: bool, visit: impl FnOnce(&mut Self)) {
        let depth = self.path.len();
        self.path.extend(segment);
        self.secret += usize::from(secret);
        visit(self);
        self.secret -= usize::from(secret);
        self.path.truncate(depth);
    }

    fn record(&mut self, kind: ChangeKind, before: Option<String>, after: Option<String>) {
        let sensitive = self.secret > 0;
        let shown = |value: Option<String>| if sensitive { None } else { value };
        self.found.push(Change {
            path: self.path.join(" › "),
            kind,
            before: shown(before),
            after: shown(after),
            sensitive,
        });
    }
}

/// The member that names an item, if a change of it is a rename.
fn name_key(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Flows | Shape::Steps | Shape::Branches | Shape::Pages => Some("name"),
        Shape::Variables => Some("key"),
        _ => None,
    }
}

/// What is shown of an item that is only on one side, beyond its name in the path.
fn item_value(shape: Shape, item: &Value) -> Option<String> {
    match shape {
        Shape::Labels | Shape::Elements => None,
        _ => shorten::one(shape.item(), item),
    }
}

/// How a member is named in the path; `None` where its parent says it already.
fn segment(
    shape: Shape,
    key: &str,
    component: Option<&Value>,
    git: Option<&Value>,
    live: Option<&Value>,
) -> Option<String> {
    let child = shape.member(key);
    let collection = |value: Option<&Value>| value.is_none_or(|v| v.list().is_some());
    let mapping = |value: Option<&Value>| value.is_none_or(|v| v.map().is_some());
    let uniform = collection(git) && collection(live) || mapping(git) && mapping(live);
    match (shape, key) {
        _ if child.is_implied() && uniform => None,
        (Shape::Inputs | Shape::Credentials, _) => Some(format!("input {}", quoted(key))),
        (Shape::Versions, _) => Some(format!("component {} version", quoted(key))),
        (Shape::Input, "value") => None,
        (Shape::Step, "action") | (Shape::Action, "component") if uniform => None,
        (Shape::Action, "key") => Some("action".to_owned()),
        (Shape::Component, "key") => Some("component".to_owned()),
        (Shape::Component, _) => {
            let name = component.and_then(Value::text).unwrap_or_default();
            Some(format!("component {} {key}", quoted(name)))
        }
        (Shape::Variable, "dataSource") => Some("data source".to_owned()),
        _ => Some(key.to_owned()),
    }
}

/// A name in quotes, on one line and of bounded length.
fn quoted(name: &str) -> String {
    const LONGEST: usize = 80;
    if name.chars().count() <= LONGEST {
        return format!("{name:?}");
    }
    let head: String = name.chars().take(LONGEST).collect();
    format!("{:?}", format!("{head}…"))
}
