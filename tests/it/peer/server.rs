//! The two servers, each a process of its own on loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::habits::Habits;
use crate::cli::environment::Environment;
use crate::cli::sandbox::{Running, lines, wait_for};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer");

/// Where `make peer` installs what the peer needs.
const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peer");

/// The schema lies beside the repository where there is one.
const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/prismatic-api/schema.graphql"
);

/// As empty as the peer, and like it with no components but those of its catalogue.
const SEED: &str = "organization: Acme Inc\nbehaviour: {strictComponents: true}\n";

/// Components that the sandbox's catalogue has, at its versions.
const COMPONENTS: &str = r#"{"webhook-triggers": 3, "sleep": 4, "salesforce": 51}"#;

/// Where the schema is.
fn schema() -> PathBuf {
    std::env::var_os("PEER_SCHEMA").map_or_else(|| SCHEMA.into(), PathBuf::from)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sandbox,
    Peer,
}

/// A server that ends with its test.
pub(crate) struct Server {
    pub(crate) url: String,
    _process: Running,
    _files: TempDir,
}

impl Server {
    /// Starts one; nothing where its schema is not there. `flags` are the peer's.
    pub(crate) fn start(kind: Kind, flags: &[&str]) -> Option<Self> {
        match kind {
            Kind::Sandbox => Some(Self::sandbox(SEED, "{}")),
            Kind::Peer if schema().is_file() => Some(Self::peer(flags)),
            Kind::Peer => {
                eprintln!("skipped: {} is not there", schema().display());
                None
            }
        }
    }

    /// Starts one that is hard to deal with.
    pub(crate) fn hard(kind: Kind, habits: &Habits) -> Option<Self> {
        if kind == Kind::Sandbox {
            let seed = format!(
                "{}{}\n",
                SEED.trim_end().trim_end_matches('}'),
                habits.behaviour()
            );
            return Some(Self::sandbox(&seed, &habits.script()));
        }
        let flags = habits.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        Self::start(kind, &flags)
    }

    fn sandbox(seed: &str, faults: &str) -> Self {
        let mut command = Environment::new().command();
        let files = tempfile::tempdir().unwrap();
        command.current_dir(files.path());
        fs::write(files.path().join("seed.yaml"), seed).unwrap();
        fs::write(files.path().join("faults.json"), faults).unwrap();
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "seed.yaml"]);
        command.args(["--faults", "faults.json"]);
        Self::run(command, files)
    }

    /// Node looks for packages in the folders above a program, so that is where it is put.
    fn peer(flags: &[&str]) -> Self {
        let installed = std::env::var_os("PEER_MODULES").unwrap_or_else(|| INSTALLED.into());
        assert!(
            Path::new(&installed).join("node_modules/graphql").is_dir(),
            "what the peer needs is not in {}: run `make peer`",
            installed.display()
        );
        let files = tempfile::tempdir_in(installed).unwrap();
        for entry in fs::read_dir(SOURCES).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), files.path().join(entry.file_name())).unwrap();
        }
        let mut command = Command::new("node");
        command.arg(files.path().join("main.mjs"));
        command.arg("--schema").arg(schema());
        command.args(["--organization", "Acme Inc"]);
        command.args(["--refresh-token", "sandbox", "--components", COMPONENTS]);
        // It leaves when its standard input ends: it does not outlive a test that was killed.
        command.arg("--watch").args(flags);
        Self::run(command, files)
    }

    fn run(mut command: Command, files: TempDir) -> Self {
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let process = Running(child);
        let line = wait_for(&stdout, "http://");
        Self {
            url: line.trim_start_matches("listening on ").to_owned(),
            _process: process,
            _files: files,
        }
    }
}
