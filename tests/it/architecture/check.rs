//! Compares what the sources mention with the tables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::paths::{Mention, mentions};
use super::rust::{Token, tokens, without_tests};
use super::{IMPURE, PARTS, TABLES};

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
    /// Modules, or paths inside them.
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
        let Some(module) = staged(&file.module) else {
            return;
        };
        let (Some(rules), Some(top)) = (file.rules, module.first()) else {
            return;
        };
        let Some(rule) = rules.iter().find(|rule| rule.module == *top) else {
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
            if let Some(what) = broken(rule, rules, &mention) {
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
    /// The rows of its crate, if that has any.
    rules: Option<&'static [Rule]>,
    module: Vec<String>,
    tokens: Vec<Token>,
    test_files: Vec<Vec<String>>,
}

impl<'a> Parsed<'a> {
    fn new(path: &'a Path, text: &str) -> Self {
        let (rules, module) = module_of(path);
        let (tokens, names) = without_tests(&tokens(text));
        let inside = |name| module.iter().cloned().chain([name]).collect();
        let test_files = names.into_iter().map(inside).collect();
        Self {
            path,
            rules,
            module,
            tokens,
            test_files,
        }
    }
}

/// `crates/core/src/plan/build.rs` is `["plan", "build"]` of a crate with rows; a `lib.rs` is `[]`.
fn module_of(path: &Path) -> (Option<&'static [Rule]>, Vec<String>) {
    let parts: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let table = TABLES
        .iter()
        .find(|(name, _)| parts.get(1).is_some_and(|it| it == name));
    let inside = parts
        .iter()
        .position(|part| part == "src")
        .map_or(0, |it| it + 1);
    let mut module = parts[inside..].to_vec();
    module.pop_if(|last| *last == "lib");
    (table.map(|(_, rules)| *rules), module)
}

/// What a mention breaks, if anything.
fn broken(rule: &Rule, rules: &[Rule], mention: &Mention) -> Option<String> {
    let (module, text) = (rule.module, mention.text());
    let [first, rest @ ..] = mention.segments.as_slice() else {
        return None;
    };
    if first == "crate" {
        return (!may_use(rule, rules, rest)).then(|| match rule.uses {
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
    None
}

fn may_use(rule: &Rule, rules: &[Rule], path: &[String]) -> bool {
    let Some(path) = staged(path) else {
        return true;
    };
    let Some(top) = path.first() else {
        return false;
    };
    let allowed = |entry: &&str| {
        let entry: Vec<&str> = entry.split("::").collect();
        path.len() >= entry.len() && entry.iter().zip(&path).all(|(e, p)| e == p)
    };
    // What has no row is another crate.
    let ours = top == "*" || rules.iter().any(|row| row.module == top);
    !ours || top == rule.module || rule.uses.iter().any(allowed)
}

/// The stage of a path inside a kind's room in place of the room; `None` for the registry and the rooms' types, which
/// every stage knows.
fn staged(path: &[String]) -> Option<Vec<String>> {
    let [first, inside @ ..] = path else {
        return Some(Vec::new());
    };
    if first != "kinds" {
        return Some(path.to_vec());
    }
    let part = inside.get(1)?;
    let (_, stage) = PARTS.iter().find(|(name, _)| name == part)?;
    let rest = inside[2..].iter().cloned();
    Some([(*stage).to_owned()].into_iter().chain(rest).collect())
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
            "crates/core/src/plan/build.rs",
            "use super::Step; use crate::{diff::X, model::Y}; use jiff::Timestamp;",
        ),
        (
            "crates/daemon/src/execute.rs",
            "use prism_gitops_platform::platform::Platform; async fn f() {}",
        ),
        (
            "crates/core/src/diff.rs",
            "// tokio::spawn\n/// [`crate::cli`]\nfn f() { \"std::fs\" }",
        ),
        (
            "src/cli/plan.rs",
            "use std::fs; use crate::anything::at::all;",
        ),
    ];
    insta::assert_snapshot!(found(&clean), @"");
}

#[test]
fn a_forbidden_import_is_named_with_its_place() {
    let broken = [
        ("crates/core/src/model/a.rs", "\nuse crate::plan::Plan;"),
        ("crates/core/src/yaml.rs", "use crate::model::Span;"),
        ("crates/core/src/diff.rs", "use super::plan;"),
        (
            "crates/daemon/src/server.rs",
            "use crate::controller::reconcile::Pass;",
        ),
        ("crates/core/src/manifest.rs", "use crate::*;"),
        ("crates/core/src/extra.rs", ""),
    ];
    insta::assert_snapshot!(found(&broken), @"
    crates/core/src/model/a.rs:2: `model` imports `crate::plan::Plan`, and may import only yaml, template, harmless, redact; change the rule only with an ADR
    crates/core/src/yaml.rs:1: `yaml` imports `crate::model::Span`, and may import nothing of ours; change the rule only with an ADR
    crates/core/src/diff.rs:1: `diff` imports `crate::plan`, and may import only yaml, sensitivity, model, manifest, definition, validate, rollout; change the rule only with an ADR
    crates/daemon/src/server.rs:1: `server` imports `crate::controller::reconcile::Pass`, and may import only controller::Status, controller::status, controller::resources, controller::control, controller::totals, controller::page, controller::acts; change the rule only with an ADR
    crates/core/src/manifest.rs:1: `manifest` imports `crate::*`, and may import only yaml, suggest, template, sensitivity, model; change the rule only with an ADR
    crates/core/src/extra.rs:1: module `extra` has no row in tests/it/architecture.rs; change the rule only with an ADR
    ");
}

#[test]
fn a_part_of_a_kind_belongs_to_its_stage() {
    let files = [
        (
            "crates/core/src/kinds/customer/compare/x.rs",
            "use crate::plan::Plan; use crate::kinds::instance::steps::a; use crate::kinds::instance::compare::b; use crate::model::C;",
        ),
        (
            "crates/core/src/diff.rs",
            "use crate::kinds::with_kind; use crate::kinds::customer::CustomerKind; use crate::kinds::customer::compare; use crate::kinds::customer::export;",
        ),
    ];
    insta::assert_snapshot!(found(&files), @"
    crates/core/src/kinds/customer/compare/x.rs:1: `diff` imports `crate::plan::Plan`, and may import only yaml, sensitivity, model, manifest, definition, validate, rollout; change the rule only with an ADR
    crates/core/src/kinds/customer/compare/x.rs:1: `diff` imports `crate::kinds::instance::steps::a`, and may import only yaml, sensitivity, model, manifest, definition, validate, rollout; change the rule only with an ADR
    crates/core/src/diff.rs:1: `diff` imports `crate::kinds::customer::export`, and may import only yaml, sensitivity, model, manifest, definition, validate, rollout; change the rule only with an ADR
    ");
}

#[test]
fn a_pure_module_that_touches_the_world_is_caught() {
    let broken = [
        (
            "crates/core/src/plan.rs",
            "use std::{fs, time::Instant};\nfn f() { Timestamp::now(); }",
        ),
        (
            "crates/core/src/diff/a.rs",
            "async fn f() { tracing::info!(); }",
        ),
        (
            "crates/core/src/definition.rs",
            "fn f() -> std::env::Args { Uuid::new_v4() }",
        ),
        (
            "crates/core/src/validate.rs",
            "#[derive(clap::Args)] struct S;",
        ),
    ];
    insta::assert_snapshot!(found(&broken), @r"
    crates/core/src/plan.rs:1: `plan` is pure, and mentions `std::fs` (std::fs); change the rule only with an ADR
    crates/core/src/plan.rs:1: `plan` is pure, and mentions `std::time::Instant` (Instant); change the rule only with an ADR
    crates/core/src/plan.rs:2: `plan` is pure, and mentions `Timestamp::now` (Timestamp::now); change the rule only with an ADR
    crates/core/src/diff/a.rs:1: `diff` is pure, and uses `async`; change the rule only with an ADR
    crates/core/src/diff/a.rs:1: `diff` is pure, and mentions `tracing::info` (tracing); change the rule only with an ADR
    crates/core/src/definition.rs:1: `definition` is pure, and mentions `std::env::Args` (std::env); change the rule only with an ADR
    crates/core/src/definition.rs:1: `definition` is pure, and mentions `Uuid::new_v4` (Uuid::new_v4); change the rule only with an ADR
    crates/core/src/validate.rs:1: `validate` is pure, and mentions `clap::Args` (clap); change the rule only with an ADR
    ");
}

#[test]
fn tests_may_import_what_they_like() {
    let files = [
        (
            "crates/core/src/plan.rs",
            "#[cfg(test)] mod tests { use tokio::x; }\n#[cfg(test)]\nmod more;",
        ),
        ("crates/core/src/plan/more.rs", "use crate::cli::X;"),
        ("crates/core/src/plan/more/deep.rs", "use std::fs;"),
        ("crates/core/src/plan/other.rs", "use std::fs;"),
    ];
    insta::assert_snapshot!(found(&files), @r"
    crates/core/src/plan/other.rs:1: `plan` is pure, and mentions `std::fs` (std::fs); change the rule only with an ADR
    ");
}
