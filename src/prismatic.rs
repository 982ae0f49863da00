//! Prismatic's GraphQL API, behind one trait in this project's words.
//!
//! [`platform::Platform`] is what the rest of the project sees. GraphQL types
//! stay inside this module.
//!
//! ```text
//! client ─► observe, operations ─► session ─► wire ─► Transport (http | sandbox)
//!                    paging, alias ─┘  │ auth   │ rate
//!                                      └ retry ◄┘ graphql judges the answer
//! ```
//!
//! A call takes a place in the request budget, gets a token, is sent, judged,
//! and tried again where that is harmless.

mod alias;
mod auth;
pub mod catalog;
pub mod client;
mod components;
pub mod connection;
mod convert;
pub mod error;
mod graphql;
pub mod http;
mod observe;
pub mod operations;
mod paging;
pub mod platform;
mod rate;
mod retry;
mod session;
mod together;
pub mod transport;
mod wire;

#[cfg(test)]
mod testing;

pub use client::PrismaticClient;
pub use connection::{BaseUrl, BaseUrlError, Connection, TokenSource};
pub use http::{HttpError, HttpSettings, HttpTransport, Listening};
pub use retry::RetryListener;
