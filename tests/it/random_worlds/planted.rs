//! Bugs that are planted, found, and made small: this is what shows that the worlds find anything.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use prism_gitops::model::SourceFile;
use prism_gitops::source::dir::DirSource;
use prism_gitops::source::{Absence, Snapshot, Source, SourceError};
use serde_json::json;

use super::draw::Trouble;
use super::{case::Case, draw, live, report, shrink};
use crate::drift::line::Bend;

/// A bug between the tool and what it looks at.
#[derive(Clone, Default)]
pub(super) struct Bug {
    /// Answers come so.
    pub(super) answers: Option<Bend>,
    /// A folder is read so.
    pub(super) folder: Option<fn(DirSource) -> Arc<dyn Source>>,
    /// What is known of writes dies with the process.
    pub(super) forgets: bool,
}

impl Bug {
    /// A folder, as it is read.
    pub(super) fn read(&self, source: DirSource) -> Arc<dyn Source> {
        match self.folder {
            Some(read) => read(source),
            None => Arc::new(source),
        }
    }
}

/// Every list of instances seems to end with its first page.
fn last_page() -> Bend {
    Arc::new(|answer| {
        let list = &mut answer["data"]["instances"];
        let Some(nodes) = list["nodes"].as_array().map(Vec::len) else {
            return;
        };
        if list.get("pageInfo").is_some() {
            list["pageInfo"] = json!({"hasNextPage": false, "endCursor": null});
        }
        if list.get("totalCount").is_some() {
            list["totalCount"] = json!(nodes);
        }
    })
}

/// What is not in a reading is gone.
struct Certain(DirSource);

#[async_trait]
impl Source for Certain {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        let snapshot = self.0.snapshot().await?;
        Ok(snapshot.with_absence(Absence::Proven))
    }
}

/// Files are read as they are at the moment.
struct Hasty(PathBuf);

#[async_trait]
impl Source for Hasty {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let files = entries.map(|entry| {
            let entry = entry.unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            SourceFile::new(entry.file_name().to_str().unwrap(), &bytes[..])
        });
        Ok(Snapshot::new(files.collect(), None).with_absence(Absence::Momentary))
    }
}

/// The first world of a trouble that finds a bug, and how it fails. Without the bug it does not.
async fn found(troubles: &[Trouble], bug: &Bug) -> (Case, String) {
    for seed in 0..300 {
        let case = draw::case_with(seed, troubles);
        if !troubles.is_empty() && case == draw::case_with(seed, &[]) {
            continue;
        }
        if let Err(fault) = live::through(&case, bug).await {
            let healthy = live::through(&case, &Bug::default()).await;
            assert_eq!(healthy, Ok(()), "{}", report::written(&case));
            return (case, fault);
        }
    }
    panic!("no world finds the bug");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_page_is_found_and_made_small() {
    let bug = Bug {
        answers: Some(last_page()),
        ..Bug::default()
    };
    let (case, fault) = found(&[], &bug).await;
    let found = shrink::smallest(case, fault, &bug).await;
    let text = report::written(&found.case);
    // As many as it takes for a page that can be dropped, since each begins with the last record of
    // the one before, and nothing that is not needed for it.
    assert_eq!(
        found.case.before.instances.len(),
        found.case.server.page_limit + 2,
        "{text}"
    );
    // The look before each create hides the bug where nothing else goes wrong, so that something else may stay.
    assert_eq!(found.case.before.flows.len(), 1, "{text}");
    // What is written can be read again, and is the world that failed for this bug alone.
    let again: Case = serde_json::from_str(&text).unwrap();
    assert_eq!(again, found.case);
    assert!(live::through(&again, &bug).await.is_err());
    assert_eq!(live::through(&again, &Bug::default()).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_absence_that_is_believed_at_once_is_found() {
    let bug = Bug {
        folder: Some(|source| Arc::new(Certain(source))),
        ..Bug::default()
    };
    let (_, fault) = found(&[Trouble::Saved], &bug).await;
    assert!(fault.contains("removed"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_half_saved_file_that_is_believed_is_found() {
    let bug = Bug {
        folder: Some(|source| Arc::new(Hasty(source.root()))),
        ..Bug::default()
    };
    let (_, fault) = found(&[Trouble::Saved], &bug).await;
    assert!(fault.contains("never declared"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_is_not_looked_at_is_found() {
    let bug = Bug {
        forgets: true,
        ..Bug::default()
    };
    let (case, fault) = found(&[Trouble::Killed], &bug).await;
    assert!(case.killed.is_some(), "{fault}");
}
