//! An endless response, read in chunks.

use std::time::Duration;

use bytes::Bytes;

use super::HttpTransport;
use crate::transport::{Request, TransportError};

/// Longer than any client listens; a silence ends it much sooner.
const WHOLE: Duration = Duration::from_secs(365 * 24 * 3600);

/// An answer under way.
#[derive(Debug)]
pub struct Listening {
    /// The HTTP status code.
    pub status: u16,
    response: reqwest::Response,
    transport: HttpTransport,
    silence: Duration,
}

impl HttpTransport {
    /// Sends a request, and waits for the beginning of its answer no longer than an exchange may
    /// take. After that a `silence` of this length ends it.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when no answer begins. Every HTTP status is an answer.
    pub async fn listen(
        &self,
        request: Request,
        silence: Duration,
    ) -> Result<Listening, TransportError> {
        let sent = self.begin(request, Some(WHOLE));
        let response = match tokio::time::timeout(self.settings.timeout, sent).await {
            Ok(response) => response?,
            Err(_) => return Err(too_long(self.settings.timeout)),
        };
        Ok(Listening {
            status: response.status().as_u16(),
            response,
            transport: self.clone(),
            silence,
        })
    }
}

impl Listening {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when the connection breaks, or is silent for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        match tokio::time::timeout(self.silence, self.response.chunk()).await {
            Ok(piece) => piece.map_err(|error| self.transport.failure(error)),
            Err(_) => Err(too_long(self.silence)),
        }
    }
}

fn too_long(limit: Duration) -> TransportError {
    TransportError::Timeout {
        seconds: limit.as_secs(),
    }
}
