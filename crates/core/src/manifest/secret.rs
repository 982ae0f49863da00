//! References to secrets. Nothing that is written here is ever repeated.

use super::fields::Fields;
use super::findings::{Problem, Report};
use super::keys;
use crate::model::{Auth, SecretRef};
use crate::yaml::Node;

/// `{env: NAME}`, `{file: PATH}` or `{exec: [PROGRAM, …]}`.
pub(super) fn read(report: &Report, node: &Node) -> Option<SecretRef> {
    if node.as_scalar().is_some_and(|scalar| !scalar.is_null()) {
        report.add(node.span, written_out());
        return None;
    }
    let fields = Fields::open_private(report, node, &keys::SECRET)?;
    let (key, node) = fields.only()?;
    if key == "exec" {
        let reference = program(node);
        if reference.is_none() {
            report.add(node.span, malformed(key));
        }
        return reference;
    }
    match (key, text(node)) {
        ("env", Some(text)) if is_variable(text) => Some(SecretRef::Env(text.to_owned())),
        ("file", Some(text)) if !text.trim().is_empty() => Some(SecretRef::File(text.to_owned())),
        _ => {
            report.add(node.span, malformed(key));
            None
        }
    }
}

/// A program and its arguments; a line for a shell is neither.
fn program(node: &Node) -> Option<SecretRef> {
    let words = node.as_sequence()?.iter().map(text);
    let mut words = words.collect::<Option<Vec<_>>>()?.into_iter();
    let program = words.next().filter(|program| !program.trim().is_empty())?;
    Some(SecretRef::Exec {
        program: program.to_owned(),
        args: words.map(str::to_owned).collect(),
    })
}

fn text(node: &Node) -> Option<&str> {
    let scalar = node.as_scalar().filter(|scalar| !scalar.is_null())?;
    Some(scalar.text.as_str())
}

fn written_out() -> Problem {
    Problem::new("plain-secret", "a secret must not be written in the file")
        .hint("name where it is: {env: NAME}, {file: PATH} or {exec: [PROGRAM, …]}; if this one was ever pushed, replace it")
        .private(true)
}

fn malformed(key: &str) -> Problem {
    let (message, hint) = match key {
        "env" => (
            "env must be the name of an environment variable",
            "letters, digits and _, not beginning with a digit",
        ),
        "exec" => (
            "exec must be a list: a program and its arguments",
            "such as [vault, kv, get, -field=key, secret/smith]; there is no shell",
        ),
        _ => (
            "file must be the path of a file",
            "absolute, or relative to the project's root",
        ),
    };
    Problem::new("invalid-value", message)
        .hint(hint)
        .private(true)
}

fn is_variable(text: &str) -> bool {
    let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) && text.chars().all(word)
}

/// `{refreshToken: …}` or `{accessToken: …}`.
pub(super) fn auth(report: &Report, node: &Node) -> Option<Auth> {
    if node.as_scalar().is_some_and(|scalar| !scalar.is_null()) {
        report.add(node.span, written_out());
        return None;
    }
    let fields = Fields::open_private(report, node, &keys::AUTH)?;
    let (key, node) = fields.only()?;
    let reference = read(report, node)?;
    Some(match key {
        "refreshToken" => Auth::RefreshToken(reference),
        _ => Auth::AccessToken(reference),
    })
}
