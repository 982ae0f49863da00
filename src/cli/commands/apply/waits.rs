//! What is left after an apply: how many wait, and since when, as far as the history goes back.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::show::moment::{lasting, moment};
use crate::model::counted;
use crate::model::history::PassRecord;
use crate::plan::Summary;
use crate::store::history::{HistoryQuery, HistoryReader as _, Reader};

/// At most this many passes are examined.
const PASSES: usize = 2_000;

/// Since when something has waited in an environment without a break; `None` where that is not known.
pub(super) async fn since(file: Option<PathBuf>, environment: &str) -> Option<Timestamp> {
    let query = HistoryQuery {
        environment: Some(environment.to_owned()),
        limit: PASSES,
        ..HistoryQuery::default()
    };
    let file = file?;
    let read = move || Reader::of(file).passes(&query).ok();
    let passes = tokio::task::spawn_blocking(read).await.ok().flatten()?;
    unbroken(&passes)
}

/// When the oldest pass of those in a row began that left something waiting. A pass that came to
/// nothing says nothing of what waits. `passes` are the newest first.
fn unbroken(passes: &[PassRecord]) -> Option<Timestamp> {
    let said = passes.iter().filter_map(|pass| {
        let end = pass.end.as_ref()?;
        let waiting = end.counts.blocked + end.counts.pending > 0;
        let made_a_plan = end.error.is_none() && pass.start.plan.is_some();
        made_a_plan.then_some((pass.start.started_at, waiting))
    });
    let waiting = said.take_while(|(_, waiting)| *waiting);
    waiting.last().map(|(began, _)| began)
}

/// `60 resources wait: 2 blocked, 58 pending; some have waited since 2026-11-17T12:00:00Z (3 d).`
pub(super) fn summary_line(
    summary: &Summary,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    let all = summary.blocked + summary.pending;
    if all == 0 {
        return None;
    }
    let parts = [(summary.blocked, "blocked"), (summary.pending, "pending")];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, how)| format!("{count} {how}")).collect();
    let since = since.map(|since| {
        let lasting = lasting(since, now);
        format!(
            "; {} since {} ({lasting})",
            if all == 1 {
                "it has waited"
            } else {
                "some have waited"
            },
            moment(since)
        )
    });
    Some(format!(
        "{} {}: {}{}.",
        counted(all, "resource"),
        if all == 1 { "waits" } else { "wait" },
        parts.join(", "),
        since.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::{Actor, PassCounts, PassEnd, PassOutcome, PassStart};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pass(second: i64, pending: u64, error: Option<&str>) -> PassRecord {
        PassRecord {
            id: second,
            start: PassStart {
                environment: "e".to_owned(),
                organization: None,
                project: None,
                command: "apply".to_owned(),
                trigger: None,
                revision: None,
                commit: None,
                plan: Some("sha256:1".to_owned()),
                actor: Actor::default(),
                version: "1".to_owned(),
                started_at: at(second),
            },
            end: Some(PassEnd {
                ended_at: at(second + 1),
                duration_ms: 1,
                outcome: PassOutcome::Applied,
                counts: PassCounts {
                    pending,
                    ..PassCounts::default()
                },
                error: error.map(str::to_owned),
            }),
            times: 1,
        }
    }

    #[test]
    fn what_waits_is_told_with_how_long_it_has_waited() {
        let passes = [
            pass(50, 2, None),
            pass(40, 0, Some("no answer")),
            pass(30, 1, None),
            pass(20, 0, None),
            pass(10, 9, None),
        ];
        assert_eq!(unbroken(&passes), Some(at(30)));
        assert_eq!(unbroken(&passes[3..]), None);
        let summary = |blocked, pending| Summary {
            blocked,
            pending,
            ..Summary::default()
        };
        let told =
            |blocked, pending, since| summary_line(&summary(blocked, pending), since, at(300_000));
        assert_eq!(told(0, 0, None), None);
        insta::assert_snapshot!(
            [told(2, 58, Some(at(30))), told(0, 1, Some(at(30))), told(1, 0, None)]
                .map(Option::unwrap)
                .join("\n"),
            @"
        60 resources wait: 2 blocked, 58 pending; some have waited since 1970-01-01T00:00:30Z (3 d).
        1 resource waits: 1 pending; it has waited since 1970-01-01T00:00:30Z (3 d).
        1 resource waits: 1 blocked.
        ");
    }
}
