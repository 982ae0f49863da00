//! The real binary, run as a person or a script runs it.

pub(crate) mod environment;
mod environments;

mod act;
mod api;
mod apply;
mod credentials;
mod customers;
pub(crate) mod daemon;
mod drafts;
mod errors;
mod examples;
mod export;
pub(crate) mod far_end;
mod filters;
pub(crate) mod fixture;
mod fleet_example;
mod forms;
mod get;
mod hangup;
mod help;
mod history;
mod interrupt;
mod nginx;
mod notices;
mod one_folder;
mod parts;
mod reference;
mod refusals;
pub(crate) mod sandbox;
mod schema;
mod seeded_from;
mod sent;
mod stranger;
mod streams;
mod tenant;
mod terminal;
mod test_flow;
mod tls;
mod tools;
#[cfg(feature = "otlp")]
mod traces;
pub(crate) mod two_writers;
mod validate;
mod waits;
mod watch;
mod words;
