//! Writes that are done again, and looking for those that failed.

use futures::future::BoxFuture;

use super::writer::Writer;
use crate::journal::{Settled, Settling};
use crate::prismatic::error::{ErrorKind, PlatformError};
use crate::prismatic::platform::PlatformResult;

impl Writer<'_> {
    /// Begins to look for the effect of a write that failed so.
    pub(super) async fn settling_after(&self, error: &PlatformError) -> Settling {
        let now = self.clock.boottime();
        let since = match &error.kind {
            // Such a server does not go on later: after its wait one look decides.
            ErrorKind::RateLimited { retry_after, .. } => {
                let wait = retry_after.unwrap_or_default();
                super::sleep_until(self.clock, now + wait).await;
                (now + wait).saturating_sub(self.terms().settle)
            }
            _ => now,
        };
        Settling::since(self.terms(), since)
    }

    /// Does it again for as long as the server does not find what our own reply gave.
    pub(super) async fn once_found<'f, T>(
        &self,
        ours: bool,
        work: impl Fn() -> BoxFuture<'f, PlatformResult<T>> + Send,
    ) -> PlatformResult<T> {
        self.again_while(work, |error| {
            ours && matches!(error.kind, ErrorKind::NotFound { .. })
        })
        .await
    }

    /// The same of a write that may be repeated: after an answer that says nothing, too. What else calls for
    /// another attempt the client has made.
    pub(super) async fn repeated<'f, T>(
        &self,
        ours: bool,
        work: impl Fn() -> BoxFuture<'f, PlatformResult<T>> + Send,
    ) -> PlatformResult<T> {
        self.again_while(work, |error| match &error.kind {
            ErrorKind::NotFound { .. } => ours,
            ErrorKind::Protocol { .. } | ErrorKind::Status { status: 500, .. } => true,
            _ => false,
        })
        .await
    }

    async fn again_while<'f, T>(
        &self,
        work: impl Fn() -> BoxFuture<'f, PlatformResult<T>> + Send,
        again: impl Fn(&PlatformError) -> bool + Send,
    ) -> PlatformResult<T> {
        let mut settling = Settling::since(self.terms(), self.clock.boottime());
        loop {
            let began = self.clock.boottime();
            match work().await {
                Err(error) if again(&error) => match settling.absent(began) {
                    Settled::Look(at) => super::sleep_until(self.clock, at).await,
                    Settled::Absent | Settled::Unread => return Err(error),
                },
                done => return done,
            }
        }
    }
}
