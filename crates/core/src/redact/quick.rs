//! Whether a text needs a full search: most do not, and a plan may have megabytes of them.

use std::borrow::Cow;

use super::decode::{DEPTH, nibble, sextet, unescaped};
use super::index::{Index, is_compared};
use super::{BASE64, DECODED, HEX, PIECE};

/// A window over the last bytes.
#[derive(Clone, Copy, Default)]
struct Window {
    key: u64,
    count: usize,
}

impl Window {
    /// Whether this byte completes a piece of a secret.
    fn completes(&mut self, index: &Index, byte: u8) -> bool {
        if !is_compared(byte) {
            return false;
        }
        self.key = self.key << 8 | u64::from(byte.to_ascii_lowercase());
        self.count += 1;
        self.count >= PIECE && index.has_piece(self.key)
    }
}

/// A way to write bytes in digits.
struct System {
    bits: u32,
    /// Digits that make entire bytes.
    group: usize,
    /// Shorter runs hold no secret.
    least: usize,
    digit: fn(u8) -> Option<u8>,
}

const BASE64_DIGITS: System = System {
    bits: 6,
    group: 4,
    least: BASE64,
    digit: sextet,
};

const HEX_DIGITS: System = System {
    bits: 4,
    group: 2,
    least: HEX,
    digit: nibble,
};

/// Digits of N bits each, read from one alignment on.
struct Digits {
    bits: u32,
    group: usize,
    value: u32,
    have: u32,
    taken: usize,
}

impl Digits {
    fn of(bits: u32, group: usize) -> Self {
        Self {
            bits,
            group,
            value: 0,
            have: 0,
            taken: 0,
        }
    }

    /// The byte that this digit completes.
    fn completes(&mut self, digit: u8) -> Option<u8> {
        self.value = (self.value << self.bits | u32::from(digit)) & 0xFFFF;
        self.have += self.bits;
        self.taken += 1;
        let byte = (self.have >= 8).then(|| {
            self.have -= 8;
            u8::try_from((self.value >> self.have) & 0xFF).unwrap_or(0)
        });
        if self.taken.is_multiple_of(self.group) {
            self.have = 0;
        }
        byte
    }
}

/// Whether a piece of a secret, or a short one, is in these bytes, in any of the views that the full search
/// has of them. False positives are allowed, false negatives are not: no later search would find them.
/// Only a secret that is nothing but an everyday text is not looked for.
pub(super) fn touches(index: &Index, bytes: &[u8]) -> bool {
    in_layers(index, bytes, DECODED)
}

fn in_layers(index: &Index, bytes: &[u8], depth: usize) -> bool {
    let mut layer = Cow::Borrowed(bytes);
    for _ in 0..DEPTH {
        if in_layer(index, &layer, depth) {
            return true;
        }
        match unescaped(&layer) {
            Some(next) => layer = Cow::Owned(next),
            None => return false,
        }
    }
    in_layer(index, &layer, depth)
}

fn in_layer(index: &Index, bytes: &[u8], depth: usize) -> bool {
    let in_digits = |deeper| {
        in_digits(index, bytes, &BASE64_DIGITS, deeper)
            || in_digits(index, bytes, &HEX_DIGITS, deeper)
    };
    holds(index, bytes) || depth.checked_sub(1).is_some_and(in_digits)
}

fn holds(index: &Index, bytes: &[u8]) -> bool {
    let mut window = Window::default();
    bytes.iter().any(|byte| window.completes(index, *byte)) || index.has_short(bytes)
}

fn in_digits(index: &Index, bytes: &[u8], system: &System, depth: usize) -> bool {
    let digit = system.digit;
    let runs = bytes.split(|byte| digit(*byte).is_none() && !matches!(byte, b'\n' | b'\r'));
    let mut runs = runs.filter(|run| run.len() >= system.least);
    let mut decoded = Vec::new();
    runs.any(|run| {
        (0..system.group).any(|skip| {
            let mut digits = Digits::of(system.bits, system.group);
            let values = run.iter().filter_map(|byte| digit(*byte)).skip(skip);
            decoded.clear();
            decoded.extend(values.filter_map(|value| digits.completes(value)));
            in_layers(index, &decoded, depth)
        })
    })
}
