use std::sync::Arc;

use prism_gitops::runtime::clock::SystemClock;
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript, Options, Sandbox, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const BODY: &str = r#"{"query": "{ customers { totalCount } }"}"#;

/// The whole answer to a request, as bytes on the wire.
async fn exchange(address: std::net::SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/ HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer t\r\n\
         content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(BODY.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut may end in an error: what came before it counts.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn it_answers_over_http_and_stops_when_told() {
    let sandbox = Sandbox::open(Options::new(Arc::new(SystemClock))).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(serve(sandbox.clone(), listener, shutdown));
    let answer = exchange(address).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with(r#"{"data":{"customers":{"totalCount":7}}}"#),
        "{answer}"
    );

    let rules = vec![FaultRule::every("customers", Fault::LostReply)];
    sandbox.set_faults(FaultScript { rules });
    let cut = exchange(address).await;
    assert!(!cut.contains("totalCount"), "{cut}");
    assert!(!cut.contains("\r\n0\r\n"), "the body has no end: {cut}");

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
