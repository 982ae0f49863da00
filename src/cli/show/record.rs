//! One record of the API, in the form that was asked for.

use serde_json::Value;

use super::{Table, cell, yaml};
use crate::cli::args::Output;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;

/// Writes a record. `name` is the field that says what it is called.
pub(crate) fn show(ui: &Ui, record: &Value, name: &str) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(record),
        Output::Yaml => ui.result(&yaml::document(record)),
        Output::Name => {
            let name = harmless(&cell::plain(cell::at(record, name)));
            ui.result(&format!("{name}\n"))
        }
        Output::Human | Output::Markdown | Output::Csv => ui.result(&human(record, ui.width_out())),
    }
}

/// The plain fields as lines, then the lists within as tables.
pub(crate) fn human(record: &Value, room: Option<usize>) -> String {
    let mut fields = Vec::new();
    let mut lists = Vec::new();
    collect(record, "", &mut fields, &mut lists);
    let mut text = Table::new(None, None).rows(&fields);
    for (path, nodes) in lists {
        text.push_str(&format!("\n{}\n", cell::heading(&path)));
        text.push_str(&table(nodes, room));
    }
    text
}

/// A list within a record.
pub(crate) fn table(nodes: &[Value], room: Option<usize>) -> String {
    let mut paths: Vec<String> = Vec::new();
    for node in nodes {
        let (mut fields, mut lists) = (Vec::new(), Vec::new());
        collect(node, "", &mut fields, &mut lists);
        for field in fields.into_iter().filter_map(|row| row.into_iter().next()) {
            if field != "id" && !paths.contains(&field) {
                paths.push(field);
            }
        }
    }
    let heading = paths.iter().map(|path| cell::heading(path)).collect();
    let row = |node: &Value| {
        let cells = paths.iter();
        cells
            .map(|path| cell::human(cell::at(node, path)))
            .collect()
    };
    Table::new(Some(heading), room).rows(&nodes.iter().map(row).collect::<Vec<_>>())
}

fn collect<'a>(
    value: &'a Value,
    path: &str,
    fields: &mut Vec<Vec<String>>,
    lists: &mut Vec<(String, &'a [Value])>,
) {
    let Value::Object(map) = value else {
        fields.push(vec![path.to_owned(), cell::human(value)]);
        return;
    };
    if let Some(nodes) = map.get("nodes").and_then(Value::as_array) {
        lists.push((path.to_owned(), nodes));
        return;
    }
    for (key, value) in map {
        let path = match path {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        collect(value, &path, fields, lists);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_come_first_and_lists_after_them() {
        let record = json!({"id": "x", "flows": {"nodes": [{"id": "f", "name": "Sync"}],
            "totalCount": 1}, "customer": {"name": "Smith\u{7}"}, "labels": ["a", "b"]});
        insta::assert_snapshot!(human(&record, None), @r"
        id             x
        customer.name  Smith\u{7}
        labels         a, b

        FLOWS
        NAME
        Sync
        ");
    }
}
