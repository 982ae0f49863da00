//! `docs/cli.md` is what clap knows, so that it cannot say anything else.
//!
//! `UPDATE_REFERENCE=1 cargo nextest run reference` writes it.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command};

const HEAD: &str = "\
# Command line

Made from the program itself; `UPDATE_REFERENCE=1 cargo nextest run reference` writes this page anew, and a test
keeps it current.

Results go to stdout, talk and progress to stderr. With `-o json` stdout holds exactly one document, also on failure;
of a list that breaks off, it holds what was read and the `error`. `yaml`, `csv` and `name` are forms of records and lists.
Wherever a record is named, its id, its name or its external id will do; if two records are meant, both are listed and
nothing is done. Every flag but `release --all` has an environment variable; a blank one counts as unset, and the flag beats it.

## Exit codes

| code | meaning |
| --- | --- |
";

const CREDENTIALS: &str = "
## Credentials

Those of the `prism` CLI, in its precedence: if `PRISM_ACCESS_TOKEN` or `PRISM_REFRESH_TOKEN` is set, everything comes
from the environment; otherwise from a profile of prism's own file. An environment of the Project adds what these do not say;
where a token may go is in [operations.md](operations.md#where-a-token-goes).

| variable | holds |
| --- | --- |
| `PRISMATIC_URL` | the stack, such as `https://app.prismatic.io` |
| `PRISM_REFRESH_TOKEN` | a refresh token; `PRISMATIC_REFRESH_TOKEN` is understood too |
| `PRISM_ACCESS_TOKEN` | an access token |
| `PRISMATIC_TENANT_ID` | the tenant, for users who belong to several |
| `PRISM_PROFILE` | the profile |
| `PRISM_CONFIG_FILE` | prism's profile file, if it is not in its usual place |
| `NO_COLOR` | no colours, unless `--color always` |
";

#[test]
fn the_reference_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let text = reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == text,
        "docs/cli.md is out of date; UPDATE_REFERENCE=1 writes it anew"
    );
}

fn reference() -> String {
    let mut command = prism_gitops::cli::command();
    command.build();
    let mut page = HEAD.to_owned();
    for exit in prism_gitops::cli::Exit::ALL {
        let _ = writeln!(page, "| {} | {} |", exit.code(), exit.meaning());
    }
    page.push_str(CREDENTIALS);
    page.push_str("\n## Options of every command\n\n");
    page.push_str(&table(
        command.get_arguments().filter(|arg| arg.is_global_set()),
    ));
    let verbs = command
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help");
    for verb in verbs {
        page.push_str(&section(verb, verb.get_name()));
    }
    page
}

/// A verb, and those below it.
fn section(verb: &Command, name: &str) -> String {
    let below = verb.get_subcommands();
    let below: String = below
        .filter(|verb| verb.get_name() != "help")
        .map(|verb| section(verb, &format!("{name} {}", verb.get_name())))
        .collect();
    let mut verb = verb.clone();
    let usage = verb.render_usage().to_string().replace("Usage: ", "");
    let about = verb.get_long_about().or(verb.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let mut text = format!("\n## `{name}`\n\n{about}\n\n```text\n{usage}\n```\n");
    let own: Vec<&Arg> = verb
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && !["help", "version"].contains(&arg.get_id().as_str()))
        .collect();
    if !own.is_empty() {
        let _ = write!(text, "\n{}", table(own.into_iter()));
    }
    let after = verb.get_after_long_help().map(ToString::to_string);
    if let Some(after) = after {
        let _ = write!(text, "\n```text\n{after}\n```\n");
    }
    text + &below
}

fn table<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    let mut text =
        "| argument | does | default | variable |\n| --- | --- | --- | --- |\n".to_owned();
    for arg in args {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            spelling(arg),
            meaning(arg),
            code(&default(arg)),
            code(
                &arg.get_env()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default()
            ),
        );
    }
    text
}

fn spelling(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = match arg.get_action().takes_values() {
        true => names.iter().map(|name| format!(" {name}")).collect(),
        false => String::new(),
    };
    match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("`-{short}`, `--{long}{value}`"),
        (None, Some(long)) => format!("`--{long}{value}`"),
        (_, None) => format!("`{}`", value.trim()),
    }
}

fn meaning(arg: &Arg) -> String {
    let help = arg
        .get_long_help()
        .or(arg.get_help())
        .map(ToString::to_string)
        .unwrap_or_default();
    let words: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}` {}", value.get_name(), lower_first(&help.to_string())),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    let help = help
        .replace('\n', " ")
        .replace("  ", " ")
        .replace('|', "\\|");
    if words.is_empty() || words.iter().any(|word| word == "`true`") {
        return help;
    }
    format!("{help} {}", words.join("; "))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_lowercase().to_string());
    format!(
        "{}{}",
        first.unwrap_or_default(),
        letters.as_str().trim_end_matches('.')
    )
}

fn default(arg: &Arg) -> String {
    let values = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy());
    match arg.get_action().takes_values() {
        true => values.collect::<Vec<_>>().join(" "),
        false => String::new(),
    }
}

fn code(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("`{text}`"),
    }
}
