//! `--show-values`: values that a plan hides because they may be secret, for a user at a terminal.

use std::fmt::Write as _;

use crate::cli::args::Output;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::harmless::line;
use crate::plan::Plan;

/// Refuses to show values where they would be kept: in a pipe, a log, a document.
pub(super) fn check(ui: &Ui) -> Result<(), CliError> {
    if ui.is_terminal() && ui.output() == Output::Human {
        return Ok(());
    }
    let error = CliError::user("--show-values shows values at a terminal only");
    Err(error.hint("run the command by hand, without a pipe and without --output"))
}

/// The values that the fields of one resource differ in. What is declared to be secret is not
/// among them: a plan does not hold it.
pub(super) fn of(plan: &Plan, address: &str) -> Result<String, CliError> {
    let mut resources = plan.resources.iter();
    let Some(resource) = resources.find(|one| one.address.to_string() == address) else {
        let error = CliError::user(format!(
            "--show-values: there is no {address:?} in the plan"
        ));
        return Err(error
            .hint("write it as the plan does: Instance/NAME, Integration/NAME or Customer/NAME"));
    };
    let mut text = format!("\nHidden values of {address}:\n");
    let mut none = true;
    for change in &resource.changes {
        if let Some((before, after)) = change.withheld.expose() {
            none = false;
            let before = before.map_or("nothing".into(), line);
            let after = after.map_or("nothing".into(), line);
            let path = line(change.path.as_str());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    {path}  {before} → {after}");
        }
    }
    if none {
        text.push_str("    none; what is declared to be secret is never shown\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::early::Early;

    #[test]
    fn values_are_for_terminals_only() {
        let ui = Ui::early(&Early::read(&[], &crate::cli::Variables::new()));
        let error = check(&ui).unwrap_err();
        assert!(error.message().contains("at a terminal only"));
    }
}
