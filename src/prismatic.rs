//! Prismatic's GraphQL API, behind one trait in this project's words.
//!
//! [`platform::Platform`] is what the rest of the project sees. GraphQL types
//! stay inside this module.

pub mod error;
pub mod platform;
pub mod transport;
