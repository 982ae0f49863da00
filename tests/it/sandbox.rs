//! The sandbox as a client sees it, through `Sandbox::handle` and its transport.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a helper finds broken fails its test"
)]

mod activities;
mod auth;
pub(crate) mod client;
mod components;
mod config;
mod customers;
mod deploy;
mod faults;
mod http;
mod integrations;
mod lag;
mod others;
mod pages;
mod runs;
mod scale;
mod seeds;
mod state;
mod versions;
