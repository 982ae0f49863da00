//! The type of a schedule and its cron text, on a server that derives one from the other.
//!
//! How they depend on each other on the real server is not known; this is one of two choices, and the other is that
//! they do not.

use super::instance::Setting;

/// Makes type and value of a setting agree. A value that was just written decides over a type.
pub(super) fn derive(setting: &mut Setting, value_written: bool) {
    let kind = setting.schedule_type.as_deref();
    if kind == Some("none") {
        setting.value = Some(String::new());
        return;
    }
    let cron = setting.value.as_deref().unwrap_or_default();
    match (usual(kind), value_written) {
        (Some(usual), false) => setting.value = Some(usual.to_owned()),
        (Some(_) | None, _) if !cron.is_empty() => {
            setting.schedule_type = Some(type_of(cron).to_owned());
        }
        (Some(_) | None, _) => {}
    }
}

/// What a type means without a value.
fn usual(kind: Option<&str>) -> Option<&'static str> {
    match kind {
        Some("minute") => Some("* * * * *"),
        Some("hour") => Some("0 * * * *"),
        Some("day") => Some("0 0 * * *"),
        Some("week") => Some("0 0 * * 0"),
        _ => None,
    }
}

/// The simplest type that a cron text means.
fn type_of(cron: &str) -> &'static str {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let fixed = |field: &str| field.bytes().all(|byte| byte.is_ascii_digit());
    match fields.as_slice() {
        [_, "*", "*", "*", "*"] if !fields.first().is_some_and(|it| fixed(it)) => "minute",
        [_, "*", "*", "*", "*"] => "hour",
        [minute, hour, "*", "*", "*"] if fixed(minute) && fixed(hour) => "day",
        [minute, hour, "*", "*", day] if fixed(minute) && fixed(hour) && fixed(day) => "week",
        _ => "custom",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_value_agree() {
        for (kind, value, written, expected) in [
            (Some("none"), Some("0 * * * *"), true, (Some("none"), "")),
            (Some("hour"), None, false, (Some("hour"), "0 * * * *")),
            (
                Some("custom"),
                Some("*/5 * * * *"),
                true,
                (Some("minute"), "*/5 * * * *"),
            ),
            (
                Some("custom"),
                Some("0 * * * *"),
                true,
                (Some("hour"), "0 * * * *"),
            ),
            (
                Some("hour"),
                Some("0 9 * * *"),
                true,
                (Some("day"), "0 9 * * *"),
            ),
            (None, Some("0 9 * * 1"), true, (Some("week"), "0 9 * * 1")),
            (
                Some("day"),
                Some("0 9 1 * *"),
                true,
                (Some("custom"), "0 9 1 * *"),
            ),
        ] {
            let mut setting = Setting {
                schedule_type: kind.map(str::to_owned),
                value: value.map(str::to_owned),
                ..Setting::default()
            };
            derive(&mut setting, written);
            let found = (
                setting.schedule_type.as_deref(),
                setting.value.as_deref().unwrap(),
            );
            assert_eq!(found, expected, "{kind:?} {value:?}");
        }
    }
}
