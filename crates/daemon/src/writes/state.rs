//! What a run knows of its own writes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::creation::Pending;
use super::known::Known;
use crate::model::{
    ConnectionId, ConnectionValueId, CustomerId, InstanceId, IntegrationId, VersionId,
};

/// What a run knows of its own writes.
#[derive(Default)]
pub(super) struct State {
    pub(super) known: Known,
    /// What was created and has to be looked at again before it is used.
    pub(super) customers: HashMap<CustomerId, Arc<Pending>>,
    pub(super) connections: HashMap<ConnectionId, Arc<Pending>>,
    pub(super) values: HashMap<ConnectionValueId, Arc<Pending>>,
    pub(super) instances: HashMap<InstanceId, Arc<Pending>>,
    pub(super) integrations: HashMap<IntegrationId, Arc<Pending>>,
    /// The labels that created integrations were given.
    pub(super) labels: HashMap<IntegrationId, Vec<String>>,
    /// The definitions that were imported.
    pub(super) imported: HashMap<IntegrationId, Imported>,
    /// Imports, of this run or an earlier one, after which the marker was not seen yet.
    pub(super) importing: HashMap<IntegrationId, uuid::Uuid>,
    /// Publishes that others cannot be certain to see yet.
    pub(super) published: Vec<(IntegrationId, i64)>,
    /// When the last write was answered that readings cannot be held to, since it bears no mark.
    pub(super) unmarked: Option<Duration>,
    /// The versions that this run published: that one of them is not found is lag.
    pub(super) versions: HashSet<VersionId>,
    /// Remarks for the user.
    pub(super) notices: Vec<String>,
    /// Duplicates that are both in use.
    pub(super) doubled: BTreeSet<String>,
    pub(super) lag: Duration,
}

/// A definition that was imported.
#[derive(Debug, Clone)]
pub(super) struct Imported {
    pub(super) definition: String,
    /// When the server says that was.
    pub(super) at: Option<Timestamp>,
    /// When the reply came.
    pub(super) replied: Duration,
}
