//! Links at which people consent to connections of an instance.

use std::collections::BTreeMap;

use super::{Asked, InstanceId, Secret};

/// The link of one connection.
#[derive(Debug, Clone)]
pub struct AuthorizeUrl {
    /// The key of the config variable.
    pub variable: String,
    /// Any person who opens it can connect an account to the instance. `None` where Prismatic gives none: the
    /// connection is not an OAuth connection.
    pub url: Option<Secret>,
}

/// The links of instances that were asked for, as far as they could be read.
pub type AuthorizeUrls = BTreeMap<InstanceId, Asked<Vec<AuthorizeUrl>>>;

/// What an instance waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedConsents {
    /// Which instance; `None` while it does not exist.
    pub instance: Option<InstanceId>,
    /// The keys of its connections without consent.
    pub variables: Vec<String>,
}
