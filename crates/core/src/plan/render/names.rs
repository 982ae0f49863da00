//! The form for a script: what changes, one address on each line.

use crate::plan::Plan;

/// The addresses of the resources that the plan changes, each with a line break, in order.
#[must_use]
pub fn names(plan: &Plan) -> String {
    let changing = plan.resources.iter().filter(|it| !it.actions.is_empty());
    changing.map(|it| format!("{}\n", it.address)).collect()
}
