//! Integrations: working copies and versions alike.

use std::sync::Arc;

use crate::definition;
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::page::page;
use crate::world::component::Component;
use crate::world::id;
use crate::world::integration::Integration;
use crate::world::shared::{Scoped, SharedValue};
use crate::world::table::Key;

use super::common::attachments;
use super::config_variable::Configured;
use super::flow::{FlowOf, StepOf};
use super::instance::Profile;
use super::shared;
use super::variable::Required;
use super::version;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Integration", FIELDS);
    bindings.object("Integration", CONTENT);
    bindings.object("Integration", INSTANCES);
    bindings.object("Integration", MARKETPLACE);
    bindings.object("Integration", TESTS);
    bindings.fixed(
        "Integration",
        &["allowFork", "allowManageAttachments"],
        || true.into(),
    );
    bindings.listed::<Integration>("Integration");
}

const FIELDS: Fields<Integration> = &[
    ("id", |it, _| id::global("Integration", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("description", |it, _| (&it.description).into()),
    ("documentation", |it, _| (&it.documentation).into()),
    ("category", |it, _| (&it.category).into()),
    ("labels", |it, _| (&it.labels).into()),
    ("avatarUrl", |it, _| it.extras.avatar_url.as_ref().into()),
    ("attachments", |it, _| attachments(&it.extras.attachments)),
    ("metadata", |it, _| it.extras.metadata.as_ref().into()),
    ("starred", |it, _| it.extras.starred.into()),
    ("customer", |it, call| {
        Answer::shared(it.customer.and_then(|id| call.world.customers.get(id)))
    }),
    ("parent", |it, call| {
        Answer::shared(it.parent.and_then(|id| call.world.integrations.get(id)))
    }),
    ("createdAt", |it, _| it.created_at.into()),
    ("updatedAt", |it, _| it.updated_at.into()),
    ("allowPublish", |it, _| it.is_draft().into()),
    ("allowRemove", |it, _| it.is_draft().into()),
    ("allowUpdate", |it, _| it.is_draft().into()),
];

const CONTENT: Fields<Integration> = &[
    ("definition", |it, call| {
        let latest = call
            .args
            .flag("useLatestComponentVersions")
            .unwrap_or(false);
        definition::render(&it.definition.value, latest).into()
    }),
    ("configPages", |it, _| {
        let pages = it.definition.value.get("configPages");
        pages.map_or_else(|| "[]".to_owned(), shared::json).into()
    }),
    ("isCodeNative", |it, _| it.definition.is_code_native.into()),
    ("externalVersion", |it, _| {
        it.definition.external_version.as_ref().into()
    }),
    ("endpointType", |it, _| {
        Answer::upper(&it.definition.endpoint_type)
    }),
    ("preprocessFlowName", |it, _| {
        it.definition
            .value
            .get("preprocessFlowName")
            .and_then(|name| name.as_str())
            .into()
    }),
    ("flows", |it, call| page(call, FlowOf::all(&own(it, call)))),
    ("actions", |it, call| {
        page(call, StepOf::all(&own(it, call)))
    }),
    ("requiredConfigVariables", |it, call| {
        page(call, Required::all(&own(it, call)))
    }),
    ("components", |it, call| page(call, components(it, call))),
    ("hasOutdatedComponents", |it, call| {
        outdated(it, call).into()
    }),
    ("userLevelConfigured", |_, _| false.into()),
    ("scopedConfigVariables", |_, call| page::<Scoped>(call, [])),
    ("customerConfigVariables", |_, call| {
        page::<SharedValue>(call, [])
    }),
    ("validationRules", |_, _| Answer::object(version::Rules)),
];

const INSTANCES: Fields<Integration> = &[
    ("instances", |it, call| {
        page(call, version::instances(it, call))
    }),
    ("instanceStats", |it, _| {
        Answer::object(version::Stats(it.sequence))
    }),
    ("firstDeployedInstance", |it, call| {
        let instances = version::instances(it, call).into_iter();
        let deployed =
            instances.filter(|instance| instance.deployed_at.is_some() && !instance.system);
        Answer::shared(
            deployed
                .min_by_key(|instance| instance.deployed_at)
                .as_ref(),
        )
    }),
    ("deployedInstances", |it, call| {
        let instances = version::instances(it, call).into_iter();
        let deployed =
            instances.filter(|instance| instance.deployed_at.is_some() && !instance.system);
        match deployed.count() {
            0 => "ZERO".into(),
            1 => "ONE".into(),
            _ => "MULTIPLE".into(),
        }
    }),
    ("deploymentStatus", |_, _| Answer::Null),
    ("ulcDeploymentStatus", |_, _| Answer::Null),
    ("lastExecutedAt", |it, call| {
        let instances = call.world.instances.with(&Key::Sequence(it.sequence));
        instances
            .filter_map(|instance| instance.executed_at)
            .max()
            .into()
    }),
    ("defaultInstanceProfile", |_, _| Answer::object(Profile)),
];

const MARKETPLACE: Fields<Integration> = &[
    ("marketplaceConfiguration", |it, _| {
        (&it.marketplace.configuration).into()
    }),
    ("marketplaceTabConfiguration", |it, _| {
        (&it.marketplace.tabs).into()
    }),
    ("allowMultipleMarketplaceInstances", |it, _| {
        it.marketplace.multiple_instances.into()
    }),
    ("overview", |it, _| it.marketplace.overview.as_ref().into()),
    ("isCustomerDeployable", |it, _| {
        (it.marketplace.configuration == "AVAILABLE_AND_DEPLOYABLE").into()
    }),
    ("storeConfiguration", |it, _| {
        it.marketplace
            .configuration
            .replace("MARKETPLACE", "STORE")
            .into()
    }),
    ("templateConfiguration", |it, _| {
        it.extras
            .template
            .as_deref()
            .unwrap_or("NOT_AVAILABLE")
            .into()
    }),
    ("useAsTemplate", |it, _| it.extras.use_as_template.into()),
];

const TESTS: Fields<Integration> = &[
    ("systemInstance", |it, call| {
        Answer::shared(call.world.instances.get(it.test_instance))
    }),
    ("testConfigVariables", |it, call| {
        let instance = call.world.instances.get(it.test_instance);
        let configured = instance.map(|instance| Configured::all(instance, call));
        page(call, configured.unwrap_or_default())
    }),
    ("endpointConfigTestUrl", |it, call| {
        format!("{}/trigger/{}", call.session.origin, it.test_instance).into()
    }),
    ("endpointConfigTestContentType", |it, _| {
        it.extras.test_content_type.as_ref().into()
    }),
    ("endpointConfigTestHeaders", |it, _| {
        it.extras.test_headers.as_ref().into()
    }),
    ("endpointConfigTestPayload", |it, _| {
        it.extras.test_payload.as_ref().into()
    }),
    ("agentFlowsUrl", |it, call| {
        format!("{}/agent/{}", call.session.origin, it.id).into()
    }),
];

/// The shared row of a record that a resolver was given.
fn own(record: &Integration, call: &Call<'_>) -> Arc<Integration> {
    let row = call.world.integrations.get(record.id);
    row.map_or_else(|| Arc::new(record.clone()), Arc::clone)
}

/// The component versions that a definition is pinned to.
fn components(record: &Integration, call: &Call<'_>) -> Vec<Arc<Component>> {
    let used = record.definition.components.iter();
    let rows = used.filter_map(|it| {
        call.world
            .component_version(&it.key, it.is_public, it.version)
    });
    rows.map(Arc::clone).collect()
}

/// Whether a definition is pinned to a component version that is not the newest.
pub(super) fn outdated(record: &Integration, call: &Call<'_>) -> bool {
    record.definition.components.iter().any(|used| {
        let newest = call.world.newest_component(&used.key, used.is_public);
        newest.is_some_and(|newest| newest.number > used.version)
    })
}
