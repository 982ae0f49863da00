//! References to secrets. Nothing that is written here is ever repeated.

use super::fields::Fields;
use super::findings::{Problem, Report};
use super::keys;
use crate::model::{Auth, SecretRef};
use crate::yaml::Node;

/// `{env: NAME}` or `{file: PATH}`.
pub(super) fn read(report: &Report, node: &Node) -> Option<SecretRef> {
    if node.as_scalar().is_some_and(|scalar| !scalar.is_null()) {
        report.add(node.span, written_out());
        return None;
    }
    if let Some(exec) = node.get("exec") {
        let problem = Problem::new(
            "unsupported",
            "secrets from a command are not supported yet",
        )
        .hint("use {env: NAME} or {file: PATH}")
        .private(true);
        report.add(exec.span, problem);
        return None;
    }
    let fields = Fields::open_private(report, node, &keys::SECRET)?;
    let (key, node) = fields.only()?;
    let text = node.as_scalar().filter(|scalar| !scalar.is_null());
    let text = text.map(|scalar| scalar.text.as_str());
    match (key, text) {
        ("env", Some(text)) if is_variable(text) => Some(SecretRef::Env(text.to_owned())),
        ("file", Some(text)) if !text.trim().is_empty() => Some(SecretRef::File(text.to_owned())),
        _ => {
            report.add(node.span, malformed(key));
            None
        }
    }
}

fn written_out() -> Problem {
    Problem::new("plain-secret", "a secret must not be written in the file")
        .hint("name where it is: {env: NAME} or {file: PATH}; if this one was ever pushed, replace it")
        .private(true)
}

fn malformed(key: &str) -> Problem {
    let (message, hint) = match key {
        "env" => (
            "env must be the name of an environment variable",
            "letters, digits and _, not beginning with a digit",
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
