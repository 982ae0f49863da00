use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;

use super::*;

/// Every `ref: PATH` line.
fn references(files: &[SourceFile]) -> BTreeSet<Arc<str>> {
    let texts = files.iter().filter_map(|file| file.content.as_ref().ok());
    let texts: Vec<_> = texts
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| line.strip_prefix("ref: "))
        .map(Arc::from)
        .collect()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

async fn snapshot(path: &Path) -> Result<Snapshot, SourceError> {
    DirSource::new(path, references).snapshot().await
}

/// Paths with sizes or reasons.
fn listed(snapshot: &Snapshot) -> Vec<String> {
    let describe = |file: &SourceFile| match &file.content {
        Ok(bytes) => format!("{} {}", file.path, bytes.len()),
        Err(why) => format!("{}: {why}", file.path),
    };
    snapshot.files.iter().map(describe).collect()
}

#[tokio::test]
async fn yaml_below_the_folder_is_read_and_hidden_names_are_not() {
    let folder = folder(&[
        ("b.yml", "1"),
        ("a.yaml", "22"),
        ("x/c.yaml", "333"),
        ("readme.md", "no"),
        (".hidden.yaml", "no"),
        (".git/d.yaml", "no"),
    ]);
    let one = snapshot(folder.path()).await.unwrap();
    assert_eq!(listed(&one), ["a.yaml 2", "b.yml 1", "x/c.yaml 3"]);
    let again = snapshot(folder.path()).await.unwrap();
    assert_eq!(one, again);
    fs::write(folder.path().join("b.yml"), "2").unwrap();
    let changed = snapshot(folder.path()).await.unwrap();
    assert_ne!(one.revision.id, changed.revision.id);
}

#[tokio::test]
async fn files_that_are_referred_to_are_read_whatever_their_names() {
    let folder = folder(&[
        (
            "a.yaml",
            "ref: x/def.txt\nref: none.md\nref: x\nref: a.yaml",
        ),
        ("x/def.txt", "4444"),
        ("x/other.txt", "no"),
    ]);
    let snapshot = snapshot(folder.path()).await.unwrap();
    assert_eq!(
        listed(&snapshot),
        ["a.yaml 46", "x: it is a folder", "x/def.txt 4"]
    );
}

#[tokio::test]
async fn one_file_alone_and_what_it_refers_to() {
    let folder = folder(&[
        ("a.yaml", "ref: d.txt"),
        ("b.yaml", "no"),
        ("d.txt", "1"),
        (".c.yaml", ""),
    ]);
    let one = snapshot(&folder.path().join("a.yaml")).await.unwrap();
    assert_eq!(listed(&one), ["a.yaml 10", "d.txt 1"]);
    for other in ["d.txt", ".c.yaml"] {
        let error = snapshot(&folder.path().join(other)).await.unwrap_err();
        assert!(matches!(error, SourceError::NotAManifest(_)), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_and_not_empty() {
    let folder = folder(&[]);
    let error = snapshot(&folder.path().join("none")).await.unwrap_err();
    assert!(matches!(error, SourceError::Missing(_)), "{error}");
    assert_eq!(snapshot(folder.path()).await.unwrap().files, []);
}

#[tokio::test]
async fn large_files_are_told_apart() {
    let folder = folder(&[("b.yaml", "fine")]);
    let big = fs::File::create(folder.path().join("a.yaml")).unwrap();
    big.set_len(SourceFile::MAX_BYTES as u64 + 1).unwrap();
    let snapshot = snapshot(folder.path()).await.unwrap();
    assert_eq!(
        listed(&snapshot),
        ["a.yaml: larger than 16 MiB", "b.yaml 4"]
    );
}

#[test]
fn all_files_together_are_bounded() {
    let folder = folder(&[("a", "1234"), ("b", "1234")]);
    let mut left = 6;
    assert!(read(&folder.path().join("a"), &mut left).is_ok());
    let error = read(&folder.path().join("b"), &mut left).unwrap_err();
    assert!(matches!(error, Unread::Because(why) if why.contains("256 MiB")));
}

#[tokio::test]
async fn what_the_ignore_file_names_is_left_out_unless_a_manifest_refers_to_it() {
    let folder = folder(&[
        (".prismgitopsignore", "old/\n*.tmpl.yaml\n"),
        ("a.yaml", "ref: old/c.yaml"),
        ("x.tmpl.yaml", "no"),
        ("old/b.yaml", "no"),
        ("old/c.yaml", "yes"),
        ("node_modules/p/q.yaml", "no"),
        ("B.YAML", "1"),
    ]);
    let one = snapshot(folder.path()).await.unwrap();
    assert_eq!(listed(&one), ["B.YAML 1", "a.yaml 15", "old/c.yaml 3"]);
    assert_eq!(one.absence, Absence::Momentary);
    fs::write(folder.path().join(".prismgitopsignore"), "[z-a]").unwrap();
    let error = snapshot(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_saved_in_two_steps_is_read_when_it_is_whole() {
    let folder = folder(&[("a.yaml", "")]);
    let path = folder.path().join("a.yaml");
    let saving = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        fs::write(&path, "whole").unwrap();
    };
    let (read, ()) = tokio::join!(snapshot(folder.path()), saving);
    assert_eq!(listed(&read.unwrap()), ["a.yaml 5"]);
}

#[tokio::test]
async fn a_merge_in_progress_proves_no_absence() {
    let folder = folder(&[("a.yaml", "1"), (".git/MERGE_HEAD", "x")]);
    let one = snapshot(folder.path()).await.unwrap();
    assert_eq!(one.absence, Absence::Midway("a merge"));
}

#[tokio::test]
async fn a_file_that_vanishes_is_its_own_trouble() {
    let folder = folder(&[("a.yaml", "1"), ("b.yaml", "2")]);
    let source = DirSource::new(folder.path(), references);
    let tree = source.list(folder.path()).unwrap();
    fs::remove_file(folder.path().join("a.yaml")).unwrap();
    let files = source.read_once(folder.path(), &tree).files;
    assert_eq!(
        files[0].content,
        Err("it vanished while it was read".to_owned())
    );
    assert!(files[1].content.is_ok());
    // The whole reading notices the change and takes another look.
    assert_eq!(source.snapshot().await.unwrap().files.len(), 1);
}

mod links {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[tokio::test]
    async fn kubernetes_mounts_are_read_through_their_links() {
        let folder = folder(&[("..1/a.yaml", "1"), ("..1/sub/b.yaml", "22")]);
        let root = folder.path();
        symlink("..1", root.join("..data")).unwrap();
        symlink("..data/a.yaml", root.join("a.yaml")).unwrap();
        symlink("..data/sub", root.join("sub")).unwrap();
        let snapshot = snapshot(root).await.unwrap();
        assert_eq!(listed(&snapshot), ["a.yaml 1", "sub/b.yaml 2"]);
    }

    #[tokio::test]
    async fn links_out_of_the_project_are_not_followed() {
        let outside = folder(&[("secret.yaml", "no")]);
        let project = folder(&[("a.yaml", "ref: over.md")]);
        let secret = outside.path().join("secret.yaml");
        symlink(&secret, project.path().join("b.yaml")).unwrap();
        symlink(&secret, project.path().join("over.md")).unwrap();
        symlink("nothing", project.path().join("c.yaml")).unwrap();
        insta::assert_snapshot!(listed(&snapshot(project.path()).await.unwrap()).join("\n"), @r"
        a.yaml 12
        b.yaml: a symbolic link that leads out of the project
        c.yaml: a symbolic link to nothing
        over.md: a symbolic link that leads out of the project
        ");
        symlink(outside.path(), project.path().join("d")).unwrap();
        let error = snapshot(project.path()).await.unwrap_err();
        assert!(matches!(error, SourceError::Outside(_)), "{error}");
    }

    #[tokio::test]
    async fn circles_are_reported() {
        let folder = folder(&[("x/a.yaml", "1")]);
        symlink("..", folder.path().join("x/up")).unwrap();
        let error = snapshot(folder.path()).await.unwrap_err();
        assert!(matches!(error, SourceError::Loop(_)), "{error}");
    }

    #[tokio::test]
    async fn a_root_that_is_a_link_is_followed() {
        let folder = folder(&[("real/a.yaml", "1")]);
        let link = folder.path().join("link");
        symlink("real", &link).unwrap();
        assert_eq!(listed(&snapshot(&link).await.unwrap()), ["a.yaml 1"]);
    }

    #[tokio::test]
    async fn what_may_not_be_read_is_said() {
        let folder = folder(&[("a.yaml", "1"), ("x/b.yaml", "2")]);
        let forbid = |path: &str| {
            let path = folder.path().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        };
        forbid("a.yaml");
        if fs::read(folder.path().join("a.yaml")).is_ok() {
            return; // Root may read everything.
        }
        let one = snapshot(folder.path()).await.unwrap();
        assert_eq!(listed(&one), ["a.yaml: permission denied", "x/b.yaml 1"]);
        forbid("x");
        let error = snapshot(folder.path()).await.unwrap_err();
        let path = folder.path().join("x");
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(matches!(error, SourceError::Unreadable { .. }), "{error}");
    }

    #[tokio::test]
    async fn pipes_are_not_waited_for() {
        let folder = folder(&[]);
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path().join("a.yaml"))
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return; // No such tool here.
        }
        let snapshot = snapshot(folder.path()).await.unwrap();
        assert_eq!(listed(&snapshot), ["a.yaml: not a regular file"]);
    }
}

mod git {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> bool {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(folder)
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command.output().is_ok_and(|output| output.status.success())
    }

    #[tokio::test]
    async fn the_commit_is_known_inside_a_work_tree() {
        let folder = folder(&[("a.yaml", "1")]);
        let root = folder.path();
        if !git(root, &["init", "-q", "-b", "main"]) {
            return; // No git here.
        }
        assert_eq!(snapshot(root).await.unwrap().revision.commit, None);
        let remote = "https://user:hunter2@example.com/a.git";
        assert!(git(root, &["remote", "add", "origin", remote]));
        assert!(git(root, &["add", "."]));
        assert!(git(root, &["commit", "-q", "-m", "one"]));
        let commit = snapshot(root).await.unwrap().revision.commit.unwrap();
        assert_eq!(commit.hash.len(), 40);
        assert_eq!(commit.branch.as_deref(), Some("main"));
        assert_eq!(commit.remote.as_deref(), Some("https://example.com/a.git"));
        assert!(!commit.dirty);

        // Hidden files are not read, so they make nothing dirty.
        fs::create_dir(root.join(".prism-gitops")).unwrap();
        fs::write(root.join(".prism-gitops/state"), "x").unwrap();
        assert!(!snapshot(root).await.unwrap().revision.commit.unwrap().dirty);
        fs::write(root.join("a.yaml"), "2").unwrap();
        let revision = snapshot(root).await.unwrap().revision;
        assert!(revision.label.ends_with("-dirty"), "{}", revision.label);
    }
}
