//! Values of flags that are more than words.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::Words as _;
use crate::api::page::HistoryKind;
use crate::manifest::ManifestAddress;
use crate::model::{Address, Kind, NameError, ResourceName};

/// The `metadata.name` of a manifest.
pub(crate) fn name(text: &str) -> Result<ResourceName, String> {
    ResourceName::parse(text).map_err(|error| misnamed(&error))
}

fn misnamed(error: &NameError) -> String {
    match &error.suggestion {
        Some(better) => format!("write {better}: lower-case letters, digits, - . and _"),
        None => "it may have lower-case letters, digits, - . and _".to_owned(),
    }
}

/// A name in an address: of a manifest, or `FLEET/CUSTOMER` of a member of a fleet.
fn addressed(text: &str) -> Result<ResourceName, String> {
    ResourceName::parse_addressed(text).map_err(|error| misnamed(&error))
}

/// An address as plans show it.
pub(crate) fn address(text: &str) -> Result<Address, String> {
    let form = || {
        "write Customer/NAME, Integration/NAME, Instance/NAME, or Instance/FLEET/CUSTOMER"
            .to_owned()
    };
    let (kind, rest) = text.split_once('/').ok_or_else(form)?;
    Ok(Address {
        kind: Kind::named(kind).ok_or_else(form)?,
        name: addressed(rest)?,
    })
}

/// The address of a manifest that says a version: of a resource, or `Fleet/NAME`.
pub(crate) fn manifest_address(text: &str) -> Result<ManifestAddress, String> {
    match text.split_once('/') {
        Some((kind, name)) if kind.eq_ignore_ascii_case("Fleet") => ResourceName::parse(name)
            .map(ManifestAddress::Fleet)
            .map_err(|error| misnamed(&error)),
        _ => address(text).map(ManifestAddress::Resource),
    }
}

/// A length of time as people write it: `30s`, `5m`, `1h 30m`, `250ms`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|_| {
        "write it as a number and a unit, such as `30s`, `5m` or `250ms`".to_owned()
    })?;
    Duration::try_from(span).map_err(|_| "it must not be negative".to_owned())
}

/// A length of time that may be days (`90d`) or weeks (`12w`).
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let days = |unit: char, days: u64| {
        let count = text.strip_suffix(unit)?.trim().parse::<u64>().ok()?;
        count.checked_mul(days * 24 * 3600)
    };
    match days('d', 1).or_else(|| days('w', 7)) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => duration(text).map_err(|_| {
            "write it as a number and a unit, such as `90d`, `12w` or `36h`".to_owned()
        }),
    }
}

/// A number of bytes: `100MB`, `1GiB`, `0`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("", 1),
    ];
    let read = |(unit, bytes): &(&str, u64)| {
        let count = text.strip_suffix(unit)?.trim().parse::<u64>().ok()?;
        count.checked_mul(*bytes)
    };
    let found = UNITS.iter().find_map(read);
    found.ok_or_else(|| "write it as a number and a unit, such as `100MB` or `1GiB`".to_owned())
}

/// A moment as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// This one.
    At(Timestamp),
    /// So long ago.
    Ago(Duration),
}

impl Moment {
    /// The moment itself.
    pub(crate) fn as_of(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::Ago(age) => now.checked_sub(age).unwrap_or(Timestamp::MIN),
        }
    }
}

/// A moment: `2026-11-20T08:00:00Z`, `2026-11-20` (its beginning, in UTC), `2h` or `7d` (ago).
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    let day = |text: &str| {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    let exact = text.parse().ok().or_else(|| day(text)).map(Moment::At);
    let ago = || age(text).ok().map(Moment::Ago);
    exact.or_else(ago).ok_or_else(|| {
        "write a time such as `2026-11-20T08:00:00Z`, a day such as `2026-11-20`, or how long ago: `2h`, `7d`"
            .to_owned()
    })
}

/// What sort of thing happened.
pub(crate) fn history_kind(text: &str) -> Result<HistoryKind, String> {
    let words = HistoryKind::ALL.iter().map(|it| it.word());
    let wrong = || format!("it is one of {}", words.collect::<Vec<_>>().join(", "));
    HistoryKind::named(text).ok_or_else(wrong)
}

/// A moment with its offset: `2026-11-28T06:00:00Z`.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let parsed = text.parse();
    parsed.map_err(|_| match text.parse::<jiff::civil::DateTime>() {
        Ok(at) => {
            format!("it has no time zone: write `{at}Z` for UTC, or an offset such as `{at}+01:00`")
        }
        Err(_) => "write a time such as `2026-11-28T06:00:00Z`".to_owned(),
    })
}

/// A length of time between two wake-ups.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text)?;
    if interval < Duration::from_secs(1) {
        return Err("it must be at least 1s".to_owned());
    }
    Ok(interval)
}

/// How long to wait: a length of time, or nothing.
pub(crate) fn patience(text: &str) -> Result<Duration, String> {
    match text.trim() {
        "0" => Ok(Duration::ZERO),
        text => duration(text),
    }
}

/// A rate above zero, per second.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("it must be a number above 0".to_owned()),
    }
}

/// A count above zero.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("it must be a whole number above 0".to_owned()),
    }
}

/// A header as it is written in HTTP: `NAME: VALUE`.
pub(crate) fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write it as `NAME: VALUE`".to_owned()),
    }
}

/// A variable with its value: `KEY=VALUE`.
pub(crate) fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as `KEY=VALUE`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_with_units() {
        for (text, millis) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("250ms", 250),
            ("1h 30m", 5_400_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["30", "", "-5s", "soon"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(patience("0"), Ok(Duration::ZERO));
        assert_eq!(patience("5m"), Ok(Duration::from_secs(300)));
        assert!(patience("5").is_err());
        assert!(interval("500ms").is_err());
        assert!(interval("1s").is_ok());
    }

    #[test]
    fn ages_sizes_and_moments_are_written_as_people_do() {
        const DAY: u64 = 24 * 3600;
        for (text, seconds) in [("90d", 90 * DAY), ("2w", 14 * DAY), ("36h", 36 * 3600)] {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for (text, bytes) in [("0", 0), ("100MB", 100_000_000), ("2 KiB", 2048), ("7", 7)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "-1d", "x", "MB", "99999999999999999999GB"] {
            assert!(age(bad).is_err() && size(bad).is_err(), "{bad}");
        }
        let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-20T12:00:00+02:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2h", "2026-11-20T10:00:00Z"),
            ("1d", "2026-11-19T12:00:00Z"),
        ] {
            let found = moment(text).map(|moment| moment.as_of(noon).to_string());
            assert_eq!(found.as_deref(), Ok(expected), "{text}");
        }
        assert!(moment("yesterday").is_err());
    }

    #[test]
    fn a_time_without_a_zone_says_what_is_missing() {
        let noon = instant("2026-11-20T12:00:00+02:00").unwrap();
        assert_eq!(noon.to_string(), "2026-11-20T10:00:00Z");
        for (text, expected) in [
            ("2026-11-20T12:00:00", "`2026-11-20T12:00:00Z` for UTC"),
            ("2026-11-20", "`2026-11-20T00:00:00Z` for UTC"),
            ("tomorrow", "write a time such as"),
        ] {
            let error = instant(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn addresses_are_written_as_plans_show_them() {
        for text in ["Instance/smith-erp", "instance/smith-erp"] {
            assert_eq!(address(text).unwrap().to_string(), "Instance/smith-erp");
        }
        assert_eq!(
            address("Customer/smith").unwrap().to_string(),
            "Customer/smith"
        );
        assert_eq!(
            address("Instance/prod/cust-0042").unwrap().to_string(),
            "Instance/prod/cust-0042"
        );
        for bad in [
            "Instance/prod/",
            "Instance/prod/a/b",
            "smith-erp",
            "Project/smith",
            "Instance/Smith ERP",
            "Instance/",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rates_and_counts_are_above_zero() {
        assert_eq!(rate("2.5"), Ok(2.5));
        for bad in ["0", "-1", "inf", "NaN", "x"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        assert_eq!(positive("8"), Ok(8));
        assert!(positive("0").is_err());
    }

    #[test]
    fn pairs_are_split_at_their_first_separator() {
        let pair = |one: &str, other: &str| Ok((one.to_owned(), other.to_owned()));
        assert_eq!(header("X-Url: http://x"), pair("X-Url", "http://x"));
        assert_eq!(field("a=b=c"), pair("a", "b=c"));
        assert_eq!(field("a="), pair("a", ""));
        for bad in ["x", "", ":x", "=x"] {
            assert!(header(bad).is_err() && field(bad).is_err(), "{bad}");
        }
    }
}
