//! What a rollout needs to know of executions. What could not be read is unknown, never left out.
//!
//! It costs a request for each hundred failures, one for each 25 members whose runs are counted, and one for each 25
//! that fail and whose earlier runs are looked at, regardless of the number of executions. Only where a flow runs so rarely that its
//! last run is not among the member's last ones, more is read, a few members at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use jiff::Timestamp;

use crate::lookup_batcher::{Batch, find, typed};
use crate::model::{Asked, InstanceId, Listing, SequenceId};
use crate::operations::lookups;
use crate::operations::runs::{self, Count, RunNode, Span};
use crate::paging::Page;
use crate::rollout::{Evidence, Failures, Needs, Past, Run};
use crate::session::Session;

/// Reads what is needed.
pub(crate) async fn read(session: &Session, sequence: &SequenceId, needs: &Needs) -> Evidence {
    // Runs that begin while a list is read would shift its pages.
    let until = needs.until.or_else(|| session.server_now());
    let (mut past, further, runs, counts) = tokio::join!(
        past(session, lookups::RUNS_BEFORE, &needs.past),
        past(session, lookups::RUNS_FURTHER, &needs.further),
        since(session, &needs.runs, until),
        counts(session, &needs.counts, until),
    );
    past.extend(further);
    // After the counts: what was counted as finished and failed is in the list then.
    let failures = failures(session, sequence, needs.failures_since, until).await;
    Evidence {
        failures,
        past,
        runs,
        counts,
    }
}

async fn failures(
    session: &Session,
    sequence: &SequenceId,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Asked<Failures> {
    let Some(since) = since else {
        return Asked::NotAsked;
    };
    let Listing { items, incomplete } = runs::failed(session, sequence, Span::of(since, until))
        .await
        .listing;
    match (known(items), incomplete) {
        (Err(why), _) => Asked::Unknown(why),
        (Ok(runs), Some(why)) if runs.is_empty() => Asked::Unknown(why),
        // Each of them did fail, even if others are missing.
        (Ok(runs), incomplete) => Asked::Known(Failures {
            since,
            runs,
            incomplete,
        }),
    }
}

/// The runs of a list that was read to its end.
fn whole(listing: Listing<RunNode>) -> Result<Vec<Run>, Arc<str>> {
    match listing.incomplete {
        Some(why) => Err(why),
        None => known(listing.items),
    }
}

fn known(nodes: Vec<RunNode>) -> Result<Vec<Run>, Arc<str>> {
    let runs = nodes.into_iter().map(|node| node.run().map(Run::from));
    let runs: Option<Vec<Run>> = runs.collect();
    runs.ok_or_else(|| "an execution does not say whose it is, or when it began".into())
}

type Moments = BTreeMap<InstanceId, Timestamp>;

async fn since(
    session: &Session,
    wanted: &Moments,
    until: Option<Timestamp>,
) -> BTreeMap<InstanceId, Asked<Vec<Run>>> {
    let read = wanted.iter().map(|(id, at)| async move {
        let span = Span::of(*at, until);
        let runs = whole(runs::since(session, id, span).await.listing);
        (id.clone(), runs.map_or_else(Asked::Unknown, Asked::Known))
    });
    join_all(read).await.into_iter().collect()
}

async fn past(
    session: &Session,
    (batch, length): (Batch<'static>, usize),
    wanted: &Moments,
) -> BTreeMap<InstanceId, Asked<Past>> {
    let wanted: Vec<(&InstanceId, Timestamp)> = wanted.iter().map(|(id, at)| (id, *at)).collect();
    let asked: Vec<_> = (wanted.iter())
        .map(|(id, before)| lookups::runs_before(id.as_str(), *before, length))
        .collect();
    let found = find(session, batch, &asked).await;
    let read = wanted.iter().zip(found).map(|((id, _), found)| {
        let page = typed::<Page<RunNode>>(batch.name, found);
        let past = match page {
            Ok(Some(page)) => earlier(page),
            Ok(None) => Err("there is no such list".into()),
            Err(error) => Err(Arc::from(error.to_string())),
        };
        (
            (*id).clone(),
            past.map_or_else(Asked::Unknown, Asked::Known),
        )
    });
    read.collect()
}

/// The last page before a moment, and how far back it goes.
fn earlier(page: Page<RunNode>) -> Result<Past, Arc<str>> {
    let more = page.has_more();
    let runs = known(page.nodes.into_iter().flatten().collect())?;
    let oldest = runs.iter().map(|run| run.started_at).min();
    Ok(Past {
        back_to: oldest.filter(|_| more),
        runs,
    })
}

async fn counts(
    session: &Session,
    wanted: &Moments,
    until: Option<Timestamp>,
) -> BTreeMap<InstanceId, Asked<u64>> {
    let asked: Vec<_> = (wanted.iter())
        .map(|(id, since)| lookups::finished_runs(id.as_str(), *since, until))
        .collect();
    let found = find(session, lookups::FINISHED_RUNS, &asked).await;
    let read = wanted.keys().zip(found).map(|(id, found)| {
        let count = match typed::<Count>(lookups::FINISHED_RUNS.name, found) {
            Ok(Some(Count {
                total_count: Some(count),
            })) => Asked::Known(count),
            Ok(_) => Asked::Unknown("the answer holds no count".into()),
            Err(error) => Asked::Unknown(error.to_string().into()),
        };
        (id.clone(), count)
    });
    read.collect()
}
