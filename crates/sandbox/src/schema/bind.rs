//! Which function resolves which field.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::answer::{Answer, Object};
use super::call::{Args, Call};
use super::page::Listed;
use crate::world::{Change, Moment, World};

/// The resolvers of an object's fields, by name.
pub(crate) type Fields<T> = &'static [(&'static str, fn(&T, &Call<'_>) -> Answer)];

/// The resolvers of the query root, by name.
pub(crate) type Queries = &'static [(&'static str, fn(&Call<'_>) -> Answer)];

/// A mutation: takes its input and gives the object of its payload.
pub(crate) type Write = fn(&mut World, Moment<'_>, Args<'_>) -> Change<Object>;

/// The mutations, by name.
pub(crate) type Writes = &'static [(&'static str, Write)];

/// Resolves one field of an object.
pub(crate) type Getter = Arc<dyn Fn(&Object, &Call<'_>) -> Answer + Send + Sync>;

/// Every resolver there is.
#[derive(Default)]
pub(crate) struct Bindings {
    getters: HashMap<(&'static str, &'static str), Getter>,
    writes: HashMap<&'static str, Write>,
    filters: HashMap<&'static str, HashSet<&'static str>>,
    sorts: HashMap<&'static str, HashSet<&'static str>>,
}

impl Bindings {
    /// Binds the fields of an object type.
    pub(crate) fn object<T: Any + Send + Sync>(&mut self, kind: &'static str, fields: Fields<T>) {
        for (name, resolve) in fields {
            let getter = move |object: &Object, call: &Call<'_>| match object.downcast_ref::<T>() {
                Some(object) => resolve(object, call),
                None => Answer::Refused(format!("{kind}.{name} was asked of another type.")),
            };
            self.getters.insert((kind, name), Arc::new(getter));
        }
    }

    /// Binds fields that have the same answer on every object.
    pub(crate) fn fixed(
        &mut self,
        kind: &'static str,
        names: &[&'static str],
        answer: fn() -> Answer,
    ) {
        for name in names {
            let getter = move |_: &Object, _: &Call<'_>| answer();
            self.getters.insert((kind, name), Arc::new(getter));
        }
    }

    /// Binds the filters and the orders of an object type.
    pub(crate) fn listed<T: Listed>(&mut self, kind: &'static str) {
        let filters = T::FILTERS.iter().map(|(name, _)| *name);
        self.filters.entry(kind).or_default().extend(filters);
        let sorts = T::SORTS.iter().map(|(name, _)| *name);
        self.sorts.entry(kind).or_default().extend(sorts);
    }

    /// Binds the fields of the query root.
    pub(crate) fn query(&mut self, kind: &'static str, fields: Queries) {
        for (name, resolve) in fields {
            let getter = move |_: &Object, call: &Call<'_>| resolve(call);
            self.getters.insert((kind, name), Arc::new(getter));
        }
    }

    /// Binds mutations.
    pub(crate) fn mutations(&mut self, writes: Writes) {
        self.writes.extend(writes.iter().copied());
    }

    /// The resolver of a field.
    pub(crate) fn getter(&self, kind: &str, field: &str) -> Option<Getter> {
        self.getters.get(&(kind, field)).map(Arc::clone)
    }

    /// The function of a mutation.
    pub(crate) fn write(&self, name: &str) -> Option<Write> {
        self.writes.get(name).copied()
    }

    /// Whether lists of a type have a filter.
    pub(crate) fn filters(&self, kind: &str, name: &str) -> bool {
        self.filters
            .get(kind)
            .is_some_and(|names| names.contains(name))
    }

    /// Whether lists of a type have an order.
    pub(crate) fn sorts(&self, kind: &str, name: &str) -> bool {
        self.sorts
            .get(kind)
            .is_some_and(|names| names.contains(name))
    }
}
