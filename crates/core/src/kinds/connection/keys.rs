//! The keys of a Connection.

use crate::kinds::instance::keys::DRIFT;
use crate::manifest::keys::config::INPUT;
use crate::manifest::keys::{ADOPT, Key, Object, Shape, key, needed};

const INPUTS: Key = key(
    "inputs",
    "The inputs that are managed, by name; others stay as they are.",
    Shape::MapOf(&INPUT),
);

/// What a shared connection should be.
pub(crate) static CONNECTION_SPEC: Object = Object::of(
    "the spec of a Connection",
    &[
        key(
            "stableKey",
            "The key that definitions know it by, fixed for life; metadata.name if absent.",
            Shape::Text,
        ),
        key(
            "key",
            "What people see; metadata.name if absent.",
            Shape::Text,
        ),
        needed(
            "component",
            "The component: its key, or {key: …, public: true} of one of Prismatic's own.",
            Shape::AnyOf(&[Shape::Text, Shape::Object(&COMPONENT)]),
        ),
        needed(
            "connection",
            "The key of the connection in the component.",
            Shape::Text,
        ),
        needed(
            "scope",
            "One value for the organization, or one for each customer.",
            Shape::Choice(&["organization", "customer"]),
        ),
        key(
            "managedBy",
            "Who fills the values in; left to the server if absent.",
            Shape::Choice(&["org", "customer"]),
        ),
        key("description", "What it is for.", Shape::Text),
        INPUTS,
        key(
            "customers",
            "The values for customers that are managed, by externalId or by metadata.name of a Customer.",
            Shape::MapOf(&Shape::Object(&CONNECTION_VALUE)),
        ),
        key(
            "redeploy",
            "Deploy the instances that are bound to a value when it is written.",
            Shape::Boolean,
        ),
        key(
            "adopt",
            "The existing connection to take over; it has the stableKey.",
            Shape::Object(&ADOPT),
        ),
        DRIFT,
    ],
);

/// A component that says whose it is.
pub(crate) static COMPONENT: Object = Object::of(
    "the component",
    &[
        needed("key", "Its key.", Shape::Text),
        key(
            "public",
            "One of Prismatic's own; otherwise the organization's.",
            Shape::Boolean,
        ),
    ],
);

/// The value for one customer.
pub(crate) static CONNECTION_VALUE: Object = Object::of("the value for a customer", &[INPUTS]);
