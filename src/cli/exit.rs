//! The exit codes.

use std::process::ExitCode;

use crate::execute::Outcome;
use crate::plan::Plan;

/// The exit codes. Part of the interface: scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, and nothing is left to do.
    Done = 0,
    /// An error: usage, files, the API, a tenant not read to its end, or a step that failed.
    Error = 1,
    /// `plan --detailed-exitcode`, `promote --check` or `accept --check` found changes.
    Changes = 2,
    /// Done as far as possible: some resources are Blocked or Pending.
    Leftovers = 3,
    /// Refused by a guard, or the saved plan is stale.
    Refused = 4,
    /// Interrupted by a signal.
    Interrupted = 130,
}

impl Exit {
    /// All codes, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::Error,
        Self::Changes,
        Self::Leftovers,
        Self::Refused,
        Self::Interrupted,
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in one line, for the reference.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, nothing left to do",
            Self::Error => {
                "an error: usage, files, the API, a tenant not read to its end, or a step that failed"
            }
            Self::Changes => {
                "`plan --detailed-exitcode`, `promote --check` or `accept --check` found changes"
            }
            Self::Leftovers => "done as far as possible; some resources are Blocked or Pending",
            Self::Refused => "refused by a guard, or the saved plan is stale",
            Self::Interrupted => "interrupted by a signal",
        }
    }

    /// The code of a plan that was only shown.
    ///
    /// Without `--detailed-exitcode` a plan that could be made is a success. A plan of a tenant that could
    /// not be read to its end is a failure: what is missing from it is unknown.
    #[must_use]
    pub fn of_plan(plan: &Plan, detailed: bool) -> Self {
        if plan.is_unread() {
            return Self::Error;
        }
        if detailed && !plan.violations.is_empty() {
            return Self::Refused;
        }
        match (detailed, plan.has_changes(), plan.has_leftovers()) {
            (true, true, _) => Self::Changes,
            (true, false, true) => Self::Leftovers,
            (true, false, false) | (false, ..) => Self::Done,
        }
    }

    /// The code of a plan that was carried out. The worst news wins.
    #[must_use]
    pub fn of_apply(plan: &Plan, outcome: &Outcome) -> Self {
        if outcome.interrupted {
            Self::Interrupted
        } else if outcome.failed() || plan.is_unread() || !outcome.unconfirmed.is_empty() {
            Self::Error
        } else if outcome.closed.is_some() {
            Self::Refused
        } else if plan.has_leftovers() {
            Self::Leftovers
        } else {
            Self::Done
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::model::Address;
    use crate::model::ResourceName;
    use crate::plan::{Action, StepId, StepResult, Summary};

    fn plan(changes: bool, blocked: u64) -> Plan {
        let address = Address::instance(ResourceName::parse("smith").unwrap());
        let mut plan = plan_with(&[(address, if changes { &[Action::Deploy] } else { &[] })]);
        plan.summary = Summary {
            blocked,
            ..Summary::default()
        };
        plan
    }

    #[test]
    fn the_codes_of_a_plan() {
        for (changes, blocked, detailed, expected) in [
            (false, 0, false, Exit::Done),
            (true, 0, false, Exit::Done),
            (true, 1, false, Exit::Done),
            (false, 0, true, Exit::Done),
            (true, 0, true, Exit::Changes),
            (true, 1, true, Exit::Changes),
            (false, 1, true, Exit::Leftovers),
        ] {
            let exit = Exit::of_plan(&plan(changes, blocked), detailed);
            assert_eq!(exit, expected, "{changes} {blocked} {detailed}");
        }
        let mut refused = plan(true, 1);
        refused.violations.push(crate::plan::GuardViolation {
            guard: "deletes".to_owned(),
            message: "deletes: 8 of 20".to_owned(),
        });
        assert_eq!(Exit::of_plan(&refused, true), Exit::Refused);
        assert_eq!(Exit::of_plan(&refused, false), Exit::Done);
    }

    #[test]
    fn a_tenant_that_was_not_read_is_an_error() {
        let mut unread = plan(true, 1);
        unread
            .unread
            .push("instances: the server said 500".to_owned());
        assert_eq!(Exit::of_plan(&unread, false), Exit::Error);
        assert_eq!(Exit::of_plan(&unread, true), Exit::Error);
        assert_eq!(Exit::of_apply(&unread, &Outcome::default()), Exit::Error);
    }

    #[test]
    fn the_worst_news_of_an_apply_wins() {
        let failed = StepResult::Failed {
            message: "no".to_owned(),
            transient: false,
        };
        for (blocked, result, interrupted, expected) in [
            (0, StepResult::Applied, false, Exit::Done),
            (1, StepResult::Applied, false, Exit::Leftovers),
            (1, failed.clone(), false, Exit::Error),
            (1, failed, true, Exit::Interrupted),
        ] {
            let outcome = Outcome {
                steps: [(StepId(0), result)].into(),
                interrupted,
                ..Outcome::default()
            };
            assert_eq!(Exit::of_apply(&plan(true, blocked), &outcome), expected);
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_interface() {
        let codes: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 130]);
    }
}
