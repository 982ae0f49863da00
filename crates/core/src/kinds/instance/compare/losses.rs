//! What moving to another version destroys.
//!
//! Values are kept by key, or by the author's stable key where a key was renamed with one. A value without a
//! match by either in the target version is lost with the upgrade, and a downgrade does not restore it.

use std::collections::BTreeMap;

use crate::kinds::instance::compare::config::is_sensitive;
use crate::kinds::instance::compare::version::Target;
use crate::model::{
    ConfigValue, DesiredInstance, FieldChange, FieldPath, LiveConfigVariable, RequiredVariable,
};

/// What an upgrade costs an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// The integration's name, for people.
    pub integration: String,
    /// Variables that the target version does not have, and that hold a value of their own.
    pub values: Vec<String>,
    /// Connections of the target version that a person has to consent to anew.
    pub consents: Vec<String>,
}

impl Losses {
    /// Whether nothing is lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.consents.is_empty()
    }
}

type Live = BTreeMap<String, LiveConfigVariable>;

/// What is lost where an instance moves to a target, and the fields that say so.
pub(crate) fn find(
    desired: &DesiredInstance,
    live: &Live,
    target: &Target<'_>,
) -> (Losses, Vec<FieldChange>) {
    // No instance moves to a version that could not be read.
    let Some(required) = target.required else {
        return (Losses::default(), Vec::new());
    };
    let lost: Vec<(&String, &LiveConfigVariable)> = live
        .iter()
        .filter(|(_, now)| is_own(now) && !required.iter().any(|it| continues(it, &now.declared)))
        .collect();
    let consent_lost = lost.iter().any(|(_, now)| now.oauth);
    let consents: Vec<&RequiredVariable> = required
        .iter()
        .filter(|it| asks(desired, it, consent_lost))
        .filter(|it| !live.values().any(|now| continues(it, &now.declared)))
        .collect();
    let values = lost.iter().map(|(key, now)| value_field(key, now));
    let asked = consents.iter().map(|it| consent_field(&it.key));
    let fields = values.chain(asked).collect();
    let losses = Losses {
        integration: target.integration_name.clone(),
        values: lost.iter().map(|(key, _)| (*key).clone()).collect(),
        consents: consents.iter().map(|it| it.key.clone()).collect(),
    };
    (losses, fields)
}

/// Whether a live variable holds what its version did not give it.
fn is_own(now: &LiveConfigVariable) -> bool {
    let default = now.declared.default_value.as_deref();
    let filled = now.inputs.iter().any(|input| input.has_value);
    !now.shared
        && (now.has_value() || filled)
        && (now.value.is_none() || now.value.as_deref() != default)
}

/// Whether a variable of the target takes over the value of a live one.
fn continues(target: &RequiredVariable, live: &RequiredVariable) -> bool {
    let stable = |it: &RequiredVariable| it.stable_key.clone().filter(|key| !key.is_empty());
    target.key == live.key || stable(target).is_some_and(|key| stable(live) == Some(key))
}

/// Whether a connection is one that a person consents to, as far as that can be known beforehand.
fn asks(desired: &DesiredInstance, variable: &RequiredVariable, consent_lost: bool) -> bool {
    let connects = variable.data_type.eq_ignore_ascii_case("CONNECTION") && !variable.shared;
    connects
        && match desired.config.get(&variable.key).map(|entry| &entry.value) {
            Some(ConfigValue::PendingConnection | ConfigValue::ConsentedConnection(_)) => true,
            Some(_) => false,
            None => consent_lost,
        }
}

fn value_field(key: &str, now: &LiveConfigVariable) -> FieldChange {
    const LOST: &str = "lost: the target version has no such variable";
    let path = FieldPath::config(key);
    let before = now.value.as_deref().filter(|text| !text.is_empty());
    let field = match before {
        Some(before) if !is_sensitive(key, &now.declared) => {
            FieldChange::shown(path, Some(before), None::<String>)
        }
        _ => FieldChange::hidden(path),
    };
    field.with_note(Some(LOST))
}

fn consent_field(key: &str) -> FieldChange {
    let path = FieldPath::config(key).consent();
    let after = Some("a person has to consent");
    FieldChange::shown(path, None::<String>, after)
}
