//! What a connection is doing: answering, or nothing.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use futures::task::AtomicWaker;
use tokio::time::Instant;

/// Shared by a connection, its requests, and the search for a free place.
#[derive(Debug)]
pub(super) struct Activity {
    answering: AtomicUsize,
    cut: AtomicBool,
    waker: AtomicWaker,
    /// When something was last written, or it was opened.
    moved: Mutex<Instant>,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            answering: AtomicUsize::new(0),
            cut: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            moved: Mutex::new(Instant::now()),
        }
    }
}

impl Activity {
    /// A request is being answered until this is dropped.
    pub(super) fn answering(activity: &Arc<Self>) -> InUse {
        activity.answering.fetch_add(1, Ordering::SeqCst);
        InUse(Arc::new(Answering(Arc::clone(activity))))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.answering.load(Ordering::SeqCst) > 0
    }

    /// Something was written.
    pub(super) fn moved(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Since when nothing was written.
    pub(super) fn since(&self) -> Instant {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection, unless it is answering. Returns whether it ends.
    pub(super) fn cut_if_idle(&self) -> bool {
        if self.is_busy() {
            return false;
        }
        self.cut.store(true, Ordering::SeqCst);
        self.waker.wake();
        true
    }

    /// Whether it is to end, and if not, which task to wake when it is.
    pub(super) fn is_cut(&self, context: &Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.cut.load(Ordering::SeqCst)
    }
}

/// Keeps a connection from being taken for an idle one. An answer that is a stream keeps it.
#[derive(Debug, Clone)]
pub(in crate::server) struct InUse(
    #[expect(dead_code, reason = "it is there to be dropped")] Arc<Answering>,
);

#[derive(Debug)]
struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.moved();
        self.0.answering.fetch_sub(1, Ordering::SeqCst);
    }
}
