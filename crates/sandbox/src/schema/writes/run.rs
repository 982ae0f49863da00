//! Mutations that run flows.

use std::sync::Arc;

use crate::schema::bind::Writes;
use crate::schema::types::TestResult;
use crate::world::Refusal;
use crate::world::integration::identity;

use super::inputs::target;

pub(super) const WRITES: Writes = &[
    ("testIntegrationFlow", |world, moment, input| {
        let found = world.find_flow(target(input, "IntegrationFlow"));
        let (record, flow) = found.ok_or(Refusal::NotFound)?;
        let execution = world.run(moment, record.test_instance, identity(&flow), true)?;
        Ok(Arc::new(TestResult(execution)))
    }),
    ("replayExecution", |world, moment, input| {
        Ok(world.replay(moment, target(input, "InstanceExecutionResult"))?)
    }),
    ("testInstanceFlowConfig", |world, moment, input| {
        let found = world.find_flow_config(target(input, "InstanceFlowConfig"));
        let (instance, flow) = found.ok_or(Refusal::NotFound)?;
        let execution = world.run(moment, instance.id, identity(&flow), true)?;
        Ok(Arc::new(TestResult(execution)))
    }),
];
