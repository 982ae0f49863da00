//! A file of a project as a source hands it over.

use std::sync::Arc;

/// One file, read or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the project's root, with forward slashes.
    pub path: Arc<str>,
    /// Its bytes, or why they could not be read, in lower case and without the path.
    pub content: Result<Arc<[u8]>, String>,
}

impl SourceFile {
    /// The largest file that is read, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024 * 1024;

    /// A file that was read.
    pub fn new(path: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            path: path.into(),
            content: Ok(bytes.into()),
        }
    }

    /// A file that could not be read.
    pub fn unreadable(path: impl Into<Arc<str>>, why: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            content: Err(why.into()),
        }
    }

    /// Whether a file at this path is read as manifests without being referred to:
    /// `*.yaml` and `*.yml` in any case, unless a part of the path begins with a dot.
    #[must_use]
    pub fn holds_manifests(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let yaml = name.rsplit_once('.').is_some_and(|(_, ext)| {
            ext.eq_ignore_ascii_case("yaml") || ext.eq_ignore_ascii_case("yml")
        });
        yaml && !path.split('/').any(|part| part.starts_with('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_told_by_their_path() {
        for path in ["a.yaml", "b/c.yml", "a.b.yml", "A.YAML", "a.Yml"] {
            assert!(SourceFile::holds_manifests(path), "{path}");
        }
        for path in [
            ".a.yaml",
            ".github/w.yml",
            "a/.b/c.yml",
            "a.json",
            "yaml",
            "a.YML.txt",
        ] {
            assert!(!SourceFile::holds_manifests(path), "{path}");
        }
    }
}
