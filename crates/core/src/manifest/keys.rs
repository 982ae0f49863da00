//! Every key a manifest may have: the one list that the readers and the JSON Schema share.
//!
//! A reader can ask for no key that is not here, and a key that is not here
//! is an error wherever it is written.

pub(crate) mod config;
mod fleet;
mod notices;
mod project;
mod rollout;

pub(crate) use crate::kinds::connection::keys::{COMPONENT, CONNECTION_SPEC, CONNECTION_VALUE};
pub(crate) use crate::kinds::customer::keys::CUSTOMER_SPEC;
pub(crate) use crate::kinds::instance::keys::{CUSTOMER, ELSEWHERE, INSTANCE_SPEC, VERSION};
pub(crate) use crate::kinds::integration::keys::{ADOPT, ADOPT_ONE, INTEGRATION_SPEC, MARKETPLACE};
pub(crate) use config::{
    CONNECTION, FLOW, KEY_VALUE, SCHEDULE, SCHEDULE_TYPE, SECRET_INPUT, SEED, SHARED, STRUCTURED,
};
pub(crate) use fleet::{
    FLEET_CUSTOMERS, FLEET_GUARDS, FLEET_SPEC, LABEL_SELECTOR, OVERRIDE, SELECTOR, TEMPLATE,
};
pub(crate) use notices::{NOTIFY, NOTIFY_COMMIT, NOTIFY_URL, NOTIFY_WEBHOOK};
pub(crate) use project::{ENVIRONMENT, GUARDS, POLICY, PROJECT_SPEC, RATE, SECRETS, SWEEP, WINDOW};
pub(crate) use rollout::{APPROVAL, GATE, PACE, ROLLOUT, ROLLOUT_WINDOW, SELECT, WAVE};

/// A mapping with known keys.
pub(crate) struct Object {
    /// What messages call it.
    pub(crate) what: &'static str,
    /// Its keys, in the order people write them.
    pub(crate) keys: &'static [Key],
    /// Whether exactly one key must be there.
    pub(crate) one_of: bool,
}

/// One key.
pub(crate) struct Key {
    /// As it is written.
    pub(crate) name: &'static str,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it means, for editors.
    pub(crate) about: &'static str,
    /// What its value looks like.
    pub(crate) shape: Shape,
}

/// What a value looks like.
pub(crate) enum Shape {
    /// Any single value, as the text it is written as.
    Text,
    /// A text of this regular expression.
    Pattern(&'static str),
    /// `true` or `false`.
    Boolean,
    /// A whole number, at least this.
    Whole(u32),
    /// A number above 0.
    Positive,
    /// `30%` or a count.
    Share,
    /// A number from 0 to 100.
    Percent,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A mapping with known keys.
    Object(&'static Object),
    /// A mapping with keys of the user's choice.
    MapOf(&'static Shape),
    /// A list.
    ListOf(&'static Shape),
    /// Any of these.
    AnyOf(&'static [Shape]),
    /// By environment, what differs there from a mapping with known keys.
    Differences(&'static Object),
    /// Anything at all.
    Any,
}

impl Object {
    pub(crate) const fn of(what: &'static str, keys: &'static [Key]) -> Self {
        Self {
            what,
            keys,
            one_of: false,
        }
    }

    pub(crate) const fn one_of(what: &'static str, keys: &'static [Key]) -> Self {
        Self {
            what,
            keys,
            one_of: true,
        }
    }

    /// The key of this name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of all keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.iter().map(|key| key.name)
    }
}

pub(crate) const fn key(name: &'static str, about: &'static str, shape: Shape) -> Key {
    Key {
        name,
        required: false,
        about,
        shape,
    }
}

pub(crate) const fn needed(name: &'static str, about: &'static str, shape: Shape) -> Key {
    Key {
        name,
        required: true,
        about,
        shape,
    }
}

/// The only `apiVersion`.
pub(crate) const API_VERSION: &str = "prism-gitops/v1";

pub(crate) const NAME: Shape = Shape::Pattern("^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$");
const CRON: Shape = Shape::Pattern("^\\S+(\\s+\\S+){4}$");
const ZONE: Shape = Shape::Pattern("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$");
const DURATION: Shape = Shape::Pattern("^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$");

const HEAD_VERSION: Key = needed(
    "apiVersion",
    "The format of this document.",
    Shape::Choice(&[API_VERSION]),
);
const HEAD_METADATA: Key = needed(
    "metadata",
    "What git calls the resource: {name: …}.",
    Shape::Object(&METADATA),
);

const HEAD_ENVIRONMENTS: &str =
    "The environments it is in, each with what differs there from spec; all if absent.";

/// What a kind of document looks like.
pub(crate) static PROJECT: Object = Object::of(
    "a Project",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Project"])),
        key(
            "metadata",
            "What the project is called; part of every marker.",
            Shape::Object(&METADATA),
        ),
        key("spec", "Tenants and rules.", Shape::Object(&PROJECT_SPEC)),
        key(
            "environments",
            "What of policy and notify differs, by environment.",
            Shape::Differences(&PROJECT_SPEC),
        ),
    ],
);

/// A customer, whom instances are for.
pub(crate) static CUSTOMER_KIND: Object = Object::of(
    "a Customer",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Customer"])),
        HEAD_METADATA,
        needed(
            "spec",
            "What the customer should be.",
            Shape::Object(&CUSTOMER_SPEC),
        ),
        key(
            "environments",
            HEAD_ENVIRONMENTS,
            Shape::Differences(&CUSTOMER_SPEC),
        ),
    ],
);

/// A connection that instances share.
pub(crate) static CONNECTION_KIND: Object = Object::of(
    "a Connection",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Connection"])),
        HEAD_METADATA,
        needed(
            "spec",
            "What the connection should be.",
            Shape::Object(&CONNECTION_SPEC),
        ),
        key(
            "environments",
            HEAD_ENVIRONMENTS,
            Shape::Differences(&CONNECTION_SPEC),
        ),
    ],
);

/// An integration and its published versions.
pub(crate) static INTEGRATION: Object = Object::of(
    "an Integration",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Integration"])),
        HEAD_METADATA,
        needed(
            "spec",
            "What the integration should be.",
            Shape::Object(&INTEGRATION_SPEC),
        ),
        key(
            "environments",
            HEAD_ENVIRONMENTS,
            Shape::Differences(&INTEGRATION_SPEC),
        ),
    ],
);

/// A deployment of an integration for one customer.
pub(crate) static INSTANCE: Object = Object::of(
    "an Instance",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Instance"])),
        HEAD_METADATA,
        needed(
            "spec",
            "What the instance should be.",
            Shape::Object(&INSTANCE_SPEC),
        ),
        key(
            "environments",
            HEAD_ENVIRONMENTS,
            Shape::Differences(&INSTANCE_SPEC),
        ),
    ],
);

/// One integration for many customers.
pub(crate) static FLEET: Object = Object::of(
    "a Fleet",
    &[
        HEAD_VERSION,
        needed("kind", "What it declares.", Shape::Choice(&["Fleet"])),
        HEAD_METADATA,
        needed(
            "spec",
            "Who is in it, and what its members should be.",
            Shape::Object(&FLEET_SPEC),
        ),
        key(
            "environments",
            HEAD_ENVIRONMENTS,
            Shape::Differences(&FLEET_SPEC),
        ),
    ],
);

/// The head of every manifest.
pub(crate) static METADATA: Object = Object::of(
    "metadata",
    &[needed(
        "name",
        "The git key: never changes, independent of the display name.",
        NAME,
    )],
);

/// Where the token is.
pub(crate) static AUTH: Object = Object::one_of(
    "auth",
    &[
        key(
            "refreshToken",
            "A long-lived token that is exchanged for access tokens.",
            Shape::Object(&SECRET),
        ),
        key(
            "accessToken",
            "A short-lived token.",
            Shape::Object(&SECRET),
        ),
    ],
);

/// Where a secret is kept.
pub(crate) static SECRET: Object = Object::one_of(
    "a secret",
    &[
        key(
            "env",
            "An environment variable.",
            Shape::Pattern("^[A-Za-z_][A-Za-z0-9_]*$"),
        ),
        key(
            "file",
            "A file, absolute or relative to the project's root.",
            Shape::Text,
        ),
        key(
            "exec",
            "A program and its arguments, run without a shell; only where the Project and the operator allow it.",
            Shape::ListOf(&Shape::Text),
        ),
    ],
);
