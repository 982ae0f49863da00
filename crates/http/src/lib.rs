//! The real transport: HTTP by reqwest.
//!
//! Bounded in every direction: connecting and the whole exchange in time, the
//! response in size. Redirects are answers, not followed, because a request
//! carries a token. Proxies come from the environment as everywhere, except
//! for plain http, which is spoken on this machine only.

mod certificates;
mod listen;
pub mod transport;

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use url::{Host, Url};

pub use listen::Listening;

use self::transport::{Method, Request, Response, Transport, TransportError};
use prism_gitops_core::model::chain;

const USER_AGENT: &str = concat!("prism-gitops/", env!("CARGO_PKG_VERSION"));

/// The bounds of an exchange.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long an exchange may take as a whole.
    pub timeout: Duration,
    /// How large a response may be, decompressed, in bytes.
    pub max_body: usize,
    /// A file of certificates (PEM) to trust besides the system's, of authorities or servers.
    pub ca_file: Option<PathBuf>,
    /// Another, which is meant for other programs: it is left out where it cannot be used.
    pub node_ca_file: Option<PathBuf>,
    /// Plain http is spoken with other machines too: for what is no secret, and never with a token.
    pub clear: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(130),
            max_body: 64 * 1024 * 1024,
            ca_file: None,
            node_ca_file: None,
            clear: false,
        }
    }
}

/// Why there can be no transport.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The file of certificates cannot be read.
    #[error("cannot read the certificates in {}", path.display())]
    ReadCertificates {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of certificates holds none, or not in PEM.
    #[error("{} holds no certificates in PEM form", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why, where it cannot be parsed.
        source: Option<rustls::pki_types::pem::Error>,
    },
    /// The HTTP client cannot be set up: often, the system has no CA certificates.
    #[error("cannot set up HTTPS; are the system's CA certificates installed?")]
    Client(#[source] reqwest::Error),
    /// Certificates beyond the system's cannot be trusted.
    #[error("cannot set up HTTPS with these certificates")]
    Tls(#[source] rustls::Error),
}

/// Sends requests over the network.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: Client,
    /// For plain http on this machine, which must not reach a proxy on another.
    local: Client,
    settings: HttpSettings,
}

impl HttpTransport {
    /// Sets up a client.
    ///
    /// # Errors
    ///
    /// [`HttpError`] when the certificates cannot be loaded or TLS cannot be set up.
    pub fn new(settings: HttpSettings) -> Result<Self, HttpError> {
        // Other code in the process may have installed one: that works as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = bounded(&settings);
        if let Some(tls) = certificates::config(&settings)? {
            builder = builder.tls_backend_preconfigured(tls);
        }
        let local = bounded(&settings).no_proxy().tls_certs_only([]);
        Ok(Self {
            client: builder.build().map_err(HttpError::Client)?,
            local: local.build().map_err(HttpError::Client)?,
            settings,
        })
    }

    /// Sends a request, and waits for the head of its response. `whole` is how long everything
    /// may take, where that is not what the settings say.
    async fn begin(
        &self,
        request: Request,
        whole: Option<Duration>,
    ) -> Result<reqwest::Response, TransportError> {
        let url = checked(&request.url, self.settings.clear)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let client = match url.scheme() {
            "http" => &self.local,
            _ => &self.client,
        };
        let mut builder = client.request(method, url).body(request.body);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(whole) = whole {
            builder = builder.timeout(whole);
        }
        builder.send().await.map_err(|e| self.failure(e))
    }

    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, TransportError> {
        let limit = self.settings.max_body;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.failure(e))? {
            if body.len() + chunk.len() > limit {
                return Err(TransportError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn failure(&self, error: reqwest::Error) -> TransportError {
        let error = error.without_url();
        // The outer two say no more than that there is no connection.
        let cause = error.source().and_then(|outer| outer.source());
        let message = match cause {
            Some(cause) if error.is_connect() => chain(cause),
            _ => chain(&error),
        };
        // A connect timeout is both; what counts is that nothing was sent.
        if let Some(reason) = certificate(&error) {
            TransportError::Certificate {
                message: reason.to_string(),
            }
        } else if error.is_connect() || error.is_builder() {
            TransportError::Connect { message }
        } else if error.is_timeout() {
            TransportError::Timeout {
                seconds: self.settings.timeout.as_secs(),
            }
        } else {
            TransportError::Broken { message }
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let response = self.begin(request, None).await?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect();
        Ok(Response {
            status,
            headers,
            body: self.body(response).await?,
        })
    }
}

fn bounded(settings: &HttpSettings) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .redirect(Policy::none())
}

/// The last line of defence against a token in clear on the network.
fn checked(text: &str, clear: bool) -> Result<Url, TransportError> {
    let never_sent = |message: &str| TransportError::Connect {
        message: message.to_owned(),
    };
    let url = Url::parse(text).map_err(|_| never_sent("the request's URL is not one"))?;
    if url.scheme() == "https" || (url.scheme() == "http" && (clear || is_loopback(&url))) {
        Ok(url)
    } else {
        Err(never_sent(
            "only https is spoken with other machines; http would show the token to the network",
        ))
    }
}

/// What is wrong with the server's certificate, if that is what is wrong.
fn certificate<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found @ rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error does not count what it wraps among its sources, perhaps another of its kind.
        let wrapped = (error.downcast_ref::<std::io::Error>()).and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Whether a URL points to this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_leaves_the_machine_in_clear() {
        for url in [
            "http://127.0.0.1:1/api",
            "http://localhost/api",
            "https://x.example/api",
        ] {
            assert!(checked(url, false).is_ok(), "{url}");
        }
        for url in ["http://x.example/api", "ftp://localhost/", "nonsense"] {
            assert!(
                matches!(checked(url, false), Err(TransportError::Connect { .. })),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_secret_may_go_in_clear() {
        assert!(checked("http://x.example/v1/traces", true).is_ok());
        assert!(checked("ftp://x.example/", true).is_err());
    }

    #[test]
    fn certificates_that_cannot_be_used_are_reported() {
        let missing = HttpSettings {
            ca_file: Some("/nowhere/ca.pem".into()),
            ..HttpSettings::default()
        };
        let error = HttpTransport::new(missing).unwrap_err();
        insta::assert_snapshot!(error, @"cannot read the certificates in /nowhere/ca.pem");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no certificate").unwrap();
        let empty = HttpSettings {
            ca_file: Some(file.path().to_owned()),
            ..HttpSettings::default()
        };
        let error = HttpTransport::new(empty).unwrap_err().to_string();
        assert!(
            error.ends_with("holds no certificates in PEM form"),
            "{error}"
        );
    }
}
