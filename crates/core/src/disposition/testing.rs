//! Fixtures: a project with one rule, and ends of plans.

use super::{Moment, Results};
use crate::model::{Desired, DriftMode, Policy, Project};
use crate::plan::testing::name;
use crate::plan::{Plan, StepResult};

pub fn succeeding(plan: &Plan) -> Results {
    ending(plan, &StepResult::Applied)
}

pub fn failing(plan: &Plan, message: &str) -> Results {
    let result = StepResult::Failed {
        message: message.to_owned(),
        transient: true,
    };
    ending(plan, &result)
}

fn ending(plan: &Plan, result: &StepResult) -> Results {
    let steps = plan.steps.iter();
    steps.map(|step| (step.id, result.clone())).collect()
}

pub fn desired_with(drift: DriftMode) -> Desired {
    Desired {
        project: Project {
            name: name("default"),
            policy: Policy {
                drift,
                ..Policy::default()
            },
            ..Project::default()
        },
        ..Desired::default()
    }
}

/// Some moment; tests add to it.
pub fn start() -> Moment {
    Moment::from_secs(1000)
}
