//! What may be secret: the one place that decides it.
//!
//! Plans, history, differences of definitions, exports and findings all ask here. Four things
//! make a value secret: what it is declared as, what the definition marks it as, the name that
//! it has, and its own form. Hiding too much costs a reader a look at the tenant;
//! hiding too little cannot be taken back. So where in doubt it is hidden.
//!
//! Pure, and without any memory of known secrets: those are what [`redact`](crate::redact) is for.

mod name;
mod shape;

use serde_json::Value;

pub use name::Name;

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// To every reader.
    Open,
    /// Its name or form suggests that it may be secret. Shown on request in a terminal.
    Doubtful,
    /// It is declared to be secret. Never.
    Secret,
}

impl Verdict {
    /// Whether it is kept out of what is shown.
    #[must_use]
    pub fn hides(self) -> bool {
        self != Self::Open
    }
}

/// What a name alone says.
#[must_use]
pub fn name(name: &str) -> Name {
    name::judge(name)
}

/// Whether a data type or the type of an input says that its values are secret.
#[must_use]
pub fn is_secret_type(kind: &str) -> bool {
    ["credential", "connection", "password", "secret"]
        .iter()
        .any(|secret| kind.eq_ignore_ascii_case(secret))
}

/// Judges the values, live or declared, of a config variable or of an input of a connection.
///
/// `kind` is the data type of the variable, or the type of the input where it is known.
pub fn setting<'a>(
    name: &str,
    kind: Option<&str>,
    values: impl IntoIterator<Item = &'a str>,
) -> Verdict {
    if kind.is_some_and(is_secret_type) {
        return Verdict::Secret;
    }
    let name = name::judge(name);
    if matches!(name, Name::Secret | Name::Doubt) {
        return Verdict::Doubtful;
    }
    let doubtful = |value: &str| {
        is_credential(value)
            || shape::is_token_address(value)
            || name == Name::Hint && shape::is_random(value)
    };
    if values.into_iter().any(doubtful) {
        Verdict::Doubtful
    } else {
        Verdict::Open
    }
}

/// Judges a value in the body of a definition or of a structure, where everyday keys
/// (`objectKey`, `sortKey`) are common: a name in doubt counts only beside a value in doubt.
#[must_use]
pub fn member(name: &str, value: &str) -> bool {
    match name::judge(name) {
        Name::Secret => true,
        Name::Doubt | Name::Hint => shape::is_random(value) || is_credential(value),
        Name::Open => is_credential(value) || shape::is_token_address(value),
    }
}

/// Whether a text holds a credential that is complete by itself, also within prose.
#[must_use]
pub fn holds_token(text: &str) -> bool {
    shape::holds_token(text)
}

/// Whether a text has the form of a credential, or holds one: a token, a key, a connection
/// string, a URL with a password, a structure with a member of a secret name.
#[must_use]
pub fn is_credential(text: &str) -> bool {
    shape::carries_credential(text) || holds_credential(text)
}

fn holds_credential(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '['])
        && serde_json::from_str::<Value>(text).is_ok_and(|json| in_structure(&json))
}

fn in_structure(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => shape::carries_credential(text),
        Value::Array(items) => items.iter().any(in_structure),
        Value::Object(members) => {
            // A header in a list of headers: its `key` or `name` says what its value is.
            let named = ["key", "name"]
                .iter()
                .filter_map(|key| members.get(*key)?.as_str());
            let mut owner = named.map(name::judge);
            let owned = owner.any(|name| matches!(name, Name::Secret | Name::Doubt))
                && members.get("value").is_some_and(is_said);
            owned
                || members
                    .iter()
                    .any(|(key, value)| in_member(key, value) || in_structure(value))
        }
    }
}

fn in_member(key: &str, value: &Value) -> bool {
    match (name::judge(key), value) {
        (Name::Secret, value) => is_said(value),
        (Name::Doubt | Name::Hint, Value::String(text)) => shape::is_random(text),
        (Name::Open | Name::Doubt | Name::Hint, _) => false,
    }
}

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests;
