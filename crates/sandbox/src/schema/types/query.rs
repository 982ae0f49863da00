//! The query root.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Queries};
use crate::schema::call::Call;
use crate::schema::notation::QUERY;
use crate::schema::page::{kept_page, page};
use crate::world::table::Key;

use super::action::ActionOf;
use super::flow_config::FlowConfig;
use super::{
    account, activity, common, component, execution, instance_list, integration_list, log, step,
};

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.query(QUERY, WHO);
    bindings.query(QUERY, INTEGRATIONS);
    bindings.query(QUERY, INSTANCES);
    bindings.query(QUERY, COMPONENTS);
    bindings.query(QUERY, EXECUTIONS);
}

const WHO: Queries = &[
    ("authenticatedUser", |call| {
        Answer::object(call.world.user.clone())
    }),
    ("organization", |call| {
        Answer::object(call.world.organization.clone())
    }),
    ("organizationRoles", |_| account::roles(false)),
    ("customerRoles", |_| account::roles(true)),
    ("listUserTenants", |_| Answer::object(account::Tenants)),
    ("user", |call| {
        let user = Arc::new(call.world.user.clone());
        Answer::found(
            call.args
                .id("User", "id")
                .filter(|id| *id == user.id)
                .map(|_| &user),
        )
    }),
    ("users", account::users),
    ("activities", |call| page(call, activity::all(call))),
];

const INTEGRATIONS: Queries = &[
    ("integration", integration),
    ("integrations", |call| {
        kept_page(call, "integrations", || integration_list::listed(call))
    }),
    ("marketplaceIntegration", integration),
    ("marketplaceIntegrations", |call| {
        page(call, integration_list::offered(call))
    }),
    ("integrationLabels", |call| {
        let labels = call
            .world
            .integrations
            .iter()
            .flat_map(|it| it.labels.iter().cloned());
        common::names("Label", labels)
    }),
    ("integrationCategories", categories),
    ("categories", categories),
];

const INSTANCES: Queries = &[
    ("instance", |call| {
        Answer::found(
            call.args
                .id("Instance", "id")
                .and_then(|id| call.world.instances.get(id)),
        )
    }),
    ("instances", |call| {
        kept_page(call, "instances", || instance_list::listed(call))
    }),
    ("instanceLabels", |call| {
        let labels = call
            .world
            .instances
            .iter()
            .flat_map(|it| it.labels.iter().cloned());
        common::names("Label", labels)
    }),
    ("instanceFlowConfig", |call| {
        let id = call.args.id("InstanceFlowConfig", "id").unwrap_or_default();
        let found = call
            .world
            .find_flow_config(id)
            .and_then(|(instance, flow)| {
                let record = call.world.integrations.get(instance.version)?;
                FlowConfig::find(
                    &instance,
                    record,
                    crate::world::integration::identity(&flow),
                )
            });
        Answer::found(found.map(Arc::new).as_ref())
    }),
    ("instanceFlowConfigs", |call| {
        kept_page(call, "instanceFlowConfigs", || {
            let instances = call.world.instances.iter();
            instances
                .flat_map(|instance| FlowConfig::all(instance, call))
                .collect()
        })
    }),
    ("customer", |call| {
        Answer::found(
            call.args
                .id("Customer", "id")
                .and_then(|id| call.world.customers.get(id)),
        )
    }),
    ("customers", |call| {
        kept_page(call, "customers", || match call.args.text("externalId") {
            Some(external) => call
                .world
                .customers
                .with(&Key::External(external))
                .map(Arc::clone)
                .collect(),
            None => call.world.customers.iter().map(Arc::clone).collect(),
        })
    }),
    ("customerLabels", |call| {
        let labels = call
            .world
            .customers
            .iter()
            .flat_map(|it| it.labels.iter().cloned());
        common::names("Label", labels)
    }),
    ("scopedConfigVariable", |call| {
        let id = call.args.id("ScopedConfigVariable", "id");
        Answer::found(id.and_then(|id| call.world.scoped.get(id)))
    }),
    ("scopedConfigVariables", |call| {
        kept_page(call, "scopedConfigVariables", || {
            call.world.scoped.iter().map(Arc::clone).collect()
        })
    }),
    ("customerConfigVariable", |call| {
        let id = call.args.id("CustomerConfigVariable", "id");
        Answer::found(id.and_then(|id| call.world.shared_values.get(id)))
    }),
    ("customerConfigVariables", |call| {
        kept_page(call, "customerConfigVariables", || {
            call.world.shared_values.iter().map(Arc::clone).collect()
        })
    }),
];

const COMPONENTS: Queries = &[
    ("component", |call| {
        Answer::found(
            call.args
                .id("Component", "id")
                .and_then(|id| call.world.components.get(id)),
        )
    }),
    ("components", |call| {
        kept_page(call, "components", || component::listed(call))
    }),
    ("componentLabels", |call| {
        let labels = call
            .world
            .components
            .iter()
            .flat_map(|it| it.labels.iter().cloned());
        common::names("Label", labels)
    }),
    ("componentCategories", |call| {
        let categories = call.world.components.iter().map(|it| it.category.clone());
        common::names("ComponentCategory", categories)
    }),
    ("action", |call| {
        let id = call.args.id("Action", "id").unwrap_or_default();
        Answer::found(
            actions(call)
                .into_iter()
                .find(|action| action.id() == id)
                .as_ref(),
        )
    }),
    ("actions", |call| {
        kept_page(call, "actions", || actions(call))
    }),
];

const EXECUTIONS: Queries = &[
    ("executionResult", |call| {
        let id = call.args.id("InstanceExecutionResult", "id");
        Answer::found(id.and_then(|id| call.world.executions.get(id)))
    }),
    ("executionResults", |call| page(call, execution::all(call))),
    ("stepResult", |call| {
        Answer::found(step::find(call).as_ref())
    }),
    ("stepResults", |call| page(call, step::everywhere(call))),
    ("log", |call| Answer::found(log::find(call).as_ref())),
    ("logs", |call| page(call, log::listed(call))),
    ("logSeverityLevels", |_| common::severities()),
    ("executionSections", |call| {
        page::<execution::Section>(call, [])
    }),
];

fn integration(call: &Call<'_>) -> Answer {
    let id = call.args.id("Integration", "id");
    Answer::found(id.and_then(|id| call.world.integrations.get(id)))
}

fn categories(call: &Call<'_>) -> Answer {
    let categories = call.world.integrations.iter().map(|it| it.category.clone());
    common::names("IntegrationCategory", categories)
}

fn actions(call: &Call<'_>) -> Vec<Arc<ActionOf>> {
    let newest = call
        .world
        .components
        .iter()
        .filter(|component| component.latest);
    newest
        .flat_map(|component| ActionOf::all(component))
        .collect()
}
