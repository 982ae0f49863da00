//! Where manifests come from, if not from a folder.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::parse;

/// A git remote, and how it is reached.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Git")]
pub(crate) struct GitArgs {
    /// Read the manifests from this remote: `https://`, `ssh://`, `user@host:path` or `file:///`.
    /// PATH then only holds what is local: the state, and files with secrets.
    #[arg(long, env = "PRISM_GITOPS_GIT", value_name = "URL")]
    pub(crate) git: Option<String>,

    /// The branch to follow [default: the remote's default branch].
    #[arg(long, env = "PRISM_GITOPS_BRANCH", value_name = "NAME", requires = "git", conflicts_with_all = ["tag", "commit"])]
    pub(crate) branch: Option<String>,

    /// The tag to follow.
    #[arg(
        long,
        env = "PRISM_GITOPS_TAG",
        value_name = "NAME",
        requires = "git",
        conflicts_with = "commit"
    )]
    pub(crate) tag: Option<String>,

    /// The commit to stay at, by its full hash.
    #[arg(
        long,
        env = "PRISM_GITOPS_COMMIT",
        value_name = "HASH",
        requires = "git"
    )]
    pub(crate) commit: Option<String>,

    /// The folder of the repository that holds the project.
    #[arg(
        long,
        env = "PRISM_GITOPS_SUB_PATH",
        value_name = "FOLDER",
        requires = "git"
    )]
    pub(crate) sub_path: Option<String>,

    /// How often the remote is asked for a new commit, a tenth more or less.
    #[arg(long, env = "PRISM_GITOPS_GIT_INTERVAL", value_name = "TIME", default_value = "60s", value_parser = parse::interval)]
    pub(crate) git_interval: Duration,

    /// How long one call of git may take.
    #[arg(long, env = "PRISM_GITOPS_GIT_TIMEOUT", value_name = "TIME", default_value = "60s", value_parser = parse::interval)]
    pub(crate) git_timeout: Duration,

    /// How large the fetched repository may be, without its history and without files above 16 MiB.
    #[arg(long, env = "PRISM_GITOPS_GIT_MAX_SIZE", value_name = "MIB", default_value = "1024", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) git_max_size: u64,

    /// The file with the token or password of an https remote; else `PRISM_GITOPS_GIT_TOKEN` is asked.
    #[arg(
        long,
        env = "PRISM_GITOPS_GIT_TOKEN_FILE",
        value_name = "FILE",
        requires = "git"
    )]
    pub(crate) git_token_file: Option<PathBuf>,

    /// The user name that goes with the token, where the host demands a certain one.
    #[arg(
        long,
        env = "PRISM_GITOPS_GIT_USERNAME",
        value_name = "NAME",
        requires = "git"
    )]
    pub(crate) git_username: Option<String>,

    /// The private key of an ssh remote [default: the agent's, and the user's own].
    #[arg(
        long,
        env = "PRISM_GITOPS_GIT_SSH_KEY",
        value_name = "FILE",
        requires = "git"
    )]
    pub(crate) git_ssh_key: Option<PathBuf>,

    /// The host keys to trust for an ssh remote [default: the user's and the system's].
    #[arg(
        long,
        env = "PRISM_GITOPS_GIT_KNOWN_HOSTS",
        value_name = "FILE",
        requires = "git"
    )]
    pub(crate) git_known_hosts: Option<PathBuf>,

    /// Accept an `http://` remote that is not on this machine, although its traffic is not encrypted.
    #[arg(long, env = "PRISM_GITOPS_GIT_ALLOW_HTTP", value_parser = FalseyValueParser::new())]
    pub(crate) git_allow_http: bool,

    /// Let webhooks wake the daemon: `github=file:PATH`, `gitlab=env:NAME`, and likewise `bitbucket`,
    /// `generic` and `prismatic`, with where their secret is.
    #[arg(
        long = "webhook",
        env = "PRISM_GITOPS_WEBHOOK",
        value_name = "WHO=SECRET",
        value_delimiter = ','
    )]
    pub(crate) webhooks: Vec<String>,
}
