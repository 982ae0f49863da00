//! The pages of one list in an answer, joined into one document as they come.
//!
//! The document is that of the first answer, with the records of all pages in
//! its list and the `pageInfo` of the last. No more than a page is kept.

use serde_json::{Map, Value};

use super::{exit, show};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::prismatic::PrismaticClient;
use crate::prismatic::catalog::RawAnswer;

/// What the variable of the cursor may be called.
const CURSORS: [&str; 3] = ["after", "endCursor", "cursor"];
/// The parts of a list that are joined: one of these, then the place in the list.
const RECORDS: [&str; 2] = ["nodes", "edges"];
const PLACE: &str = "pageInfo";
/// The placeholder for the records or the place; no answer holds it.
const HOLE: &str = "\u{0}prism-gitops\u{0}";

pub(super) async fn run(
    ui: &Ui,
    client: &PrismaticClient,
    document: &str,
    mut values: Map<String, Value>,
) -> Result<Exit, CliError> {
    let cursor = CURSORS.into_iter().find(|name| declares(document, name));
    let cursor = cursor.ok_or_else(|| {
        CliError::user("--paginate needs a query that takes a cursor")
            .hint("declare `$after: String` and give it to the list as `after: $after`")
    })?;
    let first = ask(client, document, &values).await?;
    let Some(path) = list_in(&first.data).filter(|_| first.errors.is_empty()) else {
        return if first.errors.is_empty() {
            Err(CliError::user("--paginate finds no list in the answer").hint(
                "ask for `nodes` or `edges`, and for `pageInfo { hasNextPage endCursor }`, once",
            ))
        } else {
            show(ui, &first)
        };
    };
    let frame = Frame::of(&first, &path)?;
    ui.result(&frame.head)?;
    let mut page = at(&first.data, &path).clone();
    let mut joined = 0;
    loop {
        joined = frame.records(ui, &page, joined)?;
        let step = match next(&page, values.get(cursor)) {
            Ok(Some(_)) if ui.is_closed() => break,
            Ok(None) => break,
            Ok(Some(next)) => {
                values.insert(cursor.to_owned(), next);
                list(client, document, &values, &path).await
            }
            Err(error) => Err(error),
        };
        match step {
            Ok(list) => page = list,
            Err(error) => {
                frame.end(ui, &page, joined, Some(&error))?;
                // The one document holds the error already.
                return if ui.is_json() {
                    Ok(error.exit())
                } else {
                    Err(error)
                };
            }
        }
    }
    frame.end(ui, &page, joined, None)?;
    Ok(exit(&first))
}

/// The list of a later page; `None` for a page with errors.
async fn list(
    client: &PrismaticClient,
    document: &str,
    values: &Map<String, Value>,
    path: &[String],
) -> Result<Value, CliError> {
    let answer = ask(client, document, values).await?;
    let found = at(&answer.data, path);
    if answer.errors.is_empty() && found.is_object() {
        return Ok(found.clone());
    }
    let messages = answer
        .errors
        .iter()
        .map(|error| error["message"].to_string());
    let messages = messages.collect::<Vec<_>>().join("; ");
    Err(CliError::world(format!(
        "a page could not be read: {messages}"
    )))
}

async fn ask(
    client: &PrismaticClient,
    document: &str,
    values: &Map<String, Value>,
) -> Result<RawAnswer, CliError> {
    Ok(client.query(document, values).await?)
}

/// Whether a document declares a variable.
fn declares(document: &str, name: &str) -> bool {
    let mut rest = document;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after.strip_prefix(name).unwrap_or(after);
        if rest.len() < after.len() && rest.trim_start().starts_with(':') {
            return true;
        }
    }
    false
}

/// The path of the first list that says whether it goes on.
fn list_in(data: &Value) -> Option<Vec<String>> {
    let map = data.as_object()?;
    let is_list = map
        .get(PLACE)
        .is_some_and(|place| place.get("hasNextPage").is_some());
    if is_list && records_of(data).is_some() {
        return Some(Vec::new());
    }
    map.iter().find_map(|(key, value)| {
        let mut path = list_in(value)?;
        path.insert(0, key.clone());
        Some(path)
    })
}

fn records_of(list: &Value) -> Option<&'static str> {
    RECORDS.into_iter().find(|name| list[*name].is_array())
}

fn at<'a>(data: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(data, |value, key| &value[key.as_str()])
}

/// The cursor of the next page; `None` at the end.
fn next(page: &Value, last: Option<&Value>) -> Result<Option<Value>, CliError> {
    let place = &page[PLACE];
    if place["hasNextPage"] != true {
        return Ok(None);
    }
    match &place["endCursor"] {
        Value::String(cursor) if last.and_then(Value::as_str) != Some(cursor) => {
            Ok(Some(Value::from(cursor.as_str())))
        }
        _ => Err(
            CliError::user("the answer announces another page and does not lead to it")
                .hint("ask for `endCursor` in pageInfo, and give the cursor to the list"),
        ),
    }
}

/// The answer around the records of the list and its place.
struct Frame {
    records: &'static str,
    indent: String,
    head: String,
    middle: String,
    tail: String,
}

impl Frame {
    fn of(answer: &RawAnswer, path: &[String]) -> Result<Self, CliError> {
        let bug = || CliError::bug("an answer cannot be taken apart");
        let mut data = answer.data.clone();
        let list = path
            .iter()
            .fold(&mut data, |value, key| &mut value[key.as_str()]);
        let records = records_of(list).ok_or_else(bug)?;
        let map = list.as_object_mut().ok_or_else(bug)?;
        for part in [records, PLACE] {
            map.shift_remove(part);
            map.insert(part.to_owned(), Value::from(HOLE));
        }
        let text = format!("{:#}\n", serde_json::json!({ "data": data }));
        let hole = Value::from(HOLE).to_string();
        let parts: Vec<&str> = text.split(&hole).collect();
        let [head, middle, tail] = parts.as_slice() else {
            return Err(bug());
        };
        Ok(Self {
            records,
            // One level for the document, one for the data.
            indent: "  ".repeat(path.len() + 2),
            head: format!("{head}["),
            middle: (*middle).to_owned(),
            tail: (*tail).to_owned(),
        })
    }

    /// Writes the records of a page; says how many there are by now.
    fn records(&self, ui: &Ui, page: &Value, joined: usize) -> Result<usize, CliError> {
        let records = page[self.records].as_array().map_or(&[][..], Vec::as_slice);
        let mut text = String::new();
        for (place, record) in records.iter().enumerate() {
            let comma = if joined + place == 0 { "" } else { "," };
            let record = self.indented(record, 1);
            text.push_str(&format!("{comma}\n{}  {record}", self.indent));
        }
        ui.result(&text)?;
        Ok(joined + records.len())
    }

    /// Closes the document; if the list could not be read to its end, with the reason in it.
    fn end(
        &self,
        ui: &Ui,
        page: &Value,
        joined: usize,
        error: Option<&CliError>,
    ) -> Result<(), CliError> {
        let close = match joined {
            0 => "]".to_owned(),
            _ => format!("\n{}]", self.indent),
        };
        let place = self.indented(&page[PLACE], 0);
        let mut tail = self.tail.clone();
        if let (Some(error), Some(open)) = (error, self.tail.strip_suffix("\n}\n")) {
            let error = format!("{:#}", serde_json::json!(error.failure())).replace('\n', "\n  ");
            tail = format!("{open},\n  \"error\": {error}\n}}\n");
        }
        ui.result(&format!("{close}{}{place}{tail}", self.middle))
    }

    fn indented(&self, value: &Value, deeper: usize) -> String {
        let indent = format!("\n{}{}", self.indent, "  ".repeat(deeper));
        format!("{value:#}").replace('\n', &indent)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_is_a_declared_variable() {
        assert!(declares(
            "query($after: String) { a(after: $after) }",
            "after"
        ));
        assert!(declares(
            "query Q($first: Int, $cursor : String) {}",
            "cursor"
        ));
        assert!(!declares("query($afterwards: String) {}", "after"));
        assert!(!declares("{ a(x: \"$after\") }", "after"));
    }

    #[test]
    fn the_list_is_the_first_that_says_whether_it_goes_on() {
        let data = json!({"me": {"id": 1}, "a": {"list": {"nodes": [],
            "pageInfo": {"hasNextPage": false}}}});
        assert_eq!(list_in(&data).unwrap(), ["a", "list"]);
        assert_eq!(list_in(&json!({"a": {"nodes": []}})), None);
        assert_eq!(list_in(&json!(null)), None);
    }

    #[test]
    fn a_frame_closes_around_the_pages() {
        let list =
            json!({"pageInfo": {"hasNextPage": false}, "nodes": [{"x": 1}], "totalCount": 1});
        let answer = RawAnswer {
            data: json!({ "a": list }),
            errors: Vec::new(),
        };
        let frame = Frame::of(&answer, &["a".to_owned()]).unwrap();
        let text = format!("{}]{}{{}}{}", frame.head, frame.middle, frame.tail);
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(whole["data"]["a"]["totalCount"], 1);
        assert_eq!(whole["data"]["a"]["nodes"], json!([]));
    }
}
