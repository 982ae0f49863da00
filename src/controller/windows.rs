//! Whether changes may happen now, by the rules of Argo CD's sync windows.
//!
//! Without windows always. An active deny window beats everything; where there
//! are allow windows, one of them must be active. Times follow the zone's own
//! clock, summer time included. What cannot be evaluated counts as closed.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::manifest::parse_schedule;
use crate::model::{Window, WindowKind};

/// Why changes have to wait; `None` where they need not.
#[must_use]
pub fn closed(windows: &[Window], now: Timestamp) -> Option<String> {
    let mut allowed = None;
    for window in windows {
        match (window.kind, active(window, now)) {
            (_, Err(why)) => return Some(format!("the window {}: {why}", shown(window))),
            (WindowKind::Deny, Ok(true)) => {
                return Some(format!("the deny window {} is active", shown(window)));
            }
            (WindowKind::Deny, Ok(false)) => {}
            (WindowKind::Allow, Ok(active)) => allowed = Some(allowed == Some(true) || active),
        }
    }
    (allowed == Some(false)).then(|| "no allow window is active".to_owned())
}

/// Whether the last start of a window is no longer ago than it lasts.
fn active(window: &Window, now: Timestamp) -> Result<bool, String> {
    let zone = match &window.time_zone {
        Some(name) => TimeZone::get(name).map_err(|_| format!("{name} is no known time zone"))?,
        None => TimeZone::UTC,
    };
    let now = now.to_zoned(zone);
    let cron = parse_schedule(&window.schedule).map_err(|error| error.to_string())?;
    // A schedule that never fired yet has no last start.
    let Ok(start) = cron.find_previous_occurrence(&now, true) else {
        return Ok(false);
    };
    Ok(lasts(&start, window).is_some_and(|end| now < end))
}

fn lasts(start: &Zoned, window: &Window) -> Option<Zoned> {
    let duration = SignedDuration::try_from(window.duration).ok()?;
    start.checked_add(duration).ok()
}

fn shown(window: &Window) -> String {
    let zone = window.time_zone.as_deref().unwrap_or("UTC");
    format!("{:?} ({zone})", window.schedule)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn window(kind: WindowKind, schedule: &str, hours: u64, zone: &str) -> Window {
        Window {
            kind,
            schedule: schedule.to_owned(),
            duration: Duration::from_secs(hours * 3600),
            time_zone: Some(zone.to_owned()),
        }
    }

    fn at(windows: &[Window], now: &str) -> Option<String> {
        closed(windows, now.parse().unwrap())
    }

    #[test]
    fn a_deny_window_holds_from_its_start_to_its_end() {
        let weekend = [window(
            WindowKind::Deny,
            "0 17 * * FRI",
            64,
            "America/Chicago",
        )];
        for (now, held) in [
            ("2026-11-20T22:59:59Z", false),
            ("2026-11-20T23:00:00Z", true),
            ("2026-11-22T12:00:00Z", true),
            ("2026-11-23T14:59:59Z", true),
            ("2026-11-23T15:00:00Z", false),
        ] {
            assert_eq!(at(&weekend, now).is_some(), held, "{now}");
        }
        let said = at(&weekend, "2026-11-21T00:00:00Z").unwrap();
        assert_eq!(
            said,
            "the deny window \"0 17 * * FRI\" (America/Chicago) is active"
        );
    }

    #[test]
    fn allow_windows_are_the_only_times_and_deny_beats_them() {
        let night = window(WindowKind::Allow, "0 1 * * *", 2, "UTC");
        let deny = window(WindowKind::Deny, "30 1 * * *", 1, "UTC");
        assert_eq!(at(&[], "2026-01-01T12:00:00Z"), None);
        let only = std::slice::from_ref(&night);
        assert_eq!(at(only, "2026-01-01T01:45:00Z"), None);
        let outside = at(only, "2026-01-01T12:00:00Z");
        assert_eq!(outside.as_deref(), Some("no allow window is active"));
        assert!(at(&[night, deny], "2026-01-01T01:45:00Z").is_some());
    }

    #[test]
    fn summer_time_moves_the_window_with_the_clock() {
        let night = [window(
            WindowKind::Deny,
            "30 2 * * *",
            1,
            "America/New_York",
        )];
        // The clock jumps from 2:00 to 3:00; the window begins with the next minute there is.
        assert!(at(&night, "2026-03-08T07:30:00Z").is_some());
        assert!(at(&night, "2026-07-01T06:45:00Z").is_some());
        assert!(at(&night, "2026-01-05T07:45:00Z").is_some());
        assert!(at(&night, "2026-01-05T06:45:00Z").is_none());
    }

    #[test]
    fn what_cannot_be_evaluated_is_closed() {
        let odd = [window(WindowKind::Allow, "0 1 * * *", 2, "Mars/Olympus")];
        assert!(
            at(&odd, "2026-01-01T01:30:00Z")
                .unwrap()
                .contains("no known time zone")
        );
    }
}
