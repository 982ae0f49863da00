//! Extracts from a verified body what is logged, and what excludes events of others.
//!
//! Nothing here decides what is done. The callers define the formats of bodies, so a missing or unexpected
//! field counts as unknown.

use axum::http::HeaderMap;
use serde_json::Value;

/// At most this many characters of a text are shown.
const MOST: usize = 120;

/// What Prismatic says happened. The texts are harmless in a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EventSummary {
    /// Such as `instance.updated`.
    pub(super) what: Option<String>,
    /// What it happened to.
    pub(super) subject: Option<String>,
    /// The user who did it.
    pub(super) who: Option<String>,
}

impl EventSummary {
    /// Whether a tenant could differ after it. An unknown event could be anything.
    pub(super) fn concerns_us(&self) -> bool {
        let kinds = ["instance.", "integration."];
        self.what
            .as_ref()
            .is_none_or(|what| kinds.iter().any(|kind| what.starts_with(kind)))
    }
}

/// Reads an event of Prismatic. Its body names the object and the user; where the
/// event's own name is found is not documented, so the usual places are looked at.
pub(super) fn event(headers: &HeaderMap, body: &Value) -> EventSummary {
    let header = [
        "x-webhook-event",
        "x-webhook-event-type",
        "x-prismatic-event",
    ]
    .iter()
    .find_map(|name| headers.get(*name)?.to_str().ok());
    let what = header.or_else(|| {
        let keys = ["event", "eventType", "event_type", "type"];
        keys.iter().find_map(|key| body.get(*key)?.as_str())
    });
    let subject = ["instance", "integration"]
        .iter()
        .find_map(|key| body.get(*key));
    let name = |value: &Value| {
        let keys = ["name", "id"];
        keys.iter()
            .find_map(|key| value.get(*key)?.as_str().map(shown))
    };
    EventSummary {
        what: what.map(shown),
        subject: subject.and_then(name),
        who: body.get("user").and_then(who),
    }
}

/// Users are distinguished by e-mail address; names are shared, and change.
fn who(user: &Value) -> Option<String> {
    if let Some(text) = user.as_str() {
        return Some(shown(text));
    }
    let keys = ["email", "emailAddress", "email_address", "name", "id"];
    keys.iter()
        .find_map(|key| user.get(*key)?.as_str().filter(|text| !text.is_empty()))
        .map(shown)
}

/// The branches and tags that a push went to, by their short names; `None` where that is not said.
pub(super) fn pushed(body: &Value) -> Option<Vec<String>> {
    let short = |name: &str| {
        let name = name
            .strip_prefix("refs/heads/")
            .or_else(|| name.strip_prefix("refs/tags/"))?;
        Some(vec![name.to_owned()])
    };
    if let Some(name) = body.get("ref").and_then(Value::as_str) {
        return short(name);
    }
    let changes = body.get("push")?.get("changes")?.as_array()?;
    let names = changes
        .iter()
        .flat_map(|change| [change.get("new"), change.get("old")]);
    let names = names
        .flatten()
        .filter_map(|side| side.get("name")?.as_str());
    Some(names.map(str::to_owned).collect())
}

/// Short, and without what could steer a terminal or break a line.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pushes_say_where_they_went_in_each_providers_way() {
        for (body, names) in [
            (json!({"ref": "refs/heads/a/b"}), Some(vec!["a/b"])),
            (json!({"ref": "refs/tags/v1"}), Some(vec!["v1"])),
            (
                json!({"push": {"changes": [{"new": {"name": "main"}, "old": null}]}}),
                Some(vec!["main"]),
            ),
            (json!({"zen": "x"}), None),
            (json!({"ref": 7}), None),
            (json!(null), None),
        ] {
            let names = names.map(|names| names.into_iter().map(str::to_owned).collect());
            assert_eq!(pushed(&body), names, "{body}");
        }
    }

    #[test]
    fn events_are_told_in_a_few_harmless_words() {
        let long = format!("{}\x1b[31m\n", "x".repeat(500));
        let body = json!({
            "event": "instance.updated",
            "instance": {"id": "SW5zdGFuY2U6MQ==", "name": long},
            "user": {"id": "VXNlcjox", "name": "Ada", "email": "a@example.com"},
        });
        let told = event(&HeaderMap::new(), &body);
        assert_eq!(told.what.as_deref(), Some("instance.updated"));
        assert_eq!(told.who.as_deref(), Some("a@example.com"));
        assert_eq!(told.subject.as_ref().map(String::len), Some(MOST));
        assert!(told.concerns_us());
        let test = event(&HeaderMap::new(), &json!({"event": "webhook.test"}));
        assert!(!test.concerns_us());
        assert!(event(&HeaderMap::new(), &json!([1])).concerns_us());
    }
}
