//! Where settings come from, one file per concern.
//!
//! Resolving is pure over explicit inputs; [`edge`] is the only part that
//! looks at the process and its files.

pub mod credentials;
pub mod edge;
pub mod profile;
pub mod trust;

pub use credentials::{CredentialsError, Flags, Inputs, resolve, vet};
pub use profile::{ProfileError, ProfileFile};
pub use trust::{Host, Trust};
