//! What was exported, what has to be provided, and what is worth knowing.

use std::path::Path;

use crate::api::Versioned;
use crate::api::export::{Counts, Exported};
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::export::{Export, Note, NoteCode};
use crate::model::counted;

/// The result on stdout; secrets and notes on stderr, or all of it in one document.
pub(super) fn write(ui: &Ui, folder: &Path, export: &Export) -> Result<(), CliError> {
    if ui.is_json() {
        return ui.document(&document(folder, export));
    }
    let remarks = remarks(export);
    if !remarks.is_empty() {
        ui.say(&remarks);
    }
    ui.result(&format!("{}\n", summary(folder, export)))
}

fn summary(folder: &Path, export: &Export) -> String {
    let customers = match export.customers {
        0 => String::new(),
        count => format!("{}, ", counted(count, "customer")),
    };
    let connections = match export.connections {
        0 => String::new(),
        count => format!("{}, ", counted(count, "connection")),
    };
    format!(
        "Exported {customers}{connections}{} and {} to {}.",
        counted(export.integrations, "integration"),
        counted(export.instances, "instance"),
        folder.display()
    )
}

fn document(folder: &Path, export: &Export) -> Versioned<Exported> {
    Versioned::from(Exported {
        folder: folder.display().to_string(),
        summary: Counts {
            customers: export.customers,
            connections: export.connections,
            integrations: export.integrations,
            instances: export.instances,
        },
        files: export.files.iter().map(|file| file.path.clone()).collect(),
        secrets: export.secrets.clone(),
        omitted: export.omitted,
        notes: export.notes.clone(),
    })
}

/// Secrets first: a plan needs them.
fn remarks(export: &Export) -> String {
    let mut text = String::new();
    if !export.secrets.is_empty() {
        text.push_str("Secrets are not exported. Set these variables before you plan (.env.example lists them):\n");
        for secret in &export.secrets {
            let input = secret.input.as_ref();
            let input = input
                .map(|name| format!(", input {name:?}"))
                .unwrap_or_default();
            let (variable, file, key) = (&secret.variable, &secret.file, &secret.key);
            text.push_str(&format!("  {variable}  {file}, {key:?}{input}\n"));
        }
        text.push('\n');
    }
    if export.omitted > 0 {
        let values = counted(export.omitted, "secret value");
        text.push_str(&format!(
            "{values} left out, and so left as they are; a comment in each file names them.\n\n"
        ));
    }
    let mut last = None;
    for note in sorted(&export.notes) {
        if last != Some(note.code) {
            text.push_str(heading(note.code));
            text.push('\n');
        }
        last = Some(note.code);
        let file = note
            .file
            .as_ref()
            .map(|file| format!("{file}: "))
            .unwrap_or_default();
        text.push_str(&format!("  {file}{}: {}\n", note.about, note.message));
    }
    text
}

fn sorted(notes: &[Note]) -> Vec<&Note> {
    let mut all: Vec<&Note> = notes.iter().collect();
    all.sort_by_key(|note| note.code);
    all
}

fn heading(code: NoteCode) -> &'static str {
    match code {
        NoteCode::Unread => "Could not be read, and is missing:",
        NoteCode::LeftOut => "Left out:",
        NoteCode::SecretInDefinition => {
            "Look before you commit, definitions are written as they are:"
        }
        NoteCode::HeldBack => "Declared so that nothing happens to it now:",
        NoteCode::WillChange => "The next plan shows a change:",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::SecretNeeded;

    #[test]
    fn remarks_begin_with_what_has_to_be_done() {
        let note = |code, about: &str, file: Option<&str>| Note {
            about: about.to_owned(),
            code,
            message: "why".to_owned(),
            file: file.map(str::to_owned),
        };
        let export = Export {
            secrets: vec![SecretNeeded {
                variable: "SMITH_LOGIN_PASSWORD".to_owned(),
                file: "instances/smith.yaml".to_owned(),
                key: "Login".to_owned(),
                input: Some("password".to_owned()),
            }],
            notes: vec![
                note(NoteCode::LeftOut, "instance \"A\"", None),
                note(
                    NoteCode::HeldBack,
                    "instance \"B\"",
                    Some("instances/b.yaml"),
                ),
                note(NoteCode::LeftOut, "instance \"C\"", None),
            ],
            ..Export::default()
        };
        insta::assert_snapshot!(remarks(&export), @r#"
        Secrets are not exported. Set these variables before you plan (.env.example lists them):
          SMITH_LOGIN_PASSWORD  instances/smith.yaml, "Login", input "password"

        Left out:
          instance "A": why
          instance "C": why
        Declared so that nothing happens to it now:
          instances/b.yaml: instance "B": why
        "#);
        assert_eq!(remarks(&Export::default()), "");
    }
}
