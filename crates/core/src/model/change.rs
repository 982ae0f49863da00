//! One field that differs: from the comparison over the plan to the history.

use std::borrow::Cow;

use super::{FieldPath, Location};
use crate::model::history::shorten;

/// A difference between what is declared and what is live.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldChange {
    /// Which field.
    pub path: FieldPath,
    /// The live value; `None` where there is none or it is sensitive.
    pub before: Option<String>,
    /// The declared value; `None` where there is none or it is sensitive.
    pub after: Option<String>,
    /// The values are secret, or may be: they are never here.
    pub sensitive: bool,
    /// What else there is to say, where before and after do not say it.
    pub note: Option<Cow<'static, str>>,
    /// Where just this is declared, if it has a place of its own: config variables have.
    pub source: Option<Location>,
    /// What may be shown to the one who asks for it at a terminal.
    pub withheld: Withheld,
}

/// Both sides of a change that is hidden in doubt. Neither printed, written, compared nor
/// counted: it is in no document and no digest.
#[derive(Clone, Default)]
pub struct Withheld(Option<Box<(Option<String>, Option<String>)>>);

impl Withheld {
    /// The live and the declared value, for a terminal and for nothing else.
    #[must_use]
    pub fn expose(&self) -> Option<(Option<&str>, Option<&str>)> {
        let (before, after) = &**self.0.as_ref()?;
        Some((before.as_deref(), after.as_deref()))
    }
}

impl std::fmt::Debug for Withheld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[withheld]")
    }
}

impl PartialEq for Withheld {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Withheld {}

impl std::hash::Hash for Withheld {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl From<&FieldChange> for prism_gitops_api::plan::Change {
    fn from(change: &FieldChange) -> Self {
        Self {
            path: change.path.to_string(),
            before: change.before.clone(),
            after: change.after.clone(),
            sensitive: change.sensitive,
            note: change.note.as_deref().map(str::to_owned),
        }
    }
}

impl FieldChange {
    /// In place of the number of a version that does not exist yet: its publication is in the same plan.
    pub const TO_BE_PUBLISHED: &'static str = "the version published here";

    /// A change whose values may be shown.
    pub fn shown(
        path: impl Into<FieldPath>,
        before: Option<impl Into<String>>,
        after: Option<impl Into<String>>,
    ) -> Self {
        Self {
            path: path.into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
            sensitive: false,
            note: None,
            source: None,
            withheld: Withheld::default(),
        }
    }

    /// A change whose values must not be shown.
    pub fn hidden(path: impl Into<FieldPath>) -> Self {
        Self {
            path: path.into(),
            before: None,
            after: None,
            sensitive: true,
            note: None,
            source: None,
            withheld: Withheld::default(),
        }
    }

    /// A change whose values may be secret: hidden unless the user asks for them in a terminal.
    pub fn doubtful(path: impl Into<FieldPath>, before: Option<&str>, after: Option<&str>) -> Self {
        let both = (before.map(str::to_owned), after.map(str::to_owned));
        Self {
            withheld: Withheld(Some(Box::new(both))),
            ..Self::hidden(path)
        }
    }

    /// The same for a record: without values that are hidden, and shortened.
    #[must_use]
    pub fn for_record(&self) -> Self {
        let kept = |value: &Option<String>| {
            let shown = value.as_deref().filter(|_| !self.sensitive);
            shown.map(shorten)
        };
        Self {
            path: self.path.clone(),
            before: kept(&self.before),
            after: kept(&self.after),
            sensitive: self.sensitive,
            note: self.note.clone(),
            source: self.source.clone(),
            withheld: Withheld::default(),
        }
    }

    /// The same, with something else to say.
    #[must_use]
    pub fn with_note(mut self, note: Option<&'static str>) -> Self {
        self.note = note.map(Cow::Borrowed);
        self
    }
}
