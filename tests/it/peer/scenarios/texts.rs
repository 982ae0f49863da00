//! Servers that keep texts in a form of their own: values come to rest.

use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{definition, write_instance, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(
    what_is_trimmed_comes_to_rest,
    names_and_labels_that_are_trimmed_come_to_rest,
    what_is_written_anew_comes_to_rest,
    a_schedule_is_put_right_by_type_value_and_zone
);

fn written(world: &World, config: &[&str]) {
    let variables = [
        ("Endpoint", "dataType: string"),
        ("Body", "dataType: code, language: json"),
        ("Due", "dataType: timestamp"),
        ("When", "dataType: schedule"),
    ];
    write_integration(&world.environment, &definition(&variables));
    write_instance(&world.environment, "erp", 1, config);
}

/// Case 05: one apply, one warning, and no write ever after.
fn what_is_trimmed_comes_to_rest(kind: Kind) {
    let habits = Habits {
        trims: true,
        ..Habits::default()
    };
    let Some(world) = World::start_hard(kind, &habits) else {
        return;
    };
    let config = [
        "Endpoint: \" https://erp.example \"",
        "Body: \"{\\\"a\\\": 1}\\n\"",
        "Due: \"2026-01-31T17:00:00Z \"",
        "When: {schedule: \"0 6 * * *\"}",
    ];
    written(&world, &config);
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    let run = world.run("plan --detailed-exitcode").expect(0);
    let said = format!("{}{}", run.stdout, run.stderr).to_lowercase();
    assert!(said.contains("spelling"), "no word about it: {said}");
    world.edit_value("erp", "Endpoint", "https://else.example");
    assert_eq!(
        world.writes("apply --auto-approve", 0),
        ["updateInstanceConfigVariables", "deployInstance"]
    );
    world.run("plan --detailed-exitcode").expect(0);
}

/// Case 05 beside values: names, labels, descriptions and a category, of an instance and of a definition.
fn names_and_labels_that_are_trimmed_come_to_rest(kind: Kind) {
    let habits = Habits {
        trims: true,
        ..Habits::default()
    };
    let Some(world) = World::start_hard(kind, &habits) else {
        return;
    };
    let padded = definition(&[("Endpoint", "dataType: string")])
        .replace(
            "name: Acme ERP",
            "name: \" Acme ERP\\n\"\ncategory: \"ERP \"",
        )
        .replace("Orders to the ERP", "\"Orders to the ERP \"")
        .replace("flows:", "labels: [\" core\", \"beta \", \"beta\"]\nflows:");
    write_integration(&world.environment, &padded);
    world.environment.write(
        "erp.yaml",
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: erp}\nspec:\n  \
         integration: acme\n  customer: {externalId: cust-0001}\n  displayName: \" ERP of one\\n\"\n  \
         description: \" for one \"\n  labels: [\" paid\", \"gold\\t\"]\n  \
         config: {Endpoint: https://erp.example}\n",
    );
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    world.run("plan --detailed-exitcode").expect(0);
    let instance = world.instance("ERP of one");
    let labels = |one: &serde_json::Value| {
        let mut labels: Vec<_> = one["labels"].as_array().unwrap().iter().collect();
        labels.sort_by_key(ToString::to_string);
        let labels = labels.iter().map(|label| label.as_str().unwrap());
        labels.collect::<Vec<_>>().join(",")
    };
    assert_eq!(labels(&instance), "gitops:default/erp,gold,paid");
    let integrations = world.integrations();
    assert_eq!(labels(&integrations[0]), "beta,core,gitops:default/acme");
    assert_eq!(world.versions(), 1);
    // One label more is one write, and no deploy.
    world
        .environment
        .edit("erp.yaml", "\" paid\"", "\" paid\", \" late \"");
    assert_eq!(world.writes("apply --auto-approve", 0), ["updateInstance"]);
    world.run("plan --detailed-exitcode").expect(0);
}

/// Case 06: the same JSON, the same instant, the same schedule.
fn what_is_written_anew_comes_to_rest(kind: Kind) {
    let habits = Habits {
        reformats: true,
        ..Habits::default()
    };
    let Some(world) = World::start_hard(kind, &habits) else {
        return;
    };
    let config = [
        "Endpoint: https://erp.example",
        "Body: '{\"b\": 1,\"a\": [1,2]}'",
        "Due: \"2026-01-31T18:00:00+01:00\"",
        "When: {schedule: \"0  6 * *   1\"}",
    ];
    written(&world, &config);
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    world.run("plan --detailed-exitcode").expect(0);
    world.edit_value("erp", "Body", "{\"b\": 2, \"a\": [1, 2]}");
    world.run("plan --detailed-exitcode").expect(2);
}

/// Every type of a schedule by the binary, and one that another writer switched off.
fn a_schedule_is_put_right_by_type_value_and_zone(kind: Kind) {
    let Some(world) = World::start_hard(kind, &Habits::default()) else {
        return;
    };
    let when = |schedule: &str| {
        let schedule = format!("When: {schedule}");
        let config = [
            "Endpoint: https://erp.example",
            "Body: '{}'",
            "Due: \"2026-01-31T17:00:00Z\"",
            &schedule,
        ];
        written(&world, &config);
    };
    when("{schedule: {type: hour, value: \"0 * * * *\"}, timeZone: Europe/Berlin}");
    world.run("apply --auto-approve").expect(0);
    world.run("plan --detailed-exitcode").expect(0);
    when("{schedule: {type: none}}");
    let plan = world.run("plan --detailed-exitcode").expect(2);
    let change = "hour 0 * * * * (Europe/Berlin) → none";
    assert!(plan.stdout.contains(change), "{}", plan.stdout);
    world.run("apply --auto-approve").expect(0);
    world.run("plan --detailed-exitcode").expect(0);
    when("{schedule: \"0 * * * *\", timeZone: Europe/Berlin}");
    let plan = world.run("plan --detailed-exitcode").expect(2);
    assert!(plan.stdout.contains("none"), "{}", plan.stdout);
    world.run("apply --auto-approve").expect(0);
    world.run("plan --detailed-exitcode").expect(0);
}
