//! Whether traces are wanted, where they go, and the connection there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::{Builder, Runtime};

use crate::cli::Variables;
use crate::cli::error::CliError;
use crate::prismatic::transport::{self, Method, Transport as _, TransportError};
use crate::prismatic::{HttpSettings, HttpTransport};
use crate::runtime::traces::{self, TraceLayer, TraceSettings, Traces};

/// The path that the standard appends to a base URL.
const PATH: &str = "/v1/traces";

/// Starts the export of traces, if configured.
pub(super) fn start(
    given: Option<&str>,
    variables: &Variables,
) -> Result<Option<(TraceLayer, Traces)>, CliError> {
    let Some((said, path)) = endpoint(given, variables) else {
        return Ok(None);
    };
    let url = url::Url::parse(said).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| {
        // Without the text: it may hold a password.
        CliError::user("traces cannot be sent to what is no http or https URL")
            .hint("write one such as http://127.0.0.1:4318 with --otlp-endpoint")
    })?;
    let endpoint = match path {
        "" => url.to_string(),
        path => format!("{}{path}", url.as_str().trim_end_matches('/')),
    };
    let has_headers = [
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    ];
    let has_headers = has_headers
        .iter()
        .any(|name| set(variables, name).is_some());
    let settings = HttpSettings {
        connect_timeout: Duration::from_secs(3),
        timeout: Duration::from_secs(10),
        max_body: 64 * 1024,
        // Spans are no secret, and a collector is often reached so; a header may be one.
        clear: !has_headers,
        ..HttpSettings::default()
    };
    let client = Client::new(settings)?;
    let named = set(variables, "OTEL_SERVICE_NAME").is_some()
        || set(variables, "OTEL_RESOURCE_ATTRIBUTES")
            .is_some_and(|text| text.contains("service.name="));
    let settings = TraceSettings {
        endpoint,
        service: (!named).then_some("prism-gitops"),
    };
    let started = traces::start(&settings, client);
    let started = started.map_err(|error| {
        CliError::user("traces cannot be sent")
            .because(&error)
            .hint("look at --otlp-endpoint and the variables OTEL_EXPORTER_OTLP_…")
    })?;
    Ok(Some(started))
}

/// Where spans are posted, and the path below it: the flag and the general variable are base URLs,
/// the one for traces is not.
fn endpoint<'a>(
    given: Option<&'a str>,
    variables: &'a Variables,
) -> Option<(&'a str, &'static str)> {
    if set(variables, "OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return None;
    }
    let given = given.filter(|text| !text.is_empty()).map(|url| (url, PATH));
    let whole = || Some((set(variables, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")?, ""));
    let base = || Some((set(variables, "OTEL_EXPORTER_OTLP_ENDPOINT")?, PATH));
    given.or_else(whole).or_else(base)
}

/// A variable that is there and not empty: the standard takes an empty one for none.
fn set<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    variables
        .get(name)
        .map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// Sends spans by our own transport, from the thread that collects them.
#[derive(Debug)]
struct Client {
    transport: HttpTransport,
    /// The thread has none.
    runtime: Runtime,
    /// An outage was logged, and no export has succeeded since.
    failing: AtomicBool,
}

impl Client {
    fn new(settings: HttpSettings) -> Result<Self, CliError> {
        let transport = HttpTransport::new(settings)
            .map_err(|error| CliError::world("cannot prepare connections").because(&error))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            transport,
            runtime: runtime.map_err(|error| CliError::world("cannot start").because(&error))?,
            failing: AtomicBool::new(false),
        })
    }

    /// Logs an outage once, at its beginning.
    fn note(&self, outcome: &Result<transport::Response, TransportError>) {
        let problem = match outcome {
            Ok(response) if response.status < 300 => None,
            Ok(response) => Some(format!("it answers {}", response.status)),
            Err(error) => Some(error.to_string()),
        };
        let before = self.failing.swap(problem.is_some(), Ordering::Relaxed);
        if let (Some(problem), false) = (problem, before) {
            tracing::warn!(
                event = "traces.failed",
                error = problem,
                "traces are lost for now"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let sent = self.transport.send(transport::Request {
            method: Method::Post,
            url: request.uri().to_string(),
            headers: headers.collect(),
            body: request.body().clone(),
        });
        // This thread does nothing else.
        let outcome = self.runtime.block_on(sent);
        self.note(&outcome);
        let response = outcome?;
        let mut answer = Response::builder().status(response.status);
        for (name, value) in &response.headers {
            answer = answer.header(name, value);
        }
        Ok(answer.body(response.body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(all: &[(&str, &str)]) -> Variables {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        all.iter().map(owned).collect()
    }

    #[test]
    fn the_flag_comes_first_and_the_variables_mean_what_the_standard_says() {
        const TRACES: (&str, &str) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a/x");
        const ALL: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://b:4318/");
        for (given, set, expected) in [
            (None, &[][..], None),
            (None, &[ALL], Some(("http://b:4318/", PATH))),
            (None, &[ALL, TRACES], Some(("http://a/x", ""))),
            (Some("http://c"), &[ALL, TRACES], Some(("http://c", PATH))),
            (Some(""), &[], None),
            (None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], None),
            (Some("http://c"), &[("OTEL_SDK_DISABLED", "TRUE")], None),
        ] {
            let variables = variables(set);
            assert_eq!(endpoint(given, &variables), expected, "{given:?} {set:?}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_by_name() {
        for given in ["nonsense", "ftp://x", "http://"] {
            let refused = start(Some(given), &Variables::new()).err().unwrap();
            assert!(refused.hint_text().unwrap().contains("--otlp-endpoint"));
        }
        assert!(start(None, &Variables::new()).unwrap().is_none());
    }
}
