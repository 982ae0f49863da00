//! A daemon that follows a folder, in which a file is seen half-saved.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prism_gitops::controller::delays::Delays;
use prism_gitops::controller::phases::Choices;
use prism_gitops::controller::queue::Reason;
use prism_gitops::controller::reconciler::Reconciler;
use prism_gitops::manifest;
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::sandbox::FaultScript;
use prism_gitops::source::dir::DirSource;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::case::{Case, Saving, Seen};
use super::live::{demand, ours};
use super::planted::Bug;
use crate::drift::world::World;
use crate::soak;

/// How soon the daemon looks again while files are saved; a real daemon gets a file event.
const AT_ONCE: Duration = Duration::from_millis(100);
/// How often it looks afterwards.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long it goes on after the file is whole: longer than a vanished document is doubted.
const AFTERWARDS: Duration = Duration::from_secs(6);

/// The daemon follows the folder while the project is saved over what it was.
pub(super) async fn strike(
    world: &World,
    case: &Case,
    saving: &Saving,
    bug: &Bug,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in case.before.files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let rules = case.second.iter().cloned().collect();
    world.set_faults(FaultScript { rules });
    let mut daemon = daemon(world, folder.path(), bug);
    let whole_at = Duration::from_millis(saving.begins + saving.takes);
    let end = Instant::now() + whole_at + AFTERWARDS;
    let saved = save(folder.path(), case, saving);
    let (followed, ()) = futures::join!(follow(world, case, &mut daemon, end), saved);
    world.set_faults(FaultScript::default());
    followed
}

fn daemon(world: &World, folder: &Path, bug: &Bug) -> Reconciler {
    // By this clock every file is of the future, so that what counts is how long it looks the same.
    let before = TokioClock::starting_at("2000-01-01T00:00:00Z".parse().unwrap());
    let source = DirSource::new(folder, manifest::references).by(Arc::new(before));
    let choices = Choices {
        allow_delete: true,
        ..Choices::default()
    };
    let clock = Arc::new(world.clock());
    let stages = soak::stages(world, clock.clone(), world.remembered(), choices);
    Reconciler::new(
        bug.read(source),
        Arc::new(stages),
        clock,
        soak::status(),
        INTERVAL,
        Delays::seeded(1),
    )
}

/// Passes until the end. After each of them the tenant holds nothing that was not declared as a whole.
async fn follow(
    world: &World,
    case: &Case,
    daemon: &mut Reconciler,
    end: Instant,
) -> Result<(), String> {
    let (_stop, stopped) = watch::channel(false);
    while Instant::now() < end {
        daemon.pass(Reason::Resync, stopped.clone()).await;
        demand_whole(&ours(world).await, case)?;
        let saved = Instant::now() + AFTERWARDS > end;
        sleep(if saved { INTERVAL } else { AT_ONCE }).await;
    }
    Ok(())
}

/// Saves all files at once, but one of them in two steps.
async fn save(folder: &Path, case: &Case, saving: &Saving) {
    sleep(Duration::from_millis(saving.begins)).await;
    let files = case.after.files();
    let struck = saving.file % files.len();
    for (place, (name, text)) in files.iter().enumerate() {
        let path = folder.join(name);
        let shown = match saving.seen {
            _ if place != struck => text,
            Seen::Empty => "",
            Seen::Cut(share) => &text[..text.len() * share / 1000],
            Seen::Missing => {
                std::fs::remove_file(path).unwrap();
                continue;
            }
        };
        std::fs::write(path, shown).unwrap();
    }
    sleep(Duration::from_millis(saving.takes)).await;
    let (name, text) = &files[struck];
    std::fs::write(folder.join(name), text).unwrap();
}

/// Every instance is described and configured as some state of the files says, and none by a part of it.
fn demand_whole(tenant: &Value, case: &Case) -> Result<(), String> {
    let declared = || case.before.instances.iter().chain(&case.after.instances);
    for instance in tenant["instances"].as_array().unwrap() {
        if instance["system"] == true {
            continue;
        }
        let text = instance["description"].as_str().unwrap_or_default();
        let known = text.is_empty() || declared().any(|it| it.description() == text);
        demand(known, || format!("{text:?} was never declared"))?;
        let Some(address) = instance["values"]["Token"]["value"].as_str() else {
            continue;
        };
        let known = address == "none" || declared().any(|it| it.address() == address);
        demand(known, || format!("{address:?} was never declared"))?;
    }
    Ok(())
}
