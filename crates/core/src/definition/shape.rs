//! The position of a value in a definition, and what follows from it: how list items are distinguished, which
//! values are the server's defaults, how a change there is named.
//!
//! Facts are from definitions seen and one live pair of submitted and returned text.

use super::value::{Map, Value};

/// A place in the grammar of definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Root,
    Flows,
    Flow,
    Steps,
    Step,
    Branches,
    Branch,
    Variables,
    Variable,
    Pages,
    Page,
    Elements,
    Element,
    /// `action` of a step, `connection` and `dataSource` of a variable.
    Action,
    Component,
    /// Inputs of a step.
    Inputs,
    /// Inputs of a connection: likely to be secret.
    Credentials,
    Input,
    Meta,
    Labels,
    /// `componentVersions` of version 4.
    Versions,
    /// `schemas` of a flow: JSON Schema, where `{}` and `false` mean something.
    Exact,
    /// Anything else.
    Data,
}

impl Shape {
    /// The shape of the value under a key of a mapping.
    pub(super) fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Exact, _) | (Self::Flow, "schemas") => Self::Exact,
            (Self::Root, "flows") => Self::Flows,
            (Self::Root, "requiredConfigVars") => Self::Variables,
            (Self::Root, "configPages") => Self::Pages,
            (Self::Root, "labels") => Self::Labels,
            (Self::Root, "componentVersions") => Self::Versions,
            (Self::Root | Self::Flow | Self::Step | Self::Branch, "steps") => Self::Steps,
            (Self::Root | Self::Flow, "trigger") => Self::Step,
            (Self::Step, "branches") => Self::Branches,
            (Self::Step, "action") | (Self::Variable, "connection" | "dataSource") => Self::Action,
            (Self::Action, "component") => Self::Component,
            (Self::Step, "inputs") => Self::Inputs,
            (Self::Variable, "inputs") => Self::Credentials,
            (Self::Inputs | Self::Credentials, _) | (Self::Step, "schedule") => Self::Input,
            (Self::Input | Self::Variable, "meta") => Self::Meta,
            (Self::Page, "elements") => Self::Elements,
            _ => Self::Data,
        }
    }

    /// The shape of the items of a list.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Flows => Self::Flow,
            Self::Steps => Self::Step,
            Self::Branches => Self::Branch,
            Self::Variables => Self::Variable,
            Self::Pages => Self::Page,
            Self::Elements => Self::Element,
            Self::Exact => Self::Exact,
            _ => Self::Data,
        }
    }

    /// Whether the order of the items means nothing.
    ///
    /// Flows run independently of each other, and variables are shown in the
    /// order of the pages.
    pub(super) fn is_unordered(self) -> bool {
        matches!(self, Self::Flows | Self::Variables | Self::Labels)
    }

    /// The display name of an item.
    pub(super) fn name(self, item: &Value) -> Option<&str> {
        match self {
            Self::Flows | Self::Steps | Self::Branches | Self::Pages | Self::Data => {
                item.get_text("name").filter(|name| !name.is_empty())
            }
            Self::Variables => item.get_text("key"),
            Self::Elements => item.get_text("value"),
            Self::Labels => item.text(),
            _ => None,
        }
    }

    /// The author's key of an item that survives renames. Code-native definitions have them.
    pub(super) fn stable_key(self, item: &Value) -> Option<&str> {
        matches!(self, Self::Flows | Self::Variables)
            .then(|| item.get_text("stableKey"))
            .flatten()
    }

    /// What an item of this list is called.
    pub(super) fn item_noun(self) -> &'static str {
        match self {
            Self::Flows => "flow",
            Self::Steps => "step",
            Self::Branches => "branch",
            Self::Variables => "config variable",
            Self::Pages => "page",
            Self::Elements => "element",
            Self::Labels => "label",
            _ => "item",
        }
    }

    /// Whether a missing value is the same as an empty list or mapping, so
    /// that its members are listed one by one.
    pub(super) fn is_container(self) -> bool {
        matches!(
            self,
            Self::Flows
                | Self::Steps
                | Self::Branches
                | Self::Variables
                | Self::Pages
                | Self::Elements
                | Self::Inputs
                | Self::Credentials
                | Self::Meta
                | Self::Labels
                | Self::Versions
        )
    }

    /// Whether the key of this container says nothing that its members do not say.
    pub(super) fn is_implied(self) -> bool {
        self.is_container() && self != Self::Meta
    }
}

/// Whether the server holds this value where the author said nothing.
///
/// Added on import in the live pair, or grown onto old files at the dates in
/// which the server began to write them. `false` counts too, except where it
/// is an input's value: an action may mean `true` when nothing is said.
pub(super) fn is_default(shape: Shape, key: &str, value: &Value) -> bool {
    if shape == Shape::Exact {
        return false;
    }
    if value.is_empty()
        || is_known_default(shape, key, value)
        || is_silent_input(shape.member(key), value)
    {
        return true;
    }
    match value {
        Value::Text(text) => text == "false" && key != "value" && key != "defaultValue",
        Value::Map(members) => {
            let child = shape.member(key);
            members
                .iter()
                .all(|(key, value)| is_default(child, key, value))
        }
        Value::Null | Value::List(_) => false,
    }
}

/// An input without a value, and with nothing besides that a server does not add by itself: its kind, and
/// how it is shown where that is as usual. Whether it is to be read back depends on the component alone.
pub(super) fn is_silent_input(shape: Shape, value: &Value) -> bool {
    let usual = |meta: &Map| {
        meta.iter()
            .all(|(key, value)| key == "writeOnly" || is_default(Shape::Meta, key, value))
    };
    shape == Shape::Input
        && value.map().is_some_and(|input| {
            input.iter().all(|(key, value)| match key.as_str() {
                "type" => true,
                "meta" => value.map().is_some_and(usual),
                _ => false,
            })
        })
}

/// Whether a member of `meta` is one that the server writes by itself: authors set who may see a
/// variable, and nothing else. What it says of secrecy still counts.
pub(super) fn is_server_made(shape: Shape, key: &str) -> bool {
    let authored = [
        "orgOnly",
        "visibleToCustomerDeployer",
        "visibleToOrgDeployer",
    ];
    shape == Shape::Meta && !authored.contains(&key)
}

/// The defaults with a value of their own; they match a missing key on either side.
pub(super) fn is_known_default(shape: Shape, key: &str, value: &Value) -> bool {
    let wanted = match (shape, key) {
        (Shape::Root, "configPages") => return is_default_pages(value),
        (Shape::Root, "defaultInstanceProfile") => "Default Instance Profile",
        (Shape::Root, "endpointType") => "flow_specific",
        (Shape::Flow, "endpointSecurityType") => "customer_optional",
        (Shape::Variable, "onPremiseConnectionConfig") => "disallowed",
        (Shape::Flow, "isAgentFlow" | "isSynchronous")
        | (Shape::Page, "userLevelConfigured")
        | (Shape::Variable, "orgOnly" | "hasDivider")
        | (Shape::Meta, "orgOnly") => "false",
        (Shape::Meta, "visibleToCustomerDeployer" | "visibleToOrgDeployer") => "true",
        _ => return false,
    };
    value.text() == Some(wanted)
}

/// One empty page called `Configuration`.
fn is_default_pages(value: &Value) -> bool {
    let Some([page]) = value.list() else {
        return false;
    };
    page.map().is_some_and(|page| {
        page.iter().all(|(key, value)| match key.as_str() {
            "name" => value.text() == Some("Configuration"),
            _ => value.is_empty() || is_known_default(Shape::Page, key, value),
        })
    })
}
