//! One connection: what ends it.
//!
//! # Invariants
//!
//! - A connection to which nothing could be written for [`QUIET`] is closed. Every request is answered well
//!   within that and every event stream has a heartbeat, so this closes only connections whose client does
//!   not read its answer, or that are unused.
//! - The beginning of a request comes within [`HEAD`] of its first byte.
//! - A connection that is to make room ends at once, unless a request is being answered on it.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

use super::activity::Activity;

/// How long nothing may be written to one.
const QUIET: Duration = Duration::from_secs(30);
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(5);

/// A connection with a deadline.
pub(in crate::server) struct Guarded<S> {
    stream: S,
    deadline: Pin<Box<Sleep>>,
    /// Runs while the head of a request arrives.
    head: Option<Pin<Box<Sleep>>>,
    activity: Arc<Activity>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl<S> Guarded<S> {
    pub(super) fn new(
        stream: S,
        activity: Arc<Activity>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self {
            stream,
            deadline: Box::pin(sleep(QUIET)),
            head: None,
            activity,
            _permit: permit,
        }
    }

    /// What is done on it.
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// An error once a deadline has passed, or the connection has to make room.
    fn late<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.activity.is_cut(context) || self.is_slow(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Whether the head of a request takes too long. Once it is there the request is being answered.
    fn is_slow(&mut self, context: &mut Context<'_>) -> bool {
        if self.activity.is_busy() {
            self.head = None;
        }
        let head = self.head.as_mut();
        head.is_some_and(|head| head.as_mut().poll(context).is_ready())
    }

    /// Some of a request has come.
    fn received(&mut self, context: &mut Context<'_>) {
        if self.head.is_none() && !self.activity.is_busy() {
            let mut head = Box::pin(sleep(HEAD));
            // Polled by every further read; registered here, it also ends a connection that is not read.
            let _ = head.as_mut().poll(context);
            self.head = Some(head);
        }
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) if count > 0 => {
                self.deadline.as_mut().reset(Instant::now() + QUIET);
                self.head = None;
                self.activity.moved();
                Poll::Ready(Ok(count))
            }
            Poll::Pending => self.late(context),
            other => other,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(late) = self.late(context) {
            return Poll::Ready(late);
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.received(context);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_drop_by_drop_is_cut_off() {
        let (mut client, server) = duplex(64);
        let mut server = Guarded::new(server, Arc::default(), None);
        let began = Instant::now();
        let drip = async {
            while client.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let read = async {
            let mut byte = [0];
            loop {
                if let Err(error) = server.read_exact(&mut byte).await {
                    return error.kind();
                }
            }
        };
        let ended = tokio::select! {
            () = drip => None,
            kind = read => Some(kind),
        };
        assert_eq!(ended, Some(io::ErrorKind::TimedOut));
        assert_eq!(began.elapsed(), HEAD);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_being_answered_is_not_hurried_nor_cut_off() {
        let (mut client, server) = duplex(64);
        let activity = Arc::new(Activity::default());
        let mut server = Guarded::new(server, Arc::clone(&activity), None);
        client.write_all(b"x").await.unwrap();
        let mut byte = [0];
        server.read_exact(&mut byte).await.unwrap();
        let busy = Activity::answering(&activity);
        assert!(!activity.cut_if_idle());
        let read = tokio::time::timeout(HEAD * 2, server.read_exact(&mut byte)).await;
        assert!(read.is_err(), "it waits");
        drop(busy);
        let cut = async {
            sleep(Duration::from_millis(10)).await;
            assert!(activity.cut_if_idle());
        };
        let (read, ()) = tokio::join!(server.read_exact(&mut byte), cut);
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_cut_off_and_who_reads_is_not() {
        let (client, server) = duplex(8);
        let mut server = Guarded::new(server, Arc::default(), None);
        let stuck = server.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
        drop(client);

        let (mut client, server) = duplex(8);
        let mut server = Guarded::new(server, Arc::default(), None);
        let read = async {
            let mut buffer = [0; 8];
            while client.read_exact(&mut buffer).await.is_ok() {
                sleep(Duration::from_secs(20)).await;
            }
        };
        let written = async {
            let written = server.write_all(&[0; 64]).await;
            drop(server);
            written
        };
        let (written, ()) = tokio::join!(written, read);
        assert!(written.is_ok());
    }
}
