//! What is kept between runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::parse;
use crate::controller::remembered::Remembered;
use crate::model::SecretWrites;
use crate::store::SecretStore;
use crate::store::history::Retention;
use crate::store::journal::Journal;

/// The folder below PATH for what this tool keeps there.
pub(crate) const FOLDER: &str = ".prism-gitops";

/// Where it is kept.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct FolderArgs {
    /// The folder for the history of what was done, and for keyed digests of written secrets;
    /// may be deleted [default: `.prism-gitops` below PATH].
    #[arg(long, env = "PRISM_GITOPS_STATE_DIR", value_name = "FOLDER")]
    pub(crate) state_dir: Option<PathBuf>,
}

impl FolderArgs {
    /// The folder of a project.
    pub(crate) fn of(&self, root: &Path) -> PathBuf {
        let given = self.state_dir.clone();
        given.unwrap_or_else(|| root.join(FOLDER))
    }
}

/// How much of the history is kept.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct KeepArgs {
    /// Forget what was done longer ago than this: `90d`, `12w`, `36h`.
    #[arg(long, env = "PRISM_GITOPS_HISTORY_AGE", value_name = "TIME", default_value = "90d", value_parser = parse::age)]
    pub(crate) history_age: Duration,

    /// Forget the oldest beyond this size: `100MB`, `1GiB`; `0` keeps no history.
    #[arg(long, env = "PRISM_GITOPS_HISTORY_SIZE", value_name = "SIZE", default_value = "100MB", value_parser = parse::size)]
    pub(crate) history_size: u64,
}

impl KeepArgs {
    /// `None` where no history is kept.
    pub(crate) fn retention(self) -> Option<Retention> {
        (self.history_size > 0).then_some(Retention {
            age: self.history_age,
            bytes: self.history_size,
        })
    }
}

/// What is kept between runs.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct StateArgs {
    #[command(flatten)]
    pub(crate) folder: FolderArgs,

    /// What to do with a secret that the API masks while the last value written is not known.
    #[arg(
        long,
        env = "PRISM_GITOPS_SECRETS",
        value_name = "WHEN",
        default_value = "once"
    )]
    pub(crate) secrets: SecretsWhen,

    /// Create and publish nothing that cannot be noted in the state folder first.
    #[arg(long, env = "PRISM_GITOPS_REQUIRE_STATE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) require_state: bool,
}

/// When a secret is written that cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum SecretsWhen {
    /// Write it, and remember that.
    #[default]
    Once,
    /// Leave what is there alone.
    Never,
}

impl StateArgs {
    /// The records of a project in a folder.
    pub(crate) fn remembered(&self, root: &Path) -> Remembered {
        let folder = self.folder.of(root);
        Remembered {
            journal: Journal::in_folder(&folder, self.require_state),
            store: SecretStore::in_folder(folder),
            unrecorded: match self.secrets {
                SecretsWhen::Once => SecretWrites::Once,
                SecretsWhen::Never => SecretWrites::Never,
            },
        }
    }
}
