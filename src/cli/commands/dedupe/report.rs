//! The output of `dedupe`.

use super::look::Decided;
use crate::api::dedupe::{self as told, Dedupe};
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::diff::{EqualVersion, EqualVersions};
use crate::harmless::owned as harmless;
use crate::model::chain;
use crate::plan::{Deduped, Fate, Twin};
use crate::prismatic::error::PlatformError;

type Removed = [(String, Result<(), PlatformError>)];

/// What would be done, before it is.
pub(super) fn plan(ui: &Ui, decided: &Decided) -> Result<(), CliError> {
    let doubled = decided.doubled.iter().map(paragraph);
    let told: Vec<_> = doubled.chain(decided.equal.iter().map(versions)).collect();
    let text = match told.is_empty() {
        true => "Nothing is there twice.\n".to_owned(),
        false => told.join("\n"),
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

/// How many instances are named.
const NAMED: usize = 5;

fn versions(equal: &EqualVersions) -> String {
    let mut text = format!(
        "{} has {} equal versions; versions cannot be removed, and instances may run any of them\n",
        equal.address,
        equal.versions.len()
    );
    for version in &equal.versions {
        let at = version.created_at;
        let at = at.map(|at| format!(", published {}", at.strftime("%Y-%m-%dT%H:%M:%SZ")));
        text.push_str(&format!(
            "  version {}{}: {}\n",
            version.number,
            at.unwrap_or_default(),
            used_by(version)
        ));
    }
    text
}

fn used_by(version: &EqualVersion) -> String {
    if version.instances.is_empty() {
        return "no instance uses it".to_owned();
    }
    let named = version.instances.iter().take(NAMED);
    let named: Vec<_> = named
        .map(|(id, name)| format!("\"{}\" ({id})", harmless(name)))
        .collect();
    let rest = match version.instances.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("used by {}{rest}", named.join(", "))
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
pub(super) fn done(ui: &Ui, decided: &Decided, removed: &Removed) -> Result<(), CliError> {
    if ui.is_json() {
        return ui.document(&document(decided, removed));
    }
    for (id, result) in removed {
        match result {
            Ok(()) => ui.result(&format!("Removed {id}\n"))?,
            Err(error) => ui.say(&format!("! {id} could not be removed: {}", chain(error))),
        }
    }
    Ok(())
}

fn document(decided: &Decided, removed: &Removed) -> Dedupe {
    let doubled = decided.doubled.iter().map(|one| told::Doubled {
        address: (&one.address).into(),
        objects: one.twins.iter().map(|twin| object(twin, removed)).collect(),
    });
    let equal = decided.equal.iter().map(|one| told::EqualVersions {
        address: (&one.address).into(),
        versions: one.versions.iter().map(version).collect(),
    });
    Dedupe {
        doubled: doubled.collect(),
        equal_versions: equal.collect(),
    }
}

fn object((twin, fate): &(Twin, Fate), removed: &Removed) -> told::Object {
    let result = removed.iter().find(|(id, _)| *id == twin.id);
    let (fate, why) = match fate {
        Fate::Kept => (told::Fate::Kept, None),
        Fate::Removed | Fate::Asked => (told::Fate::Removed, None),
        Fate::Left(why) => (told::Fate::Left, Some((*why).to_owned())),
    };
    told::Object {
        id: twin.id.clone(),
        name: twin.name.clone(),
        customer: twin.customer.clone(),
        created_at: twin.created_at,
        in_use: twin.in_use,
        fate,
        why,
        error: result.and_then(|(_, result)| result.as_ref().err().map(|error| chain(error))),
    }
}

fn version(version: &EqualVersion) -> told::Version {
    let instances = version.instances.iter();
    let instances = instances.map(|(id, name)| told::User {
        id: id.to_string(),
        name: name.clone(),
    });
    told::Version {
        id: version.id.to_string(),
        number: version.number,
        created_at: version.created_at,
        instances: instances.collect(),
    }
}
