//! The keys of config values.

use super::{CRON, NAME, Object, SECRET, Shape, ZONE, key, needed};

/// A connection's input.
pub(crate) const INPUT: Shape = Shape::AnyOf(&[Shape::Text, Shape::Object(&SECRET_INPUT)]);

/// What a seed may be.
pub(crate) const SEEDABLE: Shape = Shape::AnyOf(&[
    Shape::Text,
    Shape::ListOf(&Shape::Text),
    Shape::ListOf(&Shape::Object(&KEY_VALUE)),
    Shape::Object(&STRUCTURED),
]);

/// One pair of a key-value list.
pub(crate) static KEY_VALUE: Object = Object::of(
    "a pair of a key-value list",
    &[
        needed("key", "The key.", Shape::Text),
        needed("value", "The value.", Shape::Text),
    ],
);

/// A structured config value.
pub(crate) static STRUCTURED: Object = Object::of(
    "a config value",
    &[needed(
        "value",
        "A structured value, sent as JSON.",
        Shape::Any,
    )],
);

/// A config value that is set when empty.
pub(crate) static SEED: Object = Object::of(
    "a config value",
    &[needed(
        "seed",
        "Set when the variable is empty, then the customer's.",
        SEEDABLE,
    )],
);

/// A config value that is a schedule.
pub(crate) static SCHEDULE: Object = Object::of(
    "a schedule",
    &[
        needed(
            "schedule",
            "Five-field cron, or {type: …, value: …}.",
            Shape::AnyOf(&[CRON, Shape::Object(&SCHEDULE_TYPE)]),
        ),
        key("timeZone", "An IANA name.", ZONE),
    ],
);

/// A schedule of another type than cron text.
pub(crate) static SCHEDULE_TYPE: Object = Object::of(
    "a schedule",
    &[
        needed(
            "type",
            "How it is meant, as in the designer.",
            Shape::Choice(&["none", "minute", "hour", "day", "week", "custom"]),
        ),
        key(
            "value",
            "Five-field cron for custom; left as it is if absent.",
            Shape::Text,
        ),
    ],
);

/// A config value or connection input that lives elsewhere.
pub(crate) static SECRET_INPUT: Object = Object::of(
    "a secret value",
    &[needed(
        "secret",
        "Where the value is: {env: NAME}, {file: PATH} or {exec: [PROGRAM, …]}.",
        Shape::Object(&SECRET),
    )],
);

/// A connection that is declared by a manifest of its own.
pub(crate) static SHARED: Object = Object::of(
    "a shared connection",
    &[needed(
        "ref",
        "The metadata.name of a Connection: its value for the customer of the instance.",
        NAME,
    )],
);

/// What an instance sets for one flow.
pub(crate) static FLOW: Object = Object::of(
    "the settings of a flow",
    &[
        key(
            "apiKeys",
            "All keys that callers of its webhook may use, each {secret: …}.",
            Shape::ListOf(&Shape::Object(&SECRET_INPUT)),
        ),
        key("testPayload", "What a test run sends.", Shape::Text),
        key(
            "testHeaders",
            "The headers of a test run, by name.",
            Shape::MapOf(&Shape::Text),
        ),
        key(
            "testContentType",
            "The media type of what a test run sends.",
            Shape::Text,
        ),
        key(
            "usesLre",
            "Whether it runs where long runs are possible.",
            Shape::Boolean,
        ),
    ],
);

/// A config value that is a connection.
pub(crate) static CONNECTION: Object = Object::of(
    "a connection",
    &[
        needed(
            "connection",
            "Its inputs, pending where a person consents by OAuth, or {ref: NAME} of a Connection.",
            Shape::AnyOf(&[
                Shape::Choice(&["pending"]),
                Shape::Object(&SHARED),
                Shape::MapOf(&INPUT),
            ]),
        ),
        key(
            "consent",
            "person, where a person consents by OAuth once the inputs are there.",
            Shape::Choice(&["person"]),
        ),
    ],
);
