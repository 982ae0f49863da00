//! Mutations of customers.

use crate::schema::bind::Writes;
use crate::schema::call::Args;
use crate::world::customers::CustomerFields;

use super::inputs::{attachments, target};

pub(super) const WRITES: Writes = &[
    ("createCustomer", |world, moment, input| {
        Ok(world.create_customer(moment, fields(input))?)
    }),
    ("updateCustomer", |world, moment, input| {
        Ok(world.update_customer(moment, target(input, "Customer"), fields(input))?)
    }),
    ("deleteCustomer", |world, moment, input| {
        Ok(world.delete_customer(moment, target(input, "Customer"))?)
    }),
];

fn fields(input: Args<'_>) -> CustomerFields {
    let (attach, detach) = attachments(input);
    CustomerFields {
        name: input.text("name"),
        description: input.text("description"),
        external_id: input.text("externalId"),
        labels: input.texts("labels"),
        avatar_url: input.text("avatarUrl"),
        embedded_designer: input.flag("allowEmbeddedDesigner"),
        workflow_copilot: input.flag("allowWorkflowCopilot"),
        execution_limit: input.int("concurrentExecutionLimit"),
        starred: input.flag("starred"),
        attach,
        detach,
    }
}
