//! Arguments about connections that wait for a person.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

/// Where the links go at which people consent to pending connections.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Pending connections")]
pub(crate) struct ConsentArgs {
    /// Put the links into `-o json`, each marked sensitive: anyone who opens one can connect an account.
    #[arg(long, env = "PRISM_GITOPS_AUTHORIZE_URLS", value_parser = FalseyValueParser::new())]
    pub(crate) authorize_urls: bool,

    /// Write the links as a checklist to FILE, which only its owner can read.
    #[arg(long, env = "PRISM_GITOPS_AUTHORIZE_REPORT", value_name = "FILE")]
    pub(crate) authorize_report: Option<PathBuf>,
}
