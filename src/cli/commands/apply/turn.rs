//! The right to write, and the plan once more where others may have written meanwhile.
//!
//! The lock is never held during a confirmation: it is taken after the answer, and the confirmed plan is
//! compared with the tenant again under it.

use std::collections::BTreeSet;

use super::reviewed;
use crate::cli::args::ShowArgs;
use crate::cli::error::CliError;
use crate::cli::locking::Writing;
use crate::cli::project::Decided;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::pass::Planned;
use crate::plan::{self, Plan, Reviewed};
use crate::store::{Held, Seen};

/// What may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::commands) enum Agreed {
    /// The plan that a person confirmed, or a part of it.
    Shown,
    /// The saved plan, and nothing else.
    Saved,
    /// Any plan.
    Anything,
}

impl Agreed {
    /// By the flag that leaves out the question.
    pub(in crate::cli::commands) fn of(auto_approve: bool) -> Self {
        match auto_approve {
            true => Self::Anything,
            false => Self::Shown,
        }
    }
}

/// A plan with the right to carry it out. Without the right where there is nothing to do.
pub(in crate::cli::commands) struct Turn {
    pub(in crate::cli::commands) decided: Decided,
    /// Until this is dropped others wait.
    pub(in crate::cli::commands) held: Option<Held>,
    /// How much of it is shown.
    pub(in crate::cli::commands) show: ShowArgs,
}

/// Waits for the turn. The plan is made `again` where that was requested, which takes time, or where another
/// writer wrote since the tenant was read.
pub(in crate::cli::commands) async fn enter(
    ui: &Ui,
    (writing, seen): (&Writing, &Seen),
    show: ShowArgs,
    agreed: Agreed,
    decided: Decided,
    again: impl AsyncFnOnce(&Chosen, Option<BTreeSet<String>>) -> Result<Planned, CliError>,
) -> Result<Turn, CliError> {
    if decided.planned.plan.is_empty() {
        return Ok(Turn {
            decided,
            held: None,
            show,
        });
    }
    let held = writing
        .planned(ui, &decided.tenant, &decided.planned)
        .await?;
    let moved = held.moved_since(seen);
    let held = Some(held);
    if !moved && agreed != Agreed::Shown {
        return Ok(Turn {
            decided,
            held,
            show,
        });
    }
    let before = Reviewed::from(&decided.planned.plan);
    let only = (agreed != Agreed::Anything).then(|| before.addresses());
    let planned = again(&decided.tenant, only).await?;
    let same = planned.plan.digest == before.digest;
    let decided = Decided { planned, ..decided };
    let fresh = &decided.planned.plan;
    match agreed {
        Agreed::Anything if same => {}
        Agreed::Anything => {
            ui.say("Another run wrote to this tenant meanwhile, so the plan was made again.");
            super::show(ui, show, true, &decided).await?;
        }
        Agreed::Shown if moved && plan::is_part(&before, fresh) => {
            ui.say(&done_by_others(&before, fresh));
        }
        Agreed::Shown | Agreed::Saved => {
            reviewed::still(&before, fresh)?;
            reviewed::report_later(ui, fresh);
        }
    }
    Ok(Turn {
        decided,
        held,
        show,
    })
}

fn done_by_others(before: &Reviewed, now: &Plan) -> String {
    let now = Reviewed::from(now).addresses().len();
    let done = before.addresses().len().saturating_sub(now);
    match now {
        0 => "Another run did all of this meanwhile: nothing is left to do.".to_owned(),
        _ => format!("Another run did {done} of these meanwhile; {now} are left, as shown."),
    }
}
