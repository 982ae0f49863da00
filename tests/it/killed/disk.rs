//! What a killed daemon leaves on the disk.

use std::path::Path;

use rusqlite::Connection;

use crate::cli::environment::Environment;

/// Looks at a copy, so that the next daemon finds what the killed one left.
pub(super) fn is_sound(environment: &Environment, canary: &str) {
    let state = environment.project().join(".prism-gitops");
    if !state.exists() {
        return;
    }
    let copy = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(&state) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let shown = entry.path().display();
            assert!(!holds(&bytes, canary), "{shown} holds a secret");
            std::fs::write(copy.path().join(entry.file_name()), bytes).unwrap();
        }
    }
    let file = copy.path().join("history.sqlite");
    if file.exists() {
        is_whole(&file);
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn is_whole(file: &Path) {
    let database = Connection::open(file).unwrap();
    for check in ["integrity_check", "foreign_key_check"] {
        let mut rows: Vec<String> = Vec::new();
        let mut statement = database.prepare(&format!("PRAGMA {check}")).unwrap();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            rows.push(row.get(0).unwrap());
        }
        let sound = rows.is_empty() || rows == ["ok"];
        assert!(sound, "{check} of {}: {rows:?}", file.display());
    }
}
