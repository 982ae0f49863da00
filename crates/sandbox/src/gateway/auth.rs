//! Tokens: what is accepted, and how they are given out and taken back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::reply;
use crate::Sandbox;
use prism_gitops_http::transport::{Request, Response};

/// The refresh token that is always there, until it is revoked.
const REFRESH_TOKEN: &str = "sandbox";

/// Why a request is not let in.
const REFUSED: &str = "Not Authenticated";
/// Why a token from yesterday is not let in.
const EXPIRED: &str = "Signature has expired";

/// Lets a request in, or answers 401.
///
/// A token is a JWT by its shape: three parts with an `exp`. Nothing is signed here, so nothing
/// is verified but the time. A token that is no JWT is opaque, and let in unless `strict`.
pub(super) fn check(request: &Request, now: Timestamp, strict: bool) -> Result<(), Response> {
    let header = request.header("authorization").unwrap_or_default();
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    };
    match expiry(token) {
        _ if token.is_empty() => Err(reply::errors(401, REFUSED)),
        Some(exp) if exp <= now.as_second() => Err(reply::errors(401, EXPIRED)),
        None if strict => Err(reply::errors(401, REFUSED)),
        _ => Ok(()),
    }
}

/// When a JWT expires, in seconds since 1970; `None` if the text is no JWT.
fn expiry(token: &str) -> Option<i64> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    let exp = claims.get("exp")?;
    parts
        .next()
        .is_none()
        .then(|| exp.as_f64())?
        .map(|seconds| seconds.floor() as i64)
}

/// A token in the shape of a JWT.
fn issue(tenant: &str, now: Timestamp, lifetime: i64) -> String {
    let now = now.as_second();
    let claims = json!({
        "sub": "sandbox-user",
        "tenantId": tenant,
        "iat": now,
        "exp": now.saturating_add(lifetime),
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(&json!({ "alg": "none", "typ": "JWT" }));
    let signature = URL_SAFE_NO_PAD.encode("sandbox");
    format!("{header}.{}.{signature}", encode(&claims))
}

/// Where the other way of signing in is.
pub(super) fn meta(origin: &str) -> Response {
    let domain = origin.split_once("://").map_or(origin, |(_, host)| host);
    let audience = format!("{origin}/api");
    reply::json(
        200,
        &json!({ "domain": domain, "clientId": "sandbox", "audience": audience }),
    )
}

impl Sandbox {
    /// `/auth/refresh`, `/auth/revoke` and `/oauth/token`.
    pub(super) async fn auth(&self, path: &str, body: &str) -> Response {
        let fields = read(path, body);
        let field = |name: &str| {
            fields
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let known = field("refresh_token") == Some(REFRESH_TOKEN) && !self.is_revoked();
        let denied = |error: &str, description: &str| {
            reply::json(
                403,
                &json!({ "error": error, "error_description": description }),
            )
        };
        if path == "/auth/revoke" {
            self.revoke();
            return reply::json(200, &json!({}));
        }
        if path == "/oauth/token" && field("grant_type") != Some("refresh_token") {
            return denied("unsupported_grant_type", "The grant type is not supported.");
        }
        if !known {
            return denied("invalid_grant", "Unknown or invalid refresh token.");
        }
        let tenant = self.tenant().await;
        match field("tenant_id") {
            Some(wanted) if !wanted.is_empty() && wanted != tenant => {
                denied("access_denied", "The user has no access to this tenant.")
            }
            _ => self.tokens(&tenant),
        }
    }

    fn tokens(&self, tenant: &str) -> Response {
        let lifetime = self.behaviour().token_lifetime_seconds;
        let answer = json!({
            "access_token": issue(tenant, self.now(), lifetime),
            "expires_in": lifetime,
            "scope": "openid profile email offline_access",
            "token_type": "Bearer",
        });
        reply::json(200, &answer)
    }
}

/// The fields of a JSON or form body.
fn read(path: &str, body: &str) -> Vec<(String, String)> {
    if path == "/oauth/token" && !body.trim_start().starts_with('{') {
        return url::form_urlencoded::parse(body.as_bytes())
            .into_owned()
            .collect();
    }
    let fields: Value = serde_json::from_str(body).unwrap_or_default();
    let fields = fields.as_object().into_iter().flatten();
    let texts = fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_issued_expires_when_it_says() {
        let now = Timestamp::from_second(1_000).unwrap();
        let token = issue("t", now, 60);
        assert_eq!(expiry(&token), Some(1_060));
        assert_eq!(expiry("opaque"), None);
        assert_eq!(expiry("a.b.c"), None);
        assert_eq!(expiry(&format!("{token}.d")), None);
    }
}
