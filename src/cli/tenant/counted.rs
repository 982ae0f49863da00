//! A transport that counts what goes through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::controller::connect::RequestCount;
use crate::prismatic::transport::{Request, Response, Transport, TransportError};

/// Counts requests, regardless of their outcome.
#[derive(Debug)]
pub(super) struct Counted {
    inner: Arc<dyn Transport>,
    sent: AtomicU64,
}

impl Counted {
    pub(super) fn new(inner: Arc<dyn Transport>) -> Self {
        let sent = AtomicU64::new(0);
        Self { inner, sent }
    }
}

#[async_trait]
impl Transport for Counted {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.send(request).await
    }
}

impl RequestCount for Counted {
    fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}
