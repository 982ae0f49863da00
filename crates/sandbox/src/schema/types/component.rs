//! The catalogue: components and their versions.

use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::{Call, text};
use crate::schema::filter::{
    Filters, any, contains, exact, flag, labelled, labelled_like, never, number, one_of, refers,
    since, until, uuid,
};
use crate::schema::page::{Listed, SortKey, Sorts, page};
use crate::world::component::{Action, Component};
use crate::world::id;
use crate::world::table::Key;

use super::action::ActionOf;
use super::connection::ConnectionOf;
use super::version;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Component", FIELDS);
    bindings.fixed("Component", NOTHING, || Answer::Null);
    bindings.fixed("Component", NO, || false.into());
    bindings.listed::<Component>("Component");
}

const FIELDS: Fields<Component> = &[
    ("id", |it, _| id::global("Component", it.id).into()),
    ("key", |it, _| (&it.key).into()),
    ("label", |it, _| (&it.label).into()),
    ("description", |it, _| (&it.description).into()),
    ("category", |it, _| (&it.category).into()),
    ("labels", |it, _| (&it.labels).into()),
    ("public", |it, _| it.public.into()),
    ("signature", |it, _| {
        let digest = Sha256::digest(format!("{}:{}:{}", it.key, it.public, it.number));
        digest
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into()
    }),
    ("actions", |it, call| page(call, ActionOf::all(it))),
    ("connections", |it, call| page(call, ConnectionOf::all(it))),
    ("versionSequenceId", |it, _| it.sequence.to_string().into()),
    ("versionNumber", |it, _| it.number.into()),
    ("versionIsLatest", |it, _| it.latest.into()),
    ("versionIsAvailable", |it, _| (!it.withdrawn).into()),
    ("customer", |it, call| {
        Answer::shared(it.customer.and_then(|id| call.world.customers.get(id)))
    }),
    ("versionCreatedAt", |it, _| it.created_at.into()),
    ("versionAt", |it, call| {
        Answer::shared(version_at(it, call).as_ref())
    }),
    ("versionSequence", |it, call| {
        page(
            call,
            call.world
                .components
                .with(&Key::Sequence(it.sequence))
                .map(Arc::clone),
        )
    }),
    ("versions", |it, call| {
        page(call, version::component_versions(it, call))
    }),
];

const NOTHING: &[&str] = &[
    "searchTerms",
    "documentationUrl",
    "iconUrl",
    "attachments",
    "sourceDownloadUrl",
    "versionComment",
    "versionAttributes",
    "versionCreatedBy",
];

const NO: &[&str] = &[
    "starred",
    "forCodeNativeIntegration",
    "allowManageAttachments",
    "allowRemove",
    "allowUpdate",
];

impl Listed for Component {
    const FILTERS: Filters<Self> = &[
        ("key", |value, _| exact(value, |it: &Self| &it.key)),
        ("key_Icontains", |value, _| {
            contains(value, |it: &Self| &it.key)
        }),
        ("key_In", |value, _| one_of(value, |it: &Self| &it.key)),
        ("label_Icontains", |value, _| {
            contains(value, |it: &Self| &it.label)
        }),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.description)
        }),
        ("searchTerms_Fulltext", |value, _| {
            contains(value, |it: &Self| &it.label)
        }),
        ("searchTerms_Icontains", |value, _| {
            contains(value, |it: &Self| &it.label)
        }),
        ("category", |value, _| {
            exact(value, |it: &Self| &it.category)
        }),
        ("labels_Contains", |value, _| {
            labelled(value, |it: &Self| &it.labels)
        }),
        ("labels_Icontains", |value, _| {
            labelled_like(value, |it: &Self| &it.labels)
        }),
        ("public", |value, _| flag(value, |it: &Self| it.public)),
        ("customer", |value, _| {
            refers(value, "Customer", |it: &Self| it.customer)
        }),
        ("customer_Isnull", |value, _| {
            flag(value, |it: &Self| it.customer.is_none())
        }),
        ("outdated", |value, call| {
            flag(value, |it: &Self| outdated(it, call))
        }),
        // What the list starts from has seen to this one.
        ("allVersions", any),
        ("versionIsAvailable", |value, _| {
            flag(value, |it: &Self| !it.withdrawn)
        }),
        ("versionNumber", |value, _| {
            number(value, |it: &Self| it.number)
        }),
        ("versionSequenceId", |value, _| {
            uuid(value, |it: &Self| it.sequence)
        }),
        ("versionCreatedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.created_at))
        }),
        ("versionCreatedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.created_at))
        }),
        ("includeComponentsForCodeNativeIntegrations", any),
        ("filterQuery", |value, _| {
            let query = serde_json::from_str(&text(value));
            let query: Json = query.map_err(|_| "filterQuery is not JSON text.".to_owned())?;
            Ok(Box::new(move |it: &Self| matches(it, &query)))
        }),
        ("hasActions", |value, _| {
            flag(value, |it: &Self| it.actions.iter().any(is_action))
        }),
        ("hasTriggers", |value, _| {
            flag(value, |it: &Self| it.actions.iter().any(|it| it.trigger))
        }),
        ("hasDataSources", |value, _| {
            flag(value, |it: &Self| {
                it.actions.iter().any(|it| it.data_source)
            })
        }),
        ("hasDataSourcesOfType", |_, _| Ok(Box::new(|_| false))),
        ("hasCommonTriggers", never),
        ("hasConnectionTemplates", never),
        ("hasConnections", |value, _| {
            flag(value, |it: &Self| !it.connections.is_empty())
        }),
        ("hasOauth2Connections", |value, _| {
            flag(value, |it: &Self| {
                it.connections.iter().any(|it| it.oauth2.is_some())
            })
        }),
        ("hasSimpleConnections", |value, _| {
            flag(value, |it: &Self| {
                it.connections.iter().any(|it| it.oauth2.is_none())
            })
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("LABEL", |it, _| SortKey::text(&it.label)),
        ("DESCRIPTION", |it, _| SortKey::text(&it.description)),
        ("CATEGORY", |it, _| SortKey::text(&it.category)),
        ("CUSTOMER", |it, call| {
            let customer = it.customer.and_then(|id| call.world.customers.get(id));
            customer.map_or(SortKey::Nothing, |customer| SortKey::text(&customer.name))
        }),
        ("VERSION_CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("VERSION_NUMBER", |it, _| SortKey::Number(it.number)),
    ];
}

/// The rows that a list of components starts from: every version, or the newest of each.
///
/// A `versionNumber` asks for that version, newest or not. Where unknown components join the catalogue when a
/// definition uses them, one that is requested by its key exists already: a look-up before an import finds
/// what the import will find.
pub(super) fn listed(call: &Call<'_>) -> Vec<Arc<Component>> {
    let all = call.args.flag("allVersions").unwrap_or(false);
    let number = call.args.int("versionNumber");
    let all = all || number.is_some();
    let components = call.world.components.iter();
    let mut rows: Vec<_> = components
        .filter(|component| all || component.latest)
        .map(Arc::clone)
        .collect();
    if let (Some(key), false) = (
        call.args.text("key"),
        call.moment().behaviour.strict_components,
    ) {
        rows.extend(
            call.world
                .unseen_components(call.moment().now, &key, number),
        );
    }
    rows
}

/// Whether a component passes a query such as `["or", ["in", "key", "x"], ["in", "label", "x"]]`.
/// `in` means that the field contains the text; forms that are not known let everything pass.
fn matches(component: &Component, query: &Json) -> bool {
    let parts = query.as_array().map_or(&[][..], Vec::as_slice);
    match parts {
        [Json::String(word), rest @ ..] if word == "or" => {
            rest.iter().any(|part| matches(component, part))
        }
        [Json::String(word), rest @ ..] if word == "and" => {
            rest.iter().all(|part| matches(component, part))
        }
        [
            Json::String(word),
            Json::String(field),
            Json::String(wanted),
        ] if word == "in" => {
            let found = match field.as_str() {
                "key" => &component.key,
                "label" => &component.label,
                "description" => &component.description,
                _ => return true,
            };
            found.to_lowercase().contains(&wanted.to_lowercase())
        }
        _ => true,
    }
}

fn is_action(action: &Action) -> bool {
    !action.trigger && !action.data_source
}

fn outdated(component: &Component, call: &Call<'_>) -> bool {
    let newest = call
        .world
        .newest_component(&component.key, component.public);
    newest.is_some_and(|newest| newest.number > component.number)
}

fn version_at(component: &Component, call: &Call<'_>) -> Option<Arc<Component>> {
    let mut versions = call
        .world
        .components
        .with(&Key::Sequence(component.sequence));
    if let Some(id) = call.args.id("Component", "id") {
        return versions.find(|version| version.id == id).map(Arc::clone);
    }
    match call.args.int("versionNumber") {
        Some(number) => versions
            .find(|version| version.number == number)
            .map(Arc::clone),
        None => versions.find(|version| version.latest).map(Arc::clone),
    }
}
