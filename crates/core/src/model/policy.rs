//! The rules a project sets for what may be done, and how fast.

use std::collections::BTreeSet;

/// What happens to an owned object that no manifest declares any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PrunePolicy {
    /// It is reported and left alone.
    #[default]
    Orphan,
    /// An instance is disabled.
    Disable,
    /// It is deleted; needs `--allow-delete` too.
    Delete,
}

/// What the daemon does about a difference that git did not cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftMode {
    /// It is reported.
    Observe,
    /// It is reported, and notifications are sent.
    Alert,
    /// It is put right.
    #[default]
    Correct,
}

impl DriftMode {
    /// As manifests write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Alert => "alert",
            Self::Correct => "correct",
        }
    }
}

/// Who lets a new state of the files be applied by a daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplyMode {
    /// No approval: it is applied as soon as it is read.
    #[default]
    Auto,
    /// A person approves its plan first. Drift is treated as ever.
    Manual,
}

/// A limit as a share of what exists or as a count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// Per cent of the managed objects of that kind, 0 to 100.
    Percent(f64),
    /// A number.
    Count(u64),
}

/// Limits on one plan, checked before the first write.
#[derive(Debug, Clone, PartialEq)]
pub struct Guards {
    /// How much may be updated.
    pub updates: Share,
    /// How much may be moved to another version.
    pub upgrades: Share,
    /// How much may be disabled.
    pub disables: Share,
    /// How much may be deleted.
    pub deletes: Share,
    /// Percentages do not apply below this number of existing objects.
    pub minimum: u64,
    /// How many may be created.
    pub creates: u64,
    /// How much of what one customer has may change in one plan; `None` sets no limit.
    pub per_customer: Option<Share>,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            updates: Share::Percent(30.0),
            upgrades: Share::Percent(100.0),
            disables: Share::Percent(30.0),
            deletes: Share::Percent(30.0),
            minimum: 10,
            creates: 500,
            per_customer: None,
        }
    }
}

/// Whether a window lets changes through or holds them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// Changes only inside.
    Allow,
    /// No changes inside.
    Deny,
}

/// A recurring span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What it does.
    pub kind: WindowKind,
    /// When it begins: five-field cron text.
    pub schedule: String,
    /// How long it lasts.
    pub duration: std::time::Duration,
    /// IANA name; UTC if absent.
    pub time_zone: Option<String>,
    /// What began while changes were allowed may go on although this window ends (allow) or begins (deny).
    pub sync_overrun: bool,
}

/// The request budget of one tenant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// Sustained requests per second. A first-party sample names 20 as the server's limit.
    pub requests_per_second: f64,
    /// How many may go at once after a pause.
    pub burst: u32,
    /// How many may be under way at once.
    pub concurrency: usize,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            requests_per_second: 15.0,
            burst: 15,
            concurrency: 8,
        }
    }
}

/// Which programs manifests may name as the source of a secret.
///
/// A necessary condition, never a sufficient one: any user who can change the Project can change this too. So
/// programs run only where the operator allows it as well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExecPolicy {
    /// None.
    #[default]
    Never,
    /// Any.
    Any,
    /// These, as manifests write them.
    Only(BTreeSet<String>),
}

impl ExecPolicy {
    /// Whether a program may be named.
    #[must_use]
    pub fn allows(&self, program: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Any => true,
            Self::Only(programs) => programs.contains(program),
        }
    }
}

/// When a daemon reads everything, where it reads in between only what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// A five-field cron expression.
    pub schedule: String,
    /// An IANA time zone name; UTC if absent.
    pub time_zone: Option<String>,
}

/// All rules of a project.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// What happens to undeclared objects.
    pub prune: PrunePolicy,
    /// What happens to drift.
    pub drift: DriftMode,
    /// Limits on one plan.
    pub guards: Guards,
    /// When changes may happen.
    pub windows: Vec<Window>,
    /// The request budget.
    pub rate: RateLimit,
    /// Which programs may be asked for secrets.
    pub exec: ExecPolicy,
    /// When everything is read; at every pass if absent.
    pub sweep: Option<Sweep>,
}
