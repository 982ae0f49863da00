//! The values of secrets, looked up where manifests say they are.
//!
//! The only place that reads environment variables for manifests, and the
//! only one that runs programs for them.

mod exec;
mod file;
mod permission;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

pub use permission::{Grants, Permission};

use crate::model::{Secret, SecretError, SecretRef, SecretValues};

/// The largest secret, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Looks up secrets; relative paths are below `root`.
///
/// A secret without a value is part of the answer, with the reason: it blocks
/// what needs it and nothing else.
/// Programs run only as far as `permission` goes, each once however many refer to it.
pub async fn resolve(
    references: BTreeSet<SecretRef>,
    root: &Path,
    permission: &Permission,
) -> SecretValues {
    let (programs, others): (BTreeSet<_>, BTreeSet<_>) = references
        .into_iter()
        .partition(|reference| matches!(reference, SecretRef::Exec { .. }));
    let hidden = permission.hides(&others);
    let root_of = root.to_owned();
    let wanted = others.clone();
    let allowed = permission.clone();
    let look_up = move || look_up(others, &root_of, &allowed, |name| std::env::var_os(name));
    let mut values = match tokio::task::spawn_blocking(look_up).await {
        Ok(values) => values,
        Err(_) => collect(wanted, |_| Err("the look-up was interrupted".to_owned())),
    };
    let environment = exec::inherited(std::env::vars_os(), permission.passed(), &hidden);
    for (reference, outcome) in exec::run_all(programs, root, permission, &environment).await {
        note(&mut values, reference, outcome);
    }
    values
}

/// The same with the environment handed in, without running anything and from any file.
pub fn resolve_with(
    references: BTreeSet<SecretRef>,
    root: &Path,
    environment: impl Fn(&str) -> Option<OsString>,
) -> SecretValues {
    look_up(references, root, &Permission::operator(), environment)
}

fn look_up(
    references: BTreeSet<SecretRef>,
    root: &Path,
    permission: &Permission,
    environment: impl Fn(&str) -> Option<OsString>,
) -> SecretValues {
    let bounds = permission.bounds(root);
    collect(references, |reference| match reference {
        SecretRef::Env(name) => match permission.withholds(name) {
            Some(why) => Err(why),
            None => variable(environment(name)),
        },
        SecretRef::File(path) => file::read(&root.join(path), bounds.as_ref()),
        SecretRef::Exec { .. } => Err("programs are not run here".to_owned()),
    })
}

fn collect(
    references: BTreeSet<SecretRef>,
    look_up: impl Fn(&SecretRef) -> Result<Secret, String>,
) -> SecretValues {
    let mut values = SecretValues::default();
    for reference in references {
        let outcome = look_up(&reference);
        note(&mut values, reference, outcome);
    }
    values
}

fn note(values: &mut SecretValues, reference: SecretRef, outcome: Result<Secret, String>) {
    let outcome = outcome.map_err(|why| SecretError {
        reference: reference.clone(),
        why,
    });
    values.insert(reference, outcome);
}

fn variable(value: Option<OsString>) -> Result<Secret, String> {
    let value = value.ok_or("the environment variable is not set")?;
    let mut text = value
        .into_string()
        .map_err(|_| "the environment variable is not UTF-8")?;
    without_mark(&mut text);
    if text.is_empty() {
        return Err("the environment variable is empty".to_owned());
    }
    Ok(Secret::new(text))
}

/// Bytes as a secret, without one line break at the end.
fn text_of(bytes: Vec<u8>) -> Result<Secret, &'static str> {
    if matches!(bytes.get(..2), Some([0xFF, 0xFE] | [0xFE, 0xFF])) {
        return Err("UTF-16 text: save it as UTF-8");
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    without_mark(&mut text);
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err("empty");
    }
    Ok(Secret::new(text))
}

/// Leaves a byte-order mark out: editors put it there, and pipelines carry it into variables, unseen.
fn without_mark(text: &mut String) {
    const MARK: char = '\u{FEFF}';
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(reference: &SecretRef, root: &Path) -> Result<String, String> {
        let environment = |name: &str| match name {
            "SET" => Some(OsString::from(" a\n")),
            "EMPTY" => Some(OsString::new()),
            "MARKED" => Some(OsString::from("\u{FEFF}pw")),
            "MARK" => Some(OsString::from("\u{FEFF}")),
            _ => None,
        };
        let values = resolve_with(BTreeSet::from([reference.clone()]), root, environment);
        let value = values.get(reference).map_err(|error| error.to_string())?;
        Ok(value.expose().to_owned())
    }

    #[test]
    fn variables_must_have_a_value() {
        let env = |name: &str| look_up(&SecretRef::Env(name.to_owned()), Path::new("."));
        assert_eq!(env("SET").unwrap(), " a\n");
        assert_eq!(env("MARKED").unwrap(), "pw");
        insta::assert_snapshot!(env("MARK").unwrap_err(), @"secret env:MARK: the environment variable is empty");
        insta::assert_snapshot!(env("EMPTY").unwrap_err(), @"secret env:EMPTY: the environment variable is empty");
        insta::assert_snapshot!(env("UNSET").unwrap_err(), @"secret env:UNSET: the environment variable is not set");
    }

    #[test]
    fn files_lose_one_line_break_and_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
            look_up(&SecretRef::File(name.to_owned()), folder.path())
        };
        assert_eq!(file("a", b"pw").unwrap(), "pw");
        assert_eq!(file("a", b"pw\n").unwrap(), "pw");
        assert_eq!(file("a", b"pw \r\n").unwrap(), "pw ");
        assert_eq!(file("a", b"p\nw\n\n").unwrap(), "p\nw\n");
        for (bytes, why) in [
            (b"\n".to_vec(), "the file is empty"),
            (b"\xFF".to_vec(), "the file is not UTF-8"),
            (
                vec![b'x'; MAX_BYTES + 1],
                "the file cannot be read: larger than 64 KiB",
            ),
        ] {
            assert_eq!(
                file("b", &bytes).unwrap_err(),
                format!("secret file:b: {why}")
            );
        }
        let absolute = folder.path().join("a").display().to_string();
        assert!(look_up(&SecretRef::File(absolute), Path::new("/nowhere")).is_ok());
        let missing = look_up(&SecretRef::File("none".to_owned()), folder.path());
        assert_eq!(
            missing.unwrap_err(),
            "secret file:none: there is no such file"
        );
        let folder_itself = look_up(&SecretRef::File(".".to_owned()), folder.path());
        assert!(folder_itself.unwrap_err().contains("not a regular file"));
    }

    #[tokio::test]
    async fn the_real_environment_is_read() {
        let reference = SecretRef::Env("PATH".to_owned());
        let references = BTreeSet::from([reference.clone()]);
        let values = resolve(references, Path::new("."), &Permission::operator()).await;
        assert!(values.get(&reference).is_ok());
    }
}
