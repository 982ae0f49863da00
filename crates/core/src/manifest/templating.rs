//! `${{ … }}` in manifests: which texts may hold it, and what they come to.

use std::borrow::Cow;

use super::connection;
use super::findings::Problem;
use super::reading::Reading;
use crate::template::{Root, Template, TemplateFault};
use crate::yaml::{Content, Entry, Node, Scalar, Span};

/// Keys of `spec`, by kind, whose templates mean something else for each customer: the kind's reader carries them out.
const LATER: [(&str, &str); 2] = [("Fleet", "template"), ("Fleet", "overrides")];

/// Whether the templates under a key of `spec` are left as they are.
pub(super) fn is_later(kind: &str, key: &str) -> bool {
    LATER.contains(&(kind, key))
}

/// Whether there is any in a tree.
pub(super) fn are_in(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(scalar) => Template::is_in(&scalar.text),
        Content::Sequence(items) => items.iter().any(are_in),
        Content::Mapping(entries) => entries
            .iter()
            .any(|entry| Template::is_in(&entry.key.text) || are_in(&entry.value)),
    }
}

/// Whether a document has templates that an environment decides: those of a fleet's members may name their customer
/// alone.
pub(super) fn depend(kind: &str, document: &Node) -> bool {
    let is_spec = |entry: &&Entry| entry.key.text == "spec";
    let entries = document.as_mapping().unwrap_or_default();
    let (spec, others): (Vec<_>, Vec<_>) = entries.iter().partition(is_spec);
    let keys = spec.iter().filter_map(|entry| entry.value.as_mapping());
    others.iter().any(|entry| are_in(&entry.value))
        || keys
            .flatten()
            .any(|entry| match is_later(kind, &entry.key.text) {
                true => names_environment(&entry.value),
                false => are_in(&entry.value),
            })
}

fn names_environment(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(scalar) => Template::parse(&scalar.text).is_ok_and(|template| {
            let roots = template.as_ref().map(Template::roots);
            roots.is_some_and(|roots| {
                roots.contains(&Root::Values) || roots.contains(&Root::Environment)
            })
        }),
        Content::Sequence(items) => items.iter().any(names_environment),
        Content::Mapping(entries) => entries.iter().any(|it| names_environment(&it.value)),
    }
}

/// A document with its templates carried out. What is wrong with one is noted, and its text stays.
pub(super) fn rendered<'n>(
    reading: &Reading<'_>,
    kind: &str,
    document: Cow<'n, Node>,
) -> Cow<'n, Node> {
    if !are_in(&document) {
        return document;
    }
    let mut document = document.into_owned();
    if let Content::Mapping(entries) = &mut document.content {
        for entry in entries {
            match entry.key.text.as_str() {
                "spec" => spec(reading, kind, &mut entry.value),
                _ => refuse_in(reading, entry, "this part of a manifest"),
            }
        }
    }
    Cow::Owned(document)
}

fn spec(reading: &Reading<'_>, kind: &str, node: &mut Node) {
    let Content::Mapping(entries) = &mut node.content else {
        return visit(reading, node, false);
    };
    for entry in entries {
        match (kind, entry.key.text.as_str()) {
            (kind, key) if is_later(kind, key) => {}
            ("Project", "environments" | "values") => {
                refuse_in(reading, entry, "what the Project says of its environments");
            }
            (_, "definition") => refuse_in(reading, entry, "the path of a definition"),
            (_, "integration" | "customer") if entry.value.as_scalar().is_some() => {
                refuse_in(reading, entry, "a reference to a manifest");
            }
            _ => below(reading, entry, false),
        }
    }
}

/// What is under a key; `private` where it may be secret.
fn below(reading: &Reading<'_>, entry: &mut Entry, private: bool) {
    if Template::is_in(&entry.key.text) {
        reading
            .report
            .add(entry.key_span, refused("a key").private(private));
    }
    match entry.key.text.as_str() {
        "exec" => refuse_in(reading, entry, "a program that a secret comes from"),
        "connection" if connection::is_shared(&entry.value) => {
            refuse_in(reading, entry, "a reference to a manifest");
        }
        "overview" => refuse_in(reading, entry, "the path of a text"),
        key => {
            let private = private || matches!(key, "secret" | "connection" | "inputs" | "auth");
            visit(reading, &mut entry.value, private);
        }
    }
}

fn visit(reading: &Reading<'_>, node: &mut Node, private: bool) {
    let span = node.span;
    match &mut node.content {
        Content::Sequence(items) => items
            .iter_mut()
            .for_each(|item| visit(reading, item, private)),
        Content::Mapping(entries) => entries
            .iter_mut()
            .for_each(|entry| below(reading, entry, private)),
        Content::Scalar(scalar) => {
            if let Err(fault) = render(reading, scalar) {
                let problem =
                    Problem::new("template", &*fault.message).maybe_hint(fault.hint.clone());
                reading
                    .report
                    .add(place(span, scalar, &fault), problem.private(private));
            }
        }
    }
}

fn render(reading: &Reading<'_>, scalar: &mut Scalar) -> Result<(), TemplateFault> {
    if let Some(template) = Template::parse(&scalar.text)? {
        let rendered = template.render(&reading.setting.values)?;
        scalar.text = rendered.text;
        // A quoted scalar is always a text.
        scalar.plain &= rendered.bare;
    }
    Ok(())
}

/// Where in the file a fault is; the whole text where escapes or lines make that hard to say.
fn place(span: Span, scalar: &Scalar, fault: &TemplateFault) -> Span {
    let characters = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let quote = u32::from(!scalar.plain);
    let verbatim = characters(&scalar.text).saturating_add(2 * quote) == span.length;
    let before = scalar.text.get(..fault.offset);
    let meant = scalar
        .text
        .get(fault.offset..fault.offset.saturating_add(fault.length));
    match before.zip(meant) {
        Some((before, meant)) if verbatim => Span {
            column: span
                .column
                .saturating_add(quote)
                .saturating_add(characters(before)),
            length: characters(meant),
            ..span
        },
        _ => span,
    }
}

/// Notes every template under a key whose value is none.
fn refuse_in(reading: &Reading<'_>, entry: &Entry, what: &'static str) {
    if Template::is_in(&entry.key.text) {
        reading.report.add(entry.key_span, refused("a key"));
    }
    refuse(reading, &entry.value, what);
}

fn refuse(reading: &Reading<'_>, node: &Node, what: &'static str) {
    match &node.content {
        Content::Scalar(scalar) if Template::is_in(&scalar.text) => {
            reading.report.add(node.span, refused(what).private(true));
        }
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter().for_each(|item| refuse(reading, item, what)),
        Content::Mapping(entries) => entries
            .iter()
            .for_each(|entry| refuse_in(reading, entry, what)),
    }
}

fn refused(what: &str) -> Problem {
    Problem::new("template", format!("{what} is never a template"))
        .hint("write it out; what differs between environments belongs under environments")
}
