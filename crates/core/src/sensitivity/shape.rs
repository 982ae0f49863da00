//! What the form of a text says about it.

use std::collections::BTreeSet;

use super::name::{self, Name};

/// How well-known credentials begin, and how long they are at least.
const BEGINNINGS: [(&str, usize); 68] = [
    ("eyJ", 10),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("rk_live_", 12),
    ("rk_test_", 12),
    ("ghp_", 12),
    ("gho_", 12),
    ("ghu_", 12),
    ("ghs_", 12),
    ("ghr_", 12),
    ("github_pat_", 16),
    ("glpat-", 12),
    ("gldt-", 12),
    ("glrt-", 12),
    ("glptt-", 12),
    ("glcbt-", 12),
    ("xoxa-", 12),
    ("xoxb-", 12),
    ("xoxe", 12),
    ("xoxp-", 12),
    ("xoxr-", 12),
    ("xoxs-", 12),
    ("xapp-", 12),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 16),
    ("1//0", 20),
    ("GOCSPX-", 12),
    ("whsec_", 12),
    ("sk-ant-", 12),
    ("sk-proj-", 12),
    ("sk-", 24),
    ("SG.", 24),
    ("npm_", 20),
    ("pypi-", 20),
    ("dop_v1_", 16),
    ("doo_v1_", 16),
    ("shpat_", 12),
    ("shpss_", 12),
    ("shpca_", 12),
    ("shppa_", 12),
    ("hf_", 20),
    ("lin_api_", 16),
    ("ntn_", 16),
    ("PMAK-", 16),
    ("dckr_pat_", 16),
    ("hvs.", 16),
    ("hvb.", 16),
    ("nvapi-", 16),
    ("gsk_", 20),
    ("xkeysib-", 16),
    ("sq0atp-", 16),
    ("sq0csp-", 16),
    ("EAAA", 24),
    ("figd_", 16),
    ("pat-na1-", 16),
    ("pat-eu1-", 16),
    ("ATATT3", 16),
    ("ATBB", 20),
    ("AGE-SECRET-KEY-1", 24),
    ("pscale_tkn_", 16),
    ("pscale_pw_", 16),
    ("glsa_", 16),
    ("NRAK-", 16),
    ("rubygems_", 20),
    ("sbp_", 20),
    ("dapi", 32),
];

/// Addresses that are secrets as a whole.
const ADDRESSES: [&str; 8] = [
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    ".webhook.office.com/",
    "outlook.office.com/webhook/",
    "hooks.zapier.com/hooks/",
    "api.telegram.org/bot",
];

/// Whether a text is or holds something of the form of a credential.
pub(super) fn carries_credential(text: &str) -> bool {
    let text = text.trim();
    let has = |signs: &[u8]| text.bytes().any(|byte| signs.contains(&byte));
    holds_token(text)
        || has(b" ") && has_scheme(text)
        || has(b"=:") && pairs(text).any(|(name, value)| is_said(name, value))
}

/// Whether a text holds a token, a key or an address with a password.
pub(super) fn holds_token(text: &str) -> bool {
    text.contains("-----BEGIN")
        || (text.contains("hook") || text.contains("telegram"))
            && ADDRESSES.iter().any(|address| text.contains(address))
        || text.contains('@') && has_password(text)
        || candidates(text).any(is_token)
}

/// Pieces of a text that may be a token as a whole.
fn candidates(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || "\"'`,;()<>[]{}=:&?".contains(c);
    text.split(ends).filter(|word| word.len() >= 10)
}

fn is_token(word: &str) -> bool {
    BEGINNINGS
        .iter()
        .any(|(begins, least)| word.starts_with(begins) && word.len() >= *least)
        || word.rsplit('/').next().is_some_and(|last| {
            last.len() < word.len() && last.starts_with("eyJ") && is_token(last)
        })
}

/// `Bearer …` and `Basic …` at the beginning or after a colon.
fn has_scheme(text: &str) -> bool {
    let mut parts = text.split(['\n', ':', '"', '\'', '=', ',']);
    parts.any(|part| {
        let Some((scheme, rest)) = part.trim().split_once(' ') else {
            return false;
        };
        let rest = rest.trim();
        let single = !rest.is_empty() && !rest.contains(char::is_whitespace);
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        if is("bearer") {
            return single;
        }
        (is("basic") && single && (rest.len() >= 12 || rest.ends_with('=')))
            || ((is("token") || is("apikey") || is("negotiate") || is("ntlm"))
                && single
                && rest.len() >= 12)
            || (is("digest") && rest.contains("username"))
            || is("aws4-hmac-sha256")
    })
}

/// `https://user:password@host`, also with a long text alone before the `@`.
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, sign)| {
        let rest = text.get(at + sign.len()..).unwrap_or_default();
        let end = |c: char| c.is_whitespace() || "/?#\"'<>".contains(c);
        let authority = rest.split(end).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.is_some_and(|user| match user.split_once(':') {
            Some((_, password)) => !password.is_empty(),
            None => user.len() >= 20,
        })
    })
}

/// `name=value` as queries and connection strings have them, and `name: value` as lines have it.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = |c: char| matches!(c, ';' | '&' | '?' | '\n' | '#');
    text.split(ends).flat_map(|part| {
        let equal = part.split_once('=').or_else(|| {
            let (name, value) = part.split_once(':')?;
            (!value.starts_with("//")).then_some((name, value))
        });
        // `host=h password=p` of PostgreSQL.
        let spaced = part
            .split_whitespace()
            .filter_map(|word| word.split_once('='));
        equal.into_iter().chain(spaced)
    })
}

fn is_said(name: &str, value: &str) -> bool {
    let sign = |c: char| c.is_whitespace() || "\"'{}[],".contains(c);
    let (name, value) = (name.trim_matches(sign), value.trim_matches(sign));
    // A name is short; a sentence is not a name.
    if value.is_empty() || name.len() > 64 || name.split_whitespace().count() > 4 {
        return false;
    }
    match name::judge(name) {
        Name::Secret => !matches!(value, "true" | "false" | "null"),
        Name::Doubt => is_random(value),
        Name::Hint | Name::Open => false,
    }
}

/// Whether a text, or a part of an address, looks as if chance had made it.
pub(super) fn is_random(text: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "/?&=:;,.@#".contains(c);
    text.split(ends).any(part_is_random)
}

fn part_is_random(part: &str) -> bool {
    const LEAST: usize = 16;
    if part.len() < LEAST || !part.is_ascii() {
        return false;
    }
    let classes = classes(part);
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    // Words with a year behind them change from letters to digits once or twice.
    changes * 5 >= classes.len() && is_varied(part)
}

/// Whether a text is or contains an address that grants access to any holder: a part of its path or query
/// looks like a token, as in webhook addresses. No list has all hosts of such addresses.
pub(super) fn is_token_address(text: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "\"'<>`".contains(c);
    text.match_indices("://").any(|(at, sign)| {
        let rest = text.get(at + sign.len()..).unwrap_or_default();
        let address = rest.split(ends).next().unwrap_or_default();
        let Some(path) = address.find(['/', '?', '#']) else {
            return false;
        };
        let parts = address.get(path..).unwrap_or_default();
        let parts = || parts.split(|c: char| "/?&=#;,:.@".contains(c));
        parts().any(part_of_address_is_random)
            || address.to_ascii_lowercase().contains("hook") && parts().any(is_code)
    })
}

/// In an address a part is a word, a number, or words and numbers one after another; where it is none of
/// these, chance made it. Words may begin with capitals.
fn part_of_address_is_random(part: &str) -> bool {
    const LEAST: usize = 12;
    const LONG: usize = 20;
    let turns = |pair: &[Class]| pair[0] != pair[1] && pair != [Class::Upper, Class::Lower];
    let random = |classes: &[Class]| {
        let many = classes.windows(2).filter(|pair| turns(pair)).count() * 4 >= classes.len();
        many && (classes.contains(&Class::Digit) || classes.len() >= LONG)
    };
    part.len() >= LEAST && part.is_ascii() && is_varied(part) && random(&classes(part))
}

/// Letters and digits together, or capitals alone: a code, where the address is a hook's.
fn is_code(part: &str) -> bool {
    const LEAST: usize = 8;
    let has = |test: fn(&u8) -> bool| part.bytes().any(|byte| test(&byte));
    let letter = has(u8::is_ascii_alphabetic);
    let code = letter && (has(u8::is_ascii_digit) || !has(u8::is_ascii_lowercase));
    let whole = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let said = part.to_ascii_lowercase().contains("hook");
    part.len() >= LEAST && whole && code && !said
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Lower,
    Upper,
}

/// What the letters and digits of a text are, one after another.
fn classes(part: &str) -> Vec<Class> {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => Some(Class::Digit),
        b'a'..=b'z' => Some(Class::Lower),
        b'A'..=b'Z' => Some(Class::Upper),
        _ => None,
    };
    part.bytes().filter_map(class).collect()
}

/// Whether a text of ASCII has several signs.
fn is_varied(part: &str) -> bool {
    let distinct: BTreeSet<u8> = part.bytes().collect();
    distinct.len() >= 8
}
