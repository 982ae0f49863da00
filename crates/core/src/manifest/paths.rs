//! Paths that manifests refer to: relative to the file that names them, and below the root.

use std::sync::Arc;

use super::fields::{found, quoted};
use super::findings::{Problem, Report};
use crate::model::Location;
use crate::yaml::Node;

/// A file that a manifest refers to.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// Its path relative to the project's root.
    pub(crate) path: Arc<str>,
    /// Where the manifest says so.
    pub(crate) location: Location,
}

/// Reads a reference.
pub(crate) fn reference(report: &Report, node: &Node, what: &str) -> Option<Reference> {
    let written = super::fields::filled(report, node, what)?;
    match resolve(report.path(), &written) {
        Ok(path) => Some(Reference {
            path: path.into(),
            location: report.location(node.span),
        }),
        Err((why, hint)) => {
            let message = format!("{what} {} {why}", found(node));
            report.add(node.span, Problem::new("path", message).hint(hint));
            None
        }
    }
}

/// A path written in a file, relative to the root; or why not, and what to do.
pub(crate) fn resolve(file: &str, written: &str) -> Result<String, (&'static str, String)> {
    const RELATIVE: &str = "write it relative to the file it stands in";
    if written.contains('\\') {
        let better = quoted(&written.replace('\\', "/"));
        return Err(("has backslashes", format!("write {better}")));
    }
    if written.starts_with('/') || has_drive(written) {
        return Err(("is absolute", RELATIVE.to_owned()));
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_some() => {}
            ".." => {
                let hint = "move the file below the project's root".to_owned();
                return Err(("leads out of the project", hint));
            }
            name => parts.push(name),
        }
    }
    if parts.is_empty() || written.ends_with('/') {
        return Err(("is a folder", "name a file".to_owned()));
    }
    Ok(parts.join("/"))
}

/// `C:` at the beginning.
fn has_drive(written: &str) -> bool {
    matches!(written.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_stay_below_the_root() {
        for (file, written, resolved) in [
            ("a.yaml", "b.yml", "b.yml"),
            ("x/a.yaml", "./b.yml", "x/b.yml"),
            ("x/y/a.yaml", "../b.yml", "x/b.yml"),
            ("x/a.yaml", "../y//b", "y/b"),
        ] {
            assert_eq!(resolve(file, written).unwrap(), resolved);
        }
        for (written, why) in [
            ("/etc/passwd", "is absolute"),
            ("C:/x.yml", "is absolute"),
            ("..\\x.yml", "has backslashes"),
            ("../../x.yml", "leads out of the project"),
            ("../x/..", "is a folder"),
            (".", "is a folder"),
        ] {
            let result = resolve("x/a.yaml", written);
            match result {
                Err((found, _)) => assert_eq!(found, why, "{written}"),
                Ok(path) => assert_eq!((path.as_str(), why), ("x", "is a folder"), "{written}"),
            }
        }
    }
}
