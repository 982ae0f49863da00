//! The files of `deploy/`, and how tests read them.

use std::path::Path;

use prism_gitops::yaml::{Limits, Node, parse_every};

/// The package's root.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file by its path from the root.
pub(super) fn text(path: &str) -> String {
    let found = std::fs::read_to_string(root().join(path));
    found.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below these folders whose name ends like this, with its text.
pub(super) fn all(folders: &[&str], endings: &[&str]) -> Vec<(String, String)> {
    let files = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root().join(folder)).sort_by_file_name());
    let files = files.map(|entry| entry.expect("the folder can be walked").into_path());
    let named = files.filter(|path| endings.iter().any(|e| path.to_string_lossy().ends_with(e)));
    let named = named.filter(|path| path.is_file());
    named
        .map(|path| {
            let relative = path.strip_prefix(root()).expect("it is below the root");
            let name = relative.to_string_lossy().into_owned();
            let text = text(&name);
            (name, text)
        })
        .collect()
}

/// The documents of a YAML text.
pub(super) fn documents(name: &str, text: &str) -> Vec<Node> {
    parse_every(text, Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The value at a path of keys and places in lists; an empty text where it is no scalar.
pub(super) fn at<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('/').try_fold(node, |node, key| {
        match (node.as_sequence(), key.parse::<usize>()) {
            (Some(items), Ok(place)) => items.get(place),
            _ => node.get(key),
        }
    })
}

/// The scalar at a path.
pub(super) fn scalar<'a>(node: &'a Node, path: &str) -> Option<&'a str> {
    Some(at(node, path)?.as_scalar()?.text.as_str())
}

/// The scalars of the list at a path.
pub(super) fn list<'a>(node: &'a Node, path: &str) -> Vec<&'a str> {
    let items = at(node, path).and_then(Node::as_sequence);
    let items = items.into_iter().flatten();
    items
        .filter_map(|item| Some(item.as_scalar()?.text.as_str()))
        .collect()
}
