//! With real files. Each test waits for a wake-up, and for no more than a bound.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

/// Far longer than anything here takes, so that only a missing wake-up reaches it.
const BOUND: Duration = Duration::from_secs(20);

/// Events alone: no poll within the bound.
const EVENTS: WatchOptions = WatchOptions {
    debounce: Duration::from_millis(20),
    poll: Duration::from_secs(3600),
};

async fn start(folder: &TempDir, options: WatchOptions) -> Watch {
    Watch::start(&folder.path().join("root"), options, Writing::default())
        .await
        .unwrap()
}

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("root")).unwrap();
    fs::write(folder.path().join("root/a.yaml"), "1").unwrap();
    folder
}

async fn woken(watch: &mut Watch) -> bool {
    let wake = tokio::time::timeout(BOUND, watch.changed()).await;
    wake.is_ok_and(|wake| wake.is_some())
}

/// Changes something until the watch wakes: what a first change did may still be under way.
async fn wakes_on(watch: &mut Watch, path: &Path) -> bool {
    for round in 0..100 {
        fs::write(path, round.to_string()).unwrap();
        let wait = Duration::from_millis(200);
        if tokio::time::timeout(wait, watch.changed()).await.is_ok() {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_write_wakes() {
    let folder = project();
    let mut watch = start(&folder, EVENTS).await;
    fs::write(folder.path().join("root/a.yaml"), "2").unwrap();
    assert!(woken(&mut watch).await);
}

#[tokio::test]
async fn an_editor_that_saves_by_renaming_wakes_every_time() {
    let folder = project();
    let mut watch = start(&folder, EVENTS).await;
    for round in 0..3 {
        let temporary = folder.path().join("root/.a.yaml.swp");
        fs::write(&temporary, format!("round {round}")).unwrap();
        fs::rename(&temporary, folder.path().join("root/a.yaml")).unwrap();
        assert!(woken(&mut watch).await, "{round}");
    }
}

#[tokio::test]
async fn a_kubernetes_swap_wakes_every_time() {
    let folder = project();
    let root = folder.path().join("root");
    fs::remove_file(root.join("a.yaml")).unwrap();
    let publish = |name: &str| {
        fs::create_dir(root.join(name)).unwrap();
        fs::write(root.join(name).join("a.yaml"), name).unwrap();
        symlink(name, root.join("..tmp")).unwrap();
        fs::rename(root.join("..tmp"), root.join("..data")).unwrap();
    };
    publish("..0");
    symlink("..data/a.yaml", root.join("a.yaml")).unwrap();
    let mut watch = start(&folder, EVENTS).await;
    for round in 1..4 {
        publish(&format!("..{round}"));
        fs::remove_dir_all(root.join(format!("..{}", round - 1))).unwrap();
        assert!(woken(&mut watch).await, "{round}");
    }
}

#[tokio::test]
async fn new_folders_are_watched_too() {
    let folder = project();
    let mut watch = start(&folder, EVENTS).await;
    let deep = folder.path().join("root/x/y");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("b.yaml"), "1").unwrap();
    assert!(woken(&mut watch).await);
    assert!(wakes_on(&mut watch, &deep.join("b.yaml")).await);
}

#[tokio::test]
async fn a_root_that_is_removed_and_made_again_is_watched_again() {
    let folder = project();
    let root = folder.path().join("root");
    let mut watch = start(&folder, EVENTS).await;
    fs::remove_dir_all(&root).unwrap();
    assert!(woken(&mut watch).await);
    fs::create_dir(&root).unwrap();
    fs::write(root.join("a.yaml"), "new").unwrap();
    assert!(woken(&mut watch).await);
    assert!(wakes_on(&mut watch, &root.join("a.yaml")).await);
}

#[tokio::test]
async fn the_poll_alone_finds_changes() {
    let folder = project();
    let options = WatchOptions {
        debounce: Duration::from_secs(3600),
        poll: Duration::from_millis(20),
    };
    let (events, looks) = mpsc::channel(1);
    let mut watcher = Watcher::new(folder.path().join("root"), events, Writing::default());
    // As where the system has no watches left.
    watcher.system = None;
    let mut watch = Watch::by(watcher, looks, options).await.unwrap();
    fs::write(folder.path().join("root/a.yaml"), "2").unwrap();
    assert!(woken(&mut watch).await);
}

/// Reading is no reason to wake, nor are hidden files. The wait is longer than the debounce by far.
#[tokio::test]
async fn nothing_wakes_without_a_change() {
    let folder = project();
    let root = folder.path().join("root");
    let mut watch = start(&folder, EVENTS).await;
    for _ in 0..5 {
        fs::read(root.join("a.yaml")).unwrap();
        fs::write(root.join(".state"), "x").unwrap();
    }
    let quiet = tokio::time::timeout(Duration::from_millis(300), watch.changed()).await;
    assert!(quiet.is_err());
    fs::write(root.join("a.yaml"), "2").unwrap();
    assert!(woken(&mut watch).await);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_watched() {
    let folder = tempfile::tempdir().unwrap();
    let result = Watch::start(&folder.path().join("none"), EVENTS, Writing::default()).await;
    assert!(matches!(result, Err(SourceError::Missing(_))));
}
