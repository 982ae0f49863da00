//! A server that answers as a test says, or passes requests on to a sandbox, and keeps what it was sent.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::environment::Environment;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The request line and the headers, as they were sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The path of its URL.
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The body as JSON; null where it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A listening server. Its thread ends with the test's process.
pub(crate) struct FarEnd {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl FarEnd {
    /// Answers every request with the bytes that come out, and closes the connection.
    pub(crate) fn answering(answer: impl Fn(&Received) -> Vec<u8> + Send + 'static) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// The same, on a given listener.
    pub(crate) fn at(
        listener: TcpListener,
        answer: impl Fn(&Received) -> Vec<u8> + Send + 'static,
    ) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = read(&mut stream) else {
                    continue;
                };
                log.lock().unwrap().push(request.clone());
                // A client that has seen enough goes away before the end.
                let _ = stream.write_all(&answer(&request));
            }
        });
        Self { url, received }
    }

    /// Passes everything on to the server that an environment uses, and takes its place.
    pub(crate) fn before(environment: &mut Environment) -> Self {
        Self::held(environment, |_| {})
    }

    /// The same, with something to do before a request is passed on.
    pub(crate) fn held(
        environment: &mut Environment,
        hold: impl Fn(&Received) + Send + 'static,
    ) -> Self {
        let url = environment.variable("PRISMATIC_URL").unwrap();
        let address = url.trim_start_matches("http://").to_owned();
        let this = Self::answering(move |request| {
            hold(request);
            pass_on(&address, request)
        });
        environment.set("PRISMATIC_URL", &this.url);
        this
    }

    /// Everything that was received.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The variables of the last request whose document contains a text.
    #[track_caller]
    pub(crate) fn variables(&self, of: &str) -> Value {
        let all = self.received();
        let bodies = all.iter().rev().map(Received::json);
        let mut found = bodies.filter(|it| it["query"].as_str().is_some_and(|it| it.contains(of)));
        found.next().unwrap()["variables"].take()
    }
}

/// A response that ends with its connection.
pub(crate) fn response(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One request; `None` if the connection ends before it does.
fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(received) = whole(&bytes) {
            return Some(received);
        }
        match stream.read(&mut part).ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn whole(bytes: &[u8]) -> Option<Received> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let lower = head.to_lowercase();
    let mut lengths = lower
        .lines()
        .filter_map(|line| line.strip_prefix("content-length:"));
    let length: usize = lengths
        .next()
        .map_or(0, |text| text.trim().parse().unwrap());
    let body = bytes.get(end..end + length)?.to_vec();
    Some(Received { head, body })
}

/// The body of what a server answers to a JSON body.
pub(crate) fn post(url: &str, path: &str, body: &str) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let body = body.as_bytes().to_vec();
    let answer = pass_on(url.trim_start_matches("http://"), &Received { head, body });
    let answer = String::from_utf8(answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn pass_on(address: &str, request: &Received) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let (line, rest) = request.head.split_once("\r\n").unwrap();
    let head = format!("{line}\r\nconnection: close\r\n{rest}");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&request.body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
