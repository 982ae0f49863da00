//! The sandbox as a transport: no sockets, so that a paused clock stays in charge.

use async_trait::async_trait;

use super::Sandbox;
use crate::prismatic::transport::{Request, Response, Transport, TransportError};

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

#[async_trait]
impl Transport for SandboxTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.sandbox.exchange(request).await
    }
}
