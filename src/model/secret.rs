//! Values that must not be seen.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::SecretRef;

/// A secret text: no `Display`, no serialisation, no comparison, wiped on drop.
///
/// Every look at it goes through [`Secret::expose`], which can be searched for.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret text.
    #[must_use]
    pub fn new(text: String) -> Self {
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
pub struct SecretValues(BTreeMap<SecretRef, Result<Secret, SecretError>>);

impl SecretValues {
    /// Records the outcome of one look-up.
    pub fn insert(&mut self, reference: SecretRef, outcome: Result<Secret, SecretError>) {
        self.0.insert(reference, outcome);
    }

    /// The value of a reference.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when the look-up failed or never happened.
    pub fn get(&self, reference: &SecretRef) -> Result<&Secret, SecretError> {
        match self.0.get(reference) {
            Some(outcome) => outcome.as_ref().map_err(Clone::clone),
            None => Err(SecretError {
                reference: reference.clone(),
                why: "it was not looked up".to_owned(),
            }),
        }
    }
}
