//! Secrets that the tenant does not return: rotated, forgotten, changed by another writer.

use prism_gitops::model::SecretWrites;
use serde_json::json;

use super::project::{DEFINITION, INSTANCE, INTEGRATION};
use super::world::{World, digest, shown};

/// Masks that are known, and one that is not.
const MASKS: [&str; 4] = ["", "NA", "********", "<hidden>"];
const PASSWORD: &str = "config \"Login\" input \"password\"";

fn declared(mask: &str) -> World {
    let world = World::masking_with(mask);
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.files.write("smith.yaml", INSTANCE);
    world
}

async fn applied(mask: &str) -> World {
    let world = declared(mask);
    world.apply().await;
    world.demand_convergence(mask).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_written_once_whatever_the_mask() {
    for mask in MASKS {
        let world = applied(mask).await;
        world.rotate("PASSWORD", "r0tated-canary");
        let plan = world.plan().await;
        let expected = format!("Instance/smith: configure deploy [{PASSWORD}]");
        assert_eq!(digest(&plan), expected, "{mask:?}");
        let text = shown(&plan);
        assert!(text.contains("(sensitive) changed"), "{mask:?}\n{text}");
        assert!(!text.contains("canary"), "{text}");
        world.apply().await;
        world.demand_convergence("the rotation").await;
        // And back: the record is of the last value, not of the first.
        world.rotate("PASSWORD", "value of PASSWORD");
        assert_eq!(digest(&world.plan().await), expected, "{mask:?}");
        world.apply().await;
        world.demand_convergence("rotating back").await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_record_a_secret_is_written_once_and_says_so() {
    for mask in MASKS {
        let mut world = applied(mask).await;
        world.forget(SecretWrites::Once);
        let plan = world.plan().await;
        let expected = format!("Instance/smith: configure deploy [{PASSWORD}]");
        assert_eq!(digest(&plan), expected, "{mask:?}");
        if mask != "<hidden>" {
            let text = shown(&plan);
            let note = "(sensitive) no record of the last value written";
            assert!(text.contains(note), "{mask:?}\n{text}");
        }
        world.apply().await;
        world.demand_convergence("writing it once").await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_record_a_known_mask_can_be_trusted() {
    let mut world = applied("NA").await;
    world.forget(SecretWrites::Never);
    world.demand_convergence("moving to another machine").await;
    world.rotate("PASSWORD", "r0tated");
    world
        .demand_convergence("a rotation that nobody can see")
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_input_that_was_changed_is_put_back_before_anything_was_looked_at() {
    for mask in MASKS {
        let world = declared(mask);
        world.apply().await;
        let instance = world.only("instances", "").await;
        let inputs = json!([{"name": "username", "type": "value", "value": "mallory"}]);
        let values = json!([
            {"key": "Login", "values": inputs.to_string()},
            {"key": "Token", "value": "mallory's"},
        ]);
        let input = json!({"id": instance["id"], "configVariables": values});
        world.change("updateInstanceConfigVariables", input).await;
        let plan = world.plan().await;
        assert_eq!(
            digest(&plan),
            "Instance/smith: configure deploy \
             [config \"Token\", config \"Login\" input \"username\"]",
            "{mask:?}"
        );
        world.apply().await;
        world.demand_convergence("putting it back").await;
    }
}

/// As a daemon on a read-only file system: pass after pass in one process.
#[tokio::test(start_paused = true)]
async fn where_nothing_can_be_kept_a_process_remembers() {
    let mut world = declared("NA");
    world.remember_in("/dev/null/state");
    world.apply().await;
    for pass in ["the first pass", "the second"] {
        world.demand_convergence(pass).await;
    }
    world.remember_in("/dev/null/state");
    let plan = world.plan().await;
    assert!(!plan.is_empty(), "another process knows nothing");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_made_again_has_its_secrets() {
    let world = applied("").await;
    let instance = world.only("instances", "").await;
    world
        .change("deleteInstance", json!({"id": instance["id"]}))
        .await;
    world.apply().await;
    world.demand_convergence("making it again").await;
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_what_a_plan_says() {
    let world = applied("NA").await;
    world.rotate("PASSWORD", "c4nary");
    world.rotate("TOKEN", "c4nary");
    let planned = world.try_plan(false).await.unwrap();
    let json = prism_gitops::plan::render::json(&planned.plan, None);
    let outcome = world.carry_out(&planned).await;
    for text in [
        shown(&planned.plan),
        prism_gitops::plan::render::markdown(&planned.plan),
        json.to_string(),
        format!("{:?}", planned.plan),
        format!("{:?}", planned.recorder),
        format!("{outcome:?}"),
    ] {
        assert!(!text.contains("c4nary"), "{text}");
    }
    // Which secret it is makes no difference to what is approved.
    let digest = planned.plan.digest;
    let world = applied("NA").await;
    world.rotate("PASSWORD", "another");
    world.rotate("TOKEN", "another");
    assert_eq!(world.plan().await.digest, digest);
}
