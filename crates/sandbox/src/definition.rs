//! Integration definitions as the server reads, checks and writes them.
//!
//! [`canonicalise`] takes the text of an import and gives the tree the server keeps, with what
//! the rest of the sandbox needs to know of it. [`render`] gives the text the server answers.
//!
//! What is known of the real server comes from one pair of texts, submitted and read back, that
//! the vendor captured for a test of its Terraform provider. It reads YAML 1.1 and writes what
//! `PyYAML`'s `dump(default_style='"')` writes, so both directions follow `PyYAML`
//! 6.0.3 to the byte.
//! This module shares no code with the client: a misreading on one side shows on the other.
//!
//! ```text
//! text ─load─► Value ─check─► complete ─► pin component versions ─► Canonical
//!                                                Value ─render─► text
//! ```
//!
//! Decisions where the real server is unknown:
//! - a null counts as absent for the keys that get a default, and stays null everywhere else;
//! - aliases and merge keys are expanded, within bounds, and never written back;
//! - a mapping key that is not a string (`on:`, `200:`) is refused rather than guessed at;
//! - definitions of version 4 and of the form before versions keep their form: they get the
//!   defaults that have a place in it, and their components are not pinned.

mod canonical;
mod check;
mod components;
mod config_vars;
mod emit;
mod flows;
mod load;
mod scalar;
mod steps;
mod timestamp;
mod value;

pub use canonical::{Canonical, canonicalise, set_top_level};
pub use components::{Catalogue, ComponentRef, ComponentVersion};
pub use config_vars::{ConfigVar, ConnectionInput, ConnectionRef};
pub use emit::render;
pub use flows::{Flow, Step};
pub use load::load;
pub use value::Value;

use serde::{Deserialize, Serialize};

/// The input field every problem of a definition is reported under.
const FIELD: &str = "definition";

/// One problem of a definition, in the shape of the API's payload errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field of the mutation's input: always `definition`.
    pub field: String,
    /// Where in the definition, and what is wrong there.
    pub message: String,
}

impl FieldError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            field: FIELD.to_owned(),
            message: message.into(),
        }
    }
}
