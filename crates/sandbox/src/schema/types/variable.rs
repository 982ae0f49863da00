//! The config variables that an integration asks for, and the inputs of connections.

use std::sync::Arc;

use uuid::Uuid;

use crate::definition::{ConfigVar, ConnectionInput};
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::filter::{Filters, any, exact, flag, iexact, one_of, refers};
use crate::schema::page::{Listed, SortKey, Sorts, page, texts};
use crate::world::config::{ResolvedInput, is_secret_name};
use crate::world::id;
use crate::world::integration::Integration;

use super::connection::ConnectionOf;
use super::shared;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("RequiredConfigVariable", FIELDS);
    bindings.fixed("RequiredConfigVariable", NOTHING, || Answer::Null);
    bindings.fixed("RequiredConfigVariable", NO, || false.into());
    bindings.listed::<Required>("RequiredConfigVariable");
    bindings.object("Expression", EXPRESSION);
    bindings.fixed("Expression", &["allowRemove", "allowUpdate"], || {
        false.into()
    });
    bindings.listed::<Expression>("Expression");
}

/// A config variable of a record.
#[derive(Debug, Clone)]
pub(super) struct Required {
    pub(super) record: Arc<Integration>,
    pub(super) place: usize,
}

impl Required {
    /// Every config variable of a record.
    pub(super) fn all(record: &Arc<Integration>) -> Vec<Arc<Self>> {
        let places = 0..record.definition.required_config_vars.len();
        let of = |place| {
            Arc::new(Self {
                record: Arc::clone(record),
                place,
            })
        };
        places.map(of).collect()
    }

    pub(super) fn variable(&self) -> &ConfigVar {
        &self.record.definition.required_config_vars[self.place]
    }
}

const FIELDS: Fields<Required> = &[
    ("id", |it, _| {
        id::global(
            "RequiredConfigVariable",
            it.record.variable_id(it.variable()),
        )
        .into()
    }),
    ("key", |it, _| (&it.variable().key).into()),
    ("stableId", |it, _| {
        let variable = it.variable();
        let identity = variable.stable_key.as_deref().unwrap_or(&variable.key);
        id::part(it.record.sequence, "variable", identity)
            .to_string()
            .into()
    }),
    ("stableKey", |it, _| {
        it.variable().stable_key.as_ref().into()
    }),
    ("description", |it, _| {
        it.variable().description.as_ref().into()
    }),
    ("dataType", |it, _| Answer::upper(&it.variable().data_type)),
    ("collectionType", |it, _| {
        upper(it.variable().collection_type.as_ref())
    }),
    ("defaultValue", |it, _| {
        it.variable().default_value.as_ref().into()
    }),
    ("pickList", |it, _| {
        let choices = &it.variable().pick_list;
        (!choices.is_empty()).then_some(choices).into()
    }),
    ("scheduleType", |it, _| {
        upper(it.variable().schedule_type.as_ref())
    }),
    ("timeZone", |it, _| it.variable().time_zone.as_ref().into()),
    ("orgOnly", |it, _| it.variable().org_only.into()),
    ("meta", |it, _| {
        shared::json_unless_null(&it.variable().meta).into()
    }),
    ("sortOrder", |it, _| it.place.into()),
    ("connection", |it, call| {
        ConnectionOf::variable(it.variable(), call)
    }),
    ("inputs", |it, call| {
        let owner = it.record.variable_id(it.variable());
        let inputs = it.variable().inputs.iter();
        page(
            call,
            inputs.map(|input| Arc::new(Expression::declared(owner, input))),
        )
    }),
    ("integration", |it, _| Answer::shared(Some(&it.record))),
    ("scopedConfigVariable", |it, call| {
        let key = it.variable().scoped.as_deref();
        Answer::shared(key.and_then(|key| call.world.with_stable_key(key)))
    }),
    ("onPremiseConnectionConfig", |_, _| "DISALLOWED".into()),
];

const NOTHING: &[&str] = &["codeLanguage", "connectionTemplate", "dataSource", "header"];

const NO: &[&str] = &[
    "hasDivider",
    "userLevelConfigured",
    "allowRemove",
    "allowUpdate",
];

fn upper(text: Option<&String>) -> Answer {
    text.map_or(Answer::Null, |text| Answer::upper(text))
}

impl Listed for Required {
    const FILTERS: Filters<Self> = &[
        ("integration", |value, _| {
            refers(value, "Integration", |it: &Self| Some(it.record.id))
        }),
        ("key", |value, _| {
            exact(value, |it: &Self| &it.variable().key)
        }),
        ("key_In", |value, _| {
            one_of(value, |it: &Self| &it.variable().key)
        }),
        ("dataType", |value, _| {
            iexact(value, |it: &Self| &it.variable().data_type)
        }),
        ("dataType_In", |value, _| {
            let wanted: Vec<String> = texts(value)
                .iter()
                .map(|text| text.to_lowercase())
                .collect();
            Ok(Box::new(move |it: &Self| {
                wanted.contains(&it.variable().data_type)
            }))
        }),
        ("dataSource", |_, _| Ok(Box::new(|_| false))),
        ("hasDivider", |value, _| flag(value, |_| false)),
        ("orgOnly", |value, _| {
            flag(value, |it: &Self| it.variable().org_only)
        }),
    ];
    const SORTS: Sorts<Self> = &[("SORT_ORDER", |it, _| {
        SortKey::Number(i64::try_from(it.place).unwrap_or_default())
    })];
}

/// An input of a connection.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    id: Uuid,
    name: String,
    kind: String,
    value: String,
    has_value: bool,
    write_only: bool,
}

impl Expression {
    /// An input as a definition sets it. A secret that a definition holds is masked too.
    fn declared(owner: Uuid, input: &ConnectionInput) -> Self {
        let resolved = ResolvedInput {
            name: input.name.clone(),
            kind: input.kind.to_lowercase(),
            value: input.value.clone().unwrap_or_default(),
            write_only: input.write_only || is_secret_name(&input.name),
        };
        Self::resolved(owner, resolved)
    }

    /// An input as an instance has it.
    pub(super) fn resolved(owner: Uuid, input: ResolvedInput) -> Self {
        Self {
            id: id::part(owner, "input", &input.name),
            has_value: !input.value.is_empty(),
            name: input.name,
            kind: input.kind,
            value: input.value,
            write_only: input.write_only,
        }
    }
}

const EXPRESSION: Fields<Expression> = &[
    ("id", |it, _| id::global("Expression", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("type", |it, _| Answer::upper(&it.kind)),
    ("value", |it, call| match it.write_only && it.has_value {
        true => (&call.session.behaviour.masked_text).into(),
        false => (&it.value).into(),
    }),
    ("hasValue", |it, _| it.has_value.into()),
    ("meta", |it, _| {
        it.write_only.then_some(r#"{"writeOnly": true}"#).into()
    }),
];

impl Listed for Expression {
    const FILTERS: Filters<Self> = &[
        ("visibleToCustomerDeployer", any),
        ("visibleToOrgDeployer", any),
    ];
}
