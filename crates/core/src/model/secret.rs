//! Values that must not be seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::SecretRef;
use crate::redact::{self, Redactor};

/// A secret text: no `Display`, no serialisation, no comparison, wiped on drop.
///
/// Every look at it goes through [`Secret::expose`], which can be searched for.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret text. From now on it is taken out of all that is shown: see [`redact`].
    #[must_use]
    pub fn new(text: String) -> Self {
        redact::known().learn(&text);
        Self::for_one(text)
    }

    /// Takes a text that is kept out of logs, and shown only to the one person whom it is for: the address of
    /// a consent. It is not masked in texts.
    #[must_use]
    pub fn for_one(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The text itself, for the one request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Why a secret reference has no value. Names the reference, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("secret {reference}: {why}")]
pub struct SecretError {
    /// The reference as the manifest has it.
    pub reference: SecretRef,
    /// What went wrong, in lower case.
    pub why: String,
}

/// The secrets that manifests refer to, fetched at the edge before deciding.
#[derive(Debug, Clone, Default)]
pub struct SecretValues {
    outcomes: BTreeMap<SecretRef, Result<Secret, SecretError>>,
    known: Arc<Redactor>,
}

impl SecretValues {
    /// Records the outcome of one look-up.
    pub fn insert(&mut self, reference: SecretRef, outcome: Result<Secret, SecretError>) {
        // A program that fails may say what it was given.
        let outcome = outcome.map_err(|error| SecretError {
            why: redact::known().foreign(&error.why).into_owned(),
            ..error
        });
        if let Ok(secret) = &outcome {
            self.known.learn(secret.expose());
        }
        self.outcomes.insert(reference, outcome);
    }

    /// Takes in what was looked up later.
    pub fn extend(&mut self, later: Self) {
        for (reference, outcome) in later.outcomes {
            self.insert(reference, outcome);
        }
    }

    /// Whether a reference was looked up.
    #[must_use]
    pub fn has(&self, reference: &SecretRef) -> bool {
        self.outcomes.contains_key(reference)
    }

    /// Whether a text holds one of the values, or a revealing piece of one, in any form.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.known.finds(text)
    }

    /// The value of a reference.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when the look-up failed or never happened.
    pub fn get(&self, reference: &SecretRef) -> Result<&Secret, SecretError> {
        match self.outcomes.get(reference) {
            Some(outcome) => outcome.as_ref().map_err(Clone::clone),
            None => Err(SecretError {
                reference: reference.clone(),
                why: "it was not looked up".to_owned(),
            }),
        }
    }
}
