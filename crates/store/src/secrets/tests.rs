//! The cache on disk: private, disposable, and never wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::model::{
    ConfigWrite, Echo, InstanceId, Recorded, Secret, ValueId, ValueOwner, WriteValue,
};

const CANARY: &str = "c4nary-s3cret";

fn place(organization: &str) -> Place {
    Place {
        environment: "prod".to_owned(),
        organization: organization.to_owned(),
    }
}

fn token() -> ValueId {
    ValueId {
        owner: ValueOwner::Instance(InstanceId::new("i1")),
        variable: "Token".to_owned(),
        input: None,
    }
}

async fn write_secret(store: &Arc<SecretStore>, place: &Place) {
    let write = ConfigWrite {
        key: "Token".to_owned(),
        value: WriteValue::Secret(Secret::new(CANARY.to_owned())),
    };
    let learn = move |records: &mut SecretRecords| {
        records.learn(
            &ValueOwner::Instance(InstanceId::new("i1")),
            &[write],
            &Echo::default(),
        );
    };
    store.update(place, learn).await;
}

async fn recorded(store: &Arc<SecretStore>, place: &Place) -> Recorded {
    store.load(place).await.compare(&token(), CANARY)
}

fn only_file(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files = files.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let file = files.next().unwrap();
    assert_eq!(files.next(), None);
    file
}

#[tokio::test]
async fn records_outlive_the_process_and_belong_to_one_tenant() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let store = || SecretStore::in_folder(folder.clone());
    assert_eq!(recorded(&store(), &place("a")).await, Recorded::Nothing);
    assert!(!folder.exists(), "reading makes nothing");
    write_secret(&store(), &place("a")).await;
    assert_eq!(recorded(&store(), &place("a")).await, Recorded::Same);
    assert_eq!(recorded(&store(), &place("b")).await, Recorded::Nothing);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(recorded(&store(), &place("a")).await, Recorded::Nothing);
}

#[tokio::test]
async fn files_are_private_and_hold_no_secret() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let store = SecretStore::in_folder(folder.clone());
    write_secret(&store, &place("a")).await;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(CANARY), "{}", path.display());
        let plain = Sha256::digest(CANARY.as_bytes());
        let plain: String = plain.iter().map(|b| format!("{b:02x}")).collect();
        assert!(!text.contains(&plain), "a plain hash can be guessed");
        if !path.ends_with(".gitignore") {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
    assert!(!format!("{store:?}").contains(CANARY));
}

#[tokio::test]
async fn what_cannot_be_used_is_as_good_as_none() {
    let root = tempfile::tempdir().unwrap();
    let store = SecretStore::in_folder(root.path().to_owned());
    write_secret(&store, &place("a")).await;
    let file = only_file(root.path());
    let good = fs::read_to_string(&file).unwrap();
    let other = place("b").file_name();
    fs::write(root.path().join(&other), &good).unwrap();
    let copied = file::read(&root.path().join(&other), &place("b"), None);
    assert!(matches!(copied, Err(Unusable::Place)));
    for bad in [
        "",
        "{}",
        "[]",
        &good[..good.len() / 2],
        &good.replace("\"version\": 1", "\"version\": 2"),
        &good.replace("\"key\": \"", "\"key\": \"zz"),
        &good.replace("applied", "applid"),
    ] {
        assert_ne!(bad, good);
        fs::write(&file, bad).unwrap();
        assert!(file::read(&file, &place("a"), None).is_err(), "{bad}");
        assert_eq!(recorded(&store, &place("a")).await, Recorded::Nothing);
        // And it is replaced by what is right at the next occasion.
        write_secret(&store, &place("a")).await;
        assert_eq!(recorded(&store, &place("a")).await, Recorded::Same);
    }
}

#[tokio::test]
async fn without_a_folder_that_can_be_written_to_memory_serves() {
    let root = tempfile::tempdir().unwrap();
    // A file is where the folder should be: no user can write there, not even root.
    let folder = root.path().join("state");
    fs::write(&folder, "").unwrap();
    let store = SecretStore::in_folder(folder.clone());
    write_secret(&store, &place("a")).await;
    assert!(store.warned.load(Ordering::Relaxed));
    assert_eq!(recorded(&store, &place("a")).await, Recorded::Same);
    let again = SecretStore::in_folder(folder.clone());
    assert_eq!(recorded(&again, &place("a")).await, Recorded::Nothing);
    // Once it can be written to, nothing is lost.
    fs::remove_file(&folder).unwrap();
    store.update(&place("a"), |_| {}).await;
    assert_eq!(recorded(&again, &place("a")).await, Recorded::Same);
    assert!(store.unsaved().is_empty());
}

#[tokio::test]
async fn two_processes_lose_nothing_of_each_other() {
    let root = tempfile::tempdir().unwrap();
    let (one, other) = (
        SecretStore::in_folder(root.path().to_owned()),
        SecretStore::in_folder(root.path().to_owned()),
    );
    let add = |store: &Arc<SecretStore>, number: usize| {
        let store = Arc::clone(store);
        async move {
            let learn = move |records: &mut SecretRecords| {
                let write = ConfigWrite {
                    key: format!("Token {number}"),
                    value: WriteValue::Secret(Secret::new(CANARY.to_owned())),
                };
                records.learn(
                    &ValueOwner::Instance(InstanceId::new("i1")),
                    &[write],
                    &Echo::default(),
                );
            };
            store.update(&place("a"), learn).await;
        }
    };
    let all = (0..16).map(|n| add(if n % 2 == 0 { &one } else { &other }, n));
    futures::future::join_all(all).await;
    assert_eq!(one.load(&place("a")).await.iter().count(), 16);
}

#[tokio::test]
async fn with_a_key_from_elsewhere_the_folder_alone_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = || folder.path().to_owned();
    let keyed = |key: &str| SecretStore::keyed(at(), Some(Secret::new(key.to_owned())));
    let place = place("o1");
    let key = "the-key-of-this-runner";
    write_secret(&keyed(key), &place).await;
    assert_eq!(recorded(&keyed(key), &place).await, Recorded::Same);
    let text = fs::read_to_string(only_file(folder.path())).unwrap();
    assert!(
        text.contains("\"salt\"") && !text.contains("\"key\""),
        "{text}"
    );
    // Another key, or none: as good as no records, and what is written then replaces them.
    for other in [
        keyed("the-key-of-another-runner"),
        SecretStore::in_folder(at()),
    ] {
        assert_eq!(recorded(&other, &place).await, Recorded::Nothing);
    }
    let unkeyed = SecretStore::in_folder(at());
    write_secret(&unkeyed, &place).await;
    assert_eq!(recorded(&unkeyed, &place).await, Recorded::Same);
    assert_eq!(recorded(&keyed(key), &place).await, Recorded::Nothing);
}
