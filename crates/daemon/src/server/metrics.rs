//! Metrics in the text form of `OpenMetrics`, computed from the status at each scrape.
//!
//! There is no second set of counters that could disagree with the status.
//! Names and meanings are in `docs/daemon.md`; they are an interface.

mod form;

pub(super) use form::Form;

use std::collections::{BTreeMap, BTreeSet};
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

/// The metrics of environments. What is the process's own comes from the first.
///
/// # Errors
///
/// Never in practice: it writes to a string.
pub(super) fn text(statuses: Vec<Status>, now: Timestamp) -> Result<String, Error> {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(Reading { statuses, now }));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Statuses at the moment of a scrape.
#[derive(Debug)]
struct Reading {
    statuses: Vec<Status>,
    now: Timestamp,
}

impl Collector for Reading {
    fn encode(&self, encoder: DescriptorEncoder) -> Result<(), Error> {
        let mut out = Out(encoder);
        self.about(&mut out)?;
        self.passes(&mut out)?;
        self.steps(&mut out)?;
        self.resources(&mut out)?;
        self.rollouts(&mut out)?;
        self.remote(&mut out)?;
        self.times(&mut out)?;
        self.states(&mut out)
    }
}

impl Reading {
    /// Each environment with its name.
    fn each(&self) -> impl Iterator<Item = (&str, &Status)> {
        let statuses = self.statuses.iter();
        statuses.map(|status| (status.environment.as_str(), status))
    }

    fn about(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let mut metric = out.gauge("build_info", "What is running; always 1")?;
        for (environment, _) in self.each() {
            let version = ("version", env!("CARGO_PKG_VERSION"));
            let labels = [version, ("environment", environment)];
            gauge(&mut metric.encode_family(&labels)?, &1_i64)?;
        }
        Ok(())
    }

    fn passes(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let mut metric = out.counter("pass", "Passes that ended, by result")?;
        for (environment, status) in self.each() {
            for (result, count) in &status.totals.passes {
                let labels = [("environment", environment), ("result", result.as_str())];
                counter(&mut metric.encode_family(&labels)?, *count)?;
            }
        }
        let mut metric = out.histogram("pass_duration_seconds", "How long passes took")?;
        for (environment, status) in self.each() {
            let labels = [("environment", environment)];
            let mut metric = metric.encode_family(&labels)?;
            histogram(&mut metric, &status.totals.durations)?;
        }
        Ok(())
    }

    fn steps(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let mut metric = out.counter("steps", "Writes that ended, by action and result")?;
        for (environment, status) in self.each() {
            for ((action, result), count) in &status.totals.steps {
                let environment = ("environment", environment);
                let labels = [environment, ("action", action.as_str()), ("result", result)];
                counter(&mut metric.encode_family(&labels)?, *count)?;
            }
        }
        let requests = self
            .each()
            .filter_map(|(environment, status)| Some((environment, status.totals.api_requests?)));
        let mut requests = requests.peekable();
        if requests.peek().is_none() {
            return Ok(());
        }
        let help = "Requests sent to the tenant, retries included";
        let mut metric = out.counter("api_requests", help)?;
        for (environment, requests) in requests {
            let labels = [("environment", environment)];
            counter(&mut metric.encode_family(&labels)?, requests)?;
        }
        Ok(())
    }

    fn resources(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let mut metric = out.gauge("resources", "Resources, by kind and state")?;
        for (environment, status) in self.each() {
            let mut counts: BTreeMap<(Kind, SyncStatus, Health), i64> = BTreeMap::new();
            for resource in status.resources.iter() {
                let key = (resource.address.kind, resource.sync, resource.health);
                *counts.entry(key).or_default() += 1;
            }
            for ((kind, sync, health), count) in counts {
                let labels = [
                    ("environment", environment.to_owned()),
                    ("kind", kind.to_string()),
                    ("sync", sync.to_string()),
                    ("health", health.to_string()),
                ];
                gauge(&mut metric.encode_family(&labels)?, &count)?;
            }
        }
        Ok(())
    }

    /// The rollouts of the last plan. Members are counted, never named.
    fn rollouts(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let all = || {
            let plans = self.each();
            let plans =
                plans.filter_map(|(environment, it)| Some((environment, it.plan.as_ref()?)));
            plans.flat_map(|(environment, plan)| {
                plan.rollouts.iter().map(move |it| (environment, it))
            })
        };
        if all().next().is_none() {
            return Ok(());
        }
        let mut metric = out.gauge("rollout_wave", "The state of a wave of a rollout; always 1")?;
        for (environment, rollout) in all() {
            for wave in &rollout.derived.waves {
                let labels = [
                    ("environment", environment),
                    ("integration", rollout.address.name.as_str()),
                    ("wave", wave.name.as_str()),
                    ("state", wave.phase.word()),
                ];
                gauge(&mut metric.encode_family(&labels)?, &1_i64)?;
            }
        }
        let mut metric = out.gauge("rollout_members", "Members of a rollout, by what they do")?;
        for (environment, rollout) in all() {
            for (state, count) in rollout.members() {
                let labels = [
                    ("environment", environment),
                    ("integration", rollout.address.name.as_str()),
                    ("state", state),
                ];
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                gauge(&mut metric.encode_family(&labels)?, &count)?;
            }
        }
        let help = "Members that fail and did not fail before they moved";
        let mut metric = out.gauge("rollout_gate_failed_members", help)?;
        for (environment, rollout) in all() {
            let failed = rollout.derived.failures.iter().map(|it| &it.member);
            let failed = failed.collect::<BTreeSet<_>>().len();
            let labels = [
                ("environment", environment),
                ("integration", rollout.address.name.as_str()),
            ];
            let failed = i64::try_from(failed).unwrap_or(i64::MAX);
            gauge(&mut metric.encode_family(&labels)?, &failed)?;
        }
        Ok(())
    }

    /// The remote and the webhooks are those of the process: with a label they would be
    /// counted once for each environment.
    fn remote(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let Some(status) = self.statuses.first() else {
            return Ok(());
        };
        let totals = &status.totals;
        if !totals.webhooks.is_empty() {
            let help = "Calls of webhooks, by provider and result";
            let mut metric = out.counter("webhook", help)?;
            for ((provider, result), count) in &totals.webhooks {
                let labels = [("provider", *provider), ("result", *result)];
                counter(&mut metric.encode_family(&labels)?, *count)?;
            }
        }
        let Some(source) = &status.source else {
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
        let help = "When a pass last ended with nothing failed, in Unix time";
        self.gauges(out, ("last_success_timestamp_seconds", help), |status| {
            status.last_success_at.map(Timestamp::as_second)
        })?;
        let help = "Age of the last reading of the tenant";
        self.gauges(out, ("observation_age_seconds", help), |status| {
            let age = status.observation_age(self.now)?;
            Some(age.as_secs_f64())
        })?;
        let help = "Age of the last reading of the whole tenant";
        self.gauges(out, ("sweep_age_seconds", help), |status| {
            Some(status.sweep_age(self.now)?.as_secs_f64())
        })
    }

    fn states(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let help = "Whether writing is paused: 1 or 0";
        self.gauges(out, ("paused", help), |status| {
            Some(i64::from(status.paused.is_some()))
        })?;
        let help = "Whether the files as they are now are valid: 1 or 0";
        self.gauges(out, ("files_valid", help), |status| {
            let error = status.error.as_ref();
            let valid = error.is_none_or(|error| error.diagnostics.is_empty());
            Some(i64::from(valid))
        })
    }

    /// One value for each environment that has one.
    fn gauges<T: EncodeGaugeValue>(
        &self,
        out: &mut Out<'_>,
        (name, help): (&'static str, &str),
        value: impl Fn(&Status) -> Option<T>,
    ) -> Result<(), Error> {
        let values = self.each();
        let values = values.filter_map(|(name, status)| Some((name, value(status)?)));
        let mut values = values.peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        let mut metric = out.gauge(name, help)?;
        for (environment, value) in values {
            let labels = [("environment", environment)];
            gauge(&mut metric.encode_family(&labels)?, &value)?;
        }
        Ok(())
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

    fn histogram(&mut self, name: &'static str, help: &str) -> Result<MetricEncoder<'_>, Error> {
        let kind = MetricType::Histogram;
        self.0.encode_descriptor(name, help, None, kind)
    }
}

fn histogram(metric: &mut MetricEncoder<'_>, histogram: &Histogram) -> Result<(), Error> {
    let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
    let buckets: Vec<_> = bounds.zip(histogram.buckets).collect();
    metric.encode_histogram::<NoLabelSet>(histogram.sum, histogram.count, &buckets, None)
}

fn counter(metric: &mut MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn gauge(metric: &mut MetricEncoder<'_>, value: &impl EncodeGaugeValue) -> Result<(), Error> {
    metric.encode_gauge(value)
}
