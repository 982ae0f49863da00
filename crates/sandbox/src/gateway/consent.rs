//! The page behind `authorizeUrl`, on which any holder of the link connects an account.
//!
//! The real page is the other service's. Here a button replaces it: looking at the page changes
//! nothing, since chat tools and scanners look at every link they see.

use bytes::Bytes;
use uuid::Uuid;

use super::reply;
use crate::world::Moment;
use crate::world::consent::NewConsent;
use crate::{Sandbox, state};
use prism_gitops_http::transport::{Method, Response};

/// What a connection's tokens are once it is connected.
const TOKENS: &str = r#"{"token":{"access_token":"sandbox","token_type":"Bearer"}}"#;

/// The uuid in the path of such a page.
pub(super) fn connection(path: &str) -> Option<&str> {
    path.strip_prefix("/connections/")?
        .strip_suffix("/authorize")
}

impl Sandbox {
    /// The page, or what its button does.
    pub(super) async fn consent(&self, method: Method, connection: &str) -> Response {
        let id = Uuid::parse_str(connection).unwrap_or_default();
        match method {
            Method::Get => self.consent_page(id).await,
            Method::Post => self.connect(id).await,
        }
    }

    async fn consent_page(&self, id: Uuid) -> Response {
        if let Err(message) = self.catch_up(false).await {
            return reply::detail(500, &message);
        }
        let world = self.inner.world.read().await;
        match world.find_variable(id) {
            Some((_, variable)) if variable.data_type == "connection" => page(
                "<p>Here the other service would ask whether to allow the access.</p>\
                 <form method=\"post\"><button>Connect</button></form>",
            ),
            _ => reply::detail(404, "Not found."),
        }
    }

    async fn connect(&self, id: Uuid) -> Response {
        let behaviour = self.behaviour();
        let moment = Moment {
            now: self.now(),
            behaviour: &behaviour,
        };
        let _alone = match self.catch_up(true).await {
            Ok(alone) => alone,
            Err(message) => return reply::detail(500, &message),
        };
        let mut world = self.inner.world.write().await;
        let consent = NewConsent {
            status: None,
            meta: Some(TOKENS.to_owned()),
            refresh_at: None,
        };
        if world.set_consent(moment, id, consent).is_err() {
            return reply::detail(404, "Not found.");
        }
        match self.keep(|| state::encode(&world)).await {
            Ok(()) => page("<p>Connected. You can close this page.</p>"),
            Err(message) => reply::detail(500, &message),
        }
    }
}

fn page(body: &str) -> Response {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Connect</title>\
         <h1>Connect an account</h1>{body}</html>\n"
    );
    Response {
        status: 200,
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: Bytes::from(body),
    }
}
