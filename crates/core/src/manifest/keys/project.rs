//! The keys of a Project.

use super::{AUTH, CRON, DURATION, NOTIFY, Object, Shape, ZONE, key, needed};

/// Tenants and rules.
pub(crate) static PROJECT_SPEC: Object = Object::of(
    "the spec of a Project",
    &[
        key(
            "environments",
            "The tenants, by name; --env chooses one.",
            Shape::MapOf(&Shape::Object(&ENVIRONMENT)),
        ),
        key(
            "values",
            "What templates name as values.…, in every environment.",
            Shape::MapOf(&Shape::Any),
        ),
        key(
            "policy",
            "What may be done, and how fast.",
            Shape::Object(&POLICY),
        ),
        key(
            "notify",
            "Who is notified when something changes.",
            Shape::ListOf(&Shape::Object(&NOTIFY)),
        ),
    ],
);

/// One tenant.
pub(crate) static ENVIRONMENT: Object = Object::of(
    "an environment",
    &[
        key(
            "url",
            "The URL of the stack.",
            Shape::Pattern("^https?://[^/?#@]+/?$"),
        ),
        key(
            "tenantId",
            "Which tenant, where the user has several.",
            Shape::Text,
        ),
        key(
            "organization",
            "Stop before any read if the token belongs to another organization.",
            Shape::Text,
        ),
        key("auth", "Where the token is.", Shape::Object(&AUTH)),
        key(
            "values",
            "What templates name as values.… in this environment: merged over those of the Project.",
            Shape::MapOf(&Shape::Any),
        ),
    ],
);

/// The rules of a project.
pub(crate) static POLICY: Object = Object::of(
    "the policy",
    &[
        key(
            "prune",
            "What happens to what no manifest declares any more.",
            Shape::Choice(&["orphan", "disable", "delete"]),
        ),
        key(
            "drift",
            "What the daemon does about changes made elsewhere.",
            Shape::Choice(&["observe", "alert", "correct"]),
        ),
        key(
            "apply",
            "How the daemon takes new files: at once, or once a person approved their plan. Drift is treated as drift says.",
            Shape::Choice(&["auto", "manual"]),
        ),
        key("guards", "Limits on one plan.", Shape::Object(&GUARDS)),
        key(
            "windows",
            "When changes may happen.",
            Shape::ListOf(&Shape::Object(&WINDOW)),
        ),
        key("rate", "The request budget.", Shape::Object(&RATE)),
        key(
            "secrets",
            "Where secrets may come from.",
            Shape::Object(&SECRETS),
        ),
        key(
            "sweep",
            "When the daemon reads everything; in between it reads what changed. At every pass if absent.",
            Shape::Object(&SWEEP),
        ),
    ],
);

/// Limits on one plan.
pub(crate) static GUARDS: Object = Object::of(
    "the guards",
    &[
        key("updates", "How much may be updated.", Shape::Share),
        key(
            "upgrades",
            "How much may be moved to another version.",
            Shape::Share,
        ),
        key("disables", "How much may be disabled.", Shape::Share),
        key("deletes", "How much may be deleted.", Shape::Share),
        key(
            "minimum",
            "Below this number of existing objects percentages do not apply.",
            Shape::Whole(0),
        ),
        key("creates", "How many may be created.", Shape::Whole(0)),
        key(
            "perCustomer",
            "How many instances of one customer may change; no limit if absent.",
            Shape::Share,
        ),
    ],
);

/// A recurring span of time.
pub(crate) static WINDOW: Object = Object::of(
    "a window",
    &[
        needed(
            "kind",
            "Changes only inside, or none inside.",
            Shape::Choice(&["allow", "deny"]),
        ),
        needed("schedule", "When it begins: five-field cron.", CRON),
        needed("duration", "How long it lasts: 64h, 1h30m, 2d.", DURATION),
        key("timeZone", "An IANA name; UTC if absent.", ZONE),
        key(
            "syncOverrun",
            "What began while changes were allowed may go on past the end (allow) or the beginning (deny).",
            Shape::Boolean,
        ),
    ],
);

/// When everything is read.
pub(crate) static SWEEP: Object = Object::of(
    "the sweep",
    &[
        needed(
            "schedule",
            "When everything is read: five-field cron.",
            CRON,
        ),
        key("timeZone", "An IANA name; UTC if absent.", ZONE),
    ],
);

/// Where secrets may come from.
pub(crate) static SECRETS: Object = Object::of(
    "the rules for secrets",
    &[key(
        "exec",
        "Whether manifests may name programs as sources, or which ones; --allow-exec is needed too.",
        Shape::AnyOf(&[Shape::Boolean, Shape::ListOf(&Shape::Text)]),
    )],
);

/// The request budget.
pub(crate) static RATE: Object = Object::of(
    "the rate",
    &[
        key(
            "requestsPerSecond",
            "Sustained requests per second.",
            Shape::Positive,
        ),
        key(
            "burst",
            "How many may go at once after a pause.",
            Shape::Whole(1),
        ),
        key(
            "concurrency",
            "How many may be under way at once.",
            Shape::Whole(1),
        ),
    ],
);
