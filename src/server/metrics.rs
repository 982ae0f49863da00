//! Metrics in the text form of `OpenMetrics`, computed from the status at each scrape.
//!
//! There is no second set of counters that could disagree with the status.
//! Names and meanings are in `docs/daemon.md`; they are an interface.

mod form;

pub(super) use form::Form;

use std::collections::BTreeMap;
use std::fmt::Error;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::controller::Status;
use crate::controller::totals::{BOUNDS, Histogram};
use crate::model::{Health, Kind, SyncStatus};

const PREFIX: &str = "prism_gitops";

/// The metrics of a status.
///
/// # Errors
///
/// Never in practice: it writes to a string.
pub(super) fn text(status: Status, now: Timestamp) -> Result<String, Error> {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(Reading { status, now }));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// A status at the moment of a scrape.
#[derive(Debug)]
struct Reading {
    status: Status,
    now: Timestamp,
}

impl Collector for Reading {
    fn encode(&self, encoder: DescriptorEncoder) -> Result<(), Error> {
        let mut out = Out(encoder);
        self.about(&mut out)?;
        self.passes(&mut out)?;
        self.steps(&mut out)?;
        self.resources(&mut out)?;
        self.remote(&mut out)?;
        self.times(&mut out)
    }
}

impl Reading {
    fn about(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let labels = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("environment", self.status.environment.as_str()),
        ];
        let help = "What is running; always 1";
        let mut metric = out.gauge("build_info", help)?;
        gauge(&mut metric.encode_family(&labels)?, &1_i64)
    }

    fn passes(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let totals = &self.status.totals;
        let mut metric = out.counter("pass", "Passes that ended, by result")?;
        for (result, count) in &totals.passes {
            let labels = [("result", result.as_str())];
            counter(&mut metric.encode_family(&labels)?, *count)?;
        }
        let help = "How long passes took";
        out.histogram("pass_duration_seconds", help, &totals.durations)
    }

    fn steps(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let totals = &self.status.totals;
        let mut metric = out.counter("steps", "Writes that ended, by action and result")?;
        for ((action, result), count) in &totals.steps {
            let labels = [("action", action.as_str()), ("result", result)];
            counter(&mut metric.encode_family(&labels)?, *count)?;
        }
        let Some(requests) = totals.api_requests else {
            return Ok(());
        };
        let help = "Requests sent to the tenant, retries included";
        counter(&mut out.counter("api_requests", help)?, requests)
    }

    fn resources(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let mut counts: BTreeMap<(Kind, SyncStatus, Health), i64> = BTreeMap::new();
        for resource in self.status.resources.iter() {
            let key = (resource.address.kind, resource.sync, resource.health);
            *counts.entry(key).or_default() += 1;
        }
        let mut metric = out.gauge("resources", "Resources, by kind and state")?;
        for ((kind, sync, health), count) in counts {
            let labels = [
                ("kind", kind.to_string()),
                ("sync", sync.to_string()),
                ("health", health.to_string()),
            ];
            gauge(&mut metric.encode_family(&labels)?, &count)?;
        }
        Ok(())
    }

    fn remote(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let totals = &self.status.totals;
        if !totals.webhooks.is_empty() {
            let help = "Calls of webhooks, by provider and result";
            let mut metric = out.counter("webhook", help)?;
            for ((provider, result), count) in &totals.webhooks {
                let labels = [("provider", *provider), ("result", *result)];
                counter(&mut metric.encode_family(&labels)?, *count)?;
            }
        }
        let Some(source) = &self.status.source else {
            return Ok(());
        };
        let help = "Looks at the git remote, by result";
        let mut metric = out.counter("git_fetch", help)?;
        for (fetched, count) in &totals.fetches {
            let labels = [("result", fetched.as_str())];
            counter(&mut metric.encode_family(&labels)?, *count)?;
        }
        if let Some(at) = source.last_success_at {
            let help = "When the git remote last gave what it has, in Unix time";
            let name = "git_last_success_timestamp_seconds";
            gauge(&mut out.gauge(name, help)?, &at.as_second())?;
        }
        Ok(())
    }

    fn times(&self, out: &mut Out<'_>) -> Result<(), Error> {
        if let Some(at) = self.status.last_success_at {
            let help = "When a pass last ended with nothing failed, in Unix time";
            gauge(
                &mut out.gauge("last_success_timestamp_seconds", help)?,
                &at.as_second(),
            )?;
        }
        if let Some(age) = self.status.observation_age(self.now) {
            let help = "Age of the last reading of the tenant";
            gauge(
                &mut out.gauge("observation_age_seconds", help)?,
                &age.as_secs_f64(),
            )?;
        }
        let help = "Whether somebody paused: 1 or 0";
        let paused = i64::from(self.status.paused.is_some());
        gauge(&mut out.gauge("paused", help)?, &paused)?;
        let help = "Whether the files as they are now are valid: 1 or 0";
        let diagnostics = self
            .status
            .error
            .as_ref()
            .map(|error| error.diagnostics.len());
        let valid = diagnostics.unwrap_or(0) == 0;
        gauge(&mut out.gauge("files_valid", help)?, &i64::from(valid))
    }
}

struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
    fn counter(&mut self, name: &'static str, help: &str) -> Result<MetricEncoder<'_>, Error> {
        self.0
            .encode_descriptor(name, help, None, MetricType::Counter)
    }

    fn gauge(&mut self, name: &'static str, help: &str) -> Result<MetricEncoder<'_>, Error> {
        self.0
            .encode_descriptor(name, help, None, MetricType::Gauge)
    }

    fn histogram(
        &mut self,
        name: &'static str,
        help: &str,
        histogram: &Histogram,
    ) -> Result<(), Error> {
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(histogram.buckets).collect();
        let kind = MetricType::Histogram;
        self.0
            .encode_descriptor(name, help, None, kind)?
            .encode_histogram::<NoLabelSet>(histogram.sum, histogram.count, &buckets, None)
    }
}

fn counter(metric: &mut MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn gauge(metric: &mut MetricEncoder<'_>, value: &impl EncodeGaugeValue) -> Result<(), Error> {
    metric.encode_gauge(value)
}
