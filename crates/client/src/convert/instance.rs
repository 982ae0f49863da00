//! Instances of the list, with their customers and config variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{customer, required};
use crate::model::{
    Asked, ConfigState, ConnectionId, ConnectionValueId, Instance, InstanceId, InstanceVersion,
    LiveConfigVariable, LiveInput, Observed, SequenceId, VariableStatus, VersionId,
};
use crate::operations::nodes::{ConfigVariableNode, InstanceNode, RequiredNode};

type Config = Observed<BTreeMap<String, LiveConfigVariable>>;

/// An instance; `None` for a record of another kind: a test instance, a workflow.
pub(crate) fn instance(node: InstanceNode) -> Option<Instance> {
    let workflow = (node.instance_type.as_deref()).is_some_and(|kind| kind != "INTEGRATION");
    if node.is_system || workflow {
        return None;
    }
    Some(Instance {
        id: InstanceId::new(node.id),
        name: node.name,
        description: node.description,
        labels: node.labels,
        enabled: node.enabled,
        needs_deploy: node.needs_deploy,
        deployed: node.last_deployed_at.is_some(),
        last_deployed_at: time(node.last_deployed_at.as_deref()),
        updated_at: time(node.updated_at.as_deref()),
        config_state: node.config_state.as_deref().and_then(config_state),
        in_failed_state: node.in_failed_state,
        system_suspended: node.system_suspended,
        designed_by_customer: node.designed_by.as_deref() == Some("CUSTOMER"),
        version: InstanceVersion {
            id: VersionId::new(node.integration.id),
            number: node.integration.version_number,
            sequence: node.integration.version_sequence_id.map(SequenceId::new),
            integration_name: node.integration.name,
        },
        customer: customer(node.customer),
        flows: Asked::NotAsked,
        global_debug: node.global_debug,
        config: match node.config_variables {
            None => unknown("the server gave no config variables"),
            Some(page) => match page.cut() {
                Some(why) => unknown(why),
                None => config(page.nodes.into_iter().flatten()),
            },
        },
    })
}

/// A time as the server writes it; `None` if it is not a time.
fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}

fn unknown<T>(why: &str) -> Observed<T> {
    Observed::Unknown(Arc::from(why))
}

/// Config variables by key; unknown as soon as one of them is.
pub(crate) fn config(nodes: impl Iterator<Item = ConfigVariableNode>) -> Config {
    let mut all = BTreeMap::new();
    for node in nodes {
        let key = node.required_config_variable.key.clone();
        match config_variable(node) {
            Ok(variable) => {
                if all.insert(key.clone(), variable).is_some() {
                    return unknown(&format!("there are two config variables {key:?}"));
                }
            }
            Err(why) => return unknown(&format!("config variable {key:?}: {why}")),
        }
    }
    Observed::Known(all)
}

/// A config variable; an error where its inputs are not all there.
fn config_variable(node: ConfigVariableNode) -> Result<LiveConfigVariable, &'static str> {
    let oauth = needs_consent(&node.required_config_variable);
    let scoped = node
        .required_config_variable
        .scoped_config_variable
        .as_ref();
    let scoped = scoped.map(|it| ConnectionId::new(it.id.clone()));
    let declared = Arc::new(required(node.required_config_variable));
    let inputs = match node.inputs {
        None => Vec::new(),
        Some(page) => match page.cut() {
            Some(why) => return Err(why),
            None => page.nodes.into_iter().flatten().collect(),
        },
    };
    Ok(LiveConfigVariable {
        value: node.value,
        status: node.status.as_deref().and_then(status),
        time_zone: node.time_zone.filter(|zone| !zone.is_empty()),
        schedule_type: node.schedule_type.filter(|word| !word.is_empty()),
        inputs: inputs
            .into_iter()
            .map(|input| LiveInput {
                name: input.name,
                value: input.value,
                has_value: input.has_value,
            })
            .collect(),
        shared: node.customer_config_variable.is_some() || declared.shared,
        bound: (node.customer_config_variable).map(|it| ConnectionValueId::new(it.id)),
        scoped,
        oauth,
        declared,
    })
}

/// Of the two kinds of OAuth only one asks a person.
fn needs_consent(variable: &RequiredNode) -> bool {
    let connection = variable.connection.as_ref();
    connection.and_then(|it| it.oauth2_type.as_deref()) == Some("AUTHORIZATION_CODE")
}

fn config_state(word: &str) -> Option<ConfigState> {
    match word {
        "FULLY_CONFIGURED" => Some(ConfigState::FullyConfigured),
        "NEEDS_INSTANCE_CONFIGURATION" => Some(ConfigState::NeedsInstanceConfiguration),
        "NEEDS_USER_LEVEL_CONFIGURATION" => Some(ConfigState::NeedsUserLevelConfiguration),
        _ => None,
    }
}

pub(crate) fn status(word: &str) -> Option<VariableStatus> {
    match word {
        "ACTIVE" => Some(VariableStatus::Active),
        "PENDING" => Some(VariableStatus::Pending),
        "ERROR" | "FAILED" => Some(VariableStatus::Failed),
        _ => None,
    }
}
