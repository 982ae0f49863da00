//! Over `file://`, with the real git: what a remote can do to us.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::model::SourceFile;

/// A remote repository with a work tree, and a place for caches.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(bench.remote()).unwrap();
        bench.git(&["init", "--quiet", "--initial-branch=main", "."]);
        bench.git(&["config", "uploadpack.allowFilter", "true"]);
        bench
    }

    /// With one commit of one file.
    fn with_commit() -> Self {
        let bench = Self::new();
        bench.commit(&[("a.yaml", "1")]);
        bench
    }

    fn remote(&self) -> PathBuf {
        self.folder.path().join("remote")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.remote())
            .args(["-c", "user.name=n", "-c", "user.email=n@example.com"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            let path = self.remote().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn source(&self) -> GitSource {
        self.following(Reference::branch("main").unwrap())
    }

    fn following(&self, reference: Reference) -> GitSource {
        GitSource::new(self.settings(reference), references)
    }

    fn settings(&self, reference: Reference) -> Settings {
        let url = format!("file://{}", self.remote().display());
        Settings {
            remote: Remote::parse(&url, false).unwrap(),
            reference,
            sub_path: String::new(),
            access: Access::default(),
            root: self.folder.path().to_owned(),
            cache: self.cache(),
            timeout: Duration::from_secs(60),
            max_size: 64,
        }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }
}

/// Every `ref: PATH` line.
fn references(files: &[SourceFile]) -> BTreeSet<std::sync::Arc<str>> {
    let texts = files.iter().filter_map(|file| file.content.as_ref().ok());
    let texts: Vec<_> = texts
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let paths = lines.filter_map(|line| line.strip_prefix("ref: "));
    paths.map(std::sync::Arc::from).collect()
}

async fn files(source: &GitSource) -> Vec<String> {
    listed(&source.snapshot().await.unwrap())
}

fn listed(snapshot: &Snapshot) -> Vec<String> {
    let shown = |file: &SourceFile| match &file.content {
        Ok(bytes) => format!(
            "{} {}",
            file.path,
            String::from_utf8_lossy(bytes).trim_end()
        ),
        Err(why) => format!("{}: {why}", file.path),
    };
    snapshot.files.iter().map(shown).collect()
}

/// The status without what differs from run to run.
fn status_text(source: &GitSource) -> String {
    let status = source.status();
    let mut text = format!("{:?}: {}", status.state, status.message);
    for warning in &status.warnings {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    for hash in [&status.commit, &status.head].into_iter().flatten() {
        text = text.replace(&hash[..7], "<commit>");
    }
    text
}

#[tokio::test]
async fn a_branch_is_followed_commit_by_commit() {
    let bench = Bench::new();
    let first = bench.commit(&[
        ("a.yaml", "ref: x/def.txt\nref: none"),
        ("x/def.txt", "d"),
        ("x/other.txt", "no"),
        (".hidden/b.yaml", "no"),
    ]);
    let source = bench.source();
    assert_eq!(
        files(&source).await,
        ["a.yaml ref: x/def.txt\nref: none", "x/def.txt d"]
    );
    let commit = source.snapshot().await.unwrap().revision.commit.unwrap();
    assert_eq!((commit.hash, commit.dirty), (first, false));
    assert_eq!(commit.branch.as_deref(), Some("main"));
    assert_eq!(source.refresh().await, Fetched::Unchanged);
    let second = bench.commit(&[("a.yaml", "2")]);
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(files(&source).await, ["a.yaml 2"]);
    assert_eq!(source.status().commit, Some(second));
    insta::assert_snapshot!(status_text(&source), @"Current: at commit <commit> of branch main");
}

#[tokio::test]
async fn the_last_good_files_stay_when_the_remote_fails_and_after_a_restart() {
    let bench = Bench::with_commit();
    let source = bench.source();
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    std::fs::rename(bench.remote(), bench.folder.path().join("away")).unwrap();
    assert_eq!(source.refresh().await, Fetched::Failed);
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    let status = source.status();
    assert_eq!(status.state, FetchState::Stale);
    assert!(
        status.message.contains(" stays: cannot ask the remote"),
        "{}",
        status.message
    );
    drop(source);
    let restarted = bench.source();
    assert_eq!(files(&restarted).await, ["a.yaml 1"]);
    assert_eq!(restarted.status().state, FetchState::Stale);
    std::fs::rename(bench.folder.path().join("away"), bench.remote()).unwrap();
    restarted.refresh().await;
    assert_eq!(restarted.status().state, FetchState::Current);
}

#[tokio::test]
async fn files_that_were_right_are_there_after_a_restart_with_others() {
    let bench = Bench::with_commit();
    let source = bench.source();
    let right = source.snapshot().await.unwrap();
    source.confirm(&right.revision).await;
    bench.commit(&[("a.yaml", "2")]);
    assert_eq!(source.refresh().await, Fetched::Changed);
    drop(source);
    let restarted = bench.source();
    assert_eq!(files(&restarted).await, ["a.yaml 2"]);
    let good = restarted.good().await.unwrap();
    assert_eq!(listed(&good), ["a.yaml 1"]);
    assert_eq!(good.revision.id, right.revision.id);
    std::fs::remove_dir_all(bench.cache()).unwrap();
    drop(restarted);
    assert!(bench.source().good().await.is_none());
}

#[tokio::test]
async fn without_any_good_files_there_is_an_error_and_never_an_empty_project() {
    let bench = Bench::new();
    let source = bench.source();
    let error = source.snapshot().await.unwrap_err();
    assert_eq!(
        chain(&error),
        "the git remote gives no files: the repository has no commits yet"
    );
    assert!(error.needs_person());
    let default = bench.following(Reference::Default);
    assert!(default.snapshot().await.is_err());
    bench.commit(&[("a.yaml", "1")]);
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    let missing = bench.following(Reference::tag("v1").unwrap());
    missing.snapshot().await.unwrap_err();
    insta::assert_snapshot!(status_text(&missing), @"Failed: the remote has no tag v1");
}

#[tokio::test]
async fn a_rewritten_branch_wins_and_is_told_from_one_that_moved_on() {
    let bench = Bench::with_commit();
    let source = bench.source();
    source.refresh().await;
    for text in ["2", "3"] {
        bench.commit(&[("a.yaml", text)]);
    }
    source.refresh().await;
    insta::assert_snapshot!(status_text(&source), @"Current: at commit <commit> of branch main");
    let old = source.status().commit.unwrap();
    bench.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    bench.commit(&[("a.yaml", "forced")]);
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(files(&source).await, ["a.yaml forced"]);
    let told = status_text(&source).replace(&old[..7], "<old>");
    insta::assert_snapshot!(told, @"
    Current: at commit <commit> of branch main
    warning: the branch was rewritten: <old> is not among the last 100 commits before <commit>
    ");
}

#[tokio::test]
async fn what_vanishes_leaves_the_last_good_files() {
    let bench = Bench::new();
    bench.commit(&[("project/a.yaml", "1"), ("b.yaml", "no")]);
    let mut settings = bench.settings(Reference::branch("main").unwrap());
    settings.sub_path = "project".to_owned();
    let source = GitSource::new(settings, references);
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    let kept = source.status().commit.unwrap();
    bench.git(&["rm", "--quiet", "-r", "project"]);
    bench.commit(&[]);
    assert_eq!(source.refresh().await, Fetched::Failed);
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    let shown = status_text(&source);
    let status = source.status();
    assert_eq!(status.commit, Some(kept));
    assert_ne!(status.commit, status.head);
    insta::assert_snapshot!(shown, @"Stale: commit <commit> stays; <commit> is refused: there is no folder project in commit <commit>");
    bench.git(&["checkout", "--quiet", "-b", "other"]);
    bench.git(&["branch", "--quiet", "-D", "main"]);
    assert_eq!(source.refresh().await, Fetched::Failed);
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    insta::assert_snapshot!(status_text(&source), @"Stale: commit <commit> stays: the remote has no branch main");
}

#[tokio::test]
async fn tags_are_peeled_and_a_moved_one_is_a_warning() {
    let bench = Bench::with_commit();
    bench.git(&["tag", "-a", "v1", "-m", "x"]);
    let first = bench.git(&["rev-parse", "HEAD"]);
    let source = bench.following(Reference::tag("v1").unwrap());
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    assert_eq!(source.status().commit.as_deref(), Some(first.as_str()));
    bench.commit(&[("a.yaml", "2")]);
    assert_eq!(source.refresh().await, Fetched::Unchanged);
    bench.git(&["tag", "-f", "v1"]);
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(files(&source).await, ["a.yaml 2"]);
    let moved = status_text(&source).replace(&first[..7], "<first>");
    insta::assert_snapshot!(moved, @"
    Current: at commit <commit> of tag v1
    warning: the tag v1 was moved from <first> to <commit>
    ");
    bench.git(&["tag", "blob", "HEAD:a.yaml"]);
    let blob = bench.following(Reference::tag("blob").unwrap());
    blob.snapshot().await.unwrap_err();
    insta::assert_snapshot!(status_text(&blob), @"Failed: tag blob is not a commit");
}

#[tokio::test]
async fn a_commit_is_pinned_and_the_default_branch_may_change() {
    let bench = Bench::with_commit();
    let first = bench.git(&["rev-parse", "HEAD"]);
    let default = bench.following(Reference::Default);
    default.refresh().await;
    bench.commit(&[("a.yaml", "2")]);
    let pinned = bench.following(Reference::commit(&first).unwrap());
    assert_eq!(files(&pinned).await, ["a.yaml 1"]);
    assert_eq!(pinned.refresh().await, Fetched::Unchanged);
    insta::assert_snapshot!(status_text(&pinned), @"Current: at commit <commit> of the pinned commit");
    bench.git(&["checkout", "--quiet", "-b", "trunk"]);
    bench.commit(&[("a.yaml", "3")]);
    assert_eq!(default.refresh().await, Fetched::Changed);
    assert_eq!(files(&default).await, ["a.yaml 3"]);
    insta::assert_snapshot!(status_text(&default), @"
    Current: at commit <commit> of the default branch trunk
    warning: the default branch is now trunk; it was main
    ");
}

#[tokio::test]
async fn links_submodules_and_large_files_are_bounded() {
    use std::os::unix::fs::symlink;

    let bench = Bench::new();
    let large = "x".repeat(SourceFile::MAX_BYTES + 1);
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    bench.commit(&[("d/a.yaml", "1"), ("large.yaml", &large), ("lfs.yaml", lfs)]);
    for (target, link) in [
        ("d/a.yaml", "in.yaml"),
        ("/etc/passwd", "out.yaml"),
        ("../x.yaml", "up.yaml"),
        ("none.yaml", "gone.yaml"),
        ("loop.yaml", "loop.yaml"),
        ("d", "folder"),
    ] {
        symlink(target, bench.remote().join(link)).unwrap();
    }
    bench.commit(&[]);
    let head = bench.git(&["rev-parse", "HEAD"]);
    let cacheinfo = format!("160000,{head},sub.yaml");
    bench.git(&["update-index", "--add", "--cacheinfo", &cacheinfo]);
    bench.git(&["commit", "--quiet", "-m", "submodule"]);
    for filter in ["true", "false"] {
        bench.git(&["config", "uploadpack.allowFilter", filter]);
        let _ = std::fs::remove_dir_all(bench.cache());
        let source = bench.source();
        let read = files(&source).await.join("\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!(read, @"
            d/a.yaml 1
            gone.yaml: a symbolic link to nothing
            in.yaml 1
            large.yaml: larger than 16 MiB
            lfs.yaml: it is kept in Git LFS, which is not read
            loop.yaml: a symbolic link that goes around in circles
            out.yaml: a symbolic link that leads out of the project
            up.yaml: a symbolic link that leads out of the project
            ");
            insta::assert_snapshot!(status_text(&source), @"
            Current: at commit <commit> of branch main
            warning: a submodule is not read: sub.yaml
            warning: a symbolic link to a folder is not followed: folder
            ");
        }
    }
}

#[tokio::test]
async fn a_repository_that_is_too_large_is_refused_and_leaves_nothing_behind() {
    let bench = Bench::with_commit();
    let mut settings = bench.settings(Reference::branch("main").unwrap());
    settings.max_size = 1;
    let mut noise = fastrand::Rng::with_seed(1);
    let noise: Vec<u8> = std::iter::repeat_with(|| noise.u8(..))
        .take(3 << 20)
        .collect();
    std::fs::write(bench.remote().join("noise"), noise).unwrap();
    bench.commit(&[]);
    let source = GitSource::new(settings, references);
    source.snapshot().await.unwrap_err();
    insta::assert_snapshot!(status_text(&source), @"Failed: the repository needs more than the 1 MiB allowed, fetched without its history");
    assert!(command::size(&bench.cache()) < 1 << 20);
}

/// What a kill at any moment can leave: half a pack, locks, no objects, rubbish.
#[tokio::test]
async fn a_damaged_cache_is_repaired_or_made_anew() {
    let bench = Bench::with_commit();
    let cache = |bench: &Bench| {
        let found = std::fs::read_dir(bench.cache()).unwrap().flatten();
        found
            .map(|entry| entry.path())
            .find(|path| path.is_dir())
            .unwrap()
    };
    bench.source().refresh().await;
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 6] = [
        ("locks", |cache| {
            for name in [
                "shallow.lock",
                "packed-refs.lock",
                "refs/prism-gitops/candidate.lock",
            ] {
                std::fs::write(cache.join(name), "").unwrap();
            }
        }),
        ("half a pack", |cache| {
            std::fs::write(cache.join("objects/pack/tmp_pack_x"), "PACK").unwrap();
        }),
        ("no objects", |cache| {
            std::fs::remove_dir_all(cache.join("objects")).unwrap();
        }),
        ("no packs", |cache| {
            std::fs::remove_dir_all(cache.join("objects/pack")).unwrap();
        }),
        ("broken configuration", |cache| {
            std::fs::write(cache.join("config"), "[").unwrap();
        }),
        ("not made to its end", |cache| {
            std::fs::create_dir(cache.with_extension("new")).unwrap();
            std::fs::remove_file(cache.join("HEAD")).unwrap();
        }),
    ];
    for (name, damage) in damages {
        for new_commit in [false, true] {
            damage(&cache(&bench));
            if new_commit {
                bench.commit(&[("a.yaml", name)]);
            }
            let source = bench.source();
            let expected = std::fs::read_to_string(bench.remote().join("a.yaml")).unwrap();
            let found = source.snapshot().await.map(|snapshot| listed(&snapshot));
            assert_eq!(found.unwrap(), [format!("a.yaml {expected}")], "{name}");
        }
    }
}

#[tokio::test]
async fn one_process_at_a_time_uses_a_cache() {
    let bench = Bench::with_commit();
    let (one, other) = (bench.source(), bench.source());
    assert_eq!(one.refresh().await, Fetched::Changed);
    assert_eq!(other.refresh().await, Fetched::Failed);
    assert!(
        other.status().message.contains("another process"),
        "{}",
        other.status().message
    );
    drop(one);
    assert_eq!(other.refresh().await, Fetched::Changed);
}

#[tokio::test]
async fn a_hostile_cache_configuration_runs_nothing() {
    let bench = Bench::with_commit();
    bench.source().refresh().await;
    let found = std::fs::read_dir(bench.cache()).unwrap().flatten();
    let cache = found
        .map(|entry| entry.path())
        .find(|path| path.is_dir())
        .unwrap();
    let mark = bench.folder.path().join("ran");
    let hooks = cache.join("hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    let script = format!("#!/bin/sh\ntouch '{}'\n", mark.display());
    let hook = hooks.join("reference-transaction");
    std::fs::write(&hook, &script).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    bench.commit(&[("a.yaml", "2")]);
    let source = bench.source();
    assert_eq!(files(&source).await, ["a.yaml 2"]);
    assert!(!mark.exists(), "a hook ran");
}

#[tokio::test]
async fn repositories_of_sha256_are_read_too() {
    let bench = Bench::new();
    std::fs::remove_dir_all(bench.remote().join(".git")).unwrap();
    bench.git(&[
        "init",
        "--quiet",
        "--initial-branch=main",
        "--object-format=sha256",
        ".",
    ]);
    bench.commit(&[("a.yaml", "1")]);
    let source = bench.source();
    assert_eq!(files(&source).await, ["a.yaml 1"]);
    assert_eq!(source.status().commit.unwrap().len(), 64);
}
