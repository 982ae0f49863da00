//! What a GraphQL document asks for, as far as the gateway needs to know.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
};

/// A field at the root of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RootField {
    /// The field.
    pub(super) name: String,
    /// What it is called in the answer.
    pub(super) key: String,
    /// What is selected of it.
    pub(super) selected: Vec<String>,
}

/// A document that parses.
pub(super) struct Document {
    /// The syntax tree, for the executor.
    pub(super) parsed: ExecutableDocument,
    /// Whether the operation is a mutation.
    pub(super) mutation: bool,
    /// The fields at the root of the operation.
    pub(super) roots: Vec<RootField>,
}

/// The number of documents that are kept parsed. A client sends few of them very often.
const KEPT: usize = 256;

/// The length of the longest of them, in bytes.
const LONGEST: usize = 16 * 1024;

/// Documents that were parsed, by their text: parsing takes as long as all that follows.
static PARSED: Mutex<Option<HashMap<String, ExecutableDocument>>> = Mutex::new(None);

fn parse(query: &str) -> Option<ExecutableDocument> {
    if query.len() > LONGEST {
        return parse_query(query).ok();
    }
    let kept = || PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = kept().as_ref().and_then(|all| all.get(query).cloned());
    if found.is_some() {
        return found;
    }
    let parsed = parse_query(query).ok()?;
    let mut kept = kept();
    let all = kept.get_or_insert_default();
    if all.len() >= KEPT {
        all.clear();
    }
    all.insert(query.to_owned(), parsed.clone());
    Some(parsed)
}

/// Reads a document; `None` if it does not parse or has no such operation.
pub(super) fn read(query: &str, operation: Option<&str>) -> Option<Document> {
    let parsed = parse(query)?;
    let chosen = choose(&parsed, operation)?;
    let mutation = chosen.ty == OperationType::Mutation;
    let roots = chosen.selection_set.node.items.iter();
    let roots = roots.filter_map(|item| match &item.node {
        Selection::Field(field) => Some(RootField {
            name: field.node.name.node.to_string(),
            key: field.node.response_key().node.to_string(),
            selected: names(&field.node.selection_set.node.items),
        }),
        _ => None,
    });
    let roots = roots.collect();
    Some(Document {
        mutation,
        roots,
        parsed,
    })
}

fn choose<'a>(
    parsed: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (&parsed.operations, name) {
        (DocumentOperations::Single(only), _) => Some(&only.node),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|it| &it.node),
        (DocumentOperations::Multiple(all), None) => all
            .values()
            .next()
            .filter(|_| all.len() == 1)
            .map(|it| &it.node),
    }
}

fn names(items: &[async_graphql::Positioned<Selection>]) -> Vec<String> {
    let names = items.iter().filter_map(|item| match &item.node {
        Selection::Field(field) => Some(field.node.response_key().node.to_string()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_of_the_chosen_operation_are_found() {
        let query =
            "mutation A { x: doIt(input: {}) { errors { field } it { id } } } query B { b }";
        let document = read(query, Some("A")).unwrap();
        assert!(document.mutation);
        let root = RootField {
            name: "doIt".to_owned(),
            key: "x".to_owned(),
            selected: vec!["errors".to_owned(), "it".to_owned()],
        };
        assert_eq!(document.roots, [root]);
        assert!(read(query, None).is_none());
        assert!(read("query {", None).is_none());
    }
}
