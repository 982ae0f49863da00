//! Small values with a grammar of their own: counts, shares, durations, time zones, URLs.

use std::time::Duration;

use jiff::tz::TimeZoneDatabase;
use url::{Host, Url};

use super::fields::{Fields, found, mistyped, quoted};
use super::findings::Problem;
use super::suggest::did_you_mean;
use crate::model::Share;
use crate::yaml::Node;

impl Fields<'_> {
    /// A whole number, at least `least`.
    pub(crate) fn whole(&self, name: &str, least: u64) -> Option<u64> {
        let node = self.get(name)?;
        let read = plain(node).and_then(digits);
        if let Some(number) = read.filter(|number| *number >= least) {
            return Some(number);
        }
        let expected = format!("a whole number from {least}");
        self.refuse(name, node, &expected);
        None
    }

    /// A whole number from 1 that fits 32 bits.
    pub(crate) fn whole_u32(&self, name: &str) -> Option<u32> {
        let number = self.whole(name, 1)?;
        let narrow = u32::try_from(number).ok();
        if narrow.is_none() {
            let node = self.get(name)?;
            self.refuse(name, node, "a smaller number");
        }
        narrow
    }

    /// A number above 0.
    pub(crate) fn positive(&self, name: &str) -> Option<f64> {
        let node = self.get(name)?;
        let read = plain(node).and_then(decimal);
        if let Some(number) = read.filter(|number| *number > 0.0) {
            return Some(number);
        }
        self.refuse(name, node, "a number above 0");
        None
    }

    /// `30%` or a count.
    pub(crate) fn share(&self, name: &str) -> Option<Share> {
        let node = self.get(name)?;
        let text = node.as_scalar().map(|scalar| scalar.text.as_str());
        let percent = text
            .and_then(|text| text.strip_suffix('%'))
            .and_then(|text| decimal(text.trim_end()))
            .filter(|percent| *percent <= 100.0)
            .map(Share::Percent);
        let share = percent.or_else(|| plain(node).and_then(digits).map(Share::Count));
        if share.is_none() {
            self.refuse(name, node, "a share up to 100% or a count such as 5");
        }
        share
    }

    /// A percentage from 0 to 100 with two decimals at most, in hundredths.
    pub(crate) fn percent(&self, name: &str) -> Option<u32> {
        let node = self.get(name)?;
        let read = plain(node).and_then(hundredths);
        if read.is_none() {
            let expected = "a number from 0 to 100, such as 10 or 2.5";
            self.refuse(name, node, expected);
        }
        read
    }

    /// `64h`, `90m`, `1h30m`, `2d`.
    pub(crate) fn duration(&self, name: &str) -> Option<Duration> {
        let node = self.get(name)?;
        let text = node.as_scalar().map(|scalar| scalar.text.as_str());
        let read = text.and_then(duration);
        if read.is_none() {
            self.refuse(name, node, "a duration such as 64h, 90m, 1h30m or 2d");
        }
        read
    }

    /// An IANA time zone name that windows are reckoned by: it must be one we know.
    pub(crate) fn own_zone(&self, name: &str) -> Option<String> {
        let zone = self.zone_of(name)?;
        let problem = unknown_zone(&zone);
        if let Some(problem) = problem {
            self.report.add(self.get(name)?.span, problem);
            return None;
        }
        Some(zone)
    }

    /// An IANA time zone name for the server, whose list may be newer than ours.
    pub(crate) fn zone(&self, name: &str) -> Option<String> {
        let zone = self.zone_of(name)?;
        if let Some(problem) = unknown_zone(&zone) {
            self.report.add(self.get(name)?.span, problem.warning());
        }
        Some(zone)
    }

    fn zone_of(&self, name: &str) -> Option<String> {
        let node = self.get(name)?;
        let text = node.as_scalar().map(|scalar| scalar.text.as_str());
        let zone = text.filter(|text| is_zone(text) && !node.is_null());
        if zone.is_none() {
            let meant = text.and_then(|text| suggested(text, &zones()));
            let expected = "a time zone such as America/Chicago or UTC";
            let problem = self.refusal(name, node, expected).maybe_hint(meant);
            self.report.add(node.span, problem);
        }
        zone.map(str::to_owned)
    }

    fn refuse(&self, name: &str, node: &Node, expected: &str) {
        let problem = self.refusal(name, node, expected);
        self.report.add(node.span, problem);
    }

    fn refusal(&self, name: &str, node: &Node, expected: &str) -> Problem {
        let what = super::fields::named(name);
        if node.as_scalar().is_none() || node.is_null() {
            mistyped(&what, expected, node)
        } else {
            let message = format!("{what} must be {expected}, not {}", found(node));
            Problem::new("invalid-value", message)
        }
    }

    /// The URL of a stack: https, or http to this machine, and nothing but the host.
    pub(crate) fn stack_url(&self, name: &str) -> Option<String> {
        let node = self.get(name)?;
        let text = self.filled(name)?;
        match stack_url(&text) {
            Ok(url) => Some(url),
            Err(problem) => {
                self.report.add(node.span, problem);
                None
            }
        }
    }
}

fn plain(node: &Node) -> Option<&str> {
    let scalar = node.as_scalar().filter(|scalar| scalar.plain)?;
    Some(scalar.text.as_str())
}

/// Decimal digits only: YAML readers disagree about `010`, `0x10` and `1_000`.
fn digits(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && numeric).then(|| text.parse().ok())?
}

fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole)?;
    let numeric = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then(|| text.parse().ok())?
}

/// A percentage in hundredths, read without rounding.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let cents = match fraction.as_bytes() {
        [tens @ b'0'..=b'9'] => u64::from(tens - b'0') * 10,
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            u64::from(tens - b'0') * 10 + u64::from(ones - b'0')
        }
        _ => return None,
    };
    let all = digits(whole)?.checked_mul(100)?.checked_add(cents)?;
    u32::try_from(all).ok().filter(|all| *all <= 10_000)
}

fn duration(text: &str) -> Option<Duration> {
    let mut units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter();
    let mut rest = text;
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest.get(..end)?.parse().ok()?;
        let unit = rest.get(end..)?.chars().next()?;
        // Each unit once, the larger ones first: the iterator is not rewound.
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        seconds = seconds.checked_add(count.checked_mul(size)?)?;
        rest = rest.get(end + unit.len_utf8()..)?;
    }
    // No real duration exceeds a century, and this keeps sums of times in range.
    (1..=3_153_600_000)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

/// What is wrong with a zone that the tz database of this program does not have.
fn unknown_zone(name: &str) -> Option<Problem> {
    // Compiled in: no file is read, and the answer is the same on every machine.
    let known = TimeZoneDatabase::bundled();
    if known.get(name).is_ok() {
        return None;
    }
    let message = format!("{} is not in the tz database", quoted(name));
    let zones = zones();
    let hint = suggested(name, &zones);
    Some(Problem::new("unknown-time-zone", message).maybe_hint(hint))
}

fn zones() -> Vec<String> {
    let known = TimeZoneDatabase::bundled();
    known.available().map(|zone| zone.to_string()).collect()
}

/// What is meant: a place that has this name, or one that is spelt nearly so.
fn suggested(name: &str, zones: &[String]) -> Option<String> {
    let names = || zones.iter().map(String::as_str);
    let place = super::zones::meant(name, names());
    place
        .map(|zone| format!("did you mean {zone:?}?"))
        .or_else(|| did_you_mean(name, names()))
}

/// Whether a text has the form of an IANA time zone name.
#[must_use]
pub fn is_zone(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.split('/').all(part)
}

fn stack_url(text: &str) -> Result<String, Problem> {
    let invalid = |message: &str| Err(Problem::new("invalid-url", format!("\"url\" {message}")));
    let Ok(url) = Url::parse(text) else {
        let has_user = text.contains('@');
        return invalid("is not a URL").map_err(|problem: Problem| {
            problem
                .private(has_user)
                .hint("write it like https://app.prismatic.io")
        });
    };
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("must not hold a user name or password").map_err(|problem: Problem| {
            problem.private(true).hint("credentials belong under auth")
        });
    }
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return invalid("names no host"),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return invalid("must begin with https://").map_err(|problem: Problem| {
            problem.hint("http is for this machine only: tokens would travel unprotected")
        });
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return invalid("must end after the host")
            .map_err(|problem: Problem| problem.hint("the API's path is added to it"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_name_each_unit_once_and_in_order() {
        for (text, seconds) in [
            ("64h", 230_400),
            ("90m", 5_400),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("1d2h3m4s", 93_784),
        ] {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "64",
            "h",
            "1h1h",
            "30m1h",
            "-1h",
            "1.5h",
            "0h",
            "1w",
            "99999999999d",
            "1é",
        ] {
            assert_eq!(duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_decimal_and_unambiguous() {
        assert_eq!(digits("0"), Some(0));
        for text in [
            "",
            "010",
            "+1",
            "-1",
            "1_000",
            "0x10",
            "99999999999999999999",
        ] {
            assert_eq!(digits(text), None, "{text:?}");
        }
        assert_eq!(decimal("12.5"), Some(12.5));
        for text in ["1e3", ".5", "5.", "nan", "inf", "-1.0"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }

    #[test]
    fn percentages_are_read_to_the_hundredth() {
        for (text, read) in [
            ("0", 0),
            ("10", 1_000),
            ("2.5", 250),
            ("0.01", 1),
            ("100", 10_000),
        ] {
            assert_eq!(hundredths(text), Some(read), "{text}");
        }
        for text in ["100.01", "-1", "1.", "1.234", "010", "10%", ""] {
            assert_eq!(hundredths(text), None, "{text:?}");
        }
    }

    #[test]
    fn zones_are_checked_for_their_form() {
        for good in [
            "UTC",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
            "EST5EDT",
        ] {
            assert!(is_zone(good), "{good}");
        }
        for bad in [
            "",
            "Central Time",
            "/etc/localtime",
            "../x",
            "+05:00",
            "a//b",
        ] {
            assert!(!is_zone(bad), "{bad:?}");
        }
    }

    #[test]
    fn urls_are_https_or_local() {
        for (text, url) in [
            ("https://app.prismatic.io", "https://app.prismatic.io"),
            ("https://app.prismatic.io/", "https://app.prismatic.io"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("http://[::1]:1", "http://[::1]:1"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(stack_url(text).ok().as_deref(), Some(url));
        }
        for text in [
            "app.prismatic.io",
            "http://app.prismatic.io",
            "ftp://localhost",
            "https://u:p@x.io",
            "https://x.io/api",
            "https://x.io?a=b",
            "http://127.0.0.1.evil.example",
            "file:///etc/passwd",
        ] {
            assert!(stack_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn zones_are_looked_up_in_the_database_that_is_compiled_in() {
        for good in [
            "UTC",
            "America/Chicago",
            "US/Central",
            "Australia/Lord_Howe",
            "Europe/Kyiv",
        ] {
            assert!(unknown_zone(good).is_none(), "{good}");
        }
        assert!(unknown_zone("Amerika/Chicago").is_some());
    }
}
