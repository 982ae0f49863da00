//! `man`: the manual page, all commands in one.

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Runs the command.
pub(super) fn run(ui: &Ui) -> Result<Exit, CliError> {
    let page = page().map_err(|error| CliError::bug("no manual page").because(&error))?;
    ui.result_bytes(&page)?;
    Ok(Exit::Done)
}

/// The page of the command itself, then the options of each verb.
fn page() -> std::io::Result<Vec<u8>> {
    let mut command = crate::cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for verb in command
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help")
    {
        let title = verb.get_name().to_uppercase();
        page.extend_from_slice(format!(".SH \"COMMAND {title}\"\n").as_bytes());
        let man = clap_mangen::Man::new(verb.clone());
        man.render_description_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    Ok(page)
}
