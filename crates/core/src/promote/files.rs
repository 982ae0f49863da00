//! The files with the promoted commits in them, and the proof that nothing else changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use similar::TextDiff;

use super::Promoted;
use crate::manifest::{self, ManifestAddress, NotPinned, Rendered};
use crate::model::{Declared as _, SourceFile};
use crate::yaml::write::{Leaf, Tree};

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path relative to the project's root.
    pub path: Arc<str>,
    /// Its text before.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
    /// What differs, as a unified difference. Lines that may hold a secret are left out.
    pub difference: String,
}

/// Why a change of a file is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unprovable {
    /// The manifest it is about.
    pub what: String,
    /// What is in the way.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// The files that change so that the manifests of `environment` say the promoted commits.
///
/// # Errors
///
/// A manifest that cannot be changed in place, or whose change would change anything else in any environment.
pub fn changed(
    files: &[SourceFile],
    environment: &str,
    promoted: &[Promoted],
) -> Result<Vec<Changed>, Unprovable> {
    let declared = manifest::environments(files);
    let places = places(files, environment);
    let mut texts: BTreeMap<Arc<str>, (String, String)> = BTreeMap::new();
    for one in promoted {
        for address in &one.changes {
            let file = places
                .get(address)
                .and_then(|path| files.iter().find(|it| it.path == *path));
            let file = file.ok_or_else(|| undeclared(address, environment))?;
            let text = utf8(file).ok_or_else(|| unreadable(address))?;
            let (_, after) = texts
                .entry(file.path.clone())
                .or_insert_with(|| (text.clone(), text));
            // Positions are those of what comes after the mark.
            let (mark, body) = match after.strip_prefix(MARK) {
                Some(body) => (MARK, body),
                None => ("", after.as_str()),
            };
            let pinned = manifest::pin(body, address, (environment, &declared), &one.commit);
            let pinned = pinned.map_err(|refused| unpinned(address, refused))?;
            *after = format!("{mark}{pinned}");
        }
    }
    prove(files, (environment, &declared), promoted, &texts)?;
    let changed = texts.into_iter().map(|(path, (before, after))| Changed {
        difference: difference(&path, &before, &after),
        path,
        before,
        after,
    });
    Ok(changed.collect())
}

/// Where the manifests of an environment are declared.
fn places(files: &[SourceFile], environment: &str) -> BTreeMap<ManifestAddress, Arc<str>> {
    let desired = manifest::load_for(files, Some(environment)).desired;
    let instances = desired.instances.iter().map(|one| {
        let address = ManifestAddress::Resource(one.address());
        (address, one.location.file.clone())
    });
    let fleets = desired.fleets.iter().map(|one| {
        let address = ManifestAddress::Fleet(one.name.clone());
        (address, one.location.file.clone())
    });
    instances.chain(fleets).collect()
}

/// The byte-order mark that some editors begin a file with. It stays.
const MARK: &str = "\u{feff}";

/// A file's text, if it is in UTF-8: positions in others are not those of its bytes.
fn utf8(file: &SourceFile) -> Option<String> {
    String::from_utf8(file.content.as_ref().ok()?.to_vec()).ok()
}

fn unreadable(address: &ManifestAddress) -> Unprovable {
    Unprovable {
        why: "its file is not in UTF-8".to_owned(),
        hint: "save it as UTF-8".to_owned(),
        what: address.to_string(),
    }
}

fn undeclared(address: &ManifestAddress, environment: &str) -> Unprovable {
    Unprovable {
        why: format!("no file declares it in {environment}"),
        hint: format!("add it to {environment} first: `environments: {{{environment}: {{}}}}`"),
        what: address.to_string(),
    }
}

fn unpinned(address: &ManifestAddress, refused: NotPinned) -> Unprovable {
    Unprovable {
        why: refused.why.to_owned(),
        hint: refused.hint,
        what: address.to_string(),
    }
}

/// Reads everything again, in every environment.
fn prove(
    files: &[SourceFile],
    (environment, declared): (&str, &[String]),
    promoted: &[Promoted],
    texts: &BTreeMap<Arc<str>, (String, String)>,
) -> Result<(), Unprovable> {
    let after: Vec<SourceFile> = files
        .iter()
        .map(|file| match texts.get(&file.path) {
            Some((_, text)) => SourceFile::new(&*file.path, text.as_bytes()),
            None => file.clone(),
        })
        .collect();
    for name in declared {
        let mut expected = manifest::rendered(files, Some(name));
        if name == environment {
            promoted.iter().for_each(|one| say(&mut expected, one));
        }
        let found = manifest::rendered(&after, Some(name));
        let differs = expected
            .iter()
            .zip(&found)
            .find(|(one, other)| !same(one, other));
        let several = expected.len() != found.len();
        if differs.is_some() || several {
            return Err(unproven(name, differs.map(|(one, _)| one)));
        }
    }
    Ok(())
}

fn unproven(environment: &str, what: Option<&Rendered>) -> Unprovable {
    let what = what.map_or_else(
        || "a manifest".to_owned(),
        |one| format!("{}/{}", one.kind, one.name),
    );
    Unprovable {
        what,
        why: format!("changing its text would change more than one version in {environment}"),
        hint: "it shares text with others, by an anchor or a merge key, or ends in a text whose blank lines count \
               (`|+`): write the version by hand"
            .to_owned(),
    }
}

/// Makes the manifests say what is promoted.
fn say(manifests: &mut [Rendered], promoted: &Promoted) {
    for one in manifests {
        let mut changes = promoted.changes.iter();
        let meant = changes.find(|it| one.address.as_ref() == Some(*it));
        let Tree::Map(entries) = &mut one.tree else {
            continue;
        };
        let spec = entries.iter_mut().find(|(key, _)| is(key, "spec"));
        if let (Some((_, spec)), Some(meant)) = (spec, meant) {
            let commit = Tree::map([("commit", Tree::text(&*promoted.commit))]);
            put(spec, meant.version_keys(), commit);
        }
    }
}

/// Puts a value below keys of a mapping.
fn put(tree: &mut Tree, keys: &[&str], value: Tree) {
    let (Tree::Map(entries), [key, deeper @ ..]) = (tree, keys) else {
        return;
    };
    let found = entries.iter().position(|(one, _)| is(one, key));
    let mut below = match found {
        Some(at) if !deeper.is_empty() => entries.remove(at).1,
        Some(at) => {
            entries.remove(at);
            Tree::Map(Vec::new())
        }
        None => Tree::Map(Vec::new()),
    };
    match deeper {
        [] => below = value,
        deeper => put(&mut below, deeper, value),
    }
    entries.push((Leaf::Text((*key).to_owned()), below));
}

fn is(key: &Leaf, word: &str) -> bool {
    matches!(key, Leaf::Text(text) if text == word)
}

/// Whether two manifests say the same, in any order of their keys.
fn same(one: &Rendered, other: &Rendered) -> bool {
    one.kind == other.kind && one.name == other.name && sorted(&one.tree) == sorted(&other.tree)
}

fn sorted(tree: &Tree) -> Tree {
    match tree {
        Tree::Leaf(leaf) => Tree::Leaf(leaf.clone()),
        Tree::List(items) => Tree::List(items.iter().map(sorted).collect()),
        Tree::Map(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            entries.sort_by_key(|(key, _)| format!("{key:?}"));
            Tree::Map(entries)
        }
    }
}

/// A unified difference for people: lines that may hold a secret are not in it.
fn difference(path: &str, before: &str, after: &str) -> String {
    let (before, after) = (manifest::shown(before), manifest::shown(after));
    let path = crate::harmless::line(path);
    let diff = TextDiff::from_lines(&before, &after);
    let mut unified = diff.unified_diff();
    unified.context_radius(2).missing_newline_hint(false);
    unified
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests;
