//! Rows in the order they were created, found by id or by any of their keys.
//!
//! Rows are shared: a reader keeps the row it was given while a writer changes its own copy.
//! Keys answer the questions the API asks often (an external id, the instances of a version)
//! without a walk over all rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What a row can be found by, besides its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A name.
    Name(String),
    /// An external id.
    External(String),
    /// The version sequence it belongs to or runs.
    Sequence(Uuid),
    /// The customer it belongs to.
    Customer(Uuid),
    /// The version record it runs.
    Version(Uuid),
    /// The instance it belongs to.
    Instance(Uuid),
    /// The working copy of an integration, or the newest version of a component.
    Head,
}

/// A row of a [`Table`].
pub(crate) trait Record: Clone {
    /// The id.
    fn id(&self) -> Uuid;
    /// Everything it can be found by.
    fn keys(&self) -> Vec<Key>;
}

/// Rows of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, Arc<T>>,
    places: HashMap<Uuid, u64>,
    keys: HashMap<Key, BTreeSet<u64>>,
    next: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: HashMap::new(),
            keys: HashMap::new(),
            next: 0,
        }
    }
}

impl<T: Record> Table<T> {
    /// The row with this id.
    pub(crate) fn get(&self, id: Uuid) -> Option<&Arc<T>> {
        self.rows.get(self.places.get(&id)?)
    }

    /// Every row, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values()
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows with this key, oldest first.
    pub(crate) fn with<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let places = self.keys.get(key).into_iter().flatten();
        places.filter_map(|place| self.rows.get(place))
    }

    /// The oldest row with this key.
    pub(crate) fn first(&self, key: &Key) -> Option<&Arc<T>> {
        self.with(key).next()
    }

    /// The number of rows with this key.
    pub(crate) fn count(&self, key: &Key) -> usize {
        self.keys.get(key).map_or(0, BTreeSet::len)
    }

    /// Adds a row and returns it.
    pub(crate) fn insert(&mut self, row: T) -> Arc<T> {
        let place = self.next;
        self.next += 1;
        self.places.insert(row.id(), place);
        for key in row.keys() {
            self.keys.entry(key).or_default().insert(place);
        }
        let row = Arc::new(row);
        self.rows.insert(place, Arc::clone(&row));
        row
    }

    /// Changes the row with this id and returns it as it is now.
    pub(crate) fn update(&mut self, id: Uuid, change: impl FnOnce(&mut T)) -> Option<Arc<T>> {
        let place = *self.places.get(&id)?;
        let row = self.rows.get_mut(&place)?;
        let before = row.keys();
        change(Arc::make_mut(row));
        let (after, row) = (row.keys(), Arc::clone(row));
        if before != after {
            self.forget(place, &before);
            for key in after {
                self.keys.entry(key).or_default().insert(place);
            }
        }
        Some(row)
    }

    /// Takes out the row with this id.
    pub(crate) fn remove(&mut self, id: Uuid) -> Option<Arc<T>> {
        let place = self.places.remove(&id)?;
        let row = self.rows.remove(&place)?;
        self.forget(place, &row.keys());
        Some(row)
    }

    /// The rows that differ from those of an earlier state of this table, which it shares rows with.
    pub(crate) fn changed_since(&self, before: &Self) -> HashSet<Uuid> {
        let differs = |row: &&Arc<T>| {
            let old = before.get(row.id());
            old.is_none_or(|old| !Arc::ptr_eq(old, row))
        };
        let changed = self.iter().filter(differs).map(|row| row.id());
        let gone = before.iter().map(|row| row.id());
        let gone = gone.filter(|id| self.get(*id).is_none());
        changed.chain(gone).collect()
    }

    /// This table, with the rows that lag as they were in an earlier state of it.
    pub(crate) fn mixed_with(&self, old: &Self, lags: &dyn Fn(Uuid) -> bool) -> Self {
        let present = self.rows.iter().filter(|(_, row)| !lags(row.id()));
        let old = old.rows.iter().filter(|(_, row)| lags(row.id()));
        let mut rows: Vec<_> = present.chain(old).collect();
        rows.sort_by_key(|(place, _)| **place);
        rows.into_iter().map(|(_, row)| T::clone(row)).collect()
    }

    fn forget(&mut self, place: u64, keys: &[Key]) {
        for key in keys {
            if let Some(places) = self.keys.get_mut(key) {
                places.remove(&place);
                if places.is_empty() {
                    self.keys.remove(key);
                }
            }
        }
    }
}

impl<T: Record> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut table = Self::default();
        for row in rows {
            table.insert(row);
        }
        table
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.values().map(Arc::as_ref))
    }
}

impl<'de, T: Record + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Row(Uuid, String);

    impl Record for Row {
        fn id(&self) -> Uuid {
            self.0
        }
        fn keys(&self) -> Vec<Key> {
            vec![Key::Name(self.1.clone())]
        }
    }

    fn row(number: u128, name: &str) -> Row {
        Row(Uuid::from_u128(number), name.to_owned())
    }

    fn named(table: &Table<Row>, name: &str) -> usize {
        table.count(&Key::Name(name.to_owned()))
    }

    #[test]
    fn keys_follow_updates_and_removals() {
        let mut table: Table<Row> = [row(1, "a"), row(2, "a"), row(3, "b")]
            .into_iter()
            .collect();
        assert_eq!((named(&table, "a"), named(&table, "b")), (2, 1));
        table.update(Uuid::from_u128(1), |row| "b".clone_into(&mut row.1));
        assert_eq!((named(&table, "a"), named(&table, "b")), (1, 2));
        table.remove(Uuid::from_u128(3));
        assert_eq!((named(&table, "a"), named(&table, "b")), (1, 1));
        let order: Vec<_> = table.iter().map(|row| row.0.as_u128()).collect();
        assert_eq!(order, [1, 2]);
    }

    #[test]
    fn a_reader_keeps_the_row_it_has() {
        let mut table: Table<Row> = [row(1, "a")].into_iter().collect();
        let held = Arc::clone(table.get(Uuid::from_u128(1)).unwrap());
        table.update(Uuid::from_u128(1), |row| "b".clone_into(&mut row.1));
        assert_eq!(held.1, "a");
    }

    #[test]
    fn a_table_survives_serialisation() {
        let table: Table<Row> = [row(1, "a"), row(2, "b")].into_iter().collect();
        let text = serde_json::to_string(&table).unwrap();
        let again: Table<Row> = serde_json::from_str(&text).unwrap();
        assert_eq!(named(&again, "b"), 1);
        assert_eq!(again.iter().count(), 2);
    }
}
