//! What the reconciler asks of a tenant, in the model's words, and what can go wrong with it.
//!
//! The client implements [`platform::Platform`]; nothing that decides or carries out knows GraphQL.

pub mod error;
pub mod platform;

use prism_gitops_core::{model, rollout};
