//! Customers.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::filter::{
    Filters, contains, exact, flag, labelled, labelled_like, since, starts, until,
};
use crate::schema::page::{Listed, SortKey, Sorts, page};
use crate::world::account::User;
use crate::world::component::Component;
use crate::world::customer::Customer;
use crate::world::id;
use crate::world::table::Key;

use super::common::attachments;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Customer", FIELDS);
    bindings.fixed("Customer", YES, || true.into());
    bindings.fixed("Customer", NO, || false.into());
    bindings.listed::<Customer>("Customer");
}

const FIELDS: Fields<Customer> = &[
    ("id", |it, _| id::global("Customer", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("description", |it, _| (&it.description).into()),
    ("externalId", |it, _| it.external_id.as_ref().into()),
    ("labels", |it, _| (&it.labels).into()),
    ("avatarUrl", |it, _| it.avatar_url.as_ref().into()),
    ("attachments", |it, _| attachments(&it.attachments)),
    ("starred", |it, _| it.starred.into()),
    ("org", |_, call| {
        Answer::object(call.world.organization.clone())
    }),
    ("createdAt", |it, _| it.created_at.into()),
    ("updatedAt", |it, _| it.updated_at.into()),
    ("concurrentExecutionLimit", |it, _| {
        it.execution_limit.into()
    }),
    ("allowWorkflowCopilot", |it, _| it.workflow_copilot.into()),
    ("allowEmbeddedDesigner", |it, _| it.embedded_designer.into()),
    ("allowRemove", |it, _| (!it.system).into()),
    ("allowUpdate", |it, _| (!it.system).into()),
    ("instances", |it, call| {
        page(
            call,
            call.world
                .instances
                .with(&Key::Customer(it.id))
                .map(Arc::clone),
        )
    }),
    ("integrations", |it, call| {
        page(
            call,
            call.world
                .integrations
                .with(&Key::Customer(it.id))
                .map(Arc::clone),
        )
    }),
    ("components", |_, call| page::<Component>(call, [])),
    ("users", |_, call| page::<User>(call, [])),
];

const YES: &[&str] = &[
    "allowAddInstance",
    "allowAddIntegration",
    "allowEnableInstance",
    "allowExecuteInstance",
    "allowManageAttachments",
];

const NO: &[&str] = &[
    "allowAddAlertMonitor",
    "allowAddComponent",
    "allowAddCredential",
    "allowAddCustomerConfigVariable",
    "allowAddUser",
    "allowConfigureCredentials",
    "allowEmbeddedWorkflowBuilder",
];

impl Listed for Customer {
    const FILTERS: Filters<Self> = &[
        ("name", |value, _| exact(value, |it: &Self| &it.name)),
        ("name_Icontains", |value, _| {
            contains(value, |it: &Self| &it.name)
        }),
        ("name_Istartswith", |value, _| {
            starts(value, |it: &Self| &it.name)
        }),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.description)
        }),
        ("externalId", |value, _| {
            exact(value, |it: &Self| {
                it.external_id.as_deref().unwrap_or_default()
            })
        }),
        ("externalId_Isnull", |value, _| {
            flag(value, |it: &Self| it.external_id.is_none())
        }),
        ("labels_Contains", |value, _| {
            labelled(value, |it: &Self| &it.labels)
        }),
        ("labels_Icontains", |value, _| {
            labelled_like(value, |it: &Self| &it.labels)
        }),
        ("allowEmbeddedDesigner", |value, _| {
            flag(value, |it: &Self| it.embedded_designer)
        }),
        ("isSystem", |value, _| flag(value, |it: &Self| it.system)),
        ("createdAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.created_at))
        }),
        ("createdAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.created_at))
        }),
        ("updatedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.updated_at))
        }),
        ("updatedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.updated_at))
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("NAME", |it, _| SortKey::text(&it.name)),
        ("DESCRIPTION", |it, _| SortKey::text(&it.description)),
        ("CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("UPDATED_AT", |it, _| SortKey::Time(it.updated_at)),
        ("CONCURRENT_EXECUTION_LIMIT", |it, _| {
            it.execution_limit.map_or(SortKey::Nothing, SortKey::Number)
        }),
        ("CONCURRENCY_REJECTIONS", |_, _| SortKey::Nothing),
    ];
}
