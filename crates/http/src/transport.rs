//! One HTTP exchange, and nothing above it.
//!
//! The client speaks through this trait to a real server ([`crate::HttpTransport`]) or
//! to the sandbox in the same process, where a paused clock makes time
//! deterministic. It is the only thing the two sides share besides the clock:
//! what the bytes mean is decided on each side separately.

use async_trait::async_trait;
use bytes::Bytes;

/// The HTTP methods that Prismatic's endpoints use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// A request as it goes over the wire.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Header names in lower case, with their values. Values may be secret.
    pub headers: Vec<(String, String)>,
    /// The body. May be secret.
    pub body: Bytes,
}

/// Shows the method and the URL's path only: headers and bodies carry tokens.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Request {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// A response as it came over the wire.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Bytes,
}

/// Shows the status and the length only: bodies carry tokens and secrets.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Response {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Why an exchange produced no response.
///
/// The classes differ in what the server may have done: after
/// [`TransportError::Connect`] and [`TransportError::Certificate`] it has seen nothing, after the others it may
/// have carried the request out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request was never sent.
    #[error("cannot connect: {message}")]
    Connect {
        /// What the network stack said.
        message: String,
    },
    /// The server's certificate is not trusted: the request was never sent.
    #[error("cannot connect: the server's certificate is not trusted: {message}")]
    Certificate {
        /// What the network stack said.
        message: String,
    },
    /// The connection broke before a whole response arrived.
    #[error("the connection broke before the response arrived: {message}")]
    Broken {
        /// What the network stack said.
        message: String,
    },
    /// No response within the time allowed.
    #[error("no response within {seconds} s")]
    Timeout {
        /// The time allowed, in seconds.
        seconds: u64,
    },
    /// The response is larger than the client accepts.
    #[error("the response is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// Sends one request and returns its response.
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// One exchange.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when no whole response arrived. Every HTTP status is a response.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}
