//! One field that differs.

/// A difference between what is declared and what is live.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct FieldChange {
    /// Which field, for people: `description`, `config "Endpoint"`,
    /// `definition flow "Sync" › step "Fetch" › input "url"`.
    pub path: String,
    /// The live value; `None` where there is none or it is sensitive.
    pub before: Option<String>,
    /// The declared value; `None` where there is none or it is sensitive.
    pub after: Option<String>,
    /// The values are secret, or may be: they are never here.
    pub sensitive: bool,
    /// What else there is to say, where before and after do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

impl FieldChange {
    /// Stands for the number of a version that does not exist yet: its publication is in the same plan.
    pub const TO_BE_PUBLISHED: &'static str = "the version published here";

    /// A change whose values may be shown.
    pub fn shown(
        path: impl Into<String>,
        before: Option<impl Into<String>>,
        after: Option<impl Into<String>>,
    ) -> Self {
        Self {
            path: path.into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
            sensitive: false,
            note: None,
        }
    }

    /// A change whose values must not be shown.
    pub fn hidden(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            before: None,
            after: None,
            sensitive: true,
            note: None,
        }
    }

    /// The same, with something else to say.
    #[must_use]
    pub fn noting(mut self, note: Option<&'static str>) -> Self {
        self.note = note;
        self
    }
}
