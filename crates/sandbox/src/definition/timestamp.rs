//! Dates and times of YAML 1.1, read and written as `PyYAML` does through Python's `datetime`.

use jiff::civil::Date;

/// A date, or a date with a time, as written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Timestamp<'a> {
    date: [&'a str; 3],
    time: Option<Time<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Time<'a> {
    clock: [&'a str; 3],
    fraction: &'a str,
    zone: Option<Zone<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Zone<'a> {
    negative: bool,
    hours: &'a str,
    minutes: &'a str,
}

/// Reads `2020-1-2`, `2020-01-02T03:04:05.6 +01:30` and the like; `None` if it is no timestamp.
pub(super) fn parse(text: &str) -> Option<Timestamp<'_>> {
    let mut rest = Rest(text);
    let year = rest.digits(4, 4)?;
    rest.eat('-')?;
    let month = rest.digits(1, 2)?;
    rest.eat('-')?;
    let day = rest.digits(1, 2)?;
    let time = if rest.0.is_empty() {
        None
    } else {
        Some(time(&mut rest)?)
    };
    let date = [year, month, day];
    rest.0.is_empty().then_some(Timestamp { date, time })
}

fn time<'a>(rest: &mut Rest<'a>) -> Option<Time<'a>> {
    if rest.eat('T').or_else(|| rest.eat('t')).is_none() && rest.blanks() == 0 {
        return None;
    }
    let hour = rest.digits(1, 2)?;
    rest.eat(':')?;
    let minute = rest.digits(2, 2)?;
    rest.eat(':')?;
    let second = rest.digits(2, 2)?;
    let fraction = match rest.eat('.') {
        Some(()) => rest.digits(0, usize::MAX)?,
        None => "",
    };
    let blanks = rest.blanks();
    if rest.0.is_empty() && blanks > 0 {
        return None;
    }
    let zone = zone(rest)?;
    let clock = [hour, minute, second];
    Some(Time {
        clock,
        fraction,
        zone,
    })
}

/// The time zone, `Some(None)` where there is none.
fn zone<'a>(rest: &mut Rest<'a>) -> Option<Option<Zone<'a>>> {
    if rest.0.is_empty() {
        return Some(None);
    }
    if rest.eat('Z').is_some() {
        return Some(Some(Zone {
            negative: false,
            hours: "0",
            minutes: "0",
        }));
    }
    let negative = match rest.eat('-') {
        Some(()) => true,
        None => rest.eat('+').map(|()| false)?,
    };
    let hours = rest.digits(1, 2)?;
    let minutes = match rest.eat(':') {
        Some(()) => rest.digits(2, 2)?,
        None => "0",
    };
    Some(Some(Zone {
        negative,
        hours,
        minutes,
    }))
}

impl Timestamp<'_> {
    /// Whether the plain scalar counts as a timestamp: a date on its own needs two digits each.
    pub(super) fn is_implicit(&self) -> bool {
        self.time.is_some() || self.date[1..].iter().all(|part| part.len() == 2)
    }

    /// The text Python's `isoformat(' ')` gives; `None` for a date or time that does not exist.
    pub(super) fn iso(&self) -> Option<String> {
        let [year, month, day] = self.date.map(number);
        let valid = Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        if year == 0 || valid.is_err() {
            return None;
        }
        let date = format!("{year:04}-{month:02}-{day:02}");
        match &self.time {
            None => Some(date),
            Some(time) => Some(format!("{date} {}", time.iso()?)),
        }
    }
}

impl Time<'_> {
    fn iso(&self) -> Option<String> {
        let [hour, minute, second] = self.clock.map(number);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let micros = number(&format!("{:0<6.6}", self.fraction));
        let fraction = if micros == 0 {
            String::new()
        } else {
            format!(".{micros:06}")
        };
        let zone = match &self.zone {
            None => String::new(),
            Some(zone) => zone.iso()?,
        };
        Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
    }
}

impl Zone<'_> {
    /// The offset with the minutes carried over, as Python's `timedelta` does.
    fn iso(&self) -> Option<String> {
        let minutes = number(self.hours) * 60 + number(self.minutes);
        let sign = if self.negative && minutes > 0 {
            '-'
        } else {
            '+'
        };
        let in_range = minutes < 24 * 60;
        in_range.then(|| format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
    }
}

/// At most six ASCII digits as a number.
fn number(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn eat(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn blanks(&mut self) -> usize {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let count = self.0.len() - rest.len();
        self.0 = rest;
        count
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count.min(most));
        self.0 = rest;
        (digits.len() >= least).then_some(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn writes_what_python_writes() {
        let cases = [
            ("2020-01-02", Some("2020-01-02")),
            ("2020-1-2", Some("2020-01-02")),
            ("2020-13-01", None),
            ("2021-02-29", None),
            ("0000-01-01", None),
            ("2020-01-02 3:04:05", Some("2020-01-02 03:04:05")),
            ("2020-01-02T03:04:05Z", Some("2020-01-02 03:04:05+00:00")),
            (
                "2020-01-02t03:04:05.5 -1:30",
                Some("2020-01-02 03:04:05.500000-01:30"),
            ),
            (
                "2020-01-02 03:04:05.1234567",
                Some("2020-01-02 03:04:05.123456"),
            ),
            ("2020-01-02 03:04:05. +1", Some("2020-01-02 03:04:05+01:00")),
            (
                "2020-01-02 03:04:05 +1:99",
                Some("2020-01-02 03:04:05+02:39"),
            ),
            (
                "2020-01-02 03:04:05 -0:00",
                Some("2020-01-02 03:04:05+00:00"),
            ),
            ("2020-01-02 03:04:05 +24:00", None),
            ("2020-01-02 24:00:00", None),
        ];
        for (text, expected) in cases {
            let parsed = parse(text).unwrap_or_else(|| panic!("{text} is a timestamp"));
            assert_eq!(parsed.iso().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn leaves_other_text_alone() {
        for text in [
            "",
            "2020",
            "2020-01",
            "2020-01-02 ",
            "2020-01-02 03:04",
            "2020-01-02 03:04:05 x",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(!parse("2020-1-2").is_some_and(|t| t.is_implicit()));
    }
}
