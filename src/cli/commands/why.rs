//! `why`: which commit, file and line set a value, when, and who changed it since.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::api::Versioned;
use crate::api::why::{self, Why};
use crate::cli::args::{Output, WhyArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::recorded::{Recorded, only, revision, sides, time, value, who};
use crate::cli::show::yaml;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::history::WriteRecord;
use crate::model::{Address, Location};
use crate::source::git_info::{Author, Blame};
use crate::store::history::{FieldStory, HistoryQuery, Outside, stories};

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &WhyArgs) -> Result<Exit, CliError> {
    let writes = Recorded::of(&args.which, &args.path).writes(HistoryQuery {
        address: Some(args.address.clone()),
        ..HistoryQuery::default()
    })?;
    let environments = writes.iter().map(|write| write.environment.as_str());
    let Some(environment) = only(environments)? else {
        return Err(unwritten(&args.address));
    };
    let stories = chosen(stories(&writes), args.field.as_deref(), &args.address)?;
    let stories = with_authors(&project::root(&args.path), stories).await;
    let document = || document(&args.address, environment, &stories);
    match ui.output() {
        Output::Json => ui.document(&document())?,
        Output::Yaml => ui.result(&yaml::document(&document()))?,
        _ => ui.result(&human(&args.address, environment, &stories))?,
    }
    Ok(Exit::Done)
}

/// A story, and who wrote the line that it is about.
type Authored<'a> = (FieldStory<'a>, Option<Author>);

/// Asks the checkout that the files are in, if they are in one: several fields may be in one line.
async fn with_authors<'a>(root: &Path, stories: Vec<FieldStory<'a>>) -> Vec<Authored<'a>> {
    let checkout = Blame::of(root);
    let mut known: HashMap<(&str, &Location), Option<Author>> = HashMap::new();
    let mut told = Vec::new();
    for story in stories {
        let line = story.set_by.commit.as_deref().zip(story.source);
        let author = match (&checkout, line) {
            (Some(checkout), Some(line)) => match known.get(&line) {
                Some(author) => author.clone(),
                None => {
                    let author = checkout.author(line.0, line.1).await;
                    known.insert(line, author.clone());
                    author
                }
            },
            _ => None,
        };
        told.push((story, author));
    }
    told
}

fn unwritten(address: &Address) -> CliError {
    CliError::user(format!("the history has no write to {address}")).hint(
        "what was set before the history began, or by hand, is not in it; \
         `plan --all` shows whether it is in step now",
    )
}

/// The field of that name, else those whose name holds it.
fn chosen<'a>(
    stories: Vec<FieldStory<'a>>,
    field: Option<&str>,
    address: &Address,
) -> Result<Vec<FieldStory<'a>>, CliError> {
    let Some(field) = field else {
        return Ok(stories);
    };
    let lower = field.to_lowercase();
    let quoted = format!("config {field:?}");
    let exact = |story: &&FieldStory<'_>| story.path == field || story.path == quoted;
    let part = |story: &&FieldStory<'_>| story.path.to_lowercase().contains(&lower);
    let mut found: Vec<_> = stories.iter().filter(exact).cloned().collect();
    if found.is_empty() {
        found = stories.iter().filter(part).cloned().collect();
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let known: Vec<_> = stories.iter().map(|story| harmless(story.path)).collect();
    let told = format!("the history has no write to {field:?} of {address}");
    Err(CliError::user(told).hint(match known.is_empty() {
        true => "no field of it was written".to_owned(),
        false => format!("it has: {}", known.join(", ")),
    }))
}

fn document(address: &Address, environment: &str, stories: &[Authored<'_>]) -> Versioned<Why> {
    Versioned::from(Why {
        address: address.into(),
        environment: environment.to_owned(),
        fields: stories.iter().map(field).collect(),
    })
}

fn field((story, author): &Authored<'_>) -> why::Field {
    let outside = story.outside.iter().map(|outside| why::Outside {
        from: outside.from.map(str::to_owned),
        to: outside.to.map(str::to_owned),
        after: outside.after,
        found_at: outside.found_at,
        healed_at: outside.healed_by.ended_at(),
        healed_by: by(outside.healed_by),
    });
    why::Field {
        path: story.path.to_owned(),
        value: story.value.map(str::to_owned),
        sensitive: story.sensitive,
        before: story.before.map(str::to_owned),
        source: story.source.map(Into::into),
        set_at: story.set_by.ended_at(),
        set_by: by(story.set_by),
        author: author.clone(),
        changed_outside: outside.collect(),
    }
}

fn by(write: &WriteRecord) -> why::Writer {
    why::Writer {
        write: write.id,
        pass: write.pass,
        command: write.command.clone(),
        revision: write.revision.clone(),
        commit: write.commit.clone(),
        source: write.start.source.as_ref().map(Into::into),
        actor: write.actor.clone(),
    }
}

fn human(address: &Address, environment: &str, stories: &[Authored<'_>]) -> String {
    let mut text = format!("{address} in {}\n", harmless(environment));
    for (story, author) in stories {
        let now = match (story.sensitive, story.value) {
            (true, _) => " = (sensitive)".to_owned(),
            (false, Some(now)) => format!(" = {}", value(now)),
            (false, None) => ", taken away".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{}{now}", harmless(story.path));
        let _ = writeln!(text, "    set at {}{}", at(story.set_by), place(story));
        if let Some(author) = author {
            let _ = writeln!(text, "    written by {}", written(author));
        }
        let _ = writeln!(text, "    applied {}", applied(story.set_by));
        if let Some(before) = story.before.filter(|_| !story.sensitive) {
            let _ = writeln!(text, "    before  {}", value(before));
        }
        for outside in &story.outside {
            let _ = writeln!(text, "    {}", changed(outside, story.sensitive));
        }
    }
    text
}

/// The commit if there is one, else what the files are called.
fn at(write: &WriteRecord) -> String {
    match &write.commit {
        Some(commit) => format!("commit {}", harmless(commit)),
        None => revision(write.revision.as_deref()),
    }
}

/// `Ada <ada@acme.example>, 2026-11-20T12:00:00Z, commit 1a2b3c4: Point to the new host`.
fn written(author: &Author) -> String {
    let at = author
        .at
        .map_or(String::new(), |at| format!(", {}", time(at)));
    let short = author.commit.get(..10).unwrap_or(&author.commit);
    let (name, email) = (harmless(&author.name), harmless(&author.email));
    let subject = harmless(&author.subject);
    format!("{name} <{email}>{at}, commit {short}: {subject}")
}

fn place(story: &FieldStory<'_>) -> String {
    story.source.map_or(String::new(), |source| {
        format!(", {}", harmless(&source.to_string()))
    })
}

fn applied(write: &WriteRecord) -> String {
    format!(
        "{} by {}, pass {}{}",
        time(write.ended_at()),
        write.command,
        write.pass,
        who(&write.actor)
    )
}

fn changed(outside: &Outside<'_>, sensitive: bool) -> String {
    let found = time(outside.found_at);
    let when = match outside.after {
        Some(after) => format!("between {} and {found}", time(after)),
        None => format!("before {found}"),
    };
    let values = sides(outside.from, outside.to, sensitive);
    let healed = applied(outside.healed_by);
    format!("changed outside {when}: {values}; written again {healed}")
}
