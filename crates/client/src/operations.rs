//! The operations: one file each, beside the document it sends.
//!
//! Mutations alias their root field to `payload` and the object in it to
//! `object`, so that one reader serves them all.

pub(super) mod activities;
pub(super) mod authorize_urls;
pub(super) mod changes;
pub(super) mod component_keys;
pub(super) mod configure_instance;
pub(super) mod connection_inputs;
pub(super) mod create_connection;
pub(super) mod create_connection_value;
pub(super) mod create_customer;
pub(super) mod create_instance;
pub(super) mod create_integration;
pub(super) mod definition;
pub(super) mod delete_connection;
pub(super) mod delete_instance;
pub(super) mod delete_integration;
pub(super) mod deploy_instance;
pub(super) mod find_connections;
pub(super) mod flows;
pub(super) mod identity;
pub(super) mod import_integration;
pub(super) mod instance_config;
pub(super) mod integration_versions;
pub(super) mod list_connection_values;
pub(super) mod list_connections;
pub(super) mod list_customers;
pub(super) mod list_instances;
pub(super) mod list_integrations;
pub(super) mod lookups;
pub(super) mod newest;
pub(super) mod newest_customers;
pub(super) mod nodes;
pub(super) mod publish_integration;
pub(super) mod required_variables;
pub(super) mod runs;
pub(super) mod set_availability;
pub(super) mod set_marketplace;
pub(super) mod sightings;
pub(super) mod update_connection;
pub(super) mod update_connection_value;
pub(super) mod update_customer;
pub(super) mod update_instance;
pub(super) mod update_integration;
pub(super) mod validate_definition;

use serde::{Deserialize, Serialize};

use super::error::{Effect, ErrorKind, PlatformError};
use super::platform::PlatformResult;
use super::retry::Repeat;
use super::session::Call;

/// An operation with a fixed document.
#[derive(Debug)]
pub(super) struct Operation {
    /// The name of its root field, for errors and logs.
    pub(super) name: &'static str,
    pub(super) repeat: Repeat,
    pub(super) document: &'static str,
}

impl Operation {
    /// A call of it.
    pub(super) fn call<V: Serialize>(&self, variables: &V) -> PlatformResult<Call> {
        Call::new(self.name, self.repeat, self.document, variables)
    }

    /// The error for a record that is null in the answer.
    fn not_found(&self) -> PlatformError {
        PlatformError {
            operation: self.name,
            kind: ErrorKind::NotFound {
                message: "there is no such record".to_owned(),
            },
            effect: Effect::None,
        }
    }
}

/// The one variable of a mutation.
#[derive(Serialize)]
pub(super) struct Input<T> {
    pub(super) input: T,
}

/// Which record, and from where on.
#[derive(Serialize)]
pub(super) struct PageOf<'a> {
    pub(super) id: &'a str,
    pub(super) after: Option<String>,
}

/// What a mutation gives back where only success counts.
#[derive(Deserialize)]
pub(super) struct Done {}

/// Those of which several may share a request.
const SHARED: [&Operation; 5] = [
    &update_customer::OPERATION,
    &update_integration::OPERATION,
    &update_instance::OPERATION,
    &configure_instance::OPERATION,
    &deploy_instance::OPERATION,
];

const FIXED: [&Operation; 44] = [
    &list_connections::OPERATION,
    &find_connections::OPERATION,
    &list_connection_values::OPERATION,
    &create_connection::OPERATION,
    &update_connection::OPERATION,
    &delete_connection::OPERATION,
    &create_connection_value::OPERATION,
    &update_connection_value::OPERATION,
    &activities::OPERATION,
    &runs::FAILED,
    &runs::SINCE,
    &list_customers::OPERATION,
    &list_customers::LIMITED,
    &newest_customers::OPERATION,
    &create_customer::OPERATION,
    &update_customer::OPERATION,
    &authorize_urls::OPERATION,
    &identity::OPERATION,
    &list_integrations::OPERATION,
    &list_instances::OPERATION,
    &newest::OPERATION,
    &changes::OPERATION,
    &component_keys::OPERATION,
    &instance_config::OPERATION,
    &connection_inputs::OPERATION,
    &flows::OPERATION,
    &integration_versions::OPERATION,
    &required_variables::OPERATION,
    &definition::OPERATION,
    &validate_definition::OPERATION,
    &import_integration::OPERATION,
    &update_integration::OPERATION,
    &publish_integration::OPERATION,
    &set_availability::OPERATION,
    &set_marketplace::OPERATION,
    &create_instance::OPERATION,
    &update_instance::OPERATION,
    &configure_instance::OPERATION,
    &deploy_instance::OPERATION,
    &delete_instance::OPERATION,
    &create_integration::OPERATION,
    &delete_integration::OPERATION,
    &sightings::INSTANCES,
    &sightings::INTEGRATIONS,
];

/// Every document that this client sends, by name, for checking against a schema.
///
/// Documents that are put together at run time are here in all their parts.
#[must_use]
pub fn documents() -> Vec<(&'static str, String)> {
    let fixed = FIXED.map(|operation| (operation.name, operation.document.to_owned()));
    let mut all = Vec::from(fixed);
    all.extend(lookups::samples());
    all.extend(SHARED.map(super::write_batcher::sample));
    all.extend(super::catalog::samples());
    all
}
