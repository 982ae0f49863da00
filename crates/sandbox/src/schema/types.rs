//! The resolvers of every object type, and the filters and orders of lists.

mod account;
mod action;
mod activity;
mod common;
mod component;
mod config_variable;
mod connection;
mod customer;
mod execution;
mod flow;
mod flow_config;
mod instance;
mod instance_list;
mod integration;
mod integration_list;
mod log;
mod query;
mod shared;
mod step;
mod variable;
mod version;

pub(crate) use common::Valid;
pub(crate) use config_variable::Configured;
pub(crate) use execution::TestResult;

use super::bind::Bindings;

/// Binds every field, filter and order.
pub(super) fn bind(bindings: &mut Bindings) {
    query::bind(bindings);
    common::bind(bindings);
    account::bind(bindings);
    activity::bind(bindings);
    customer::bind(bindings);
    integration::bind(bindings);
    version::bind(bindings);
    flow::bind(bindings);
    variable::bind(bindings);
    component::bind(bindings);
    action::bind(bindings);
    connection::bind(bindings);
    instance::bind(bindings);
    config_variable::bind(bindings);
    flow_config::bind(bindings);
    shared::bind(bindings);
    execution::bind(bindings);
    step::bind(bindings);
    log::bind(bindings);
}
