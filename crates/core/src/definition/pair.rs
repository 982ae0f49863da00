//! Which item of one list is which item of the other.
//!
//! By the author's stable key, then by name (the n-th of a name is the n-th of
//! that name), then by similarity: what is left on both sides and mostly the
//! same was renamed. Lists without names are paired by position.

use std::collections::{HashMap, HashSet, VecDeque};

use super::shape::Shape;
use super::similarity;
use super::value::Value;

/// One item, or two that are the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// On both sides, by index.
    Both {
        git: usize,
        live: usize,
        /// Its place among the others differs.
        moved: bool,
    },
    /// Only in git.
    Added(usize),
    /// Only live.
    Removed(usize),
}

/// Above this number of candidate pairs the report is too long to be read, and similarity is not computed.
const LIKENESS_LIMIT: usize = 2_500;

/// Pairs up two lists: in git's order, removed items after their live predecessors.
pub(super) fn pairs(shape: Shape, git: &[Value], live: &[Value]) -> Vec<Pair> {
    if shape == Shape::Exact || shape == Shape::Data && !(all_named(git) && all_named(live)) {
        return by_position(git, live);
    }
    let mut matching = Matching::new(git.len(), live.len());
    matching.by_key(git, live, |item| shape.stable_key(item));
    matching.by_key(git, live, |item| Some(shape.name(item).unwrap_or_default()));
    if matches!(
        shape,
        Shape::Flows | Shape::Steps | Shape::Branches | Shape::Pages
    ) {
        matching.by_similarity(shape, git, live);
    }
    matching.into_pairs(!shape.is_unordered())
}

/// Whether every item has a name of its own, so that names can replace positions.
fn all_named(items: &[Value]) -> bool {
    let mut seen = HashSet::new();
    items
        .iter()
        .all(|item| Shape::Data.name(item).is_some_and(|name| seen.insert(name)))
}

/// Equal heads and tails are set aside; what is between is paired one by one.
fn by_position(git: &[Value], live: &[Value]) -> Vec<Pair> {
    let head = git.iter().zip(live).take_while(|(g, l)| g == l).count();
    let (git_rest, live_rest) = (&git[head..], &live[head..]);
    let tail = git_rest
        .iter()
        .rev()
        .zip(live_rest.iter().rev())
        .take_while(|(g, l)| g == l)
        .count();
    let (git_end, live_end) = (git.len() - tail, live.len() - tail);
    let both = |git, live| Pair::Both {
        git,
        live,
        moved: false,
    };
    let common = git_end.min(live_end);
    let mut pairs: Vec<Pair> = (0..common).map(|i| both(i, i)).collect();
    pairs.extend((common..git_end).map(Pair::Added));
    pairs.extend((common..live_end).map(Pair::Removed));
    pairs.extend((0..tail).map(|i| both(git_end + i, live_end + i)));
    pairs
}

/// For each item of one side its partner on the other.
struct Matching {
    git: Vec<Option<usize>>,
    live: Vec<Option<usize>>,
}

impl Matching {
    fn new(git: usize, live: usize) -> Self {
        Self {
            git: vec![None; git],
            live: vec![None; live],
        }
    }

    fn join(&mut self, git: usize, live: usize) {
        self.git[git] = Some(live);
        self.live[live] = Some(git);
    }

    fn by_key<'v>(
        &mut self,
        git: &'v [Value],
        live: &'v [Value],
        key: impl Fn(&'v Value) -> Option<&'v str>,
    ) {
        let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (index, item) in live.iter().enumerate() {
            if let (None, Some(key)) = (self.live[index], key(item)) {
                places.entry(key).or_default().push_back(index);
            }
        }
        for (index, item) in git.iter().enumerate() {
            if let (None, Some(key)) = (self.git[index], key(item))
                && let Some(partner) = places.get_mut(key).and_then(VecDeque::pop_front)
            {
                self.join(index, partner);
            }
        }
    }

    fn by_similarity(&mut self, shape: Shape, git: &[Value], live: &[Value]) {
        let left = |side: &[Option<usize>]| -> Vec<usize> {
            (0..side.len()).filter(|i| side[*i].is_none()).collect()
        };
        let (git_left, live_left) = (left(&self.git), left(&self.live));
        if git_left.len() * live_left.len() > LIKENESS_LIMIT {
            return;
        }
        let profiles = |side: &[Value], left: &[usize]| -> Vec<similarity::Profile> {
            left.iter()
                .map(|i| similarity::Profile::of(shape, &side[*i]))
                .collect()
        };
        let ours = profiles(git, &git_left);
        let theirs = profiles(live, &live_left);
        for (g, l) in similarity::best(&ours, &theirs) {
            self.join(git_left[g], live_left[l]);
        }
    }

    fn into_pairs(self, ordered: bool) -> Vec<Pair> {
        let sequence: Vec<usize> = self.git.iter().copied().flatten().collect();
        let stay = if ordered {
            longest_rising(&sequence)
        } else {
            sequence.into_iter().collect()
        };
        let mut after: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut last_kept = None;
        for (index, partner) in self.live.iter().enumerate() {
            match partner {
                Some(_) => last_kept = Some(index),
                None => after.entry(last_kept).or_default().push(index),
            }
        }
        let removed = |place: Option<usize>| {
            let gone = after.get(&place).into_iter().flatten();
            gone.map(|index| Pair::Removed(*index))
        };
        let mut pairs: Vec<Pair> = removed(None).collect();
        for (git, partner) in self.git.iter().enumerate() {
            match *partner {
                None => pairs.push(Pair::Added(git)),
                Some(live) => {
                    let moved = !stay.contains(&live);
                    pairs.push(Pair::Both { git, live, moved });
                    pairs.extend(removed(Some(live)));
                }
            }
        }
        pairs
    }
}

/// The members of a longest rising subsequence: the items that need not have moved.
fn longest_rising(sequence: &[usize]) -> HashSet<usize> {
    // `ends[k]` is the index of the smallest end of a rising run of length k + 1.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(sequence.len());
    for (index, value) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end] < *value);
        previous.push(length.checked_sub(1).map(|before| ends[before]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut members = HashSet::new();
    let mut at = ends.last().copied();
    while let Some(index) = at {
        members.insert(sequence[index]);
        at = previous[index];
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_left_the_order_moved() {
        for (sequence, stay) in [
            (vec![], vec![]),
            (vec![0, 1, 2], vec![0, 1, 2]),
            (vec![3, 0, 1, 2], vec![0, 1, 2]),
            (vec![0, 3, 1, 2, 4], vec![0, 1, 2, 4]),
        ] {
            assert_eq!(longest_rising(&sequence), stay.into_iter().collect());
        }
    }

    #[test]
    fn items_that_all_have_names_are_paired_by_them() {
        let item = |name: &str, value: &str| {
            let text = |text: &str| Value::Text(text.to_owned());
            let members = [("name", text(name)), ("value", text(value))];
            Value::Map(members.map(|(key, it)| (key.to_owned(), it)).into())
        };
        let both = |git, live| Pair::Both {
            git,
            live,
            moved: false,
        };
        let git = [item("a", "1"), item("b", "1")];
        let named = pairs(Shape::Data, &git, &[item("b", "2")]);
        assert_eq!(named, [Pair::Added(0), both(1, 0)]);
        let twice = [item("a", "1"), item("a", "2")];
        let placed = pairs(Shape::Data, &twice, &[item("b", "2")]);
        assert_eq!(placed, [both(0, 0), Pair::Added(1)]);
    }

    #[test]
    fn positions_keep_equal_heads_and_tails() {
        let list = |text: &str| -> Vec<Value> {
            text.chars().map(|c| Value::Text(c.to_string())).collect()
        };
        let both = |git, live| Pair::Both {
            git,
            live,
            moved: false,
        };
        assert_eq!(
            by_position(&list("axyb"), &list("ab")),
            [both(0, 0), Pair::Added(1), Pair::Added(2), both(3, 1)]
        );
        assert_eq!(
            by_position(&list("xyzab"), &list("wyab")),
            [
                both(0, 0),
                both(1, 1),
                Pair::Added(2),
                both(3, 2),
                both(4, 3)
            ]
        );
        assert_eq!(
            by_position(&list("aa"), &list("a")),
            [both(0, 0), Pair::Added(1)]
        );
    }
}
