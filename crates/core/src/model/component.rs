//! The components that a tenant offers, as far as they were asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::Listing;

/// Which components to look up: the versions that are pinned, by key.
pub type ComponentsWanted = BTreeMap<String, BTreeSet<i64>>;

/// One version of a component. A key may name a public and a private one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentVersion {
    /// Its number.
    pub number: i64,
    /// One of Prismatic's own; otherwise the organization's.
    pub public: bool,
    /// Whether it may be used.
    pub available: bool,
}

/// What was found under one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ComponentFound {
    /// The newest versions, newest first; incomplete where there are more.
    pub newest: Listing<ComponentVersion>,
    /// Those with a number that was asked for.
    pub pinned: BTreeMap<i64, Listing<ComponentVersion>>,
}

/// The answer to [`ComponentsWanted`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// What was found, by key: one entry for each that was asked for.
    pub found: BTreeMap<String, ComponentFound>,
    /// The keys of all components, for suggestions; read only where one was not found.
    pub keys: BTreeSet<String>,
    /// The tenant claims to have none at all. That is no fault of the reading, and hardly true: a role that
    /// may not list them is answered so. Nothing is missing because of it.
    pub lists_none: bool,
}
