//! Server-sent events of a daemon.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::DaemonClient;
use crate::api::http;
use crate::prismatic::Listening;
use crate::prismatic::transport::{Method, Request};

/// The daemon sends something at least every 15 s; three of them missed, it is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// The longest line that is kept, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A stream of events.
pub(crate) struct Events {
    listening: Listening,
    parser: Parser,
}

impl DaemonClient {
    /// Listens from the event after `last` on, or from now. `None` where the daemon refuses: the reason shows
    /// in the next request.
    pub(crate) async fn events(&self, last: Option<&str>) -> Option<Events> {
        let mut headers = self.headers("text/event-stream");
        headers.extend(last.map(|last| ("last-event-id".to_owned(), last.to_owned())));
        let request = Request {
            method: Method::Get,
            url: format!("{}{}", self.url, http::EVENTS),
            headers,
            body: Bytes::new(),
        };
        let listening = self.transport.listen(request, SILENCE).await.ok()?;
        (listening.status == 200).then(|| Events {
            listening,
            parser: Parser::default(),
        })
    }
}

impl Events {
    /// The next event; `None` at the end, for any reason.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.parser.ready.pop_front() {
                return Some(event);
            }
            let piece = self.listening.next().await.ok()??;
            self.parser.take(&piece);
        }
    }
}

/// An event, with the fields used here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// What a listener says that comes back.
    pub(crate) id: Option<String>,
    /// What it is called.
    pub(crate) name: String,
}

/// Lines to events, as the HTML standard has it.
#[derive(Debug, Default)]
struct Parser {
    line: Vec<u8>,
    id: Option<String>,
    name: String,
    has_data: bool,
    ready: VecDeque<Event>,
}

impl Parser {
    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    self.take_line(String::from_utf8_lossy(&line).trim_end_matches('\r'));
                }
                // A longer line is data, which is not used here.
                _ if self.line.len() >= LONGEST => {}
                byte => self.line.push(*byte),
            }
        }
    }

    fn take_line(&mut self, line: &str) {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            if std::mem::take(&mut self.has_data) {
                let id = self.id.clone();
                self.ready.push_back(Event { id, name });
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            // A header would not take them.
            "id" if !value.contains(char::is_control) => self.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.name),
            "data" => self.has_data = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = ": heartbeat\n\nid: a-1\nevent: status\ndata: {}\n\n\
                        event: draining\r\ndata: {}\r\ndata:\r\n\r\nid: a-3\n\nevent: lost\n";

    #[test]
    fn events_are_read_whatever_the_pieces() {
        let event = |id: &str, name: &str| Event {
            id: Some(id.to_owned()),
            name: name.to_owned(),
        };
        for size in [1, 7, TEXT.len()] {
            let mut parser = Parser::default();
            TEXT.as_bytes().chunks(size).for_each(|it| parser.take(it));
            let expected = [event("a-1", "status"), event("a-1", "draining")];
            assert_eq!(parser.ready, expected, "{size}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let mut parser = Parser::default();
        parser.take(&vec![b'x'; 3 * LONGEST]);
        assert_eq!(parser.line.len(), LONGEST);
    }
}
