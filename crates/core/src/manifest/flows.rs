//! What instances set for their flows. Nothing that may be secret is ever repeated.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::fields::{Fields, entries, list, quoted, text};
use super::findings::{Problem, Report};
use super::{keys, secret};
use crate::model::{FlowEntry, FlowSettings, Flows, SecretRef};
use crate::sensitivity;
use crate::yaml::{Entry, Node};

/// All flows under `flows:`.
pub(crate) fn read_all(report: &Report, node: &Node) -> Option<Flows> {
    let mut flows = IndexMap::new();
    for entry in entries(report, node, "\"flows\"")? {
        let name = entry.key.text.as_str();
        if name.trim().is_empty() {
            let problem = Problem::new("invalid-value", "a flow without a name");
            report.add(entry.key_span, problem);
        } else if let Some(read) = read(report, entry) {
            flows.insert(name.to_owned(), Arc::new(read));
        }
    }
    Some(Arc::new(flows))
}

fn read(report: &Report, entry: &Entry) -> Option<FlowEntry> {
    let fields = Fields::open_private(report, &entry.value, &keys::FLOW)?;
    Some(FlowEntry {
        api_keys: fields
            .get("apiKeys")
            .and_then(|node| api_keys(report, node)),
        settings: FlowSettings {
            test_payload: fields.text("testPayload"),
            test_headers: fields
                .get("testHeaders")
                .and_then(|node| headers(report, node)),
            test_content_type: fields.text("testContentType"),
            uses_lre: fields.boolean("usesLre"),
        },
        location: report.location(entry.key_span),
    })
}

/// References to keys. One that is written out is a finding, and not repeated.
fn api_keys(report: &Report, node: &Node) -> Option<Vec<SecretRef>> {
    let key = |item: &Node| {
        if item.as_scalar().is_some() {
            // Says that a secret must not be in the file.
            return secret::read(report, item);
        }
        let fields = Fields::open_private(report, item, &keys::SECRET_INPUT)?;
        secret::read(report, fields.get("secret")?)
    };
    let keys: Vec<_> = list(report, node, "\"apiKeys\"")?.iter().map(key).collect();
    keys.into_iter().collect()
}

fn headers(report: &Report, node: &Node) -> Option<Value> {
    let mut all = Map::new();
    for entry in entries(report, node, "\"testHeaders\"")? {
        let name = &entry.key.text;
        let Some(value) = text(report, &entry.value, "a header") else {
            continue;
        };
        if sensitivity::setting(name, None, [value.as_str()]).hides() && !value.is_empty() {
            let name = quoted(name);
            let message =
                format!("the header {name} looks like a secret and is written in the file");
            let problem = Problem::new("plain-secret", message)
                .hint("test headers have no place for a reference: leave it out, and give it when you test")
                .private(true)
                .warning();
            report.add(entry.key_span, problem);
        }
        all.insert(name.clone(), Value::String(value));
    }
    Some(Value::Object(all))
}
