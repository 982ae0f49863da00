//! `get config`: the config variables of an instance, as support needs them. What may be secret is masked.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::list::{Look, show_nodes};
use crate::cli::args::WhichInstance;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::show::cell;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::export::hides;
use crate::model::{InstanceId, LiveConfigVariable, LiveInput, Observed, VariableStatus};
use crate::sensitivity;

/// In place of what may be secret.
const MASK: &str = "(secret)";

/// Runs `get config`.
pub(super) async fn run(ui: &Ui, which: &WhichInstance, tenant: &Chosen) -> Result<Exit, CliError> {
    let found = lookup::instance(tenant, &which.instance, which.customer.as_deref()).await?;
    let id = InstanceId::new(id_of(&found));
    let mut read = tenant
        .platform
        .instances_by_id(&BTreeSet::from([id.clone()]))
        .await;
    let config = match read.remove(&id) {
        Some(Observed::Known(instance)) => instance.config,
        Some(Observed::Absent) | None => {
            return Err(CliError::world("the instance went away meanwhile"));
        }
        Some(Observed::Unknown(why)) => Observed::Unknown(why),
    };
    let config = match config {
        Observed::Known(config) => config,
        Observed::Absent => Default::default(),
        Observed::Unknown(why) => {
            return Err(CliError::world(format!(
                "its config variables were not read: {why}"
            )));
        }
    };
    let nodes: Vec<Value> = config.iter().map(|(key, it)| node(key, it)).collect();
    let look = Look {
        columns: &["key", "dataType", "value", "status", "schedule", "timeZone"],
        name: "key",
        draft: None,
    };
    show_nodes(ui, nodes, &look)?;
    Ok(Exit::Done)
}

/// A variable as a record of a list.
fn node(key: &str, live: &LiveConfigVariable) -> Value {
    let kind = &live.declared.data_type;
    let hidden = sensitivity::setting(key, Some(kind), live.value.as_deref()).hides();
    let inputs: Vec<Value> = live.inputs.iter().map(input).collect();
    let value = match &live.value {
        Some(value) if !value.is_empty() => shown(value, hidden),
        // A connection has inputs in place of a value.
        Some(_) | None if !inputs.is_empty() => Value::from(summary(&inputs)),
        Some(_) | None => Value::Null,
    };
    json!({
        "key": key,
        "dataType": kind,
        "value": value,
        "secret": hidden,
        "status": live.status.map(status),
        "schedule": live.schedule_type,
        "timeZone": live.time_zone,
        "shared": live.shared,
        "inputs": inputs,
    })
}

/// In the API's words.
fn status(status: VariableStatus) -> &'static str {
    match status {
        VariableStatus::Active => "ACTIVE",
        VariableStatus::Pending => "PENDING",
        VariableStatus::Failed => "ERROR",
    }
}

fn input(live: &LiveInput) -> Value {
    let value = live.value.as_deref().filter(|value| !value.is_empty());
    let hidden = hides(live);
    json!({
        "name": live.name,
        // What is stored and not given back is secret, by whichever name.
        "value": match value {
            Some(value) => shown(value, hidden),
            None if live.has_value => Value::from(MASK),
            None => Value::Null,
        },
        "hasValue": live.has_value,
        "secret": hidden || (value.is_none() && live.has_value),
    })
}

fn shown(value: &str, hidden: bool) -> Value {
    Value::from(if hidden { MASK } else { value })
}

fn summary(inputs: &[Value]) -> String {
    let one = |input: &Value| {
        let (name, value) = (cell::plain(&input["name"]), cell::human(&input["value"]));
        format!("{name}={value}")
    };
    inputs.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::RequiredVariable;

    fn variable(kind: &str, value: Option<&str>) -> LiveConfigVariable {
        LiveConfigVariable {
            value: value.map(str::to_owned),
            status: None,
            time_zone: None,
            schedule_type: None,
            inputs: Vec::new(),
            shared: false,
            bound: None,
            scoped: None,
            oauth: false,
            declared: Arc::new(RequiredVariable {
                key: String::new(),
                stable_key: None,
                data_type: kind.to_owned(),
                collection_type: None,
                default_value: None,
                pick_list: Vec::new(),
                shared: false,
            }),
        }
    }

    #[test]
    fn what_may_be_secret_is_masked() {
        for (key, kind, value, expected) in [
            ("Endpoint", "STRING", "https://e", "https://e"),
            ("API Key", "STRING", "abc123", MASK),
            ("Endpoint", "STRING", "https://u:pa55w0rd@e", MASK),
            ("Login", "CREDENTIAL", "anything", MASK),
        ] {
            let node = node(key, &variable(kind, Some(value)));
            assert_eq!(node["value"], expected, "{key} {value}");
        }
        let mut login = variable("CONNECTION", None);
        let input = |name: &str, value: &str| LiveInput {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            has_value: true,
        };
        login.inputs = vec![
            input("host", "erp.example.com"),
            input("password", "pa55"),
            LiveInput {
                value: None,
                ..input("port", "")
            },
        ];
        let node = node("Login", &login);
        assert_eq!(
            node["value"],
            format!("host=erp.example.com, password={MASK}, port={MASK}")
        );
        assert!(!node.to_string().contains("pa55"));
    }
}
