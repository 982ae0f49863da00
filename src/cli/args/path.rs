//! The folder of a project, by its place or by a flag.

use std::ops::Deref;
use std::path::{Path, PathBuf};

/// Where the manifests are. What is written `command PATH` may be written `command --path PATH` too,
/// as it has to be where the first argument is something else.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PathArgs {
    /// The folder with the manifests; the same as --path.
    #[arg(value_name = "PATH", id = "folder")]
    place: Option<PathBuf>,

    /// The folder with the manifests.
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        env = "PRISM_GITOPS_PATH"
    )]
    path: PathBuf,
}

impl Deref for PathArgs {
    type Target = Path;

    fn deref(&self) -> &Path {
        self.place.as_deref().unwrap_or(&self.path)
    }
}

/// The same where the arguments by place are something else.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FlagPathArgs {
    /// The folder with the manifests.
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        env = "PRISM_GITOPS_PATH"
    )]
    path: PathBuf,
}

impl Deref for FlagPathArgs {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        path: PathArgs,
    }

    #[test]
    fn a_folder_may_be_given_either_way() {
        for (line, path) in [
            (vec!["x", "acme"], "acme"),
            (vec!["x", "--path", "acme"], "acme"),
            (vec!["x"], "."),
        ] {
            assert_eq!(&*Line::parse_from(line).path, Path::new(path));
        }
    }
}
