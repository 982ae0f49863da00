//! Integers and floats of YAML 1.1, printed as Python prints them.

use super::ScalarError;

/// An integer, if the text is one: decimal, `0b`, octal by a leading zero, `0x`,
/// or base sixty (`1:30`). The error is for texts that match and cannot be read.
pub(super) fn integer(text: &str) -> Option<Result<String, ScalarError>> {
    let (negative, digits) = sign(text);
    let first = *digits.as_bytes().first()?;
    if let Some(rest) = digits.strip_prefix("0b") {
        return in_radix(rest, 2, negative);
    }
    if let Some(rest) = digits.strip_prefix("0x") {
        return in_radix(rest, 16, negative);
    }
    if first == b'0' && digits.len() > 1 {
        return in_radix(digits, 8, negative);
    }
    if !first.is_ascii_digit() {
        return None;
    }
    match digits.split_once(':') {
        Some((head, tail)) if first != b'0' => sexagesimal(head, tail, negative),
        Some(_) => None,
        None => is_digits(digits).then(|| Ok(signed(negative, &digits.replace('_', "")))),
    }
}

/// A float, if the text is one. A text without a dot is not a float, nor one with an unsigned exponent.
pub(super) fn float(text: &str) -> Option<f64> {
    let (negative, body) = sign(text);
    let magnitude = match body {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if body == text => f64::NAN,
        _ => {
            let (whole, rest) = body.split_once('.')?;
            if whole.is_empty() {
                // PyYAML 6 takes `.5` for a number and `-.5` for text.
                (body == text && rest.starts_with(|c: char| c.is_ascii_digit()))
                    .then(|| fraction("0", rest))??
            } else if let Some((head, tail)) = whole.split_once(':') {
                sexagesimal_float(head, tail, rest)?
            } else {
                is_digits(whole).then(|| fraction(whole, rest))??
            }
        }
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// What `!!float` accepts besides: anything Python's `float` reads.
pub(super) fn tagged_float(text: &str) -> Option<f64> {
    let number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let body = text.replace('_', "");
    if body.chars().all(number) {
        body.parse().ok()
    } else {
        None
    }
}

/// As Python's `repr`: the shortest text that reads back, `1e+16`, `1e-05`.
pub(super) fn print_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let text = format!("{value:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    let mantissa = mantissa.strip_suffix(".0").unwrap_or(mantissa);
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn is_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

fn signed(negative: bool, digits: &str) -> String {
    if negative && digits != "0" {
        format!("-{digits}")
    } else {
        digits.to_owned()
    }
}

fn in_radix(digits: &str, radix: u32, negative: bool) -> Option<Result<String, ScalarError>> {
    if digits.is_empty() || !digits.chars().all(|c| c == '_' || c.is_digit(radix)) {
        return None;
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() {
        return Some(Err(ScalarError("is a number without digits")));
    }
    Some(match u128::from_str_radix(&digits, radix) {
        Ok(value) => Ok(signed(negative, &value.to_string())),
        Err(_) => Err(ScalarError("is a number too large to compare")),
    })
}

/// The parts after the first colon: one or two digits below sixty each.
fn sixtieths(tail: &str) -> Option<Vec<u8>> {
    tail.split(':')
        .map(|part| match part.as_bytes() {
            [unit @ b'0'..=b'9'] => Some(unit - b'0'),
            [ten @ b'0'..=b'5', unit @ b'0'..=b'9'] => Some((ten - b'0') * 10 + (unit - b'0')),
            _ => None,
        })
        .collect()
}

fn sexagesimal(head: &str, tail: &str, negative: bool) -> Option<Result<String, ScalarError>> {
    if !is_digits(head) {
        return None;
    }
    let parts = sixtieths(tail)?;
    let mut total = head.replace('_', "").parse::<u128>().ok();
    for part in parts {
        total = total.and_then(|sum| sum.checked_mul(60)?.checked_add(part.into()));
    }
    Some(match total {
        Some(value) => Ok(signed(negative, &value.to_string())),
        None => Err(ScalarError("is a number too large to compare")),
    })
}

fn sexagesimal_float(head: &str, tail: &str, rest: &str) -> Option<f64> {
    if !is_digits(head) || !rest.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return None;
    }
    let mut parts = sixtieths(tail)?;
    let last = parts.pop()?;
    let mut total = head.replace('_', "").parse::<f64>().ok()?;
    for part in parts {
        total = total * 60.0 + f64::from(part);
    }
    Some(total * 60.0 + fraction(&last.to_string(), rest)?)
}

/// `whole.rest`, where `rest` is digits and perhaps a signed exponent.
fn fraction(whole: &str, rest: &str) -> Option<f64> {
    let (digits, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return None;
    }
    let exponent = match exponent {
        None => "+0",
        Some(text) => {
            let body = text.strip_prefix(['+', '-'])?;
            (!body.is_empty() && body.bytes().all(|b| b.is_ascii_digit())).then_some(text)?
        }
    };
    format!("{whole}.{digits}e{exponent}")
        .replace('_', "")
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tagged_float_is_what_python_reads() {
        for (text, value) in [
            ("1e3", 1000.0),
            ("1_0.5", 10.5),
            ("7", 7.0),
            ("-2.50", -2.5),
        ] {
            assert_eq!(tagged_float(text), Some(value), "{text}");
        }
        for text in ["", "0x10", "seven", "1e", "inf"] {
            assert_eq!(tagged_float(text), None, "{text}");
        }
    }
}
