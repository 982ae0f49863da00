//! What is kept between runs.

use std::path::{Path, PathBuf};

use crate::controller::remembered::Remembered;
use crate::model::SecretWrites;
use crate::store::SecretStore;

/// The folder below PATH for what this tool keeps there.
pub(crate) const FOLDER: &str = ".prism-gitops";

/// What is kept between runs.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct StateArgs {
    /// The folder for keyed digests of written secrets: a cache that may be deleted
    /// [default: `.prism-gitops` below PATH].
    #[arg(long, env = "PRISM_GITOPS_STATE_DIR", value_name = "FOLDER")]
    pub(crate) state_dir: Option<PathBuf>,

    /// What to do with a secret that the API masks while the last value written is not known.
    #[arg(
        long,
        env = "PRISM_GITOPS_SECRETS",
        value_name = "WHEN",
        default_value = "once"
    )]
    pub(crate) secrets: SecretsWhen,
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
        let folder = self.state_dir.clone();
        Remembered {
            store: SecretStore::in_folder(folder.unwrap_or_else(|| root.join(FOLDER))),
            unrecorded: match self.secrets {
                SecretsWhen::Once => SecretWrites::Once,
                SecretsWhen::Never => SecretWrites::Never,
            },
        }
    }
}
