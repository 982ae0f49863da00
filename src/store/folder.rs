//! Private folders, and private files in them.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// Makes a folder where there is none: for its owner only, and invisible to git.
///
/// A folder that is already there stays as it is.
///
/// # Errors
///
/// When it is not there and cannot be made.
pub fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    fs::write(folder.join(".gitignore"), "*\n")
}

/// Puts a file in place of the one there, whole or not at all: for its owner only.
///
/// # Errors
///
/// When `fill` fails or the disk does not take it; what was there before stays.
pub fn replace_private(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    // Made with 0600.
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    fill(beside.as_file_mut())?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_folder_is_private_and_ignored_by_git() {
        let root = tempfile::tempdir().unwrap();
        let made = root.path().join("a/b");
        for _ in 0..2 {
            make_private(&made).unwrap();
            let mode = fs::metadata(&made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
            assert_eq!(fs::read_to_string(made.join(".gitignore")).unwrap(), "*\n");
        }
        make_private(root.path()).unwrap();
        assert!(!root.path().join(".gitignore").exists(), "it was there");
        fs::write(root.path().join("file"), "").unwrap();
        assert!(make_private(&root.path().join("file")).is_err());
    }
}
