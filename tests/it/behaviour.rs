//! Servers of the same schema that do what no specification forbids: the tenant converges all the same.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use prism_gitops::sandbox::{Behaviour, DraftNumber, Duplicates, Rate, Shown};
use serde_json::{Value, json};

use crate::drift::line::{Bend, each};
use crate::drift::whole;
use crate::drift::world::World;

/// Applies a project, changes it and applies it again: converges, and nothing is made twice.
async fn cycle(case: &str, behaviour: Behaviour, bend: Option<Bend>) {
    let mut world = World::with(behaviour, bend);
    whole::write(&world);
    whole::converge(&world, 2, case).await;
    assert_eq!(whole::count(&world).await, (2, 2, 3), "{case}");
    whole::demand_markers(&world, 0, case).await;
    world.restart();
    whole::rewrite(&world);
    whole::converge(&world, 2, case).await;
    assert_eq!(whole::count(&world).await, (2, 4, 3), "{case}");
    whole::demand_markers(&world, 0, case).await;
    states(&world, case).await;
}

/// What is declared is there: two instances run, one does not.
async fn states(world: &World, case: &str) {
    let tenant = world.tenant().await;
    let instances = tenant["instances"].as_array().unwrap();
    let real = instances.iter().filter(|it| it["system"] != true);
    let mut states: Vec<(&str, bool)> = real
        .map(|it| (it["name"].as_str().unwrap(), it["enabled"] == true))
        .collect();
    states.sort_unstable();
    let expected = [
        ("Smith ERP", true),
        ("jones-feed", false),
        ("smith-feed", true),
    ];
    assert_eq!(states, expected, "{case}");
}

/// Runs every case, and says at the end which of them failed.
async fn all(cases: impl IntoIterator<Item = (&'static str, Behaviour, Option<Bend>)>) {
    let mut failed = Vec::new();
    for (case, behaviour, bend) in cases {
        let run = AssertUnwindSafe(cycle(case, behaviour, bend));
        if run.catch_unwind().await.is_err() {
            failed.push(case);
        }
    }
    assert!(failed.is_empty(), "these do not converge: {failed:?}");
}

/// Whether a new instance is enabled is unknown before its deploy; the reply to the deploy shows it.
#[tokio::test(start_paused = true)]
async fn a_create_ends_without_a_write_that_changes_nothing() {
    for (runs, deploys_again) in [(true, false), (true, true), (false, false), (false, true)] {
        let behaviour = Behaviour {
            enabled_at_first_deploy: runs,
            metadata_needs_deploy: deploys_again,
            ..Behaviour::default()
        };
        let case = format!("enabled at deploy: {runs}, deploy after: {deploys_again}");
        let world = World::with(behaviour, None);
        whole::write(&world);
        whole::converge(&world, 3, &case).await;
        let switches = world.calls("updateInstance");
        assert_eq!(switches == 0, runs, "{case}: {switches}");
        states(&world, &case).await;
    }
}

type Switch = (&'static str, fn(&mut Behaviour));

/// The defaults with some switches turned.
fn turned((case, turn): Switch) -> (&'static str, Behaviour, Option<Bend>) {
    let mut behaviour = Behaviour::default();
    turn(&mut behaviour);
    (case, behaviour, None)
}

#[tokio::test(start_paused = true)]
async fn what_lists_and_versions_show() {
    let cases: [Switch; 12] = [
        ("defaults", |_| {}),
        ("pages of 1", |b| b.page_limit = 1),
        ("pages of 2", |b| b.page_limit = 2),
        ("pages of 3", |b| b.page_limit = 3),
        ("pages of 7", |b| b.page_limit = 7),
        ("drafts numbered like versions", |b| {
            b.draft_number = DraftNumber::Latest;
        }),
        ("drafts numbered zero", |b| {
            b.draft_number = DraftNumber::Zero;
        }),
        ("drafts among versions", |b| b.versions_include_draft = true),
        ("drafts among versions, with their number", |b| {
            b.versions_include_draft = true;
            b.draft_number = DraftNumber::Latest;
        }),
        ("drafts among versions, pages of 1", |b| {
            b.versions_include_draft = true;
            b.page_limit = 1;
        }),
        ("lists show versions", |b| b.list_shows = Shown::Published),
        ("lists show versions, with drafts among them", |b| {
            b.list_shows = Shown::Published;
            b.versions_include_draft = true;
        }),
    ];
    all(cases.map(turned)).await;
}

#[tokio::test(start_paused = true)]
async fn what_writes_do_besides() {
    let cases: [Switch; 14] = [
        ("on when created", |b| b.enabled_at_create = true),
        ("never turned on", |b| b.enabled_at_first_deploy = false),
        ("turned on by every deploy", |b| {
            b.enabled_at_create = true;
            b.enabled_at_every_deploy = true;
        }),
        ("a rename calls for a deploy", |b| {
            b.metadata_needs_deploy = true;
        }),
        ("labels are published", |b| b.labels_are_published = true),
        ("an import drops labels", |b| b.import_drops_labels = true),
        ("new versions are withdrawn", |b| {
            b.new_version_available = false;
        }),
        ("new versions are withdrawn, and drafts listed", |b| {
            b.new_version_available = false;
            b.versions_include_draft = true;
        }),
        ("nothing of the marketplace is inherited", |b| {
            b.marketplace_inherited = false;
        }),
        ("unchanged versions are refused", |b| {
            b.unchanged_versions = Duplicates::Rejected;
        }),
        ("names are unique", |b| {
            b.duplicate_instance_names = Duplicates::Rejected;
        }),
        ("masked as NA", |b| b.masked_text = "NA".to_owned()),
        ("masked with stars", |b| {
            b.masked_text = "********".to_owned();
        }),
        ("masked in words", |b| {
            b.masked_text = "[REDACTED]".to_owned();
        }),
    ];
    all(cases.map(turned)).await;
}

#[tokio::test(start_paused = true)]
async fn how_requests_are_let_in() {
    let rate = |burst, retry_after| {
        Some(Rate {
            requests_per_second: 2.0,
            burst,
            retry_after,
        })
    };
    let cases = [
        (
            "strict tokens",
            Behaviour {
                strict_tokens: true,
                ..Behaviour::default()
            },
        ),
        (
            "tokens of a minute",
            Behaviour {
                token_lifetime_seconds: 60,
                ..Behaviour::default()
            },
        ),
        (
            "tokens of two seconds, and slow",
            Behaviour {
                token_lifetime_seconds: 2,
                latency_ms: 700,
                ..Behaviour::default()
            },
        ),
        (
            "slow",
            Behaviour {
                latency_ms: 5_000,
                ..Behaviour::default()
            },
        ),
        (
            "throttled, told for how long",
            Behaviour {
                rate: rate(2, true),
                ..Behaviour::default()
            },
        ),
        (
            "throttled, not told",
            Behaviour {
                rate: rate(1, false),
                ..Behaviour::default()
            },
        ),
    ];
    all(cases.map(|(case, behaviour)| (case, behaviour, None))).await;
}

type Rewrite = (&'static str, fn(&mut Value));

fn bent((case, rewrite): Rewrite) -> (&'static str, Behaviour, Option<Bend>) {
    let bend: Bend = Arc::new(rewrite);
    (case, Behaviour::default(), Some(bend))
}

/// Puts something in place of every value under a key that is exactly so.
fn swap(answer: &mut Value, key: &str, from: &Value, to: &Value) {
    each(answer, key, &mut |value| {
        if value == from {
            value.clone_from(to);
        }
    });
}

/// Changes every config variable's value that is a text.
fn values(answer: &mut Value, change: fn(&str) -> Value) {
    each(answer, "configVariables", &mut |variables| {
        each(variables, "value", &mut |value| {
            if let Some(text) = value.as_str() {
                *value = change(text);
            }
        });
    });
}

/// Changes the list of labels of every record.
fn labels(answer: &mut Value, change: fn(&mut Vec<Value>)) {
    each(answer, "labels", &mut |labels| {
        if let Some(labels) = labels.as_array_mut() {
            change(labels);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn how_answers_are_spelt() {
    let cases: [Rewrite; 20] = [
        ("no text is null", |a| {
            for key in ["description", "value", "overview"] {
                swap(a, key, &json!(""), &Value::Null);
            }
        }),
        ("null is no text", |a| {
            for key in [
                "description",
                "value",
                "defaultValue",
                "overview",
                "timeZone",
                "externalId",
            ] {
                swap(a, key, &Value::Null, &json!(""));
            }
        }),
        ("no labels are null", |a| {
            swap(a, "labels", &json!([]), &Value::Null);
        }),
        ("labels in another order", |a| {
            labels(a, |list| list.reverse());
        }),
        ("labels twice", |a| {
            labels(a, |list| list.extend(list.clone()));
        }),
        ("connections without a status", |a| {
            each(a, "status", &mut |it| *it = Value::Null);
        }),
        ("an unknown status", |a| {
            each(a, "status", &mut |it| *it = json!("PAUSED"));
        }),
        ("every variable has a status", |a| {
            swap(a, "status", &Value::Null, &json!("ACTIVE"));
        }),
        ("an unknown config state", |a| {
            each(a, "configState", &mut |it| *it = json!("HALF"));
        }),
        ("no config state", |a| {
            each(a, "configState", &mut |it| *it = Value::Null);
        }),
        ("numbers with a fraction", |a| {
            values(a, |text| match text.parse::<f64>() {
                Ok(_) => json!(format!("{text}.0")),
                Err(_) => json!(text),
            });
        }),
        ("JSON with spaces", |a| {
            values(a, |text| match serde_json::from_str::<Value>(text) {
                Ok(value) if !value.is_number() => {
                    json!(serde_json::to_string_pretty(&value).unwrap())
                }
                _ => json!(text),
            });
        }),
        ("plain secrets masked", |a| {
            values(a, |text| match text.strip_prefix("value of TOKEN") {
                Some(_) => json!("********"),
                None => json!(text),
            });
        }),
        ("no attributes kept", |a| {
            each(a, "versionAttributes", &mut |it| *it = Value::Null);
        }),
        ("attributes as an object", |a| {
            each(a, "versionAttributes", &mut |it| {
                if let Some(text) = it.as_str() {
                    *it = serde_json::from_str(text).unwrap();
                }
            });
        }),
        ("always something to publish", |a| {
            each(a, "hasUnpublishedChanges", &mut |it| *it = json!(true));
        }),
        ("never something to publish", |a| {
            each(a, "hasUnpublishedChanges", &mut |it| *it = json!(false));
        }),
        ("no version sequences", |a| {
            each(a, "versionSequenceId", &mut |it| *it = Value::Null);
        }),
        ("no totals", |a| {
            each(a, "totalCount", &mut |it| *it = Value::Null);
        }),
        ("definitions with keys of their own", |a| {
            each(a, "definition", &mut |it| {
                if let Some(text) = it.as_str() {
                    *it = json!(format!("{text}serverSays: 7\n"));
                }
            });
        }),
    ];
    all(cases.map(bent)).await;
}
