//! Published versions, their attributes, and the variables they declare.

use serde_json::{Map, Value};

use crate::model::{
    Asked, PublishedVersion, RequiredVariable, VersionId, VersionRecord, Visibility,
};
use crate::operations::nodes::{RequiredNode, VersionNode};

/// The key of our own part of the attributes.
const OURS: &str = "prismGitops";

/// A record of a version sequence as a version, if it is one and not the draft.
///
/// Whether the sequence lists the draft, and with which number, is not known.
pub(crate) fn published(node: VersionNode, draft: &str) -> Option<PublishedVersion> {
    if !is_version(&node, draft) {
        return None;
    }
    Some(PublishedVersion {
        number: node.version_number?,
        id: VersionId::new(node.id),
        available: node.version_is_available,
        created_at: super::sighting::time(node.version_created_at),
        record: record(&node.version_attributes),
        visibility: node
            .marketplace_configuration
            .as_deref()
            .and_then(visibility),
        overview: node.overview,
        allow_multiple_instances: node.allow_multiple_marketplace_instances,
        required: Asked::NotAsked,
    })
}

/// Whether a record is a published version. What is recorded at a publish is only on versions;
/// the time may be on `draft` too.
pub(crate) fn is_version(node: &VersionNode, draft: &str) -> bool {
    let dated = node.version_created_at.is_some() && node.id != draft;
    node.version_is_available || dated || !blank(&node.version_attributes)
}

fn blank(attributes: &Value) -> bool {
    match attributes {
        Value::Null => true,
        Value::String(text) => matches!(text.trim(), "" | "null" | "{}"),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The attributes as far as we know them; anything else is passed over.
fn record(attributes: &Value) -> VersionRecord {
    let parsed = match attributes {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    };
    let text = |map: &Value, key: &str| {
        let text = map.get(key)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let ours = parsed.get(OURS).cloned().unwrap_or_default();
    VersionRecord {
        commit_hash: text(&parsed, "commitHash"),
        commit_url: text(&parsed, "commitUrl"),
        repo_url: text(&parsed, "repoUrl"),
        pull_request_url: text(&parsed, "pullRequestUrl"),
        submitted: text(&ours, "submitted"),
        canonical: text(&ours, "canonical"),
    }
}

/// The attributes as JSON text; nothing where there is nothing to say.
pub(crate) fn attributes(record: &VersionRecord) -> Option<String> {
    let VersionRecord {
        commit_hash,
        commit_url,
        repo_url,
        pull_request_url,
        submitted,
        canonical,
    } = record;
    let ours = object([("submitted", submitted), ("canonical", canonical)]);
    let mut all = object([
        ("commitHash", commit_hash),
        ("commitUrl", commit_url),
        ("repoUrl", repo_url),
        ("pullRequestUrl", pull_request_url),
    ]);
    if !ours.is_empty() {
        all.insert(OURS.to_owned(), Value::Object(ours));
    }
    (!all.is_empty()).then(|| Value::Object(all).to_string())
}

fn object<const N: usize>(fields: [(&str, &Option<String>); N]) -> Map<String, Value> {
    let given = |(key, value): (&str, &Option<String>)| {
        let value = value.as_deref()?;
        Some((key.to_owned(), Value::from(value)))
    };
    fields.into_iter().filter_map(given).collect()
}

fn visibility(word: &str) -> Option<Visibility> {
    match word {
        "AVAILABLE_AND_DEPLOYABLE" => Some(Visibility::Deployable),
        "AVAILABLE_NOT_DEPLOYABLE" => Some(Visibility::Listed),
        "NOT_AVAILABLE_IN_MARKETPLACE" => Some(Visibility::Hidden),
        _ => None,
    }
}

/// The API's word for a visibility.
pub(crate) fn marketplace_word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Deployable => "AVAILABLE_AND_DEPLOYABLE",
        Visibility::Listed => "AVAILABLE_NOT_DEPLOYABLE",
        Visibility::Hidden => "NOT_AVAILABLE_IN_MARKETPLACE",
    }
}

/// A variable that a version declares.
pub(crate) fn required(node: RequiredNode) -> RequiredVariable {
    RequiredVariable {
        key: node.key,
        stable_key: node.stable_key.filter(|key| !key.is_empty()),
        data_type: node.data_type,
        collection_type: node.collection_type.filter(|kind| !kind.is_empty()),
        default_value: node.default_value,
        pick_list: match node.data_source {
            // The options are fetched from elsewhere when a user opens the list.
            Some(_) => Vec::new(),
            None => node.pick_list,
        },
        shared: node.scoped_config_variable.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, fields: &Value) -> VersionNode {
        let mut node = serde_json::json!({"id": id, "versionNumber": 3});
        for (key, value) in fields.as_object().unwrap() {
            node[key] = value.clone();
        }
        serde_json::from_value(node).unwrap()
    }

    #[test]
    fn a_draft_is_told_from_a_version() {
        let at = serde_json::json!({"versionCreatedAt": "2026-01-01T00:00:00Z"});
        for (id, fields, expected) in [
            ("draft", at.clone(), false),
            ("v", at, true),
            ("v", serde_json::json!({}), false),
            ("v", serde_json::json!({"versionAttributes": "{}"}), false),
            (
                "v",
                serde_json::json!({"versionAttributes": "{\"a\":1}"}),
                true,
            ),
            (
                "draft",
                serde_json::json!({"versionIsAvailable": true}),
                true,
            ),
            ("v", serde_json::json!({"versionIsAvailable": null}), false),
            (
                "draft",
                serde_json::json!({"versionAttributes": "{\"a\":1}"}),
                true,
            ),
        ] {
            let found = published(node(id, &fields), "draft").is_some();
            assert_eq!(found, expected, "{id} {fields}");
        }
    }

    #[test]
    fn attributes_survive_the_round_trip() {
        let full = VersionRecord {
            commit_hash: Some("1a2b".to_owned()),
            commit_url: Some("https://x/1a2b".to_owned()),
            repo_url: Some("https://x".to_owned()),
            pull_request_url: None,
            submitted: Some("s".to_owned()),
            canonical: Some("c".to_owned()),
        };
        let text = attributes(&full).unwrap();
        insta::assert_snapshot!(text, @r#"{"commitHash":"1a2b","commitUrl":"https://x/1a2b","repoUrl":"https://x","prismGitops":{"submitted":"s","canonical":"c"}}"#);
        assert_eq!(record(&Value::from(text)), full);
        assert_eq!(attributes(&VersionRecord::default()), None);
    }

    #[test]
    fn garbage_is_an_empty_record() {
        for garbage in [
            Value::Null,
            Value::from("not json"),
            Value::from("[1]"),
            Value::from(7),
            serde_json::json!({"commitHash": 7, "prismGitops": "x"}),
        ] {
            assert_eq!(record(&garbage), VersionRecord::default(), "{garbage}");
        }
    }
}
