//! The rollout that a command is about, as a plan of now has it.

use crate::cli::Variables;
use crate::cli::args::RolloutOfArgs;
use crate::cli::error::CliError;
use crate::cli::project::read;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::pass::Planned;
use crate::plan::{Plan, PlannedRollout};

/// A rollout, with the plan that it is in.
pub(super) struct Found {
    pub(super) tenant: Chosen,
    pub(super) planned: Planned,
    /// Its place in the plan.
    place: usize,
}

impl Found {
    /// The rollout.
    pub(super) fn rollout(&self) -> &PlannedRollout {
        &self.planned.plan.rollouts[self.place]
    }

    /// The version that was asked for; else the one that is rolled out, or was withdrawn.
    pub(super) fn version(&self, given: Option<i64>) -> Result<i64, CliError> {
        let version = given.or(self.rollout().derived.target);
        version.ok_or_else(|| {
            CliError::user("the version that is rolled out next is not published yet")
                .hint("name one: --version-number NUMBER")
        })
    }

    /// What identifies the integration for its whole life.
    pub(super) fn sequence(&self) -> Result<&str, CliError> {
        let sequence = self.rollout().sequence.as_ref();
        let sequence = sequence.ok_or_else(|| {
            CliError::world(
                "the API does not say which integration it is, so nothing can be noted of it",
            )
        })?;
        Ok(sequence.as_str())
    }
}

/// Plans, and finds it in the plan. Writes nothing.
pub(super) async fn planned(
    ui: &Ui,
    args: &RolloutOfArgs,
    variables: &Variables,
) -> Result<Found, CliError> {
    let (path, tenant) = (&args.path, &args.tenant);
    let (basis, tenant) = read(ui, path, args.decide, &args.state, tenant, variables).await?;
    let planned = basis.plan(ui, &tenant, None).await?;
    let place = place(&planned.plan, &args.integration)?;
    Ok(Found {
        tenant,
        planned,
        place,
    })
}

/// By its name in git, its address or its display name, which must be the only one.
fn place(plan: &Plan, wanted: &str) -> Result<usize, CliError> {
    let exact = |it: &PlannedRollout| {
        it.address.name.as_str() == wanted || it.address.to_string() == wanted
    };
    let called = |it: &PlannedRollout| it.display_name == wanted;
    let mut found = plan.rollouts.iter().enumerate();
    if let Some((place, _)) = found.find(|(_, it)| exact(it)) {
        return Ok(place);
    }
    let found = plan.rollouts.iter().enumerate();
    let mut found = found.filter(|(_, it)| called(it)).map(|(place, _)| place);
    match (found.next(), found.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(CliError::user(format!(
            "several integrations are called {wanted:?}"
        ))
        .hint("name it as its manifest does: `metadata.name`")),
        (None, _) => {
            let names = plan.rollouts.iter().map(|it| it.address.name.to_string());
            let names: Vec<String> = names.collect();
            let hint = match names.is_empty() {
                true => "no integration of this project has a `rollout:`".to_owned(),
                false => format!("these have one: {}", names.join(", ")),
            };
            Err(CliError::user(format!("there is no rollout of {wanted:?}")).hint(hint))
        }
    }
}
