//! Whether changes may happen now, by the rules of Argo CD's sync windows.
//!
//! Without windows, writes are always allowed. An active deny window takes precedence; where there are allow
//! windows, one of them must be active. Times follow the zone's own clock, summer time included; a window has
//! its full length, even across a change of the clock. A window that cannot be evaluated counts as closed.

use croner::Cron;
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

/// The same, with when that ends.
#[must_use]
pub fn holds(windows: &[Window], now: Timestamp) -> Option<String> {
    let why = closed(windows, now)?;
    Some(match next_opening(windows, now) {
        Some(opening) => format!("{why}; changes are allowed again from {opening}"),
        None => why,
    })
}

/// Why what began at `began`, while changes were allowed, must not go on now.
///
/// It may, against a closed window, where every deny window that is active and every
/// allow window that has ended since permits it by `syncOverrun`.
#[must_use]
pub fn cut_short(windows: &[Window], began: Timestamp, now: Timestamp) -> Option<String> {
    let why = closed(windows, now)?;
    let mut inside = false;
    let mut ended = None;
    for window in windows {
        let (Ok(then), Ok(is)) = (active(window, began), active(window, now)) else {
            return Some(why);
        };
        match window.kind {
            WindowKind::Deny if is && !window.sync_overrun => return Some(why),
            WindowKind::Allow if is => inside = true,
            WindowKind::Allow if then && !window.sync_overrun => ended = Some(window),
            WindowKind::Allow | WindowKind::Deny => {}
        }
    }
    let ended = ended.filter(|_| !inside)?;
    Some(format!("the allow window {} has ended", shown(ended)))
}

/// When a window begins or ends next; `None` where none ever does.
#[must_use]
pub fn next_edge(windows: &[Window], now: Timestamp) -> Option<Timestamp> {
    windows
        .iter()
        .filter_map(|window| edge(window, now).ok()?)
        .min()
}

/// At most this many edges are examined: a year of weekly windows. A later opening is not reported.
const MAX_EDGES: usize = 100;

/// When changes are allowed next, if they are not now.
#[must_use]
pub fn next_opening(windows: &[Window], now: Timestamp) -> Option<Timestamp> {
    let edges = std::iter::successors(Some(now), |at| next_edge(windows, *at));
    edges
        .take(MAX_EDGES)
        .find(|at| closed(windows, *at).is_none())
}

/// The next end or beginning of one window.
fn edge(window: &Window, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let (cron, zone) = rule(window)?;
    let now = now.to_zoned(zone);
    let last = cron.find_previous_occurrence(&now, true).ok();
    let end = last.and_then(|start| lasts(&start, window));
    let end = end.filter(|end| *end > now);
    let start = cron.find_next_occurrence(&now, false).ok();
    Ok(end.into_iter().chain(start).min().map(|at| at.timestamp()))
}

/// Whether the last start of a window is no longer ago than it lasts.
fn active(window: &Window, now: Timestamp) -> Result<bool, String> {
    let (cron, zone) = rule(window)?;
    let now = now.to_zoned(zone);
    // A schedule that never fired yet has no last start.
    let Ok(start) = cron.find_previous_occurrence(&now, true) else {
        return Ok(false);
    };
    Ok(lasts(&start, window).is_some_and(|end| now < end))
}

/// When a window begins, and by whose clock.
fn rule(window: &Window) -> Result<(Cron, TimeZone), String> {
    let zone = match &window.time_zone {
        Some(name) => TimeZone::get(name).map_err(|_| format!("{name} is no known time zone"))?,
        None => TimeZone::UTC,
    };
    let cron = parse_schedule(&window.schedule).map_err(|error| error.to_string())?;
    Ok((cron, zone))
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
mod tests;
