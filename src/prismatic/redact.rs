//! Keeps secrets out of messages.
//!
//! A server may quote a request in its errors: a header, or a variable of the
//! wrong type. What we sent in secret is taken out again before anybody sees it.

use crate::model::Secret;

const MASK: &str = "[secret]";

/// Shorter texts would mangle every message and are no secrets.
const SHORTEST: usize = 3;

/// The texts to take out.
#[derive(Clone, Default)]
pub(super) struct Redactor(Vec<Secret>);

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({})", self.0.len())
    }
}

impl Redactor {
    /// Takes out these.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self(secrets.into_iter().cloned().collect())
    }

    /// Takes out what any of these does.
    pub(super) fn all<'a>(redactors: impl IntoIterator<Item = &'a Self>) -> Self {
        let secrets = redactors.into_iter().flat_map(|redactor| &redactor.0);
        Self(secrets.cloned().collect())
    }

    /// Takes out one more.
    #[must_use]
    pub(super) fn and(&self, secret: &Secret) -> Self {
        let mut all = self.clone();
        all.0.push(secret.clone());
        all
    }

    /// The text without any of the secrets, as they are or escaped in JSON, nor the beginning of one
    /// at its end: it may have been cut there.
    ///
    /// Config values of connections are JSON inside JSON, hence twice.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            let plain = secret.expose().to_owned();
            let once = escaped(&plain);
            let twice = escaped(&once);
            for form in [twice, once, plain] {
                if form.len() >= SHORTEST {
                    text = text.replace(&form, MASK);
                    let cut = cut_at_the_end(&text, &form);
                    if cut > 0 {
                        text.replace_range(text.len() - cut.., MASK);
                    }
                }
            }
        }
        text
    }
}

/// How much of the end of a text is the beginning of a secret, in bytes.
fn cut_at_the_end(text: &str, secret: &str) -> usize {
    let ends = secret.char_indices().map(|(at, _)| at).rev();
    ends.take_while(|length| *length >= SHORTEST)
        .find(|length| text.ends_with(&secret[..*length]))
        .unwrap_or(0)
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_in_every_form() {
        let secret = Secret::new("pa\"ss\n1".to_owned());
        let redactor = Redactor::default().and(&secret);
        let inner = serde_json::json!([{"value": "pa\"ss\n1"}]).to_string();
        let outer = serde_json::json!({"values": inner}).to_string();
        for text in ["x pa\"ss\n1 y", &inner, &outer] {
            let shown = redactor.apply(text);
            assert!(!shown.contains("ss"), "{shown}");
            assert!(shown.contains(MASK), "{shown}");
        }
    }

    #[test]
    fn a_secret_that_was_cut_is_taken_out_too() {
        let redactor = Redactor::default().and(&Secret::new("geheim-ü-7".to_owned()));
        for (text, shown) in [
            ("given: geheim-ü-", "given: [secret]"),
            ("given: geh", "given: [secret]"),
            ("given: ge", "given: ge"),
            ("geheim is a word", "geheim is a word"),
            ("given: geheim-ü-7", "given: [secret]"),
        ] {
            assert_eq!(redactor.apply(text), shown);
        }
    }
}
