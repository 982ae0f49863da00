//! What must not be written to a file: masked values, secret names, and texts that carry tokens.
//!
//! Hiding too much costs somebody a variable to set. Hiding too little cannot be taken back.

use serde_json::Value;

use crate::diff::{is_mask, looks_secret};
use crate::model::LiveInput;

/// Whether the value of a variable or input of this name may be secret.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    if looks_secret(name) || is_masked(value) || carries_token(value) {
        return true;
    }
    serde_json::from_str::<Value>(value).is_ok_and(|json| holds_secret(&json))
}

/// Whether an input's value is not what the API shows.
pub(super) fn is_masked_input(input: &LiveInput) -> bool {
    input.has_value && is_mask(input.value.as_deref())
}

/// `x` alone is a value; a row of signs is none.
fn is_masked(value: &str) -> bool {
    value.chars().count() > 2 && is_mask(Some(value))
}

/// Whether a structure has a member of a secret name, or a text with a token.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => carries_token(text),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(members) => {
            // A header in a list of headers: its `key` or `name` says what its value is.
            let named = ["key", "name"]
                .iter()
                .filter_map(|key| members.get(*key)?.as_str());
            let is_named = named.into_iter().any(looks_secret);
            is_named
                || members.iter().any(|(key, value)| {
                    let is_said = value.as_str().is_none_or(|text| !text.is_empty());
                    key != "key" && looks_secret(key) && is_said || holds_secret(value)
                })
        }
    }
}

/// Whether a text has the form of a well-known credential.
fn carries_token(text: &str) -> bool {
    const BEGINNINGS: [&str; 15] = [
        "Bearer ",
        "Basic ",
        "eyJ",
        "-----BEGIN",
        "sk_live_",
        "sk_test_",
        "rk_live_",
        "ghp_",
        "gho_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "AKIA",
        "whsec_",
    ];
    let text = text.trim();
    BEGINNINGS
        .iter()
        .any(|beginning| text.starts_with(beginning))
        || has_password(text)
}

/// `https://user:password@host`.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_form_and_mask() {
        for (name, value) in [
            ("API Key", "abc"),
            ("Endpoint", "https://smith:pw@erp.example/a"),
            ("Header", "Bearer abc"),
            ("Note", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
            ("Note", "*****"),
            ("Headers", r#"[{"key":"Authorization token","value":"x"}]"#),
            ("Form", r#"{"a":{"clientSecret":"x"}}"#),
            ("Form", r#"{"a":["-----BEGIN PRIVATE KEY-----"]}"#),
        ] {
            assert!(is_secret(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("Endpoint", "https://erp.example/a:b@c"),
            ("Batch Size", "100"),
            ("Note", "x"),
            ("Note", "NA"),
            ("Map", r#"[{"key":"Region","value":"EU"}]"#),
            ("Form", r#"{"columns":["a"]}"#),
        ] {
            assert!(!is_secret(name, value), "{name} {value}");
        }
    }
}
