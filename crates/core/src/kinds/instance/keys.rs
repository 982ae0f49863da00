//! The keys of an Instance.

use crate::manifest::keys::config::{CONNECTION, FLOW, SCHEDULE, SECRET_INPUT, SEED, SEEDABLE};
use crate::manifest::keys::{ADOPT, Key, NAME, Object, Shape, key, needed};

static VERSIONS: [Shape; 2] = [Shape::Choice(&["latest"]), Shape::Object(&VERSION)];

static VALUE: Shape = Shape::AnyOf(&[
    SEEDABLE,
    Shape::Object(&SEED),
    Shape::Object(&SCHEDULE),
    Shape::Object(&SECRET_INPUT),
    Shape::Object(&CONNECTION),
]);

static FLOW_SETTINGS: Shape = Shape::Object(&FLOW);

pub(crate) const VERSION_KEY: Key = key(
    "version",
    "Which version it runs; latest if absent.",
    Shape::AnyOf(&VERSIONS),
);

pub(crate) const DISPLAY_NAME: Key = key(
    "displayName",
    "What people see; metadata.name if absent.",
    Shape::Text,
);

pub(crate) const DESCRIPTION: Key = key("description", "What it is for.", Shape::Text);

pub(crate) const LABELS: Key = key(
    "labels",
    "Its labels besides the marker.",
    Shape::ListOf(&Shape::Text),
);

pub(crate) const STATE: Key = key(
    "state",
    "Whether it runs.",
    Shape::Choice(&["enabled", "disabled"]),
);

pub(crate) const CONFIG: Key = key(
    "config",
    "The config variables that are managed, by key.",
    Shape::MapOf(&VALUE),
);

pub(crate) const FLOWS: Key = key(
    "flows",
    "What is set for its flows, by the flow's name or stable key.",
    Shape::MapOf(&FLOW_SETTINGS),
);

pub(crate) const DEPLOY: Key = key(
    "deploy",
    "When it is deployed.",
    Shape::Choice(&["changed", "never"]),
);

pub(crate) const FORCE: Key = key(
    "force",
    "Deploy although the server's validation rules object.",
    Shape::Boolean,
);

pub(crate) const GLOBAL_DEBUG: Key = key(
    "globalDebug",
    "Whether its runs log in detail; left alone if absent.",
    Shape::Boolean,
);

pub(crate) const PROTECT: Key = key(
    "protect",
    "Never switch it off or prune it; the label gitops:protect says so on the live object.",
    Shape::Boolean,
);

pub(crate) const DRIFT: Key = key(
    "drift",
    "What the daemon does about changes made elsewhere; as policy.drift if absent.",
    Shape::Choice(&["observe", "alert", "correct"]),
);

pub(crate) const ROLLOUT_FALSE: Key = key(
    "rollout",
    "false: it moves at once, outside the waves of its integration; needs a reason.",
    Shape::Boolean,
);

/// What an instance should be.
pub(crate) static INSTANCE_SPEC: Object = Object::of(
    "the spec of an Instance",
    &[
        needed(
            "integration",
            "The metadata.name of an Integration, or {name: …} or {id: …} of one that is not managed here.",
            Shape::AnyOf(&[NAME, Shape::Object(&ELSEWHERE)]),
        ),
        VERSION_KEY,
        needed(
            "customer",
            "For whom it is: the metadata.name of a Customer, or {externalId: …}, {name: …} or {id: …}.",
            Shape::AnyOf(&[NAME, Shape::Object(&CUSTOMER)]),
        ),
        DISPLAY_NAME,
        DESCRIPTION,
        LABELS,
        STATE,
        CONFIG,
        FLOWS,
        GLOBAL_DEBUG,
        DEPLOY,
        FORCE,
        key(
            "adopt",
            "The existing instance to take over.",
            Shape::Object(&ADOPT),
        ),
        PROTECT,
        DRIFT,
        ROLLOUT_FALSE,
        key(
            "reason",
            "Why it differs from the others; needed with rollout: false.",
            Shape::Text,
        ),
    ],
);

/// An integration that is not managed here.
pub(crate) static ELSEWHERE: Object = Object::one_of(
    "the integration",
    &[
        key("name", "Its display name.", Shape::Text),
        key("id", "Its id.", Shape::Text),
    ],
);

/// A version other than the newest.
pub(crate) static VERSION: Object = Object::one_of(
    "the version",
    &[
        key(
            "commit",
            "The newest one published from this commit; at least seven characters.",
            Shape::Pattern("^[0-9a-fA-F]{7,64}$"),
        ),
        key(
            "number",
            "The one with this number; numbers differ between tenants.",
            Shape::Whole(1),
        ),
    ],
);

/// For whom an instance is.
pub(crate) static CUSTOMER: Object = Object::one_of(
    "the customer",
    &[
        key("externalId", "The id your own system gave it.", Shape::Text),
        key("name", "Its name.", Shape::Text),
        key("id", "Its id in Prismatic.", Shape::Text),
    ],
);
