//! Mutations of connections that instances share, and of their values for customers.

use crate::schema::bind::Writes;
use crate::schema::call::Args;
use crate::world::shared::{NewScoped, NewValue, ScopedFields};

use super::inputs::{connection_inputs, target};

const SCOPED: &str = "ScopedConfigVariable";
const VALUE: &str = "CustomerConfigVariable";

pub(super) const WRITES: Writes = &[
    ("createScopedConfigVariable", |world, moment, input| {
        Ok(world.create_scoped(moment, new(input))?)
    }),
    ("updateScopedConfigVariable", |world, moment, input| {
        let fields = ScopedFields {
            key: input.text("key"),
            description: input.text("description"),
            inputs: connection_inputs(input),
            redeploy: input.flag("redeploy").unwrap_or(false),
        };
        Ok(world.update_scoped(moment, target(input, SCOPED), fields)?)
    }),
    ("deleteScopedConfigVariable", |world, moment, input| {
        Ok(world.delete_scoped(moment, target(input, SCOPED))?)
    }),
    ("createCustomerConfigVariable", |world, moment, input| {
        let new = NewValue {
            scoped: input.id(SCOPED, "scopedConfigVariable").unwrap_or_default(),
            customer: input.id("Customer", "customer"),
            key: input.text("key"),
            test: input.flag("isTest").unwrap_or(false),
            inputs: connection_inputs(input),
        };
        Ok(world.create_shared_value(moment, new)?)
    }),
    ("updateCustomerConfigVariable", |world, moment, input| {
        let redeploy = input.flag("redeploy").unwrap_or(false);
        let written = (connection_inputs(input), redeploy);
        Ok(world.update_shared_value(moment, target(input, VALUE), written)?)
    }),
    ("deleteCustomerConfigVariable", |world, moment, input| {
        Ok(world.delete_shared_value(moment, target(input, VALUE))?)
    }),
];

fn new(input: Args<'_>) -> NewScoped {
    NewScoped {
        key: input.text("key").unwrap_or_default(),
        stable_key: input.text("stableKey").unwrap_or_default(),
        description: input.text("description").unwrap_or_default(),
        managed_by: input.text("managedBy"),
        scope: input.text("variableScope").unwrap_or_default(),
        customer: input.id("Customer", "customer"),
        connection: input.id("Connection", "connection"),
        inputs: connection_inputs(input),
    }
}
