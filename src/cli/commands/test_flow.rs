//! `test flow`: a test run, its answer, and how it ended.

use serde_json::{Map, Value};

use super::act::failed;
use super::get;
use super::import::read;
use crate::cli::Variables;
use crate::cli::args::{Output, TestArgs, TestFlowArgs, TestWhat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::show::yaml;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{locking, progress, project, runtime};
use crate::harmless::lines as harmless_lines;
use crate::prismatic::catalog::FlowTest;

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &TestArgs, variables: &Variables) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let TestWhat::Flow(args) = &args.what;
    runtime::or_interrupt(&signals, test(ui, args, variables)).await
}

async fn test(ui: &Ui, args: &TestFlowArgs, variables: &Variables) -> Result<Exit, CliError> {
    let payload = match &args.payload_file {
        Some(file) => Some(read(file)?),
        None => args.payload.clone(),
    };
    let work = async |tenant| send(ui, args, payload, &tenant).await;
    project::on_tenant(ui, args.at.both(), variables, work).await
}

async fn send(
    ui: &Ui,
    args: &TestFlowArgs,
    payload: Option<String>,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let flow = match &args.integration {
        Some(integration) => lookup::flow(tenant, &args.flow, integration).await?,
        None => args.flow.clone(),
    };
    let test = FlowTest {
        flow,
        content_type: content_type(args.content_type.as_deref(), payload.as_deref()),
        payload,
        headers: headers(&args.headers),
        asynchronous: false,
    };
    let root = project::root(&args.at.path);
    let held = locking::single(ui, (&root, &args.folder, args.lock), "test flow", tenant).await?;
    let waiting = progress::waiting(ui, "Running the flow");
    let sent = tenant.client.test_flow(&test).await;
    drop(waiting);
    drop(held);
    let mut result = sent.map_err(|error| failed(error, "get flows --integration NAME"))?;
    let id = id_of(&result["execution"]).to_owned();
    if !args.wait {
        show(ui, &result)?;
        if ui.output() == Output::Human && !id.is_empty() {
            ui.say(&format!(
                "See how it ends: prism-gitops get execution {id} --watch"
            ));
        }
        return Ok(Exit::Done);
    }
    if id.is_empty() {
        return Err(CliError::world("the API names no execution to wait for"));
    }
    let ended = get::follow(ui, &tenant.client, &id, args.timeout, true).await?;
    result["execution"].clone_from(&ended);
    show(ui, &result)?;
    if ui.output() == Output::Human {
        get::show(ui, &ended)?;
    }
    Ok(get::outcome(&ended))
}

/// As given; otherwise JSON if the payload parses as JSON, as most do.
fn content_type(given: Option<&str>, payload: Option<&str>) -> Option<String> {
    if let Some(given) = given {
        return Some(given.to_owned());
    }
    let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_str(payload?);
    parsed.is_ok().then(|| "application/json".to_owned())
}

/// The headers as a JSON object in text, which is how the API takes them.
fn headers(given: &[(String, String)]) -> Option<String> {
    if given.is_empty() {
        return None;
    }
    let pairs = given.iter().cloned();
    let headers: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
    Some(Value::Object(headers).to_string())
}

/// For people the answer alone: its status, then its body.
fn show(ui: &Ui, result: &Value) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => return ui.document(result),
        Output::Yaml => return ui.result(&yaml::document(result)),
        _ => {}
    }
    let mut text = String::new();
    if let Some(status) = result["statusCode"].as_i64() {
        text.push_str(&format!("Status {status}\n"));
    }
    if let Some(body) = result["body"].as_str().filter(|body| !body.is_empty()) {
        text.push_str(&format!("{}\n", harmless_lines(body.trim_end())));
    }
    let id = id_of(&result["execution"]);
    text.push_str(&format!("Execution {}\n\n", harmless_lines(id)));
    ui.result(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_json_if_it_can_be_read_as_such() {
        let json = Some("application/json".to_owned());
        assert_eq!(content_type(None, Some("{\"a\": 1}")), json);
        assert_eq!(content_type(None, Some("a,b\n")), None);
        assert_eq!(
            content_type(Some("text/csv"), Some("1")),
            Some("text/csv".to_owned())
        );
        assert_eq!(content_type(None, None), None);
    }

    #[test]
    fn headers_are_an_object_in_text() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let given = [pair("A", "1"), pair("B", "x \"y\"")];
        let text = headers(&given).unwrap();
        assert_eq!(text, r#"{"A":"1","B":"x \"y\""}"#);
        assert_eq!(headers(&[]), None);
    }
}
