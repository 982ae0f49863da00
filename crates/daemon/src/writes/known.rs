//! What a reading says about the objects that a plan writes to.

use std::collections::HashMap;

use jiff::Timestamp;

use super::instance::marker_of;
use crate::model::{InstanceId, IntegrationId, SequenceId, Tenant, VersionId};

/// What the reading that a plan was made from says about the objects it writes to.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The sequence of each version.
    pub(super) sequences: HashMap<VersionId, SequenceId>,
    /// The sequence of each integration.
    pub(super) integrations: HashMap<IntegrationId, SequenceId>,
    /// The number of the newest version of each integration.
    pub(super) newest: HashMap<IntegrationId, i64>,
    /// When instances were deployed last.
    pub(super) deployed: HashMap<InstanceId, Timestamp>,
    /// The marker of each integration that bears one.
    pub(super) markers: HashMap<IntegrationId, String>,
}

impl Known {
    /// What a tenant shows.
    #[must_use]
    pub fn of(tenant: &Tenant) -> Self {
        let mut known = Self::default();
        for integration in &tenant.integrations.items {
            let id = &integration.id;
            let newest = integration.versions.items.first();
            let newest = newest.map_or(0, |version| version.number);
            known.newest.insert(id.clone(), newest);
            if let Some(marker) = marker_of(&integration.labels) {
                known.markers.insert(id.clone(), marker);
            }
            let Some(sequence) = &integration.sequence else {
                continue;
            };
            known.integrations.insert(id.clone(), sequence.clone());
            let versions = integration.versions.items.iter();
            let versions = versions.map(|version| (version.id.clone(), sequence.clone()));
            known.sequences.extend(versions);
        }
        let deployed = tenant.instances.items.iter();
        let deployed = deployed.filter_map(|live| Some((live.id.clone(), live.last_deployed_at?)));
        known.deployed = deployed.collect();
        known
    }
}
