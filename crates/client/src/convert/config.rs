//! Config variables as `InputInstanceConfigVariable` takes them (FACTS §10).

use serde::Serialize;

use crate::model::{ConfigWrite, ConnectionValueId, Echo, InputWrite, WriteValue};
use crate::operations::nodes::WrittenVariableNode;
use crate::paging::Page;

/// One variable. No `Debug`: its values may be secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigInput<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// For connections: JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_config_variable_id: Option<&'a ConnectionValueId>,
}

/// One input of a connection. No `Debug`: its value may be secret.
#[derive(Serialize)]
pub(crate) struct Expression<'a> {
    name: &'a str,
    r#type: &'static str,
    value: &'a str,
}

/// The variables of a request.
pub(crate) fn config_inputs(config: &[ConfigWrite]) -> Vec<ConfigInput<'_>> {
    config.iter().map(config_input).collect()
}

fn config_input(write: &ConfigWrite) -> ConfigInput<'_> {
    let mut input = ConfigInput {
        key: &write.key,
        value: None,
        values: None,
        schedule_type: None,
        time_zone: None,
        customer_config_variable_id: None,
    };
    match &write.value {
        WriteValue::Text(text) => input.value = Some(text),
        WriteValue::Secret(secret) => input.value = Some(secret.expose()),
        WriteValue::Schedule(schedule) => {
            input.value = schedule.value.as_deref();
            input.schedule_type = Some(schedule.kind.word());
            input.time_zone = schedule.time_zone.as_deref();
        }
        WriteValue::Inputs(inputs) => {
            input.values = Some(serde_json::json!(expressions(inputs)).to_string());
        }
        WriteValue::Shared(id) => input.customer_config_variable_id = Some(id),
    }
    input
}

/// Inputs as the API takes them.
pub(crate) fn expressions(inputs: &[(String, InputWrite)]) -> Vec<Expression<'_>> {
    let all = inputs.iter();
    all.map(|(name, value)| Expression {
        name,
        r#type: "value",
        value: value.expose(),
    })
    .collect()
}

/// What the API shows of an instance's values, as a write gave it back.
pub(crate) fn echo(variables: Option<Page<WrittenVariableNode>>) -> Echo {
    let mut echo = Echo::default();
    let variables = variables.into_iter().flat_map(|page| page.nodes);
    for variable in variables.flatten() {
        let key = variable.required_config_variable.key;
        let inputs = variable.inputs.into_iter().flat_map(|page| page.nodes);
        for input in inputs.flatten() {
            echo.insert(&key, Some(&input.name), input.value);
        }
        let kind = variable.schedule_type.filter(|word| !word.is_empty());
        if let Some(kind) = kind {
            echo.schedule(&key, &kind, variable.time_zone.unwrap_or_default());
            // A schedule without a value shows none, which is an answer too.
            echo.insert(&key, None, Some(variable.value.unwrap_or_default()));
        } else {
            echo.insert(&key, None, variable.value);
        }
    }
    echo
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Schedule, ScheduleKind, Secret};

    #[test]
    fn every_kind_has_its_own_form() {
        let write = |key: &str, value| ConfigWrite {
            key: key.to_owned(),
            value,
        };
        let schedule = |zone: Option<&str>| {
            WriteValue::Schedule(Schedule {
                time_zone: zone.map(str::to_owned),
                ..Schedule::cron("*/5 * * * *")
            })
        };
        let off = WriteValue::Schedule(Schedule {
            kind: ScheduleKind::None,
            value: None,
            time_zone: None,
        });
        let inputs = vec![
            ("user".to_owned(), InputWrite::Text("smith".to_owned())),
            (
                "password".to_owned(),
                InputWrite::Secret(Secret::new("p\"w".to_owned())),
            ),
        ];
        let config = [
            write("Endpoint", WriteValue::Text("https://x".to_owned())),
            write("Key", WriteValue::Secret(Secret::new("s3".to_owned()))),
            write("Every", schedule(Some("America/Chicago"))),
            write("Often", schedule(None)),
            write("Never", off),
            write("Login", WriteValue::Inputs(inputs)),
            write("ERP", WriteValue::Shared(ConnectionValueId::new("ccv1"))),
        ];
        insta::assert_json_snapshot!(config_inputs(&config), @r#"
    [
      {
        "key": "Endpoint",
        "value": "https://x"
      },
      {
        "key": "Key",
        "value": "s3"
      },
      {
        "key": "Every",
        "value": "*/5 * * * *",
        "scheduleType": "custom",
        "timeZone": "America/Chicago"
      },
      {
        "key": "Often",
        "value": "*/5 * * * *",
        "scheduleType": "custom"
      },
      {
        "key": "Never",
        "scheduleType": "none"
      },
      {
        "key": "Login",
        "values": "[{\"name\":\"user\",\"type\":\"value\",\"value\":\"smith\"},{\"name\":\"password\",\"type\":\"value\",\"value\":\"p\\\"w\"}]"
      },
      {
        "key": "ERP",
        "customerConfigVariableId": "ccv1"
      }
    ]
    "#);
    }
}
