//! The keys of a Project's notifications.

use super::{NAME, Object, SECRET, Shape, key, needed};

const REPOSITORY: Shape = Shape::Pattern("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$");
const API: Shape = Shape::Pattern("^https?://[^?#@\\s]+$");

/// One receiver of notices.
pub(crate) static NOTIFY: Object = Object::of(
    "a notification",
    &[
        needed("name", "What logs call it; unique in the project.", NAME),
        key(
            "on",
            "What is reported to it; all but synced and healed if absent, and all but healed and rollout for commit statuses.",
            Shape::ListOf(&Shape::Choice(&[
                "synced",
                "failed",
                "drifted",
                "blocked",
                "recovered",
                "healed",
                "rollout",
            ])),
        ),
        key("title", "The title, with placeholders.", Shape::Text),
        key("body", "The text, with placeholders.", Shape::Text),
        key("slack", "A channel of Slack.", Shape::Object(&NOTIFY_URL)),
        key(
            "teams",
            "A channel of Microsoft Teams.",
            Shape::Object(&NOTIFY_URL),
        ),
        key(
            "webhook",
            "Any URL, as JSON.",
            Shape::Object(&NOTIFY_WEBHOOK),
        ),
        key(
            "github",
            "The status of the commit at GitHub.",
            Shape::Object(&NOTIFY_COMMIT),
        ),
        key(
            "gitlab",
            "The status of the commit at GitLab.",
            Shape::Object(&NOTIFY_COMMIT),
        ),
    ],
);

/// An incoming webhook.
pub(crate) static NOTIFY_URL: Object = Object::of(
    "a channel",
    &[needed(
        "url",
        "Where the URL is kept: who knows it may write there.",
        Shape::Object(&SECRET),
    )],
);

/// A webhook of one's own.
pub(crate) static NOTIFY_WEBHOOK: Object = Object::of(
    "a webhook",
    &[
        needed("url", "Where the URL is kept.", Shape::Object(&SECRET)),
        key(
            "key",
            "Where the key is kept that signs the body.",
            Shape::Object(&SECRET),
        ),
    ],
);

/// A host of git repositories.
pub(crate) static NOTIFY_COMMIT: Object = Object::of(
    "a commit status",
    &[
        needed("repository", "owner/name.", REPOSITORY),
        needed("token", "Where the token is kept.", Shape::Object(&SECRET)),
        key("api", "The URL of the API, for a server of one's own.", API),
    ],
);
