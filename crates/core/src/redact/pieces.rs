//! A set of pieces that answers fast for texts that hold none.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// A multiplicative hash: the keys are bytes of texts, and no attacker chooses them to collide.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

pub(super) type Keys = HashSet<u64, BuildHasherDefault<Mix>>;

/// Keys, with a table of bits in front: for each key there are [`SPARE`] bits.
#[derive(Default)]
pub(super) struct Pieces {
    keys: Keys,
    bits: Vec<u64>,
}

/// One text in this many passes the bits by accident.
const SPARE: usize = 16;

impl Pieces {
    pub(super) fn insert(&mut self, key: u64) {
        if !self.keys.insert(key) {
            return;
        }
        if self.keys.len() * SPARE > self.bits.len() * 64 {
            let words = (self.keys.len() * SPARE / 32).next_power_of_two().max(64);
            self.bits = vec![0; words];
            let keys = std::mem::take(&mut self.keys);
            keys.iter().for_each(|key| self.mark(*key));
            self.keys = keys;
        } else {
            self.mark(key);
        }
    }

    pub(super) fn contains(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0) && self.keys.contains(&key)
    }

    fn mark(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= bit;
        }
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let word = usize::try_from(mixed >> 38).unwrap_or(0) & (self.bits.len().max(1) - 1);
        (word, 1 << (mixed >> 32 & 63))
    }
}
