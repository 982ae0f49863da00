//! Commits of real repositories, kind ones and hostile ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

struct Repository(tempfile::TempDir);

impl Repository {
    /// One commit with these files; `None` where there is no git.
    fn new(files: &[(&str, &str)]) -> Option<Self> {
        let this = Self(tempfile::tempdir().unwrap());
        if !this.git(&["init", "-q", "-b", "main"]) {
            return None;
        }
        for (path, text) in files {
            this.write(path, text);
        }
        this.commit();
        Some(this)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        assert!(self.git(&["add", "."]));
        assert!(self.git(&["commit", "-q", "-m", "one"]));
    }

    fn git(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(self.0.path())
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command.output().is_ok_and(|output| output.status.success())
    }

    /// The commit of a folder whose source read these files.
    async fn read(&self, folder: &str, paths: &[&str]) -> Option<Commit> {
        self.read_in(&self.path(folder), paths).await
    }

    async fn read_in(&self, root: &Path, paths: &[&str]) -> Option<Commit> {
        let files = paths.iter().map(|path| {
            let bytes = fs::read(root.join(path)).unwrap();
            SourceFile::new(*path, bytes)
        });
        commit(root, &files.collect::<Vec<_>>()).await
    }

    async fn is_dirty(&self, paths: &[&str]) -> bool {
        self.read("", paths).await.unwrap().dirty
    }
}

#[tokio::test]
async fn only_what_was_read_makes_a_folder_dirty() {
    let Some(repository) = Repository::new(&[
        ("a.yaml", "1"),
        ("over.md", "x"),
        ("README.md", "r"),
        ("script.js", "s"),
    ]) else {
        return;
    };
    let read = ["a.yaml", "over.md"];
    // What a pipeline leaves behind, and what no manifest uses.
    for (path, text) in [
        ("plan.json", "{}"),
        ("plan.md", "#"),
        ("node_modules/x/index.js", ""),
        ("script.js", "changed"),
        (".prism-gitops/state", "x"),
    ] {
        repository.write(path, text);
    }
    assert!(!repository.is_dirty(&read).await);
    repository.write("b.yaml", "new");
    assert!(repository.is_dirty(&["a.yaml", "b.yaml", "over.md"]).await);
    fs::remove_file(repository.path("b.yaml")).unwrap();
    repository.write("over.md", "changed");
    assert!(repository.is_dirty(&read).await);
    repository.write("over.md", "x");
    fs::remove_file(repository.path("a.yaml")).unwrap();
    assert!(repository.is_dirty(&["over.md"]).await);
    repository.write("a.yaml", "1");
    repository.write(".prismgitopsignore", "b");
    assert!(repository.is_dirty(&read).await);
    repository.commit();
    assert!(!repository.is_dirty(&read).await);
    // As git writes text on some systems.
    repository.write("lines.yaml", "a\nb\n");
    repository.commit();
    repository.write("lines.yaml", "a\r\nb\r\n");
    assert!(!repository.is_dirty(&["a.yaml", "lines.yaml"]).await);
}

#[tokio::test]
async fn folders_links_work_trees_and_packed_references_are_understood() {
    let Some(repository) = Repository::new(&[
        ("p:1/a.yaml", "1"),
        ("p:1/real/b.yaml", "2"),
        ("other.yaml", "3"),
    ]) else {
        return;
    };
    {
        let link = repository.path("p:1/link");
        std::os::unix::fs::symlink("real", &link).unwrap();
        let read = ["a.yaml", "real/b.yaml", "link/b.yaml"];
        // The link is not in the commit, regardless of its target.
        assert!(repository.read("p:1", &read).await.unwrap().dirty);
        repository.commit();
        assert!(!repository.read("p:1", &read).await.unwrap().dirty);
    }
    let found = repository.read("p:1", &["a.yaml"]).await.unwrap();
    assert!(!found.dirty);
    assert_eq!(found.branch.as_deref(), Some("main"));
    // Outside the folder nothing counts.
    repository.write("other.yaml", "changed");
    assert!(!repository.read("p:1", &["a.yaml"]).await.unwrap().dirty);
    assert!(repository.git(&["pack-refs", "--all"]));
    let packed = repository.read("p:1", &["a.yaml"]).await.unwrap();
    assert_eq!(packed.hash, found.hash);
    let linked = tempfile::tempdir().unwrap();
    let place = linked.path().join("tree");
    let added = ["worktree", "add", "-q", "-b", "side"];
    assert!(repository.git(&[&added[..], &[place.to_str().unwrap()]].concat()));
    let there = repository.read_in(&place.join("p:1"), &["a.yaml"]).await;
    let there = there.unwrap();
    assert_eq!(
        (there.branch.as_deref(), there.dirty),
        (Some("side"), false)
    );
    assert!(repository.git(&["checkout", "-q", "--detach"]));
    let detached = repository.read("p:1", &["a.yaml"]).await.unwrap();
    assert_eq!((detached.branch, detached.hash), (None, found.hash));
}

#[tokio::test]
async fn a_repository_of_the_longer_hashes_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository(folder);
    if !repository.git(&["init", "-q", "--object-format=sha256"]) {
        return;
    }
    repository.write("a.yaml", "1");
    repository.commit();
    let commit = repository.read("", &["a.yaml"]).await.unwrap();
    assert_eq!((commit.hash.len(), commit.dirty), (64, false));
}

/// Each way that git has to run what a repository names, as far as reading files goes.
#[tokio::test]
async fn nothing_that_a_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(repository) = Repository::new(&[("a.yaml", "1"), (".gitattributes", "* filter=x")])
    else {
        return;
    };
    let ran = repository.path("ran");
    let program = repository.path("program");
    fs::write(
        &program,
        format!("#!/bin/sh\ntouch '{}'\ncat\n", ran.display()),
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display();
    let lines = format!(
        "[filter \"x\"]\nclean = {program}\nsmudge = {program}\nprocess = {program}\nrequired = true\n\
         [core]\nfsmonitor = {program}\nhooksPath = .\npager = {program}\nsshCommand = {program}\n\
         askPass = {program}\neditor = {program}\nalternateRefsCommand = {program}\n\
         [diff]\nexternal = {program}\n[diff \"x\"]\ntextconv = {program}\ncommand = {program}\n\
         [credential]\nhelper = {program}\n[uploadpack]\npackObjectsHook = {program}\n\
         [alias]\nls-tree = !{program}\n[remote \"origin\"]\npromisor = true\nurl = ext::{program}\n\
         [gpg]\nprogram = {program}\n"
    );
    let config = repository.path(".git/config");
    let plain = fs::read_to_string(&config).unwrap();
    let own = repository.path(".git/config.worktree");
    let included = repository.path("included");
    fs::write(&included, &lines).unwrap();
    let include = format!("[include]\npath = {}\n", included.display());
    let extended = "[extensions]\nworktreeConfig = true\npartialClone = origin\n";
    for (main, worktree) in [
        (format!("{plain}{lines}"), String::new()),
        (format!("{plain}{extended}"), lines.clone()),
        (format!("{plain}{include}"), String::new()),
    ] {
        fs::write(&config, main).unwrap();
        fs::write(&own, worktree).unwrap();
        // Touched, so that git would have to look at it again.
        fs::write(repository.path("a.yaml"), "1").unwrap();
        let commit = repository.read("", &["a.yaml"]).await.unwrap();
        assert!(!commit.dirty);
        assert!(!ran.exists(), "{program} ran");
    }
}

#[tokio::test]
async fn a_repository_of_pipes_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join(".git");
    fs::create_dir(&git).unwrap();
    let made = Command::new("mkfifo").arg(git.join("HEAD")).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    assert_eq!(commit(folder.path(), &[]).await, None);
    fs::remove_file(git.join("HEAD")).unwrap();
    fs::write(git.join("HEAD"), "ref: refs/heads/main").unwrap();
    Command::new("mkfifo")
        .arg(git.join("config"))
        .status()
        .unwrap();
    Command::new("mkfifo")
        .arg(git.join("packed-refs"))
        .status()
        .unwrap();
    assert_eq!(commit(folder.path(), &[]).await, None);
}
