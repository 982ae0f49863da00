//! The sandbox served on a free port, on a thread of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use prism_gitops::runtime::clock::SystemClock;
use prism_gitops::sandbox;
use tokio::sync::oneshot;

/// A sandbox that ends with the test.
pub(crate) struct Server {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || serve(listener, stopped));
        Self {
            url: format!("http://{address}"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // What went wrong there has failed the test already.
            let _ = thread.join();
        }
    }
}

fn serve(listener: TcpListener, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        listener.set_nonblocking(true).expect("a socket");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        let options = sandbox::Options::new(Arc::new(SystemClock));
        let sandbox = sandbox::Sandbox::open(options).expect("opens");
        let shutdown = async { drop(stopped.await) };
        sandbox::serve(sandbox, listener, shutdown)
            .await
            .expect("serves");
    });
}
