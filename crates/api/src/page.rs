//! What the page at `/` asks of the daemon: sentences in parts, rows with one state, and what a person may do.
//!
//! A part of the state that the daemon does not know is absent, never a guess.

mod plan;
mod resource;
mod row;
mod session;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Pause;
use crate::status::{FetchState, Phase};

pub use plan::{
    Gate, Guard, Newly, PagePlan, PlanGroup, PlanImpact, PlanRevision, PlanStep, PlanSteps,
    RolloutCommand, RolloutPage, RolloutSummary, RolloutWave, Rollouts, Soak,
};
pub use resource::{
    Act, ActName, Connection, ConnectionState, CustomerAbout, CustomerPage, Definition,
    DefinitionGroup, HistoryKind, HistoryRow, KnownAs, Link, OutLink, RecordedChange, ResourcePage,
    Side, SourceLine, Timeline, Value, ValueChange, ValueOp, ValueRow, Values, Who, Why,
};
pub use row::{
    Counts, Drift, Facet, Facets, Failure, Hold, IntegrationPage, IntegrationRollout,
    IntegrationRow, Row, RowVersion, Rows, State, VersionCount,
};
pub use session::{
    Asked, AskedStatus, EnvironmentAbout, HoldWanted, PlanApproval, Refusal, Role, Session, SignIn,
};

/// How old an answer is, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AsOf {
    /// The daemon's clock when it answered.
    pub now: Timestamp,
    /// The environment.
    pub environment: String,
    /// How many passes have ended.
    pub generation: u64,
    /// When the tenant was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// When it was last read as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept_at: Option<Timestamp>,
    /// How many seconds after `observedAt` what is shown counts as old.
    pub stale_after: u64,
    /// What goes on right now.
    pub phase: Phase,
    /// Why nothing is written, if a person paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// When the next pass is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_pass_at: Option<Timestamp>,
    /// The git remote; absent where files come from a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceAbout>,
}

/// The state of the git remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceAbout {
    /// How.
    pub state: FetchState,
    /// The commit that passes read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The newest commit that the remote showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Since when that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The same in one sentence.
    pub message: String,
}

/// A sentence, in parts.
pub type Sentence = Vec<Part>;

/// A part of a sentence. Links and times are made by who shows it; it never holds HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Part {
    /// Words.
    Text {
        /// The words.
        t: String,
        /// Where they lead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Link>,
        /// What the sentence is about.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strong: bool,
    },
    /// An instant.
    At {
        /// When.
        at: Timestamp,
    },
    /// Text of others, word for word.
    Code {
        /// The text.
        code: String,
    },
}

impl Part {
    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            t: text.into(),
            to: None,
            strong: false,
        }
    }

    /// What the sentence is about.
    #[must_use]
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Text {
            t: text.into(),
            to: None,
            strong: true,
        }
    }

    /// Words that lead somewhere.
    #[must_use]
    pub fn link(text: impl Into<String>, to: Link) -> Self {
        Self::Text {
            t: text.into(),
            to: Some(to),
            strong: false,
        }
    }
}

/// One cause of what is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Headline {
    /// Stays the same as long as the cause does.
    pub id: String,
    /// How those are that it is about.
    pub state: State,
    /// It waits for a person.
    pub person: bool,
    /// How many it is about.
    pub count: u64,
    /// What it is.
    pub text: Sentence,
    /// Since when; absent where the daemon did not see it begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What comes next, or what to do.
    pub next: Sentence,
    /// Where those are that it is about.
    pub link: Link,
}

/// The board of a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Overview {
    /// How old it is.
    pub as_of: AsOf,
    /// The organization; absent before the tenant was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// How many there are.
    pub totals: OverviewTotals,
    /// Resources by state.
    pub counts: Counts,
    /// The most important causes.
    pub headlines: Vec<Headline>,
    /// How many causes there are besides.
    pub more: u64,
    /// The integrations that there is something to see of.
    pub integrations: IntegrationPage,
    /// What is open.
    pub open: Open,
    /// What goes on before the first pass has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Sentence>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OverviewTotals {
    /// Instances.
    pub instances: u64,
    /// Customers with an instance.
    pub customers: u64,
    /// Integrations.
    pub integrations: u64,
}

/// What is open, by view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Open {
    /// Rollouts under way.
    pub rollouts: u64,
    /// Resources that the last plan would change.
    pub plan: u64,
    /// Causes that wait for a person.
    pub waiting: u64,
}

/// Who waits for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Waiting {
    /// How old it is.
    pub as_of: AsOf,
    /// By cause; those of persons first.
    pub groups: Vec<WaitingGroup>,
}

/// One cause, and whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaitingGroup {
    /// The cause.
    #[serde(flatten)]
    pub headline: Headline,
    /// A few of the customers.
    pub customers: Vec<KnownAs>,
    /// A pass now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<Act>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Search {
    /// By sort; those with nothing are absent.
    pub groups: Vec<SearchGroup>,
}

/// Hits of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SearchGroup {
    /// `customer`, `integration` or `instance`.
    pub kind: String,
    /// How many there are in all.
    pub total: u64,
    /// The first of them.
    pub hits: Vec<Hit>,
    /// Where all of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Link>,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hit {
    /// Its name.
    pub label: String,
    /// What distinguishes it from others of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Where it is.
    pub link: Link,
}
