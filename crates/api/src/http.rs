//! Paths, parameters and errors of the daemon's HTTP interface.

use serde::{Deserialize, Serialize};

use crate::Word;

/// Where the status is.
pub const STATUS: &str = "/api/v1/status";
/// Where resources are.
pub const RESOURCES: &str = "/api/v1/resources";
/// Where one resource is.
pub const RESOURCE: &str = "/api/v1/resources/{kind}/{name}";
/// Where the last plan is.
pub const LATEST_PLAN: &str = "/api/v1/plans/latest";
/// Where the history is.
pub const HISTORY: &str = "/api/v1/history";
/// Where events are streamed.
pub const EVENTS: &str = "/api/v1/events";
/// Where a pass is asked for.
pub const SYNC: &str = "/api/v1/sync";
/// Where a pause is asked for.
pub const PAUSE: &str = "/api/v1/pause";
/// Where the end of a pause is asked for.
pub const RESUME: &str = "/api/v1/resume";
/// Where the plan of new files is approved.
pub const APPROVE: &str = "/api/v1/approve";
/// Where the board of a fleet is.
pub const OVERVIEW: &str = "/api/v1/overview";
/// Where integrations are, with their instances counted.
pub const INTEGRATIONS: &str = "/api/v1/integrations";
/// Where one customer is.
pub const CUSTOMER: &str = "/api/v1/customers/{key}";
/// Where names and addresses are looked for.
pub const SEARCH: &str = "/api/v1/search";
/// Where a plan by groups is.
pub const PLAN: &str = "/api/v1/plans/{digest}";
/// Where the resources of a group are.
pub const PLAN_GROUP: &str = "/api/v1/plans/{digest}/groups/{group}";
/// Where a plan is approved.
pub const PLAN_APPROVALS: &str = "/api/v1/plans/{digest}/approvals";
/// Where rollouts are.
pub const ROLLOUTS: &str = "/api/v1/rollouts";
/// Where one rollout is.
pub const ROLLOUT: &str = "/api/v1/rollouts/{integration}";
/// Where a rollout is paused, resumed, or aborted.
pub const ROLLOUT_ACT: &str = "/api/v1/rollouts/{integration}/{act}";
/// Where what happened is.
pub const TIMELINE: &str = "/api/v1/timeline";
/// Where who waits for whom is.
pub const WAITING: &str = "/api/v1/waiting";
/// Where who looks is.
pub const SESSION: &str = "/api/v1/session";
/// Where holds are put on and ended.
pub const HOLDS: &str = "/api/v1/holds";
/// Where the page asks for a pass, a pause or its end.
pub const ACTS: &str = "/api/v1/acts/{act}";
/// Where the description of all this is.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// How long a page is where nothing is said, and at most.
pub type PageSize = (usize, usize);

/// Pages of resources.
pub const RESOURCES_PAGE: PageSize = (100, 1000);
/// Pages of passes.
pub const HISTORY_PAGE: PageSize = (20, 100);

/// Which environment a request is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EnvironmentQuery {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Which environment a request is about, and in which shape it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShapeQuery {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// As the page at `/` needs it: `page`, of a plan `groups`, of events `thin`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
}

/// How much of the status, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StatusQuery {
    /// false leaves the resources out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<bool>,
    /// Only this one; without it all that are kept in step
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Which resources. Words count in any case, so the daemon parses them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResourcesQuery {
    /// Only these
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<crate::Kind>"))]
    pub kind: Option<String>,
    /// Only these
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<crate::SyncStatus>"))]
    pub sync: Option<String>,
    /// Only these
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<crate::Health>"))]
    pub health: Option<String>,
    /// next of the page before
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The maximum number of resources
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = RESOURCES_PAGE.1), extend("default" = RESOURCES_PAGE.0)))]
    pub limit: Option<usize>,
    /// Only this one; without it all that are kept in step, in the order of environments and addresses
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// page: rows of the page at `/`, by state, with its filters (q, state, customer, integration, fleet, version, label,
    /// disposition, since), sort, before, and facets
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
}

/// Which passes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryQuery {
    /// next of the page before
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = i64::MAX)))]
    pub before: Option<i64>,
    /// The maximum number of passes
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = HISTORY_PAGE.1), extend("default" = HISTORY_PAGE.0)))]
    pub limit: Option<usize>,
    /// Only passes in which something went wrong
    #[serde(default)]
    pub failed: bool,
    /// Only passes of this one, as it was called when they were made; it need not be kept in step any more
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

words! {
    /// Who calls a webhook: its name in paths, flags and metrics.
    pub enum Provider {
        /// `X-Hub-Signature-256`.
        GitHub = "github",
        /// `webhook-signature` with a signing token, else `X-Gitlab-Token`.
        GitLab = "gitlab",
        /// `X-Hub-Signature`.
        Bitbucket = "bitbucket",
        /// `X-Signature-256` or `X-Signature`, for everything else that can sign a body.
        Generic = "generic",
        /// Prismatic's own events: `X-Webhook-Signature`.
        Prismatic = "prismatic",
    }
}

words! {
    /// Why a request is refused. Scripts and clients rely on these words, and on no text.
    pub enum ErrorCode {
        /// A parameter, the path or the body is wrong.
        InvalidRequest = "invalid-request",
        /// Several environments are kept in step, and the request has to name one.
        EnvironmentRequired = "environment-required",
        /// A bearer token is needed, and there is none or a wrong one.
        TokenRequired = "token-required",
        /// A webhook's signature is missing or wrong.
        SignatureWrong = "signature-wrong",
        /// `Host` names another machine.
        HostRefused = "host-refused",
        /// A page of another site asks.
        CrossSite = "cross-site",
        /// There is no token, and the caller is not on this machine.
        NotLocal = "not-local",
        /// There is nothing at that path.
        NotFound = "not-found",
        /// There is no such environment.
        UnknownEnvironment = "unknown-environment",
        /// There is no such resource.
        UnknownResource = "unknown-resource",
        /// No plan has been made yet.
        NoPlan = "no-plan",
        /// No secret is set for that webhook.
        UnknownWebhook = "unknown-webhook",
        /// What is approved does not wait for approval, or not any more as it was.
        NotAwaited = "not-awaited",
        /// The path does not answer that method.
        MethodNotAllowed = "method-not-allowed",
        /// The body is too large, or the route takes none.
        BodyTooLarge = "body-too-large",
        /// The path is too long.
        PathTooLong = "path-too-long",
        /// The body is of another type.
        TypeUnsupported = "type-unsupported",
        /// The headers are too large.
        HeadersTooLarge = "headers-too-large",
        /// Too many requests or listeners at once.
        Busy = "busy",
        /// No answer within the time that one may take.
        TimedOut = "timed-out",
        /// The history cannot be read.
        HistoryUnread = "history-unread",
        /// A defect of the daemon.
        Internal = "internal",
    }
}

impl ErrorCode {
    /// The status code that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest | Self::EnvironmentRequired => 400,
            Self::TokenRequired | Self::SignatureWrong => 401,
            Self::HostRefused | Self::CrossSite | Self::NotLocal => 403,
            Self::NotFound
            | Self::UnknownEnvironment
            | Self::UnknownResource
            | Self::NoPlan
            | Self::UnknownWebhook => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAwaited => 409,
            Self::BodyTooLarge => 413,
            Self::PathTooLong => 414,
            Self::TypeUnsupported => 415,
            Self::HeadersTooLarge => 431,
            Self::Internal => 500,
            Self::Busy | Self::TimedOut | Self::HistoryUnread => 503,
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Error {
    /// What is wrong, for people.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub error: String,
    /// The same for programs.
    pub code: Word<ErrorCode>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_the_same_to_people_and_to_programs() {
        let error = Error {
            error: "no plan has been made yet".to_owned(),
            code: ErrorCode::NoPlan.into(),
        };
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(
            text,
            r#"{"error":"no plan has been made yet","code":"no-plan"}"#
        );
        assert_eq!(serde_json::from_str::<Error>(&text).unwrap(), error);
        // Of a stranger there is no code.
        assert!(serde_json::from_str::<Error>(r#"{"error": "no"}"#).is_err());
    }

    #[test]
    fn every_code_is_an_error_of_http() {
        for code in ErrorCode::ALL {
            assert!((400..=503).contains(&code.status()), "{code}");
        }
    }
}
