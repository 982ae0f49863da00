//! Whether a text needs a full search: most do not, and a plan may have megabytes of them.

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

/// Whether a piece of a secret, or a short one, is in these bytes, as it is, in base64 or in hexadecimal digits.
pub(super) fn touches(index: &Index, bytes: &[u8]) -> bool {
    holds(index, bytes)
        || in_digits(index, bytes, 6, 4, BASE64, sextet)
        || in_digits(index, bytes, 4, 2, HEX, nibble)
}

fn holds(index: &Index, bytes: &[u8]) -> bool {
    let mut window = Window::default();
    bytes.iter().any(|byte| window.completes(index, *byte)) || index.has_short(bytes)
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
    let mut decoded = Vec::new();
    runs.any(|run| {
        (0..group).any(|skip| {
            let mut digits = Digits::of(bits, group);
            let values = run.iter().filter_map(|byte| digit(*byte)).skip(skip);
            decoded.clear();
            decoded.extend(values.filter_map(|value| digits.completes(value)));
            holds(index, &decoded)
        })
    })
}
