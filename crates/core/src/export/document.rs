//! Declared resources as manifests: what [`crate::manifest::load`] reads back as the same.

use serde_json::Value;

use crate::model::{
    Adopt, ConfigEntry, ConfigValue, ConnectionInput, CustomerRef, DesiredConnection,
    DesiredCustomer, DesiredInstance, DesiredIntegration, InstanceState, IntegrationRef,
    Marketplace, PublishWhen, ResourceName, Schedule, ScheduleKind, SecretRef, VersionRef,
};
use crate::template::{Template, escaped};
use crate::yaml::write::{Leaf, Tree};

/// The `Project` document.
pub(super) fn project(name: &ResourceName) -> Tree {
    manifest("Project", name, None)
}

/// An integration, whose definition and overview lie at these paths beside it.
pub(super) fn integration(
    declared: &DesiredIntegration,
    definition: &str,
    overview: Option<&str>,
) -> Tree {
    let DesiredIntegration {
        name,
        bare: _,
        definition: _,
        adopt,
        description,
        publish,
        available,
        marketplace,
        protect,
        // A tenant does not say how its versions are rolled out.
        rollout: _,
        drift,
        location: _,
    } = declared;
    let mut spec = vec![("definition", Tree::text(definition))];
    spec.extend(adopt.as_ref().map(|adopt| ("adopt", adoption(adopt))));
    spec.extend(
        description
            .as_ref()
            .map(|it| ("description", Tree::text(it))),
    );
    spec.extend((*publish == PublishWhen::Never).then(|| ("publish", Tree::text("never"))));
    spec.extend(available.map(|it| ("available", boolean(it))));
    let market = marketplace.as_ref();
    spec.extend(market.map(|market| ("marketplace", marketplace_tree(market, overview))));
    spec.extend(protect.then(|| ("protect", boolean(true))));
    spec.extend(drift.map(|it| ("drift", Tree::text(it.word()))));
    manifest("Integration", name, Some(Tree::map(spec)))
}

fn marketplace_tree(declared: &Marketplace, overview: Option<&str>) -> Tree {
    let Marketplace {
        visibility,
        overview: _,
        allow_multiple_instances,
    } = declared;
    let mut all = Vec::new();
    all.extend(visibility.map(|it| ("visibility", Tree::text(it.to_string()))));
    all.extend(overview.map(|path| ("overview", Tree::text(path))));
    all.extend(allow_multiple_instances.map(|it| ("allowMultipleInstances", boolean(it))));
    Tree::map(all)
}

/// A customer.
pub(super) fn customer(declared: &DesiredCustomer) -> Tree {
    let DesiredCustomer {
        name,
        external_id,
        display_name,
        description,
        labels,
        concurrent_execution_limit,
        adopt,
        drift,
        location: _,
    } = declared;
    let mut spec = vec![("externalId", Tree::text(external_id))];
    let renamed = display_name != name.as_str();
    spec.extend(renamed.then(|| ("name", Tree::text(display_name))));
    spec.extend(
        description
            .as_ref()
            .map(|it| ("description", Tree::text(it))),
    );
    spec.extend(labels.as_ref().map(|labels| ("labels", texts(labels))));
    let limit = concurrent_execution_limit.as_ref();
    spec.extend(limit.map(|it| ("concurrentExecutionLimit", Tree::bare(it.to_string()))));
    spec.extend(adopt.as_ref().map(|adopt| ("adopt", adoption(adopt))));
    spec.extend(drift.map(|it| ("drift", Tree::text(it.word()))));
    manifest("Customer", name, Some(Tree::map(spec)))
}

/// A shared connection.
pub(super) fn connection(declared: &DesiredConnection) -> Tree {
    let DesiredConnection {
        name,
        stable_key,
        display_name,
        kind,
        scope,
        managed_by,
        description,
        inputs: own,
        customers,
        redeploy,
        adopt,
        drift,
        location: _,
    } = declared;
    let mut spec = Vec::new();
    let other = |text: &String| (text != name.as_str()).then(|| Tree::text(text));
    spec.extend(other(stable_key).map(|it| ("stableKey", it)));
    spec.extend(other(display_name).map(|it| ("key", it)));
    let component = Tree::text(&kind.component);
    let component = match kind.public {
        true => Tree::map([("key", component), ("public", boolean(true))]),
        false => component,
    };
    spec.push(("component", component));
    spec.push(("connection", Tree::text(&kind.connection)));
    spec.push(("scope", Tree::text(scope.word())));
    spec.extend(managed_by.map(|it| ("managedBy", Tree::text(it.word()))));
    spec.extend(
        description
            .as_ref()
            .map(|it| ("description", Tree::text(it))),
    );
    spec.extend((!own.is_empty()).then(|| ("inputs", inputs(own))));
    let values = customers.iter();
    let values = values.map(|it| (it.written.clone(), single("inputs", inputs(&it.inputs))));
    spec.extend((!customers.is_empty()).then(|| ("customers", Tree::map(values))));
    spec.extend(redeploy.then(|| ("redeploy", boolean(true))));
    spec.extend(adopt.as_ref().map(|adopt| ("adopt", adoption(adopt))));
    spec.extend(drift.map(|it| ("drift", Tree::text(it.word()))));
    manifest("Connection", name, Some(Tree::map(spec)))
}

/// An instance.
pub(super) fn instance(declared: &DesiredInstance) -> Tree {
    let DesiredInstance {
        name,
        integration,
        version,
        customer,
        display_name,
        description,
        labels,
        state,
        config,
        // An export declares none.
        flows: _,
        global_debug,
        deploy,
        force,
        adopt,
        protect,
        // What is exported is a manifest of its own.
        member: _,
        displaces: _,
        outside_rollout,
        drift,
        location: _,
    } = declared;
    let mut spec = vec![("integration", integration_ref(integration))];
    spec.extend(version_ref(version).map(|it| ("version", it)));
    spec.push(("customer", customer_ref(customer)));
    let renamed = display_name != name.as_str();
    spec.extend(renamed.then(|| ("displayName", Tree::text(display_name))));
    spec.extend(
        description
            .as_ref()
            .map(|it| ("description", Tree::text(it))),
    );
    spec.extend(labels.as_ref().map(|labels| ("labels", texts(labels))));
    let disabled = *state == InstanceState::Disabled;
    spec.extend(disabled.then(|| ("state", Tree::text("disabled"))));
    let entries = config
        .iter()
        .map(|(key, entry)| (key.clone(), config_entry(entry)));
    spec.extend((!config.is_empty()).then(|| ("config", Tree::map(entries))));
    spec.extend(global_debug.map(|on| ("globalDebug", boolean(on))));
    spec.extend((*deploy == PublishWhen::Never).then(|| ("deploy", Tree::text("never"))));
    spec.extend(force.then(|| ("force", boolean(true))));
    spec.extend(adopt.as_ref().map(|adopt| ("adopt", adoption(adopt))));
    spec.extend(protect.then(|| ("protect", boolean(true))));
    spec.extend(drift.map(|it| ("drift", Tree::text(it.word()))));
    if let Some(reason) = outside_rollout {
        spec.push(("rollout", boolean(false)));
        spec.push(("reason", Tree::text(reason)));
    }
    manifest("Instance", name, Some(Tree::map(spec)))
}

fn manifest(kind: &str, name: &ResourceName, spec: Option<Tree>) -> Tree {
    let mut document = vec![
        ("apiVersion", Tree::text("prism-gitops/v1")),
        ("kind", Tree::text(kind)),
        ("metadata", single("name", Tree::text(name.as_str()))),
    ];
    document.extend(spec.map(|spec| ("spec", literal(spec))));
    Tree::map(document)
}

/// What a tenant holds is no template, even where it looks like one.
fn literal(tree: Tree) -> Tree {
    match tree {
        Tree::Leaf(Leaf::Text(text)) if Template::is_in(&text) => Tree::text(escaped(&text)),
        Tree::Leaf(leaf) => Tree::Leaf(leaf),
        Tree::List(items) => Tree::List(items.into_iter().map(literal).collect()),
        Tree::Map(entries) => {
            let entry = |(key, value)| (key, literal(value));
            Tree::Map(entries.into_iter().map(entry).collect())
        }
    }
}

fn single(key: &str, value: Tree) -> Tree {
    Tree::map([(key, value)])
}

fn boolean(value: bool) -> Tree {
    Tree::bare(value.to_string())
}

fn texts(all: &[String]) -> Tree {
    Tree::List(all.iter().map(Tree::text).collect())
}

fn adoption(adopt: &Adopt) -> Tree {
    match adopt {
        Adopt::Name(name) => single("name", Tree::text(name)),
        Adopt::Id(id) => single("id", Tree::text(id)),
    }
}

fn integration_ref(reference: &IntegrationRef) -> Tree {
    match reference {
        IntegrationRef::Managed(name) => Tree::text(name.as_str()),
        IntegrationRef::Name(name) => single("name", Tree::text(name)),
        IntegrationRef::Id(id) => single("id", Tree::text(id)),
    }
}

fn version_ref(reference: &VersionRef) -> Option<Tree> {
    match reference {
        VersionRef::Latest => None,
        VersionRef::Commit(hash) => Some(single("commit", Tree::text(hash))),
        VersionRef::Number(number) => Some(single("number", Tree::bare(number.to_string()))),
    }
}

fn customer_ref(reference: &CustomerRef) -> Tree {
    match reference {
        CustomerRef::Managed(name) => Tree::text(name.as_str()),
        CustomerRef::ExternalId(id) => single("externalId", Tree::text(id)),
        CustomerRef::Name(name) => single("name", Tree::text(name)),
        CustomerRef::Id(id) => single("id", Tree::text(id)),
    }
}

fn config_entry(entry: &ConfigEntry) -> Tree {
    let value = config_value(&entry.value);
    if entry.seed {
        single("seed", value)
    } else {
        value
    }
}

pub(super) fn config_value(value: &ConfigValue) -> Tree {
    match value {
        ConfigValue::Scalar(text) => Tree::text(text),
        ConfigValue::List(items) => texts(items),
        ConfigValue::Structured(value) => match pairs(value) {
            Some(pairs) => pairs,
            None => single("value", json(value)),
        },
        ConfigValue::Schedule(schedule) => {
            let zone = schedule.time_zone.as_ref();
            let zone = zone.map(|zone| ("timeZone", Tree::text(zone)));
            Tree::map(std::iter::once(("schedule", when(schedule))).chain(zone))
        }
        ConfigValue::Secret(reference) => secret(reference),
        ConfigValue::Connection(all) => single("connection", inputs(all)),
        ConfigValue::ConsentedConnection(all) => Tree::map([
            ("connection", inputs(all)),
            ("consent", Tree::text("person")),
        ]),
        ConfigValue::PendingConnection => single("connection", Tree::text("pending")),
        ConfigValue::SharedConnection(name) => {
            single("connection", single("ref", Tree::text(name.as_str())))
        }
    }
}

/// Cron text, or a type that says more.
fn when(schedule: &Schedule) -> Tree {
    match (&schedule.value, schedule.kind) {
        (Some(cron), ScheduleKind::Custom) => Tree::text(cron),
        (value, kind) => {
            let value = value.as_ref().map(|value| ("value", Tree::text(value)));
            let kind = ("type", Tree::text(kind.word()));
            Tree::map(std::iter::once(kind).chain(value))
        }
    }
}

fn inputs(all: &indexmap::IndexMap<String, ConnectionInput>) -> Tree {
    let input = |(name, input): (&String, &ConnectionInput)| {
        let value = match input {
            ConnectionInput::Plain(text) => Tree::text(text),
            ConnectionInput::Secret(reference) => secret(reference),
        };
        (name.clone(), value)
    };
    Tree::map(all.iter().map(input))
}

fn secret(reference: &SecretRef) -> Tree {
    let place = match reference {
        SecretRef::Env(name) => single("env", Tree::text(name)),
        SecretRef::File(path) => single("file", Tree::text(path)),
        SecretRef::Exec { program, args } => {
            let words = std::iter::once(program).chain(args);
            single("exec", Tree::List(words.map(Tree::text).collect()))
        }
    };
    single("secret", place)
}

/// A list of keys and values, which a manifest may have without `value:` around it.
fn pairs(value: &Value) -> Option<Tree> {
    let items = value.as_array().filter(|items| !items.is_empty())?;
    let pair = |item: &Value| {
        let object = item.as_object().filter(|object| object.len() == 2)?;
        let text = |key| object.get(key)?.as_str().map(Tree::text);
        Some(Tree::map([
            ("key", text("key")?),
            ("value", text("value")?),
        ]))
    };
    items
        .iter()
        .map(pair)
        .collect::<Option<_>>()
        .map(Tree::List)
}

fn json(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::bare("null"),
        Value::Bool(flag) => boolean(*flag),
        Value::Number(number) => Tree::bare(number.to_string()),
        Value::String(text) => Tree::text(text),
        Value::Array(items) => Tree::List(items.iter().map(json).collect()),
        Value::Object(members) => Tree::map(members.iter().map(|(key, it)| (key, json(it)))),
    }
}

#[cfg(test)]
mod tests;
