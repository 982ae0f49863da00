//! The keys of a Fleet.

use super::{NAME, Object, Shape, key, needed};
use crate::kinds::instance::keys::{
    CONFIG, DEPLOY, DESCRIPTION, DISPLAY_NAME, DRIFT, ELSEWHERE, FLOWS, FORCE, GLOBAL_DEBUG,
    LABELS, PROTECT, ROLLOUT_FALSE, STATE, VERSION_KEY,
};

const TEXTS: Shape = Shape::ListOf(&Shape::Text);

/// What a fleet should be.
pub(crate) static FLEET_SPEC: Object = Object::of(
    "the spec of a Fleet",
    &[
        needed(
            "integration",
            "The metadata.name of an Integration, or {name: …} or {id: …} of one that is not managed here.",
            Shape::AnyOf(&[NAME, Shape::Object(&ELSEWHERE)]),
        ),
        needed(
            "customers",
            "For whom it has a member: {selector: …}, {list: …} or {file: …}.",
            Shape::Object(&FLEET_CUSTOMERS),
        ),
        key(
            "key",
            "What names its members, and customers in lists and files: their externalId, or their id in Prismatic.",
            Shape::Choice(&["externalId", "id"]),
        ),
        key(
            "manage",
            "How much of a member is managed: all that the template says, or only its version and deploy.",
            Shape::Choice(&["all", "version"]),
        ),
        key(
            "create",
            "Whether an instance is created where a customer has none; true if absent, with manage: version false.",
            Shape::Boolean,
        ),
        key(
            "onLeave",
            "What is done with the member of a customer that is not selected any more: it is reported, or switched off.",
            Shape::Choice(&["orphan", "disable"]),
        ),
        key(
            "allowEmpty",
            "Whether it may select no customer; without it such a plan is refused.",
            Shape::Boolean,
        ),
        key(
            "maxLeave",
            "How many members may be switched off by leaving within 24 hours, as a share or a count; 10% if absent.",
            Shape::Share,
        ),
        key(
            "guards",
            "Limits on one plan for this fleet alone.",
            Shape::Object(&FLEET_GUARDS),
        ),
        key(
            "template",
            "What every member declares, with the keys of an Instance.",
            Shape::Object(&TEMPLATE),
        ),
        key(
            "overrides",
            "What single members declare besides, in order.",
            Shape::ListOf(&Shape::Object(&OVERRIDE)),
        ),
    ],
);

/// Who is in a fleet.
pub(crate) static FLEET_CUSTOMERS: Object = Object::of(
    "the customers of a Fleet",
    &[
        key(
            "selector",
            "All customers with these labels: live ones, and those of Customer manifests.",
            Shape::Object(&SELECTOR),
        ),
        key("list", "These customers, by externalId.", TEXTS),
        key(
            "file",
            "The customers of a CSV file with a header; its column externalId is needed, the others are row.*.",
            Shape::Text,
        ),
        key(
            "rows",
            "With selector or list: a CSV file that says more of customers, as row.*.",
            Shape::Text,
        ),
    ],
);

/// Customers by what is known of them.
pub(crate) static SELECTOR: Object = Object::of(
    "the selector",
    &[needed(
        "labels",
        "Which labels a customer has.",
        Shape::Object(&LABEL_SELECTOR),
    )],
);

/// Customers by their labels.
pub(crate) static LABEL_SELECTOR: Object = Object::of(
    "the labels of the selector",
    &[
        key("all", "It has all of these.", TEXTS),
        key("any", "It has at least one of these.", TEXTS),
        key("none", "It has none of these.", TEXTS),
    ],
);

/// Limits of a fleet.
pub(crate) static FLEET_GUARDS: Object = Object::of(
    "the guards of a Fleet",
    &[
        key(
            "maxUpdates",
            "How many of its members one plan may change.",
            Shape::Share,
        ),
        key(
            "maxCreates",
            "How many of its members one plan may create.",
            Shape::Share,
        ),
    ],
);

/// What every member declares.
pub(crate) static TEMPLATE: Object = Object::of(
    "the template of a Fleet",
    &[
        VERSION_KEY,
        DISPLAY_NAME,
        DESCRIPTION,
        LABELS,
        STATE,
        CONFIG,
        FLOWS,
        GLOBAL_DEBUG,
        DEPLOY,
        FORCE,
        PROTECT,
        DRIFT,
        ROLLOUT_FALSE,
    ],
);

/// What single members declare.
pub(crate) static OVERRIDE: Object = Object::of(
    "an override",
    &[
        needed(
            "customers",
            "InstanceCustomer members, by externalId.",
            TEXTS,
        ),
        needed("reason", "Why.", Shape::Text),
        key(
            "expires",
            "The last day on which it is meant to apply, in UTC; it goes on applying, with a warning.",
            Shape::Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ),
        VERSION_KEY,
        DISPLAY_NAME,
        DESCRIPTION,
        LABELS,
        STATE,
        CONFIG,
        FLOWS,
        GLOBAL_DEBUG,
        DEPLOY,
        FORCE,
        PROTECT,
        DRIFT,
        ROLLOUT_FALSE,
    ],
);
