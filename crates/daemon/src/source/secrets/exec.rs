//! Secrets that a program prints.
//!
//! # Invariants
//!
//! - Nothing runs unless the Project names the program and the operator allows
//!   programs at all: the files alone, which a pull request may change, never suffice.
//! - There is no shell: a program gets its arguments as they are written.
//! - A program sees the variables that every program may need, and those that the operator passes on: the
//!   rest of the environment is removed.
//! - What it prints on stdout goes into the secret and nowhere else.
//! - When a program is given up on, its children are killed too.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::{MAX_BYTES, Permission, text_of};
use crate::model::{Secret, SecretRef};

/// How long a program may take: a vault behind a slow line answers well within it.
const LIMIT: Duration = Duration::from_secs(30);

/// How many run at once.
const AT_ONCE: usize = 4;

/// At most this many bytes of stderr are kept for the message.
const MAX_COMPLAINT: usize = 400;

/// What every program may need, and what is no secret: where things are, how to speak, how to
/// reach the network.
const USUAL: [&str; 40] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TERM",
    "NO_COLOR",
    "TMPDIR",
    "TMP",
    "TEMP",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "GNUPGHOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SYSTEMROOT",
    "SystemRoot",
    "PATHEXT",
    "COMSPEC",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
];

/// The environment that programs are given: what is usual, and what the operator passes on. A
/// pattern such as `VAULT_*` passes on no secret of the project and none of our variables.
pub(super) fn inherited(
    variables: impl Iterator<Item = (OsString, OsString)>,
    passed: &[String],
    hidden: &BTreeSet<String>,
) -> Vec<(OsString, OsString)> {
    let allowed = |name: &str| {
        if passed.iter().any(|known| known == name) {
            return true;
        }
        let ours = name.starts_with("PRISM_") || name.starts_with("PRISMATIC_");
        let patterns = passed.iter().map(String::as_str);
        !ours
            && !hidden.contains(name)
            && USUAL.into_iter().chain(patterns).any(|it| fits(it, name))
    };
    variables
        .filter(|(name, _)| name.to_str().is_some_and(allowed))
        .collect()
}

/// Whether a name is a known one, or begins as one that ends in `*` says.
fn fits(known: &str, name: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => known == name,
    }
}

/// Runs the programs, as far as they may run.
pub(super) async fn run_all(
    references: BTreeSet<SecretRef>,
    root: &Path,
    permission: &Permission,
    environment: &[(OsString, OsString)],
) -> Vec<(SecretRef, Result<Secret, String>)> {
    let one = |reference: SecretRef| async move {
        let outcome = match &reference {
            SecretRef::Exec { program, args } => match permission.refuses(program) {
                Some(why) => Err(why),
                None => {
                    Run {
                        root,
                        environment,
                        limit: LIMIT,
                    }
                    .run(program, args)
                    .await
                }
            },
            SecretRef::Env(_) | SecretRef::File(_) => Err("it is no program".to_owned()),
        };
        (reference, outcome)
    };
    let running = futures::stream::iter(references).map(one);
    running.buffered(AT_ONCE).collect().await
}

struct Run<'a> {
    root: &'a Path,
    environment: &'a [(OsString, OsString)],
    limit: Duration,
}

impl Run<'_> {
    async fn run(&self, program: &str, args: &[String]) -> Result<Secret, String> {
        let mut child = self.start(program, args)?;
        // Dropped before the child, whose number is its group's until the child is waited for.
        let group = Group::of(&child);
        let ended = tokio::time::timeout(self.limit, end(&mut child)).await;
        let (printed, complaint, status) = ended.map_err(|_| {
            let seconds = self.limit.as_secs_f32();
            format!("the program did not end within {seconds} s and was killed")
        })??;
        group.ended();
        if !status.success() {
            return Err(failed(status, &complaint));
        }
        text_of(printed).map_err(|what| format!("what the program printed is {what}"))
    }

    fn start(&self, program: &str, args: &[String]) -> Result<Child, String> {
        let root = std::path::absolute(self.root).unwrap_or_else(|_| self.root.to_owned());
        let mut command = Command::new(self.path_of(&root, program));
        command
            .args(args)
            .current_dir(&root)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.process_group(0);
        let started = command.spawn();
        started.map_err(|error| format!("the program cannot be started: {error}"))
    }

    /// A path is relative to the project's root, as that of a file is; a mere name is looked for in `PATH`.
    fn path_of(&self, root: &Path, program: &str) -> PathBuf {
        if program.contains(std::path::is_separator) {
            root.join(program)
        } else {
            program.into()
        }
    }
}

/// Reads all it prints, then waits for it: in this order, its number stays its own until the end.
async fn end(child: &mut Child) -> Result<(Vec<u8>, Vec<u8>, ExitStatus), String> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (printed, complaint) = tokio::try_join!(printed(stdout), complaint(stderr))?;
    let status = child.wait().await.map_err(|error| unread(&error))?;
    Ok((printed, complaint, status))
}

async fn printed(stdout: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if let Some(stdout) = stdout {
        let mut stdout = stdout.take(MAX_BYTES as u64 + 1);
        stdout
            .read_to_end(&mut bytes)
            .await
            .map_err(|error| unread(&error))?;
    }
    if bytes.len() > MAX_BYTES {
        let limit = MAX_BYTES / 1024;
        return Err(format!("the program printed more than {limit} KiB"));
    }
    Ok(bytes)
}

/// The beginning of it; the rest is read too, or the program would wait.
async fn complaint(stderr: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, String> {
    let mut kept = Vec::new();
    if let Some(mut stderr) = stderr {
        let mut first = (&mut stderr).take(MAX_COMPLAINT as u64);
        first
            .read_to_end(&mut kept)
            .await
            .map_err(|error| unread(&error))?;
        tokio::io::copy(&mut stderr, &mut tokio::io::sink())
            .await
            .map_err(|error| unread(&error))?;
    }
    Ok(kept)
}

fn unread(error: &std::io::Error) -> String {
    format!("the program's end cannot be read: {error}")
}

/// One line: the status, and the program's error message.
fn failed(status: ExitStatus, complaint: &[u8]) -> String {
    let said = String::from_utf8_lossy(complaint);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let said: String = said.chars().map(plain).collect();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.is_empty() {
        return format!("the program ended with {status} and said nothing");
    }
    format!("the program ended with {status}: {said}")
}

/// Kills a program and all it started, unless it has ended.
struct Group(Option<u32>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }

    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self
            .0
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            // It may be gone already, which is as good.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests;
