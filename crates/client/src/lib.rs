//! Prismatic's GraphQL API, behind one trait in this project's words.
//!
//! [`platform::Platform`] is what the rest of the project sees. GraphQL types
//! stay inside this module.
//!
//! ```text
//! client ─► observe, operations ─► session ─► wire ─► Transport (http | sandbox)
//!                    paging, batchers ┘  │ auth   │ rate
//!                                      └ retry ◄┘ graphql judges the answer
//! ```
//!
//! A call takes a place in the request budget, gets a token, is sent, judged,
//! and tried again where that is harmless.

mod auth;
pub mod catalog;
pub mod client;
mod components;
pub mod connection;
mod convert;
mod executions;
mod graphql;
mod lookup_batcher;
mod observe;
pub mod operations;
mod paging;
mod rate;
mod retry;
mod session;
mod wire;
mod write_batcher;

#[cfg(test)]
mod testing;

use prism_gitops_core::{definition, model, redact, rollout};
use prism_gitops_http::transport;
use prism_gitops_platform::{error, platform};

pub use client::PrismaticClient;
pub use connection::{BaseUrl, BaseUrlError, Connection, TokenSource};
pub use retry::RetryListener;
