//! The question before the first write.

use super::error::CliError;
use super::ui::Ui;

/// The only answer that lets a plan be applied.
const ANSWER: &str = "yes";

/// Refuses early where no user can answer, so that nothing is read in vain.
pub(crate) fn possible(ui: &Ui) -> Result<(), CliError> {
    if ui.can_ask() {
        return Ok(());
    }
    Err(CliError::user(
        "there is a question before anything is written, and no terminal to ask it on",
    )
    .hint("add --auto-approve to go on without being asked; nothing was written"))
}

/// Asks. Anything but the one answer is a refusal.
pub(crate) async fn ask(ui: &Ui, environment: &str) -> Result<(), CliError> {
    ui.say(&format!(
        "\nApply these changes to {environment}?\n  Only 'yes' is accepted to go on.\n"
    ));
    ui.prompt("  Enter a value: ");
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let answer = answer
        .await
        .map_err(|error| CliError::bug("the question was lost").because(&error))?
        .map_err(|error| CliError::world("cannot read the answer").because(&error))?;
    if is_yes(&answer) {
        return Ok(());
    }
    Err(CliError::user(
        "not applied: the answer was not 'yes'; nothing was written",
    ))
}

fn is_yes(line: &str) -> bool {
    line.trim() == ANSWER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_accepted() {
        assert!(is_yes("yes\n"));
        assert!(is_yes(" yes \r\n"));
        for other in ["", "y\n", "Yes\n", "YES\n", "yes please\n", "no\n"] {
            assert!(!is_yes(other), "{other:?}");
        }
    }
}
