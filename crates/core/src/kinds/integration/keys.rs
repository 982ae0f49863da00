//! The keys of an Integration.

use crate::manifest::keys::{Object, ROLLOUT, Shape, key, needed};

/// What an integration should be.
pub(crate) static INTEGRATION_SPEC: Object = Object::of(
    "the spec of an Integration",
    &[
        needed(
            "definition",
            "The file with Prismatic's integration YAML, relative to this file.",
            Shape::Text,
        ),
        key(
            "adopt",
            "The existing integration to take over.",
            Shape::Object(&ADOPT),
        ),
        key(
            "description",
            "In place of the definition's own.",
            Shape::Text,
        ),
        key(
            "publish",
            "When a version is published.",
            Shape::Choice(&["changed", "never"]),
        ),
        key(
            "available",
            "Whether the newest version may be used.",
            Shape::Boolean,
        ),
        key(
            "marketplace",
            "How customers see the newest version.",
            Shape::Object(&MARKETPLACE),
        ),
        key(
            "protect",
            "Never withdraw or hide it; the label gitops:protect says so on the live object.",
            Shape::Boolean,
        ),
        key(
            "rollout",
            "How its instances move to another version: in waves, each judged before the next.",
            Shape::Object(&ROLLOUT),
        ),
    ],
);

/// An existing object to take over.
pub(crate) static ADOPT: Object = Object::one_of(
    "adopt",
    &[
        key("name", "The only one of this name.", Shape::Text),
        key("id", "The one with this id.", Shape::Text),
        key(
            "environments",
            "Another one per environment.",
            Shape::MapOf(&Shape::Object(&ADOPT_ONE)),
        ),
    ],
);

/// An existing object to take over in one environment.
pub(crate) static ADOPT_ONE: Object = Object::one_of(
    "adopt",
    &[
        key("name", "The only one of this name.", Shape::Text),
        key("id", "The one with this id.", Shape::Text),
    ],
);

/// How customers see a version.
pub(crate) static MARKETPLACE: Object = Object::of(
    "marketplace",
    &[
        key(
            "visibility",
            "Whether it is listed, and who may deploy it.",
            Shape::Choice(&["deployable", "listed", "hidden"]),
        ),
        key(
            "overview",
            "The file with the overview text, relative to this file.",
            Shape::Text,
        ),
        key(
            "allowMultipleInstances",
            "Whether a customer may have several.",
            Shape::Boolean,
        ),
    ],
);
