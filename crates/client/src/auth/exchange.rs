//! The exchange of a refresh token for an access token: what is sent, what comes back.

use serde::Deserialize;

use crate::error::{Effect, ErrorKind};
use crate::graphql::Failure;
use crate::model::Secret;
use crate::transport::{Method, Request};
use crate::wire::Reply;

/// The token exchange, and its tenant.
#[derive(Debug)]
pub(super) struct Grantor {
    pub(super) endpoint: String,
    pub(super) tenant_id: Option<String>,
}

impl Grantor {
    /// The request that exchanges a refresh token.
    pub(super) fn request(&self, refresh: &Secret) -> Request {
        let mut body = serde_json::Map::new();
        body.insert("refresh_token".to_owned(), refresh.expose().into());
        if let Some(tenant) = &self.tenant_id {
            body.insert("tenant_id".to_owned(), tenant.as_str().into());
        }
        Request {
            method: Method::Post,
            url: self.endpoint.clone(),
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("accept".to_owned(), "application/json".to_owned()),
            ],
            body: serde_json::Value::Object(body).to_string().into(),
        }
    }
}

/// What the server grants.
pub(super) struct Granted {
    pub(super) access: Secret,
    /// In place of the one we sent.
    pub(super) refresh: Option<Secret>,
}

#[derive(Deserialize)]
struct Grant {
    access_token: Option<String>,
    refresh_token: Option<String>,
}

/// The parts of a refusal that are meant to be read. The rest of the body may hold a token.
#[derive(Deserialize, Default)]
struct Complaint {
    error: Option<String>,
    error_description: Option<String>,
    message: Option<String>,
    detail: Option<String>,
}

/// Takes the tokens out of a reply.
pub(super) fn judge(reply: &Reply) -> Result<Granted, Failure> {
    let fail = |kind| {
        Err(Failure {
            kind,
            effect: Effect::None,
        })
    };
    let body = &reply.response.body;
    match reply.response.status {
        200..=299 => match serde_json::from_slice::<Grant>(body) {
            Ok(Grant {
                access_token: Some(access),
                refresh_token,
            }) if !access.trim().is_empty() => Ok(Granted {
                access: Secret::new(access),
                refresh: refresh_token
                    .filter(|text| !text.trim().is_empty())
                    .map(Secret::new),
            }),
            _ => fail(ErrorKind::Protocol {
                message: "it holds no access token".to_owned(),
            }),
        },
        429 => fail(ErrorKind::RateLimited {
            message: complaint(body),
            retry_after: reply.retry_after,
        }),
        400 | 401 | 403 => fail(ErrorKind::Unauthenticated {
            message: format!("the refresh token was not accepted: {}", complaint(body)),
        }),
        status => fail(ErrorKind::Status {
            status,
            message: complaint(body),
        }),
    }
}

fn complaint(body: &[u8]) -> String {
    let complaint = serde_json::from_slice::<Complaint>(body).unwrap_or_default();
    let parts = [
        complaint.error,
        complaint.error_description,
        complaint.message,
        complaint.detail,
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() {
        "no reason given".to_owned()
    } else {
        said.join(": ")
    }
}
