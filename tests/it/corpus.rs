//! Real definition files, from nothing to converged, and from one version of a file to the next.

use std::path::{Path, PathBuf};

use prism_gitops::plan::Action;
use serde_json::json;

use crate::drift::world::{World, digest, shown};

pub(crate) fn corpus() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !shared.is_dir() {
        println!("skipped: there is no corpus of definition files beside this repository");
        return None;
    }
    Some(shared)
}

pub(crate) fn files(corpus: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(corpus.join("integrations")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() > 40, "{} files", files.len());
    files
}

/// Definitions say their version at the top level, old forms say another one or none.
pub(crate) fn is_current(text: &str) -> bool {
    text.lines().any(|line| line == "definitionVersion: 7")
}

#[tokio::test(start_paused = true)]
async fn every_current_file_is_a_project_that_converges() {
    let Some(corpus) = corpus() else { return };
    for (name, text) in files(&corpus).iter().filter(|(_, text)| is_current(text)) {
        let world = World::new();
        world.files.write("definition.yml", text);
        let plan = world.plan().await;
        assert_eq!(plan.summary.create, 1, "{name}\n{}", shown(&plan));
        assert_eq!(plan.resources.len(), 1, "{name}\n{}", shown(&plan));
        world.apply().await;
        assert_eq!(world.calls("publishIntegration"), 1, "{name}");
        world.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_word_for_word_is_adopted_and_nothing_else() {
    let Some(corpus) = corpus() else { return };
    for (name, text) in files(&corpus).iter().filter(|(_, text)| is_current(text)) {
        let world = World::new();
        world.files.write("definition.yml", text);
        world
            .change("importIntegration", json!({"definition": text}))
            .await;
        let id = world.only("integrations", "id").await["id"].clone();
        world.change("publishIntegration", json!({"id": id})).await;
        let plan = world.try_plan(true).await.unwrap().plan;
        assert_eq!(
            plan.resources[0].actions,
            [Action::Adopt],
            "{name}\n{}",
            shown(&plan)
        );
        world.apply_with(true).await;
        assert_eq!(
            world.calls("publishIntegration"),
            1,
            "{name}: the one above"
        );
        world.demand_convergence(name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_old_file_is_imported_as_it_is_or_refused_clearly() {
    let Some(corpus) = corpus() else { return };
    for (name, text) in files(&corpus).iter().filter(|(_, text)| !is_current(text)) {
        let world = World::new();
        world.files.write("definition.yml", text);
        let planned = match world.try_plan(false).await {
            Ok(planned) => planned,
            Err(error) => {
                let told = format!("{error:?}");
                assert!(told.contains("definition.yml"), "{name}: {told}");
                continue;
            }
        };
        let outcome = world.carry_out(&planned).await;
        if outcome.failed() {
            assert!(
                format!("{outcome:?}").contains("refused"),
                "{name}: {outcome:#?}"
            );
        } else {
            world.demand_convergence(name).await;
        }
    }
}

/// A row of `PAIRS.tsv`.
pub(crate) struct Pair {
    pub(crate) a: String,
    pub(crate) b: String,
    /// Values that differ before any rule is applied.
    naive: usize,
    must_be_equal: bool,
}

pub(crate) fn pairs(corpus: &Path) -> Vec<Pair> {
    let table = std::fs::read_to_string(corpus.join("PAIRS.tsv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<_> = line.split('\t').collect();
        Pair {
            a: cells[0].to_owned(),
            b: cells[1].to_owned(),
            naive: cells[3].parse().unwrap(),
            must_be_equal: cells[6].contains("MUST compare equal"),
        }
    };
    table.lines().skip(1).map(row).collect()
}

pub(crate) fn read(corpus: &Path, name: &str) -> String {
    let places = ["integrations", "pairs"].map(|folder| corpus.join(folder).join(name));
    let place = places.iter().find(|place| place.exists()).unwrap();
    std::fs::read_to_string(place).unwrap()
}

const MANIFEST: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: subject}
spec: {definition: subject.yml}
";

#[tokio::test(start_paused = true)]
async fn the_next_version_of_a_file_is_published_if_and_only_if_it_means_something_else() {
    let Some(corpus) = corpus() else { return };
    for pair in pairs(&corpus) {
        let name = format!("{} → {}", pair.a, pair.b);
        let world = World::new();
        world.files.write("subject.yaml", MANIFEST);
        world.files.write("subject.yml", read(&corpus, &pair.a));
        if let Err(error) = world.try_plan(false).await {
            println!("{name}: not of a form that can be imported: {error}");
            continue;
        }
        world.apply().await;
        world.demand_convergence(&pair.a).await;

        world.files.write("subject.yml", read(&corpus, &pair.b));
        let plan = world.plan().await;
        let changes = plan.resources[0].changes.len();
        assert!(changes <= pair.naive, "{name}: {changes}\n{}", shown(&plan));
        assert_eq!(changes == 0, plan.is_empty(), "{name}\n{}", digest(&plan));
        if pair.must_be_equal {
            assert!(plan.is_empty(), "{name}\n{}", shown(&plan));
        }
        let before = world.calls("publishIntegration");
        world.apply().await;
        let published = world.calls("publishIntegration") - before;
        assert_eq!(
            published,
            usize::from(changes > 0),
            "{name}\n{}",
            shown(&plan)
        );
        world.demand_convergence(&name).await;
    }
}
