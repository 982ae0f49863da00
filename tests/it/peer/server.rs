//! The two servers, each a process of its own on loopback.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

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
    /// Starts one; nothing where its schema is not at hand. `flags` are the peer's.
    pub(crate) fn start(kind: Kind, flags: &[&str]) -> Option<Self> {
        match kind {
            Kind::Sandbox => Some(Self::sandbox()),
            Kind::Peer if Path::new(SCHEMA).is_file() => Some(Self::peer(flags)),
            Kind::Peer => {
                eprintln!("skipped: {SCHEMA} is not there");
                None
            }
        }
    }

    fn sandbox() -> Self {
        let mut command = Environment::new().command();
        let files = tempfile::tempdir().unwrap();
        command.current_dir(files.path());
        fs::write(files.path().join("seed.yaml"), SEED).unwrap();
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "seed.yaml"]);
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
        command.args(["--schema", SCHEMA, "--organization", "Acme Inc"]);
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
