//! Whatever a project declares, whatever somebody did to the tenant and whatever fails once: it converges.
//!
//! Every world follows from its seed. `PRISM_GITOPS_TEST_WORLDS` asks for more of them, and
//! `PRISM_GITOPS_TEST_SEED` for one alone.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use prism_gitops::sandbox::{
    Behaviour, DraftNumber, Duplicates, Fault, FaultRule, FaultScript, Shown,
};
use serde_json::{Value, json};

use crate::drift::whole;
use crate::drift::world::World;

const WORLDS: u64 = 300;

/// Chance that is the same every time: xorshift.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn chance(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let place = self.roll(list.len() as u64);
        &list[usize::try_from(place).unwrap()]
    }
}

/// A server of some character.
fn behaviour(dice: &mut Dice) -> Behaviour {
    Behaviour {
        page_limit: *dice.pick(&[2, 3, 7, 100]),
        masked_text: (*dice.pick(&["", "NA", "****"])).to_owned(),
        list_shows: *dice.pick(&[Shown::Draft, Shown::Draft, Shown::Published]),
        draft_number: *dice.pick(&[DraftNumber::Next, DraftNumber::Latest, DraftNumber::Zero]),
        unchanged_versions: *dice.pick(&[Duplicates::Allowed, Duplicates::Rejected]),
        versions_include_draft: dice.chance(),
        enabled_at_create: dice.chance(),
        enabled_at_first_deploy: dice.chance(),
        metadata_needs_deploy: dice.chance(),
        labels_are_published: dice.chance(),
        import_drops_labels: dice.chance(),
        marketplace_inherited: dice.chance(),
        ..Behaviour::default()
    }
}

/// What is declared: numbers of integrations and instances, and a variant of every text.
struct Shape {
    integrations: u64,
    instances: u64,
    disabled: u64,
}

impl Shape {
    fn of(dice: &mut Dice) -> Self {
        Self {
            integrations: 1 + dice.roll(3),
            instances: dice.roll(5),
            disabled: dice.roll(5),
        }
    }

    fn write(&self, world: &World, dice: &mut Dice) {
        for number in 0..self.integrations {
            world
                .files
                .write(format!("i{number}.yml"), definition(number, dice.roll(3)));
        }
        for number in 0..self.instances {
            world
                .files
                .write(format!("n{number}.yaml"), self.instance(number, dice));
        }
    }

    fn instance(&self, number: u64, dice: &mut Dice) -> String {
        let state = if number == self.disabled {
            "disabled"
        } else {
            "enabled"
        };
        let token = [
            "Token: {secret: {env: TOKEN}}",
            "Rows: 20",
            "Rows: {seed: \"7\"}",
        ];
        format!(
            "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: n{number}}}\nspec:\n  \
             integration: flow-{}\n  customer: {{externalId: cust-000{}}}\n  \
             description: Text {}\n  labels: [l{}]\n  state: {state}\n  config:\n    {}\n",
            number % self.integrations,
            1 + number % 3,
            dice.roll(3),
            dice.roll(3),
            dice.pick(&token),
        )
    }
}

fn definition(number: u64, variant: u64) -> String {
    format!(
        "definitionVersion: 7\nname: Flow {number}\ndescription: Text {variant}\nrequiredConfigVars:\n\
         - {{key: Token, dataType: string, defaultValue: none, orgOnly: false}}\n\
         - {{key: Rows, dataType: number, defaultValue: \"{variant}\", orgOnly: false}}\n\
         flows:\n- name: Main\n  isSynchronous: false\n  steps:\n  - name: Trigger\n    isTrigger: true\n    \
         action: {{key: webhook, component: {{key: webhook-triggers, version: LATEST, isPublic: true}}}}\n    \
         inputs: {{}}\n"
    )
}

/// What somebody does to one live object.
async fn meddle(world: &World, dice: &mut Dice) {
    let answer = world
        .ask(
            "{ instances(isSystem: false) { nodes { id labels } } }",
            json!({}),
        )
        .await;
    let nodes = answer["instances"]["nodes"].as_array().unwrap().clone();
    if nodes.is_empty() {
        return;
    }
    let node: &Value = dice.pick(&nodes);
    let id = &node["id"];
    match dice.roll(6) {
        0 => {
            world
                .change(
                    "updateInstance",
                    json!({"id": id, "enabled": dice.chance()}),
                )
                .await
        }
        1 => {
            world
                .change("updateInstance", json!({"id": id, "name": "Somebody's"}))
                .await
        }
        2 => {
            let mut labels = node["labels"].as_array().unwrap().clone();
            labels.push(json!("somebody"));
            world
                .change("updateInstance", json!({"id": id, "labels": labels}))
                .await
        }
        3 => {
            let values = json!([{"key": "Rows", "value": "99"}]);
            let input = json!({"id": id, "configVariables": values});
            world.change("updateInstanceConfigVariables", input).await
        }
        4 => world.change("deleteInstance", json!({"id": id})).await,
        _ => Value::Null,
    };
}

/// One thing that goes wrong once.
fn fault(dice: &mut Dice) -> FaultRule {
    let operations = [
        "integrations",
        "instances",
        "integration",
        "importIntegration",
        "updateIntegration",
        "publishIntegration",
        "createInstance",
        "updateInstance",
        "updateInstanceConfigVariables",
        "deployInstance",
    ];
    let faults = [
        Fault::LostReply,
        Fault::Disconnect,
        Fault::Truncate,
        Fault::Html { code: 200 },
        Fault::Unauthorized,
        Fault::Status {
            code: 500,
            commit: true,
        },
        Fault::Status {
            code: 503,
            commit: false,
        },
        Fault::Hang {
            seconds: 60,
            commit: true,
        },
        Fault::ErrorAfter {
            message: "broken".to_owned(),
        },
        Fault::Throttle {
            retry_after: Some(2),
        },
        Fault::NullNode,
        Fault::RepeatPage,
    ];
    let operation = *dice.pick(&operations);
    FaultRule::nth(operation, 1 + dice.roll(3), dice.pick(&faults).clone())
}

async fn live(seed: u64) {
    let mut dice = Dice::new(seed);
    let case = format!("seed {seed}");
    let mut world = World::with(behaviour(&mut dice), None);
    let shape = Shape::of(&mut dice);
    shape.write(&world, &mut dice);
    strike(&mut world, &mut dice, &case).await;
    whole::converge(&world, 3, &case).await;
    meddle(&world, &mut dice).await;
    shape.write(&world, &mut dice);
    strike(&mut world, &mut dice, &case).await;
    whole::converge(&world, 3, &case).await;
    let (integrations, versions, instances) = whole::count(&world).await;
    let all = (integrations as u64, instances as u64);
    assert_eq!(all, (shape.integrations, shape.instances), "{case}");
    let most = 2 * integrations;
    assert!(
        versions <= most,
        "{case}: {versions} versions, {most} at most"
    );
    whole::demand_markers(&world, 0, &case).await;
}

/// A pass in which something goes wrong, and the end of that process.
async fn strike(world: &mut World, dice: &mut Dice, case: &str) {
    let rules = vec![fault(dice)];
    world.set_faults(FaultScript { rules });
    whole::pass(world, case).await;
    world.set_faults(FaultScript::default());
    world.restart();
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One of four parts of all worlds, as they take their time.
async fn part(part: u64) {
    let seeds: Vec<u64> = match asked("PRISM_GITOPS_TEST_SEED") {
        Some(seed) => vec![seed],
        None => (0..asked("PRISM_GITOPS_TEST_WORLDS").unwrap_or(WORLDS)).collect(),
    };
    let mut failed = Vec::new();
    for seed in seeds.into_iter().filter(|seed| seed % 4 == part) {
        if AssertUnwindSafe(live(seed)).catch_unwind().await.is_err() {
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "worlds that do not converge: {failed:?}");
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_1() {
    part(0).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_2() {
    part(1).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_3() {
    part(2).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_4() {
    part(3).await;
}
