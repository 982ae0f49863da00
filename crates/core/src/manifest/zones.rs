//! Suggests a time zone for the name of a city or a wall clock.

/// Common names of wall clocks, and a zone that keeps each; the tz database has few of them.
const CLOCKS: [(&str, &str); 15] = [
    ("CEST", "Europe/Berlin"),
    ("MEZ", "Europe/Berlin"),
    ("MESZ", "Europe/Berlin"),
    ("BST", "Europe/London"),
    ("WEST", "Europe/Lisbon"),
    ("EEST", "Europe/Helsinki"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("JST", "Asia/Tokyo"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
];

/// The zone of a city or a clock, among the names of the tz database.
pub(super) fn meant<'a>(
    written: &str,
    zones: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let clock = CLOCKS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(written.trim()));
    let wanted = plain(clock.map_or(written, |(_, zone)| *zone));
    if wanted.is_empty() {
        return None;
    }
    let place = |zone: &&str| {
        plain(zone) == wanted
            || zone
                .rsplit('/')
                .next()
                .is_some_and(|city| plain(city) == wanted)
    };
    // Old names of a place lie in folders of their own, or in none.
    let old =
        |zone: &str| !zone.contains('/') || zone.starts_with("US/") || zone.starts_with("Etc/");
    zones.into_iter().filter(place).min_by_key(|zone| old(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_and_clocks_are_known() {
        let zones = [
            "America/New_York",
            "Europe/Berlin",
            "UTC",
            "US/Pacific",
            "America/Los_Angeles",
        ];
        for (written, zone) in [
            ("Berlin", Some("Europe/Berlin")),
            ("berlin", Some("Europe/Berlin")),
            ("New York", Some("America/New_York")),
            ("europe/berlin", Some("Europe/Berlin")),
            ("CEST", Some("Europe/Berlin")),
            ("PST", Some("America/Los_Angeles")),
            ("Atlantis", None),
            ("", None),
        ] {
            assert_eq!(meant(written, zones), zone, "{written}");
        }
    }
}
