//! Instances.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::page::page;
use crate::world::id;
use crate::world::instance::Instance;
use crate::world::table::Key;

use super::config_variable::Configured;
use super::execution;
use super::flow_config::FlowConfig;
use super::log;
use crate::world::shared::{Scoped, SharedValue};

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Instance", FIELDS);
    bindings.object("Instance", STATE);
    bindings.object("Instance", CONFIGURATION);
    bindings.fixed(
        "Instance",
        &["inFailedState", "systemSuspended", "listeningMode"],
        || false.into(),
    );
    bindings.fixed(
        "Instance",
        &["allowUpdate", "allowUpdateConfigVariables"],
        || true.into(),
    );
    bindings.listed::<Instance>("Instance");
    bindings.object("InstanceProfile", PROFILE);
}

const FIELDS: Fields<Instance> = &[
    ("id", |it, _| id::global("Instance", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("description", |it, _| (&it.description).into()),
    ("labels", |it, _| (&it.labels).into()),
    ("starred", |it, _| it.starred.into()),
    ("customer", |it, call| {
        Answer::found(call.world.customers.get(it.customer))
    }),
    ("integration", |it, call| {
        Answer::found(call.world.integrations.get(it.version))
    }),
    ("instanceType", |_, _| "INTEGRATION".into()),
    ("designedBy", |_, _| "ORG".into()),
    ("isSystem", |it, _| it.system.into()),
    ("createdAt", |it, _| it.created_at.into()),
    ("updatedAt", |it, _| it.updated_at.into()),
];

const STATE: Fields<Instance> = &[
    ("enabled", |it, _| it.enabled.into()),
    ("needsDeploy", |it, _| it.needs_deploy.into()),
    ("deployedVersion", |it, _| it.deployed_version.into()),
    ("lastDeployedAt", |it, _| it.deployed_at.into()),
    ("lastExecutedAt", |it, _| it.executed_at.into()),
    ("globalDebug", |it, _| it.global_debug.into()),
    ("logsDisabled", |it, _| it.logs_disabled.into()),
    ("stepResultsDisabled", |it, _| {
        it.step_results_disabled.into()
    }),
    ("profile", |_, _| Answer::object(Profile)),
    ("allowDeploy", |it, call| complete(it, call).into()),
    ("allowRemove", |it, _| (!it.system).into()),
    ("isCustomerDeployable", |it, call| {
        let record = call.world.integrations.get(it.version);
        let configuration = record.map(|record| record.marketplace.configuration.as_str());
        (configuration == Some("AVAILABLE_AND_DEPLOYABLE")).into()
    }),
    ("isCustomerUpgradeable", |it, call| {
        let newest = call.world.newest_version(it.sequence);
        newest
            .is_some_and(|newest| newest.id != it.version && !it.system)
            .into()
    }),
];

const CONFIGURATION: Fields<Instance> = &[
    ("configState", |it, call| match complete(it, call) {
        true => "FULLY_CONFIGURED".into(),
        false => "NEEDS_INSTANCE_CONFIGURATION".into(),
    }),
    ("configVariables", |it, call| {
        page(call, Configured::all(&own(it, call), call))
    }),
    ("flowConfigs", |it, call| {
        page(call, FlowConfig::all(&own(it, call), call))
    }),
    ("scopedConfigVariables", |_, call| page::<Scoped>(call, [])),
    ("customerConfigVariables", |_, call| {
        page::<SharedValue>(call, [])
    }),
    ("executionResults", |it, call| {
        page(
            call,
            call.world
                .executions
                .with(&Key::Instance(it.id))
                .map(Arc::clone),
        )
    }),
    ("logs", |it, call| {
        page(call, log::lines(call, execution::of_instance(it.id, call)))
    }),
];

/// The shared row of an instance that a resolver was given.
fn own(instance: &Instance, call: &Call<'_>) -> Arc<Instance> {
    let row = call.world.instances.get(instance.id);
    row.map_or_else(|| Arc::new(instance.clone()), Arc::clone)
}

/// Whether nothing keeps an instance from being deployed.
fn complete(instance: &Instance, call: &Call<'_>) -> bool {
    let record = call.world.integrations.get(instance.version);
    record.is_none_or(|record| {
        call.world
            .gaps(instance, &record.definition.required_config_vars)
            .is_empty()
    })
}

/// The only instance profile there is.
pub(super) struct Profile;

const PROFILE: Fields<Profile> = &[
    ("id", |_, _| {
        id::global("InstanceProfile", uuid::Uuid::NAMESPACE_OID).into()
    }),
    ("name", |_, _| "Default Instance Profile".into()),
    ("description", |_, _| Answer::Null),
    ("isDefaultProfile", |_, _| true.into()),
    ("logsDisabled", |_, _| false.into()),
    ("stepResultsDisabled", |_, _| false.into()),
];
