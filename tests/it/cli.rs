//! The real binary, run as a person or a script runs it.

pub(crate) mod environment;

mod apply;
mod daemon;
mod errors;
mod export;
mod fixture;
mod help;
mod interrupt;
mod reference;
mod sandbox;
mod tools;
mod validate;
