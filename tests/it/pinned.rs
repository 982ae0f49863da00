//! Plans that may not change by accident: those of the examples, fresh, applied and with changes made by
//! hand, and those of the corpus where it is present, in every form that a person or a program reads.
//!
//! `tests/it/pinned/plans.tsv` has the SHA-256 of each. `UPDATE_PLANS=1` writes it anew, which belongs
//! into the commit that means to change plans, with its reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use prism_gitops::plan::Plan;
use prism_gitops::plan::render::{HumanOptions, human, json, markdown};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::corpus::{corpus, files, is_current, pairs, read};
use crate::drift::world::World;

type Pinned = BTreeMap<String, String>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every form of a plan but for when it was made, as one digest.
fn digest(plan: &Plan) -> String {
    let plan = &Plan {
        observed_at: jiff::Timestamp::UNIX_EPOCH,
        ..plan.clone()
    };
    let forms = [
        json(plan, None).to_string(),
        human(plan, HumanOptions::default()),
        markdown(plan),
    ];
    Sha256::digest(forms.join("\0"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// An example as a world, its secret files as variables: there is no disk in it.
fn example(name: &str) -> World {
    let world = World::new();
    let folder = root().join("examples").join(name);
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.is_dir() || path.extension().is_some_and(|it| it == "md") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        world
            .files
            .write(inside(&folder, &path), without_files(&text));
    }
    world
}

fn inside<'a>(folder: &Path, path: &'a Path) -> &'a str {
    path.strip_prefix(folder).unwrap().to_str().unwrap()
}

/// Secrets of files and programs become variables of the same length, so that places stay.
fn without_files(text: &str) -> String {
    let line = |line: &str| match line.split_once("{secret: {") {
        Some((before, after)) => {
            let words = after.matches(|c: char| c.is_ascii_alphanumeric());
            let name: String = words.collect::<String>().to_uppercase();
            format!("{before}{{secret: {{env: S_{name}}}}}")
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The plan of an example at first, after it was carried out, and after a hand was at everything.
async fn of_example(name: &str, pinned: &mut Pinned) {
    let world = example(name);
    pinned.insert(format!("{name}: fresh"), digest(&world.plan().await));
    world.apply().await;
    pinned.insert(format!("{name}: applied"), digest(&world.plan().await));
    let query = "{ instances(isSystem: false) { nodes { id } } }";
    let instances = world.ask(query, json!({})).await["instances"]["nodes"].clone();
    for instance in instances.as_array().unwrap() {
        let change = json!({"id": instance["id"], "enabled": false, "description": "by hand"});
        world.change("updateInstance", change).await;
    }
    pinned.insert(format!("{name}: by hand"), digest(&world.plan().await));
}

/// The plan of each definition of the corpus alone, and of each step from one to the next.
async fn of_corpus(folder: &Path, pinned: &mut Pinned) {
    let current = files(folder).into_iter();
    for (name, text) in current.filter(|(_, text)| is_current(text)) {
        let world = World::new();
        world.files.write("definition.yml", &text);
        pinned.insert(format!("corpus {name}"), digest(&world.plan().await));
    }
    for pair in pairs(folder) {
        let world = World::new();
        world.files.write("definition.yml", read(folder, &pair.a));
        if world.try_plan(false).await.is_err() {
            continue;
        }
        world.apply().await;
        world.files.write("definition.yml", read(folder, &pair.b));
        let name = format!("corpus {} to {}", pair.a, pair.b);
        pinned.insert(name, digest(&world.plan().await));
    }
}

fn on_record() -> Pinned {
    let text = std::fs::read_to_string(root().join("tests/it/pinned/plans.tsv")).unwrap();
    let row = |line: &str| {
        let (name, digest) = line.split_once('\t').unwrap();
        (name.to_owned(), digest.to_owned())
    };
    text.lines().map(row).collect()
}

#[tokio::test(start_paused = true)]
async fn plans_are_byte_for_byte_what_they_were() {
    let mut plans = Pinned::new();
    for name in ["quickstart", "crm"] {
        of_example(name, &mut plans).await;
    }
    let corpus = corpus();
    if let Some(folder) = &corpus {
        of_corpus(folder, &mut plans).await;
    }
    if std::env::var_os("UPDATE_PLANS").is_some() {
        let rows = plans.iter().map(|(name, it)| format!("{name}\t{it}\n"));
        let place = root().join("tests/it/pinned/plans.tsv");
        return std::fs::write(place, rows.collect::<String>()).unwrap();
    }
    let mut expected = on_record();
    if corpus.is_none() {
        expected.retain(|name, _| !name.starts_with("corpus "));
    }
    let differing: Vec<_> = expected
        .keys()
        .chain(plans.keys())
        .filter(|name| expected.get(*name) != plans.get(*name))
        .collect();
    assert!(differing.is_empty(), "changed: {differing:#?}");
}
