//! Texts as they are kept: a server may trim them, or write them in a form of its own.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::Moment;
use super::instance::FlowSetting;
use crate::behaviour::Rewrites;

impl Moment<'_> {
    /// A name, a description or a label.
    pub(crate) fn text(&self, text: &str) -> String {
        let kept = if self.behaviour.trims {
            text.trim()
        } else {
            text
        };
        kept.to_owned()
    }

    /// A text that may be absent.
    pub(crate) fn some_text(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            *text = self.text(text);
        }
    }

    /// A list of texts that may be absent.
    pub(crate) fn some_texts(&self, texts: &mut Option<Vec<String>>) {
        for text in texts.iter_mut().flatten() {
            *text = self.text(text);
        }
    }

    /// A value of a config variable of this data type.
    pub(crate) fn value(&self, data_type: &str, text: &str) -> String {
        let text = self.text(text);
        match self.behaviour.rewrites {
            Rewrites::Alike => alike(data_type, text),
            Rewrites::Upper if data_type == "string" => text.to_uppercase(),
            Rewrites::Nothing | Rewrites::Upper => text,
        }
    }

    /// What was set for a flow.
    pub(crate) fn flow(&self, mut setting: FlowSetting) -> FlowSetting {
        for text in [
            &mut setting.content_type,
            &mut setting.headers,
            &mut setting.payload,
        ] {
            self.some_text(text);
        }
        setting
    }
}

/// Another text for the same value.
fn alike(data_type: &str, text: String) -> String {
    if data_type == "schedule" {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string();
    }
    match serde_json::from_str(&text) {
        Ok(json @ (Json::Object(_) | Json::Array(_))) => spaced(&json),
        _ => text,
    }
}

/// JSON as Python writes it, with sorted keys.
fn spaced(json: &Json) -> String {
    match json {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(spaced).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) => {
            let mut fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), spaced(value)))
                .collect();
            fields.sort();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Behaviour;

    fn kept(change: impl Fn(&mut Behaviour), data_type: &str, text: &str) -> String {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        let moment = Moment {
            now: Timestamp::UNIX_EPOCH,
            behaviour: &behaviour,
        };
        moment.value(data_type, text)
    }

    #[test]
    fn values_are_trimmed_and_written_anew() {
        let alike = |behaviour: &mut Behaviour| behaviour.rewrites = Rewrites::Alike;
        let upper = |behaviour: &mut Behaviour| behaviour.rewrites = Rewrites::Upper;
        let trims = |behaviour: &mut Behaviour| behaviour.trims = true;
        assert_eq!(kept(|_| {}, "string", " a "), " a ");
        assert_eq!(kept(trims, "string", " a\n"), "a");
        assert_eq!(kept(upper, "string", "a\u{df}"), "ASS");
        assert_eq!(kept(upper, "picklist", "fast"), "fast");
        let cases = [
            (
                "code",
                r#"{"b":[1,2],"a":{"x":null}}"#,
                r#"{"a": {"x": null}, "b": [1, 2]}"#,
            ),
            ("schedule", "0  6 * *\t1", "0 6 * * 1"),
            (
                "timestamp",
                "2026-01-31T17:00:00Z",
                "2026-01-31T17:00:00.000000+00:00",
            ),
            (
                "timestamp",
                "2026-01-31T18:00:00+01:00",
                "2026-01-31T17:00:00.000000+00:00",
            ),
            ("string", "100", "100"),
            ("string", "{no json", "{no json"),
        ];
        for (data_type, text, expected) in cases {
            assert_eq!(kept(alike, data_type, text), expected);
        }
    }
}
