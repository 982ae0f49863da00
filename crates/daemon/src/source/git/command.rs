//! One call of the `git` program: bounded in time, output and disk, and independent of configuration.
//!
//! # Invariants
//!
//! - Git sees an environment made here: no variable of ours, of a CI system or
//!   of the user reaches it but those named below.
//! - Neither the user's nor the system's configuration is read, no hook runs, and git never prompts for a
//!   password.
//! - If a call ends early for any reason, everything that git started ends too: the whole process group is
//!   killed, also when the call is dropped.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::access::Variables;
use super::error::GitError;
use crate::model::one_line;

/// What is kept of git's complaints.
const MAX_WORDS: usize = 16 * 1024;
/// How often a growing cache is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Variables that git may inherit: programs, certificates, proxies.
const INHERITED: [&str; 16] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GIT_SSL_CAINFO",
];

/// Settings of every call; they beat those of the cache's own file.
const SETTINGS: [&str; 13] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "core.askPass=",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "transfer.fsckObjects=true",
    // Old but harmless; common in long-lived repositories.
    "fetch.fsck.zeroPaddedFilemode=ignore",
    "fetch.unpackLimit=1",
    "transfer.bundleURI=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.version=2",
];

/// What came of a call that ended by itself.
pub(super) struct Output {
    /// The exit code; `None` after a signal.
    pub(super) code: Option<i32>,
    /// What it wrote.
    pub(super) stdout: Vec<u8>,
    words: Vec<u8>,
}

/// A call to be made.
pub(in crate::source) struct Call<'a> {
    /// What it is to do, as in "cannot …".
    pub(super) doing: &'static str,
    /// The repository, where there is one.
    pub(super) folder: Option<&'a Path>,
    /// The arguments after the settings.
    pub(super) arguments: Vec<String>,
    /// More variables: credentials, the protocols that are allowed.
    pub(in crate::source) variables: Variables,
    /// What it reads.
    pub(super) input: Vec<u8>,
    /// The most it may write, in bytes.
    pub(super) most: usize,
    /// How long it may take.
    pub(super) within: Duration,
    /// A folder that must not grow beyond this size, in MiB.
    pub(super) room: Option<(PathBuf, u64)>,
}

impl<'a> Call<'a> {
    /// A call that reads the cache, without network access.
    pub(in crate::source) fn local(
        doing: &'static str,
        folder: &'a Path,
        within: Duration,
    ) -> Self {
        Self {
            doing,
            folder: Some(folder),
            arguments: Vec::new(),
            // What was left out by a filter must not be fetched on the way.
            variables: vec![("GIT_NO_LAZY_FETCH".to_owned(), "1".to_owned())],
            input: Vec::new(),
            most: 64 * 1024 * 1024,
            within,
            room: None,
        }
    }

    /// The same with these arguments.
    pub(in crate::source) fn with<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.arguments.extend(arguments.map(str::to_owned));
        self
    }

    /// Makes the call, which has to succeed.
    pub(in crate::source) async fn run(self) -> Result<Vec<u8>, GitError> {
        let doing = self.doing;
        let output = self.output().await?;
        if output.code != Some(0) {
            let message = complaint(&output.words);
            return Err(GitError::Failed { doing, message });
        }
        Ok(output.stdout)
    }

    /// Makes the call, and accepts any exit code.
    pub(super) async fn output(self) -> Result<Output, GitError> {
        let (doing, limit, room) = (self.doing, self.within, self.room.clone());
        let mut child = self.spawn()?;
        let group = Group::of(&child);
        let work = converse(&mut child, self.input, self.most);
        let done = tokio::select! {
            done = tokio::time::timeout(limit, work) => done,
            limit = overgrown(room) => return Err(GitError::TooLarge { limit }),
        };
        let output = done
            .map_err(|_| GitError::TimedOut { doing, limit })?
            .map_err(|_| GitError::Strange { doing })?;
        group.ended();
        Ok(output)
    }

    fn spawn(&self) -> Result<Child, GitError> {
        let mut command = Command::new("git");
        command.env_clear().process_group(0).kill_on_drop(true);
        // Not where we happen to be: a repository there would have a say.
        command.current_dir("/");
        for name in INHERITED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_ADVICE", "0")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            // Nothing, unless a call says otherwise.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("LC_ALL", "C")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = self.folder {
            command.arg("--git-dir").arg(folder);
        }
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
            .spawn()
            .map_err(|error| GitError::Start(Arc::new(error)))
    }
}

/// Feeds and reads a process to its end.
async fn converse(child: &mut Child, input: Vec<u8>, most: usize) -> std::io::Result<Output> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A process may close its stdin early; its exit code shows why.
            let _ = stdin.write_all(&input).await;
        }
    };
    let ((), stdout, words) =
        tokio::join!(feed, all_of(stdout, most), beginning_of(stderr, MAX_WORDS));
    let stdout = stdout?;
    let status = child.wait().await?;
    Ok(Output {
        code: status.code(),
        stdout,
        words,
    })
}

/// Everything, or an error where it is more than it may be.
async fn all_of(stream: Option<impl AsyncRead + Unpin>, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let take = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        stream.take(take).read_to_end(&mut bytes).await?;
    }
    if bytes.len() > most {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The beginning; the rest is read and dropped, so that the writer does not block.
async fn beginning_of(stream: Option<impl AsyncRead + Unpin>, most: usize) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else {
        return kept;
    };
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let room = most.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
    }
    kept
}

/// Waits until a folder has outgrown its room; for ever if it may grow as it likes.
async fn overgrown(room: Option<(PathBuf, u64)>) -> u64 {
    let Some((folder, limit)) = room else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(LOOK).await;
        if size(&folder) > limit.saturating_mul(1024 * 1024) {
            return limit;
        }
    }
}

/// The size of all files below a folder, in bytes; what vanishes meanwhile does not count.
pub(super) fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    let sizes = files.filter_map(|entry| entry.metadata().ok());
    sizes.map(|metadata| metadata.len()).sum()
}

/// Git and all it started. Killed on drop, unless it ended by itself.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// It was waited for: the number may belong to others now.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Gone already is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// What git said, on one line: its own complaints, without marks and controls.
fn complaint(bytes: &[u8]) -> String {
    const MOST: usize = 400;
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            line.trim()
                .trim_start_matches("fatal: ")
                .trim_start_matches("error: ")
        })
        .filter(|line| {
            !line.is_empty() && !line.starts_with("warning:") && !line.starts_with("hint:")
        })
        .collect();
    let joined = lines.join("; ");
    let clean = one_line(&joined, MOST);
    if clean.is_empty() {
        "git said nothing".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &[&str]) -> Call<'static> {
        Call {
            doing: "test",
            folder: None,
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            variables: Vec::new(),
            input: Vec::new(),
            most: 64 * 1024,
            within: Duration::from_secs(20),
            room: None,
        }
    }

    /// An alias that runs a shell simulates a transport that hangs.
    fn shell(script: &str) -> Call<'static> {
        call(&["-c", &format!("alias.x=!{script}"), "x"])
    }

    #[tokio::test]
    async fn git_sees_neither_our_variables_nor_the_users_settings() {
        let listed = shell("env").run().await.unwrap();
        let listed = String::from_utf8(listed).unwrap();
        assert!(listed.contains("GIT_TERMINAL_PROMPT=0"), "{listed}");
        assert!(!listed.contains("CARGO"), "{listed}");
        let settings = call(&["config", "--list", "--show-scope"]).run().await;
        let settings = String::from_utf8(settings.unwrap()).unwrap();
        assert!(
            settings.lines().all(|line| line.starts_with("command")),
            "{settings}"
        );
    }

    #[tokio::test]
    async fn a_call_that_hangs_is_killed_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        // The shell stays the child's parent: both are in the group.
        let script = format!("sleep 1000 & echo $! >{}; wait", file.display());
        let mut hanging = shell(&script);
        hanging.within = Duration::from_millis(1500);
        let error = hanging.run().await.err().unwrap();
        assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
        let pid: u32 = std::fs::read_to_string(&file)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let stat = format!("/proc/{pid}/stat");
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn output_and_disk_are_bounded() {
        let error = shell("yes").run().await.err().unwrap();
        assert!(matches!(error, GitError::Strange { .. }), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("large");
        let mut growing = shell(&format!("yes >{}", file.display()));
        growing.room = Some((folder.path().to_owned(), 1));
        let error = growing.run().await.err().unwrap();
        assert!(matches!(error, GitError::TooLarge { limit: 1 }), "{error}");
    }

    #[test]
    fn complaints_are_one_clean_line() {
        let said = b"warning: x\nfatal: no\x1b[31m such\n\nhint: y\nerror: thing\n";
        assert_eq!(complaint(said), "no\\u{1b}[31m such; thing");
        assert_eq!(complaint(b""), "git said nothing");
    }
}
