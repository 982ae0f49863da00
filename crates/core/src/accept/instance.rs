//! Fields of an instance.

use super::{GONE, NO_PLACE, SECRET, Taken, VERSION, at, bare, texts};
use crate::export::{all_labels_of, config_tree};
use crate::model::{
    API_KEYS, Asked, ConfigValue, ConnectionInput, DesiredInstance, Field, FieldChange, FieldPath,
    Instance, LiveConfigVariable, Observed, Tenant,
};
use crate::yaml::write::Tree;

pub(super) fn value(
    declared: &DesiredInstance,
    tenant: &Tenant,
    id: &str,
    change: &FieldChange,
) -> Option<Taken> {
    let mut all = tenant.instances.items.iter();
    let live = all.find(|it| it.id.as_str() == id)?;
    Some(match change.path.field() {
        Field::Name => at("displayName", Tree::text(&live.name)),
        Field::Description => at("description", Tree::text(&live.description)),
        Field::Labels => at("labels", texts(all_labels_of(&live.labels))),
        Field::State => {
            let word = if live.enabled { "enabled" } else { "disabled" };
            at("state", Tree::text(word))
        }
        Field::GlobalDebug => match live.global_debug {
            Some(on) => at("globalDebug", bare(&on)),
            None => Err(GONE),
        },
        Field::Version => Err(VERSION),
        Field::Config => config(declared, live, change),
        Field::Input => input(declared, live, change),
        Field::Flow => flow(declared, live, change),
        Field::Consent
        | Field::ExternalId
        | Field::ConcurrentExecutionLimit
        | Field::Marker
        | Field::Definition
        | Field::PublishedVersion
        | Field::Availability
        | Field::Marketplace
        | Field::Value
        | Field::Other => Err(NO_PLACE),
    })
}

fn variable<'a>(live: &'a Instance, key: &str) -> Option<&'a LiveConfigVariable> {
    match &live.config {
        Observed::Known(config) => config.get(key),
        Observed::Absent | Observed::Unknown(_) => None,
    }
}

/// The whole value of a config variable.
fn config(declared: &DesiredInstance, live: &Instance, change: &FieldChange) -> Taken {
    let mut all = declared.config.iter();
    // What only another version has is lost with an upgrade, and no line declares it.
    let (key, entry) = all
        .find(|(key, _)| FieldPath::config(key) == change.path)
        .ok_or(NO_PLACE)?;
    match &entry.value {
        ConfigValue::Secret(_) => return Err(SECRET),
        ConfigValue::Connection(_)
        | ConfigValue::ConsentedConnection(_)
        | ConfigValue::PendingConnection
        | ConfigValue::SharedConnection(_) => return Err(NO_PLACE),
        ConfigValue::Scalar(_)
        | ConfigValue::List(_)
        | ConfigValue::Structured(_)
        | ConfigValue::Schedule(_) => {}
    }
    let now = variable(live, key).ok_or(GONE)?;
    let tree = config_tree(key, now)?;
    Ok((vec!["config".to_owned(), key.clone()], tree.ok_or(GONE)?))
}

/// An input of a connection that is written in the manifest.
fn input(declared: &DesiredInstance, live: &Instance, change: &FieldChange) -> Taken {
    for (key, entry) in declared.config.iter() {
        let (ConfigValue::Connection(inputs) | ConfigValue::ConsentedConnection(inputs)) =
            &entry.value
        else {
            continue;
        };
        let path = FieldPath::config(key);
        let mut inputs = inputs.iter();
        let Some((name, value)) = inputs.find(|(name, _)| path.input(name) == change.path) else {
            continue;
        };
        return match value {
            ConnectionInput::Secret(_) => Err(SECRET),
            ConnectionInput::Plain(_) => {
                let now = input_tree(name, variable(live, key))?;
                let keys = ["config", key.as_str(), "connection", name.as_str()];
                Ok((keys.map(str::to_owned).to_vec(), now))
            }
        };
    }
    Err(NO_PLACE)
}

/// The live value of an input, if it may be seen.
fn input_tree(name: &str, live: Option<&LiveConfigVariable>) -> Result<Tree, &'static str> {
    let inputs = live.map(|live| &live.inputs).into_iter().flatten();
    let now = inputs.into_iter().find(|it| it.name == name).ok_or(GONE)?;
    match &now.value {
        Some(_) if crate::export::hides(now) => Err(SECRET),
        Some(text) => Ok(Tree::text(text)),
        None => Err(GONE),
    }
}

/// A setting of a flow.
fn flow(declared: &DesiredInstance, live: &Instance, change: &FieldChange) -> Taken {
    const SETTINGS: [&str; 5] = [
        API_KEYS,
        "testPayload",
        "testHeaders",
        "testContentType",
        "usesLre",
    ];
    let all = declared.flows.keys();
    let mut all = all.flat_map(|name| SETTINGS.map(|setting| (name, setting)));
    let (name, setting) = all
        .find(|(name, setting)| FieldPath::flow(name, setting) == change.path)
        .ok_or(NO_PLACE)?;
    let Asked::Known(flows) = &live.flows else {
        return Err(GONE);
    };
    let now = flows.iter().find(|it| it.is_called(name)).ok_or(GONE)?;
    let settings = &now.settings;
    let text = |text: &Option<String>| Tree::text(text.clone().unwrap_or_default());
    let tree = match setting {
        "testPayload" => text(&settings.test_payload),
        "testContentType" => text(&settings.test_content_type),
        "usesLre" => bare(&settings.uses_lre.unwrap_or_default()),
        "testHeaders" => {
            let headers = settings.test_headers.as_ref().and_then(|it| it.as_object());
            let headers = headers.into_iter().flatten();
            let texts = headers.map(|(name, it)| Some((name.clone(), Tree::text(it.as_str()?))));
            Tree::map(texts.collect::<Option<Vec<_>>>().ok_or(GONE)?)
        }
        _ => return Err(SECRET),
    };
    Ok((["flows", name, setting].map(str::to_owned).to_vec(), tree))
}
