//! What was done, read from the state folder: what `history`, `why` and `diff` share.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::WhichArgs;
use super::error::CliError;
use super::project;
pub(crate) use super::show::moment::moment as time;
use crate::harmless::owned as harmless;
use crate::model::Address;
use crate::model::history::{Actor, DraftRecord, PassRecord, WriteRecord};
use crate::store::history::{HistoryError, HistoryQuery, HistoryReader as _, Reader, file_in};

/// More writes than this are not looked at: at some point it is not an answer any more.
const MOST: usize = 100_000;

/// The history of a state folder.
pub(crate) struct Recorded {
    reader: Reader,
    environment: Option<String>,
}

impl Recorded {
    /// The history of a project. It is opened by the first question.
    pub(crate) fn of(which: &WhichArgs, path: &Path) -> Self {
        let folder = which.folder.of(&project::root(path));
        Self {
            reader: Reader::of(file_in(&folder)),
            environment: which.env.clone(),
        }
    }

    /// Passes, the newest first.
    pub(crate) fn passes(&self, query: HistoryQuery) -> Result<Vec<PassRecord>, CliError> {
        Ok(self.reader.passes(&self.narrowed(query))?)
    }

    /// Writes, the newest first: all of them, unless a limit is given.
    pub(crate) fn writes(&self, query: HistoryQuery) -> Result<Vec<WriteRecord>, CliError> {
        let limit = match query.limit {
            0 => MOST,
            limit => limit,
        };
        let query = HistoryQuery { limit, ..query };
        Ok(self.reader.writes(&self.narrowed(query))?)
    }

    /// The drafts that were kept of an integration, the newest first.
    pub(crate) fn drafts(&self, address: &Address) -> Result<Vec<DraftRecord>, CliError> {
        Ok(self.reader.drafts(address, self.environment.as_deref())?)
    }

    fn narrowed(&self, query: HistoryQuery) -> HistoryQuery {
        HistoryQuery {
            environment: self.environment.clone(),
            ..query
        }
    }
}

/// The one environment of these records: an answer about several at once would be wrong.
pub(crate) fn only<'a>(
    environments: impl IntoIterator<Item = &'a str>,
) -> Result<Option<&'a str>, CliError> {
    let names: BTreeSet<&str> = environments.into_iter().collect();
    if names.len() > 1 {
        let list = names.into_iter().collect::<Vec<_>>().join(", ");
        return Err(CliError::user("the history has several environments")
            .hint(format!("choose one with --env: {list}")));
    }
    Ok(names.into_iter().next())
}

impl From<HistoryError> for CliError {
    fn from(error: HistoryError) -> Self {
        let hint = error.hint();
        let told = match &error {
            HistoryError::Locked(_) | HistoryError::Disk { .. } | HistoryError::Make { .. } => {
                Self::world(error.to_string())
            }
            _ => Self::user(error.to_string()),
        };
        told.because(&error).hint(hint)
    }
}

/// A readable name of the state of the files.
pub(crate) fn revision(revision: Option<&str>) -> String {
    revision.map_or_else(|| "unknown files".to_owned(), harmless)
}

/// ` as ada@acme.example, started by ada (https://…)`, as far as it is known.
pub(crate) fn who(actor: &Actor) -> String {
    let user = actor.user.as_deref();
    let user = user.map_or(String::new(), |user| format!(" as {}", harmless(user)));
    let login = match (&actor.login, &actor.job_url) {
        (Some(login), Some(page)) => {
            format!(", started by {} ({})", harmless(login), harmless(page))
        }
        (Some(login), None) => format!(", started by {}", harmless(login)),
        (None, Some(page)) => format!(", started at {}", harmless(page)),
        (None, None) => String::new(),
    };
    format!("{user}{login}")
}

/// Both sides of a change in one line.
pub(crate) fn sides(before: Option<&str>, after: Option<&str>, sensitive: bool) -> String {
    match (before, after) {
        _ if sensitive => "(sensitive)".to_owned(),
        (Some(before), Some(after)) => format!("{} → {}", value(before), value(after)),
        (None, Some(after)) => format!("+ {}", value(after)),
        (Some(before), None) => format!("- {}", value(before)),
        (None, None) => "changed".to_owned(),
    }
}

/// A value in one line: quoted where its ends would not be seen.
pub(crate) fn value(text: &str) -> String {
    const ROOM: usize = 72;
    let lines = text.lines().count();
    if lines > 1 {
        return format!("({lines} lines)");
    }
    if text.is_empty() || text.trim() != text {
        return format!("{text:?}");
    }
    let clean = harmless(text);
    if clean.chars().count() <= ROOM {
        return clean;
    }
    let kept: String = clean.chars().take(ROOM - 1).collect();
    format!("{kept}…")
}
