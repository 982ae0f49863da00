//! The holder of a lock, for people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The process that writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of the machine or the container.
    pub host: String,
    /// The process there.
    pub pid: u32,
    /// What it does: `apply`, `daemon`.
    pub command: String,
    /// Identifies the run.
    pub run: String,
    /// Since when.
    pub started: Timestamp,
}

/// A letter of a process's state that means that it does not go on by itself.
const STOPPED: [&str; 2] = ["T", "t"];

impl Holder {
    /// This process.
    #[must_use]
    pub fn here(command: &str, run: &str, started: Timestamp) -> Self {
        Self {
            host: this_host(),
            pid: std::process::id(),
            command: command.to_owned(),
            run: run.to_owned(),
            started,
        }
    }

    fn is_here(&self) -> bool {
        self.host == this_host()
    }

    /// Whether the process was stopped, by `kill -STOP` or a debugger.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_here()
            && self
                .state()
                .is_some_and(|state| STOPPED.contains(&state.as_str()))
    }

    /// Whether it can still be running. Unknown for another machine.
    pub(super) fn may_live(&self) -> bool {
        !self.is_here() || !cfg!(target_os = "linux") || self.state().is_some()
    }

    /// The letter that the system has for the state of the process.
    fn state(&self) -> Option<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("State:"))?;
        line.split_whitespace().next().map(str::to_owned)
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            host,
            pid,
            command,
            started,
            run: _,
        } = self;
        let started = started.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(f, "`{command}` (process {pid} on {host}, since {started})")
    }
}

fn this_host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// `… writes to this tenant`, in one line.
pub(super) fn sentence(holder: Option<&Holder>, stopped: bool) -> String {
    let who = holder.map_or_else(|| "another process".to_owned(), ToString::to_string);
    let stopped = match holder {
        Some(holder) if stopped => format!(
            "; it is stopped (State: T), let it go on with `kill -CONT {0}` or end it with `kill {0}`",
            holder.pid
        ),
        _ => String::new(),
    };
    format!("{who} writes to this tenant{stopped}")
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    #[serde(flatten)]
    holder: Holder,
    /// Whether it released the lock, as it does unless it is killed.
    done: bool,
}

impl Note {
    pub(super) fn of(holder: &Holder) -> Self {
        Self {
            holder: holder.clone(),
            done: false,
        }
    }

    pub(super) fn closed(self) -> Self {
        Self { done: true, ..self }
    }

    /// A file may hold anything; `None` if it is not a note.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let note: Self = serde_json::from_slice(bytes).ok()?;
        let plain = |text: &str| !text.chars().any(char::is_control) && text.len() < 256;
        (plain(&note.holder.host) && plain(&note.holder.command)).then_some(note)
    }

    /// The holder of the lock, unless it was released.
    pub(super) fn held(self) -> Option<Holder> {
        (!self.done).then_some(self.holder)
    }

    pub(super) fn line(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        format!("{text}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_told_in_one_line() {
        let mut holder = Holder::here("apply", "r1", "2026-11-29T10:00:00.5Z".parse().unwrap());
        holder.host = "ci-7".to_owned();
        holder.pid = 41;
        insta::assert_snapshot!(sentence(Some(&holder), false), @"`apply` (process 41 on ci-7, since 2026-11-29T10:00:00Z) writes to this tenant");
        insta::assert_snapshot!(sentence(Some(&holder), true), @"`apply` (process 41 on ci-7, since 2026-11-29T10:00:00Z) writes to this tenant; it is stopped (State: T), let it go on with `kill -CONT 41` or end it with `kill 41`");
        insta::assert_snapshot!(sentence(None, false), @"another process writes to this tenant");
    }

    #[test]
    fn what_is_no_note_names_nobody() {
        let holder = Holder::here("apply", "r1", Timestamp::UNIX_EPOCH);
        let line = Note::of(&holder).line();
        assert_eq!(
            Note::parse(line.as_bytes()).unwrap().held(),
            Some(holder.clone())
        );
        let closed = Note::of(&holder).closed().line();
        assert_eq!(Note::parse(closed.as_bytes()).unwrap().held(), None);
        let forged = line.replace("apply", "apply\\u001b[2J");
        for bytes in ["", "41\n", "{}", &forged] {
            assert!(Note::parse(bytes.as_bytes()).is_none(), "{bytes}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stopped_process_and_a_dead_one_are_told_from_others() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let mut holder = Holder::here("apply", "r1", Timestamp::UNIX_EPOCH);
        assert!(holder.may_live() && !holder.is_stopped());
        holder.pid = child.id();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
        while !holder.is_stopped() {
            std::thread::yield_now();
        }
        assert!(holder.may_live());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!holder.may_live());
        holder.host = "elsewhere".to_owned();
        assert!(holder.may_live(), "nobody knows");
    }
}
