//! A proxy between the binary and a server: logs the requests, and on demand loses a
//! request or its answer. That way both servers are observed and disturbed by the same code.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// One GraphQL request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The root fields, as written in the document.
    pub(crate) fields: Vec<String>,
    pub(crate) mutation: bool,
    pub(crate) variables: Value,
}

/// Where a write is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never receives it.
    Before,
    /// The server has done it; the answer is lost.
    After,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    /// How many more writes pass before one is cut off, with everything after it.
    cut: Option<(usize, Cut)>,
    severed: bool,
    /// How many more writes are answered before the answer of one is lost, and of that alone.
    lose: Option<usize>,
    /// What happens just before a call reaches the server.
    before: Option<Arc<Watch>>,
    /// Requests that the server has not answered yet.
    under_way: usize,
}

pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    pub(crate) fn start(upstream: &str) -> Self {
        Self::watched(upstream, |_| {})
    }

    /// The same, with a callback that sees each call before the server does.
    pub(crate) fn watched(upstream: &str, watch: impl Fn(&Call) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let shared = Arc::clone(&state);
        let watch: Arc<Watch> = Arc::new(watch);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (shared, upstream) = (Arc::clone(&shared), upstream.clone());
                let watch = Arc::clone(&watch);
                // A connection that breaks is what some tests ask for.
                std::thread::spawn(move || drop(relay(client, &upstream, &shared, &*watch)));
            }
        });
        Self { url, state }
    }

    /// What was asked since the last time, in order.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// Lets `passing` writes through and cuts the line at the next.
    pub(crate) fn cut(&self, passing: usize, cut: Cut) {
        let mut state = self.state.lock().unwrap();
        state.cut = Some((passing, cut));
        state.severed = false;
    }

    /// Loses the answer of the write after `passing` others; what comes after it is answered again.
    pub(crate) fn lose(&self, passing: usize) {
        self.state.lock().unwrap().lose = Some(passing);
    }

    /// Whether an answer was lost since it was asked for; none will be from now on.
    pub(crate) fn has_lost(&self) -> bool {
        self.state.lock().unwrap().lose.take().is_none()
    }

    /// Lets something happen just before each call from now on reaches the server.
    pub(crate) fn before_each(&self, before: impl Fn(&Call) + Send + Sync + 'static) {
        self.state.lock().unwrap().before = Some(Arc::new(before));
    }

    /// Whether the line was cut; it is whole again from now on.
    pub(crate) fn mend(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.cut = None;
        std::mem::take(&mut state.severed)
    }

    /// Whether the server has answered all it was asked.
    pub(crate) fn is_idle(&self) -> bool {
        self.state.lock().unwrap().under_way == 0
    }

    /// Whether the line is cut at this moment.
    pub(crate) fn is_severed(&self) -> bool {
        self.state.lock().unwrap().severed
    }
}

/// Sees a call before the server does.
type Watch = dyn Fn(&Call) + Send + Sync;

/// One request per connection: the next request opens another.
fn relay(
    mut client: TcpStream,
    upstream: &str,
    state: &Mutex<State>,
    watch: &Watch,
) -> std::io::Result<()> {
    let (head, body) = request(&mut client)?;
    let before = state.lock().unwrap().before.clone();
    if let Some(before) = before.filter(|_| head.starts_with("POST /api")) {
        before(&call(&serde_json::from_slice(&body).unwrap_or_default()));
    }
    let forward = |upstream: &str, head: &str, body: &[u8]| {
        state.lock().unwrap().under_way += 1;
        if head.starts_with("POST /api") {
            watch(&call(&serde_json::from_slice(body).unwrap_or_default()));
        }
        let answer = forward(upstream, head, body);
        state.lock().unwrap().under_way -= 1;
        answer
    };
    let answer = |client: &mut TcpStream| {
        let bytes = forward(upstream, &head, &body)?;
        client.write_all(&bytes)
    };
    match decide(&body, &head, state) {
        None => answer(&mut client)?,
        Some(Cut::Before) => {}
        Some(Cut::After) => drop(forward(upstream, &head, &body)?),
    }
    client.shutdown(Shutdown::Both)
}

/// Logs a request, and says where it is to be cut off.
fn decide(body: &[u8], head: &str, state: &Mutex<State>) -> Option<Cut> {
    let mut state = state.lock().unwrap();
    if state.severed {
        return Some(Cut::Before);
    }
    if !head.starts_with("POST /api") {
        return None;
    }
    let call = call(&serde_json::from_slice(body).unwrap_or_default());
    let mutation = call.mutation;
    state.calls.push(call);
    match &mut state.lose {
        Some(0) if mutation => {
            state.lose = None;
            return Some(Cut::After);
        }
        Some(passing) if mutation => *passing -= 1,
        _ => {}
    }
    match &mut state.cut {
        Some((passing, _)) if mutation && *passing > 0 => *passing -= 1,
        Some((_, cut)) if mutation => {
            let cut = *cut;
            state.severed = true;
            return Some(cut);
        }
        _ => {}
    }
    None
}

fn call(body: &Value) -> Call {
    let document = body["query"].as_str().unwrap_or_default();
    Call {
        fields: root_fields(document),
        mutation: document.trim_start().starts_with("mutation"),
        variables: body["variables"].clone(),
    }
}

/// The names at the first level of the first selection set, aliases left out.
fn root_fields(document: &str) -> Vec<String> {
    let (mut depth, mut parens, mut word, mut fields) = (0, 0, String::new(), Vec::new());
    for character in document.chars() {
        let in_name = character.is_alphanumeric() || character == '_';
        if depth == 1 && parens == 0 && in_name {
            word.push(character);
            continue;
        }
        if !word.is_empty() && character != ':' {
            fields.push(std::mem::take(&mut word));
        }
        word.clear();
        match character {
            '(' => parens += 1,
            ')' => parens -= 1,
            // Within parentheses they are values.
            _ if parens > 0 => {}
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    fields
}

fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65_536];
    loop {
        let read = client.read(&mut chunk)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        if bytes.len() >= end + 4 + content_length(&head) {
            return Ok((head, bytes.split_off(end + 4)));
        }
    }
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths
        .next()
        .map_or(0, |(_, text)| text.trim().parse().unwrap())
}

/// The server's answer to a query that is left out of the log.
pub(crate) fn ask(upstream: &str, query: &Value) -> Value {
    post(upstream, "/api", "watcher", query)
}

/// The server's answer to a query after a sign-in.
pub(crate) fn ask_signed_in(upstream: &str, query: &Value) -> Value {
    let upstream = upstream.trim_start_matches("http://");
    let grant = serde_json::json!({ "refresh_token": "sandbox" });
    let granted = post(upstream, "/auth/refresh", "none", &grant);
    post(
        upstream,
        "/api",
        granted["access_token"].as_str().unwrap(),
        query,
    )
}

fn post(upstream: &str, path: &str, token: &str, body: &Value) -> Value {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}",
        body.len()
    );
    let answer = forward(upstream, &head, body.as_bytes()).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Sends a request on, and gives the whole answer.
fn forward(upstream: &str, head: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let lines = head
        .lines()
        .filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: String = lines.flat_map(|line| [line, "\r\n"]).collect();
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}
