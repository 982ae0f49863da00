//! The sandbox inside this process, for `--sandbox`.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::error::CliError;
use crate::model::Secret;
use crate::prismatic::transport::Transport;
use crate::prismatic::{BaseUrl, Connection, TokenSource};
use crate::runtime::clock::Clock;
use crate::sandbox::{Options, Sandbox};

/// The folder below PATH for what this tool keeps there.
const FOLDER: &str = ".prism-gitops";

/// Opens the sandbox of a folder, and makes a new one where there is none.
pub(super) fn open(
    root: &Path,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn Transport>, Connection), CliError> {
    let state = folder(root)
        .map_err(|error| {
            CliError::world(format!(
                "cannot make the folder {}",
                root.join(FOLDER).display()
            ))
            .because(&error)
        })?
        .join("sandbox.json");
    let mut options = Options::new(clock);
    options.state = Some(state.clone());
    let sandbox = Sandbox::open(options).map_err(|error| {
        CliError::user(format!("cannot open the sandbox in {}", state.display()))
            .because(&error)
            .hint("delete the file to begin with a new sandbox")
    })?;
    Ok((Arc::new(sandbox.transport()), connection()?))
}

/// Makes the folder: for its owner only, and invisible to git.
fn folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    let mut builder = fs::DirBuilder::new();
    match builder.mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    Ok(folder)
}

/// The address is never dialled: requests go through the transport.
fn connection() -> Result<Connection, CliError> {
    let url = BaseUrl::parse("http://localhost:8787")
        .map_err(|error| CliError::bug("the sandbox's address is refused").because(&error))?;
    Ok(Connection {
        url,
        tenant_id: None,
        token: TokenSource::Refresh(Secret::new("sandbox".to_owned())),
        access: None,
        origin: "the embedded sandbox".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_folder_is_private_and_ignored_by_git() {
        let root = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let made = folder(root.path()).unwrap();
            let mode = fs::metadata(&made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
            assert_eq!(fs::read_to_string(made.join(".gitignore")).unwrap(), "*\n");
        }
        assert!(folder(&root.path().join("absent")).is_err());
    }
}
