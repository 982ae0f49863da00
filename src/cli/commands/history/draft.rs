//! `history show-draft`: a definition that an import wrote over.

use crate::api::Versioned;
use crate::api::history::ShownDraft;
use crate::cli::args::ShowDraftArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::recorded::{Recorded, only, time};
use crate::cli::ui::Ui;
use crate::model::history::DraftRecord;

/// Runs the command. The text is printed as it is, to be a file again.
pub(super) fn show(ui: &Ui, args: &ShowDraftArgs) -> Result<Exit, CliError> {
    let past = Recorded::of(&args.which, &args.path);
    let kept = past.drafts(&args.address)?;
    only(kept.iter().map(|draft| draft.environment.as_str()))?;
    let wanted = |draft: &&DraftRecord| args.draft.is_none_or(|id| draft.id == id);
    let Some(draft) = kept.iter().find(wanted) else {
        return Err(missing(args, &kept));
    };
    if ui.is_json() {
        let document = Versioned::from(ShownDraft {
            draft: draft.into(),
        });
        ui.document(&document)?;
        return Ok(Exit::Done);
    }
    let others = kept.iter().filter(|other| other.id != draft.id);
    let others: Vec<String> = others.map(named).collect();
    if args.draft.is_none() && !others.is_empty() {
        ui.say(&format!(
            "This is {}. Choose another one with --draft: {}.",
            named(draft),
            others.join(", ")
        ));
    }
    ui.result_bytes(draft.text.as_bytes())?;
    Ok(Exit::Done)
}

fn named(draft: &DraftRecord) -> String {
    format!("{} of {}", draft.id, time(draft.kept_at))
}

fn missing(args: &ShowDraftArgs, kept: &[DraftRecord]) -> CliError {
    let address = &args.address;
    match (args.draft, kept.is_empty()) {
        (Some(id), false) => {
            let ids: Vec<String> = kept.iter().map(named).collect();
            CliError::user(format!("no draft {id} of {address} is kept"))
                .hint(format!("there are: {}", ids.join(", ")))
        }
        _ => CliError::user(format!("no draft of {address} is kept"))
            .hint("one is kept when an import overwrites what was changed in Prismatic"),
    }
}
