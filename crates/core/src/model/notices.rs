//! The notification targets of a project.

use std::collections::BTreeSet;

pub use prism_gitops_api::notice::NoticeKind;

use super::SecretRef;

/// One notification target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyTarget {
    /// What logs call it; unique in a project.
    pub name: String,
    /// The events that it is notified of.
    pub on: BTreeSet<NoticeKind>,
    /// The title, with placeholders; the default where absent.
    pub title: Option<String>,
    /// The text, with placeholders; the default where absent.
    pub body: Option<String>,
    /// How it is reached.
    pub via: NotifyVia,
}

/// How a place is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotifyVia {
    /// An incoming webhook of Slack. Anyone with the URL can write: it is a secret.
    Slack {
        /// Where the URL is kept.
        url: SecretRef,
    },
    /// A workflow of Microsoft Teams that takes an adaptive card.
    Teams {
        /// Where the URL is kept.
        url: SecretRef,
    },
    /// Any URL: a JSON document, signed where there is a key.
    Webhook {
        /// Where the URL is kept.
        url: SecretRef,
        /// Where the key of the HMAC is kept.
        key: Option<SecretRef>,
    },
    /// The status of a commit at GitHub.
    GitHub {
        /// `owner/name`.
        repository: String,
        /// Where a token that may write statuses is kept.
        token: SecretRef,
        /// The API, where it is not GitHub's own.
        api: Option<String>,
    },
    /// The status of a commit at GitLab.
    GitLab {
        /// `group/name`, or the project's number.
        repository: String,
        /// Where a token that may write statuses is kept.
        token: SecretRef,
        /// The API, where it is not that of gitlab.com.
        api: Option<String>,
    },
}

impl NotifyVia {
    /// The secrets that it takes to reach it.
    pub fn secret_refs(&self) -> impl Iterator<Item = &SecretRef> {
        let (first, second) = match self {
            Self::Slack { url } | Self::Teams { url } => (url, None),
            Self::Webhook { url, key } => (url, key.as_ref()),
            Self::GitHub { token, .. } | Self::GitLab { token, .. } => (token, None),
        };
        std::iter::once(first).chain(second)
    }

    /// Whether it sets the status of a commit instead of sending a message.
    #[must_use]
    pub fn is_commit_status(&self) -> bool {
        matches!(self, Self::GitHub { .. } | Self::GitLab { .. })
    }
}
