//! OAuth connections: tokens brought from elsewhere, and disconnecting.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::instance::{Consent, Instance};
use super::{Change, Moment, Refusal, World};
use crate::definition::ConfigVar;

/// What an OAuth connection is set to.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewConsent {
    /// In any case.
    pub(crate) status: Option<String>,
    /// JSON text; holds the tokens.
    pub(crate) meta: Option<String>,
    pub(crate) refresh_at: Option<Timestamp>,
}

const STATUSES: [&str; 4] = ["ACTIVE", "ERROR", "FAILED", "PENDING"];

impl World {
    /// The instance and the config variable that a config variable id identifies.
    pub(crate) fn find_variable(&self, id: Uuid) -> Option<(Arc<Instance>, ConfigVar)> {
        self.instances.iter().find_map(|instance| {
            let record = self.integrations.get(instance.version)?;
            let mut variables = record.definition.required_config_vars.iter();
            let variable = variables.find(|variable| instance.variable_id(variable) == id)?;
            Some((Arc::clone(instance), variable.clone()))
        })
    }

    /// Sets the state of an OAuth connection.
    pub(crate) fn set_consent(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        new: NewConsent,
    ) -> Change<(Arc<Instance>, ConfigVar)> {
        let (instance, variable) = self.find_variable(id).ok_or(Refusal::NotFound)?;
        if variable.data_type != "connection" {
            return Err(Refusal::field(
                "id",
                "The config variable is no connection.",
            ));
        }
        let status = new
            .status
            .unwrap_or_else(|| "ACTIVE".to_owned())
            .to_uppercase();
        if !STATUSES.contains(&status.as_str()) {
            return Err(Refusal::field("status", "This is not a valid choice."));
        }
        let at = self.tick(moment.now);
        let changed = self.instances.update(instance.id, |instance| {
            let setting = instance.values.entry(variable.key.clone()).or_default();
            setting.consent = Some(Consent {
                refreshed_at: (status == "ACTIVE").then_some(at),
                status,
                meta: new.meta,
                refresh_at: new.refresh_at,
            });
            instance.updated_at = at;
        });
        changed
            .map(|instance| (instance, variable))
            .ok_or(Refusal::NotFound)
    }

    /// Forgets the tokens of a connection: it waits for a person again.
    pub(crate) fn disconnect(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
    ) -> Change<(Arc<Instance>, ConfigVar)> {
        let status = Some("PENDING".to_owned());
        self.set_consent(
            moment,
            id,
            NewConsent {
                status,
                ..NewConsent::default()
            },
        )
    }
}
