//! A last look at the files before something is removed because they do not declare it any more.

use tokio::time::Instant;

use super::error::CliError;
use crate::controller::pass::{self, Loaded};
use crate::disposition::{AGREE, vanished};
use crate::model::Address;
use crate::plan::Plan;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::{Absence, Source};

/// Makes sure that what a plan removes is gone for good: two readings, a while apart, agree.
pub(crate) async fn still_gone(
    say: impl Fn(&str),
    (loaded, read): (&Loaded, Instant),
    (source, environment): (&dyn Source, Option<&str>),
    plan: &Plan,
) -> Result<(), CliError> {
    let gone = vanished(plan);
    if gone.is_empty() || loaded.absence == Absence::Proven {
        return Ok(());
    }
    midway(loaded.absence)?;
    let left = AGREE.saturating_sub(SystemClock.instant().duration_since(read));
    if !left.is_zero() {
        say("Reading the files once more before anything is removed.");
        tokio::time::sleep(left).await;
    }
    let again = pass::load(source, environment).await?;
    midway(again.absence)?;
    let mut back = again.desired.addresses().filter(|one| gone.contains(one));
    if let Some(fleet) = gone.iter().find_map(|one| edited(one, loaded, &again)) {
        return Err(changed(&format!(
            "the files changed: Fleet/{fleet} is not what it was when its members were to be removed"
        )));
    }
    match back.next() {
        None => Ok(()),
        Some(address) => Err(changed(&format!(
            "the files changed: {address}, which was to be removed, is declared again"
        ))),
    }
}

/// The fleet of a member that is gone, where the files say something else of it now.
fn edited<'a>(gone: &'a Address, loaded: &Loaded, again: &Loaded) -> Option<&'a str> {
    let fleet = gone.name.fleet()?;
    (loaded.desired.fleet(fleet) != again.desired.fleet(fleet)).then_some(fleet)
}

fn midway(absence: Absence) -> Result<(), CliError> {
    match absence {
        Absence::Midway(what) => Err(CliError::refused(format!(
            "git is in the middle of {what} in this folder, and the plan removes what the files do not declare"
        ))
        .hint("end it with git, and run apply again; nothing was written")),
        Absence::Proven | Absence::Momentary => Ok(()),
    }
}

fn changed(message: &str) -> CliError {
    CliError::refused(message.to_owned())
        .hint("run apply again when the files are saved; nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::plan::Action;
    use crate::source::memory::MemorySource;

    const PROJECT: &str = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\n";

    fn bare(name: &str) -> String {
        format!(
            "definitionVersion: 7\nname: {name}\nflows: [{{name: f, steps: [{{name: t, isTrigger: true, action: {{key: webhook, component: {{key: w, version: 1, isPublic: true}}}}}}]}}]\n"
        )
    }

    /// The result of a plan that removes `Integration/a`, read as `absence`, and read again with `file`.
    async fn outcome(absence: Absence, file: &str) -> Result<(), String> {
        let source = MemorySource::new([("p.yaml", PROJECT)]);
        let read = SystemClock.instant();
        let mut loaded = pass::load(&source, None).await.unwrap();
        loaded.absence = absence;
        source.write("a.yml", file);
        let mut plan = plan_with(&[]);
        let mut orphan =
            crate::plan::testing::plan_of(vec![crate::plan::testing::deploy(0, "a", &[])]);
        let mut resource = orphan.resources.remove(0);
        resource.address = crate::plan::testing::integration("a");
        resource.orphan = true;
        resource.actions = vec![Action::Delete];
        plan.resources.push(resource);
        let known = (&loaded, read);
        let result = still_gone(|_| {}, known, (&source, None), &plan).await;
        result.map_err(|error| error.message().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_removed_is_looked_for_once_more() {
        let began = Instant::now();
        let other = bare("b");
        outcome(Absence::Momentary, &other).await.unwrap();
        assert!(began.elapsed() >= AGREE);
        let error = outcome(Absence::Momentary, &bare("a")).await.unwrap_err();
        assert!(error.contains("declared again"), "{error}");
        let error = outcome(Absence::Momentary, "nonsense").await.unwrap_err();
        assert!(error.contains("error"), "{error}");
        let error = outcome(Absence::Midway("a rebase"), &other)
            .await
            .unwrap_err();
        assert!(error.contains("a rebase"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_commit_is_not_looked_at_twice() {
        let began = Instant::now();
        outcome(Absence::Proven, &bare("a")).await.unwrap();
        assert!(began.elapsed() < AGREE);
    }
}
