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
    sections(&mut page, &command, "")?;
    Ok(page)
}

/// A section for each verb, and for each below it.
fn sections(page: &mut Vec<u8>, command: &clap::Command, above: &str) -> std::io::Result<()> {
    let verbs = command.get_subcommands();
    for verb in verbs.filter(|verb| verb.get_name() != "help") {
        let title = format!("{above}{}", verb.get_name().to_uppercase());
        page.extend_from_slice(format!(".SH \"COMMAND {title}\"\n").as_bytes());
        let man = clap_mangen::Man::new(verb.clone());
        man.render_description_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_options_section(page)?;
        sections(page, verb, &format!("{title} "))?;
    }
    Ok(())
}
