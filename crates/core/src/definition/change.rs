//! One difference in meaning between two definitions.

use crate::model::{FieldChange, FieldPath, Withheld};

/// What applying the git side does to the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Git has it, the live side has not.
    Added,
    /// The live side has it, git has not.
    Removed,
    /// Both have it, with different values.
    Changed,
    /// Its place among its siblings differs.
    Moved,
    /// Its name differs.
    Renamed,
}

/// One difference in meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, for people: `flow "Sync" › step "Fetch" › input "url"`.
    pub path: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// The live side, shortened; `None` where there is nothing or it is sensitive.
    pub before: Option<String>,
    /// The git side, shortened; `None` where there is nothing or it is sensitive.
    pub after: Option<String>,
    /// The values may be secret: they are never here.
    pub sensitive: bool,
}

impl From<Change> for FieldChange {
    fn from(change: Change) -> Self {
        let verb = match change.kind {
            ChangeKind::Moved => " (moved)",
            ChangeKind::Renamed => " (renamed)",
            ChangeKind::Added | ChangeKind::Removed | ChangeKind::Changed => "",
        };
        Self {
            path: FieldPath::definition(&format!("{}{verb}", change.path)),
            before: change.before,
            after: change.after,
            sensitive: change.sensitive,
            note: None,
            source: None,
            withheld: Withheld::default(),
        }
    }
}

/// One line: a symbol, the path, and the values where they may be shown.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let symbol = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed | ChangeKind::Moved | ChangeKind::Renamed => '~',
        };
        write!(f, "{symbol} {}", self.path)?;
        match self.kind {
            ChangeKind::Moved => f.write_str(" moved")?,
            ChangeKind::Renamed => f.write_str(" renamed")?,
            ChangeKind::Added | ChangeKind::Removed | ChangeKind::Changed => {}
        }
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ": {before} → {after}"),
            (Some(value), None) | (None, Some(value)) => write!(f, ": {value}"),
            (None, None) if self.sensitive => f.write_str(": (not shown)"),
            (None, None) => Ok(()),
        }
    }
}
