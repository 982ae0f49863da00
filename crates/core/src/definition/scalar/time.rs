//! Dates and times of YAML 1.1, printed as Python prints them.

use super::ScalarError;

/// A date or time, if the text has the form of one. The error is for texts
/// with the form and no such day or hour, at which `PyYAML` fails.
pub(super) fn timestamp(text: &str) -> Option<Result<String, ScalarError>> {
    if !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let mut rest = text;
    let year = number(&mut rest, 4, 4)?;
    literal(&mut rest, '-')?;
    let month = number(&mut rest, 1, 2)?;
    literal(&mut rest, '-')?;
    let day = number(&mut rest, 1, 2)?;
    if rest.is_empty() {
        // A date alone needs both digits.
        return (text.len() == 10).then(|| date(year, month, day));
    }
    separator(&mut rest)?;
    let clock = clock(&mut rest)?;
    let zone = zone(rest)?;
    Some(date(year, month, day).and_then(|date| Ok(format!("{date} {}{}", clock?, zone?))))
}

fn date(year: u32, month: u32, day: u32) -> Result<String, ScalarError> {
    let narrow = |value: u32| i8::try_from(value).ok();
    i16::try_from(year)
        .ok()
        .filter(|year| *year > 0)
        .and_then(|year| jiff::civil::Date::new(year, narrow(month)?, narrow(day)?).ok())
        .map(|_| format!("{year:04}-{month:02}-{day:02}"))
        .ok_or(ScalarError("looks like a date and is none"))
}

/// `H:MM:SS` with perhaps a fraction, printed; the outer `Option` is about the form.
fn clock(rest: &mut &str) -> Option<Result<String, ScalarError>> {
    let hour = number(rest, 1, 2)?;
    literal(rest, ':')?;
    let minute = number(rest, 2, 2)?;
    literal(rest, ':')?;
    let second = number(rest, 2, 2)?;
    let mut micros = String::new();
    if literal(rest, '.').is_some() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        micros = format!("{:0<6}", &rest[..end.min(6)]);
        *rest = &rest[end..];
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Some(Err(ScalarError("looks like a time and is none")));
    }
    let fraction = if micros.bytes().all(|b| b == b'0') {
        String::new()
    } else {
        format!(".{micros}")
    };
    Some(Ok(format!("{hour:02}:{minute:02}:{second:02}{fraction}")))
}

/// Nothing, `Z`, or an offset: printed as Python prints it.
fn zone(text: &str) -> Option<Result<String, ScalarError>> {
    if text.is_empty() {
        return Some(Ok(String::new()));
    }
    let mut rest = text.trim_start_matches([' ', '\t']);
    if rest == "Z" {
        return Some(Ok("+00:00".to_owned()));
    }
    let negative = literal(&mut rest, '-').is_some();
    if !negative {
        literal(&mut rest, '+')?;
    }
    let hours = number(&mut rest, 1, 2)?;
    let minutes = if rest.is_empty() {
        0
    } else {
        literal(&mut rest, ':')?;
        number(&mut rest, 2, 2)?
    };
    if !rest.is_empty() {
        return None;
    }
    let total = hours * 60 + minutes;
    if total >= 24 * 60 {
        return Some(Err(ScalarError("has a time zone of a day or more")));
    }
    let sign = if negative && total > 0 { '-' } else { '+' };
    Some(Ok(format!("{sign}{:02}:{:02}", total / 60, total % 60)))
}

fn separator(rest: &mut &str) -> Option<()> {
    let after = rest
        .strip_prefix(['T', 't'])
        .unwrap_or_else(|| rest.trim_start_matches([' ', '\t']));
    (after.len() < rest.len()).then(|| *rest = after)
}

fn literal(rest: &mut &str, wanted: char) -> Option<()> {
    *rest = rest.strip_prefix(wanted)?;
    Some(())
}

fn number(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (digits, after) = rest.split_at(count);
    *rest = after;
    digits.parse().ok()
}
