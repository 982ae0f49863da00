//! The last approval of new files, which outlives the process: one small file for each environment.
//!
//! A missing or damaged file is no approval: a person is asked again.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::folder::{make_private, replace_private};
use super::lock::name_for;
use crate::model::Approval;

const VERSION: u32 = 1;

/// An approval as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeptApproval {
    /// The approval.
    #[serde(flatten)]
    pub approval: Approval,
    /// A pass found exactly what was approved, and began with it.
    pub let_go: bool,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Content {
    version: u32,
    #[serde(flatten)]
    kept: KeptApproval,
}

/// Where the approval of an environment is kept.
#[derive(Debug, Clone)]
pub struct ApprovalFile {
    path: PathBuf,
}

impl ApprovalFile {
    /// The file of an environment in a state folder. It need not be there.
    #[must_use]
    pub fn in_folder(folder: &Path, environment: &str) -> Self {
        Self {
            path: folder.join(name_for("approval", environment, "json")),
        }
    }

    /// The approval, if there is one that can be read.
    #[must_use]
    pub fn read(&self) -> Option<KeptApproval> {
        let bytes = fs::read(&self.path).ok()?;
        let content = serde_json::from_slice::<Content>(&bytes).ok()?;
        (content.version == VERSION).then_some(content.kept)
    }

    /// Keeps an approval: beside the file, then in its place.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn keep(&self, kept: &KeptApproval) -> io::Result<()> {
        make_private(self.path.parent().unwrap_or(Path::new(".")))?;
        let content = Content {
            version: VERSION,
            kept: kept.clone(),
        };
        replace_private(&self.path, |out| {
            serde_json::to_writer_pretty(&mut *out, &content)?;
            out.write_all(b"\n")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_and_a_damaged_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = ApprovalFile::in_folder(folder.path(), "prod");
        assert_eq!(file.read(), None);
        let kept = KeptApproval {
            approval: Approval {
                revision: "r1".to_owned(),
                digest: "sha256:0".to_owned(),
                reason: "CHG-12".to_owned(),
                by: Some("alice".to_owned()),
                at: "2026-11-30T12:00:00Z".parse().unwrap(),
            },
            let_go: false,
        };
        file.keep(&kept).unwrap();
        assert_eq!(file.read(), Some(kept.clone()));
        assert_eq!(ApprovalFile::in_folder(folder.path(), "test").read(), None);
        fs::write(&file.path, "damaged").unwrap();
        assert_eq!(file.read(), None);
    }
}
