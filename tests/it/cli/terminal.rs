//! Commands at a terminal of their own, and what is for terminals alone.

use std::process::{Command, Stdio};

use super::environment::Environment;
use super::fixture::project;

/// The binary with a line of arguments, at a terminal that `script` gives it. `None`, and a word
/// about it, where there is no such program.
pub(crate) fn command(environment: &Environment, line: &str) -> Option<Command> {
    let here = Command::new("script")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !here.is_ok_and(|status| status.success()) {
        println!("skipped: there is no `script` to open a terminal with");
        return None;
    }
    let binary = assert_cmd::cargo::cargo_bin!("prism-gitops").to_owned();
    let line = format!("exec {} {line}", binary.display());
    let plain = environment.command();
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let mut command = Command::new("script");
    command
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env_clear()
        .envs(variables)
        .env("SHELL", "/bin/sh")
        .current_dir(environment.project())
        .stdin(Stdio::null());
    Some(command)
}

/// An instance with a value whose name is doubtful, and one that is declared to be secret.
fn doubtful() -> Environment {
    let mut environment = project();
    let variables = "requiredConfigVars:\n  - {key: Passphrase, dataType: string, orgOnly: false}\n  - \
                     {key: Token, dataType: string, orgOnly: false}";
    environment.edit("acme.yml", "requiredConfigVars:", variables);
    let values = "Endpoint: https://erp.smith.example\n    Passphrase: correct horse\n    \
                  Token: {secret: {env: TOKEN}}";
    environment.edit(
        "customers/smith.yaml",
        "Endpoint: https://erp.smith.example",
        values,
    );
    environment.set("TOKEN", "battery staple");
    environment
}

#[test]
fn values_in_doubt_are_shown_to_one_person_at_a_terminal() {
    let environment = doubtful();
    let plan = environment.run("plan --sandbox").expect(0);
    assert!(!plan.shown().contains("correct horse"), "{}", plan.shown());

    let line = "plan --sandbox --color never --show-values Instance/smith";
    let Some(mut command) = command(&environment, line) else {
        return;
    };
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    let hidden = shown.split("Hidden values of Instance/smith:").nth(1);
    let hidden = hidden.unwrap_or_else(|| panic!("no values in\n{shown}"));
    assert!(hidden.contains("nothing \u{2192} correct horse"), "{shown}");
    assert_eq!(shown.matches("correct horse").count(), 1, "{shown}");
    assert!(!shown.contains("battery staple"), "{shown}");
}

#[test]
fn values_in_doubt_are_shown_nowhere_else() {
    let environment = doubtful();
    let line = "plan --sandbox --show-values Instance/smith";
    for form in ["", " -o json", " -o markdown"] {
        let run = environment.run(&format!("{line}{form}")).expect(1);
        assert!(
            run.shown().contains("at a terminal only"),
            "{}",
            run.shown()
        );
        assert!(!run.shown().contains("correct horse"), "{}", run.shown());
    }
    let unknown = command(&environment, "plan --sandbox --show-values Instance/none");
    if let Some(mut unknown) = unknown {
        let output = unknown.output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success(), "{shown}");
        assert!(
            shown.contains("Instance/NAME, Integration/NAME or Customer/NAME"),
            "{shown}"
        );
        assert!(!shown.contains("correct horse"), "{shown}");
    }
}
