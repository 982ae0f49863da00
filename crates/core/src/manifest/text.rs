//! Bytes of a file to its text, or one finding about the file.

use super::findings::{Finding, Problem};
use crate::model::{Location, SourceFile};
use crate::yaml;

/// The text of a file.
pub(super) fn decode(file: &SourceFile) -> Result<String, Box<Finding>> {
    let refused = |line, problem| {
        let location = Location {
            line,
            ..Location::file(&file.path)
        };
        Err(Box::new(Finding::new(location, problem)))
    };
    let bytes = match &file.content {
        Ok(bytes) => bytes,
        Err(why) => {
            return refused(
                0,
                Problem::new("unreadable", format!("cannot be read: {why}")),
            );
        }
    };
    if bytes.len() > SourceFile::MAX_BYTES {
        let message = format!("larger than {} MiB", SourceFile::MAX_BYTES / 1024 / 1024);
        return refused(0, Problem::new("too-large", message).hint("split the file"));
    }
    yaml::decode(bytes).or_else(|error| {
        let line = match error {
            yaml::DecodeError::NotUtf8 { line } | yaml::DecodeError::Nul { line } => line,
            yaml::DecodeError::NotUtf16 => 0,
        };
        let problem = Problem::new("encoding", error.to_string())
            .hint("save it as UTF-8")
            .private(true);
        refused(line, problem)
    })
}
