//! Characters beyond U+FFFF as JSON escapes them: two escapes for one character.
//!
//! The parser knows no such escapes. So the backslash of each is replaced by a character that
//! occurs nowhere in the text before it parses, and put right after: only in double quotes
//! it was an escape. The text keeps its length, and places keep their meaning.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Span;
use super::compose::narrow;

/// The text for the parser, and the character that replaces a backslash, if there is any.
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

/// How many characters two escapes take.
const PAIR: usize = 12;

/// The character that two escapes at the beginning encode.
fn pair(text: &[char], stand_in: char) -> Option<char> {
    let unit = |at: usize| {
        let escape = text.get(at..at + PAIR / 2)?;
        let [sign, 'u', digits @ ..] = escape else {
            return None;
        };
        let digits: String = digits.iter().collect();
        u16::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| *sign == stand_in)
    };
    let units = [unit(0)?, unit(PAIR / 2)?];
    char::decode_utf16(units).next()?.ok()
}

/// Where the first escape of half a character is in a scalar.
pub(super) fn half(hidden: &str, stand_in: char, scalar: saphyr_parser::Span) -> Span {
    let (start, end) = (scalar.start.index(), scalar.end.index());
    let text: Vec<char> = hidden.chars().take(end).skip(start).collect();
    let (mut line, mut column) = (scalar.start.line(), scalar.start.col());
    let mut at = 0;
    while let Some(found) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let step = match pair(rest, stand_in) {
            Some(_) => PAIR,
            None if *found == stand_in => break,
            None => 1,
        };
        (line, column) = match found {
            '\n' => (line + 1, 0),
            _ => (line, column + step),
        };
        at += step;
    }
    Span {
        line: narrow(line),
        column: narrow(column).saturating_add(1),
        length: narrow(PAIR / 2),
    }
}

/// The same YAML with characters in place of the pairs of escapes that encode them.
///
/// JSON is YAML but for these: readers of YAML take each of the two for a character of its own, and
/// refuse it or keep what no text can hold. Halves that are alone, and text that does not parse, stay.
#[must_use]
pub fn spelled_out(text: &str) -> Cow<'_, str> {
    let (hidden, stand_in) = hide(text);
    let Some(stand_in) = stand_in else {
        return Cow::Borrowed(text);
    };
    let Some(quoted) = in_double_quotes(&hidden) else {
        return Cow::Borrowed(text);
    };
    let characters: Vec<char> = hidden.chars().collect();
    let mut quoted = quoted.into_iter().peekable();
    let mut spelled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        while quoted.next_if(|range| range.end <= at).is_some() {}
        let escapes = quoted.peek().is_some_and(|range| range.contains(&at));
        let rest = characters.get(at..).unwrap_or_default();
        match pair(rest, stand_in).filter(|_| escapes) {
            Some(joined) => {
                spelled.push(joined);
                at += PAIR;
            }
            None => {
                spelled.push(if *character == stand_in {
                    '\\'
                } else {
                    *character
                });
                at += 1;
            }
        }
    }
    Cow::Owned(spelled)
}

/// Where scalars in double quotes are, in characters; `None` where the text does not parse.
fn in_double_quotes(hidden: &str) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    for event in Parser::new_from_str(hidden) {
        let (event, span) = event.ok()?;
        if matches!(event, Event::Scalar(_, ScalarStyle::DoubleQuoted, _, _)) {
            found.push(span.start.index()..span.end.index());
        }
    }
    Some(found)
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

    #[test]
    fn characters_stand_in_place_of_their_escapes_in_double_quotes_alone() {
        for (text, spelled) in [
            ("a: \"x\\ud83d\\ude00y\"\n", "a: \"x😀y\"\n"),
            (
                "{\"\\uD83D\\uDE00\": [\"\\u00e9\\ud83d\\udc08\"]}",
                "{\"😀\": [\"\\u00e9🐈\"]}",
            ),
            ("a: é \"b\\ud83d\\ude00\"\n", "a: é \"b\\ud83d\\ude00\"\n"),
            (
                "a: '\\ud83d\\ude00' # \"\\ud83d\\ude00\"\nb: \"\\ud83d\\ude00\"",
                "a: '\\ud83d\\ude00' # \"\\ud83d\\ude00\"\nb: \"😀\"",
            ),
            ("a: \"\\\\ud83d\\\\ude00\"", "a: \"\\\\ud83d\\\\ude00\""),
            ("a: \"\\ud83d\"", "a: \"\\ud83d\""),
            ("a: {\"\\ud83d\\ude00\"", "a: {\"\\ud83d\\ude00\""),
            (
                "a: |\n  \"\\ud83d\\ude00\"\n",
                "a: |\n  \"\\ud83d\\ude00\"\n",
            ),
        ] {
            assert_eq!(spelled_out(text), spelled, "{text}");
        }
    }

    #[test]
    fn half_a_character_is_found_where_it_stands() {
        for (text, place) in [
            ("a: \"bc\\ud83d\"\n", (1, 7)),
            ("a: \"\\ud83d\\ude00 \\ude00\"\n", (1, 18)),
            ("é: 1\na: \"b\n  c \\ud83d\"\n", (3, 5)),
            ("{\"a\": {\"b\\udc08\": 1}}", (1, 10)),
        ] {
            let error = crate::yaml::parse(text, crate::yaml::Limits::default()).unwrap_err();
            assert_eq!((error.span.line, error.span.column), place, "{text}");
            assert_eq!(error.span.length, 6);
        }
    }
}
