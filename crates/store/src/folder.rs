//! Private folders, and private files in them.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The folder within a project for what is kept between runs, unless another is named.
pub const IN_PROJECT: &str = ".prism-gitops";

/// Makes a folder where there is none: for its owner only, and invisible to git.
///
/// A folder that is already there stays as it is.
///
/// # Errors
///
/// When it does not exist and cannot be made; when the project that it belongs in does not exist, since it may have
/// been moved away, and an empty one in its place would be mistaken for it; and when the project has a link in its
/// place.
pub fn make_private(folder: &Path) -> io::Result<()> {
    if let Some(state) = state_of(folder) {
        demand_no_link(state)?;
    }
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(project) = project_of(folder)
        && !project.is_dir()
    {
        let why = format!("the project folder {} is not there", project.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, why));
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    fs::write(folder.join(".gitignore"), "*\n")
}

/// Makes a private file in a private folder, if there is none.
///
/// # Errors
///
/// As [`make_private`]; and where a link is in its place: a repository can bring one, and what it leads to is
/// not ours to write.
pub(crate) fn make_private_file(file: &Path) -> io::Result<()> {
    make_private(file.parent().unwrap_or(Path::new(".")))?;
    demand_no_link(file)?;
    let mut options = File::options();
    let made = options.append(true).create(true).mode(0o600).open(file);
    made.map(drop)
}

fn demand_no_link(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink()) {
        let why = format!(
            "{} is a link, which may lead anywhere; name the state folder with --state-dir instead",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    Ok(())
}

/// The state folder of a project that a folder is or lies in, where its name says so.
fn state_of(folder: &Path) -> Option<&Path> {
    let mut above = folder.ancestors();
    above.find(|it| it.file_name().is_some_and(|name| name == IN_PROJECT))
}

/// The project that a folder lies in, where its name says so.
fn project_of(folder: &Path) -> Option<&Path> {
    let project = state_of(folder)?.parent()?;
    Some(project).filter(|it| !it.as_os_str().is_empty())
}

/// A file of this age was left by a killed process: no process is writing it any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Puts a file in place of the one there, whole or not at all: for its owner only.
///
/// What processes left beside it that were killed over this goes, after an hour.
///
/// # Errors
///
/// When `fill` fails or the disk does not take it; what was there before stays.
pub fn replace_private(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (prefix, suffix) = (format!(".{name}."), ".new");
    // Made with 0600.
    let mut beside = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(suffix)
        .tempfile_in(folder)?;
    fill(beside.as_file_mut())?;
    beside.as_file().sync_all()?;
    let written = beside.as_file().metadata()?.modified()?;
    beside.persist(path)?;
    // The file is there; that others cannot go is no reason to fail.
    let _ = sweep(
        folder,
        |left| left.starts_with(&prefix) && left.ends_with(suffix),
        written,
    );
    Ok(())
}

/// Removes what was abandoned, by the clock of the file system.
fn sweep(folder: &Path, ours: impl Fn(&str) -> bool, now: SystemTime) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (metadata, name) = (entry.metadata()?, entry.file_name());
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        if metadata.is_file() && name.to_str().is_some_and(&ours) && age > ABANDONED {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
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

    #[test]
    fn a_project_that_was_moved_away_is_not_made_anew() {
        let root = tempfile::tempdir().unwrap();
        let project = root.path().join("project");
        let state = project.join(IN_PROJECT);
        for folder in [state.clone(), state.join("below")] {
            let error = make_private(&folder).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
            assert!(error.to_string().contains("project folder"), "{error}");
            assert!(!project.exists());
        }
        fs::create_dir(&project).unwrap();
        make_private(&state).unwrap();
        assert!(state.join(".gitignore").exists());
    }

    #[test]
    fn links_that_a_repository_brings_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let (project, elsewhere) = (root.path().join("project"), root.path().join("elsewhere"));
        fs::create_dir(&project).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        let state = project.join(IN_PROJECT);
        std::os::unix::fs::symlink(&elsewhere, &state).unwrap();
        for refused in [
            make_private(&state),
            make_private(&state.join("below")),
            make_private_file(&state.join("history.sqlite")),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
            assert!(error.to_string().contains("--state-dir"), "{error}");
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);

        fs::remove_file(&state).unwrap();
        let file = state.join("history.sqlite");
        make_private_file(&file).unwrap();
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(elsewhere.join("app.db"), &file).unwrap();
        assert!(make_private_file(&file).is_err());
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn what_killed_processes_left_goes_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let old = [".pause.json.a1.new", ".other.json.b2.new", "pause.json.new"];
        for name in old {
            let file = File::create(at(name)).unwrap();
            let long_ago = SystemTime::UNIX_EPOCH + ABANDONED;
            file.set_modified(long_ago).unwrap();
        }
        fs::write(at(".pause.json.c3.new"), "under way").unwrap();
        replace_private(&at("pause.json"), |file| file.write_all(b"{}")).unwrap();
        let mut left: Vec<_> = fs::read_dir(root.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let expected = [
            ".other.json.b2.new",
            ".pause.json.c3.new",
            "pause.json",
            "pause.json.new",
        ];
        assert_eq!(left, expected);
        let failed = replace_private(&at("pause.json"), |_| Err(io::Error::other("full")));
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read_to_string(at("pause.json")).unwrap(), "{}");
    }
}
