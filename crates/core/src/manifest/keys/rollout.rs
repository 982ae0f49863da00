//! The keys of a rollout.

use super::{CRON, DURATION, NAME, Object, Shape, ZONE, key, needed};

/// How instances move to another version.
pub(crate) static ROLLOUT: Object = Object::of(
    "the rollout",
    &[
        needed(
            "waves",
            "The parts in which instances move, one after the other; the last has percent: 100 or others: hold.",
            Shape::ListOf(&Shape::Object(&WAVE)),
        ),
        key(
            "gate",
            "What must hold of those who moved.",
            Shape::Object(&GATE),
        ),
        key(
            "onFailure",
            "When the gate does not hold: no further instance moves, or the version is withdrawn and those that moved go back.",
            Shape::Choice(&["pause", "rollback"]),
        ),
        key(
            "allowLoss",
            "Go back although values that live only in the tenant are lost by it.",
            Shape::Boolean,
        ),
        key(
            "overlap",
            "When a newer version comes before all have moved: start over with it, or finish first.",
            Shape::Choice(&["restart", "queue"]),
        ),
        key(
            "rollbackWindow",
            "To how many of the last finished versions instances may return without waves.",
            Shape::Whole(0),
        ),
        key(
            "rollback",
            "When members go back: now, or in the windows only.",
            Shape::Choice(&["now", "inWindows"]),
        ),
        key("paused", "No instance moves.", Shape::Boolean),
        key(
            "config",
            "Changes of config by the waves too. Only false: true is refused, see docs/rollouts.md.",
            Shape::Boolean,
        ),
        key(
            "windows",
            "When members may move, besides the policy's windows.",
            Shape::ListOf(&Shape::Object(&ROLLOUT_WINDOW)),
        ),
        key(
            "seed",
            "What percentages are drawn by, in place of the integration's identity.",
            Shape::Text,
        ),
        key(
            "approve",
            "Failures that a person accepted, or a wave that waits for runs.",
            Shape::ListOf(&Shape::Object(&APPROVAL)),
        ),
    ],
);

/// A part of the instances.
pub(crate) static WAVE: Object = Object::of(
    "a wave",
    &[
        needed("name", "Its name, unique in the rollout.", NAME),
        key("select", "Who belongs to it.", Shape::Object(&SELECT)),
        key(
            "percent",
            "This share of all, earlier waves included: 0 to 100, two decimals at most.",
            Shape::Percent,
        ),
        key(
            "others",
            "hold: all that no earlier wave selects; none of them moves.",
            Shape::Choice(&["hold"]),
        ),
        key(
            "soak",
            "How long it must hold after its last member moved; not at all if absent.",
            DURATION,
        ),
        key("optional", "It may be empty.", Shape::Boolean),
        key(
            "maxConcurrent",
            "How many move at once, and between two readings of the gate; all if absent.",
            Shape::Whole(1),
        ),
        key(
            "pace",
            "How many may move in a span of time.",
            Shape::Object(&PACE),
        ),
    ],
);

/// Who belongs to a wave.
pub(crate) static SELECT: Object = Object::of(
    "the selection of a wave",
    &[needed(
        "labels",
        "Labels that the instance or its customer has, every one of them.",
        Shape::ListOf(&Shape::Text),
    )],
);

/// How many may move in a span of time.
pub(crate) static PACE: Object = Object::of(
    "the pace",
    &[
        needed("members", "How many.", Shape::Whole(1)),
        needed("every", "In how long: 10m, 1h.", DURATION),
    ],
);

/// What must hold of those who moved.
pub(crate) static GATE: Object = Object::of(
    "the gate",
    &[
        key(
            "newlyFailed",
            "How many members may fail that did not fail before.",
            Shape::Share,
        ),
        key(
            "blocked",
            "How many members of a wave may be unable to move.",
            Shape::Share,
        ),
        key(
            "minExecutions",
            "How many runs of a wave must have finished since it moved.",
            Shape::Whole(0),
        ),
        key(
            "after",
            "How many failed runs of a flow in a row make a member failed.",
            Shape::Whole(1),
        ),
        key(
            "minMembers",
            "How many members of a wave must have finished a run.",
            Shape::Share,
        ),
        key(
            "evidenceTimeout",
            "How long to wait for enough runs once the soak is over.",
            DURATION,
        ),
        key(
            "onInconclusive",
            "When they did not come: wait on, pass, or stop.",
            Shape::Choice(&["wait", "pass", "pause"]),
        ),
    ],
);

/// When members may move.
pub(crate) static ROLLOUT_WINDOW: Object = Object::of(
    "a window of the rollout",
    &[
        needed(
            "kind",
            "Moves only inside, or none inside.",
            Shape::Choice(&["allow", "deny"]),
        ),
        needed("schedule", "When it begins: five-field cron.", CRON),
        needed("duration", "How long it lasts: 64h, 1h30m, 2d.", DURATION),
        key(
            "timeZone",
            "An IANA name, or customer for the one in each customer's label tz:<zone>; UTC if absent.",
            ZONE,
        ),
    ],
);

/// Failures that a person accepted.
pub(crate) static APPROVAL: Object = Object::of(
    "an approval",
    &[
        needed(
            "version",
            "The version's number in the tenant.",
            Shape::Whole(1),
        ),
        needed(
            "wave",
            "The wave whose failures are accepted, with those of the waves before it.",
            NAME,
        ),
        needed("reason", "Why.", Shape::Text),
    ],
);
