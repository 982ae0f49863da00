//! The known secrets, and where a view contains them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Range;

use secrecy::{ExposeSecret as _, SecretString};

use super::decode::View;
use super::pieces::{Keys, Pieces};
use super::{Author, PIECE, WORD};

/// At most this many bytes of secrets are known at once. A daemon renews its token for years: the oldest
/// secrets, which have expired, are dropped.
const ROOM: usize = 16 << 20;

/// At most this many bytes of one secret are searched for: a file of that size is recognised by its
/// beginning.
const LONGEST: usize = 64 << 10;

/// Texts of every day, whose pieces say nothing by themselves.
const EVERYDAY: [&str; 64] = [
    "https://www.",
    "http://www.",
    "postgres://",
    "postgresql://",
    "mongodb+srv://",
    "mongodb://",
    "rediss://",
    "amqps://",
    "mysql://",
    "sftp://",
    "https://localhost:",
    "http://localhost:",
    "http://127.0.0.1:",
    "https://hooks.slack.com/services/",
    "https://api.github.com/",
    "https://app.prismatic.io/",
    "prism-gitops",
    ".prismatic.io",
    ".amazonaws.com",
    ".windows.net",
    ".example.com",
    "example.com",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN CERTIFICATE-----",
    "-----END PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "-----END EC PRIVATE KEY-----",
    "-----END OPENSSH PRIVATE KEY-----",
    "-----END CERTIFICATE-----",
    "authorization: bearer ",
    "authorization: basic ",
    "application/json",
    "password",
    "passphrase",
    "username",
    "client_secret",
    "client-secret",
    "client_id",
    "access_token",
    "access-token",
    "refresh_token",
    "refresh-token",
    "webhook-secret",
    "webhook_secret",
    "api-key-secret",
    "secret-key",
    "private_key",
    "private-key",
    "connection",
    "integrations",
    "instances",
    "customers",
    "customer",
    "environment",
    "production",
    "configuration",
    "definition",
    "development",
    "undefined",
    "canonical",
    "00000000-0000-0000-0000-000000000000",
];

/// All that is known.
#[derive(Default)]
pub(super) struct Index {
    /// The oldest first.
    secrets: VecDeque<SecretString>,
    size: usize,
    /// To know at once whether one is known.
    seen: HashSet<u64>,
    pieces: Pieces,
    everyday: Option<Keys>,
    /// Of each secret by its first piece: how many pieces it has, and the last of them.
    wholes: HashMap<u64, Vec<(usize, u64)>>,
    /// Secrets too short to be known by pieces, with their lengths.
    short: HashSet<Vec<u8>>,
    lengths: BTreeSet<usize>,
    /// What is compared of those that hold quotes or blanks, which quoting changes, by length.
    quoted: BTreeMap<usize, Keys>,
    /// Beginnings, by length from [`WORD`] on.
    beginnings: Vec<Keys>,
}

impl Index {
    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    pub(super) fn knows(&self, secret: &str) -> bool {
        self.seen.contains(&digest(secret))
    }

    pub(super) fn learn(&mut self, secret: &str) {
        if !self.seen.insert(digest(secret)) {
            return;
        }
        self.size += secret.len();
        self.secrets
            .push_back(SecretString::from(secret.to_owned()));
        self.add(secret);
        if self.size > ROOM {
            self.make_room();
        }
    }

    fn make_room(&mut self) {
        let kept = std::mem::take(self);
        let mut secrets = kept.secrets;
        let mut size = kept.size;
        while size > ROOM / 2 {
            let Some(oldest) = secrets.pop_front() else {
                break;
            };
            size -= oldest.expose_secret().len();
        }
        for secret in secrets {
            self.learn(secret.expose_secret());
        }
    }

    fn add(&mut self, secret: &str) {
        let end = (0..=secret.len().min(LONGEST))
            .rev()
            .find(|at| secret.is_char_boundary(*at));
        let secret = secret.get(..end.unwrap_or(0)).unwrap_or_default();
        let everyday = self.everyday.get_or_insert_with(everyday);
        for view in View::all(secret) {
            let bytes: Vec<u8> = Compared::of(&view).map(|(_, byte)| byte).collect();
            if bytes.len() < PIECE {
                if (WORD..view.bytes.len()).contains(&bytes.len()) && !is_word(&bytes) {
                    self.quoted
                        .entry(bytes.len())
                        .or_default()
                        .insert(key_of(&bytes));
                }
                self.lengths.insert(view.bytes.len());
                self.short.insert(view.bytes);
                continue;
            }
            let (first, last) = (
                key_of(&bytes[..PIECE]),
                key_of(&bytes[bytes.len() - PIECE..]),
            );
            let whole = (bytes.len() - PIECE + 1, last);
            self.wholes.entry(first).or_default().push(whole);
            let keys = Rolling::over(bytes.iter().copied());
            keys.filter(|key| !everyday.contains(key))
                .for_each(|key| self.pieces.insert(key));
            self.beginnings.resize_with(PIECE - WORD, Keys::default);
            for (length, known) in (WORD..PIECE).zip(&mut self.beginnings) {
                known.extend(Some(key_of(&bytes[..length])));
            }
        }
    }

    pub(super) fn has_piece(&self, key: u64) -> bool {
        self.pieces.contains(key)
    }

    /// Whether a short secret of more than letters is in these bytes.
    pub(super) fn has_short(&self, bytes: &[u8]) -> bool {
        let mut lengths = self.lengths.range(WORD..);
        lengths.any(|length| {
            let mut candidates = bytes.windows(*length);
            candidates.any(|candidate| !is_word(candidate) && self.short.contains(candidate))
        }) || self.has_quoted(bytes, |_, _| true)
    }

    /// First and last places of short secrets, with any quotes and blanks between, until it is enough.
    fn has_quoted(&self, bytes: &[u8], mut enough: impl FnMut(usize, usize) -> bool) -> bool {
        if self.quoted.is_empty() {
            return false;
        }
        let mut places = [0; PIECE];
        let (mut key, mut count) = (0_u64, 0_usize);
        for (at, byte) in bytes.iter().enumerate().filter(|(_, b)| is_compared(**b)) {
            places[count % PIECE] = at;
            key = key << 8 | u64::from(byte.to_ascii_lowercase());
            count += 1;
            for (length, keys) in self.quoted.range(..=count) {
                let last = key & ((1 << (8 * length)) - 1);
                if keys.contains(&last) && enough(places[(count - length) % PIECE], at) {
                    return true;
                }
            }
        }
        false
    }

    /// Pieces of secrets.
    pub(super) fn pieces(&self, view: &View, found: &mut Vec<Range<usize>>) {
        if view.bytes.len() < PIECE {
            return;
        }
        // The last places, in a ring.
        let mut places = [0; PIECE];
        let (mut key, mut count) = (0_u64, 0_usize);
        for (at, byte) in Compared::of(view) {
            places[count % PIECE] = at;
            key = key << 8 | u64::from(byte);
            count += 1;
            if count >= PIECE && self.has_piece(key) {
                let first = places[count % PIECE];
                note(view, first, at, found);
            }
        }
    }

    /// Entire secrets. The contents of files may be shown, including any piece of a secret: otherwise an
    /// author of the files could discover a secret piece by piece, by what is masked.
    pub(super) fn entire(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let compared: Vec<(usize, u8)> = Compared::of(view).collect();
        let keys: Vec<u64> = Rolling::over(compared.iter().map(|(_, byte)| *byte)).collect();
        for (start, key) in keys.iter().enumerate() {
            for (count, last) in self.wholes.get(key).into_iter().flatten() {
                let Some(run) = keys.get(start..start + count) else {
                    continue;
                };
                let everyday =
                    |key: &u64| self.everyday.as_ref().is_some_and(|it| it.contains(key));
                let known = |key: &u64| self.has_piece(*key) || everyday(key);
                if run.last() == Some(last) && run.iter().all(known) {
                    let end = start + count - 1 + PIECE - 1;
                    note(view, compared[start].0, compared[end].0, found);
                }
            }
        }
    }

    /// Short secrets, as a whole.
    pub(super) fn whole(&self, view: &View, author: Author, found: &mut Vec<Range<usize>>) {
        self.has_quoted(&view.bytes, |first, last| {
            note(view, first, last, found);
            false
        });
        let ours = author == Author::We;
        let least = if ours { WORD } else { 1 };
        for length in self.lengths.range(least..) {
            for (at, candidate) in view.bytes.windows(*length).enumerate() {
                let known = !(ours && is_word(candidate)) && self.short.contains(candidate);
                if known && stands_alone(view, at, candidate) {
                    note(view, at, at + length - 1, found);
                }
            }
        }
    }

    /// The beginning of a secret at the end of a text, which may have been cut there.
    pub(super) fn cut_at_the_end(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let end = without_ellipsis(&view.bytes).len();
        let mut last: Vec<(usize, u8)> = Vec::with_capacity(PIECE);
        let compared: Vec<_> = Compared::of(view).filter(|(at, _)| *at < end).collect();
        last.extend(compared.iter().rev().take(PIECE - 1).rev());
        for (length, known) in (WORD..PIECE).zip(&self.beginnings).rev() {
            let Some(start) = last.len().checked_sub(length) else {
                continue;
            };
            let bytes: Vec<u8> = last[start..].iter().map(|(_, byte)| *byte).collect();
            if known.contains(&key_of(&bytes)) {
                note(view, last[start].0, last[last.len() - 1].0, found);
                return;
            }
        }
    }
}

fn note(view: &View, first: usize, last: usize, found: &mut Vec<Range<usize>>) {
    if let (Some(first), Some(last)) = (view.from.get(first), view.from.get(last)) {
        found.push(first.0 as usize..last.1 as usize);
    }
}

/// A word is not looked for within other words: `test` is not in `latest`.
fn stands_alone(view: &View, at: usize, candidate: &[u8]) -> bool {
    if candidate.len() >= WORD && !is_word(candidate) {
        return true;
    }
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let before = at.checked_sub(1).and_then(|at| view.bytes.get(at));
    !goes_on(before) && !goes_on(view.bytes.get(at + candidate.len()))
}

fn is_word(candidate: &[u8]) -> bool {
    candidate.iter().all(u8::is_ascii_alphabetic)
}

fn without_ellipsis(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_end();
    let bytes = bytes.strip_suffix("…".as_bytes()).unwrap_or(bytes);
    let dots = bytes.iter().rev().take_while(|byte| **byte == b'.').count();
    if dots > 1 {
        &bytes[..bytes.len() - dots]
    } else {
        bytes
    }
}

/// The bytes that are compared, with their places: in lower case, without what quoting adds.
struct Compared<'a> {
    bytes: std::iter::Enumerate<std::slice::Iter<'a, u8>>,
}

impl<'a> Compared<'a> {
    fn of(view: &'a View) -> Self {
        Self {
            bytes: view.bytes.iter().enumerate(),
        }
    }
}

impl Iterator for Compared<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        let (at, byte) = self.bytes.find(|(_, byte)| is_compared(**byte))?;
        Some((at, byte.to_ascii_lowercase()))
    }
}

/// Whether a byte counts: quoting and folding add and take away the others.
pub(super) fn is_compared(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\'' | b'\\' | b'+' | b'`' | 0..=b' ')
}

/// Keys of all pieces of bytes.
struct Rolling<I> {
    bytes: I,
    key: u64,
    count: usize,
}

impl<I: Iterator<Item = u8>> Rolling<I> {
    fn over(bytes: I) -> Self {
        Self {
            bytes,
            key: 0,
            count: 0,
        }
    }
}

impl<I: Iterator<Item = u8>> Iterator for Rolling<I> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            self.key = self.key << 8 | u64::from(self.bytes.next()?);
            self.count += 1;
            if self.count >= PIECE {
                return Some(self.key);
            }
        }
    }
}

fn key_of(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |key, byte| key << 8 | u64::from(*byte))
}

fn everyday() -> Keys {
    let views = EVERYDAY.iter().flat_map(|text| View::all(text));
    let mut keys = Keys::default();
    for view in views {
        let bytes: Vec<u8> = Compared::of(&view).map(|(_, byte)| byte).collect();
        keys.extend(Rolling::over(bytes.into_iter()));
    }
    keys
}

fn digest(secret: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    secret.hash(&mut hasher);
    hasher.finish()
}
