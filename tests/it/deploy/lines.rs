//! Every command line that `deploy/` and `docs/` show is one that the program understands.

use prism_gitops::yaml::{Content, Node};

use super::files::{all, documents, list, text};

const PROGRAM: &str = "prism-gitops";

/// What ends a command in a shell.
const ENDS: &[&str] = &["&&", "||", "|", ">", ">>", "2>", "<", ";", "#", "\\"];

/// The command lines of ours in a shell's text, in words, without the program's name.
fn commands(script: &str) -> Vec<Vec<String>> {
    let whole = script.replace("\\\n", " ");
    let lines = whole.lines().map(str::trim_start);
    let lines = lines.map(|line| line.strip_prefix("$ ").unwrap_or(line));
    let found = lines.flat_map(commands_of_line);
    found.filter(|words| !words.is_empty()).collect()
}

fn commands_of_line(line: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let (mut ours, mut first) = (false, true);
    for word in shell_words(line) {
        if ENDS.contains(&word.as_str()) {
            ours = false;
            first = ["&&", "||", "|", ";"].contains(&word.as_str());
            if word == "#" {
                break;
            }
        } else if first && (word == PROGRAM || word.ends_with("bin/prism-gitops")) {
            found.push(Vec::new());
            (ours, first) = (true, false);
        } else {
            first &= word.contains('=');
            if let (true, Some(command)) = (ours, found.last_mut()) {
                command.push(word);
            }
        }
    }
    found
}

/// Words as a shell splits them, quotes taken off.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars().chain([' ']) {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words
}

/// The code blocks of a Markdown page that a shell runs.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```").skip(1).step_by(2);
    let shell = parts.filter_map(|part| {
        let (language, code) = part.split_once('\n')?;
        ["sh", "console", "bash"]
            .contains(&language.trim())
            .then(|| code.to_owned())
    });
    shell.collect()
}

/// Every scalar below a node.
fn scalars(node: &Node) -> Vec<String> {
    match &node.content {
        Content::Scalar(scalar) => vec![scalar.text.clone()],
        Content::Sequence(items) => items.iter().flat_map(scalars).collect(),
        Content::Mapping(entries) => entries.iter().flat_map(|e| scalars(&e.value)).collect(),
    }
}

fn understood(place: &str, words: &[String]) -> Option<String> {
    let words = std::iter::once(PROGRAM.to_owned()).chain(words.iter().cloned());
    let parsed = prism_gitops::cli::command().try_get_matches_from(words);
    // `--help` and `--version` are answers.
    let error = parsed.err().filter(clap::Error::use_stderr)?;
    Some(format!("{place}: {error}"))
}

fn wrong(shown: &[(String, Vec<String>)]) -> Vec<String> {
    let lines = shown.iter();
    lines
        .filter_map(|(place, words)| understood(place, words))
        .collect()
}

#[test]
fn every_command_of_the_pipelines_is_understood() {
    let mut shown = Vec::new();
    for (name, text) in all(&["deploy/ci"], &[".yml"]) {
        let scripts: Vec<String> = documents(&name, &text).iter().flat_map(scalars).collect();
        let ours = scripts.iter().flat_map(|script| commands(script));
        let before = shown.len();
        shown.extend(ours.map(|words| (name.clone(), words)));
        let verbs: Vec<&str> = shown[before..].iter().map(|(_, w)| w[0].as_str()).collect();
        for verb in ["validate", "plan", "apply"] {
            assert!(verbs.contains(&verb), "{name} has no {verb}: {verbs:?}");
        }
    }
    assert_eq!(wrong(&shown), Vec::<String>::new());
}

#[test]
fn every_command_of_the_pages_is_understood() {
    let mut shown = Vec::new();
    for (name, text) in all(&["README.md", "docs", "deploy", "examples"], &[".md"]) {
        let ours = blocks(&text).into_iter().flat_map(|block| commands(&block));
        shown.extend(ours.map(|words| (name.clone(), words)));
    }
    assert!(shown.len() > 15, "only {} lines found", shown.len());
    assert_eq!(wrong(&shown), Vec::<String>::new());
}

#[test]
fn every_command_of_a_container_or_a_unit_is_understood() {
    let compose = documents("compose", &text("deploy/compose.yaml")).remove(0);
    let deployment = text("deploy/kubernetes/base/deployment.yaml");
    let deployment = documents("deployment", &deployment).remove(0);
    let unit = text("deploy/systemd/prism-gitops.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let start = commands(start.expect("the unit starts something")).remove(0);
    let image = text("deploy/Dockerfile");
    let mut shown = vec![("unit".to_owned(), start)];
    let words = |node, path| list(node, path).into_iter().map(str::to_owned).collect();
    for (node, path) in [
        (&compose, "services/sandbox/command"),
        (&compose, "services/daemon/command"),
        (&deployment, "spec/template/spec/containers/0/args"),
    ] {
        shown.push((path.to_owned(), words(node, path)));
    }
    for line in image.lines().filter_map(|line| line.strip_prefix("CMD ")) {
        let words: Vec<String> = serde_json::from_str(line).expect("CMD is a JSON list");
        shown.push((line.to_owned(), words));
    }
    let check = "services/sandbox/healthcheck/test";
    let words: Vec<String> = words(&compose, check);
    assert_eq!(words[..2], ["CMD", PROGRAM]);
    shown.push((check.to_owned(), words[2..].to_vec()));
    assert_eq!(shown.len(), 7);
    assert!(
        shown.iter().all(|(_, words)| !words.is_empty()),
        "{shown:?}"
    );
    assert_eq!(wrong(&shown), Vec::<String>::new());
}

#[test]
fn commands_are_found_where_a_shell_finds_them() {
    let script = "A=1 prism-gitops plan 'a b' > x || code=$?\n  prism-gitops apply \\\n  --plan p # no\n\
                  curl prism-gitops\nfalse && prism-gitops whoami | cat\n$ prism-gitops man\n";
    let found: Vec<String> = commands(script).iter().map(|c| c.join(",")).collect();
    assert_eq!(found, ["plan,a b", "apply,--plan,p", "whoami", "man"]);
    assert_eq!(wrong(&[(String::new(), vec!["plam".into()])]).len(), 1);
}
