//! Reusable config variables and connection templates, of which the sandbox has none, and the
//! JSON text of definitions.

use crate::definition::Value;
use crate::json::plain;
use crate::schema::answer::Answer;
use crate::schema::bind::Bindings;
use crate::schema::filter::{Filters, any};
use crate::schema::page::{Listed, SortKey, Sorts};

pub(super) fn bind(bindings: &mut Bindings) {
    let none = || Answer::Null;
    bindings.fixed("ScopedConfigVariable", SCOPED, none);
    bindings.listed::<Scoped>("ScopedConfigVariable");
    bindings.fixed("CustomerConfigVariable", CUSTOMER, none);
    bindings.listed::<CustomerVariable>("CustomerConfigVariable");
    bindings.fixed(
        "ConnectionTemplate",
        &["id", "name", "inputFieldTemplates"],
        none,
    );
    bindings.fixed("InputFieldTemplate", &["id", "inputField", "value"], none);
    bindings.fixed("InputField", &["id", "key", "label"], none);
}

const SCOPED: &[&str] = &[
    "id",
    "key",
    "stableKey",
    "description",
    "status",
    "managedBy",
    "variableScope",
    "customer",
    "connection",
];

const CUSTOMER: &[&str] = &[
    "id",
    "key",
    "status",
    "customer",
    "isTest",
    "scopedConfigVariable",
];

/// A scoped config variable: there is none.
pub(super) enum Scoped {}

/// A customer's value of a scoped config variable: there is none.
pub(super) enum CustomerVariable {}

impl Listed for Scoped {
    const FILTERS: Filters<Self> = &[
        ("connection_Component_In", any),
        ("connection_Component_Label_Icontains", any),
        ("description_Icontains", any),
        ("id_In", any),
        ("includeCustomer", any),
        ("key", any),
        ("key_Icontains", any),
        ("managedBy", any),
        ("stableKey", any),
        ("stableKey_In", any),
        ("status", any),
        ("status_In", any),
        ("variableScope", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("COMPONENT_LABEL", |_, _| SortKey::Nothing),
        ("CREATED_AT", |_, _| SortKey::Nothing),
        ("KEY", |_, _| SortKey::Nothing),
        ("LAST_CONFIGURED_AT", |_, _| SortKey::Nothing),
        ("STATUS", |_, _| SortKey::Nothing),
        ("UPDATED_AT", |_, _| SortKey::Nothing),
    ];
}

impl Listed for CustomerVariable {
    const FILTERS: Filters<Self> = &[
        ("connection_Component_In", any),
        ("connection_Component_Label_Icontains", any),
        ("customer", any),
        ("id_In", any),
        ("isTest", any),
        ("key", any),
        ("key_Icontains", any),
        ("key_Isnull", any),
        ("scopedConfigVariable", any),
        ("scopedConfigVariable_Key", any),
        ("scopedConfigVariable_Key_Icontains", any),
        ("scopedConfigVariable_ManagedBy", any),
        ("scopedConfigVariable_StableKey", any),
        ("scopedConfigVariable_StableKey_Icontains", any),
        ("scopedConfigVariable_VariableScope", any),
        ("status", any),
        ("status_In", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("COMPONENT_LABEL", |_, _| SortKey::Nothing),
        ("CREATED_AT", |_, _| SortKey::Nothing),
        ("KEY", |_, _| SortKey::Nothing),
        ("LAST_CONFIGURED_AT", |_, _| SortKey::Nothing),
        ("STATUS", |_, _| SortKey::Nothing),
        ("UPDATED_AT", |_, _| SortKey::Nothing),
    ];
}

/// A part of a definition as JSON text.
pub(super) fn json(value: &Value) -> String {
    plain(value).to_string()
}

/// A part of a definition as JSON text; nothing if it is null.
pub(super) fn json_unless_null(value: &Value) -> Option<String> {
    (*value != Value::Null).then(|| json(value))
}
