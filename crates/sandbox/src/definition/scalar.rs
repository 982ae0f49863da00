//! Scalars as `PyYAML`'s safe loader reads them: YAML 1.1 with its resolver's own patterns.

use super::timestamp;
use super::value::Value;

/// What `PyYAML` calls the tag of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    Str,
    Timestamp,
    /// `<<`, which means something as a key only.
    Merge,
    /// `=`, which means something as a key only.
    Default,
}

impl Tag {
    /// The tag a core suffix names (`int` of `!!int`), if it has a value here.
    pub(super) fn named(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" => Self::Str,
            "timestamp" => Self::Timestamp,
            "merge" => Self::Merge,
            "value" => Self::Default,
            _ => return None,
        })
    }

    /// The tag of a scalar that was written without quotes and without a tag.
    pub(super) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "<<" => Self::Merge,
            "=" => Self::Default,
            _ if boolean(text).is_some() => Self::Bool,
            _ if is_float(text) => Self::Float,
            _ if is_int(text) => Self::Int,
            _ if timestamp::parse(text).is_some_and(|t| t.is_implicit()) => Self::Timestamp,
            _ => Self::Str,
        }
    }
}

/// The value of a scalar under a tag.
///
/// # Errors
/// Says why the text has no such value.
pub(super) fn construct(text: &str, tag: Tag) -> Result<Value, String> {
    let value = match tag {
        Tag::Null => Some(Value::Null),
        Tag::Bool => boolean(&text.to_ascii_lowercase()).map(Value::Bool),
        Tag::Int => int(&text.replace('_', "")).map(Value::Int),
        Tag::Float => float(&text.replace('_', "").to_ascii_lowercase()).map(Value::Float),
        Tag::Str => Some(Value::from(text)),
        Tag::Timestamp => timestamp::parse(text)
            .and_then(|t| t.iso())
            .map(Value::Timestamp),
        Tag::Merge | Tag::Default => None,
    };
    value.ok_or_else(|| complaint(text, tag))
}

fn complaint(text: &str, tag: Tag) -> String {
    match tag {
        Tag::Int => format!("`{text}` is no whole number, or too large a one"),
        Tag::Timestamp => format!("`{text}` is no date that exists; quote it if it is text"),
        Tag::Merge | Tag::Default => format!("`{text}` is not a value in YAML 1.1; quote it"),
        _ => format!("`{text}` does not fit its tag"),
    }
}

/// Only all small, all capital and capitalised words count; `y` and `n` are strings.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Whether the text is not empty and has only these bytes.
fn all(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

fn digit_or_score(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// The resolver's pattern for integers: binary, octal, decimal, hexadecimal, base 60.
fn is_int(text: &str) -> bool {
    let body = unsigned(text);
    if let Some(digits) = body.strip_prefix("0b") {
        return all(digits, |b| matches!(b, b'0' | b'1' | b'_'));
    }
    if let Some(digits) = body.strip_prefix("0x") {
        return all(digits, |b| b.is_ascii_hexdigit() || b == b'_');
    }
    if let Some(digits) = body.strip_prefix('0') {
        return digits.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'));
    }
    let (head, tail) = body.split_once(':').unwrap_or((body, "0"));
    head.starts_with(|c: char| c.is_ascii_digit())
        && all(head, digit_or_score)
        && tail.split(':').all(is_sixtieth)
}

/// One place of a base 60 number after the first: 0 to 59.
fn is_sixtieth(text: &str) -> bool {
    match text.as_bytes() {
        [units] => units.is_ascii_digit(),
        [tens, units] => matches!(tens, b'0'..=b'5') && units.is_ascii_digit(),
        _ => false,
    }
}

/// The resolver's pattern for floats. There must be a point, and an exponent must have a sign:
/// `1e3` and `1.5e3` are strings.
fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let body = unsigned(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let Some((whole, rest)) = body.split_once('.') else {
        return false;
    };
    if let Some((head, sixtieths)) = whole.split_once(':') {
        return number_head(head)
            && sixtieths.split(':').all(is_sixtieth)
            && rest.bytes().all(digit_or_score);
    }
    let fraction = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) if is_exponent(exponent) => fraction,
        Some(_) => return false,
        None => rest,
    };
    if whole.is_empty() {
        // Only an unsigned number may begin with its point.
        return body.len() == text.len() && number_head(fraction);
    }
    number_head(whole) && fraction.bytes().all(digit_or_score)
}

fn number_head(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && all(text, digit_or_score)
}

fn is_exponent(text: &str) -> bool {
    text.strip_prefix(['-', '+'])
        .is_some_and(|digits| all(digits, |b| b.is_ascii_digit()))
}

/// `PyYAML`'s constructor for integers, underscores already gone.
fn int(text: &str) -> Option<i128> {
    let body = unsigned(text);
    let magnitude = if let Some(digits) = body.strip_prefix("0b") {
        radix(digits, 2)?
    } else if let Some(digits) = body.strip_prefix("0x") {
        radix(digits, 16)?
    } else if body.starts_with('0') && body != "0" {
        radix(body.strip_prefix("0o").unwrap_or(body), 8)?
    } else {
        body.split(':').try_fold(0_i128, |sum, part| {
            sum.checked_mul(60)?.checked_add(radix(part, 10)?)
        })?
    };
    Some(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// Digits of a base, without a sign.
fn radix(digits: &str, base: u32) -> Option<i128> {
    if digits.starts_with(['-', '+']) {
        return None;
    }
    i128::from_str_radix(digits, base).ok()
}

/// `PyYAML`'s constructor for floats, underscores gone and letters small.
fn float(text: &str) -> Option<f64> {
    let body = unsigned(text);
    let magnitude = match body {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if body.contains(':') => base_60(body)?,
        _ => body.parse().ok()?,
    };
    Some(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// Adds from the last place up: the order of the sums decides the last bit.
fn base_60(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    let mut base = 1.0;
    for part in text.rsplit(':') {
        sum += part.parse::<f64>().ok()? * base;
        base *= 60.0;
    }
    Some(sum)
}

/// A float as Python's `repr` writes it, with the `.0` that YAML wants before an exponent.
pub(super) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{number:?}");
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::{Tag, construct, float_text};
    use crate::definition::Value;

    fn plain(text: &str) -> Value {
        construct(text, Tag::of_plain(text)).unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    #[test]
    fn reads_integers_of_every_base() {
        let cases = [
            ("0", 0),
            ("-12", -12),
            ("+1_000", 1000),
            ("010", 8),
            ("0b1_01", 5),
            ("-0x1F", -31),
            ("1:30", 90),
            ("1:2:3", 3723),
            ("0_", 0),
        ];
        assert_eq!(construct("0o17", Tag::Int), Ok(Value::Int(15)));
        for (text, number) in cases {
            assert_eq!(plain(text), Value::Int(number), "{text}");
        }
    }

    #[test]
    fn reads_floats_only_with_a_point() {
        let cases = [
            ("1.", 1.0),
            ("1.5", 1.5),
            ("-1_0.5e+2", -1050.0),
            (".5", 0.5),
            ("08.5", 8.5),
            ("1:30.5", 90.5),
            ("-.inf", f64::NEG_INFINITY),
        ];
        for (text, number) in cases {
            assert_eq!(plain(text), Value::Float(number), "{text}");
        }
        assert!(matches!(plain(".nan"), Value::Float(number) if number.is_nan()));
    }

    #[test]
    fn leaves_everything_else_a_string() {
        for text in [
            "y", "n", "yEs", "nUll", "1e3", "1.5e3", "-.5", "09", "0o10", "1:60", "1:300", "0x",
            "1_000a", "_1", ".", "..5", "1.2.3", "2020-1-1", "-", "+", "0b2", "01:30", "1:",
        ] {
            assert_eq!(plain(text), Value::from(text), "{text}");
        }
    }

    #[test]
    fn reads_the_words_of_yaml_1_1() {
        for text in ["yes", "Yes", "YES", "on", "true", "TRUE"] {
            assert_eq!(plain(text), Value::Bool(true), "{text}");
        }
        for text in ["no", "Off", "False"] {
            assert_eq!(plain(text), Value::Bool(false), "{text}");
        }
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(plain(text), Value::Null, "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_value() {
        for (text, tag) in [
            ("=", Tag::Default),
            ("<<", Tag::Merge),
            ("", Tag::Int),
            ("seven", Tag::Int),
            ("maybe", Tag::Bool),
            ("2020-13-01", Tag::Timestamp),
            ("340282366920938463463374607431768211456", Tag::Int),
        ] {
            assert!(construct(text, tag).is_err(), "{text}");
        }
    }

    #[test]
    fn writes_floats_as_python_does() {
        let cases = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1.0e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1.0e+16"),
            (1.25e100, "1.25e+100"),
            (f64::INFINITY, ".inf"),
        ];
        for (number, text) in cases {
            assert_eq!(float_text(number), text);
        }
    }
}
