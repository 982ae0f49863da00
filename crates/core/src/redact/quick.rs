//! Whether a text is worth a close look: most are not, and a plan may be megabytes of them.

use super::decode::{nibble, sextet};
use super::index::{Index, is_compared};
use super::{BASE64, HEX, PIECE};

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

/// Digits of so many bits each, read from one alignment on.
#[derive(Clone, Copy, Default)]
struct Digits {
    value: u32,
    have: u32,
    taken: usize,
    window: Window,
}

impl Digits {
    fn completes(&mut self, index: &Index, digit: u8, bits: u32, group: usize) -> bool {
        self.value = (self.value << bits | u32::from(digit)) & 0xFFFF;
        self.have += bits;
        self.taken += 1;
        let byte = (self.have >= 8).then(|| {
            self.have -= 8;
            u8::try_from((self.value >> self.have) & 0xFF).unwrap_or(0)
        });
        if self.taken.is_multiple_of(group) {
            self.have = 0;
        }
        byte.is_some_and(|byte| self.window.completes(index, byte))
    }
}

/// Whether a piece of a secret is in these bytes, as it is, in base64 or in hexadecimal digits.
pub(super) fn touches(index: &Index, bytes: &[u8]) -> bool {
    let mut window = Window::default();
    bytes.iter().any(|byte| window.completes(index, *byte))
        || in_digits(index, bytes, 6, 4, BASE64, sextet)
        || in_digits(index, bytes, 4, 2, HEX, nibble)
}

fn in_digits(
    index: &Index,
    bytes: &[u8],
    bits: u32,
    group: usize,
    least: usize,
    digit: fn(u8) -> Option<u8>,
) -> bool {
    let runs = bytes.split(|byte| digit(*byte).is_none() && !matches!(byte, b'\n' | b'\r'));
    // Of base64 hardly anything is in small letters alone, and of our own words most are.
    let telling = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let mut runs = runs.filter(|run| run.len() >= least && run.iter().any(telling));
    runs.any(|run| {
        (0..group).any(|skip| {
            let mut digits = Digits::default();
            let values = run.iter().filter_map(|byte| digit(*byte));
            values
                .skip(skip)
                .any(|value| digits.completes(index, value, bits, group))
        })
    })
}
