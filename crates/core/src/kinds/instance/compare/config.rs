//! Config variables: declared values against live ones.
//!
//! Values that are secret, or may be, are compared and written but never
//! shown. What the API masks is compared with what is remembered of the last
//! write: see [`crate::diff::secret_match`].

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::diff::typed::{self, Similarity};
use crate::diff::{Bound, Refusal, Stop, TargetCustomer};
use crate::kinds::connection::compare::inputs::{self, LiveInputs, no_secret};
use crate::kinds::customer::compare::whose::InstanceCustomer;
use crate::kinds::instance::compare::index::Index;
use crate::kinds::instance::compare::losses::continues;
use crate::kinds::instance::compare::secret_match::{Judgement, Recall};
use crate::kinds::instance::compare::version::Target;
use crate::model::{
    Address, ConfigEntry, ConfigValue, ConfigWrite, ConnectionInput, DesiredInstance, FieldChange,
    FieldPath, InstanceId, LiveConfigVariable, RequiredVariable, ResourceName, SCHEDULE_TYPE,
    SCHEDULE_ZONE, Schedule, ScheduleKind, SecretValues, ValueOwner, VariableStatus, WriteValue,
    nearest,
};
use crate::sensitivity;

/// How the values of an instance differ.
#[derive(Debug, Default)]
pub(crate) struct ConfigDiff {
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) writes: Vec<ConfigWrite>,
    /// Required variables that would have no value.
    pub(crate) missing: Vec<String>,
    /// Connections that wait for a person.
    pub(crate) pending: Vec<String>,
    /// Fields that mean what is declared and are written otherwise.
    pub(crate) respelled: Vec<String>,
    /// Variables to bind to values that this plan creates.
    pub(crate) bound: Vec<Bound>,
}

impl ConfigDiff {
    fn take_in(&mut self, key: &str, decision: Decision) {
        let key = key.to_owned();
        self.fields.extend(decision.fields);
        self.respelled.extend(decision.respelled);
        if decision.pending {
            self.pending.push(key.clone());
        }
        let bound = decision.bound.map(|(connection, customer)| Bound {
            key: key.clone(),
            connection,
            customer,
        });
        self.bound.extend(bound);
        let write = decision.write.map(|value| ConfigWrite { key, value });
        self.writes.extend(write);
    }
}

/// What the values of an instance may depend on besides itself.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) index: &'a Index<'a>,
    /// Whose the instance is.
    pub(crate) customer: &'a InstanceCustomer,
}

/// The live values of an instance, with its id.
pub(crate) type Live<'a> = (&'a InstanceId, &'a BTreeMap<String, LiveConfigVariable>);

/// Compares the declared variables of an instance with its live ones, if it exists.
pub(crate) fn compare(
    desired: &DesiredInstance,
    live: Option<Live<'_>>,
    target: &Target<'_>,
    place: Place<'_>,
) -> Result<ConfigDiff, Stop> {
    let (diff, stops) = examine(desired, live, target, place);
    match stops.into_iter().next() {
        Some((_, stop)) => Err(stop),
        None => Ok(diff),
    }
}

/// The same, but continues after a variable that stops it; returns each of those with its reason.
pub(crate) fn examine(
    desired: &DesiredInstance,
    live: Option<Live<'_>>,
    target: &Target<'_>,
    place: Place<'_>,
) -> (ConfigDiff, Vec<(String, Stop)>) {
    let (instance, live) = live.unzip();
    let mut diff = ConfigDiff::default();
    let mut stops = Vec::new();
    for (key, entry) in desired.config.iter() {
        let now = live.and_then(|live| live.get(key));
        let owner = instance.cloned().map(ValueOwner::Instance);
        let recall = Recall::new(place.index.inputs, owner, key);
        match one((key, entry), now, target, (recall, place)) {
            Ok(decision) => diff.take_in(key, decision),
            Err(stop) => stops.push((key.clone(), stop)),
        }
    }
    undeclared(desired, live, target, &mut diff);
    (diff, stops)
}

fn one(
    (key, entry): (&str, &ConfigEntry),
    now: Option<&LiveConfigVariable>,
    target: &Target<'_>,
    (recall, place): (Recall<'_>, Place<'_>),
) -> Result<Decision, Stop> {
    known_variable(key, now, target)?;
    let required = target.required.and_then(|all| find(all, key));
    let Some(declared) = required.or_else(|| now.map(|now| &*now.declared)) else {
        return Ok(Decision::default());
    };
    let comparison = Comparison {
        key,
        declared,
        now,
        recall,
        secrets: place.index.inputs.secrets,
    };
    comparison.decide(entry, place)
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
        let now = live.and_then(|live| {
            // A value whose variable is renamed under its stable key goes along with the upgrade.
            let renamed = || live.values().find(|it| continues(variable, &it.declared));
            live.get(&variable.key).or_else(renamed)
        });
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
    pub(crate) fn has_value(&self) -> bool {
        self.shared
            || self.status == Some(VariableStatus::Active)
            || self.value.as_deref().is_some_and(|value| !value.is_empty())
    }

    /// Whether a person has to consent before it works.
    fn waits(&self) -> bool {
        self.status == Some(VariableStatus::Pending) && self.inputs.iter().any(|i| i.has_value)
    }
}

/// The decision for one variable; by default nothing is done.
#[derive(Default)]
struct Decision {
    write: Option<WriteValue>,
    fields: Vec<FieldChange>,
    /// A person has to consent before it works.
    pending: bool,
    /// What of it is there in another spelling.
    respelled: Vec<String>,
    /// The shared connection, and for whom, of which this plan creates the value.
    bound: Option<(ResourceName, TargetCustomer)>,
}

impl Decision {
    fn write(value: WriteValue, field: FieldChange) -> Self {
        Self {
            write: Some(value),
            fields: vec![field],
            ..Self::default()
        }
    }
}

struct Comparison<'a> {
    key: &'a str,
    declared: &'a RequiredVariable,
    now: Option<&'a LiveConfigVariable>,
    recall: Recall<'a>,
    secrets: &'a SecretValues,
}

impl Comparison<'_> {
    fn decide(&self, entry: &ConfigEntry, place: Place<'_>) -> Result<Decision, Stop> {
        let secrets = self.secrets;
        if entry.seed && self.now.is_some_and(LiveConfigVariable::has_value) {
            return Ok(Decision::default());
        }
        match &entry.value {
            ConfigValue::Scalar(text) => {
                Ok(self.text(text.clone(), |now| self.similarity(now, text)))
            }
            ConfigValue::List(items) => Ok(self.json(&serde_json::json!(items))),
            ConfigValue::Structured(value) => Ok(self.json(value)),
            ConfigValue::Schedule(schedule) => Ok(self.schedule(schedule)),
            ConfigValue::Secret(reference) => {
                let secret = secrets
                    .get(reference)
                    .map_err(|error| no_secret(&format!("config {:?}", self.key), &error))?;
                let field = FieldChange::hidden(self.path());
                let value = WriteValue::Secret(secret.clone());
                Ok(match self.recall.text(self.now_text(), secret.expose()) {
                    Judgement::Same => Decision::default(),
                    Judgement::Respelled => self.respelled(),
                    Judgement::Write(note) => Decision::write(value, field.with_note(note)),
                })
            }
            ConfigValue::Connection(inputs) => self.connection(inputs, secrets),
            ConfigValue::ConsentedConnection(inputs) => self.consented(inputs, secrets),
            ConfigValue::PendingConnection => Ok(Decision {
                pending: self.waits(),
                ..Decision::default()
            }),
            ConfigValue::SharedConnection(name) => self.shared(name, place),
        }
    }

    fn respelled(&self) -> Decision {
        Decision {
            respelled: vec![self.path().to_string()],
            ..Decision::default()
        }
    }

    fn path(&self) -> FieldPath {
        FieldPath::config(self.key)
    }

    fn now_text(&self) -> Option<&str> {
        self.now.and_then(|now| now.value.as_deref())
    }

    fn text(&self, text: String, similarity: impl Fn(&str) -> Similarity) -> Decision {
        let similarity = match self.now_text() {
            Some(now) => similarity(now),
            None if self.now.is_some() && text.is_empty() => Similarity::Same,
            None => Similarity::Different,
        };
        match similarity {
            Similarity::Same => return Decision::default(),
            Similarity::Nearly => return self.respelled(),
            Similarity::Different if self.recall.rewritten(self.now_text(), &text) => {
                return self.respelled();
            }
            Similarity::Different => {}
        }
        let kind = Some(self.declared.data_type.as_str());
        let values = (self.now_text(), text.as_str());
        let field = inputs::shown(self.path(), (self.key, kind), values, self.secrets);
        Decision::write(WriteValue::Text(text), field)
    }

    fn similarity(&self, now: &str, text: &str) -> Similarity {
        typed::compare(self.declared, now, text)
    }

    /// A list or a structure is written as JSON, regardless of the variable's type.
    fn json(&self, value: &serde_json::Value) -> Decision {
        let text = value.to_string();
        self.text(text.clone(), |now| {
            let is_json = |now| typed::json(&now, value);
            match serde_json::from_str(now).is_ok_and(is_json) {
                true => Similarity::Same,
                false => self.similarity(now, &text),
            }
        })
    }

    /// Type, value and zone, as far as they are declared and the API says: to switch a
    /// schedule off by hand changes the type alone. A type that only newer servers know is another one than
    /// any that can be declared.
    fn schedule(&self, wanted: &Schedule) -> Decision {
        let kind_now = self.now.and_then(|now| now.schedule_type.as_deref());
        let zone_now = self.now.and_then(|now| now.time_zone.as_deref());
        let kind_now = kind_now.map(str::to_ascii_lowercase);
        let (word, zone) = (wanted.kind.word(), wanted.time_zone.as_deref());
        let parts = [
            self.schedule_part(SCHEDULE_TYPE, kind_now.as_deref(), word),
            zone.map_or(Similarity::Same, |zone| {
                self.schedule_part(SCHEDULE_ZONE, Some(zone_now.unwrap_or_default()), zone)
            }),
            self.schedule_value(wanted),
        ];
        if self.now.is_some() && !parts.contains(&Similarity::Different) {
            return match parts.contains(&Similarity::Nearly) {
                true => self.respelled(),
                false => Decision::default(),
            };
        }
        let before =
            (self.now).and_then(|_| shown_schedule(kind_now.as_deref(), self.now_text(), zone_now));
        let after = shown_schedule(Some(word), wanted.value.as_deref(), zone);
        let field = FieldChange::shown(self.path(), before, after);
        Decision::write(WriteValue::Schedule(wanted.clone()), field)
    }

    /// A part of a schedule; what a server does not say is not compared. A server that derives the type from
    /// the value, or the reverse, shows after the write what it made of them, and that counts as what was written.
    fn schedule_part(&self, part: &str, now: Option<&str>, wanted: &str) -> Similarity {
        match now {
            None => Similarity::Same,
            Some(now) if now == wanted => Similarity::Same,
            Some(now) if self.recall.rewritten_part(part, now, wanted) => Similarity::Nearly,
            Some(_) => Similarity::Different,
        }
    }

    fn schedule_value(&self, wanted: &Schedule) -> Similarity {
        let now = self.now_text().unwrap_or_default();
        match wanted.value.as_deref() {
            None => Similarity::Same,
            Some(value) if typed::cron(now, value) => Similarity::Same,
            Some(value) if self.recall.rewritten(Some(now), value) => Similarity::Nearly,
            Some(_) => Similarity::Different,
        }
    }

    fn waits(&self) -> bool {
        !self.declared.shared && !self.now.is_some_and(LiveConfigVariable::has_value)
    }

    /// The inputs are written, and a person does the rest. Whether a consent outlives a change of
    /// the inputs is not known, so that nothing is deployed before it is seen to.
    fn consented(
        &self,
        inputs: &IndexMap<String, ConnectionInput>,
        secrets: &SecretValues,
    ) -> Result<Decision, Stop> {
        let decision = self.connection(inputs, secrets)?;
        Ok(Decision {
            pending: self.waits() || decision.write.is_some(),
            ..decision
        })
    }

    /// The inputs of a connection of its own.
    fn connection(
        &self,
        inputs: &IndexMap<String, ConnectionInput>,
        secrets: &SecretValues,
    ) -> Result<Decision, Stop> {
        let live = LiveInputs {
            what: format!("config {:?}", self.key),
            path: Box::new(|name| self.path().input(name)),
            now: self.now.map_or(&[], |now| &now.inputs),
            recall: &self.recall,
            secrets,
        };
        let diff = live.compare(inputs)?;
        Ok(Decision {
            write: diff.writes.map(WriteValue::Inputs),
            fields: diff.fields,
            pending: false,
            respelled: diff.respelled,
            bound: None,
        })
    }

    /// The value of a shared connection, by its id.
    fn shared(&self, connection: &ResourceName, place: Place<'_>) -> Result<Decision, Stop> {
        if !self.declared.data_type.eq_ignore_ascii_case("CONNECTION") {
            let reason = format!("config {:?} is no connection", self.key);
            return Err(Refusal::new(reason)
                .hint("only variables of the type connection are bound to a Connection")
                .into());
        }
        let address = Address::connection(connection.clone());
        let bound = self.now.and_then(|now| now.bound.as_ref());
        let before = bound.map(ToString::to_string);
        let field = FieldChange::shown(self.path(), before, Some(address.to_string()));
        let customer = &place.customer.target;
        Ok(match place.index.value_of(connection, place.customer)? {
            (Some(id), pending) if bound == Some(id) => Decision {
                pending,
                ..Decision::default()
            },
            (Some(id), pending) => Decision {
                pending,
                ..Decision::write(WriteValue::Shared(id.clone()), field)
            },
            (None, pending) => Decision {
                fields: vec![field],
                pending,
                bound: Some((connection.clone(), customer.clone())),
                ..Decision::default()
            },
        })
    }
}

/// `hour 0 * * * * (UTC)`; the word of a cron text goes without saying.
fn shown_schedule(kind: Option<&str>, value: Option<&str>, zone: Option<&str>) -> Option<String> {
    let kind = kind.filter(|kind| *kind != ScheduleKind::Custom.word());
    let value = value.filter(|value| !value.is_empty());
    let zone = zone.map(|zone| format!("({zone})"));
    let words: Vec<&str> = (kind.into_iter().chain(value))
        .chain(zone.as_deref())
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether a variable's value must not be shown.
pub(crate) fn is_sensitive(key: &str, declared: &RequiredVariable) -> bool {
    sensitivity::setting(key, Some(&declared.data_type), []).hides()
}
