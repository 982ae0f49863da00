//! `api`: a query or mutation in the user's own words.

mod paginate;

use std::path::Path;

use serde_json::{Map, Value};

use super::import::read;
use crate::cli::Variables;
use crate::cli::args::{ApiArgs, Output};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::show::yaml;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{locking, project, runtime};
use crate::prismatic::catalog::RawAnswer;

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &ApiArgs, variables: &Variables) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, ask(ui, args, variables)).await
}

async fn ask(ui: &Ui, args: &ApiArgs, variables: &Variables) -> Result<Exit, CliError> {
    let document = match (&args.query, &args.file) {
        (_, Some(file)) => read(file)?,
        (Some(text), None) if text == "-" => read(Path::new("-"))?,
        (text, None) => text.clone().unwrap_or_default(),
    };
    let values = values(args)?;
    if args.paginate && ui.output() == Output::Yaml {
        return Err(CliError::user("api --paginate has no yaml form").hint("use -o json"));
    }
    let work = async |tenant: Chosen| {
        let root = project::root(&args.at.path);
        let _held = match may_write(&document) {
            true => locking::single(ui, (&root, &args.folder, args.lock), "api", &tenant).await?,
            false => None,
        };
        if args.paginate {
            return paginate::run(ui, &tenant.client, &document, values).await;
        }
        let answer = tenant.client.query(&document, &values).await;
        let answer = answer.map_err(|error| super::act::failed(error, "api"))?;
        show(ui, &answer)
    };
    project::on_tenant(ui, args.at.both(), variables, work).await
}

/// Whether a document has a mutation. One that only mentions the word waits for nothing but its turn.
fn may_write(document: &str) -> bool {
    let letters = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_');
    document.split(letters).any(|word| word == "mutation")
}

/// The answer as it is, errors and all.
fn show(ui: &Ui, answer: &RawAnswer) -> Result<Exit, CliError> {
    let value = serde_json::to_value(answer)
        .map_err(|error| CliError::bug("an answer cannot be written").because(&error))?;
    match ui.output() {
        Output::Yaml => ui.result(&yaml::document(&value))?,
        _ => ui.document(&value)?,
    }
    Ok(exit(answer))
}

fn exit(answer: &RawAnswer) -> Exit {
    if answer.errors.is_empty() {
        Exit::Done
    } else {
        Exit::Error
    }
}

/// The variables: an object, and single ones, which win.
fn values(args: &ApiArgs) -> Result<Map<String, Value>, CliError> {
    let mut values = match &args.variables {
        None => Map::new(),
        Some(text) => {
            let text = match text.trim_start().starts_with('{') {
                true => text.clone(),
                false => read(Path::new(text.strip_prefix('@').unwrap_or(text)))?,
            };
            serde_json::from_str(&text).map_err(|error| {
                CliError::user("--variables is not a JSON object").because(&error)
            })?
        }
    };
    for (key, text) in &args.fields {
        let value = match text.strip_prefix('@') {
            Some(file) => Value::from(read(Path::new(file))?),
            None => field(text),
        };
        values.insert(key.clone(), value);
    }
    Ok(values)
}

/// JSON where it is JSON; ids and names are no JSON, and mean themselves.
fn field(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mutations_are_told_from_queries() {
        for (document, writes) in [
            ("mutation{a}", true),
            ("  mutation Rename($id: ID!) { a }", true),
            ("# a comment\nmutation { a }", true),
            ("query { a { mutations } }", false),
            ("{ a }", false),
            ("", false),
        ] {
            assert_eq!(may_write(document), writes, "{document}");
        }
    }

    #[test]
    fn fields_are_json_or_text() {
        for (text, value) in [
            ("true", json!(true)),
            ("7", json!(7)),
            ("null", json!(null)),
            ("[1]", json!([1])),
            ("\"7\"", json!("7")),
            ("cust-0042", json!("cust-0042")),
            ("", json!("")),
        ] {
            assert_eq!(field(text), value, "{text}");
        }
    }
}
