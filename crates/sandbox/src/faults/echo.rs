//! Error messages that quote what clients have said.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::behaviour::Echo;

/// Texts that are longer are definitions and the like, which no server quotes.
const LONGEST: usize = 400;

/// The texts in the variables of a request, those in JSON texts too.
pub(crate) fn said(variables: &Value) -> Vec<String> {
    match variables {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => said(&inner),
            _ if text.len() > LONGEST => Vec::new(),
            _ => vec![text.clone()],
        },
        Value::Array(items) => items.iter().flat_map(said).collect(),
        Value::Object(fields) => fields.values().flat_map(said).collect(),
        _ => Vec::new(),
    }
}

/// Lets every error message in an answer quote these texts.
pub(crate) fn quote(answer: &mut Value, texts: &[String], form: Echo) {
    let quoted: Vec<String> = texts
        .iter()
        .map(|text| format!("\"{}\"", shown(text, form)))
        .collect();
    let tail = format!(" The request said {}.", quoted.join(", "));
    for error in list(answer.get_mut("errors")) {
        if let Some(message) = error.get_mut("message") {
            extend(message, &tail);
        }
    }
    let payloads = answer.get_mut("data").and_then(Value::as_object_mut);
    for payload in payloads.into_iter().flat_map(|data| data.values_mut()) {
        for error in list(payload.get_mut("errors")) {
            for message in list(error.get_mut("messages")) {
                extend(message, &tail);
            }
        }
    }
}

fn list(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

fn extend(message: &mut Value, tail: &str) {
    if let Value::String(text) = message {
        text.push_str(tail);
    }
}

/// A text in another form.
pub(crate) fn shown(text: &str, form: Echo) -> String {
    match form {
        Echo::Plain => text.to_owned(),
        Echo::Escaped => text
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
        Echo::Percent => text.bytes().map(percent).collect(),
        Echo::Entities => text
            .chars()
            .map(|letter| format!("&#x{:x};", u32::from(letter)))
            .collect(),
        Echo::Base64 => STANDARD.encode(text),
        Echo::Cut => {
            let kept = text.chars().count() * 2 / 3;
            text.chars().take(kept.max(8)).collect()
        }
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_quoted_in_every_form() {
        let cases = [
            (Echo::Plain, "p\u{e4}ss w0rd!"),
            (
                Echo::Escaped,
                "\\u0070\\u00e4\\u0073\\u0073\\u0020\\u0077\\u0030\\u0072\\u0064\\u0021",
            ),
            (Echo::Percent, "p%C3%A4ss%20w0rd%21"),
            (
                Echo::Entities,
                "&#x70;&#xe4;&#x73;&#x73;&#x20;&#x77;&#x30;&#x72;&#x64;&#x21;",
            ),
            (Echo::Base64, "cMOkc3MgdzByZCE="),
            (Echo::Cut, "p\u{e4}ss w0r"),
        ];
        for (form, expected) in cases {
            assert_eq!(shown("p\u{e4}ss w0rd!", form), expected);
        }
    }

    #[test]
    fn what_was_said_is_found_in_json_too_and_both_kinds_of_errors_quote_it() {
        let values = r#"[{"name": "password", "value": "hunter22"}]"#;
        let texts = said(&json!({"input": {"id": "x", "values": values, "n": 1}}));
        assert_eq!(texts, ["x", "password", "hunter22"]);
        let mut answer = json!({
            "errors": [{"message": "No."}],
            "data": {"a": {"errors": [{"field": "f", "messages": ["Bad."]}]}, "b": null},
        });
        quote(&mut answer, &["s3".to_owned()], Echo::Plain);
        assert_eq!(
            answer["errors"][0]["message"],
            "No. The request said \"s3\"."
        );
        let payload = &answer["data"]["a"]["errors"][0]["messages"][0];
        assert_eq!(payload, "Bad. The request said \"s3\".");
    }
}
