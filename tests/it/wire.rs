//! The HTTP transport over real sockets: the few things that no fake can show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::time::Duration;

use prism_gitops::prismatic::transport::{Method, Request, Response, Transport, TransportError};
use prism_gitops::prismatic::{HttpSettings, HttpTransport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Serves each connection with the given bytes; `None` keeps it open in silence.
async fn serve(answer: Option<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_with(stream, answer.clone()));
        }
    });
    address
}

async fn answer_with(mut stream: TcpStream, answer: Option<Vec<u8>>) {
    let mut request = vec![0; 64 * 1024];
    let _ = stream.read(&mut request).await;
    match answer {
        Some(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        None => std::future::pending().await,
    }
}

fn response(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn settings() -> HttpSettings {
    HttpSettings {
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        max_body: 1024 * 1024,
        ..HttpSettings::default()
    }
}

async fn post(url: &str, settings: HttpSettings) -> Result<Response, TransportError> {
    let transport = HttpTransport::new(settings).unwrap();
    let request = Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: vec![("authorization".to_owned(), "Bearer canary".to_owned())],
        body: "{}".into(),
    };
    transport.send(request).await
}

/// Some bytes as gzip.
fn gzipped(text: &[u8]) -> Vec<u8> {
    // Stored blocks need no compressor and are gzip all the same.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let chunks: Vec<_> = text.chunks(65_535).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        let length = u16::try_from(chunk.len()).unwrap();
        out.push(u8::from(index + 1 == chunks.len()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(*chunk);
    }
    out.extend(crc32(text).to_le_bytes());
    out.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[tokio::test]
async fn gzip_is_unpacked_and_headers_are_kept() {
    let body = gzipped(br#"{"data":{}}"#);
    let headers = "content-encoding: gzip\r\nRetry-After: 3\r\n";
    let address = serve(Some(response(headers, &body))).await;
    let answer = post(&format!("http://{address}/api"), settings())
        .await
        .unwrap();
    assert_eq!(&answer.body[..], br#"{"data":{}}"#);
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (200, Some("3"))
    );
}

#[tokio::test]
async fn a_large_response_is_cut_off_packed_or_not() {
    let large = vec![b'a'; 3 * 1024 * 1024];
    let packed = response("content-encoding: gzip\r\n", &gzipped(&large));
    for answer in [response("", &large), packed] {
        let address = serve(Some(answer)).await;
        let error = post(&format!("http://{address}/"), settings())
            .await
            .unwrap_err();
        assert!(
            matches!(error, TransportError::TooLarge { limit: 1_048_576 }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn silence_ends_after_the_timeout() {
    let address = serve(None).await;
    let short = HttpSettings {
        timeout: Duration::from_secs(1),
        ..settings()
    };
    let begun = Instant::now();
    let error = post(&format!("http://{address}/"), short)
        .await
        .unwrap_err();
    assert!(
        matches!(error, TransportError::Timeout { seconds: 1 }),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_never_was() {
    let half = response("", &[b'a'; 100]);
    for answer in [Vec::new(), half[..half.len() - 50].to_vec()] {
        let address = serve(Some(answer)).await;
        let error = post(&format!("http://{address}/"), settings())
            .await
            .unwrap_err();
        assert!(matches!(error, TransportError::Broken { .. }), "{error}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let error = post(&format!("http://{address}/"), settings())
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let elsewhere = serve(Some(response("", b"taken"))).await;
    let moved =
        format!("HTTP/1.1 307 Go\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let address = serve(Some(moved.into_bytes())).await;
    let answer = post(&format!("http://{address}/"), settings())
        .await
        .unwrap();
    assert_eq!((answer.status, answer.body.len()), (307, 0));
}

#[tokio::test]
async fn plain_http_to_another_machine_is_never_sent() {
    let error = post("http://192.0.2.1:9/api", settings())
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"cannot connect: only https is spoken with other machines; http would show the token to the network");
}
