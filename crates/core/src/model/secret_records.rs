//! What is remembered of values that the API does not give back.
//!
//! Only keyed digests: without the key they say nothing about a value, and
//! each is bound to its place, so that equal secrets have unequal digests.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{ConfigWrite, ConnectionId, ConnectionValueId, InstanceId, Secret, WriteValue};

/// The key of the digests. A holder of the key and the digests can guess short secrets.
#[derive(Clone)]
pub struct DigestKey {
    bytes: [u8; 32],
    /// What it was made of, besides a secret that is kept elsewhere.
    salt: Option<[u8; 32]>,
}

impl DigestKey {
    /// Takes 256 random bits.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { bytes, salt: None }
    }

    /// Makes a key of a secret that is not kept beside the digests, and of random bits that are
    /// (HKDF, RFC 5869).
    #[must_use]
    pub fn derived(secret: &Secret, salt: [u8; 32]) -> Self {
        const PURPOSE: &[u8] = b"prism-gitops records of written secrets\x01";
        let pseudorandom = hmac(&salt, secret.expose().as_bytes());
        Self {
            bytes: hmac(&pseudorandom, PURPOSE),
            salt: Some(salt),
        }
    }

    /// The bits themselves, for the one file that keeps them: not of a derived key.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The random bits that a derived key was made of.
    #[must_use]
    pub fn salt(&self) -> Option<&[u8; 32]> {
        self.salt.as_ref()
    }

    /// Says whether a key is this one, and nothing else about it.
    #[must_use]
    pub fn check(&self) -> ValueDigest {
        self.digest(b"check")
    }

    fn digest(&self, message: &[u8]) -> ValueDigest {
        ValueDigest(super::hex(&hmac(&self.bytes, message)))
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC pads a key with zeros to the block of its hash.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[key]")
    }
}

/// An HMAC-SHA256 in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValueDigest(String);

/// A place that a value is written to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ValueId {
    /// Of which object.
    #[serde(flatten)]
    pub owner: ValueOwner,
    /// Which config variable, by its key; of a shared connection its stable key.
    pub variable: String,
    /// Which input of it, if it is a connection.
    pub input: Option<String>,
}

/// What holds a value. Written so that records of instances stay as they were before there were others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueOwner {
    /// An instance.
    Instance(InstanceId),
    /// A shared connection itself.
    Connection(ConnectionId),
    /// The value of a shared connection for one customer.
    ConnectionValue(ConnectionValueId),
}

/// What is remembered of one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueRecord {
    /// The value that was written last.
    pub applied: ValueDigest,
    /// What the API showed in its place right afterwards, if it said so.
    pub shown: Option<ValueDigest>,
}

/// Names the type of a schedule where connections name an input.
pub(crate) const SCHEDULE_TYPE: &str = "scheduleType";
/// The same for its time zone.
pub(crate) const SCHEDULE_ZONE: &str = "timeZone";

/// What the API shows of an instance's values right after they were written.
///
/// The outer option of a look-up is whether the API said anything.
#[derive(Clone, Default)]
pub struct Echo(BTreeMap<(String, Option<String>), Option<String>>);

impl Echo {
    /// Notes what is shown of a variable, or of one of its inputs.
    pub fn insert(&mut self, variable: &str, input: Option<&str>, shown: Option<String>) {
        let place = (variable.to_owned(), input.map(ToOwned::to_owned));
        self.0.insert(place, shown);
    }

    /// Notes what is shown of a schedule besides its value: the API's word for its type, in any case, and its zone.
    pub fn schedule(&mut self, variable: &str, kind: &str, zone: String) {
        let kind = Some(kind.to_ascii_lowercase());
        self.insert(variable, Some(SCHEDULE_TYPE), kind);
        self.insert(variable, Some(SCHEDULE_ZONE), Some(zone));
    }

    fn get(&self, id: &ValueId) -> Option<Option<&str>> {
        let place = (id.variable.clone(), id.input.clone());
        self.0.get(&place).map(Option::as_deref)
    }
}

/// Values may be secret, so only their number is shown.
impl std::fmt::Debug for Echo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Echo of {} values", self.0.len())
    }
}

/// What the records know of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing.
    Nothing,
    /// It is the one that was written last.
    Same,
    /// Another one was written last.
    Other,
}

/// What to do about a value that cannot be compared because nothing is recorded of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretWrites {
    /// Write it; from then on there is a record.
    #[default]
    Once,
    /// Keep the live value.
    Never,
}

/// The records of one tenant.
#[derive(Debug, Clone)]
pub struct SecretRecords {
    key: DigestKey,
    values: BTreeMap<ValueId, ValueRecord>,
}

impl SecretRecords {
    /// No records yet.
    #[must_use]
    pub fn new(key: DigestKey) -> Self {
        let values = BTreeMap::new();
        Self { key, values }
    }

    /// The key, for the one file that keeps it.
    #[must_use]
    pub fn key(&self) -> &DigestKey {
        &self.key
    }

    /// All records, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = (&ValueId, &ValueRecord)> {
        self.values.iter()
    }

    /// Adds a record that was made with the same key.
    pub fn insert(&mut self, id: ValueId, record: ValueRecord) {
        self.values.insert(id, record);
    }

    /// Whether a value is the one that was written last.
    #[must_use]
    pub fn compare(&self, id: &ValueId, value: &str) -> Recorded {
        match self.values.get(id) {
            None => Recorded::Nothing,
            Some(record) if record.applied == self.applied(id, value) => Recorded::Same,
            Some(_) => Recorded::Other,
        }
    }

    /// Whether the API still shows what it showed right after the last write.
    #[must_use]
    pub fn shows_the_same(&self, id: &ValueId, shown: Option<&str>) -> bool {
        let recorded = self.values.get(id).and_then(|record| record.shown.as_ref());
        recorded.is_some_and(|recorded| *recorded == self.shown(id, shown))
    }

    /// Notes that values were written, and what the API showed of them afterwards.
    ///
    /// Texts, lists and schedules need a record only where the server returned them changed: the record shows
    /// later that the server rewrote them, and not another writer.
    pub fn learn(&mut self, owner: &ValueOwner, config: &[ConfigWrite], echo: &Echo) {
        for write in config {
            let id = |input: Option<&str>| ValueId {
                owner: owner.clone(),
                variable: write.key.clone(),
                input: input.map(ToOwned::to_owned),
            };
            match &write.value {
                WriteValue::Text(text) => self.learn_open(id(None), Some(text), echo),
                WriteValue::Schedule(schedule) => {
                    let (kind, zone) = (schedule.kind.word(), schedule.time_zone.as_deref());
                    self.learn_open(id(None), schedule.value.as_deref(), echo);
                    self.learn_open(id(Some(SCHEDULE_TYPE)), Some(kind), echo);
                    self.learn_open(id(Some(SCHEDULE_ZONE)), zone, echo);
                }
                WriteValue::Secret(secret) => self.learn_one(id(None), secret.expose(), echo),
                WriteValue::Inputs(inputs) => {
                    for (name, input) in inputs {
                        self.learn_one(id(Some(name)), input.expose(), echo);
                    }
                }
                // An id, which the API shows.
                WriteValue::Shared(_) => {}
            }
        }
    }

    fn learn_open(&mut self, id: ValueId, value: Option<&str>, echo: &Echo) {
        match (value, echo.get(&id).flatten()) {
            (Some(value), Some(shown)) if shown != value => self.learn_one(id, value, echo),
            _ => {
                self.values.remove(&id);
            }
        }
    }

    fn learn_one(&mut self, id: ValueId, value: &str, echo: &Echo) {
        let record = ValueRecord {
            applied: self.applied(&id, value),
            shown: echo.get(&id).map(|shown| self.shown(&id, shown)),
        };
        self.values.insert(id, record);
    }

    /// Forgets what is gone.
    pub fn retain(&mut self, is_there: impl Fn(&ValueOwner) -> bool) {
        self.values.retain(|id, _| is_there(&id.owner));
    }

    fn applied(&self, id: &ValueId, value: &str) -> ValueDigest {
        self.digest(&serde_json::json!(["applied", id, value]))
    }

    fn shown(&self, id: &ValueId, shown: Option<&str>) -> ValueDigest {
        self.digest(&serde_json::json!(["shown", id, shown]))
    }

    fn digest(&self, message: &serde_json::Value) -> ValueDigest {
        self.key.digest(message.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::InputWrite;

    const CANARY: &str = "c4nary-s3cret";

    fn owner(instance: &str) -> ValueOwner {
        ValueOwner::Instance(InstanceId::new(instance))
    }

    fn id(variable: &str, input: Option<&str>) -> ValueId {
        ValueId {
            owner: owner("i1"),
            variable: variable.to_owned(),
            input: input.map(str::to_owned),
        }
    }

    fn login(value: &str) -> ConfigWrite {
        let password = InputWrite::Secret(Secret::new(value.to_owned()));
        ConfigWrite {
            key: "Login".to_owned(),
            value: WriteValue::Inputs(vec![("password".to_owned(), password)]),
        }
    }

    fn learned(key: u8) -> SecretRecords {
        let mut records = SecretRecords::new(DigestKey::new([key; 32]));
        let mut echo = Echo::default();
        echo.insert("Login", Some("password"), Some("NA".to_owned()));
        let token = ConfigWrite {
            key: "Token".to_owned(),
            value: WriteValue::Secret(Secret::new(CANARY.to_owned())),
        };
        records.learn(&owner("i1"), &[login(CANARY), token], &echo);
        records
    }

    #[test]
    fn the_last_value_written_is_recognised_and_no_other() {
        let mut records = learned(1);
        let password = id("Login", Some("password"));
        assert_eq!(records.compare(&password, CANARY), Recorded::Same);
        assert_eq!(records.compare(&password, "x"), Recorded::Other);
        assert_eq!(
            records.compare(&id("Login", None), CANARY),
            Recorded::Nothing
        );
        assert!(records.shows_the_same(&password, Some("NA")));
        assert!(!records.shows_the_same(&password, Some("")));
        let token = id("Token", None);
        assert!(
            !records.shows_the_same(&token, None),
            "the API said nothing"
        );
        records.learn(&password.owner, &[login("new")], &Echo::default());
        assert_eq!(records.compare(&password, "new"), Recorded::Same);
        assert!(!records.shows_the_same(&password, Some("NA")));
    }

    #[test]
    fn digests_depend_on_key_and_place_and_show_no_value() {
        let (one, other) = (learned(1), learned(2));
        let digests = |records: &SecretRecords| -> Vec<ValueDigest> {
            records.iter().map(|(_, r)| r.applied.clone()).collect()
        };
        let (one_digests, other_digests) = (digests(&one), digests(&other));
        assert_ne!(one_digests[0], one_digests[1], "the same secret twice");
        assert_ne!(one_digests, other_digests);
        let text = format!("{one:?} {:?}", Echo::default());
        assert!(!text.contains(CANARY) && !text.contains("[1, 1"), "{text}");
    }

    #[test]
    fn what_is_gone_or_no_longer_secret_is_forgotten() {
        let mut records = learned(1);
        let text = ConfigWrite {
            key: "Token".to_owned(),
            value: WriteValue::Text("open".to_owned()),
        };
        records.learn(&owner("i1"), &[text], &Echo::default());
        assert_eq!(records.iter().count(), 1);
        records.retain(|it| *it == owner("i2"));
        assert_eq!(records.iter().count(), 0);
    }

    #[test]
    fn a_derived_key_needs_the_secret_and_the_salt() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let key = DigestKey::derived(&secret("state-key-of-a-runner"), [7; 32]);
        assert_eq!(key.salt(), Some(&[7; 32]));
        let same = DigestKey::derived(&secret("state-key-of-a-runner"), [7; 32]);
        assert_eq!(key.check(), same.check());
        for other in [
            DigestKey::derived(&secret("state-key-of-a-runner"), [8; 32]),
            DigestKey::derived(&secret("state-key-of-another"), [7; 32]),
            DigestKey::new([7; 32]),
        ] {
            assert_ne!(key.check(), other.check());
        }
    }

    /// RFC 4231, test case 1: zeros pad its key of 20 bytes as they pad ours.
    #[test]
    fn the_digest_is_hmac_sha256() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let digest = DigestKey::new(key).digest(b"Hi There");
        assert_eq!(
            digest.0,
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}
