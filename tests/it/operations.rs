//! Every document that the client sends, against Prismatic's real schema.

use apollo_compiler::{ExecutableDocument, Schema};

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/prismatic-api/schema.graphql"
);

#[test]
fn documents_fit_the_schema() {
    let Ok(sdl) = std::fs::read_to_string(SCHEMA) else {
        eprint_skip();
        return;
    };
    let schema = Schema::parse_and_validate(sdl, "schema.graphql").unwrap();
    let documents = prism_gitops::prismatic::operations::documents();
    assert!(documents.len() > 20);
    for (name, text) in documents {
        let outcome = ExecutableDocument::parse_and_validate(&schema, &text, name);
        assert!(outcome.is_ok(), "{name}: {}", outcome.unwrap_err());
    }
}

#[expect(clippy::disallowed_macros, reason = "a test's word to whoever runs it")]
fn eprint_skip() {
    eprintln!("skipped: there is no {SCHEMA}");
}
