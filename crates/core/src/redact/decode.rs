//! Decodes a text into the forms that it may have had before it was escaped.

use std::ops::Range;

use super::{BASE64, HEX};

/// How often escapes are undone: JSON in JSON in a query in HTML is four.
pub(super) const DEPTH: usize = 6;

/// Bytes, and for each the range of the text that it came from.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Start and end in the text.
    pub(super) from: Vec<(u32, u32)>,
}

impl View {
    /// The text itself, then with its escapes undone once, twice and so on.
    pub(super) fn all(text: &str) -> Vec<Self> {
        Self::of(text.as_bytes()).layers()
    }

    /// This view, then with its escapes undone once, twice and so on.
    pub(super) fn layers(self) -> Vec<Self> {
        let mut layers = vec![self];
        while layers.len() <= DEPTH {
            match layers.last().and_then(Self::unescaped) {
                Some(next) => layers.push(next),
                None => break,
            }
        }
        layers
    }

    fn of(bytes: &[u8]) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let from = (0..bytes.len()).map(|at| (place(at), place(at + 1)));
        Self {
            bytes: bytes.to_vec(),
            from: from.collect(),
        }
    }

    fn empty(room: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(room),
            from: Vec::with_capacity(room),
        }
    }

    /// The same with all escapes undone once, if that changes it.
    fn unescaped(&self) -> Option<Self> {
        if !is_escaped(&self.bytes) {
            return None;
        }
        let mut out = Self::empty(self.bytes.len());
        undo(&self.bytes, |decoded, place| {
            let from = self.range(place.start, place.end);
            out.bytes.extend_from_slice(decoded);
            out.from.extend(decoded.iter().map(|_| from));
        });
        (out.bytes != self.bytes).then_some(out)
    }

    fn range(&self, start: usize, end: usize) -> (u32, u32) {
        let first = self.from.get(start).map_or(0, |from| from.0);
        let last = self.from.get(end - 1).map_or(first, |from| from.1);
        (first, last)
    }

    /// What its runs of base64 and hexadecimal digits hold, at each alignment.
    pub(super) fn inner(&self) -> Vec<Self> {
        let mut inner = Vec::new();
        for run in self.runs(|byte| sextet(byte).is_some(), BASE64) {
            for skip in 0..4 {
                inner.push(self.joined(&run[skip.min(run.len())..], 4, 6, sextet));
            }
        }
        for run in self.runs(|byte| nibble(byte).is_some(), HEX) {
            for skip in 0..2 {
                inner.push(self.joined(&run[skip..], 2, 4, nibble));
            }
        }
        inner
    }

    /// Positions of adjacent digits; a line may be broken between them.
    fn runs(&self, is_digit: impl Fn(u8) -> bool, least: usize) -> Vec<Vec<usize>> {
        let mut runs = Vec::new();
        let mut run = Vec::new();
        for (at, byte) in self.bytes.iter().enumerate() {
            match byte {
                byte if is_digit(*byte) => run.push(at),
                b'\n' | b'\r' => {}
                _ if run.len() >= least => runs.push(std::mem::take(&mut run)),
                _ => run.clear(),
            }
        }
        if run.len() >= least {
            runs.push(run);
        }
        runs
    }

    /// The bytes that digits of `bits` bits each make.
    fn joined(&self, run: &[usize], group: usize, bits: u32, digit: fn(u8) -> Option<u8>) -> Self {
        let mut out = Self::empty(run.len());
        let (mut value, mut have) = (0_u32, 0);
        for (number, at) in run.iter().enumerate() {
            let Some(new) = self.bytes.get(*at).copied().and_then(digit) else {
                continue;
            };
            value = (value << bits | u32::from(new)) & 0xFFFF;
            have += bits;
            if have >= 8 {
                have -= 8;
                // The remaining bits of a byte are in the digit before.
                let first = run.get(number.saturating_sub(1)).copied().unwrap_or(*at);
                out.bytes
                    .push(u8::try_from((value >> have) & 0xFF).unwrap_or(0));
                out.from.push(self.range(first, *at + 1));
            }
            if (number + 1) % group == 0 {
                have = 0;
            }
        }
        out
    }
}

/// Bytes with all escapes undone once, if that changes them.
pub(super) fn unescaped(bytes: &[u8]) -> Option<Vec<u8>> {
    if !is_escaped(bytes) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    undo(bytes, |decoded, _| out.extend_from_slice(decoded));
    (out != bytes).then_some(out)
}

/// Passes on what each part of these bytes encodes, with the position of the part.
fn undo(bytes: &[u8], mut put: impl FnMut(&[u8], Range<usize>)) {
    let mut at = 0;
    let mut buffer = [0; 4];
    while let Some(byte) = bytes.get(at) {
        let (length, decoded): (usize, &[u8]) = match escape(&bytes[at..]) {
            Some((length, Decoded::Byte(byte))) => {
                buffer[0] = byte;
                (length, &buffer[..1])
            }
            Some((length, Decoded::Letter(letter))) => {
                let text = letter.encode_utf8(&mut buffer);
                (length, text.as_bytes())
            }
            None => {
                buffer[0] = *byte;
                (1, &buffer[..1])
            }
        };
        let length = length.max(1);
        put(decoded, at..at + length);
        at += length;
    }
}

/// Whether there may be something to undo.
fn is_escaped(bytes: &[u8]) -> bool {
    let begins = |(at, byte): (usize, &u8)| match byte {
        b'\\' | b'%' | b'&' => true,
        // Quoted-printable; other equals signs are everywhere.
        b'=' => bytes
            .get(at + 1)
            .is_some_and(|next| b"389aAbBcCdDeEfF".contains(next)),
        _ => false,
    };
    bytes.iter().enumerate().any(begins)
}

enum Decoded {
    Byte(u8),
    Letter(char),
}

/// The escape that bytes begin with: its length, and what it encodes.
fn escape(rest: &[u8]) -> Option<(usize, Decoded)> {
    match rest.first()? {
        b'\\' => backslash(rest),
        b'%' if matches!(rest.get(1), Some(b'u' | b'U')) => {
            let code = hexadecimal(rest.get(2..6)?)?;
            Some((6, Decoded::Letter(char::from_u32(code)?)))
        }
        b'%' => two_digits(rest.get(1..3)?).map(|byte| (3, Decoded::Byte(byte))),
        // Quoted-printable.
        b'=' => two_digits(rest.get(1..3)?)
            .filter(|byte| *byte >= 0x80 || *byte == b'=')
            .map(|byte| (3, Decoded::Byte(byte))),
        b'&' => entity(rest),
        _ => None,
    }
}

fn backslash(rest: &[u8]) -> Option<(usize, Decoded)> {
    let letter = |c| Some((2, Decoded::Letter(c)));
    match rest.get(1)? {
        b'n' => letter('\n'),
        b'r' => letter('\r'),
        b't' => letter('\t'),
        b'b' => letter('\u{8}'),
        b'f' => letter('\u{c}'),
        b'x' | b'X' => two_digits(rest.get(2..4)?).map(|byte| (4, Decoded::Byte(byte))),
        b'u' | b'U' if rest.get(2) == Some(&b'{') => braced(rest),
        b'u' => surrogates(rest),
        b'U' => {
            let code = hexadecimal(rest.get(2..10)?)?;
            Some((10, Decoded::Letter(char::from_u32(code)?)))
        }
        b'0'..=b'3' => {
            let digits = rest.get(1..4)?;
            let octal = digits.iter().all(|digit| (b'0'..=b'7').contains(digit));
            let value = digits.iter().fold(0_u32, |value, digit| {
                value * 8 + u32::from(digit.wrapping_sub(b'0'))
            });
            octal.then_some((4, Decoded::Byte(u8::try_from(value).ok()?)))
        }
        quoted @ (b'\\' | b'"' | b'\'' | b'/' | b'`') => letter(char::from(*quoted)),
        _ => None,
    }
}

/// `\u{1F600}`.
fn braced(rest: &[u8]) -> Option<(usize, Decoded)> {
    let end = rest.iter().take(12).position(|byte| *byte == b'}')?;
    let code = hexadecimal(rest.get(3..end)?)?;
    Some((end + 1, Decoded::Letter(char::from_u32(code)?)))
}

/// `\u00e4`, or two for a letter beyond the first plane.
fn surrogates(rest: &[u8]) -> Option<(usize, Decoded)> {
    let first = hexadecimal(rest.get(2..6)?)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((6, Decoded::Letter(letter)));
    }
    let second = rest.get(6..12).filter(|next| next.starts_with(b"\\u"))?;
    let second = hexadecimal(second.get(2..)?)?;
    let high = first.checked_sub(0xD800).filter(|bits| *bits < 0x400)?;
    let low = second.checked_sub(0xDC00).filter(|bits| *bits < 0x400)?;
    let letter = char::from_u32(0x10000 + (high << 10 | low))?;
    Some((12, Decoded::Letter(letter)))
}

/// `&#228;`, `&#xe4;` or `&auml;`.
fn entity(rest: &[u8]) -> Option<(usize, Decoded)> {
    let end = rest.iter().take(14).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let letter = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => named(name)?,
    };
    Some((end + 1, Decoded::Letter(letter)))
}

fn named(name: &str) -> Option<char> {
    const SIGNS: [(&str, char); 34] = [
        ("amp", '&'),
        ("AMP", '&'),
        ("lt", '<'),
        ("LT", '<'),
        ("gt", '>'),
        ("GT", '>'),
        ("quot", '"'),
        ("QUOT", '"'),
        ("apos", '\''),
        ("excl", '!'),
        ("num", '#'),
        ("dollar", '$'),
        ("percnt", '%'),
        ("lpar", '('),
        ("rpar", ')'),
        ("ast", '*'),
        ("plus", '+'),
        ("comma", ','),
        ("period", '.'),
        ("sol", '/'),
        ("colon", ':'),
        ("semi", ';'),
        ("equals", '='),
        ("quest", '?'),
        ("commat", '@'),
        ("lsqb", '['),
        ("rsqb", ']'),
        ("bsol", '\\'),
        ("Hat", '^'),
        ("lowbar", '_'),
        ("grave", '`'),
        ("lcub", '{'),
        ("verbar", '|'),
        ("rcub", '}'),
    ];
    /// U+00A0 to U+00FF.
    const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy \
        reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 \
        frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
        Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
        Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde \
        ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
    if let Some((_, sign)) = SIGNS.iter().find(|(known, _)| *known == name) {
        return Some(*sign);
    }
    let place = LATIN.split_whitespace().position(|known| known == name)?;
    char::from_u32(0xA0 + u32::try_from(place).ok()?)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| plain)?;
    u32::from_str_radix(text, 16).ok()
}

fn two_digits(digits: &[u8]) -> Option<u8> {
    u8::try_from(hexadecimal(digits)?).ok()
}

pub(super) fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

pub(super) fn nibble(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => return None,
    })
}
