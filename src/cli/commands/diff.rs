//! `diff`: what was written since a revision or a moment, resource by resource.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::api::Versioned;
use crate::api::diff::{self, Diff};
use crate::cli::args::{DiffArgs, Output, parse_moment};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::recorded::{Recorded, only, revision, sides, time};
use crate::cli::show::yaml;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::counted;
use crate::model::history::PassRecord;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::store::history::{FieldSince, HistoryQuery, ResourceSince, since};

/// The point that now is compared with.
enum Point {
    /// A revision as it was last applied.
    Pass(Box<PassRecord>),
    /// A moment.
    Time(Timestamp),
}

/// A point, and what the history knows around it.
struct Asked<'a> {
    at: &'a str,
    point: Point,
    environment: Option<&'a str>,
    /// When the oldest pass that is kept began.
    begins: Option<Timestamp>,
}

/// Runs the command.
pub(super) fn run(ui: &Ui, args: &DiffArgs) -> Result<Exit, CliError> {
    let past = Recorded::of(&args.which, &args.path);
    let point = point(&past, &args.at)?;
    let query = HistoryQuery {
        address: args.resource.clone(),
        ..HistoryQuery::default()
    };
    let writes = past.writes(match &point {
        Point::Pass(pass) => HistoryQuery {
            after_pass: Some(pass.id),
            ..query
        },
        Point::Time(moment) => HistoryQuery {
            since: Some(*moment),
            ..query
        },
    })?;
    let asked = Asked {
        at: &args.at,
        environment: only(writes.iter().map(|write| write.environment.as_str()))?,
        begins: begins(&past)?,
        point,
    };
    let resources = since(&writes);
    match ui.output() {
        Output::Json => ui.document(&document(&asked, &resources))?,
        Output::Yaml => ui.result(&yaml::document(&document(&asked, &resources)))?,
        _ => ui.result(&human(&asked, &resources))?,
    }
    Ok(Exit::Done)
}

/// A revision that the history knows comes first: a commit can look like a length of time.
fn point(past: &Recorded, at: &str) -> Result<Point, CliError> {
    const SHORTEST: usize = 4;
    let moment = parse_moment(at);
    if at.len() >= SHORTEST {
        let passes = past.passes(HistoryQuery {
            revision: Some(at.to_owned()),
            limit: usize::MAX,
            ..HistoryQuery::default()
        })?;
        only(passes.iter().map(|pass| pass.start.environment.as_str()))?;
        if let Some(pass) = passes.into_iter().next() {
            return Ok(Point::Pass(Box::new(pass)));
        }
    }
    match moment {
        Ok(moment) => Ok(Point::Time(moment.as_of(SystemClock.now()))),
        Err(hint) => Err(CliError::user(format!("the history has no pass at {at:?}"))
            .hint(format!("`history` lists the revisions; for a time, {hint}"))),
    }
}

fn begins(past: &Recorded) -> Result<Option<Timestamp>, CliError> {
    let passes = past.passes(HistoryQuery {
        oldest_first: true,
        limit: 1,
        ..HistoryQuery::default()
    })?;
    Ok(passes.first().map(|pass| pass.start.started_at))
}

impl Asked<'_> {
    /// Whether the records go back that far.
    fn is_complete(&self) -> bool {
        match &self.point {
            Point::Pass(_) => true,
            Point::Time(moment) => self.begins.is_some_and(|begins| begins <= *moment),
        }
    }
}

fn document(asked: &Asked<'_>, resources: &[ResourceSince<'_>]) -> Versioned<Diff> {
    let (pass, moment) = match &asked.point {
        Point::Pass(pass) => (Some(pass), ended(pass)),
        Point::Time(moment) => (None, *moment),
    };
    Versioned::from(Diff {
        environment: asked.environment.map(str::to_owned),
        at: diff::Point {
            asked: asked.at.to_owned(),
            time: moment,
            pass: pass.map(|pass| pass.id),
            revision: pass.and_then(|pass| pass.start.revision.clone()),
            commit: pass.and_then(|pass| pass.start.commit.clone()),
        },
        history_begins: asked.begins,
        complete: asked.is_complete(),
        resources: resources.iter().map(resource).collect(),
    })
}

fn resource(resource: &ResourceSince<'_>) -> diff::Resource {
    let field = |field: &FieldSince<'_>| diff::Field {
        path: field.path.to_owned(),
        then: field.then.map(str::to_owned),
        now: field.now.map(str::to_owned),
        sensitive: field.sensitive,
        same: field.is_same(),
    };
    diff::Resource {
        address: resource.address.into(),
        fields: resource.fields.iter().map(field).collect(),
        writes: resource
            .writes
            .iter()
            .map(|write| (*write).into())
            .collect(),
    }
}

fn ended(pass: &PassRecord) -> Timestamp {
    let end = pass.end.as_ref();
    end.map_or(pass.start.started_at, |end| end.ended_at)
}

fn human(asked: &Asked<'_>, resources: &[ResourceSince<'_>]) -> String {
    let since = match &asked.point {
        Point::Pass(pass) => format!(
            "{} as of {} (pass {})",
            revision(pass.start.revision.as_deref()),
            time(ended(pass)),
            pass.id
        ),
        Point::Time(moment) => time(*moment),
    };
    let environment = asked
        .environment
        .map_or(String::new(), |name| format!(" in {}", harmless(name)));
    let count = match resources.len() {
        0 => "nothing was written".to_owned(),
        count => format!("{} written", counted(count, "resource")),
    };
    let mut text = format!("Since {since}{environment}: {count}.\n");
    if !asked.is_complete() {
        let begins = asked.begins.map_or("now".to_owned(), time);
        text.push_str(&format!(
            "The history begins at {begins}: what was written before that is not known.\n"
        ));
    }
    for resource in resources {
        describe(&mut text, resource);
    }
    text
}

fn describe(text: &mut String, resource: &ResourceSince<'_>) {
    let failed = resource
        .writes
        .iter()
        .filter(|write| !write.outcome.is_done());
    let failed = match failed.count() {
        0 => String::new(),
        count => format!(", {count} not done"),
    };
    let writes = counted(resource.writes.len(), "write");
    let last = resource.writes.last().map_or(String::new(), |write| {
        let revision = revision(write.revision.as_deref());
        format!(
            ", last {} at {revision} by {}",
            time(write.ended_at()),
            write.command
        )
    });
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{}: {writes}{failed}{last}", resource.address);
    for field in &resource.fields {
        let values = match field.is_same() {
            true => "changed, and changed back".to_owned(),
            false => sides(field.then, field.now, field.sensitive),
        };
        let _ = writeln!(text, "    {}  {values}", harmless(field.path));
    }
}
