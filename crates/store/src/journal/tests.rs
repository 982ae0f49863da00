use std::os::unix::fs::PermissionsExt as _;

use jiff::Timestamp;

use super::*;
use crate::model::{InstanceId, IntegrationId};
use prism_gitops_core::journal::{Effect, Moment, Shown};

fn intent(number: u128) -> Intent {
    Intent {
        id: Uuid::from_u128(number),
        effect: Effect::Deploy {
            instance: InstanceId::new("i"),
            base: None,
        },
        opened_at: Timestamp::UNIX_EPOCH,
        watched: None,
    }
}

fn mark(number: i64) -> Mark {
    Mark {
        written: Moment {
            boot: Some("boot".to_owned()),
            at: Duration::from_secs(1),
        },
        written_at: Timestamp::UNIX_EPOCH,
        shown: Shown::Version {
            integration: IntegrationId::new("a"),
            number,
        },
    }
}

async fn fill(journal: &Arc<Journal>) {
    let entries = vec![
        Entry::Open(intent(1)),
        Entry::Open(intent(2)),
        Entry::Mark(mark(3)),
        Entry::Lag(Duration::from_millis(1500)),
    ];
    journal.commit("acme", entries).await.unwrap();
    let later = vec![Entry::Close(Uuid::from_u128(1)), Entry::Mark(mark(4))];
    journal.commit("acme", later).await.unwrap();
}

fn expected() -> PersistedIntents {
    PersistedIntents {
        intents: BTreeMap::from([(Uuid::from_u128(2), intent(2))]),
        marks: BTreeMap::from([(mark(4).key(), mark(4))]),
        lag: Duration::from_millis(1500),
    }
}

#[tokio::test]
async fn what_is_committed_is_there_for_the_next_process_and_for_its_tenant_only() {
    let folder = tempfile::tempdir().unwrap();
    fill(&Journal::in_folder(folder.path(), true, SETTLE)).await;
    let next = Journal::in_folder(folder.path(), true, SETTLE);
    assert_eq!(next.load("acme").await, expected());
    assert_eq!(next.load("other").await, PersistedIntents::default());
    let mode = std::fs::metadata(folder.path().join(FILE))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    next.commit("acme", vec![Entry::Retire(mark(4).key())])
        .await
        .unwrap();
    assert_eq!(next.load("acme").await.marks, BTreeMap::new());
}

#[tokio::test]
async fn without_a_folder_it_lives_as_long_as_the_process() {
    let journal = Journal::in_memory();
    fill(&journal).await;
    assert_eq!(journal.load("acme").await, expected());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_an_error_only_where_it_is_required() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let journal = Journal::in_folder(&file, false, SETTLE);
    fill(&journal).await;
    assert_eq!(journal.load("acme").await, expected(), "this run knows");
    let required = Journal::in_folder(&file, true, SETTLE);
    let refused = required.commit("acme", vec![Entry::Open(intent(1))]).await;
    assert!(matches!(refused, Err(JournalError::Make { .. })));
}

#[tokio::test]
async fn damaged_newer_and_deleted_files_are_survived() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(FILE),
        "no database, and long enough to be one".repeat(40),
    )
    .unwrap();
    let journal = Journal::in_folder(folder.path(), false, SETTLE);
    assert_eq!(journal.load("acme").await, PersistedIntents::default());
    fill(&journal).await;
    assert_eq!(journal.load("acme").await, expected());

    std::fs::remove_file(folder.path().join(FILE)).unwrap();
    let journal = Journal::in_folder(folder.path(), true, SETTLE);
    fill(&journal).await;
    std::fs::remove_file(folder.path().join(FILE)).unwrap();
    fill(&journal).await;
    assert_eq!(
        Journal::in_folder(folder.path(), true, SETTLE)
            .load("acme")
            .await,
        expected()
    );

    let connection = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let newer = Journal::in_folder(folder.path(), true, SETTLE);
    let refused = newer.commit("acme", vec![Entry::Open(intent(1))]).await;
    assert!(matches!(refused, Err(JournalError::Newer { .. })));
}
