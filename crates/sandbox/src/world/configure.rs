//! Writing config variables and flow settings.

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::instance::{FlowSetting, Instance, Setting, StoredInput};
use super::integration::{Integration, identity};
use super::{Change, Moment, Refusal, World};
use crate::definition::ConfigVar;

/// A value for one config variable, as it came in.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewSetting {
    pub(crate) key: String,
    pub(crate) value: Option<String>,
    /// JSON text: the inputs of a connection.
    pub(crate) values: Option<String>,
    pub(crate) schedule_type: Option<String>,
    pub(crate) time_zone: Option<String>,
    /// The value of a shared connection.
    pub(crate) shared: Option<Uuid>,
}

/// One input of a connection in `values`.
#[derive(Debug, Deserialize)]
struct NewInput {
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: serde_json::Value,
}

/// What the settings not named in a write become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Omitted {
    /// They stay.
    Kept,
    /// They go back to their defaults.
    Reset,
}

const FIELD: &str = "configVariables";
const KINDS: [&str; 5] = ["complex", "configvar", "reference", "template", "value"];
const SCHEDULES: [&str; 6] = ["custom", "day", "hour", "minute", "none", "week"];

/// Writes settings over those an instance has.
///
/// A masked text that comes back leaves the masked secret as it is.
pub(crate) fn write(
    moment: Moment<'_>,
    record: &Integration,
    instance: &mut Instance,
    news: &[NewSetting],
    omitted: Omitted,
) -> Change<()> {
    let variables = &record.definition.required_config_vars;
    let mut written = Vec::new();
    for new in news {
        let variable = find(variables, new)?;
        let old = instance.values.get(&new.key);
        written.push((new.key.clone(), setting(moment, variable, new, old)?));
    }
    if omitted == Omitted::Reset {
        // A consent outlives a reset: only the person who gave it can take it back.
        instance
            .values
            .retain(|_, setting| setting.consent.is_some());
    }
    instance.values.extend(written);
    Ok(())
}

fn find<'a>(variables: &'a [ConfigVar], new: &NewSetting) -> Change<&'a ConfigVar> {
    let variable = variables.iter().find(|variable| variable.key == new.key);
    variable.ok_or_else(|| {
        let message = format!("The integration has no config variable \"{}\".", new.key);
        Refusal::field(FIELD, message)
    })
}

fn setting(
    moment: Moment<'_>,
    variable: &ConfigVar,
    new: &NewSetting,
    old: Option<&Setting>,
) -> Change<Setting> {
    let mut setting = old.cloned().unwrap_or_default();
    if variable.data_type == "connection" {
        if new.value.is_some() {
            return Err(refuse(
                variable,
                "is a connection and takes values, not a value",
            ));
        }
        if let Some(text) = &new.values {
            connect(moment, variable, text, &mut setting)?;
            setting.shared = None;
        }
        if new.shared.is_some() {
            setting.shared = new.shared;
        }
    } else if new.shared.is_some() {
        return Err(refuse(variable, "is no connection"));
    } else {
        assign(moment, variable, new, &mut setting)?;
    }
    Ok(setting)
}

fn assign(
    moment: Moment<'_>,
    variable: &ConfigVar,
    new: &NewSetting,
    setting: &mut Setting,
) -> Change<()> {
    if new.values.is_some() {
        return Err(refuse(
            variable,
            "is no connection and takes a value, not values",
        ));
    }
    if let Some(value) = &new.value {
        check(variable, value)?;
        setting.value = Some(moment.value(&variable.data_type, value));
    }
    if let Some(kind) = &new.schedule_type {
        let kind = kind.to_lowercase();
        if !SCHEDULES.contains(&kind.as_str()) {
            return Err(refuse(variable, "has a schedule type that does not exist"));
        }
        setting.schedule_type = Some(kind);
    }
    if new.time_zone.is_some() {
        setting.time_zone.clone_from(&new.time_zone);
    }
    if moment.behaviour.derives_schedules && variable.data_type == "schedule" {
        super::schedule::derive(setting, new.value.is_some());
    }
    Ok(())
}

fn connect(
    moment: Moment<'_>,
    variable: &ConfigVar,
    text: &str,
    setting: &mut Setting,
) -> Change<()> {
    let inputs: Vec<NewInput> = serde_json::from_str(text).map_err(|_| {
        refuse(
            variable,
            "needs values as JSON text: a list of name, type, value",
        )
    })?;
    let mask = &moment.behaviour.masked_text;
    for input in inputs {
        let value = match input.value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        let secret = super::config::is_secret_name(&input.name)
            || variable
                .inputs
                .iter()
                .any(|known| known.name == input.name && known.write_only);
        if secret && !mask.is_empty() && value == *mask {
            continue;
        }
        let kind = input
            .kind
            .unwrap_or_else(|| "value".to_owned())
            .to_lowercase();
        if !KINDS.contains(&kind.as_str()) {
            return Err(refuse(
                variable,
                "has an input of a type that does not exist",
            ));
        }
        let value = moment.text(&value);
        setting
            .inputs
            .insert(input.name, StoredInput { kind, value });
    }
    Ok(())
}

/// Refuses what could never be a value of this type. An empty text is no value and always fits.
fn check(variable: &ConfigVar, value: &str) -> Change<()> {
    if value.is_empty() || variable.collection_type.is_some() {
        return Ok(());
    }
    match variable.data_type.as_str() {
        "boolean" if !["true", "false"].contains(&value) => {
            Err(refuse(variable, "takes true or false"))
        }
        "number" if value.parse::<f64>().is_err() => Err(refuse(variable, "takes a number")),
        "picklist" if !picks(variable, value) => {
            Err(refuse(variable, "takes one of its choices only"))
        }
        _ => Ok(()),
    }
}

fn picks(variable: &ConfigVar, value: &str) -> bool {
    variable.pick_list.is_empty() || variable.pick_list.iter().any(|choice| choice == value)
}

fn refuse(variable: &ConfigVar, why: &str) -> Refusal {
    Refusal::field(
        FIELD,
        format!("The config variable \"{}\" {why}.", variable.key),
    )
}

/// Puts flow settings in place of those an instance has.
pub(crate) fn write_flows(
    record: &Integration,
    instance: &mut Instance,
    news: Vec<(Uuid, FlowSetting)>,
) -> Change<()> {
    let mut written = indexmap::IndexMap::new();
    for (id, setting) in news {
        let flow = record.flow(id).ok_or_else(|| {
            let message = "A flowId is not the id of a flow of this version.";
            Refusal::field("flowConfigs", message)
        })?;
        written.insert(identity(flow).to_owned(), setting);
    }
    instance.flows = written;
    Ok(())
}

impl World {
    /// Changes the settings of an instance; the instance needs a deploy if they differ now.
    pub(crate) fn configure_instance(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        news: &[NewSetting],
    ) -> Change<Arc<Instance>> {
        let instance = self.instances.get(id).ok_or(Refusal::NotFound)?;
        let record = self
            .integrations
            .get(instance.version)
            .ok_or(Refusal::NotFound)?;
        let mut changed = Instance::clone(instance);
        write(moment, record, &mut changed, news, Omitted::Kept)?;
        self.replace_instance(moment, changed, false)
    }
}
