//! A list in the form that was asked for, page by page.

use serde_json::{Value, json};

use super::{Table, cell, csv, yaml};
use crate::api::list::Rest;
use crate::cli::args::Output;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::harmless::{self, owned as harmless};
use crate::prismatic::catalog::ListPage;

/// What of each record is shown.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// The paths of the fields.
    pub(crate) paths: Vec<String>,
    /// Whether they are named above.
    pub(crate) heading: bool,
    /// The field that says what a record is called.
    pub(crate) name: &'static str,
}

/// A list on its way to stdout.
pub(crate) struct Listing<'a> {
    ui: &'a Ui,
    columns: Columns,
    table: Table,
    shown: usize,
}

/// How a list ends.
pub(crate) enum End<'a> {
    /// All of it was there.
    Whole,
    /// It was one page of several.
    Page(&'a Value),
    /// Something of it could not be read; of one page, with its `pageInfo`.
    Broken(&'a CliError, Option<&'a Value>),
}

impl<'a> Listing<'a> {
    /// Nothing is written before the first page, so that a failure until then is reported as any other.
    pub(crate) fn new(ui: &'a Ui, columns: Columns) -> Self {
        let heading = columns.heading.then(|| {
            let paths = columns.paths.iter();
            paths.map(|path| cell::heading(path)).collect()
        });
        Self {
            ui,
            table: Table::new(heading, ui.width_out()),
            columns,
            shown: 0,
        }
    }

    /// Whether anything was written.
    pub(crate) fn has_begun(&self) -> bool {
        self.shown > 0
    }

    /// Writes a page.
    pub(crate) fn page(&mut self, page: &ListPage) -> Result<(), CliError> {
        if page.nodes.is_empty() {
            return Ok(());
        }
        let text = match self.ui.output() {
            Output::Json => self.json(&page.nodes),
            Output::Yaml => self.yaml(&page.nodes),
            Output::Csv => self.csv(&page.nodes),
            Output::Name => {
                let name = |node| harmless(&cell::plain(cell::at(node, self.columns.name))) + "\n";
                page.nodes.iter().map(name).collect()
            }
            Output::Human | Output::Markdown => self.table.rows(&self.rows(&page.nodes)),
        };
        self.shown += page.nodes.len();
        // Every form makes its own text harmless; CSV ends lines with CR LF.
        self.ui.result_bytes(text.as_bytes())
    }

    fn json(&self, nodes: &[Value]) -> String {
        let mut text = String::new();
        for (place, node) in nodes.iter().enumerate() {
            let first = self.shown + place == 0;
            text.push_str(if first {
                "{\n  \"nodes\": [\n    "
            } else {
                ",\n    "
            });
            let node = format!("{node:#}").replace('\n', "\n    ");
            text.push_str(&harmless::json(&node));
        }
        text
    }

    fn yaml(&self, nodes: &[Value]) -> String {
        let head = if self.shown == 0 { "nodes:\n" } else { "" };
        let items = nodes.iter().map(|node| yaml::item(node, 2));
        std::iter::once(head.to_owned()).chain(items).collect()
    }

    fn csv(&self, nodes: &[Value]) -> String {
        let head = (self.columns.heading && self.shown == 0)
            .then(|| csv::line(self.columns.paths.iter().cloned()));
        let lines = nodes.iter().map(|node| {
            let cells = self.columns.paths.iter();
            csv::line(cells.map(|path| cell::plain(&cell::within(node, path))))
        });
        head.into_iter().chain(lines).collect()
    }

    fn rows(&self, nodes: &[Value]) -> Vec<Vec<String>> {
        let row = |node: &Value| {
            let paths = self.columns.paths.iter();
            paths.map(|path| cell::table_cell(node, path)).collect()
        };
        nodes.iter().map(row).collect()
    }

    /// Writes what follows the last record, and a summary beside it.
    pub(crate) fn end(mut self, total: Option<u64>, end: &End<'_>) -> Result<(), CliError> {
        let text = match self.ui.output() {
            Output::Json => self.json_end(total, end),
            Output::Yaml => {
                let head = if self.shown == 0 { "nodes: []\n" } else { "" };
                let rest = rest(total, end);
                match rest == Rest::default() {
                    true => head.to_owned(),
                    false => format!("{head}{}", yaml::document(&rest)),
                }
            }
            Output::Csv if self.shown == 0 => self.csv(&[]),
            Output::Human | Output::Markdown if self.shown == 0 => self.table.rows(&[]),
            _ => String::new(),
        };
        self.ui.result_bytes(text.as_bytes())?;
        self.say(total, end);
        Ok(())
    }

    fn json_end(&self, total: Option<u64>, end: &End<'_>) -> String {
        let mut text = if self.shown == 0 {
            "{\n  \"nodes\": ["
        } else {
            "\n  "
        }
        .to_owned();
        text.push(']');
        if let Value::Object(rest) = json!(rest(total, end)) {
            for (key, value) in rest {
                let value = format!("{value:#}").replace('\n', "\n  ");
                text.push_str(&format!(",\n  \"{key}\": {value}"));
            }
        }
        text.push_str("\n}\n");
        text
    }

    /// In human output only: nothing found, or more available.
    fn say(&self, total: Option<u64>, end: &End<'_>) {
        if self.ui.output() != Output::Human {
            return;
        }
        match (end, total) {
            (End::Page(info), total) if info["hasNextPage"] == true => {
                let cursor = harmless(info["endCursor"].as_str().unwrap_or_default());
                let of = total
                    .map(|total| format!(" of {total}"))
                    .unwrap_or_default();
                self.ui
                    .say(&format!("{}{of}; go on with --after {cursor}", self.shown));
            }
            (End::Whole | End::Page(_), _) if self.shown == 0 => self.ui.say("None found."),
            _ => {}
        }
    }
}

/// The data beside the records, in the API's words, or why they are not all there.
fn rest(total: Option<u64>, end: &End<'_>) -> Rest {
    let (page_info, error) = match end {
        End::Whole => (None, None),
        End::Page(info) => (Some((*info).clone()), None),
        End::Broken(error, info) => (info.cloned(), Some(error.failure())),
    };
    Rest {
        page_info,
        total_count: total,
        error,
    }
}
