//! What must not be written to a file: masked values, secret names, and texts that carry tokens.
//!
//! A value hidden needlessly costs the user one variable to set. A secret written to a file cannot be taken
//! back.

use crate::diff::is_mask;
use crate::model::LiveInput;
use crate::sensitivity;

/// Whether the value of a variable or input of this name may be secret.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    sensitivity::setting(name, None, [value]).hides() || is_masked(value)
}

/// Whether an input's value is not what the API shows.
pub(crate) fn is_masked_input(input: &LiveInput) -> bool {
    input.has_value && is_mask(input.value.as_deref())
}

/// A lone `x` is a value; a row of mask characters is not.
fn is_masked(value: &str) -> bool {
    value.chars().count() > 2 && is_mask(Some(value))
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
