//! A clean place to run the binary in: its own folder, its own home, no variables of ours.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder with a project, and a home with nothing in it.
pub(crate) struct Environment {
    root: TempDir,
    variables: Vec<(String, String)>,
}

/// What came of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Environment {
    /// An empty project.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["project", "home"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        let variables = Vec::new();
        Self { root, variables }
    }

    /// The folder that commands run in.
    pub(crate) fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// The home of the user who runs the commands.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Sets a variable for all runs from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// What a variable was set to last.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let set = self.variables.iter().rev();
        let found = set.into_iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.project().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// Replaces a piece of a file of the project, which has to be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let file = self.project().join(path);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{path} has no {from:?}");
        std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    }

    /// Copies a folder of this repository into the project.
    pub(crate) fn copy(&self, from: &Path) {
        for entry in walkdir::WalkDir::new(from) {
            let entry = entry.unwrap();
            let target = self
                .project()
                .join(entry.path().strip_prefix(from).unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(target).unwrap();
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }

    /// The binary, ready to be given arguments.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("prism-gitops"));
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm")
            .env("GIT_CEILING_DIRECTORIES", self.root.path())
            // Servers here answer at once, unless a test says otherwise.
            .env("PRISM_GITOPS_SETTLE", "500ms")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.project());
        command
    }

    /// Runs a line of arguments, split at spaces, to its end.
    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_with(line, "")
    }

    /// The same, with something to read.
    pub(crate) fn run_with(&self, line: &str, stdin: &str) -> Run {
        let args: Vec<&str> = line.split_whitespace().collect();
        self.run_args(&args, stdin)
    }

    /// The same, with arguments that may hold spaces.
    pub(crate) fn run_args(&self, args: &[&str], stdin: &str) -> Run {
        let mut command = Command::from_std(self.command());
        command.args(args).write_stdin(stdin);
        command.timeout(std::time::Duration::from_secs(60));
        self.read(command.output().unwrap())
    }

    fn read(&self, output: Output) -> Run {
        let text = |bytes| self.normal(&String::from_utf8(bytes).unwrap());
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Without the names that differ from run to run.
    fn normal(&self, text: &str) -> String {
        text.replace(self.root.path().to_str().unwrap(), "$ROOT")
    }
}

impl Run {
    /// Everything a person sees, for snapshots.
    pub(crate) fn shown(&self) -> String {
        let part = |name: &str, text: &str| match text {
            "" => String::new(),
            text => format!("--- {name}\n{}\n", text.trim_end()),
        };
        let (stdout, stderr) = (part("stdout", &self.stdout), part("stderr", &self.stderr));
        format!("{stdout}{stderr}--- exit {}", self.code)
    }

    /// The one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error} in\n{}", self.shown()))
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.shown());
        self
    }
}
