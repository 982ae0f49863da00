//! Lists of integrations: what they show, filter and order.

use std::sync::Arc;

use uuid::Uuid;

use crate::behaviour::Shown;
use crate::schema::call::Call;
use crate::schema::filter::{
    Filters, any, contains, exact, flag, iexact, labelled, labelled_like, number, one_of, refers,
    since, starts, until, uuid,
};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::integration::{HIDDEN, Integration};
use crate::world::table::Key;

use super::integration::outdated;

/// The records that a list starts from: all, or the one shown of each sequence.
pub(super) fn listed(call: &Call<'_>) -> Vec<Arc<Integration>> {
    let world = call.world;
    let sequence = call.args.text("versionSequenceId");
    let sequence = sequence.map(|text| Uuid::parse_str(&text).unwrap_or_default());
    if call.args.flag("allVersions").unwrap_or(false) {
        return match sequence {
            Some(sequence) => world
                .integrations
                .with(&Key::Sequence(sequence))
                .map(Arc::clone)
                .collect(),
            None => world.integrations.iter().map(Arc::clone).collect(),
        };
    }
    let drafts: Vec<_> = match sequence {
        Some(sequence) => world.draft(sequence).into_iter().collect(),
        None => world.integrations.with(&Key::Head).collect(),
    };
    let shown = |draft: &Arc<Integration>| match call.session.behaviour.list_shows {
        Shown::Draft => Arc::clone(draft),
        Shown::Published => Arc::clone(world.newest_version(draft.sequence).unwrap_or(draft)),
    };
    drafts.into_iter().map(shown).collect()
}

/// What the marketplace offers: the newest version of each sequence that is listed there.
pub(super) fn offered(call: &Call<'_>) -> Vec<Arc<Integration>> {
    let drafts = call.world.integrations.with(&Key::Head);
    let newest = drafts.filter_map(|draft| call.world.newest_version(draft.sequence));
    let offered =
        newest.filter(|version| version.available && version.marketplace.configuration != HIDDEN);
    offered.map(Arc::clone).collect()
}

impl Listed for Integration {
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
        ("category", |value, _| {
            exact(value, |it: &Self| &it.category)
        }),
        ("category_Icontains", |value, _| {
            contains(value, |it: &Self| &it.category)
        }),
        ("labels_Contains", |value, _| {
            labelled(value, |it: &Self| &it.labels)
        }),
        ("labels_Icontains", |value, _| {
            labelled_like(value, |it: &Self| &it.labels)
        }),
        ("customer", |value, _| {
            refers(value, "Customer", |it: &Self| it.customer)
        }),
        ("customer_Isnull", |value, _| {
            flag(value, |it: &Self| it.customer.is_none())
        }),
        // What the list starts from has seen to these two.
        ("allVersions", any),
        ("versionSequenceId", |value, _| {
            uuid(value, |it: &Self| it.sequence)
        }),
        ("versionIsAvailable", |value, _| {
            flag(value, |it: &Self| it.available)
        }),
        ("versionNumber", |value, call| {
            number(value, |it: &Self| call.world.number(call.moment(), it))
        }),
        ("hasUnpublishedChanges", |value, _| {
            flag(value, |it: &Self| it.changed)
        }),
        ("isCodeNative", |value, _| {
            flag(value, |it: &Self| it.definition.is_code_native)
        }),
        ("hasInstances", |value, call| {
            flag(value, |it: &Self| has_instances(it, call))
        }),
        ("hasOutdatedComponents", |value, call| {
            flag(value, |it: &Self| outdated(it, call))
        }),
        ("flows_IsAgentFlow", |value, _| {
            flag(value, |it: &Self| {
                it.definition.flows.iter().any(|flow| flow.is_agent_flow)
            })
        }),
        ("marketplace", |value, _| {
            flag(value, |it: &Self| it.marketplace.configuration != HIDDEN)
        }),
        ("marketplaceConfiguration_Iexact", |value, _| {
            iexact(value, marketplace)
        }),
        ("marketplaceConfiguration_In", |value, _| {
            one_of(value, marketplace)
        }),
        ("marketplaceConfiguration_Istartswith", |value, _| {
            starts(value, marketplace)
        }),
        ("allowMultipleMarketplaceInstances", |value, _| {
            flag(value, |it: &Self| it.marketplace.multiple_instances)
        }),
        ("useAsTemplate", |value, _| {
            flag(value, |it: &Self| it.extras.use_as_template)
        }),
        ("templateConfiguration_Iexact", |value, _| {
            iexact(value, template)
        }),
        ("templateConfiguration_In", |value, _| {
            one_of(value, template)
        }),
        ("templateConfiguration_Istartswith", |value, _| {
            starts(value, template)
        }),
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
        ("activated", |value, call| {
            flag(value, |it: &Self| has_instances(it, call))
        }),
        ("includeActiveIntegrations", any),
        ("filterQuery", any),
        ("strictMatchFilterQuery", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("NAME", |it, _| SortKey::text(&it.name)),
        ("DESCRIPTION", |it, _| SortKey::text(&it.description)),
        ("CATEGORY", |it, _| SortKey::text(&it.category)),
        ("CUSTOMER", |it, call| customer_name(it, call)),
        ("CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("UPDATED_AT", |it, _| SortKey::Time(it.updated_at)),
        ("PUBLISHED_AT", |it, _| {
            SortKey::time(it.publication.as_ref().map(|it| it.at))
        }),
        ("VERSION_NUMBER", |it, call| {
            SortKey::Number(call.world.number(call.moment(), it))
        }),
    ];
}

fn marketplace(record: &Integration) -> &str {
    &record.marketplace.configuration
}

fn template(record: &Integration) -> &str {
    record.extras.template.as_deref().unwrap_or("NOT_AVAILABLE")
}

fn has_instances(record: &Integration, call: &Call<'_>) -> bool {
    if record.is_draft() {
        call.world.instance_count(record.sequence) > 0
    } else {
        call.world.instances.count(&Key::Version(record.id)) > 0
    }
}

fn customer_name(record: &Integration, call: &Call<'_>) -> SortKey {
    let customer = record.customer.and_then(|id| call.world.customers.get(id));
    customer.map_or(SortKey::Nothing, |customer| SortKey::text(&customer.name))
}

/// The record of a sequence that the arguments of `versionAt` choose.
pub(super) fn version_at(record: &Integration, call: &Call<'_>) -> Option<Arc<Integration>> {
    let mut versions = call.world.versions(record.sequence);
    let args = call.args;
    if let Some(id) = args.id("Integration", "id") {
        let chosen = call.world.integrations.get(id);
        return chosen
            .filter(|chosen| chosen.sequence == record.sequence)
            .map(Arc::clone);
    }
    if let Some(number) = args.int("versionNumber") {
        return versions
            .find(|version| version.number == Some(number))
            .map(Arc::clone);
    }
    let only_available = args.flag("latestAvailable").unwrap_or(false);
    versions
        .filter(|version| version.available || !only_available)
        .last()
        .map(Arc::clone)
}
