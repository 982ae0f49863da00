//! The table of mistakes, by what they are about.

mod config;
mod customer;
mod documents;
mod environments;
mod instance;
mod instance_of;
mod integration;
mod names;
mod notices;
mod policy;
mod references;
mod secrets;
mod syntax;
mod templates;

use super::Case;

/// All cases.
pub(crate) const CASES: &[&[Case]] = &[
    syntax::CASES,
    documents::CASES,
    names::CASES,
    environments::CASES,
    policy::CASES,
    notices::CASES,
    references::CASES,
    customer::CASES,
    integration::CASES,
    instance_of::CASES,
    instance::CASES,
    config::CASES,
    secrets::CASES,
    templates::CASES,
];
