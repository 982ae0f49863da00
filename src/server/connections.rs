//! Connections: so many at once, and none that does nothing.
//!
//! # Invariant
//!
//! - A connection to which nothing could be written for [`QUIET`] is closed. Every
//!   request is answered well within that and every event stream has a
//!   heartbeat, so that only ends those who send a request drop by drop, who
//!   do not read their answer, and who have no use for the connection.

use std::future::Future as _;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use super::api::Peer;

/// How many connections there are at once. Others wait to be taken.
const MOST: usize = 256;
/// How long nothing may be written to one.
const QUIET: Duration = Duration::from_secs(30);

/// Takes connections while there is room.
pub(super) struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(MOST)),
        }
    }
}

impl Listener for Bounded {
    type Io = Guarded<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // Never closed, so there is always a permit in the end.
        let permit = Arc::clone(&self.room).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Guarded::new(stream, permit), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection with a deadline.
pub(super) struct Guarded<S> {
    stream: S,
    deadline: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl<S> Guarded<S> {
    fn new(stream: S, permit: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            stream,
            deadline: Box::pin(sleep(QUIET)),
            _permit: permit,
        }
    }

    /// An error once the deadline has passed.
    fn late<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) if count > 0 => {
                self.deadline.as_mut().reset(Instant::now() + QUIET);
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
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
        let mut server = Guarded::new(server, None);
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
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_cut_off_and_who_reads_is_not() {
        let (client, server) = duplex(8);
        let mut server = Guarded::new(server, None);
        let stuck = server.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
        drop(client);

        let (mut client, server) = duplex(8);
        let mut server = Guarded::new(server, None);
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
