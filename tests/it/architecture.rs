//! What of the architecture the compiler cannot hold: the order of modules within a crate, that what decides
//! is pure, and how large code may grow. Which crate sees which is in their `Cargo.toml`.
//!
//! The tables below are the rules; everything under `architecture/` only reads the sources and compares. Comments, texts and `#[cfg(test)]` items do
//! not count: tests may import what they like. A rule changes together with an
//! ADR in `docs/adr`, and `ARCHITECTURE.md` explains what each one is for.

#![expect(
    clippy::expect_used,
    reason = "a source that cannot be read fails its test"
)]
#![expect(
    clippy::disallowed_macros,
    reason = "a test says on stdout what it measured"
)]

mod check;
mod paths;
mod rust;
mod sizes;

use std::path::{Path, PathBuf};

use check::{Checked, Role, Rule};

/// What the modules of a crate may use of each other, where Cargo cannot say it: a crate is a wall by itself,
/// and its `Cargo.toml` says what it sees. An entry is a module, or a path inside one.
///
/// Those of `core`, where every decision is taken, see each other in one order only: to the left.
#[rustfmt::skip]
const CORE: &[Rule] = &[
    Rule { module: "yaml",       role: Role::Pure, uses: &[] },
    Rule { module: "suggest",    role: Role::Pure, uses: &[] },
    Rule { module: "template",   role: Role::Pure, uses: &["suggest"] },
    Rule { module: "sensitivity", role: Role::Pure, uses: &[] },
    Rule { module: "harmless",   role: Role::Pure, uses: &[] },
    Rule { module: "redact",     role: Role::Pure, uses: &["harmless"] },
    Rule { module: "model",      role: Role::Pure, uses: &["yaml", "template", "harmless", "redact"] },
    Rule { module: "manifest",   role: Role::Pure, uses: &["yaml", "suggest", "template", "sensitivity", "model"] },
    Rule { module: "windows",    role: Role::Pure, uses: &["model", "manifest"] },
    Rule { module: "definition", role: Role::Pure, uses: &["yaml", "sensitivity", "model", "manifest"] },
    Rule { module: "validate",   role: Role::Pure, uses: &["yaml", "template", "sensitivity", "model", "manifest", "definition"] },
    Rule { module: "fleet",      role: Role::Pure, uses: &["yaml", "template", "model", "manifest"] },
    Rule { module: "rollout",    role: Role::Pure, uses: &["model"] },
    Rule { module: "diff",       role: Role::Pure, uses: &["yaml", "sensitivity", "model", "manifest", "definition", "validate", "rollout"] },
    Rule { module: "plan",       role: Role::Pure, uses: &["yaml", "harmless", "model", "manifest", "definition", "validate", "rollout", "diff"] },
    Rule { module: "disposition", role: Role::Pure, uses: &["model", "plan"] },
    Rule { module: "export",     role: Role::Pure, uses: &["yaml", "template", "sensitivity", "model", "manifest", "definition", "validate", "diff"] },
    Rule { module: "promote",    role: Role::Pure, uses: &["yaml", "harmless", "model", "manifest"] },
    Rule { module: "accept",     role: Role::Pure, uses: &["yaml", "template", "model", "manifest", "export", "promote"] },
    Rule { module: "journal",    role: Role::Pure, uses: &["model"] },
];

/// The parts of a kind's room in `core::kinds`, and the stage that each belongs to: it may import what that may,
/// and what may import the stage may import it. Beside the parts a room has only its type, for the registry.
#[rustfmt::skip]
const PARTS: [(&str, &str); 6] = [
    ("keys",      "manifest"),
    ("manifest",  "manifest"),
    ("compare",   "diff"),
    ("steps",     "plan"),
    ("operation", "plan"),
    ("export",    "export"),
];

/// Those of `api`, which is words alone.
#[rustfmt::skip]
const API: &[Rule] = &[
    Rule { module: "vocabulary", role: Role::Pure, uses: &[] },
    Rule { module: "address",    role: Role::Pure, uses: &[] },
    Rule { module: "diagnostic", role: Role::Pure, uses: &[] },
    Rule { module: "envelope",   role: Role::Pure, uses: &[] },
    Rule { module: "failure",    role: Role::Pure, uses: &[] },
    Rule { module: "pause",      role: Role::Pure, uses: &[] },
    Rule { module: "part",       role: Role::Pure, uses: &[] },
    Rule { module: "http",       role: Role::Pure, uses: &[] },
    Rule { module: "rollout",    role: Role::Pure, uses: &[] },
    Rule { module: "simulation", role: Role::Pure, uses: &[] },
    Rule { module: "plan",       role: Role::Pure, uses: &["rollout", "simulation"] },
    Rule { module: "history",    role: Role::Pure, uses: &[] },
    Rule { module: "resource",   role: Role::Pure, uses: &["plan", "history"] },
    Rule { module: "status",     role: Role::Pure, uses: &["part", "history", "resource"] },
    Rule { module: "event",      role: Role::Pure, uses: &["resource", "status"] },
    Rule { module: "page",       role: Role::Pure, uses: &["http", "pause", "plan", "rollout", "status"] },
    Rule { module: "wish",       role: Role::Pure, uses: &[] },
    Rule { module: "health",     role: Role::Pure, uses: &[] },
    Rule { module: "notice",     role: Role::Pure, uses: &[] },
    Rule { module: "list",       role: Role::Pure, uses: &[] },
    Rule { module: "validate",   role: Role::Pure, uses: &[] },
    Rule { module: "export",     role: Role::Pure, uses: &[] },
    Rule { module: "dedupe",     role: Role::Pure, uses: &[] },
    Rule { module: "whoami",     role: Role::Pure, uses: &[] },
    Rule { module: "why",        role: Role::Pure, uses: &["history"] },
    Rule { module: "diff",       role: Role::Pure, uses: &["history"] },
];

/// The same for `daemon`: one pass, and what runs around it.
#[rustfmt::skip]
const DAEMON: &[Rule] = &[
    Rule { module: "source",     role: Role::Edge, uses: &[] },
    Rule { module: "writes",     role: Role::Edge, uses: &[] },
    Rule { module: "execute",    role: Role::Edge, uses: &[] },
    Rule { module: "controller", role: Role::Edge, uses: &["source", "writes", "execute"] },
    Rule { module: "notifier",   role: Role::Edge, uses: &["controller"] },
    Rule { module: "server",     role: Role::Edge, uses: &["controller::Status", "controller::status", "controller::resources",
                                                           "controller::control", "controller::totals", "controller::page", "controller::acts"] },
    Rule { module: "daemon",     role: Role::Edge, uses: &["source", "controller", "notifier", "server"] },
];

/// The crates whose modules have rows.
const TABLES: [(&str, &[Rule]); 3] = [("api", API), ("core", CORE), ("daemon", DAEMON)];

/// What no pure module mentions: I/O, processes, the clock, chance, logging.
///
/// Names in lower case match from the crate's root, others anywhere in a path.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "axum",
    "clap",
    "tracing",
    "notify",
    "async_graphql",
    "async_trait",
    "futures",
    "fastrand",
    "rand",
    "tempfile",
    "walkdir",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::new_v4",
];

/// The longest file, in lines. The aim is a median of 200.
const LONGEST_FILE: usize = 500;
/// The longest function, in lines. The aim is a median of 12 and 90% within 40.
const LONGEST_FUNCTION: usize = 80;

/// The package's root: cargo and nextest both say where it is.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = root();
    let folders = ["src", "crates"].map(|folder| walkdir::WalkDir::new(root.join(folder)));
    (folders.into_iter())
        .flat_map(|folder| folder.sort_by_file_name().into_iter())
        .map(|entry| entry.expect("the sources can be walked").into_path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
            let relative = path.strip_prefix(&root).map(Path::to_path_buf);
            (relative.expect("it is below the root"), text)
        })
        .collect()
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let checked = Checked::new(&sources());
    assert!(
        checked.paths > 100,
        "only {} paths found: the scan is broken",
        checked.paths
    );
    assert!(
        checked.violations.is_empty(),
        "{}\n",
        checked.violations.join("\n")
    );
}

#[test]
fn every_row_is_itself_a_left_to_right_order() {
    for rules in [API, CORE] {
        let rows: Vec<&str> = rules.iter().map(|rule| rule.module).collect();
        let place = |name: &str| rows.iter().position(|row| *row == name);
        for rule in rules.iter().filter(|rule| rule.role == Role::Pure) {
            for used in rule.uses {
                let (used_at, at) = (place(used), place(rule.module));
                assert!(used_at < at, "{} uses {used}", rule.module);
            }
        }
    }
}

#[test]
fn files_and_functions_stay_small() {
    let sizes = sizes::Sizes::new(&sources());
    println!("{}", sizes.summary());
    let large = sizes.over(LONGEST_FILE, LONGEST_FUNCTION);
    assert!(large.is_empty(), "{}\n", large.join("\n"));
}
