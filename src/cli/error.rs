//! What went wrong, who has to act, and how.

mod convert;

pub(crate) use convert::LOG_IN;

use std::error::Error;

use super::exit::Exit;
use crate::api::{Class, Failed, Failure, FormatVersion};
use crate::model::{Diagnostic, Severity};

/// An error as a person gets to see it.
#[derive(Debug)]
pub(crate) struct CliError {
    kind: Class,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    exit: Exit,
    diagnostics: Vec<Diagnostic>,
}

impl CliError {
    fn new(kind: Class, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            exit: Exit::Error,
            diagnostics: Vec::new(),
        }
    }

    /// An error in the command line or the files.
    pub(crate) fn user(message: impl Into<String>) -> Self {
        Self::new(Class::User, message)
    }

    /// An error of the network, the disk or the API.
    pub(crate) fn world(message: impl Into<String>) -> Self {
        Self::new(Class::World, message)
    }

    /// An error of ours.
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        Self::new(Class::Bug, message).hint("please report it; running the command again is safe")
    }

    /// A refusal to do what is not safe.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        let mut error = Self::user(message);
        error.exit = Exit::Refused;
        error
    }

    /// Stopped by a signal.
    pub(crate) fn interrupted() -> Self {
        let mut error = Self::user("interrupted");
        error.exit = Exit::Interrupted;
        error
    }

    /// Errors in the files: nothing goes on.
    pub(crate) fn files(diagnostics: Vec<Diagnostic>) -> Self {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let mut error = Self::user(match errors.count() {
            1 => "the files have an error".to_owned(),
            count => format!("the files have {count} errors"),
        });
        error.diagnostics = diagnostics;
        error
    }

    /// Adds an error and everything that it was caused by, each text once.
    pub(crate) fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            let text = cause.to_string();
            if text != self.message && !self.causes.contains(&text) {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// Adds one of several things that led to it.
    pub(crate) fn cause(mut self, text: String) -> Self {
        self.causes.push(text);
        self
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    pub(crate) fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(crate) fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What went wrong, as a part of a document.
    pub(crate) fn failure(&self) -> Failure {
        Failure {
            kind: self.kind.into(),
            message: self.message.clone(),
            exit_code: self.exit.code(),
            causes: self.causes.clone(),
            hint: self.hint.clone(),
        }
    }

    /// The document that replaces the result.
    pub(crate) fn document(&self) -> Failed {
        Failed {
            format_version: FormatVersion::default(),
            error: self.failure(),
            diagnostics: self.diagnostics.iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;

    #[test]
    fn a_chain_is_kept_in_order_and_without_repetitions() {
        let error = CliError::world("outer")
            .because(&Outer(Inner))
            .because(&Inner);
        assert_eq!(error.causes(), ["inner"]);
    }

    #[test]
    fn the_document_says_the_same_as_the_text() {
        let error = CliError::refused("a guard says no").hint("approve it");
        insta::assert_snapshot!(serde_json::json!(error.document()), @r#"{"formatVersion":"1.1","error":{"kind":"user","message":"a guard says no","exitCode":4,"hint":"approve it"},"diagnostics":[]}"#);
    }
}
