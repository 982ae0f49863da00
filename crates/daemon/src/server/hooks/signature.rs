//! Whether a call comes from a holder of the secret.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Provider;
use crate::model::Secret;

/// Checks what a provider sends along, in constant time.
pub(super) fn is_right(
    provider: Provider,
    secret: &Secret,
    headers: &HeaderMap,
    body: &[u8],
) -> bool {
    let of = |name: &str| headers.get(name).map(axum::http::HeaderValue::as_bytes);
    let key = secret.expose().as_bytes();
    match provider {
        Provider::GitHub => signed(key, of("x-hub-signature-256"), &[body]),
        Provider::Bitbucket => signed(key, of("x-hub-signature"), &[body]),
        Provider::Generic => signed(
            key,
            of("x-signature-256").or_else(|| of("x-signature")),
            &[body],
        ),
        Provider::Prismatic => signed(key, of("x-webhook-signature"), &[body]),
        Provider::GitLab => match secret.expose().strip_prefix("whsec_") {
            Some(key) => STANDARD
                .decode(key)
                .is_ok_and(|key| standard(&key, headers, body)),
            None => of("x-gitlab-token").is_some_and(|token| same(token, key)),
        },
    }
}

/// HMAC-SHA256 in hexadecimal, with or without `sha256=` before it, or in base64.
fn signed(key: &[u8], header: Option<&[u8]>, parts: &[&[u8]]) -> bool {
    let text = header.and_then(|header| std::str::from_utf8(header).ok());
    let Some(text) = text else {
        return false;
    };
    let text = text.trim();
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    let Some(digest) = unhex(text).or_else(|| STANDARD.decode(text).ok()) else {
        return false;
    };
    verifies(key, &digest, parts)
}

/// Standard Webhooks, as GitLab's signing tokens have it: over id, time and body; any of several signatures.
fn standard(key: &[u8], headers: &HeaderMap, body: &[u8]) -> bool {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(time), Some(signatures)) = (
        of("webhook-id"),
        of("webhook-timestamp"),
        of("webhook-signature"),
    ) else {
        return false;
    };
    let parts = [id.as_bytes(), b".", time.as_bytes(), b".", body];
    let versions = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"));
    versions
        .filter_map(|text| STANDARD.decode(text).ok())
        .any(|digest| verifies(key, &digest, &parts))
}

fn verifies(key: &[u8], digest: &[u8], parts: &[&[u8]]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(digest).is_ok()
}

/// Whether two texts are the same, in a time that says nothing about either.
pub(in crate::server) fn same(one: &[u8], other: &[u8]) -> bool {
    let digest = |text: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"compare").ok()?;
        mac.update(text);
        Some(mac.finalize().into_bytes())
    };
    digest(other).is_some_and(|digest| verifies(b"compare", &digest, &[one]))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
