//! How long a token lasts, read from the token. Its signature is the server's business.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

/// A token is renewed this long before it ends, as prism does …
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// … or, if it does not last long, after four fifths of its life.
const SHARE: i32 = 5;

/// When a token begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    begins: Timestamp,
    ends: Timestamp,
}

impl Lifetime {
    /// Whether it is time for a new token.
    pub(super) fn renewal_due(self, now: Timestamp) -> bool {
        let whole = self.ends.duration_since(self.begins);
        let margin = MARGIN.min(whole / SHARE);
        self.ends.duration_since(now) <= margin
    }

    /// The end.
    pub(super) fn ends(self) -> Timestamp {
        self.ends
    }

    /// Whether it is over.
    pub(super) fn ended(self, now: Timestamp) -> bool {
        now >= self.ends
    }
}

/// The lifetime in a JWT's claims; `None` for a token of another form.
pub(super) fn lifetime(token: &str, now: Timestamp) -> Option<Lifetime> {
    let claims = token.split('.').nth(1)?.trim_end_matches('=');
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let moment = |name: &str| {
        let seconds = claims.get(name)?.as_f64()?;
        let since = Duration::try_from_secs_f64(seconds).ok()?;
        Timestamp::UNIX_EPOCH.checked_add(since).ok()
    };
    let ends = moment("exp")?;
    let begins = moment("iat")
        .filter(|begins| *begins < ends)
        .unwrap_or(now.min(ends));
    Some(Lifetime { begins, ends })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn renewal_is_due_five_minutes_before_or_a_fifth() {
        for (claims, due) in [
            (r#"{"iat":0,"exp":3600}"#, 3300),
            (r#"{"iat":0,"exp":600}"#, 480),
            (r#"{"exp":3600.9}"#, 3300),
        ] {
            let life = lifetime(&token(claims), at(0)).unwrap();
            assert!(!life.renewal_due(at(due - 1)), "{claims}");
            assert!(life.renewal_due(at(due + 1)), "{claims}");
            assert!(!life.ended(at(due + 1)), "{claims}");
            assert!(life.ended(at(3601)), "{claims}");
        }
    }

    #[test]
    fn other_tokens_have_no_known_end() {
        for text in [
            "opaque",
            "a.b.c",
            "",
            "..",
            &token("[]"),
            &token(r#"{"exp":"x"}"#),
        ] {
            assert_eq!(lifetime(text, at(0)), None, "{text}");
        }
        for absurd in [r#"{"exp":1e300}"#, r#"{"exp":-5}"#] {
            assert_eq!(lifetime(&token(absurd), at(0)), None, "{absurd}");
        }
    }
}
