//! Every document is as `docs/schema` says, and holds nothing that it does not say.

use serde_json::Value;

use super::*;
use crate::diff::testing::unread;
use crate::model::{Address, Diagnostic};
use crate::plan::render::Results;
use crate::plan::{adoptions, release};

const PLAN: &str = include_str!("../../../../../docs/schema/plan.schema.json");
const RESULT: &str = include_str!("../../../../../docs/schema/result.schema.json");

/// A schema that takes no key that it does not name: readers may be lenient, we may not.
fn closed(text: &str) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("type") == Some(&"object".into()) {
                map.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn assert_valid(schema: &jsonschema::Validator, document: &Value, case: &str) {
    let faults: Vec<String> = schema
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", fault.instance_path))
        .collect();
    assert!(faults.is_empty(), "{case}: {faults:#?}\n{document:#}");
}

/// One result of each kind, in turn.
fn results(plan: &Plan) -> Results {
    let kinds = [
        StepResult::Applied,
        StepResult::AlreadySo,
        StepResult::Failed {
            message: "no".to_owned(),
            transient: true,
        },
        StepResult::Skipped {
            because: "publish failed".to_owned(),
        },
        StepResult::NotAttempted,
    ];
    let addresses = plan.resources.iter().map(|it| it.address.clone());
    Results {
        resources: addresses.zip(kinds.into_iter().cycle()).collect(),
        closed: Some("the window ended".to_owned()),
    }
}

/// The plans that hold everything that a plan can hold.
fn cases() -> Vec<(&'static str, Plan)> {
    [changes(), departures(), choices()].concat()
}

fn changes() -> Vec<(&'static str, Plan)> {
    let with = |arrange: fn(&mut World)| {
        let mut world = in_step();
        arrange(&mut world);
        plan(&world)
    };
    let edited = |w: &mut World| {
        let text = definition("Acme ERP", "https://b");
        w.desired.integrations[0].definition.text = text.as_str().into();
    };
    let blocked = |w: &mut World| {
        w.desired.instances[0].config = Default::default();
        w.tenant.instances.items.clear();
    };
    let half_read = |w: &mut World| {
        w.tenant.instances = crate::model::Listing {
            items: Vec::new(),
            incomplete: unread(),
        };
    };
    let value = |w: &mut World| _ = w.tenant.instances.items[0].holds("Endpoint", "x");
    let disabled = |w: &mut World| w.desired.instances[0].state = InstanceState::Disabled;
    let withdrawn = |w: &mut World| w.desired.integrations[0].available = Some(false);
    vec![
        ("all is made", plan(&fresh())),
        ("nothing to do", plan(&in_step())),
        ("a value", with(value)),
        ("unread", with(half_read)),
        ("blocked", with(blocked)),
        ("definition", with(edited)),
        ("disabled", with(disabled)),
        ("withdrawn", with(withdrawn)),
    ]
}

fn departures() -> Vec<(&'static str, Plan)> {
    let orphaned = |prune| {
        let mut world = in_step();
        world.desired.instances.clear();
        let mut context = context();
        context.policy.prune = prune;
        context.allow_delete = true;
        world.with(|inputs, changes| build(inputs, changes, &context))
    };
    let mut guarded = orphaned(PrunePolicy::Delete);
    guarded.violations.push(crate::plan::GuardViolation {
        guard: "deletes".to_owned(),
        message: "8 of 20".to_owned(),
    });
    guarded
        .diagnostics
        .push(Diagnostic::warning("code", "message").hint("hint"));
    let held = in_step();
    let released = [Address::instance(held.desired.instances[0].name.clone())];
    let project = &held.desired.project.name;
    let released = release(&held.tenant, project, &released, &context());
    vec![
        ("orphan", orphaned(PrunePolicy::Orphan)),
        ("disabled orphan", orphaned(PrunePolicy::Disable)),
        ("deleted orphan", guarded),
        ("released", released.unwrap()),
    ]
}

fn choices() -> Vec<(&'static str, Plan)> {
    let mut later = in_step();
    later.tenant.instances.items[0].holds("Endpoint", "https://old");
    let only = Context {
        only: Some(BTreeSet::new()),
        ..context()
    };
    let later = later.with(|inputs, changes| build(inputs, changes, &only));
    let mut found = in_step();
    found.tenant.instances.items[0].labels.clear();
    found.adopt = true;
    let adopted = found.with(|inputs, changes| adoptions(inputs, changes, &context()));
    vec![("left for later", later), ("adopted", adopted)]
}

#[test]
fn every_document_is_as_its_schema_says() {
    let (plans, outcomes) = (closed(PLAN), closed(RESULT));
    let mut actions = BTreeSet::new();
    for (case, plan) in cases() {
        assert_valid(&plans, &json(&plan, None), case);
        assert_valid(&outcomes, &json(&plan, Some(&results(&plan))), case);
        assert_valid(&outcomes, &json(&plan, Some(&Results::default())), case);
        actions.extend(plan.resources.iter().flat_map(|it| it.actions.clone()));
    }
    assert!(actions.len() >= 10, "too few kinds of action: {actions:?}");
}

#[test]
fn a_closed_schema_takes_nothing_unknown() {
    let plans = closed(PLAN);
    let mut document = json(&plan(&fresh()), None);
    document["resources"][0]["surprise"] = 1.into();
    assert!(!plans.is_valid(&document));
}
