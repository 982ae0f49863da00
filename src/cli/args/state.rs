//! What is kept between runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::parse;
use crate::cli::api_token;
use crate::cli::error::CliError;
use crate::controller::hold_notes::HoldNotes;
use crate::controller::persistence::Persistence;
use crate::model::{Secret, SecretWrites};
use crate::source::secrets;
use crate::store::history::Retention;
use crate::store::journal::Journal;
use crate::store::{RolloutStore, SecretStore};

/// The folder below PATH for what this tool keeps there.
pub(crate) const FOLDER: &str = crate::store::IN_PROJECT;

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

    /// How long the tenant must go on not showing a write whose reply was lost before it counts as not done.
    #[arg(long, env = "PRISM_GITOPS_SETTLE", value_name = "TIME", default_value = "10s", value_parser = parse::duration)]
    pub(crate) settle: Duration,

    /// Where a secret is from which the key of the digests is made: `env:NAME` or `file:PATH`.
    /// Without it the key is kept beside them.
    #[arg(long, env = "PRISM_GITOPS_STATE_KEY", value_name = "PLACE")]
    pub(crate) state_key: Option<String>,
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
    pub(crate) fn persistence(&self, root: &Path) -> Result<Persistence, CliError> {
        let secret = self.state_key.as_deref();
        let secret = secret.map(|place| state_key(place, root)).transpose()?;
        let folder = self.folder.of(root);
        Ok(Persistence {
            journal: Journal::in_folder(&folder, self.require_state, self.settle),
            holds: HoldNotes::in_folder(&folder),
            rollouts: RolloutStore::in_folder(&folder),
            store: SecretStore::keyed(folder, secret),
            unrecorded: match self.secrets {
                SecretsWhen::Once => SecretWrites::Once,
                SecretsWhen::Never => SecretWrites::Never,
            },
        })
    }
}

/// Looks the key up; files are below `root`.
fn state_key(place: &str, root: &Path) -> Result<Secret, CliError> {
    /// Shorter ones can be guessed, and then the digests say what was written.
    const SHORTEST: usize = 16;
    let reference = api_token::place(place).ok_or_else(|| {
        CliError::user("--state-key: write file:PATH or env:NAME")
            .hint("the key itself does not belong on a command line")
    })?;
    let wanted = [reference.clone()].into();
    let values = secrets::resolve_with(wanted, root, |name| std::env::var_os(name));
    let key = values
        .get(&reference)
        .map_err(|error| CliError::user("--state-key").because(&error))?;
    if key.expose().trim().len() < SHORTEST {
        return Err(
            CliError::user("--state-key: the key has fewer than 16 characters")
                .hint("make one with `openssl rand -hex 32`"),
        );
    }
    Ok(Secret::new(key.expose().trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_place_and_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("long"), "0123456789abcdef\n").unwrap();
        std::fs::write(folder.path().join("short"), "0123\n").unwrap();
        let found = state_key("file:long", folder.path()).unwrap();
        assert_eq!(found.expose(), "0123456789abcdef");
        for wrong in ["0123456789abcdef", "file:short", "file:none", "env:"] {
            let error = state_key(wrong, folder.path()).unwrap_err();
            assert!(error.message().starts_with("--state-key"), "{wrong}");
        }
    }
}
