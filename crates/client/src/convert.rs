//! Between the API's records and the project's model.

mod config;
mod connection;
mod customer;
mod instance;
mod integration;
mod sighting;
mod version;

pub(super) use config::{ConfigInput, Expression, config_inputs, echo};
pub(super) use connection::{
    connection, connection_inputs, connection_sighting, connection_value, inputs_echo,
};
pub(super) use customer::{customer, customer_record, customer_sighting};
pub(super) use instance::{config, instance};
pub(super) use integration::{integration, newest_first};
pub(super) use sighting::{
    draft_sighting, instance_sighting, integration_sighting, is_shown_as_version, time,
};
pub(super) use version::{attributes, is_version, marketplace_word, published, required};
