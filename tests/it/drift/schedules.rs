//! Schedules of every type, on a server that keeps type and value as they come and on one that derives them.

use prism_gitops::sandbox::Behaviour;
use serde_json::json;

use super::project::{DEFINITION, INSTANCE, INTEGRATION};
use super::world::{World, digest, shown};

async fn applied(derives: bool) -> World {
    let behaviour = Behaviour {
        derives_schedules: derives,
        ..Behaviour::default()
    };
    let world = World::with(behaviour, None);
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.files.write("smith.yaml", INSTANCE);
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world
}

const DECLARED: &str = "{schedule: \"*/5 * * * *\", timeZone: America/Chicago}";

const FORMS: [&str; 7] = [
    "{schedule: {type: none}}",
    "{schedule: {type: none, value: \"0 9 * * *\"}}",
    "{schedule: {type: minute}}",
    "{schedule: {type: hour, value: \"0 * * * *\"}}",
    "{schedule: {type: week, value: \"0 9 * * 1\"}, timeZone: Europe/Berlin}",
    "{schedule: {type: custom, value: \"0 9 * * *\"}}",
    "{schedule: \"0 9 * * *\"}",
];

async fn every_form_comes_to_rest(derives: bool) {
    let world = applied(derives).await;
    for form in FORMS {
        let text = INSTANCE.replace(DECLARED, form);
        assert_ne!(text, INSTANCE);
        world.files.write("smith.yaml", text.as_str());
        world.apply().await;
        world.demand_convergence(form).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_form_comes_to_rest_on_a_server_that_keeps_them() {
    every_form_comes_to_rest(false).await;
}

#[tokio::test(start_paused = true)]
async fn every_form_comes_to_rest_on_a_server_that_derives_them() {
    every_form_comes_to_rest(true).await;
}

async fn switched_off_by_hand(derives: bool, shown_as: &str) {
    let world = applied(derives).await;
    let instance = world.only("instances", "").await;
    let values = json!([{"key": "Timing", "scheduleType": "none"}]);
    let input = json!({"id": instance["id"], "configVariables": values});
    world.change("updateInstanceConfigVariables", input).await;
    let plan = world.plan().await;
    assert_eq!(
        digest(&plan),
        "Instance/smith: configure deploy [config \"Timing\"]",
        "\n{}",
        shown(&plan)
    );
    assert!(shown(&plan).contains(shown_as), "{}", shown(&plan));
    world.apply().await;
    world.demand_convergence("switching it on again").await;
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_was_switched_off_is_switched_on_where_the_value_stays() {
    switched_off_by_hand(false, "none */5 * * * *").await;
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_was_switched_off_is_switched_on_where_the_value_goes() {
    switched_off_by_hand(true, "none").await;
}
