//! Characters beyond U+FFFF as JSON escapes them: two escapes for one character.
//!
//! The parser knows no such escapes. So the backslash of each is replaced by a character that
//! stands nowhere in the text before it parses, and put right after: only in double quotes
//! it was an escape. The text keeps its length, and places keep their meaning.

use std::borrow::Cow;

/// The text for the parser, and the character that stands for a backslash, if there is any.
pub(super) fn hide(text: &str) -> (Cow<'_, str>, Option<char>) {
    let places = escapes(text);
    let stand_in = ('\u{E000}'..='\u{F8FF}').find(|c| !places.is_empty() && !text.contains(*c));
    let Some(stand_in) = stand_in else {
        return (Cow::Borrowed(text), None);
    };
    let mut hidden = String::with_capacity(text.len() + places.len() * 2);
    let mut done = 0;
    for place in places {
        hidden.push_str(text.get(done..place).unwrap_or_default());
        hidden.push(stand_in);
        done = place + 1;
    }
    hidden.push_str(text.get(done..).unwrap_or_default());
    (Cow::Owned(hidden), Some(stand_in))
}

/// Where a backslash begins an escape of half a character.
fn escapes(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_half = |at: usize| match bytes.get(at + 1..at + 6) {
        Some([b'u', b'd' | b'D', kind, rest @ ..]) => {
            matches!(kind, b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F')
                && rest.iter().all(u8::is_ascii_hexdigit)
        }
        _ => false,
    };
    // A backslash before it makes it a letter; two of them are one backslash.
    let before = |at: usize| {
        let run = bytes.get(..at).unwrap_or_default().iter().rev();
        run.take_while(|byte| **byte == b'\\').count()
    };
    let found = text.match_indices("\\u").map(|(at, _)| at);
    found
        .filter(|at| is_half(*at) && before(*at) % 2 == 0)
        .collect()
}

/// Puts the backslashes of a scalar that is not in double quotes back.
pub(super) fn restore(text: &str, stand_in: char) -> String {
    text.replace(stand_in, "\\")
}

/// Makes characters of the escapes of a scalar in double quotes; `None` where one has half of it only.
pub(super) fn join(text: &str, stand_in: char) -> Option<String> {
    let mut parts = text.split(stand_in);
    let mut joined = parts.next().unwrap_or_default().to_owned();
    while let Some(high) = parts.next() {
        let high = code(high).filter(|_| high.len() == 5)?;
        let low = parts.next()?;
        let units = [high, code(low)?];
        joined.push(char::decode_utf16(units).next()?.ok()?);
        joined.push_str(low.get(5..)?);
    }
    Some(joined)
}

/// The number after `u`.
fn code(part: &str) -> Option<u16> {
    u16::from_str_radix(part.get(1..5)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> Option<String> {
        let (hidden, stand_in) = hide(text);
        assert_eq!(hidden.chars().count(), text.chars().count());
        match stand_in {
            Some(stand_in) => {
                assert_eq!(restore(&hidden, stand_in), text);
                join(&hidden, stand_in)
            }
            None => Some(hidden.into_owned()),
        }
    }

    #[test]
    fn two_escapes_are_one_character_and_one_is_none() {
        for (text, joined) in [
            (r"a\ud83d\udc08b", Some("a🐈b")),
            (r"\uD83D\uDE00\ud83d\ude00", Some("😀😀")),
            (r"\u00e9 \\ud83d", Some(r"\u00e9 \\ud83d")),
            ("none", Some("none")),
            (r"a\ud83d", None),
            (r"\udc08\ud83d", None),
            (r"\ud83d \udc08", None),
        ] {
            assert_eq!(round(text).as_deref(), joined, "{text}");
        }
    }
}
