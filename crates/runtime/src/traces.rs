//! Traces by OTLP, if configured.
//!
//! Spans are handed to a queue that drops what does not fit, and a thread of its own sends them: a
//! collector that is slow or gone costs spans, and no pass waits for it.
//!
//! # Invariants
//!
//! - Only the spans in [`SPANS`] leave the process. Their fields are names, numbers and words of
//!   this program: no text of the API, no value of a manifest, no secret. Log lines stay here.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::HttpClient;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Metadata;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Filter, Layer};
use tracing_subscriber::registry::Registry;

/// The spans that are exported: a pass, its stages, a step of a plan, an operation of the API.
pub const SPANS: [&str; 6] = ["pass", "load", "plan", "apply", "step", "prismatic"];

/// How long the end of the process waits for the last spans.
const PATIENCE: Duration = Duration::from_secs(5);

/// A layer of the subscriber.
pub type TraceLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Where traces go, and as what.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// The whole URL that spans are posted to.
    pub endpoint: String,
    /// The service's name, where the standard's variables say none.
    pub service: Option<&'static str>,
}

/// Traces under way.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up traces")]
pub struct TraceError(#[source] opentelemetry_otlp::ExporterBuildError);

/// Begins to send spans. Headers, sampling, limits and attributes of the resource are those of the
/// standard's variables (`OTEL_…`), which the libraries read.
///
/// # Errors
///
/// [`TraceError`] for variables that make no sense.
pub fn start(
    settings: &TraceSettings,
    client: impl HttpClient + 'static,
) -> Result<(TraceLayer, Traces), TraceError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(&settings.endpoint)
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(TraceError)?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    let resource = match settings.service {
        Some(name) => resource.with_service_name(name),
        None => resource,
    };
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("prism-gitops"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(exported());
    Ok((Box::new(layer), Traces { provider }))
}

fn exported<S>() -> impl Filter<S> {
    filter_fn(is_exported)
}

fn is_exported(what: &Metadata<'_>) -> bool {
    let ours = what.target().starts_with("prism_gitops");
    ours && what.is_span() && SPANS.contains(&what.name())
}

impl Traces {
    /// Sends what is left, and waits for that no longer than a few seconds.
    pub fn finish(self) {
        // An unreachable collector was reported when it failed first.
        let _ = self.provider.shutdown_with_timeout(PATIENCE);
    }
}
