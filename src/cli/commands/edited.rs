//! Files of a project that a command changes in place.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::error::CliError;
use crate::promote::Changed;

/// Writes the files, each at once, if none has changed meanwhile.
pub(super) fn write(root: &Path, changed: &[Changed]) -> Result<(), CliError> {
    for file in changed {
        let path = root.join(&*file.path);
        let now = fs::read(&path).map_err(|error| failed(&path, &error))?;
        if now != file.before.as_bytes() {
            return Err(
                CliError::user(format!("{} has changed meanwhile", path.display()))
                    .hint("run it again; nothing was written"),
            );
        }
    }
    for file in changed {
        let path = root.join(&*file.path);
        replace(&path, &file.after).map_err(|error| {
            failed(&path, &error).hint("run it again: files that were written before it are right")
        })?;
    }
    Ok(())
}

/// Replaces a file as a whole, with the permissions that it has. A link stays one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    fs::set_permissions(new.path(), fs::metadata(&path)?.permissions())?;
    new.persist(&path)?;
    Ok(())
}

fn failed(path: &Path, error: &std::io::Error) -> CliError {
    CliError::world(format!("cannot write {}", path.display())).because(error)
}
