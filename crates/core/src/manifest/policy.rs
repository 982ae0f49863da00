//! The rules of a project. What is not written keeps its default.

use super::fields::{Fields, boolean, filled, list};
use super::findings::Report;
use super::keys;
use crate::model::{
    ApplyMode, DriftMode, ExecPolicy, Guards, Policy, PrunePolicy, RateLimit, Sweep, Window,
    WindowKind,
};
use crate::yaml::Node;

/// Who lets new files be applied.
pub(super) const APPLY: [(&str, ApplyMode); 2] =
    [("auto", ApplyMode::Auto), ("manual", ApplyMode::Manual)];

/// What may be done about drift.
pub(crate) const DRIFT: [(&str, DriftMode); 3] = [
    ("observe", DriftMode::Observe),
    ("alert", DriftMode::Alert),
    ("correct", DriftMode::Correct),
];

/// Reads `policy:`.
pub(super) fn read(fields: &Fields<'_>) -> Policy {
    let prune = [
        ("orphan", PrunePolicy::Orphan),
        ("disable", PrunePolicy::Disable),
        ("delete", PrunePolicy::Delete),
    ];
    let guard = fields.object("guards", &keys::GUARDS);
    let rate = fields.object("rate", &keys::RATE);
    let secrets = fields.object("secrets", &keys::SECRETS);
    let sweep = fields.object("sweep", &keys::SWEEP);
    Policy {
        prune: fields.choice("prune", &prune).unwrap_or_default(),
        drift: fields.choice("drift", &DRIFT).unwrap_or_default(),
        guards: guard.as_ref().map(guards).unwrap_or_default(),
        windows: windows(fields),
        rate: rate.as_ref().map(rate_limit).unwrap_or_default(),
        exec: secrets
            .as_ref()
            .and_then(|fields| exec(fields.report, fields.get("exec")?))
            .unwrap_or_default(),
        sweep: sweep.as_ref().and_then(sweeps),
    }
}

fn sweeps(fields: &Fields<'_>) -> Option<Sweep> {
    let schedule = fields.cron("schedule");
    let time_zone = fields.own_zone("timeZone");
    Some(Sweep {
        schedule: schedule?,
        time_zone,
    })
}

/// `true`, `false`, or the programs by name.
fn exec(report: &Report, node: &Node) -> Option<ExecPolicy> {
    if node.as_sequence().is_none() {
        let allowed = boolean(report, node, "\"exec\"")?;
        return Some(if allowed {
            ExecPolicy::Any
        } else {
            ExecPolicy::Never
        });
    }
    let programs = list(report, node, "\"exec\"")?;
    let read = |item| filled(report, item, "a program");
    Some(ExecPolicy::Only(programs.iter().filter_map(read).collect()))
}

fn guards(fields: &Fields<'_>) -> Guards {
    let default = Guards::default();
    Guards {
        updates: fields.share("updates").unwrap_or(default.updates),
        upgrades: fields.share("upgrades").unwrap_or(default.upgrades),
        disables: fields.share("disables").unwrap_or(default.disables),
        deletes: fields.share("deletes").unwrap_or(default.deletes),
        minimum: fields.whole("minimum", 0).unwrap_or(default.minimum),
        creates: fields.whole("creates", 0).unwrap_or(default.creates),
        per_customer: fields.share("perCustomer").or(default.per_customer),
    }
}

fn windows(fields: &Fields<'_>) -> Vec<Window> {
    let Some(node) = fields.get("windows") else {
        return Vec::new();
    };
    let items = list(fields.report, node, "\"windows\"").unwrap_or_default();
    let open = |item| Fields::open(fields.report, item, &keys::WINDOW);
    items
        .iter()
        .filter_map(open)
        .filter_map(|fields| window(&fields))
        .collect()
}

fn window(fields: &Fields<'_>) -> Option<Window> {
    let kinds = [("allow", WindowKind::Allow), ("deny", WindowKind::Deny)];
    // Every key is looked at before the first one that is wrong ends it.
    let kind = fields.choice("kind", &kinds);
    let schedule = fields.cron("schedule");
    let duration = fields.duration("duration");
    let time_zone = fields.own_zone("timeZone");
    let sync_overrun = fields.boolean("syncOverrun").unwrap_or_default();
    Some(Window {
        kind: kind?,
        schedule: schedule?,
        duration: duration?,
        time_zone,
        sync_overrun,
    })
}

fn rate_limit(fields: &Fields<'_>) -> RateLimit {
    let default = RateLimit::default();
    let per_second = fields.positive("requestsPerSecond");
    let concurrency = fields.whole_u32("concurrency");
    RateLimit {
        requests_per_second: per_second.unwrap_or(default.requests_per_second),
        burst: fields.whole_u32("burst").unwrap_or(default.burst),
        concurrency: concurrency
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(default.concurrency),
    }
}
