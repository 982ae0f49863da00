//! What is known of a remote, as the daemon shows it.

pub use prism_gitops_api::status::{FetchState, SourceStatus};

/// What came of asking a remote once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fetched {
    /// It has what we have.
    Unchanged,
    /// It had another commit, which was read.
    Changed,
    /// It could not be asked, or what it has cannot be read.
    Failed,
}

impl Fetched {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Failed => "failed",
        }
    }
}
