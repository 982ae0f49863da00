//! Config variables: declared values against live ones.
//!
//! Values that are secret, or may be, are compared and written but never
//! shown. What the API masks is compared with what is remembered of the last
//! write: see [`super::recall`].

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::recall::{self, Judgement, Recall};
use super::version::Target;
use super::{Inputs, Refusal, Stop};
use crate::model::{
    ConfigEntry, ConfigValue, ConfigWrite, ConnectionInput, DesiredInstance, FieldChange,
    InputWrite, InstanceId, LiveConfigVariable, LiveInput, RequiredVariable, SecretError,
    SecretValues, VariableStatus, WriteValue, nearest,
};
use crate::sensitivity::{self, Verdict};

/// How the values of an instance differ.
#[derive(Debug, Default)]
pub(super) struct ConfigDiff {
    pub(super) fields: Vec<FieldChange>,
    pub(super) writes: Vec<ConfigWrite>,
    /// Required variables that would have no value.
    pub(super) missing: Vec<String>,
    /// Connections that wait for a person.
    pub(super) pending: Vec<String>,
}

/// Compares the declared variables of an instance with its live ones, if it exists.
pub(super) fn compare(
    desired: &DesiredInstance,
    live: Option<(&InstanceId, &BTreeMap<String, LiveConfigVariable>)>,
    target: &Target<'_>,
    inputs: &Inputs<'_>,
) -> Result<ConfigDiff, Stop> {
    let (instance, live) = live.unzip();
    let mut diff = ConfigDiff::default();
    for (key, entry) in &desired.config {
        let now = live.and_then(|live| live.get(key));
        known_variable(key, now, target)?;
        let required = target.required.and_then(|all| find(all, key));
        let Some(declared) = required.or_else(|| now.map(|now| &*now.declared)) else {
            continue;
        };
        let recall = Recall::new(inputs, instance, key);
        let comparison = Comparison {
            key,
            declared,
            now,
            recall,
            secrets: inputs.secrets,
        };
        match comparison.decide(entry, inputs.secrets)? {
            Decision::Same => {}
            Decision::Pending => diff.pending.push(key.clone()),
            Decision::Write { value, mut fields } => {
                diff.fields.append(&mut fields);
                diff.writes.push(ConfigWrite {
                    key: key.clone(),
                    value,
                });
            }
        }
    }
    undeclared(desired, live, target, &mut diff);
    Ok(diff)
}

fn find<'a>(all: &'a [RequiredVariable], key: &str) -> Option<&'a RequiredVariable> {
    all.iter().find(|variable| variable.key == key)
}

/// A key that the target version does not know is refused before anything is written.
fn known_variable(
    key: &str,
    now: Option<&LiveConfigVariable>,
    target: &Target<'_>,
) -> Result<(), Stop> {
    let name = &target.integration_name;
    match (&target.required, now) {
        (Some(required), _) if find(required, key).is_some() => Ok(()),
        (Some(required), _) => {
            let refusal = Refusal::new(format!("{name:?} has no config variable {key:?}"));
            Err(
                match nearest(key, required.iter().map(|variable| variable.key.as_str())) {
                    Some(nearest) => refusal.hint(format!("did you mean {nearest:?}?")).into(),
                    None => refusal.into(),
                },
            )
        }
        (None, Some(_)) => Ok(()),
        (None, None) => Err(Stop::Unknown(format!(
            "the config variables of {name:?} were not read"
        ))),
    }
}

/// Required variables that nothing declares: each needs a value from somewhere.
fn undeclared(
    desired: &DesiredInstance,
    live: Option<&BTreeMap<String, LiveConfigVariable>>,
    target: &Target<'_>,
    diff: &mut ConfigDiff,
) {
    for variable in target.required.unwrap_or_default() {
        if desired.config.contains_key(&variable.key) || variable.shared {
            continue;
        }
        let now = live.and_then(|live| live.get(&variable.key));
        match now {
            Some(now) if now.has_value() => {}
            Some(now) if now.waits() => diff.pending.push(variable.key.clone()),
            _ if may_stay_empty(variable) => {}
            _ => diff.missing.push(variable.key.clone()),
        }
    }
}

/// Whether an instance may be deployed without a value of its own for this variable.
/// Prismatic writes `defaultValue: ''` where the author gave none, and that is no value.
/// Lists may be empty; a schedule may live in other fields than its value.
fn may_stay_empty(variable: &RequiredVariable) -> bool {
    let default = variable.default_value.as_deref();
    variable.collection_type.is_some()
        || default.is_some_and(|value| !value.is_empty() || variable.data_type == "SCHEDULE")
}

impl LiveConfigVariable {
    fn has_value(&self) -> bool {
        self.shared
            || self.status == Some(VariableStatus::Active)
            || self.value.as_deref().is_some_and(|value| !value.is_empty())
    }

    /// Whether a person has to consent before it works.
    fn waits(&self) -> bool {
        self.status == Some(VariableStatus::Pending) && self.inputs.iter().any(|i| i.has_value)
    }
}

enum Decision {
    Same,
    Pending,
    Write {
        value: WriteValue,
        fields: Vec<FieldChange>,
    },
}

struct Comparison<'a> {
    key: &'a str,
    declared: &'a RequiredVariable,
    now: Option<&'a LiveConfigVariable>,
    recall: Recall<'a>,
    secrets: &'a SecretValues,
}

impl Comparison<'_> {
    fn decide(&self, entry: &ConfigEntry, secrets: &SecretValues) -> Result<Decision, Stop> {
        if entry.seed && self.now.is_some_and(LiveConfigVariable::has_value) {
            return Ok(Decision::Same);
        }
        match &entry.value {
            ConfigValue::Scalar(text) => Ok(self.text(text.clone(), self.same_scalar(text))),
            ConfigValue::List(items) => Ok(self.json(&serde_json::json!(items))),
            ConfigValue::Structured(value) => Ok(self.json(value)),
            ConfigValue::Schedule { cron, time_zone } => {
                Ok(self.schedule(cron, time_zone.as_deref()))
            }
            ConfigValue::Secret(reference) => {
                let secret = secrets
                    .get(reference)
                    .map_err(|error| no_secret(self.key, &error))?;
                let Judgement::Write(note) = self.recall.text(self.now_text(), secret.expose())
                else {
                    return Ok(Decision::Same);
                };
                Ok(Decision::Write {
                    value: WriteValue::Secret(secret.clone()),
                    fields: vec![FieldChange::hidden(self.path()).noting(note)],
                })
            }
            ConfigValue::Connection(inputs) => self.connection(inputs, secrets),
            ConfigValue::PendingConnection => Ok(self.pending()),
        }
    }

    fn path(&self) -> String {
        format!("config {:?}", self.key)
    }

    fn now_text(&self) -> Option<&str> {
        self.now.and_then(|now| now.value.as_deref())
    }

    fn text(&self, text: String, same: bool) -> Decision {
        if same {
            return Decision::Same;
        }
        let kind = Some(self.declared.data_type.as_str());
        let field = self.field(self.path(), (self.key, kind), self.now_text(), &text);
        Decision::Write {
            value: WriteValue::Text(text),
            fields: vec![field],
        }
    }

    /// A change of a value, shown as far as it may be. Live values count as declared ones do.
    fn field(
        &self,
        path: String,
        (name, kind): (&str, Option<&str>),
        before: Option<&str>,
        after: &str,
    ) -> FieldChange {
        let mut values = before.into_iter().chain([after]);
        match sensitivity::setting(name, kind, values.clone()) {
            Verdict::Secret => FieldChange::hidden(path),
            _ if values.any(|value| self.secrets.are_in(value)) => FieldChange::hidden(path),
            Verdict::Doubtful => FieldChange::doubtful(path, before, Some(after)),
            Verdict::Open => FieldChange::shown(path, before, Some(after)),
        }
    }

    /// The API takes texts only, and may answer in another spelling of the same value.
    fn same_scalar(&self, text: &str) -> bool {
        let Some(now) = self.now_text() else {
            return self.now.is_some() && text.is_empty();
        };
        if now == text {
            return true;
        }
        match self.declared.data_type.as_str() {
            kind if kind.eq_ignore_ascii_case("number") => same_number(now, text),
            kind if kind.eq_ignore_ascii_case("boolean") => now.eq_ignore_ascii_case(text),
            _ => false,
        }
    }

    fn json(&self, value: &serde_json::Value) -> Decision {
        let now = self
            .now_text()
            .and_then(|now| serde_json::from_str::<serde_json::Value>(now).ok());
        self.text(value.to_string(), now.as_ref() == Some(value))
    }

    fn schedule(&self, cron: &str, time_zone: Option<&str>) -> Decision {
        let zone_now = self.now.and_then(|now| now.time_zone.as_deref());
        let same_zone = time_zone.is_none_or(|wanted| zone_now == Some(wanted));
        if self.now_text() == Some(cron) && same_zone {
            return Decision::Same;
        }
        let show = |cron: &str, zone: Option<&str>| match zone {
            Some(zone) => format!("{cron} ({zone})"),
            None => cron.to_owned(),
        };
        let before = self.now_text().map(|now| show(now, zone_now));
        let after = show(cron, time_zone);
        Decision::Write {
            value: WriteValue::Schedule {
                cron: cron.to_owned(),
                time_zone: time_zone.map(ToOwned::to_owned),
            },
            fields: vec![FieldChange::shown(self.path(), before, Some(after))],
        }
    }

    fn pending(&self) -> Decision {
        match self.now {
            _ if self.declared.shared => Decision::Same,
            Some(now) if now.has_value() => Decision::Same,
            _ => Decision::Pending,
        }
    }

    /// All declared inputs are written when one differs: whether the server
    /// keeps those left out is not known.
    fn connection(
        &self,
        inputs: &IndexMap<String, ConnectionInput>,
        secrets: &SecretValues,
    ) -> Result<Decision, Stop> {
        let mut writes = Vec::new();
        let mut fields = Vec::new();
        for (name, input) in inputs {
            let now = self
                .now
                .and_then(|now| now.inputs.iter().find(|live| live.name == *name));
            let write = match input {
                ConnectionInput::Plain(text) => InputWrite::Text(text.clone()),
                ConnectionInput::Secret(reference) => InputWrite::Secret(
                    secrets
                        .get(reference)
                        .map_err(|error| no_secret(self.key, &error))?
                        .clone(),
                ),
            };
            if let Judgement::Write(note) = self.recall.input(name, now, write.expose()) {
                fields.push(self.input_field(name, now, &write).noting(note));
            }
            writes.push((name.clone(), write));
        }
        if fields.is_empty() {
            return Ok(Decision::Same);
        }
        Ok(Decision::Write {
            value: WriteValue::Inputs(writes),
            fields,
        })
    }

    fn input_field(&self, name: &str, now: Option<&LiveInput>, write: &InputWrite) -> FieldChange {
        let path = format!("{} input {name:?}", self.path());
        match write {
            InputWrite::Text(text) => {
                let before = now.and_then(|live| live.value.as_deref());
                let before = before.filter(|text| !recall::is_mask(Some(text)));
                self.field(path, (name, None), before, text)
            }
            InputWrite::Secret(_) => FieldChange::hidden(path),
        }
    }
}

fn same_number(a: &str, b: &str) -> bool {
    match (a.trim().parse::<f64>(), b.trim().parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b).is_eq(),
        _ => false,
    }
}

fn no_secret(key: &str, error: &SecretError) -> Stop {
    Refusal::new(format!("config {key:?}: {error}"))
        .hint("provide it where this runs; the other resources go on")
        .into()
}
