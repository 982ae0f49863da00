//! `rollout report` and `rollout replay`: what failed on a version, and sending it again, each execution once.
//!
//! That an execution is about to be sent is noted before the request. A note without an answer means that it may have been
//! sent: then the tenant is asked, and only what it has not shown for as long as a reply can be late is sent once more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::find::{self, Found};
use crate::cli::Variables;
use crate::cli::args::{RolloutReplayArgs, RolloutReportArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::recording::{self, Recording, millis};
use crate::cli::tenant::through_second;
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::controller::history::Deed;
use crate::harmless::owned as harmless;
use crate::model::history::StepOutcome;
use crate::model::{Asked, chain, counted};
use crate::prismatic::error::Effect;
use crate::rollout::{FailedRun, IntegrationNotes, Needs, Replay, failed_on};
use crate::runtime::clock::{Clock as _, SystemClock};

/// At most this many lines of executions are shown.
const SHOWN: usize = 20;

/// Runs `rollout report`.
pub(super) async fn report(
    ui: &Ui,
    args: &RolloutReportArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async {
        let found = find::planned(ui, &args.which, variables).await?;
        let version = found.version(args.which.version_number)?;
        let failed = failures(&found, version).await?;
        ui.result(&shown(&found, version, &failed))?;
        Ok(Exit::Done)
    };
    runtime::or_interrupt(&signals, work).await
}

/// Runs `rollout replay`.
pub(super) async fn replay(
    ui: &Ui,
    args: &RolloutReplayArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, send(ui, args, variables)).await
}

async fn send(ui: &Ui, args: &RolloutReplayArgs, variables: &Variables) -> Result<Exit, CliError> {
    let began = recording::now();
    let found = find::planned(ui, &args.which, variables).await?;
    let version = found.version(args.which.version_number)?;
    let failed = failures(&found, version).await?;
    let (there, back): (Vec<FailedRun>, Vec<FailedRun>) =
        failed.into_iter().partition(|it| it.ran.until.is_none());
    if !there.is_empty() {
        ui.say(&format!(
            "Left: {} of instances that still run version {version}; they would fail again.",
            counted(there.len(), "execution")
        ));
    }
    if !args.yes {
        ui.result(&shown(&found, version, &back))?;
        ui.say(&format!(
            "Nothing was sent. To send {} again, each once, add --yes.",
            counted(back.len(), "execution")
        ));
        return Ok(Exit::Done);
    }
    let folder = args.which.state.folder.of(&project::root(&args.which.path));
    let writing = Writing::new(folder, args.lock, "rollout replay");
    let held = writing.planned(ui, &found.tenant, &found.planned).await?;
    let mut sending = Sending {
        found: &found,
        sequence: found.sequence()?,
        settle: args.which.state.settle,
        sent: 0,
        earlier: 0,
        failed: BTreeMap::new(),
        unknown: BTreeSet::new(),
    };
    let ids: Vec<String> = back.iter().map(|it| it.run.id.clone()).collect();
    let ended = sending.all(&ids).await;
    drop(held);
    let (outcome, message) = match (&ended, sending.is_whole()) {
        (Ok(()), true) => (StepOutcome::Applied, None),
        (Ok(()), false) => (StepOutcome::Failed, Some(sending.outcome(version))),
        (Err(error), _) => (StepOutcome::Failed, Some(error.message().to_owned())),
    };
    let root = project::root(&args.which.path);
    let recording = Recording::beside(&args.which.state.folder, &root, "rollout replay", variables);
    recording.historian.single(&Deed {
        environment: &found.tenant.environment,
        verb: "replay",
        subject: &format!("{} {version}", found.rollout().address),
        customer: None,
        address: Some(found.rollout().address.clone()),
        reason: None,
        changes: &[],
        began: began.0,
        ended: (SystemClock.now(), millis(began)),
        outcome: (outcome, message),
    });
    recording.finish().await;
    ended?;
    ui.result(&sending.outcome(version))?;
    Ok(match sending.is_whole() {
        true => Exit::Done,
        false => Exit::Error,
    })
}

/// The executions of a version that failed and were not made good since.
async fn failures(found: &Found, version: i64) -> Result<Vec<FailedRun>, CliError> {
    let rollout = found.rollout();
    let ran = rollout.ran.iter().filter(|it| it.version == version);
    let Some(since) = ran.map(|it| it.since).min() else {
        return Ok(Vec::new());
    };
    let Some(sequence) = &rollout.sequence else {
        return Err(CliError::world(
            "the API does not say which integration it is",
        ));
    };
    let needs = Needs {
        until: found.tenant.platform.server_now().map(through_second),
        failures_since: Some(since),
        ..Needs::default()
    };
    let read = found.tenant.platform.executions(sequence, &needs).await;
    let unread = |why: &str| CliError::world(format!("executions could not be read: {why}"));
    match read.failures {
        Asked::Known(read) => match read.incomplete {
            Some(why) => Err(unread(&why)),
            None => Ok(failed_on(&rollout.ran, version, &read.runs)),
        },
        Asked::Unknown(why) => Err(unread(&why)),
        Asked::NotAsked => Err(unread("they were not asked for")),
    }
}

/// By customer, member and flow: how many, when, and the last error.
fn shown(found: &Found, version: i64, failed: &[FailedRun]) -> String {
    let address = &found.rollout().address;
    if failed.is_empty() {
        return format!(
            "No execution of {address} {version} failed and is still to be made good.\n"
        );
    }
    let mut groups: BTreeMap<(&str, String, &str), Vec<&FailedRun>> = BTreeMap::new();
    for one in failed {
        let key = (
            one.ran.customer.as_str(),
            one.ran.member.to_string(),
            one.run.flow.as_str(),
        );
        groups.entry(key).or_default().push(one);
    }
    let mut text = format!(
        "{address} {version}: {} failed, of {}\n",
        counted(failed.len(), "execution"),
        counted(groups.len(), "flow")
    );
    for ((customer, member, flow), runs) in groups.iter().take(SHOWN) {
        let time = |it: Option<&&FailedRun>| {
            it.map(|it| it.run.started_at.strftime("%Y-%m-%d %H:%M").to_string())
        };
        let (first, last) = (time(runs.first()), time(runs.last()));
        let error = runs.last().and_then(|it| it.run.error.as_deref());
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "  {}  {member}  {}  {} from {} to {} UTC  {}",
            harmless(customer),
            harmless(flow),
            runs.len(),
            first.unwrap_or_default(),
            last.unwrap_or_default(),
            harmless(error.unwrap_or("no message"))
        );
        for one in runs.iter().take(3) {
            let _ = writeln!(text, "    {}", harmless(&one.run.id));
        }
        if runs.len() > 3 {
            let _ = writeln!(text, "    and {} more", runs.len() - 3);
        }
    }
    if groups.len() > SHOWN {
        let _ = writeln!(text, "  and {} more", counted(groups.len() - SHOWN, "flow"));
    }
    text
}

/// Executions that are sent again.
struct Sending<'a> {
    found: &'a Found,
    sequence: &'a str,
    settle: std::time::Duration,
    sent: usize,
    /// Those that had been sent again before.
    earlier: usize,
    /// Those that the API refused, and why.
    failed: BTreeMap<String, String>,
    /// Those of which it is not known whether they were sent.
    unknown: BTreeSet<String>,
}

impl Sending<'_> {
    async fn all(&mut self, ids: &[String]) -> Result<(), CliError> {
        let noted = self.noted()?;
        let is_sent = |id: &&String| matches!(noted.replays.get(*id), Some(Replay::Sent { .. }));
        let left: Vec<String> = ids.iter().filter(|it| !is_sent(it)).cloned().collect();
        self.earlier = ids.len() - left.len();
        let begun: BTreeSet<String> = left
            .iter()
            .filter(|id| noted.replays.contains_key(*id))
            .cloned()
            .collect();
        let mut left = self.absent(left).await?;
        if left.iter().any(|id| begun.contains(id)) {
            // A request of an earlier run may still be on its way.
            tokio::time::sleep(self.settle).await;
            left = self.absent(left).await?;
        }
        for id in left {
            self.one(&id).await?;
        }
        self.settle_unknown().await
    }

    /// Those that have not been sent again, as far as the tenant shows. Others are noted as sent.
    async fn absent(&mut self, ids: Vec<String>) -> Result<Vec<String>, CliError> {
        if ids.is_empty() {
            return Ok(ids);
        }
        let replays = self.found.tenant.client.replays(&ids).await?;
        let mut left = Vec::new();
        for id in ids {
            match replays.get(&id).cloned().flatten() {
                Some(execution) => {
                    self.note(&id, Some(Replay::Sent { execution }))?;
                    self.earlier += 1;
                }
                None => left.push(id),
            }
        }
        Ok(left)
    }

    async fn one(&mut self, id: &str) -> Result<(), CliError> {
        self.note(id, Some(Replay::Begun))?;
        match self.found.tenant.client.replay(id).await {
            Ok(execution) => {
                self.note(id, Some(Replay::Sent { execution }))?;
                self.sent += 1;
            }
            Err(error) if error.effect == Effect::None => {
                self.note(id, None)?;
                self.failed.insert(id.to_owned(), chain(&error));
            }
            Err(_) => {
                self.unknown.insert(id.to_owned());
            }
        }
        Ok(())
    }

    /// Looks for those whose replies were lost. What is not shown is left as it is: the next call looks again.
    async fn settle_unknown(&mut self) -> Result<(), CliError> {
        if self.unknown.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(self.settle).await;
        let ids: Vec<String> = std::mem::take(&mut self.unknown).into_iter().collect();
        let asked = ids.len();
        let before = self.earlier;
        let left = self.absent(ids).await?;
        self.earlier = before;
        self.sent += asked - left.len();
        self.unknown.extend(left);
        Ok(())
    }

    fn noted(&self) -> Result<IntegrationNotes, CliError> {
        let store = &self.found.planned.recorder.rollouts;
        let notes = store.load(&self.found.tenant.environment);
        let notes = notes.map_err(|error| {
            CliError::world("what was sent again before is not known, so nothing is sent")
                .because(&error)
                .hint("restore the file, or remove it: then the tenant alone says what was sent again")
        })?;
        Ok(notes.of(self.sequence).cloned().unwrap_or_default())
    }

    fn note(&self, id: &str, replay: Option<Replay>) -> Result<(), CliError> {
        let store = &self.found.planned.recorder.rollouts;
        let kept = store.update(&self.found.tenant.environment, |notes| {
            let replays = &mut notes.of_mut(self.sequence).replays;
            match replay {
                Some(replay) => drop(replays.insert(id.to_owned(), replay)),
                None => drop(replays.remove(id)),
            }
        });
        kept.map_err(|error| {
            CliError::world("what is sent again cannot be noted, so no more is sent")
                .because(&error)
        })
    }

    fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.unknown.is_empty()
    }

    fn outcome(&self, version: i64) -> String {
        let mut text = format!(
            "{} {version}: sent {} again",
            self.found.rollout().address,
            counted(self.sent, "execution")
        );
        if self.earlier > 0 {
            let _ = write!(text, ", {} had been before", self.earlier);
        }
        text.push('\n');
        for (id, why) in self.failed.iter().take(SHOWN) {
            let _ = writeln!(text, "  not sent: {}: {}", harmless(id), harmless(why));
        }
        if self.failed.len() > SHOWN {
            let _ = writeln!(text, "  and {} more not sent", self.failed.len() - SHOWN);
        }
        if !self.unknown.is_empty() {
            let _ = writeln!(
                text,
                "  not known to have been sent: {}; run it again, it looks before it sends",
                counted(self.unknown.len(), "execution")
            );
        }
        text
    }
}
