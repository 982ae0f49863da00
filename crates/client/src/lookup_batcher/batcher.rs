//! Queues look-ups of one kind; concurrent ones share requests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::{Batch, Found, Lookup, find, typed, unreadable};
use crate::platform::PlatformResult;
use crate::session::Session;

struct Waiting {
    lookup: Lookup,
    answer: oneshot::Sender<Found>,
}

/// The queue of one kind of look-up. At most one request of it is in flight; look-ups that arrive meanwhile
/// go into the next.
pub(crate) struct LookupBatcher {
    batch: Batch<'static>,
    queue: Mutex<VecDeque<Waiting>>,
    place: Semaphore,
}

impl std::fmt::Debug for LookupBatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LookupBatcher")
            .field("batch", &self.batch.name)
            .finish_non_exhaustive()
    }
}

impl LookupBatcher {
    pub(crate) fn new(batch: Batch<'static>) -> Self {
        Self {
            batch,
            queue: Mutex::default(),
            place: Semaphore::new(1),
        }
    }

    /// Looks it up, alone or together with others; `None` where it is not there.
    ///
    /// # Errors
    ///
    /// As the look-up by itself.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        session: &Session,
        lookup: Lookup,
    ) -> PlatformResult<Option<T>> {
        let found = match self.get(session, lookup.clone()).await {
            Some(found) => Some(found),
            None => find(session, self.batch, &[lookup]).await.pop(),
        };
        let nothing = || unreadable(self.batch.name, "nothing was asked");
        typed(self.batch.name, found.ok_or_else(nothing)?)
    }

    /// Looks it up together with others. `None` if there are no others, and nothing was sent: the plain query
    /// reports failures in more detail.
    pub(crate) async fn get(&self, session: &Session, lookup: Lookup) -> Option<Found> {
        let (sender, mut answer) = oneshot::channel();
        self.queue().push_back(Waiting {
            lookup,
            answer: sender,
        });
        let _place = tokio::select! {
            biased;
            // The call that sent this look-up may have been cancelled.
            outcome = &mut answer => return outcome.ok(),
            place = self.place.acquire() => place,
        };
        // Look-ups that arrive at the same moment join the request.
        tokio::task::yield_now().await;
        loop {
            self.carry(session).await;
            match answer.try_recv() {
                Ok(found) => return Some(found),
                Err(TryRecvError::Closed) => return None,
                // The request was full; the look-up goes into the next one.
                Err(TryRecvError::Empty) => {}
            }
        }
    }

    /// Sends everything queued so far. A single look-up is returned unsent.
    async fn carry(&self, session: &Session) {
        let taken = self.take();
        if taken.len() < 2 {
            return;
        }
        let lookups: Vec<_> = taken.iter().map(|it| it.lookup.clone()).collect();
        let found = find(session, self.batch, &lookups).await;
        for (waiting, found) in taken.into_iter().zip(found) {
            // The caller may be gone.
            let _ = waiting.answer.send(found);
        }
    }

    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.queue();
        // Those that gave up need no answer.
        queue.retain(|waiting| !waiting.answer.is_closed());
        let count = queue.len().min(self.batch.size.max(1));
        queue.drain(..count).collect()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
