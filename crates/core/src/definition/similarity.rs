//! How similar two items are, to distinguish a rename from a removal and an addition.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::shape::Shape;
use super::value::Value;

/// From this share on, two items of different names are taken for one that was renamed.
const ENOUGH: f64 = 0.6;

/// A word longer than this counts no more than this, so that one blob does not decide alone.
const HEAVIEST: u64 = 40;

/// What an item says, word by word, without its name.
pub(super) struct Profile {
    /// Items that do different things are never the same item.
    does: Option<(String, String)>,
    words: HashMap<u64, u64>,
    weight: u64,
}

impl Profile {
    pub(super) fn of(shape: Shape, item: &Value) -> Self {
        let mut profile = Self {
            does: does(item),
            words: HashMap::new(),
            weight: 0,
        };
        if let Some(members) = item.map() {
            for (key, value) in members.iter().filter(|(key, _)| *key != "name") {
                profile.take(step_hash(0, key), shape.item().member(key), value);
            }
        }
        profile
    }

    fn take(&mut self, place: u64, shape: Shape, value: &Value) {
        match value {
            Value::Null => {}
            Value::Text(text) => text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .for_each(|word| self.word(place, word)),
            Value::List(items) => items
                .iter()
                .for_each(|item| self.take(place, shape.item(), item)),
            Value::Map(members) => {
                for (key, value) in members {
                    self.take(step_hash(place, key), shape.member(key), value);
                }
            }
        }
    }

    fn word(&mut self, place: u64, word: &str) {
        let weight = (word.len() as u64).min(HEAVIEST);
        *self.words.entry(step_hash(place, word)).or_default() += weight;
        self.weight += weight;
    }

    /// The share of what both say among what either says, 0 to 1.
    fn similarity(&self, other: &Self) -> f64 {
        if self.does != other.does || self.weight + other.weight == 0 {
            return 0.0;
        }
        let common: u64 = self
            .words
            .iter()
            .map(|(word, weight)| {
                other
                    .words
                    .get(word)
                    .map_or(0, |theirs| *weight.min(theirs))
            })
            .sum();
        2.0 * common as f64 / (self.weight + other.weight) as f64
    }
}

/// Component and action of a step; nothing for other items.
fn does(item: &Value) -> Option<(String, String)> {
    let action = item.get("action")?;
    let component = action
        .get("component")
        .and_then(|component| component.get_text("key"))
        .or_else(|| action.get_text("componentKey"))
        .unwrap_or_default();
    let key = action.get_text("key").unwrap_or_default();
    Some((component.to_owned(), key.to_owned()))
}

fn step_hash(place: u64, part: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    part.hash(&mut hasher);
    hasher.finish()
}

/// The pairs that are alike enough, the most alike first, each item at most once.
pub(super) fn best(git: &[Profile], live: &[Profile]) -> Vec<(usize, usize)> {
    let mut candidates = Vec::new();
    for (g, ours) in git.iter().enumerate() {
        for (l, theirs) in live.iter().enumerate() {
            let similarity = ours.similarity(theirs);
            if similarity >= ENOUGH {
                candidates.push((similarity, g, l));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken = (vec![false; git.len()], vec![false; live.len()]);
    candidates.retain(|(_, g, l)| {
        let free = !taken.0[*g] && !taken.1[*l];
        taken.0[*g] |= free;
        taken.1[*l] |= free;
        free
    });
    candidates.into_iter().map(|(_, g, l)| (g, l)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(action: &str) -> Profile {
        let map = |entries: Vec<(&str, Value)>| {
            let entries = entries.into_iter();
            Value::Map(
                entries
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let component = map(vec![("key", text("http"))]);
        let action = map(vec![("key", text(action)), ("component", component)]);
        let inputs = map(vec![("url", text("https://a.example one two three four"))]);
        let item = map(vec![("action", action), ("inputs", inputs)]);
        Profile::of(Shape::Steps, &item)
    }

    #[test]
    fn steps_that_do_different_things_are_never_one_that_was_renamed() {
        assert_eq!(best(&[step("get")], &[step("get")]), [(0, 0)]);
        assert_eq!(best(&[step("get")], &[step("post")]), []);
        assert_eq!(
            best(&[step("get"), step("post")], &[step("post")]),
            [(1, 0)]
        );
    }
}
