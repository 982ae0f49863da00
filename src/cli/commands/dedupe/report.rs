//! What `dedupe` says.

use serde_json::{Value, json};

use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::chain;
use crate::plan::{Deduped, Fate, Twin};
use crate::prismatic::error::PlatformError;

type Removed = [(String, Result<(), PlatformError>)];

/// What would be done, before it is.
pub(super) fn plan(ui: &Ui, all: &[Deduped]) -> Result<(), CliError> {
    let text = match all.is_empty() {
        true => "Nothing is there twice.\n".to_owned(),
        false => all.iter().map(paragraph).collect::<Vec<_>>().join("\n"),
    };
    match ui.is_json() {
        true => ui.say(&text),
        false => ui.result(&text)?,
    }
    Ok(())
}

fn paragraph(one: &Deduped) -> String {
    let mut text = format!("{} is there {} times\n", one.address, one.twins.len());
    for (twin, fate) in &one.twins {
        let (sign, what) = match fate {
            Fate::Kept => (' ', "is kept".to_owned()),
            Fate::Removed => ('-', "is removed: it was never in use".to_owned()),
            Fate::Asked => ('-', "is removed, as was asked for".to_owned()),
            Fate::Left(why) => (
                '!',
                format!("stays: {why}; `--remove` takes an instance away"),
            ),
        };
        text.push_str(&format!("{sign} {} {what}\n", called(twin)));
    }
    text
}

fn called(twin: &Twin) -> String {
    let whose = twin
        .customer
        .as_deref()
        .map(|it| format!(" of {}", harmless(it)));
    let made = twin
        .created_at
        .map(|at| format!(", made {}", at.strftime("%Y-%m-%dT%H:%M:%SZ")));
    format!(
        "{} \"{}\"{}{}",
        twin.id,
        harmless(&twin.name),
        whose.unwrap_or_default(),
        made.unwrap_or_default()
    )
}

/// What was done.
pub(super) fn done(ui: &Ui, all: &[Deduped], removed: &Removed) -> Result<(), CliError> {
    if ui.is_json() {
        return ui.document(&document(all, removed));
    }
    for (id, result) in removed {
        match result {
            Ok(()) => ui.result(&format!("Removed {id}\n"))?,
            Err(error) => ui.say(&format!("! {id} could not be removed: {}", chain(error))),
        }
    }
    Ok(())
}

fn document(all: &[Deduped], removed: &Removed) -> Value {
    let twin = |(twin, fate): &(Twin, Fate)| {
        let result = removed.iter().find(|(id, _)| *id == twin.id);
        let (fate, why) = match fate {
            Fate::Kept => ("kept", None),
            Fate::Removed | Fate::Asked => ("removed", None),
            Fate::Left(why) => ("left", Some(*why)),
        };
        json!({
            "id": twin.id,
            "name": twin.name,
            "customer": twin.customer,
            "createdAt": twin.created_at,
            "inUse": twin.in_use,
            "fate": fate,
            "why": why,
            "error": result.and_then(|(_, result)| result.as_ref().err().map(|error| chain(error))),
        })
    };
    let doubled = all.iter().map(|one| {
        json!({
            "address": one.address.to_string(),
            "objects": one.twins.iter().map(twin).collect::<Vec<_>>(),
        })
    });
    json!({ "doubled": doubled.collect::<Vec<_>>() })
}
