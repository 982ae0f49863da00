//! Times for people: to the second.

use jiff::Timestamp;

/// A moment, to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same of a text, where it is a moment; else the text as it is.
pub(crate) fn shown(text: &str) -> String {
    let is_long = text.len() >= "2026-11-20T12:00:00Z".len();
    let has_form =
        is_long && matches!(text.as_bytes(), [b'0'..=b'9', .., _] if text.get(10..11) == Some("T"));
    let parsed = has_form.then(|| text.parse::<Timestamp>().ok()).flatten();
    parsed.map_or_else(|| text.to_owned(), moment)
}

/// How long something has gone on: `40 s`, `12 min`, `5 h`, `3 d`.
pub(crate) fn lasting(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_to_the_second_and_other_texts_are_left_alone() {
        for (text, told) in [
            ("2026-11-20T12:00:00.123456789Z", "2026-11-20T12:00:00Z"),
            ("2026-11-20T13:00:00.123456+01:00", "2026-11-20T12:00:00Z"),
            ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-20", "2026-11-20"),
            ("2026-11-20T is when it was", "2026-11-20T is when it was"),
            ("Acme", "Acme"),
            ("", ""),
        ] {
            assert_eq!(shown(text), told);
        }
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let told = [5, 600, 10_000, 900_000, -5].map(|seconds| lasting(at(0), at(seconds)));
        assert_eq!(told, ["5 s", "10 min", "2 h", "10 d", "0 s"]);
    }
}
