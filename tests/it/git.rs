//! Git remotes over HTTP and ssh, as their servers speak.

mod bridge;
mod sshd;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use prism_gitops::manifest;
use prism_gitops::model::SecretRef;
use prism_gitops::source::Source as _;
use prism_gitops::source::git::{
    Access, FetchState, Fetched, GitSource, Reference, Remote, Settings,
};
use tempfile::TempDir;

/// A repository below a folder of repositories.
pub(crate) struct Repository {
    pub(crate) folder: TempDir,
}

impl Repository {
    /// With one commit of one file.
    pub(crate) fn new() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(repository.path()).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository.commit("a.yaml", "1");
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("flows")
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .arg("-C")
            .arg(self.path())
            .args(["-c", "user.name=n", "-c", "user.email=n@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    }

    pub(crate) fn commit(&self, path: &str, text: &str) {
        std::fs::write(self.path().join(path), text).unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "x"]);
    }

    fn source(&self, url: &str, access: Access) -> GitSource {
        let settings = Settings {
            remote: Remote::parse(url, false).unwrap(),
            reference: Reference::branch("main").unwrap(),
            sub_path: String::new(),
            access,
            root: self.folder.path().to_owned(),
            cache: self.folder.path().join("cache"),
            timeout: Duration::from_secs(60),
            max_size: 64,
        };
        GitSource::new(settings, manifest::references)
    }
}

async fn content(source: &GitSource) -> String {
    let snapshot = source.snapshot().await.unwrap();
    let bytes = snapshot.files[0].content.clone().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Whether a text is in any file below a folder.
fn is_below(folder: &Path, text: &str) -> bool {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    let mut files = files.filter(|entry| entry.file_type().is_file());
    files.any(|entry| {
        let bytes = std::fs::read(entry.path()).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_an_http_remote_and_stays_out_of_the_cache() {
    let repository = Repository::new();
    let server = bridge::serve(repository.folder.path(), "x-access-token:s3cret-token").await;
    let token = repository.folder.path().join("token");
    std::fs::write(&token, "wrong-token\n").unwrap();
    let access = || Access {
        token: Some(SecretRef::File(token.display().to_string())),
        ..Access::default()
    };
    let url = format!("http://{server}/flows");
    let source = repository.source(&url, access());
    assert_eq!(source.refresh().await, Fetched::Failed);
    assert_eq!(source.status().state, FetchState::Failed);
    assert!(!source.status().message.contains("wrong-token"));
    std::fs::write(&token, "s3cret-token\n").unwrap();
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(content(&source).await, "1");
    repository.commit("a.yaml", "2");
    assert_eq!(source.refresh().await, Fetched::Changed);
    assert_eq!(content(&source).await, "2");
    let cache = repository.folder.path().join("cache");
    assert!(!is_below(&cache, "s3cret-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_known_hosts_open_an_ssh_remote() {
    let repository = Repository::new();
    let Some(server) = sshd::Server::start(repository.folder.path()) else {
        println!(
            "skipped: no sshd here; install openssh-server, or name one in PRISM_GITOPS_TEST_SSHD"
        );
        return;
    };
    let url = server.url(&repository.path());
    let access = |hosts: &Path| Access {
        ssh_key: Some(server.key()),
        known_hosts: Some(hosts.to_owned()),
        ..Access::default()
    };
    let nobody = repository.folder.path().join("nobody");
    std::fs::write(&nobody, "").unwrap();
    let stranger = repository.source(&url, access(&nobody));
    assert_eq!(stranger.refresh().await, Fetched::Failed, "an unknown host");
    drop(stranger);
    let source = repository.source(&url, access(&server.known_hosts()));
    assert_eq!(
        source.refresh().await,
        Fetched::Changed,
        "{}",
        source.status().message
    );
    assert_eq!(content(&source).await, "1");
}
