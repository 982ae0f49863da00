//! Changed definitions as text: what `--diff` adds to a plan.

use super::error::CliError;
use crate::definition::{self, Definition};
use crate::plan::Plan;
use crate::prismatic::platform::Platform;

/// The differences of all definitions that the plan would import over others.
///
/// Reads each of them once more. One that either side cannot read has no
/// difference to show; the plan itself says so.
pub(crate) async fn definitions(plan: &Plan, platform: &dyn Platform) -> Result<String, CliError> {
    let mut text = String::new();
    for step in &plan.steps {
        let Some((id, definition)) = step.operation.overwrites() else {
            continue;
        };
        let live = platform.definition(id).await?;
        let live = Definition::parse_canonical(&live.text);
        let git = Definition::parse(definition, "definition");
        if let (Ok(git), Ok(live)) = (git, live) {
            text.push_str(&format!(
                "{}\n{}\n",
                step.address,
                definition::text_diff(&git, &live)
            ));
        }
    }
    Ok(text)
}
