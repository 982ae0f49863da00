//! The git operation in progress in a folder, detected by git's own files, without running git.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::SourceError;

/// How long a lock of git is waited for: a checkout of very many files takes its time.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look.
const STEP: Duration = Duration::from_millis(100);
/// From when on the waiting is worth a word.
const SILENT: u32 = 5;

/// Git's own folder for the work tree that a folder is in.
pub(super) fn git_folder(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let found = folder.ancestors().find_map(|at| {
        let git = at.join(".git");
        git.exists().then_some((at, git))
    });
    let (at, git) = found?;
    if git.is_dir() {
        return Some(git);
    }
    // Of a linked work tree, or a submodule: a small file that names the folder.
    const LONGEST: u64 = 8192;
    let small = git
        .metadata()
        .is_ok_and(|it| it.is_file() && it.len() <= LONGEST);
    let text = small.then(|| std::fs::read_to_string(&git).ok())??;
    let named = text.strip_prefix("gitdir:")?.trim();
    Some(at.join(named))
}

/// What git has begun and not ended, and leaves the folder between two states for.
pub(super) fn half_way(git: &Path) -> Option<&'static str> {
    const SIGNS: [(&str, &str); 5] = [
        ("MERGE_HEAD", "a merge"),
        ("rebase-merge", "a rebase"),
        ("rebase-apply", "a rebase"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
    ];
    let sign = SIGNS.iter().find(|(name, _)| git.join(name).exists());
    sign.map(|(_, what)| *what)
}

/// Waits until no git is changing the files.
///
/// # Errors
///
/// [`SourceError::Locked`] when one still is after a while.
pub(super) async fn unlocked(git: &Path) -> Result<(), SourceError> {
    let lock = git.join("index.lock");
    let mut looks = 0;
    while lock.exists() {
        if STEP * looks >= PATIENCE {
            return Err(SourceError::Locked {
                path: lock,
                waited: PATIENCE,
            });
        }
        if looks == SILENT {
            tracing::warn!(event = "git.busy", lock = %lock.display(), "waiting: git is at work in this folder");
        }
        tokio::time::sleep(STEP).await;
        looks += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_folder_of_git_is_found_from_below_and_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        assert_eq!(git_folder(&root.join("a/b")), None);
        fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(git_folder(&root.join("a/b")), Some(root.join(".git")));
        fs::write(root.join("a/.git"), "gitdir: ../.git/worktrees/a\n").unwrap();
        let linked = root.join("a/../.git/worktrees/a");
        assert_eq!(git_folder(&root.join("a/b")), Some(linked));
    }

    #[test]
    fn a_merge_and_its_like_are_seen() {
        let git = tempfile::tempdir().unwrap();
        assert_eq!(half_way(git.path()), None);
        fs::create_dir(git.path().join("rebase-merge")).unwrap();
        assert_eq!(half_way(git.path()), Some("a rebase"));
        fs::write(git.path().join("MERGE_HEAD"), "x").unwrap();
        assert_eq!(half_way(git.path()), Some("a merge"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_is_waited_for_and_not_for_ever() {
        let git = tempfile::tempdir().unwrap();
        let lock = git.path().join("index.lock");
        fs::write(&lock, "").unwrap();
        let began = tokio::time::Instant::now();
        let removing = async {
            tokio::time::sleep(STEP * 9).await;
            fs::remove_file(&lock).unwrap();
        };
        let (waited, ()) = tokio::join!(unlocked(git.path()), removing);
        assert!(waited.is_ok() && began.elapsed() < PATIENCE);
        fs::write(&lock, "").unwrap();
        let error = unlocked(git.path()).await.unwrap_err();
        assert!(matches!(error, SourceError::Locked { .. }));
    }
}
