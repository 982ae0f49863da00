//! The sandbox as a transport: no sockets, so that a paused clock stays in charge.

use async_trait::async_trait;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::Sandbox;
use prism_gitops_http::transport::{Request, Response, Transport, TransportError};

/// Sends requests to a sandbox in the same process.
#[derive(Debug, Clone)]
pub struct SandboxTransport {
    sandbox: Sandbox,
}

impl SandboxTransport {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }
}

/// The header that says what time it is there.
pub(super) fn date(sandbox: &Sandbox) -> Option<(String, String)> {
    let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&sandbox.now());
    Some(("date".to_owned(), now.ok()?))
}

#[async_trait]
impl Transport for SandboxTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut response = self.sandbox.exchange(request).await?;
        // As an HTTP server does.
        response.headers.extend(date(&self.sandbox));
        Ok(response)
    }
}
