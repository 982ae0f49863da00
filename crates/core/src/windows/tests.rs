//! Windows, with summer time on both halves of the earth.

use std::time::Duration;

use super::*;

fn window(kind: WindowKind, schedule: &str, hours: u64, zone: &str) -> Window {
    Window {
        kind,
        schedule: schedule.to_owned(),
        duration: Duration::from_secs(hours * 3600),
        time_zone: Some(zone.to_owned()),
        sync_overrun: false,
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

fn overrun(window: Window) -> Window {
    Window {
        sync_overrun: true,
        ..window
    }
}

fn cut(windows: &[Window], began: &str, now: &str) -> Option<String> {
    let (began, now) = (began.parse().unwrap(), now.parse().unwrap());
    assert_eq!(
        closed(windows, began),
        None,
        "nothing begins in a closed window"
    );
    cut_short(windows, began, now)
}

#[test]
fn what_began_in_an_allow_window_goes_past_its_end_only_if_it_may() {
    let night = window(WindowKind::Allow, "0 1 * * *", 2, "UTC");
    let (inside, after) = ("2026-01-01T02:59:00Z", "2026-01-01T03:00:00Z");
    assert_eq!(
        cut(std::slice::from_ref(&night), inside, "2026-01-01T02:59:59Z"),
        None
    );
    insta::assert_snapshot!(cut(std::slice::from_ref(&night), inside, after).unwrap(), @r#"the allow window "0 1 * * *" (UTC) has ended"#);
    assert_eq!(cut(&[overrun(night.clone())], inside, after), None);
    // Each that has ended must permit it.
    let other = window(WindowKind::Allow, "0 2 * * *", 1, "UTC");
    let both = [overrun(night.clone()), other.clone()];
    assert!(cut(&both, inside, after).is_some());
    assert_eq!(
        cut(&both, "2026-01-01T01:30:00Z", after),
        None,
        "the other began later"
    );
    // An active window needs no further permission.
    let long = window(WindowKind::Allow, "0 0 * * *", 12, "UTC");
    assert_eq!(cut(&[night, long], inside, after), None);
}

#[test]
fn what_began_before_a_deny_window_goes_into_it_only_if_it_may() {
    let freeze = window(WindowKind::Deny, "0 17 * * FRI", 64, "UTC");
    let (before, inside) = ("2026-11-20T16:59:00Z", "2026-11-20T17:00:00Z");
    insta::assert_snapshot!(cut(std::slice::from_ref(&freeze), before, inside).unwrap(), @r#"the deny window "0 17 * * FRI" (UTC) is active"#);
    assert_eq!(cut(&[overrun(freeze.clone())], before, inside), None);
    let strict = window(WindowKind::Deny, "30 16 * * FRI", 1, "UTC");
    let both = [overrun(freeze.clone()), strict];
    assert!(cut(&both, "2026-11-20T16:00:00Z", inside).is_some());
    // A deny window that permits it does not speak for an allow window that does not.
    let day = window(WindowKind::Allow, "0 8 * * *", 9, "UTC");
    assert!(cut(&[overrun(freeze), day], before, inside).is_some());
}

/// Clocks: Chicago 2:00 to 3:00 on 8 March and back on 1 November 2026; Sydney 3:00 to 2:00 on
/// 5 April and 2:00 to 3:00 on 4 October; Lord Howe the same days by half an hour, at 2:00.
#[test]
fn windows_follow_the_clock_on_both_halves_of_the_earth() {
    for (zone, schedule, hours, held) in [
        // The skipped hour is not part of the window: 1:00 to 4:00 by the clock is two hours.
        (
            "America/Chicago",
            "0 1 * * *",
            2,
            ["2026-03-08T07:00:00Z", "2026-03-08T09:00:00Z"],
        ),
        // The hour that comes twice is: 0:00 to 2:00 by the clock is three hours.
        (
            "America/Chicago",
            "0 0 * * *",
            3,
            ["2026-11-01T05:00:00Z", "2026-11-01T08:00:00Z"],
        ),
        (
            "Australia/Sydney",
            "0 1 * * *",
            3,
            ["2026-04-04T14:00:00Z", "2026-04-04T17:00:00Z"],
        ),
        (
            "Australia/Sydney",
            "0 1 * * *",
            2,
            ["2026-10-03T15:00:00Z", "2026-10-03T17:00:00Z"],
        ),
        (
            "Australia/Lord_Howe",
            "0 1 * * *",
            2,
            ["2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z"],
        ),
        (
            "Australia/Lord_Howe",
            "0 1 * * *",
            1,
            ["2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z"],
        ),
        // A start within the skipped time is the first minute after it.
        (
            "America/Chicago",
            "30 2 * * *",
            1,
            ["2026-03-08T08:00:00Z", "2026-03-08T09:00:00Z"],
        ),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            1,
            ["2026-10-03T15:30:00Z", "2026-10-03T16:30:00Z"],
        ),
    ] {
        let [start, end] = held.map(|at| at.parse::<Timestamp>().unwrap());
        let second = SignedDuration::from_secs(1);
        for kind in [WindowKind::Deny, WindowKind::Allow] {
            let windows = [window(kind, schedule, hours, zone)];
            let inside = |at| closed(&windows, at).is_some() == (kind == WindowKind::Deny);
            let shown = format!("{zone} {schedule} {kind:?}");
            assert!(!inside(start - second), "{shown}: begins too early");
            assert!(inside(start), "{shown}: begins too late");
            assert!(inside(end - second), "{shown}: ends too early");
            assert!(!inside(end), "{shown}: ends too late");
            assert_eq!(next_edge(&windows, start), Some(end), "{shown}");
            assert_eq!(next_edge(&windows, start - second), Some(start), "{shown}");
        }
    }
}

#[test]
fn the_next_opening_is_told_if_there_is_one() {
    let opening = |windows: &[Window], now: &str| {
        next_opening(windows, now.parse().unwrap()).map(|at| at.to_string())
    };
    let freeze = window(WindowKind::Deny, "0 17 * * FRI", 64, "America/Chicago");
    let monday = Some("2026-11-23T15:00:00Z".to_owned());
    assert_eq!(
        opening(std::slice::from_ref(&freeze), "2026-11-21T12:00:00Z"),
        monday
    );
    assert_eq!(
        opening(&[], "2026-11-21T12:00:00Z").as_deref(),
        Some("2026-11-21T12:00:00Z")
    );
    let always = window(WindowKind::Deny, "0 0 * * *", 25, "UTC");
    assert_eq!(opening(&[always], "2026-11-21T12:00:00Z"), None);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// From October 2025 on, which takes every change of the clock in with the next thirteen months.
    const FROM: i64 = 1_759_276_800;
    const SPAN: i64 = 400 * 24 * 3600;

    fn windows() -> impl Strategy<Value = Vec<Window>> {
        let kind = prop_oneof![Just(WindowKind::Allow), Just(WindowKind::Deny)];
        let schedule = (
            0_u8..60,
            0_u8..24,
            prop_oneof![Just("*"), Just("FRI"), Just("1-5")],
        )
            .prop_map(|(minute, hour, day)| format!("{minute} {hour} * * {day}"));
        let zone = prop_oneof![
            Just("UTC"),
            Just("America/Chicago"),
            Just("Australia/Sydney"),
            Just("Australia/Lord_Howe"),
        ];
        let one = (kind, schedule, 1_u64..80, zone, any::<bool>());
        let one = one.prop_map(|(kind, schedule, hours, zone, may)| Window {
            sync_overrun: may,
            ..window(kind, &schedule, hours, zone)
        });
        proptest::collection::vec(one, 0..4)
    }

    fn moment() -> impl Strategy<Value = Timestamp> {
        (FROM..FROM + SPAN).prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// What is called the next opening is open, and nothing before it was.
        #[test]
        fn the_next_opening_is_open(windows in windows(), now in moment()) {
            if let Some(opening) = next_opening(&windows, now) {
                prop_assert_eq!(closed(&windows, opening), None);
                prop_assert!(opening >= now);
                if opening > now {
                    let before = opening - SignedDuration::from_secs(1);
                    prop_assert!(closed(&windows, before).is_some());
                }
            }
        }

        /// Between two edges nothing changes: a sleep until the next edge misses none.
        #[test]
        fn nothing_changes_between_edges(windows in windows(), now in moment(), part in 0.0..1.0) {
            if let Some(edge) = next_edge(&windows, now) {
                prop_assert!(edge > now);
                let between = now.as_second() as f64 + part * (edge.as_second() - now.as_second()) as f64;
                let between = Timestamp::from_second(between as i64).unwrap().max(now);
                if between < edge {
                    prop_assert_eq!(closed(&windows, between).is_some(), closed(&windows, now).is_some());
                }
            }
        }

        /// An overrun never goes further than its permission, and an open window cuts nothing short.
        #[test]
        fn only_overruns_go_on_in_closed_windows(windows in windows(), began in moment(), later in 0_i64..200_000) {
            let now = began + SignedDuration::from_secs(later);
            prop_assume!(closed(&windows, began).is_none());
            let cut = cut_short(&windows, began, now);
            if closed(&windows, now).is_none() {
                prop_assert_eq!(cut, None);
            } else if windows.iter().all(|window| !window.sync_overrun) {
                prop_assert!(cut.is_some());
            } else if windows.iter().all(|window| window.sync_overrun) {
                prop_assert_eq!(cut, None);
            }
        }
    }
}
