//! Every page of help has examples, and every example is a command line that is understood.

use clap::Command;

/// The commands with their names from the program on, `help` left out.
fn commands() -> Vec<(String, Command)> {
    let mut root = prism_gitops::cli::command();
    root.build();
    let mut found = vec![("prism-gitops".to_owned(), root)];
    let mut place = 0;
    while place < found.len() {
        let (name, command) = found[place].clone();
        let below = command
            .get_subcommands()
            .filter(|it| it.get_name() != "help");
        found.extend(below.map(|it| (format!("{name} {}", it.get_name()), it.clone())));
        place += 1;
    }
    found
}

/// The examples of a page, those that go over several lines as one.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_long_help().map(ToString::to_string);
    let text = text.unwrap_or_default();
    let Some((_, examples)) = text.split_once("Examples:\n") else {
        return Vec::new();
    };
    let lines = examples.lines().take_while(|line| line.starts_with("  "));
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        match found.last_mut() {
            Some(last) if line.starts_with("   ") => *last += &format!("\n{line}"),
            _ => found.push(line.trim().to_owned()),
        }
    }
    found
}

/// A line of a shell as its commands and their words: quotes, `&&`, `|` and `>`.
fn commands_of(line: &str) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars().chain([' ']) {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => match word.take() {
                Some(text) if ["&&", "|"].contains(&text.as_str()) => commands.push(Vec::new()),
                Some(text) => commands.last_mut().unwrap().push(text),
                None => {}
            },
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    assert_eq!(quote, None, "a quote is not closed: {line}");
    for command in &mut commands {
        let end = command.iter().position(|word| word == ">");
        command.truncate(end.unwrap_or(command.len()));
    }
    commands
}

#[test]
fn every_page_of_help_has_examples_of_its_command() {
    for (name, command) in commands() {
        let examples = examples(&command);
        let own = |line: &String| {
            let words = commands_of(line);
            words.iter().any(|words| words.join(" ").starts_with(&name))
        };
        assert!(
            examples.iter().any(own),
            "{name} has no example: {examples:?}"
        );
    }
}

#[test]
fn every_example_is_understood() {
    for (name, command) in commands() {
        for line in examples(&command) {
            for words in commands_of(&line) {
                if words.first().is_none_or(|word| word != "prism-gitops") {
                    continue;
                }
                let parsed = prism_gitops::cli::command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{name}: {line}\n{}", parsed.unwrap_err());
            }
        }
    }
}

/// The command lines of a page: in blocks, after the prompt if there is one, and in spans.
fn lines_of_page(page: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let parts: Vec<&str> = match fenced {
            true => vec![line.trim_start_matches("$ ")],
            false => line.split('`').skip(1).step_by(2).collect(),
        };
        let own = parts
            .into_iter()
            .filter(|it| it.starts_with("prism-gitops "));
        found.extend(own.map(str::to_owned));
    }
    found
}

#[test]
fn every_command_of_a_page_is_understood() {
    let pages = [
        (
            "environments",
            include_str!("../../../docs/environments.md"),
        ),
        ("fleets", include_str!("../../../docs/fleets.md")),
        ("rollouts", include_str!("../../../docs/rollouts.md")),
        ("sandbox", include_str!("../../../docs/sandbox.md")),
        (
            "fleet example",
            include_str!("../../../examples/fleet/README.md"),
        ),
    ];
    for (name, page) in pages {
        let lines = lines_of_page(page);
        assert!(lines.len() > 2, "{name}: {lines:?}");
        for line in lines {
            for words in commands_of(line.split(" #").next().unwrap()) {
                let parsed = prism_gitops::cli::command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{name}: {line}\n{}", parsed.unwrap_err());
            }
        }
    }
}

#[test]
fn a_shell_line_is_split_as_a_shell_does() {
    let words = commands_of("a 'b  c' \"d'e\" && f '' | g > h");
    assert_eq!(words, [vec!["a", "b  c", "d'e"], vec!["f", ""], vec!["g"]]);
}
