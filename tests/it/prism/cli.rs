//! Runs the `prism` CLI with nothing of this machine in its environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where `make prism` installs the CLI.
const INSTALLED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/prism/node_modules/@prismatic-io/prism"
);

/// The CLI, pointed at a server, with a home of its own.
pub(crate) struct Prism {
    script: PathBuf,
    url: String,
    token: String,
    home: TempDir,
}

impl Prism {
    /// Finds the CLI: in `PRISM_CLI`, or where `make prism` puts it.
    pub(crate) fn new(url: &str) -> Self {
        Self::with_token(url, token())
    }

    /// The same, with a token of the server's own.
    pub(crate) fn with_token(url: &str, token: String) -> Self {
        let folder = std::env::var_os("PRISM_CLI").unwrap_or_else(|| INSTALLED.into());
        let script = Path::new(&folder).join("lib/run.js");
        assert!(
            script.is_file(),
            "the prism CLI is not at {}: run `make prism`, or set PRISM_CLI to its package folder",
            script.display()
        );
        Self {
            script,
            url: url.to_owned(),
            token,
            home: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Writes a file for a command to read; gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new("node")
            .arg(&self.script)
            .args(arguments)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .env("PRISM_SKIP_NEW_VERSION_CHECK", "1")
            .env("PRISMATIC_URL", &self.url)
            .env("PRISM_ACCESS_TOKEN", &self.token)
            .current_dir(self.home.path())
            .output()
            .expect("node is on the PATH")
    }

    /// Runs a command that must succeed; gives what it prints, trimmed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "prism {} failed ({}):\n{stdout}{stderr}",
            arguments.join(" "),
            output.status
        );
        stdout.trim().to_owned()
    }

    /// Runs a command that must fail; gives what it says, without the line breaks
    /// that the CLI wraps it with.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(
            !output.status.success(),
            "prism {} should have failed, it printed:\n{stdout}",
            arguments.join(" ")
        );
        let words = String::from_utf8_lossy(&output.stderr);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Runs a command that lists; gives the rows.
    pub(crate) fn table(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = self.ok(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&printed).unwrap_or_else(|error| {
            panic!(
                "prism {} printed no JSON list ({error}):\n{printed}",
                arguments.join(" ")
            )
        })
    }

    /// Runs a GraphQL query of our own through the CLI.
    pub(crate) fn query(&self, query: &str, variables: &Value) -> Value {
        let printed = self.ok(&[
            "graphql:query",
            query,
            "--variables",
            &variables.to_string(),
        ]);
        serde_json::from_str(&printed).expect("JSON")
    }
}

/// A token in the shape of a JWT that never expires; the sandbox asks no more of it.
fn token() -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = part(json!({"alg": "none", "typ": "JWT"}));
    let claims = part(json!({"sub": "conformance", "exp": 4_102_444_800_u32}));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode("unsigned"))
}

/// A cell of a row: the CLI prints every one as text.
pub(crate) fn cell(row: &Value, key: &str) -> String {
    let cell = row[key].as_str();
    cell.unwrap_or_else(|| panic!("no column {key}: {row}"))
        .to_owned()
}

/// The one row there must be.
pub(crate) fn only(rows: &[Value]) -> &Value {
    assert_eq!(rows.len(), 1, "{rows:?}");
    &rows[0]
}

/// The row with a value in a column.
pub(crate) fn row<'a>(rows: &'a [Value], key: &str, value: &str) -> &'a Value {
    let found = rows.iter().find(|row| cell(row, key) == value);
    found.unwrap_or_else(|| panic!("no row has {key} {value}: {rows:?}"))
}

/// Runs two calls that do not depend on each other at once: each spends most of its time
/// starting Node.
pub(crate) fn both<A: Send, B>(
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B,
) -> (A, B) {
    std::thread::scope(|scope| {
        let left = scope.spawn(left);
        let right = right();
        (
            left.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            right,
        )
    })
}
