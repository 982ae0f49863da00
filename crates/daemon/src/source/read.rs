//! Reading single files, within bounds.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use crate::model::SourceFile;

/// All files together may be so large, in bytes.
pub(super) const MAX_TOTAL: usize = 256 * 1024 * 1024;

/// The content of one file.
///
/// # Errors
///
/// Why not, in words that follow the file's name.
pub(super) fn read(path: &Path, left: &mut usize) -> Result<Vec<u8>, Unread> {
    // Looked at before it is opened: opening a pipe would wait for a writer.
    let metadata = path.metadata().map_err(Unread::from)?;
    if metadata.is_dir() {
        return Err(Unread::Because("it is a folder".to_owned()));
    }
    if !metadata.is_file() {
        return Err(Unread::Because("not a regular file".to_owned()));
    }
    let bytes = bounded(path, SourceFile::MAX_BYTES)?;
    *left = left.checked_sub(bytes.len()).ok_or_else(|| {
        let limit = MAX_TOTAL / 1024 / 1024;
        Unread::Because(format!(
            "the files before it fill {limit} MiB, the most that is read"
        ))
    })?;
    Ok(bytes)
}

/// Reads a file that must not be larger than a bound.
pub(super) fn bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let take = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(take).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(Unread::Because(format!("larger than {}", size(limit))));
    }
    Ok(bytes)
}

fn size(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{} KiB", bytes / 1024)
    }
}

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is not there, or not any more.
    Gone,
    /// Anything else, in lower case.
    Because(String),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Gone,
            ErrorKind::PermissionDenied => Self::Because("permission denied".to_owned()),
            _ => Self::Because(error.to_string()),
        }
    }
}
