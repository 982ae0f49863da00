//! The keys of a Customer.

use crate::manifest::keys::{ADOPT, Object, Shape, key, needed};

/// What a customer should be.
pub(crate) static CUSTOMER_SPEC: Object = Object::of(
    "the spec of a Customer",
    &[
        needed(
            "externalId",
            "The id your own system gave it: the customer is found by it, or created with it.",
            Shape::Text,
        ),
        key(
            "name",
            "What people see, unique in an organization; metadata.name if absent.",
            Shape::Text,
        ),
        key(
            "description",
            "What there is to know about it.",
            Shape::Text,
        ),
        key(
            "labels",
            "Its labels besides the marker.",
            Shape::ListOf(&Shape::Text),
        ),
        key(
            "concurrentExecutionLimit",
            "How many executions may run at once.",
            Shape::Whole(1),
        ),
        key(
            "adopt",
            "The existing customer to take over, where it has another externalId or none.",
            Shape::Object(&ADOPT),
        ),
    ],
);
