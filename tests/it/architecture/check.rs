//! Compares what the sources mention with the tables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::paths::{Mention, mentions};
use super::rust::{Token, tokens, without_tests};
use super::{IMPURE, OWNED_CRATES, RULES};

/// Whether a module decides or acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Synchronous, no I/O, no clock, no chance.
    Pure,
    /// Touches the world.
    Edge,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) module: &'static str,
    pub(super) role: Role,
    /// Modules, or paths inside them; `*` for anything.
    pub(super) uses: &'static [&'static str],
}

/// What the scan found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// How many paths were looked at, to notice a scan that sees nothing.
    pub(super) paths: usize,
    /// One line each: place, what is wrong, what to do.
    pub(super) violations: Vec<String>,
}

impl Checked {
    pub(super) fn new(files: &[(PathBuf, String)]) -> Self {
        let parsed: Vec<_> = files
            .iter()
            .map(|(path, text)| Parsed::new(path, text))
            .collect();
        let test_only: BTreeSet<&Vec<String>> = parsed.iter().flat_map(|p| &p.test_files).collect();
        let mut checked = Self::default();
        for file in &parsed {
            let under_test = (0..=file.module.len())
                .any(|depth| test_only.contains(&file.module[..depth].to_vec()));
            if !under_test {
                checked.file(file);
            }
        }
        checked
    }

    fn file(&mut self, file: &Parsed<'_>) {
        let top = file.module.first().map_or("lib", String::as_str);
        let Some(rule) = RULES.iter().find(|rule| rule.module == top) else {
            let what = format!("module `{top}` has no row in tests/it/architecture.rs");
            return self.violation(file.path, 1, &what);
        };
        if rule.role == Role::Pure {
            for token in file
                .tokens
                .iter()
                .filter(|t| t.text == "async" || t.text == "await")
            {
                let what = format!("`{top}` is pure, and uses `{}`", token.text);
                self.violation(file.path, token.line, &what);
            }
        }
        for mention in mentions(&file.tokens, &file.module) {
            self.paths += 1;
            if let Some(what) = broken(rule, &mention) {
                self.violation(file.path, mention.line, &what);
            }
        }
    }

    fn violation(&mut self, path: &Path, line: usize, what: &str) {
        let place = path.display();
        self.violations.push(format!(
            "{place}:{line}: {what}; change the rule only with an ADR"
        ));
    }
}

/// A file cut into tokens, tests left out.
struct Parsed<'a> {
    path: &'a Path,
    module: Vec<String>,
    tokens: Vec<Token>,
    test_files: Vec<Vec<String>>,
}

impl<'a> Parsed<'a> {
    fn new(path: &'a Path, text: &str) -> Self {
        let module = module_of(path);
        let (tokens, names) = without_tests(&tokens(text));
        let inside = |name| module.iter().cloned().chain([name]).collect();
        let test_files = names.into_iter().map(inside).collect();
        Self {
            path,
            module,
            tokens,
            test_files,
        }
    }
}

/// `src/plan/build.rs` is `["plan", "build"]`; `src/lib.rs` is `[]`.
fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix("src").unwrap_or(path).with_extension("");
    let mut parts: Vec<String> = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if matches!(parts.last().map(String::as_str), Some("lib" | "mod")) {
        parts.pop();
    }
    parts
}

/// What a mention breaks, if anything.
fn broken(rule: &Rule, mention: &Mention) -> Option<String> {
    let (module, text) = (rule.module, mention.text());
    let [first, rest @ ..] = mention.segments.as_slice() else {
        return None;
    };
    if first == "crate" {
        return (!may_use(rule, rest)).then(|| match rule.uses {
            [] => format!("`{module}` imports `{text}`, and may import nothing of ours"),
            uses => format!(
                "`{module}` imports `{text}`, and may import only {}",
                uses.join(", ")
            ),
        });
    }
    if rule.role == Role::Pure
        && let Some(banned) = IMPURE
            .iter()
            .find(|banned| matches(banned, &mention.segments))
    {
        return Some(format!(
            "`{module}` is pure, and mentions `{text}` ({banned})"
        ));
    }
    let (owned, owners) = OWNED_CRATES.iter().find(|(owned, _)| owned == first)?;
    (!owners.contains(&module)).then(|| {
        format!(
            "`{module}` mentions `{text}`, but {owned} belongs to {}",
            owners.join(", ")
        )
    })
}

fn may_use(rule: &Rule, path: &[String]) -> bool {
    let Some(top) = path.first() else {
        return rule.module == "lib";
    };
    let allowed = |entry: &&str| {
        let entry: Vec<&str> = entry.split("::").collect();
        entry == ["*"] && top != "*"
            || path.len() >= entry.len() && entry.iter().zip(path).all(|(e, p)| e == p)
    };
    top == rule.module || rule.uses.iter().any(allowed)
}

/// Lower-case names match from the root; `Timestamp::now` anywhere.
fn matches(banned: &str, path: &[String]) -> bool {
    let banned: Vec<&str> = banned.split("::").collect();
    let rooted = banned[0].starts_with(char::is_lowercase);
    path.windows(banned.len())
        .take(if rooted { 1 } else { usize::MAX })
        .any(|window| window == banned)
}

fn found(files: &[(&str, &str)]) -> String {
    let files: Vec<(PathBuf, String)> = files
        .iter()
        .map(|(path, text)| (path.into(), (*text).to_owned()))
        .collect();
    Checked::new(&files).violations.join("\n")
}

#[test]
fn an_allowed_import_passes() {
    let clean = [
        (
            "src/plan/build.rs",
            "use super::Step; use crate::{diff::X, model::Y}; use jiff::Timestamp;",
        ),
        (
            "src/execute.rs",
            "use crate::prismatic::platform::Platform; async fn f() {}",
        ),
        (
            "src/cli/args.rs",
            "use clap::Parser; use crate::sandbox::World;",
        ),
        ("src/main.rs", "fn main() { prism_gitops::cli::run() }"),
        (
            "src/diff.rs",
            "// tokio::spawn\n/// [`crate::cli`]\nfn f() { \"std::fs\" }",
        ),
        (
            "src/sandbox/transport.rs",
            "use crate::prismatic::transport::{Request, Transport};",
        ),
    ];
    insta::assert_snapshot!(found(&clean), @"");
}

#[test]
fn a_forbidden_import_is_named_with_its_place() {
    let broken = [
        ("src/model/a.rs", "\nuse crate::plan::Plan;"),
        ("src/yaml.rs", "use crate::model::Span;"),
        ("src/diff.rs", "use super::plan;"),
        (
            "src/sandbox/http.rs",
            "use crate::prismatic::{transport::T, platform::P};",
        ),
        ("src/server.rs", "use crate::controller::reconcile::Pass;"),
        ("src/source/dir.rs", "use crate::manifest::load;"),
        ("src/controller.rs", "use crate::cli::Ui; use axum::Router;"),
        ("src/manifest.rs", "use crate::*;"),
        ("src/extra.rs", ""),
    ];
    insta::assert_snapshot!(found(&broken), @"
    src/model/a.rs:2: `model` imports `crate::plan::Plan`, and may import only yaml, harmless, redact; change the rule only with an ADR
    src/yaml.rs:1: `yaml` imports `crate::model::Span`, and may import nothing of ours; change the rule only with an ADR
    src/diff.rs:1: `diff` imports `crate::plan`, and may import only yaml, sensitivity, model, manifest, definition, validate; change the rule only with an ADR
    src/sandbox/http.rs:1: `sandbox` imports `crate::prismatic::platform::P`, and may import only prismatic::transport, runtime::clock; change the rule only with an ADR
    src/server.rs:1: `server` imports `crate::controller::reconcile::Pass`, and may import only redact, model, controller::Status, controller::status, controller::resources, controller::control, controller::totals, store::history, runtime; change the rule only with an ADR
    src/source/dir.rs:1: `source` imports `crate::manifest::load`, and may import only yaml, model, manifest::SourceFile, runtime::clock; change the rule only with an ADR
    src/controller.rs:1: `controller` imports `crate::cli::Ui`, and may import only model, manifest, definition, validate, diff, plan, source, store, journal, writes, execute, prismatic::platform, prismatic::error, runtime; change the rule only with an ADR
    src/controller.rs:1: `controller` mentions `axum::Router`, but axum belongs to server, sandbox; change the rule only with an ADR
    src/manifest.rs:1: `manifest` imports `crate::*`, and may import only yaml, sensitivity, model; change the rule only with an ADR
    src/extra.rs:1: module `extra` has no row in tests/it/architecture.rs; change the rule only with an ADR
    ");
}

#[test]
fn a_pure_module_that_touches_the_world_is_caught() {
    let broken = [
        (
            "src/plan.rs",
            "use std::{fs, time::Instant};\nfn f() { Timestamp::now(); }",
        ),
        ("src/diff/a.rs", "async fn f() { tracing::info!(); }"),
        (
            "src/definition.rs",
            "fn f() -> std::env::Args { Uuid::new_v4() }",
        ),
        ("src/validate.rs", "#[derive(clap::Args)] struct S;"),
    ];
    insta::assert_snapshot!(found(&broken), @r"
    src/plan.rs:1: `plan` is pure, and mentions `std::fs` (std::fs); change the rule only with an ADR
    src/plan.rs:1: `plan` is pure, and mentions `std::time::Instant` (Instant); change the rule only with an ADR
    src/plan.rs:2: `plan` is pure, and mentions `Timestamp::now` (Timestamp::now); change the rule only with an ADR
    src/diff/a.rs:1: `diff` is pure, and uses `async`; change the rule only with an ADR
    src/diff/a.rs:1: `diff` is pure, and mentions `tracing::info` (tracing); change the rule only with an ADR
    src/definition.rs:1: `definition` is pure, and mentions `std::env::Args` (std::env); change the rule only with an ADR
    src/definition.rs:1: `definition` is pure, and mentions `Uuid::new_v4` (Uuid::new_v4); change the rule only with an ADR
    src/validate.rs:1: `validate` is pure, and mentions `clap::Args` (clap); change the rule only with an ADR
    ");
}

#[test]
fn tests_may_import_what_they_like() {
    let files = [
        (
            "src/plan.rs",
            "#[cfg(test)] mod tests { use tokio::x; }\n#[cfg(test)]\nmod more;",
        ),
        ("src/plan/more.rs", "use crate::cli::X;"),
        ("src/plan/more/deep.rs", "use std::fs;"),
        ("src/plan/other.rs", "use std::fs;"),
    ];
    insta::assert_snapshot!(found(&files), @r"
    src/plan/other.rs:1: `plan` is pure, and mentions `std::fs` (std::fs); change the rule only with an ADR
    ");
}
