//! How instances of an integration move to another version: in waves, each judged before the next.
//!
//! What a manifest says, with its defaults, and the label by which a live instance remembers its last move.

mod ran;
mod stamp;

use std::time::Duration;

use super::{Share, Window};

pub use ran::RanStamp;
pub use stamp::MoveStamp;

/// The whole of a percentage, in the hundredths of a per cent that [`Select::Percent`] counts in.
pub const WHOLE: u32 = 10_000;

/// Labels on a live integration that stop or take back its rollout, set by a person through a command.
pub mod labels {
    /// No member moves, to any version, until it is taken off.
    pub const PAUSED: &str = "gitops:rollout=paused";
    /// Followed by a version's number: who moved to it goes back.
    pub const ABORTED: &str = "gitops:rollout=aborted@";

    /// Labels with what a person says of the rollout now in place of what was said before; others stay as they are.
    #[must_use]
    pub fn said(labels: &[String], now: Option<String>) -> Vec<String> {
        let ours = |label: &&String| *label == PAUSED || label.starts_with(ABORTED);
        let others = labels.iter().filter(|label| !ours(label)).cloned();
        others.chain(now).collect()
    }

    /// The version whose rollout was aborted, if one was.
    #[must_use]
    pub fn aborted(labels: &[String]) -> Option<i64> {
        let mut all = labels.iter().filter_map(|it| it.strip_prefix(ABORTED));
        all.find_map(|number| number.parse().ok())
    }
}

/// The rollout of an integration's versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// The parts, in the order in which they move. Never empty.
    pub waves: Vec<Wave>,
    /// What must hold before the next part.
    pub gate: Gate,
    /// What happens when it does not.
    pub on_failure: OnFailure,
    /// Go back although values that live only in the tenant are lost by it.
    pub allow_loss: bool,
    /// What a newer version does to a rollout that is not finished.
    pub overlap: Overlap,
    /// To how many of the last finished versions instances may return without waves.
    pub rollback_window: u32,
    /// Going back waits for the windows too.
    pub rollback_in_windows: bool,
    /// No member moves.
    pub paused: bool,
    /// When members may move, besides the policy's windows.
    pub windows: Vec<RolloutWindow>,
    /// What percentages are drawn by, in place of the integration's identity.
    pub seed: Option<String>,
    /// Failures that a person accepted in git.
    pub approve: Vec<GitApproval>,
}

/// A part of the members.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// Its name, unique in the rollout.
    pub name: String,
    /// Who belongs to it, unless an earlier wave has them.
    pub select: Select,
    /// How long it must hold after its last member moved.
    pub soak: Duration,
    /// It may be empty.
    pub optional: bool,
    /// How many may move at once, and between two readings of the gate; all of them if absent.
    pub max_concurrent: Option<u32>,
    /// How many may move in a span of time; any number if absent.
    pub pace: Option<Pace>,
}

/// Who belongs to a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// Who has every one of these labels, on the instance or on its customer.
    Labels(Vec<String>),
    /// This share of all members, earlier waves included, in hundredths of a per cent: 0 to [`WHOLE`].
    Percent(u32),
    /// All other members; none of them moves.
    OthersHold,
}

/// How many members may move in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many.
    pub members: u32,
    /// In how long.
    pub every: Duration,
}

/// What must hold of those who moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// How many members may fail that did not fail before, of all that moved.
    pub newly_failed: Share,
    /// How many members of the open wave may be unable to move.
    pub blocked: Share,
    /// How many runs of the wave must have finished since it moved.
    pub min_executions: u64,
    /// How many failed runs of a flow, without a good one between them, make a member failed.
    pub after: u32,
    /// How many members of the wave must have finished a run since they moved.
    pub min_members: Share,
    /// How long to wait for enough runs once the soak is over.
    pub evidence_timeout: Duration,
    /// What happens when they did not come.
    pub on_inconclusive: OnInconclusive,
}

impl Default for Gate {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            newly_failed: Share::Count(0),
            blocked: Share::Percent(10.0),
            min_executions: 1,
            after: 1,
            min_members: Share::Count(0),
            evidence_timeout: DAY,
            on_inconclusive: OnInconclusive::Wait,
        }
    }
}

/// What happens when the gate does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// No further member moves.
    #[default]
    Pause,
    /// The version is withdrawn, and who moved goes back.
    Rollback,
}

/// What happens when too few runs finished in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInconclusive {
    /// The wave goes on waiting.
    #[default]
    Wait,
    /// The wave passes.
    Pass,
    /// The rollout stops.
    Pause,
}

/// What a newer version does to a rollout that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlap {
    /// It starts over with the newer one.
    #[default]
    Restart,
    /// The older one is finished first.
    Queue,
}

/// A window of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutWindow {
    /// When.
    pub window: Window,
    /// By each customer's own clock, which the label `tz:<zone>` of the customer names.
    pub customer_zone: bool,
}

/// Failures of one wave that a person accepted in git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitApproval {
    /// The version's number in the tenant.
    pub version: i64,
    /// The wave that may pass.
    pub wave: String,
    /// Why.
    pub reason: String,
}

impl Rollout {
    /// Whether it depends on attributes of customers: their labels, or their time zones.
    #[must_use]
    pub fn asks_for_customers(&self) -> bool {
        let by_label = |it: &Wave| matches!(it.select, Select::Labels(_));
        self.waves.iter().any(by_label) || self.windows.iter().any(|it| it.customer_zone)
    }

    /// The greatest number of members that any wave lets move at once; `None` where one has no limit.
    #[must_use]
    pub fn widest(&self) -> Option<u32> {
        let mut widest = 0;
        for wave in &self.waves {
            widest = widest.max(wave.max_concurrent?);
        }
        Some(widest)
    }
}
