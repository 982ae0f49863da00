//! The output folder: nothing in it is overwritten unless requested.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::cli::error::CliError;
use crate::export::{ENV_TEMPLATE, ExportedFile};

/// Refuses a folder that holds something, before anything is read for nothing.
pub(super) fn check(path: &Path, force: bool) -> Result<(), CliError> {
    if path.is_file() {
        return Err(CliError::user(format!("{} is a file", path.display()))
            .hint("give a folder to write to"));
    }
    if force || !path.exists() || is_empty(path)? {
        return Ok(());
    }
    Err(CliError::user(format!("{} is not empty", path.display()))
        .hint("give a new or an empty folder, or --force to write over files of the same names"))
}

/// Whether there is nothing but names that begin with a dot, which no manifest is looked for in.
fn is_empty(path: &Path) -> Result<bool, CliError> {
    let failed = |error: std::io::Error| {
        CliError::world(format!("cannot look into {}", path.display())).because(&error)
    };
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !name.to_string_lossy().starts_with('.') {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a folder and those above it.
pub(super) fn create(path: &Path) -> Result<(), CliError> {
    fs::create_dir_all(path).map_err(|error| {
        CliError::world(format!("cannot make the folder {}", path.display())).because(&error)
    })
}

/// The template of variables that the folder has.
pub(super) fn env_template(root: &Path) -> Result<Option<String>, CliError> {
    let path = root.join(ENV_TEMPLATE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(CliError::world(format!("cannot read {}", path.display())).because(&error))
        }
    }
}

/// Refuses to write over files before the first is written.
pub(super) fn none_is_there(
    root: &Path,
    files: &[ExportedFile],
    force: bool,
) -> Result<(), CliError> {
    let mut files = files.iter().filter(|file| file.path != ENV_TEMPLATE);
    match files.find(|file| !force && root.join(&file.path).exists()) {
        None => Ok(()),
        Some(file) => Err(CliError::user(format!(
            "{} is there already",
            root.join(&file.path).display()
        ))
        .hint("give --force to write over it; nothing was written")),
    }
}

/// Writes the files. One that is there is written over only with `force`; the template of variables has what it
/// said before in it.
pub(super) fn write(root: &Path, files: &[ExportedFile], force: bool) -> Result<(), CliError> {
    create(root)?;
    for file in files {
        let path = root.join(&file.path);
        if let Some(folder) = path.parent() {
            create(folder)?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true);
        if force || file.path == ENV_TEMPLATE {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let written = options
            .open(&path)
            .and_then(|mut open| open.write_all(file.text.as_bytes()));
        written.map_err(|error| {
            let failed =
                CliError::world(format!("cannot write {}", path.display())).because(&error);
            match error.kind() {
                ErrorKind::AlreadyExists => {
                    failed.hint("it appeared meanwhile; export to an empty folder, or add --force")
                }
                _ => failed.hint("what was written before it is there, and incomplete"),
            }
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<ExportedFile> {
        vec![ExportedFile {
            path: "instances/a.yaml".to_owned(),
            text: text.to_owned(),
        }]
    }

    #[test]
    fn nothing_is_written_over_unless_asked_for() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("new");
        assert!(check(&folder, false).is_ok());
        write(&folder, &files("one"), false).unwrap();
        let read = || fs::read_to_string(folder.join("instances/a.yaml")).unwrap();
        assert_eq!(read(), "one");

        let refused = check(&folder, false).unwrap_err();
        assert!(
            refused.message().ends_with("new is not empty"),
            "{}",
            refused.message()
        );
        assert!(write(&folder, &files("two"), false).is_err());
        assert_eq!(read(), "one");

        assert!(check(&folder, true).is_ok());
        write(&folder, &files("two"), true).unwrap();
        assert_eq!(read(), "two");
        assert!(check(&folder.join("instances/a.yaml"), true).is_err());
    }

    #[test]
    fn hidden_names_leave_a_folder_empty() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".git")).unwrap();
        assert!(check(root.path(), false).is_ok());
    }
}
