//! What is known of a remote, as the daemon shows it.

/// How things stand with the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchState {
    /// It has not been asked yet.
    #[default]
    Waiting,
    /// What passes read is what the remote has.
    Current,
    /// The remote does not answer, or its newest commit cannot be read: passes read an older one.
    Stale,
    /// There are no files at all.
    Failed,
}

/// What is known of a remote.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceStatus {
    /// Its URL, which holds no credentials.
    pub remote: String,
    /// What of it is followed.
    pub reference: String,
    /// The folder in it that holds the project; empty for all of it.
    pub sub_path: String,
    /// How things stand.
    pub state: FetchState,
    /// The same for people, in one sentence.
    pub message: String,
    /// The branch that was found, where it is one.
    pub branch: Option<String>,
    /// The commit whose files passes read.
    pub commit: Option<String>,
    /// The newest commit that the remote showed; not that of the files where it cannot be read.
    pub head: Option<String>,
    /// What to do, where something is wrong.
    pub hint: Option<String>,
    /// What is worth knowing and stands in nobody's way.
    pub warnings: Vec<String>,
}

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
