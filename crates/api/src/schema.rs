//! The JSON Schemas in `docs/schema` and the `OpenAPI` document, made of the types.
//!
//! They are checked in, so that a change of a type shows in a review as a change of what is published.
//! `UPDATE_SCHEMAS=1` writes them anew.

mod openapi;

use std::path::PathBuf;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::{
    Failed, PerEnvironment, Versioned, dedupe, diff, event, export, history, list, notice, plan,
};
use crate::{resource, rollout, status, validate, whoami, why, wish};

/// Types of documents as they are written; a reader takes more.
fn written() -> SchemaSettings {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.with_transform(RecursiveTransform(published))
}

/// What readers in other languages have no use for: how many bits a number has here, where our lines break, and
/// what concerns only the users of a Rust type.
fn published(schema: &mut Schema) {
    let is_width = |format: &str| {
        let mut widths = ["int", "uint", "double", "float"].iter();
        widths.any(|word| format.starts_with(word))
    };
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(is_width) {
        schema.remove("format");
    }
    let about = schema.get("description").and_then(Value::as_str);
    let first = about.and_then(|about| about.split("\n\n").next());
    if let Some(about) = first.map(|about| about.replace('\n', " ")) {
        schema.insert("description".to_owned(), about.into());
    }
}

fn of<T: JsonSchema>() -> fn(SchemaGenerator) -> Schema {
    |generator| generator.into_root_schema_for::<T>()
}

/// A document: what it is called, which one it is, and its type.
type Document = (&'static str, &'static str, fn(SchemaGenerator) -> Schema);

/// Every document with a schema of its own.
fn documents() -> Vec<Document> {
    [of_plans(), of_the_daemon(), of_records(), of_the_rest()].concat()
}

fn of_plans() -> Vec<Document> {
    vec![
        (
            "plan",
            "What `plan -o json` prints and `plan --out` saves",
            of::<plan::Plan>(),
        ),
        (
            "result",
            "What `apply -o json` prints, and what adopts, releases or migrates",
            of::<plan::Applied>(),
        ),
        (
            "rollouts",
            "What `rollout status -o json` prints",
            of::<Versioned<rollout::Rollouts>>(),
        ),
        (
            "error",
            "What any command prints with `-o json` when it fails or is refused",
            of::<Failed>(),
        ),
    ]
}

fn of_the_rest() -> Vec<Document> {
    vec![
        (
            "validate",
            "What `validate -o json` prints",
            of::<Versioned<validate::Validation>>(),
        ),
        (
            "dedupe",
            "What `dedupe -o json` prints",
            of::<dedupe::Dedupe>(),
        ),
        (
            "export",
            "What `export -o json` prints",
            of::<Versioned<export::Exported>>(),
        ),
        (
            "whoami",
            "What `whoami -o json` prints",
            of::<Versioned<whoami::Whoami>>(),
        ),
        (
            "list",
            "What `get` prints of a list with `-o json`",
            of::<list::List>(),
        ),
        (
            "notice",
            "What a webhook of `notifications` is sent",
            of::<Versioned<notice::Notice>>(),
        ),
    ]
}

fn of_the_daemon() -> Vec<Document> {
    vec![
        (
            "status",
            "What `status -o json` and `sync --wait -o json` print, and `/api/v1/status` answers",
            of::<PerEnvironment<status::Status>>(),
        ),
        (
            "resources",
            "What `/api/v1/resources` answers",
            of::<resource::Resources>(),
        ),
        (
            "sync",
            "What `sync -o json` prints",
            of::<PerEnvironment<wish::SyncAccepted>>(),
        ),
        (
            "pause",
            "What `pause -o json` and `resume -o json` print",
            of::<PerEnvironment<wish::Paused>>(),
        ),
        (
            "event",
            "An event of `/api/v1/events`: its name and its data",
            of::<event::Event>(),
        ),
    ]
}

fn of_records() -> Vec<Document> {
    vec![
        (
            "history",
            "What `history -o json` prints",
            of::<Versioned<history::History>>(),
        ),
        (
            "draft",
            "What `history show-draft -o json` prints",
            of::<Versioned<history::ShownDraft>>(),
        ),
        (
            "why",
            "What `why -o json` prints",
            of::<Versioned<why::Why>>(),
        ),
        (
            "diff",
            "What `diff -o json` prints",
            of::<Versioned<diff::Diff>>(),
        ),
    ]
}

fn schema((name, about, make): Document) -> Value {
    let made = make(written().into_generator()).to_value();
    let mut schema = json!({
        "$schema": made["$schema"],
        "title": format!("prism-gitops {name}"),
        "description": format!("{about}. Readers ignore keys they do not know."),
    });
    for (key, value) in made.as_object().into_iter().flatten() {
        if schema.get(key).is_none() {
            schema[key] = value.clone();
        }
    }
    schema
}

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Compares a file with what the types make of it, or writes it anew.
fn hold(path: &str, document: &Value) {
    let path = docs().join(path);
    let text = format!("{document:#}\n");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        return std::fs::write(path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let name = path.display();
    assert!(
        kept == text,
        "{name} is not what the types say: UPDATE_SCHEMAS=1 writes it anew"
    );
}

#[test]
fn schemas_are_what_the_types_say() {
    for document in documents() {
        hold(
            &format!("schema/{}.schema.json", document.0),
            &schema(document),
        );
    }
}

#[test]
fn every_schema_belongs_to_a_document() {
    let known: Vec<String> = documents()
        .iter()
        .map(|(name, ..)| format!("{name}.schema.json"))
        .collect();
    for entry in std::fs::read_dir(docs().join("schema")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "{name} is the schema of nothing");
    }
}

#[test]
fn the_description_of_the_interface_is_what_the_types_say() {
    hold("openapi.json", &openapi::document());
}
