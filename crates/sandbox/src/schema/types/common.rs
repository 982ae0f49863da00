//! Pages, payload errors, labels and other small types.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::schema::answer::{Answer, Object};
use crate::schema::bind::{Bindings, Fields};
use crate::schema::page::{Edge, Page};
use crate::world::integration::Attachment;
use crate::world::{Problem, id};

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Connection*", PAGE);
    bindings.object("Edge*", EDGE);
    bindings.object("PageInfo", PAGE_INFO);
    bindings.object("ErrorType", PROBLEM);
    bindings.object("Attachment", ATTACHMENT);
    bindings.object("Label", NAMED);
    bindings.object("IntegrationCategory", NAMED);
    bindings.object("ComponentCategory", NAMED);
    bindings.object("LogSeverity", SEVERITY);
    bindings.object("ValidateIntegrationSchemaFormResult", VALIDATION);
}

const PAGE: Fields<Page> = &[
    ("nodes", |page, _| Answer::Objects(page.items.clone())),
    ("edges", |page, _| Answer::Objects(edges(page))),
    ("pageInfo", |page, _| Answer::object(page.clone())),
    ("totalCount", |page, _| page.total.into()),
];

const EDGE: Fields<Edge> = &[
    ("cursor", |edge, _| (&edge.cursor).into()),
    ("node", |edge, _| Answer::Object(Arc::clone(&edge.node))),
];

const PAGE_INFO: Fields<Page> = &[
    ("startCursor", |page, _| page.cursor(0).into()),
    ("endCursor", |page, _| {
        page.cursor(page.items.len().wrapping_sub(1)).into()
    }),
    ("hasNextPage", |page, _| page.has_next().into()),
    ("hasPreviousPage", |page, _| (page.start > 0).into()),
];

const PROBLEM: Fields<Problem> = &[
    ("field", |problem, _| (&problem.field).into()),
    ("messages", |problem, _| (&problem.messages).into()),
];

const ATTACHMENT: Fields<Attachment> = &[
    ("name", |attachment, _| (&attachment.name).into()),
    ("url", |attachment, _| (&attachment.url).into()),
];

/// An object with only a name.
struct Named {
    kind: &'static str,
    name: String,
}

const NAMED: Fields<Named> = &[
    ("id", |named, _| {
        let id = id::part(uuid::Uuid::NAMESPACE_OID, named.kind, &named.name);
        id::global(named.kind, id).into()
    }),
    ("name", |named, _| (&named.name).into()),
];

/// A severity of logs, with the number that filters take.
struct Severity(i64, &'static str);

/// Every severity, by its number.
pub(super) const SEVERITIES: [(i64, &str); 7] = [
    (10, "TRACE"),
    (20, "DEBUG"),
    (30, "INFO"),
    (40, "WARN"),
    (50, "ERROR"),
    (60, "FATAL"),
    (70, "METRIC"),
];

const SEVERITY: Fields<Severity> = &[
    ("id", |severity, _| severity.0.into()),
    ("name", |severity, _| severity.1.into()),
];

/// A definition that was found to be valid.
pub(crate) struct Valid;

const VALIDATION: Fields<Valid> = &[("isValid", |_, _| true.into())];

/// The severities of logs.
pub(super) fn severities() -> Answer {
    let severities = SEVERITIES.iter();
    Answer::Objects(
        severities
            .map(|(number, name)| Arc::new(Severity(*number, name)) as Object)
            .collect(),
    )
}

/// Distinct names, in order.
pub(super) fn names(kind: &'static str, names: impl Iterator<Item = String>) -> Answer {
    let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
    let named = names
        .into_iter()
        .map(|name| Arc::new(Named { kind, name }) as Object);
    Answer::Objects(named.collect())
}

/// Attachments as a list.
pub(super) fn attachments(attachments: &[Attachment]) -> Answer {
    Answer::Objects(
        attachments
            .iter()
            .map(|it| Arc::new(it.clone()) as Object)
            .collect(),
    )
}

fn edges(page: &Page) -> Vec<Object> {
    let edge = |(place, node): (usize, &Object)| {
        let cursor = page.cursor(place).unwrap_or_default();
        let node = Arc::clone(node);
        Arc::new(Edge { node, cursor }) as Object
    };
    page.items.iter().enumerate().map(edge).collect()
}
