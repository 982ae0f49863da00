//! Locks of one process against each other: each opening is a holder of its own.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::*;
use crate::model::Identity;

fn key(organization: &str) -> EnvironmentKey {
    let identity = Identity {
        email: String::new(),
        name: String::new(),
        organization_id: organization.to_owned(),
        organization: String::new(),
        tenant_id: None,
    };
    EnvironmentKey::new("https://a", &identity, None)
}

fn holder(run: &str) -> Holder {
    Holder::here("apply", run, Timestamp::UNIX_EPOCH)
}

async fn take(lock: &WriteLock, run: &str, patience: u64) -> Result<Held, Busy> {
    let patience = Duration::from_secs(patience);
    lock.acquire(&key("o"), &holder(run), patience, &|_| {})
        .await
}

#[tokio::test(start_paused = true)]
async fn the_second_writer_waits_is_told_once_and_gives_up() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let first = take(&lock, "r1", 0).await.unwrap();
    assert!(first.fence() && first.excludes_nobody().is_none());
    assert_eq!(lock.writer(&key("o")), Some(holder("r1")));
    let told = AtomicUsize::new(0);
    let tell = |busy: &Busy| {
        assert_eq!(busy.holder, Some(holder("r1")));
        told.fetch_add(1, Ordering::Relaxed);
    };
    let began = Instant::now();
    let busy = lock
        .acquire(&key("o"), &holder("r2"), Duration::from_secs(5), &tell)
        .await
        .unwrap_err();
    assert_eq!(told.load(Ordering::Relaxed), 1);
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert!(
        !busy.stopped && busy.to_string().contains("`apply`"),
        "{busy}"
    );
    let (elsewhere, second) = (key("other"), holder("r2"));
    let other = lock.acquire(&elsewhere, &second, Duration::ZERO, &|_| {});
    assert!(other.await.is_ok(), "another tenant is another lock");
    drop(first);
    assert_eq!(lock.writer(&key("o")), None);
    assert!(take(&lock, "r2", 0).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn it_shows_whether_somebody_wrote_since_a_look() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let nothing = lock.look();
    let first = take(&lock, "r1", 0).await.unwrap();
    assert!(!first.moved_since(&nothing), "nobody was there before");
    let during = lock.look();
    drop(first);
    let after = lock.look();
    let second = take(&lock, "r2", 0).await.unwrap();
    assert!(second.moved_since(&nothing) && second.moved_since(&during));
    assert!(!second.moved_since(&after));
    // Killed: the note stays open.
    std::mem::forget(second);
    let path = lock.path("write", &key("o"));
    let left = std::fs::read(&path).unwrap();
    std::fs::rename(&path, folder.path().join("aside")).unwrap();
    std::fs::write(&path, left).unwrap();
    let seen = lock.look();
    let third = take(&lock, "r3", 0).await.unwrap();
    assert!(
        third.moved_since(&seen),
        "nobody knows how far the killed one came"
    );
}

#[tokio::test(start_paused = true)]
async fn who_had_to_wait_looks_again() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let first = take(&lock, "r1", 0).await.unwrap();
    let seen = lock.look();
    let (second, ()) = tokio::join!(take(&lock, "r2", 60), async {
        sleep(Duration::from_secs(3)).await;
        drop(first);
    });
    assert!(second.unwrap().moved_since(&seen));
}

#[tokio::test]
async fn a_lock_whose_file_was_moved_is_void() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let first = take(&lock, "r1", 0).await.unwrap();
    let path = lock.path("write", &key("o"));
    std::fs::rename(&path, folder.path().join("aside")).unwrap();
    assert!(!first.fence());
    let second = take(&lock, "r2", 0).await.unwrap();
    assert!(second.fence() && !first.fence());
    drop(first);
    assert_eq!(
        lock.writer(&key("o")),
        Some(holder("r2")),
        "its own note alone"
    );
}

#[tokio::test(start_paused = true)]
async fn who_works_in_rounds_gives_way_to_those_who_wait() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let began = Instant::now();
    lock.give_way(&key("o")).await;
    assert_eq!(began.elapsed(), Duration::ZERO, "nobody waits");
    let rounds = async {
        for round in 0..3 {
            let held = take(&lock, &format!("daemon {round}"), 60).await.unwrap();
            sleep(Duration::from_secs(2)).await;
            drop(held);
            lock.give_way(&key("o")).await;
        }
    };
    let waiting = async {
        sleep(Duration::from_millis(500)).await;
        take(&lock, "r2", 3).await.map(drop)
    };
    let ((), waited) = tokio::join!(rounds, waiting);
    assert!(waited.is_ok(), "after one round, not after all");
}

#[tokio::test]
async fn without_locks_nobody_is_kept_out_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let held = take(&WriteLock::in_folder(&file), "r1", 0).await.unwrap();
    assert!(held.excludes_nobody().unwrap().contains("cannot lock"));
    assert!(held.fence() && !held.moved_since(&Seen::default()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn children_do_not_inherit_it() {
    let folder = tempfile::tempdir().unwrap();
    let lock = WriteLock::in_folder(folder.path());
    let held = take(&lock, "r1", 0).await.unwrap();
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    drop(held);
    assert!(take(&lock, "r2", 5).await.is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
}
