//! Connections that instances share, connection templates, of which the sandbox has none, and the JSON text of
//! definitions.

use std::sync::Arc;

use crate::definition::Value;
use crate::json::plain;
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, any, contains, exact, flag, iexact, one_of, refers};
use crate::schema::page::{Listed, SortKey, Sorts, page, texts};
use crate::world::id;
use crate::world::instance::StoredInput;
use crate::world::shared::{Scoped, SharedValue, resolved};
use crate::world::table::Key;

use super::connection::ConnectionOf;
use super::variable::Expression;

pub(super) fn bind(bindings: &mut Bindings) {
    let none = || Answer::Null;
    bindings.object("ScopedConfigVariable", SCOPED);
    bindings.listed::<Scoped>("ScopedConfigVariable");
    bindings.object("CustomerConfigVariable", VALUE);
    bindings.listed::<SharedValue>("CustomerConfigVariable");
    bindings.fixed(
        "ConnectionTemplate",
        &["id", "name", "inputFieldTemplates"],
        none,
    );
    bindings.fixed("InputFieldTemplate", &["id", "inputField", "value"], none);
    bindings.fixed("InputField", &["id", "key", "label"], none);
}

fn inputs<'a>(
    owner: uuid::Uuid,
    all: impl Iterator<Item = (&'a String, &'a StoredInput)>,
    call: &Call<'_>,
) -> Answer {
    let inputs = resolved(all).into_iter();
    page(
        call,
        inputs.map(|input| Arc::new(Expression::resolved(owner, input))),
    )
}

const SCOPED: Fields<Scoped> = &[
    ("id", |it, _| {
        id::global("ScopedConfigVariable", it.id).into()
    }),
    ("key", |it, _| (&it.key).into()),
    ("stableKey", |it, _| (&it.stable_key).into()),
    ("description", |it, _| (&it.description).into()),
    ("status", |it, call| call.world.scoped_status(it).into()),
    ("managedBy", |it, _| (&it.managed_by).into()),
    ("variableScope", |it, _| (&it.scope).into()),
    ("customer", |it, call| {
        Answer::shared(it.customer.and_then(|id| call.world.customers.get(id)))
    }),
    ("connection", |it, call| {
        ConnectionOf::reference(it.connection.as_ref(), call)
    }),
    ("inputs", |it, call| inputs(it.id, it.inputs.iter(), call)),
    ("customerConfigVariables", |it, call| {
        page(
            call,
            (call.world.shared_values.with(&Key::Sequence(it.id))).map(Arc::clone),
        )
    }),
    ("isInUse", |it, call| call.world.is_in_use(it).into()),
    ("hasDeployedInstances", |it, call| {
        let users = call.world.users_of(it).into_iter();
        let mut users = users.filter_map(|id| call.world.instances.get(id));
        users.any(|it| it.deployed_at.is_some()).into()
    }),
];

const VALUE: Fields<SharedValue> = &[
    ("id", |it, _| {
        id::global("CustomerConfigVariable", it.id).into()
    }),
    ("key", |it, _| it.key.as_ref().into()),
    ("status", |it, call| call.world.shared_status(it).into()),
    ("customer", |it, call| {
        Answer::shared(it.customer.and_then(|id| call.world.customers.get(id)))
    }),
    ("isTest", |it, _| it.test.into()),
    ("scopedConfigVariable", |it, call| {
        Answer::found(call.world.scoped.get(it.scoped))
    }),
    ("inputs", |it, call| inputs(it.id, it.inputs.iter(), call)),
    ("isInUse", |it, call| {
        call.world.bound_to(it.id).next().is_some().into()
    }),
    ("hasDeployedInstances", |it, call| {
        let mut users = call.world.bound_to(it.id);
        users.any(|it| it.deployed_at.is_some()).into()
    }),
];

impl Listed for Scoped {
    const FILTERS: Filters<Self> = &[
        ("connection_Component_In", any),
        ("connection_Component_Label_Icontains", any),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.description)
        }),
        ("id_In", |value, _| {
            refers(value, "ScopedConfigVariable", |it: &Self| Some(it.id))
        }),
        ("includeCustomer", any),
        ("key", |value, _| exact(value, |it: &Self| &it.key)),
        ("key_Icontains", |value, _| {
            contains(value, |it: &Self| &it.key)
        }),
        ("managedBy", |value, _| {
            iexact(value, |it: &Self| &it.managed_by)
        }),
        ("stableKey", |value, _| {
            exact(value, |it: &Self| &it.stable_key)
        }),
        ("stableKey_In", |value, _| {
            one_of(value, |it: &Self| &it.stable_key)
        }),
        ("status", |value, call| {
            let wanted = crate::schema::call::text(value).to_uppercase();
            Ok(Box::new(move |it: &Self| {
                call.world.scoped_status(it).as_ref() == Some(&wanted)
            }))
        }),
        ("status_In", |value, call| {
            let wanted: Vec<String> = texts(value).iter().map(|it| it.to_uppercase()).collect();
            Ok(Box::new(move |it: &Self| {
                (call.world.scoped_status(it)).is_some_and(|it| wanted.contains(&it))
            }))
        }),
        ("variableScope", |value, _| {
            iexact(value, |it: &Self| &it.scope)
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("COMPONENT_LABEL", |_, _| SortKey::Nothing),
        ("CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("KEY", |it, _| SortKey::text(&it.key)),
        ("LAST_CONFIGURED_AT", |_, _| SortKey::Nothing),
        ("STATUS", |_, _| SortKey::Nothing),
        ("UPDATED_AT", |it, _| SortKey::Time(it.updated_at)),
    ];
}

impl Listed for SharedValue {
    const FILTERS: Filters<Self> = &[
        ("connection_Component_In", any),
        ("connection_Component_Label_Icontains", any),
        ("customer", |value, _| {
            refers(value, "Customer", |it: &Self| it.customer)
        }),
        ("id_In", |value, _| {
            refers(value, "CustomerConfigVariable", |it: &Self| Some(it.id))
        }),
        ("isTest", |value, _| flag(value, |it: &Self| it.test)),
        ("key", |value, _| {
            exact(value, |it: &Self| it.key.as_deref().unwrap_or_default())
        }),
        ("key_Icontains", |value, _| {
            contains(value, |it: &Self| it.key.as_deref().unwrap_or_default())
        }),
        ("key_Isnull", |value, _| {
            flag(value, |it: &Self| it.key.is_none())
        }),
        ("scopedConfigVariable", |value, _| {
            refers(value, "ScopedConfigVariable", |it: &Self| Some(it.scoped))
        }),
        ("scopedConfigVariable_Key", |value, call| {
            let wanted = crate::schema::call::text(value);
            Ok(Box::new(move |it: &Self| {
                scoped(it, call).is_some_and(|it| it.key == wanted)
            }))
        }),
        ("scopedConfigVariable_Key_Icontains", any),
        ("scopedConfigVariable_ManagedBy", any),
        ("scopedConfigVariable_StableKey", |value, call| {
            let wanted = crate::schema::call::text(value);
            Ok(Box::new(move |it: &Self| {
                scoped(it, call).is_some_and(|it| it.stable_key == wanted)
            }))
        }),
        ("scopedConfigVariable_StableKey_Icontains", any),
        ("scopedConfigVariable_VariableScope", any),
        ("status", any),
        ("status_In", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("COMPONENT_LABEL", |_, _| SortKey::Nothing),
        ("CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("KEY", |it, _| {
            SortKey::text(it.key.as_deref().unwrap_or_default())
        }),
        ("LAST_CONFIGURED_AT", |_, _| SortKey::Nothing),
        ("STATUS", |_, _| SortKey::Nothing),
        ("UPDATED_AT", |it, _| SortKey::Time(it.updated_at)),
    ];
}

fn scoped<'a>(value: &SharedValue, call: &Call<'a>) -> Option<&'a Arc<Scoped>> {
    call.world.scoped.get(value.scoped)
}

/// A part of a definition as JSON text.
pub(super) fn json(value: &Value) -> String {
    plain(value).to_string()
}

/// A part of a definition as JSON text; nothing if it is null.
pub(super) fn json_unless_null(value: &Value) -> Option<String> {
    (*value != Value::Null).then(|| json(value))
}
