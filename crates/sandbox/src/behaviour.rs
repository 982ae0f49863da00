//! How the sandbox behaves where the real server is unknown, or where a test wants it harsh.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Switches of a sandbox. The defaults are the choices that `docs/sandbox.md` explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Behaviour {
    /// The request rate allowed; no limit by default.
    pub rate: Option<Rate>,
    /// How long every answer takes, in milliseconds.
    pub latency_ms: u64,
    /// How long an access token lives, in seconds.
    pub token_lifetime_seconds: i64,
    /// Refuse bearer tokens that are not JWTs. `prism` sends any text it is given.
    pub strict_tokens: bool,
    /// What is answered in place of a write-only input that has a value.
    pub masked_text: String,
    /// Two instances of one customer with the same name.
    pub duplicate_instance_names: Duplicates,
    /// Delete what depends on a deleted object, instead of refusing.
    pub delete_cascades: bool,
    /// Turn an instance on when it is deployed for the first time.
    pub enabled_at_first_deploy: bool,
    /// A new instance is on before it is deployed.
    pub enabled_at_create: bool,
    /// Turn an instance on whenever it is deployed.
    pub enabled_at_every_deploy: bool,
    /// A change of an instance's name, description, labels or state calls for a deploy too.
    pub metadata_needs_deploy: bool,
    /// A change of an instance's config variables moves its `updatedAt`.
    pub config_moves_updated_at: bool,
    /// A change of a working copy's labels counts as one to publish.
    pub labels_are_published: bool,
    /// An import over a working copy takes its labels off, unless the definition has some.
    pub import_drops_labels: bool,
    /// A new version can be used at once.
    pub new_version_available: bool,
    /// A new version has the marketplace settings of the one before.
    pub marketplace_inherited: bool,
    /// Publishing a working copy that did not change.
    pub unchanged_versions: Duplicates,
    /// Refuse components that are not in the catalogue, instead of adding them to it.
    pub strict_components: bool,
    /// The record that `integrations` lists for a sequence.
    pub list_shows: Shown,
    /// The `versionNumber` of a working copy.
    pub draft_number: DraftNumber,
    /// List the working copy among the versions of a sequence.
    pub versions_include_draft: bool,
    /// The most records in a page; also the default.
    pub page_limit: usize,
    /// How flow runs end, the first match wins; success by default.
    pub runs: Vec<RunRule>,
    /// Every flow of every instance that is on runs once in this many seconds; never by itself if absent.
    pub runs_every_seconds: Option<u32>,
    /// How old what reads show is, in milliseconds, as on a replica that lags behind.
    pub read_lag_ms: u64,
    /// How old what lists show is, in milliseconds, where that is older than what reads show.
    pub list_lag_ms: u64,
    /// One object in N lags, chosen by its id; all of them by default.
    pub lag_one_in: u64,
    /// The token that changed an object sees the change at once.
    pub own_writes_at_once: bool,
    /// A write finds only the objects that reads show.
    pub writes_lag: bool,
    /// The white space around texts is dropped when they are stored.
    pub trims: bool,
    /// How the values of config variables are written anew when they are stored.
    pub rewrites: Rewrites,
    /// The type of a schedule and its value are made to agree: from a cron text that means a simpler type that type
    /// is taken, a type without a value gets the usual one, and with `none` the value goes.
    pub derives_schedules: bool,
    /// Error messages quote what requests said, secrets too, in this form.
    pub echoes_secrets: Option<Echo>,
    /// `createIntegration` takes labels and forgets them.
    pub create_ignores_labels: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            rate: None,
            latency_ms: 0,
            token_lifetime_seconds: 3600,
            strict_tokens: false,
            masked_text: String::new(),
            duplicate_instance_names: Duplicates::Allowed,
            delete_cascades: false,
            enabled_at_first_deploy: true,
            enabled_at_create: false,
            enabled_at_every_deploy: false,
            metadata_needs_deploy: false,
            config_moves_updated_at: true,
            labels_are_published: false,
            import_drops_labels: false,
            new_version_available: true,
            marketplace_inherited: true,
            unchanged_versions: Duplicates::Allowed,
            strict_components: false,
            list_shows: Shown::Draft,
            draft_number: DraftNumber::Next,
            versions_include_draft: false,
            page_limit: 100,
            runs: Vec::new(),
            runs_every_seconds: None,
            read_lag_ms: 0,
            list_lag_ms: 0,
            lag_one_in: 1,
            own_writes_at_once: false,
            writes_lag: false,
            trims: false,
            rewrites: Rewrites::Nothing,
            derives_schedules: false,
            echoes_secrets: None,
            create_ignores_labels: false,
        }
    }
}

impl Behaviour {
    /// How old what reads show is.
    pub(crate) fn read_lag(&self) -> SignedDuration {
        lag(self.read_lag_ms)
    }

    /// How old what lists show is.
    pub(crate) fn list_lag(&self) -> SignedDuration {
        lag(self.read_lag_ms.max(self.list_lag_ms))
    }
}

fn lag(milliseconds: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

/// How the values of config variables are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rewrites {
    /// As they came.
    #[default]
    Nothing,
    /// With the same meaning: JSON with sorted keys and other spaces, times with microseconds and a numeric
    /// offset, schedules with single spaces.
    Alike,
    /// Texts in upper case, which mean something else.
    Upper,
}

/// The form in which an error message quotes a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Echo {
    /// As it is.
    Plain,
    /// Every character as `\uXXXX`.
    Escaped,
    /// As in a URL.
    Percent,
    /// As in HTML.
    Entities,
    /// In base64.
    Base64,
    /// Without its end.
    Cut,
}

/// A request rate: a bucket of `burst` requests that fills at `requests_per_second`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rate {
    /// Requests a second.
    pub requests_per_second: f64,
    /// Requests that may come at once.
    pub burst: u32,
    /// Whether a refusal says when to come back, in `Retry-After`.
    #[serde(default)]
    pub retry_after: bool,
}

/// Whether duplicates are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// They are.
    Allowed,
    /// They are refused with a payload error.
    Rejected,
}

/// A record of a version sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// The working copy.
    Draft,
    /// The newest published version, and the working copy while there is none.
    Published,
}

/// The number of a working copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DraftNumber {
    /// One more than the newest version's.
    Next,
    /// The newest version's, 0 while there is none.
    Latest,
    /// 0.
    Zero,
}

/// How the runs of some flows end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RunRule {
    /// The flow's name; every flow if absent.
    #[serde(default)]
    pub flow: Option<String>,
    /// The number of the version that runs; every version if absent.
    #[serde(default)]
    pub version: Option<i64>,
    /// The external id of the customer whose instance runs; every customer's if absent.
    #[serde(default)]
    pub customer: Option<String>,
    /// Fail with this message.
    #[serde(default)]
    pub error: Option<String>,
    /// Take this long, in seconds.
    #[serde(default)]
    pub seconds: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_set_some_switches_and_no_unknown_ones() {
        let some: Behaviour =
            serde_json::from_str(r#"{"maskedText": "NA", "listShows": "published"}"#).unwrap();
        assert_eq!(some.masked_text, "NA");
        assert_eq!(some.page_limit, 100);
        assert!(serde_json::from_str::<Behaviour>(r#"{"masked": "NA"}"#).is_err());
    }
}
