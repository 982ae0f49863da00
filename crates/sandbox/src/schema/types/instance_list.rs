//! Lists of instances: what they start from, filter and order.

use std::sync::Arc;

use uuid::Uuid;

use crate::schema::call::Call;
use crate::schema::filter::{
    Filters, any, contains, exact, flag, labelled, labelled_like, never, refers, since, until, uuid,
};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::id;
use crate::world::instance::Instance;
use crate::world::table::Key;

/// The rows that a list of instances starts from: as few as an index allows.
pub(super) fn listed(call: &Call<'_>) -> Vec<Arc<Instance>> {
    let world = call.world;
    let args = call.args;
    if let Some(ids) = args.texts("id_In") {
        let ids = ids.iter().filter_map(|text| id::local("Instance", text));
        return ids
            .filter_map(|id| world.instances.get(id))
            .map(Arc::clone)
            .collect();
    }
    let external = args.text("customer_ExternalId").map(Key::External);
    let external = external.map(|key| {
        world
            .customers
            .first(&key)
            .map(|it| it.id)
            .unwrap_or_default()
    });
    let customer = args.id("Customer", "customer").or(external);
    let sequence = args.text("integration_VersionSequenceId");
    let sequence = sequence.map(|text| Uuid::parse_str(&text).unwrap_or_default());
    let integration = args.id("Integration", "integration");
    let integration = integration.map(|id| {
        world
            .integrations
            .get(id)
            .map(|it| it.sequence)
            .unwrap_or_default()
    });
    let key = customer
        .map(Key::Customer)
        .or(sequence.or(integration).map(Key::Sequence));
    match key {
        Some(key) => world.instances.with(&key).map(Arc::clone).collect(),
        None => world.instances.iter().map(Arc::clone).collect(),
    }
}

impl Listed for Instance {
    const FILTERS: Filters<Self> = &[
        ("name", |value, _| exact(value, |it: &Self| &it.name)),
        ("name_Icontains", |value, _| {
            contains(value, |it: &Self| &it.name)
        }),
        ("description", |value, _| {
            exact(value, |it: &Self| &it.description)
        }),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.description)
        }),
        ("labels_Contains", |value, _| {
            labelled(value, |it: &Self| &it.labels)
        }),
        ("labels_Icontains", |value, _| {
            labelled_like(value, |it: &Self| &it.labels)
        }),
        ("id_In", |value, _| {
            refers(value, "Instance", |it: &Self| Some(it.id))
        }),
        ("customer", |value, _| {
            refers(value, "Customer", |it: &Self| Some(it.customer))
        }),
        ("customer_ExternalId", |value, call| {
            let key = Key::External(crate::schema::call::text(value));
            let customer = call.world.customers.first(&key).map(|it| it.id);
            Ok(Box::new(move |it: &Self| Some(it.customer) == customer))
        }),
        ("integration", |value, call| {
            let id = id::local("Integration", &crate::schema::call::text(value));
            let record = id.and_then(|id| call.world.integrations.get(id));
            // The id of the working copy means all versions.
            let draft = record
                .filter(|record| record.is_draft())
                .map(|record| record.sequence);
            Ok(Box::new(move |it: &Self| {
                Some(it.sequence) == draft || Some(it.version) == id
            }))
        }),
        ("integration_VersionSequenceId", |value, _| {
            uuid(value, |it: &Self| it.sequence)
        }),
        ("enabled", |value, _| flag(value, |it: &Self| it.enabled)),
        ("needsDeploy", |value, _| {
            flag(value, |it: &Self| it.needs_deploy)
        }),
        ("globalDebug", |value, _| {
            flag(value, |it: &Self| it.global_debug)
        }),
        ("isSystem", |value, _| flag(value, |it: &Self| it.system)),
        ("inFailedState", never),
        ("designedBy", |value, _| exact(value, |_| "ORG")),
        ("instanceType", |value, _| exact(value, |_| "INTEGRATION")),
        ("compatibility", any),
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
        ("LAST_EXECUTED_AT", |it, _| SortKey::time(it.executed_at)),
        ("ENABLED", |it, _| SortKey::Number(it.enabled.into())),
        ("INSTANCE_TYPE", |_, _| SortKey::Nothing),
        ("CUSTOMER", |it, call| {
            let customer = call.world.customers.get(it.customer);
            customer.map_or(SortKey::Nothing, |customer| SortKey::text(&customer.name))
        }),
        ("INTEGRATION", |it, call| {
            record(it, call, |record| SortKey::text(&record.name))
        }),
        ("CATEGORY", |it, call| {
            record(it, call, |record| SortKey::text(&record.category))
        }),
        ("VERSION", |it, call| {
            record(it, call, |record| {
                SortKey::Number(record.number.unwrap_or_default())
            })
        }),
    ];
}

fn record(
    instance: &Instance,
    call: &Call<'_>,
    key: impl Fn(&crate::world::integration::Integration) -> SortKey,
) -> SortKey {
    let record = call.world.integrations.get(instance.version);
    record.map_or(SortKey::Nothing, |record| key(record))
}
