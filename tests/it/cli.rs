//! The real binary, run as a person or a script runs it.

pub(crate) mod environment;

mod act;
mod api;
mod apply;
mod credentials;
mod daemon;
mod errors;
mod export;
mod fixture;
mod get;
mod help;
mod history;
mod interrupt;
mod reference;
mod sandbox;
mod streams;
mod tenant;
mod test_flow;
mod tools;
mod validate;
