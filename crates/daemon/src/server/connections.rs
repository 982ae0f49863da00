//! Connections: a limited number, where an idle one gives way to a new one.
//!
//! # Invariants
//!
//! - Where all places are taken, the connection that has been idle for the longest is closed. One on which a
//!   request is being answered never is.
//! - Some places are reserved for probes (all but [`OTHERS`]), so that health, readiness and metrics are
//!   answered under any other load.

mod activity;
mod guarded;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::Request;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(super) use activity::InUse;

use super::api::Peer;
use activity::Activity;
use guarded::Guarded;

/// How many connections there are at once.
const MOST: usize = 256;
/// How many requests are answered at once that are no probes. The rest of the places is for those.
pub(super) const OTHERS: usize = 192;
/// A connection that was opened, or written to, just now may be about to say something.
const FRESH: Duration = Duration::from_millis(250);
/// The interval at which a new connection checks for a free place.
const POLL: Duration = Duration::from_millis(50);

/// Takes connections, and makes room for them.
pub(super) struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
    open: VecDeque<Weak<Activity>>,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(MOST)),
            open: VecDeque::new(),
        }
    }

    /// A place. If none is free, idle connections are asked to close until one is.
    async fn place(&mut self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
                return Some(permit);
            }
            self.make_room();
            let room = Arc::clone(&self.room).acquire_owned();
            if let Ok(permit) = tokio::time::timeout(POLL, room).await {
                // Never closed, so there is always a permit in the end.
                return permit.ok();
            }
        }
    }

    /// Ends the connection that has been idle for the longest.
    fn make_room(&mut self) {
        self.open.retain(|one| one.strong_count() > 0);
        let all = self.open.iter().filter_map(Weak::upgrade);
        let mut idle: Vec<_> = all
            .filter(|one| !one.is_busy() && one.since().elapsed() >= FRESH)
            .collect();
        idle.sort_by_key(|one| one.since());
        // One that began to answer meanwhile stays.
        let _ = idle.iter().find(|one| one.cut_if_idle());
    }
}

impl Listener for Bounded {
    type Io = Guarded<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // Taken first: a connection needs no place before it is accepted.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let permit = self.place().await;
        let activity = Arc::new(Activity::default());
        if self.open.len() >= 2 * MOST {
            self.open.retain(|one| one.strong_count() > 0);
        }
        self.open.push_back(Arc::downgrade(&activity));
        (Guarded::new(stream, activity, permit), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// The client's address, and its connection.
#[derive(Debug, Clone)]
pub(super) struct Link {
    peer: Peer,
    activity: Arc<Activity>,
}

impl Connected<IncomingStream<'_, Bounded>> for Link {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self {
            peer: Peer(*stream.remote_addr()),
            activity: Arc::clone(stream.io().activity()),
        }
    }
}

/// Marks a connection as answering for as long as a request takes.
pub(super) async fn mark(mut request: Request, next: Next) -> Response {
    let link = request.extensions_mut().remove::<ConnectInfo<Link>>();
    let Some(ConnectInfo(Link { peer, activity })) = link else {
        return next.run(request).await;
    };
    let answering = Activity::answering(&activity);
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(answering.clone());
    let response = next.run(request).await;
    drop(answering);
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn serve() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/hangs", get(std::future::pending::<()>))
            .layer(axum::middleware::from_fn(mark))
            .into_make_service_with_connect_info::<Link>();
        let serving = axum::serve(Bounded::new(listener), routes);
        tokio::spawn(serving.into_future());
        address
    }

    async fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn is_healthy(address: SocketAddr) -> bool {
        let probe = async {
            let mut stream = ask(address, "/healthz").await;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            answer.ends_with(b"200")
        };
        let probed = tokio::time::timeout(Duration::from_secs(20), probe).await;
        probed.unwrap_or(false)
    }

    async fn crowd(address: SocketAddr, first: &[u8]) -> Vec<TcpStream> {
        let mut all = Vec::new();
        for _ in 0..MOST + 20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // One that was made room for already is gone.
            let _ = stream.write_all(first).await;
            all.push(stream);
        }
        all
    }

    #[tokio::test]
    async fn a_crowd_that_says_nothing_or_a_little_silences_no_probe() {
        for first in [&b""[..], b"GET /healthz HTTP/1.1\r\nX-A: "] {
            let address = serve().await;
            let _crowd = crowd(address, first).await;
            for _ in 0..3 {
                assert!(is_healthy(address).await);
            }
        }
    }

    #[tokio::test]
    async fn who_is_being_answered_is_not_cut_off_for_others() {
        let address = serve().await;
        let mut waiting = ask(address, "/hangs").await;
        let _crowd = crowd(address, b"").await;
        assert!(is_healthy(address).await);
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(100), waiting.read(&mut byte));
        assert!(read.await.is_err(), "it still waits for its answer");
    }
}
