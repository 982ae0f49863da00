//! One resource, one customer, and what happened.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AsOf, Counts, Row, Sentence};
use crate::Address;

/// Where a part of a sentence leads: a view of the page, never a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Link {
    /// Resources, filtered.
    List {
        /// The filters.
        query: BTreeMap<String, String>,
    },
    /// One resource.
    Resource {
        /// Which.
        address: Address,
    },
    /// One customer.
    Customer {
        /// Which.
        key: String,
    },
    /// One rollout.
    Rollout {
        /// Of which integration.
        integration: String,
    },
    /// The latest plan.
    Plan {},
    /// Who waits for whom.
    Waiting {
        /// For which cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
    },
    /// What happened.
    Timeline {},
}

/// A link into Prismatic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OutLink {
    /// What is there.
    pub text: String,
    /// The address.
    pub url: String,
}

/// A value on one of the sides. Of a secret neither value nor length nor digest is ever here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Value {
    /// It may be shown.
    Known {
        /// As text, shortened.
        known: String,
        /// How many lines, where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<u64>,
    },
    /// There is none.
    Absent {
        /// Always true.
        absent: bool,
    },
    /// It is not known.
    Unknown {
        /// Why.
        unknown: String,
    },
    /// It is secret, or may be.
    Secret {
        /// Always true.
        secret: bool,
        /// Whether it differs.
        changed: bool,
    },
}

words! {
    /// Who made a value differ from what was applied last.
    pub enum Side {
        /// Neither: it does not differ.
        Same = "same",
        /// Another writer in the tenant.
        Outside = "outside",
        /// The files.
        Git = "git",
        /// Both.
        Both = "both",
    }
}

/// A value on its three sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueRow {
    /// Which field.
    pub path: Vec<String>,
    /// In the files.
    pub declared: Value,
    /// In the tenant.
    pub live: Value,
    /// As a run of ours wrote it last, by the history of this machine.
    pub applied: Value,
    /// Who made it differ; absent where it is not known what was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// The pass that wrote it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<i64>,
    /// What happens to it next.
    pub next: Sentence,
}

/// The values that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Values {
    /// How many.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<ValueRow>,
}

words! {
    /// How a value differs.
    pub enum ValueOp {
        /// It is new.
        Add = "add",
        /// It goes.
        Remove = "remove",
        /// It becomes another.
        Change = "change",
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueChange {
    /// Which field.
    pub path: Vec<String>,
    /// How.
    pub op: ValueOp,
    /// The live value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The declared value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// How a definition differs, in the words of the designer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Definition {
    /// What is live.
    pub from: String,
    /// What is declared.
    pub to: String,
    /// In one line.
    pub text: Sentence,
    /// By flow.
    pub groups: Vec<DefinitionGroup>,
}

/// Differences in one part of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DefinitionGroup {
    /// Which part.
    pub path: String,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub changes: Vec<ValueChange>,
}

words! {
    /// What a person may ask for.
    pub enum ActName {
        /// A pass now.
        Sync = "sync",
        /// Leave it alone.
        Hold = "hold",
        /// End a hold.
        Release = "release",
        /// Write nothing.
        Pause = "pause",
        /// End a pause.
        Resume = "resume",
        /// Let a plan, or a rollout, go on.
        Approve = "approve",
        /// Take a version back.
        Abort = "abort",
    }
}

/// Something that a person may ask for; one that they may not is there with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Act {
    /// What.
    pub name: ActName,
    /// Whether who asks may.
    pub allowed: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it does.
    pub says: Sentence,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Who {
    /// A name.
    pub name: String,
    /// By which way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

words! {
    /// What sort of thing happened.
    pub enum HistoryKind {
        /// A pass without writes, or a failed one.
        Pass = "pass",
        /// A pass wrote.
        Write = "write",
        /// A change made elsewhere was put right.
        Outside = "outside",
        /// A person did something by hand.
        Act = "act",
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryRow {
    /// Its number, which grows.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What sort.
    pub kind: HistoryKind,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// What.
    pub text: Sentence,
    /// To which resource, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// To how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What differed; the first fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RecordedChange>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Of equal passes in a row: how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// A field that differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RecordedChange {
    /// Which.
    pub path: Vec<String>,
    /// What was there.
    pub before: Value,
    /// What was declared.
    pub after: Value,
}

/// A page of what happened, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    /// How old it is.
    pub as_of: AsOf,
    /// When what is kept begins; absent where nothing is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What happened.
    pub rows: Vec<HistoryRow>,
    /// What to go on before; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

words! {
    /// How a connection is.
    pub enum ConnectionState {
        /// It works.
        Active = "active",
        /// Consent is required.
        Pending = "pending",
        /// It failed.
        Error = "error",
        /// Not known.
        Unknown = "unknown",
    }
}

/// A connection of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Connection {
    /// Its key.
    pub name: String,
    /// How it is.
    pub state: ConnectionState,
    /// Whose, in a list of several resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// Where a resource is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceLine {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The commit that passes read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// What is the matter with a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Why {
    /// What.
    pub what: Sentence,
    /// Since when.
    pub since: Sentence,
    /// What comes next.
    pub next: Sentence,
    /// What a person can do.
    pub can: Vec<Sentence>,
}

/// One resource, with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResourcePage {
    /// How old it is.
    pub as_of: AsOf,
    /// As in a list.
    #[serde(flatten)]
    pub row: Row,
    /// Where it is declared; absent for what nothing declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
    /// What is the matter.
    pub why: Why,
    /// Values that differ.
    pub values: Values,
    /// How its definition differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Definition>,
    /// Its connections.
    pub connections: Vec<Connection>,
    /// What was done to it, the newest first.
    pub history: Vec<HistoryRow>,
    /// Links into Prismatic.
    pub links: Vec<OutLink>,
    /// What may be asked for.
    pub acts: Vec<Act>,
}

/// Names one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnownAs {
    /// The external id, or `id:` and the id.
    pub key: String,
    /// The name.
    pub name: String,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CustomerAbout {
    /// The external id, or `id:` and the id.
    pub key: String,
    /// The name.
    pub name: String,
    /// The id that the vendor's own system gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its labels, as far as they were read.
    pub labels: Vec<String>,
}

/// A customer and all instances of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CustomerPage {
    /// How old it is.
    pub as_of: AsOf,
    /// Who.
    pub customer: CustomerAbout,
    /// Others of the same name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<KnownAs>,
    /// Their resources by state.
    pub counts: Counts,
    /// How many.
    pub total: u64,
    /// The first of them, the worst first.
    pub rows: Vec<Row>,
    /// Their connections.
    pub connections: Vec<Connection>,
    /// Names of secrets that have no value.
    pub missing: Vec<String>,
    /// What was done to them, the newest first.
    pub history: Vec<HistoryRow>,
    /// Links into Prismatic.
    pub links: Vec<OutLink>,
    /// What may be asked for.
    pub acts: Vec<Act>,
}
