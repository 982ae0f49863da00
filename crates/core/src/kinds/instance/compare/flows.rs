//! What is declared of an instance's flows against what is set.
//!
//! Keys are compared as a set, and by the records of written secrets where the API does not show them. What an
//! instance sets for its flows is replaced as a whole by a write, so that keys which are not shown may never be
//! those of a flow that a manifest leaves alone.

use serde_json::Value;

use super::secret_match::{self, Judgement, Recall};
use crate::diff::{Inputs, Refusal, Stop};
use crate::model::{
    Asked, DesiredInstance, FieldChange, FieldPath, FlowEntry, FlowSettings, FlowWrite, Instance,
    LiveFlow, Secret, ValueOwner, flow_variable, keys_text, nearest,
};
use crate::sensitivity::{self, Verdict};

/// How the flows of an instance differ.
#[derive(Debug, Clone, Default)]
pub struct FlowChanges {
    /// What to set; empty where nothing is declared.
    pub writes: Vec<FlowWrite>,
    /// Something of it differs. Otherwise it is set again where another version may have lost it.
    pub differs: bool,
    /// It was not asked yet what is set.
    pub unread: bool,
}

/// Compares them. `upgrade`: the instance moves to a version that may have other flows.
pub(crate) fn compare(
    desired: &DesiredInstance,
    live: Option<&Instance>,
    inputs: &Inputs<'_>,
    upgrade: bool,
) -> Result<(FlowChanges, Vec<FieldChange>), Stop> {
    let mut changes = FlowChanges::default();
    let mut fields = Vec::new();
    if desired.flows.is_empty() {
        return Ok((changes, fields));
    }
    let known = match live.map(|live| &live.flows) {
        None => None,
        Some(Asked::Known(flows)) => Some(flows.as_slice()),
        Some(Asked::NotAsked) => {
            changes.unread = true;
            return Ok((changes, fields));
        }
        Some(Asked::Unknown(why)) => {
            return Err(Stop::Unknown(format!("the settings of its flows: {why}")));
        }
    };
    for (name, entry) in desired.flows.iter() {
        let now = known.and_then(|all| all.iter().find(|flow| flow.is_called(name)));
        if let (Some(all), None, false) = (known, now, upgrade) {
            return Err(no_such_flow(name, all));
        }
        let write = write(name, entry, inputs)?;
        let recall = Recall::new(
            inputs,
            live.map(|live| ValueOwner::Instance(live.id.clone())),
            &flow_variable(name),
        );
        fields.extend(keys_field(&write, now, &recall));
        fields.extend(settings_fields(name, &entry.settings, now));
        changes.writes.push(write);
    }
    changes.differs = !fields.is_empty();
    if changes.differs {
        hidden_elsewhere(&changes.writes, known.unwrap_or_default())?;
    }
    Ok((changes, fields))
}

fn no_such_flow(name: &str, all: &[LiveFlow]) -> Stop {
    let refusal = Refusal::new(format!("its version has no flow {name:?}"));
    match nearest(name, all.iter().map(|flow| flow.name.as_str())) {
        Some(nearest) => refusal.hint(format!("did you mean {nearest:?}?")).into(),
        None => refusal.into(),
    }
}

fn write(name: &str, entry: &FlowEntry, inputs: &Inputs<'_>) -> Result<FlowWrite, Stop> {
    let keys = entry.api_keys.as_ref().map(|keys| {
        let keys = keys
            .iter()
            .map(|reference| inputs.secrets.get(reference).cloned());
        keys.collect::<Result<Vec<Secret>, _>>()
    });
    let api_keys = keys.transpose().map_err(|error| {
        Stop::from(
            Refusal::new(format!("flow {name:?}: {error}"))
                .hint("provide it where this runs; the other resources go on"),
        )
    })?;
    Ok(FlowWrite {
        flow: name.to_owned(),
        api_keys,
        settings: entry.settings.clone(),
    })
}

fn keys_field(
    write: &FlowWrite,
    now: Option<&LiveFlow>,
    recall: &Recall<'_>,
) -> Option<FieldChange> {
    let keys = write.api_keys.as_ref()?;
    let field = FieldChange::hidden(FieldPath::flow(&write.flow, crate::model::API_KEYS));
    let Some(now) = now else {
        return (!keys.is_empty()).then_some(field);
    };
    let wanted = keys_text(keys.iter().map(Secret::expose));
    let shown = keys_text(now.api_keys.iter().map(String::as_str));
    match recall.keys(&shown, is_masked(now), &wanted) {
        Judgement::Same | Judgement::Respelled => None,
        Judgement::Write(note) => Some(field.with_note(note)),
    }
}

/// Whether the API shows something in place of a key.
fn is_masked(flow: &LiveFlow) -> bool {
    let mut keys = flow.api_keys.iter();
    keys.any(|key| secret_match::is_mask(Some(key)))
}

/// A write would put masks in place of keys that the API does not show.
fn hidden_elsewhere(writes: &[FlowWrite], live: &[LiveFlow]) -> Result<(), Stop> {
    match unshown(writes, live) {
        None => Ok(()),
        Some(flow) => Err(Refusal::new(format!(
            "the API keys of the flow {:?} are not shown, and a change of other flows would lose them",
            flow.name
        ))
        .hint(format!("declare them too: `flows: {{{:?}: {{apiKeys: [{{secret: …}}]}}}}`", flow.name))
        .into()),
    }
}

/// The first flow whose keys are not shown and not declared.
pub(crate) fn unshown<'a>(writes: &[FlowWrite], live: &'a [LiveFlow]) -> Option<&'a LiveFlow> {
    live.iter().find(|flow| {
        let mut declared = writes.iter().filter(|write| write.api_keys.is_some());
        is_masked(flow) && !declared.any(|write| flow.is_called(&write.flow))
    })
}

fn settings_fields(name: &str, wanted: &FlowSettings, now: Option<&LiveFlow>) -> Vec<FieldChange> {
    // Taken apart so that a new setting does not compile before it is compared.
    let FlowSettings {
        test_payload,
        test_headers,
        test_content_type,
        uses_lre,
    } = wanted;
    let none = FlowSettings::default();
    let live = now.map_or(&none, |flow| &flow.settings);
    let text = |setting: &str, wanted: Option<String>, now: Option<String>| {
        let wanted = wanted?;
        let now = now.filter(|text| !text.is_empty());
        let same = now.as_deref().unwrap_or_default() == wanted;
        (!same).then(|| {
            shown(
                FieldPath::flow(name, setting),
                setting,
                now.as_deref(),
                &wanted,
            )
        })
    };
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    let flag = |value: Option<bool>| value.map(|on| on.to_string());
    let headers = (live.test_headers != *test_headers)
        .then(|| text("testHeaders", json(test_headers), json(&live.test_headers)));
    [
        text(
            "testPayload",
            test_payload.clone(),
            live.test_payload.clone(),
        ),
        headers.flatten(),
        text(
            "testContentType",
            test_content_type.clone(),
            live.test_content_type.clone(),
        ),
        text(
            "usesLre",
            flag(*uses_lre),
            flag(Some(live.uses_lre.unwrap_or_default())),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Both sides, as far as they may be shown.
fn shown(path: FieldPath, setting: &str, before: Option<&str>, after: &str) -> FieldChange {
    let values = before.into_iter().chain([after]);
    match sensitivity::setting(setting, None, values) {
        Verdict::Secret => FieldChange::hidden(path),
        Verdict::Doubtful => FieldChange::doubtful(path, before, Some(after)),
        Verdict::Open => FieldChange::shown(path, before, Some(after)),
    }
}
