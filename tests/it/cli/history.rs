//! `history`, `why` and `diff` after real runs, and what they leave on disk.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::environment::Environment;
use super::fixture::{DEFINITION, project};

const APPLY: &str = "apply --sandbox --auto-approve";

/// An environment after a first apply.
fn applied() -> Environment {
    let environment = project();
    environment.run(APPLY).expect(0);
    environment
}

fn edit(environment: &Environment, from: &str, to: &str) {
    let file = environment.project().join("customers/smith.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from));
    std::fs::write(file, text.replace(from, to)).unwrap();
}

fn json(environment: &Environment, line: &str) -> Value {
    let run = environment.run(&format!("{line} -o json")).expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Times, digests and the user who runs the test, taken out.
fn stable(text: &str) -> String {
    let mut words = Vec::new();
    for line in text.lines() {
        let line = line.split(", started").next().unwrap();
        let indent = line.len() - line.trim_start().len();
        let clean = line.split_whitespace().map(|word| {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            if bare.ends_with('Z') && bare.len() == 20 {
                word.replace(bare, "TIME")
            } else if bare.len() == 12 && bare.bytes().all(|b| b.is_ascii_hexdigit()) {
                word.replace(bare, "DIGEST")
            } else {
                word.to_owned()
            }
        });
        words.push(format!(
            "{}{}",
            " ".repeat(indent),
            clean.collect::<Vec<_>>().join(" ")
        ));
    }
    words.join("\n")
}

#[test]
fn a_value_is_traced_through_two_applies() {
    let environment = applied();
    edit(&environment, "erp.smith.example", "new.smith.example");
    environment.run(APPLY).expect(0);
    environment.run(APPLY).expect(0);

    let history = environment.run("history Instance/smith").expect(0);
    insta::assert_snapshot!(stable(&history.stdout), @r#"
    2 TIME apply in sandbox at DIGEST: applied, 2 done as sandbox@example.com
        Instance/smith: configure, deploy — differs
            config "Endpoint" https://erp.smith.example → https://new.smith.example
    1 TIME apply in sandbox at DIGEST: applied, 5 done as sandbox@example.com
        Instance/smith: create, deploy — does not exist yet
            config "Endpoint" + https://erp.smith.example
    "#);
    let why = environment.run("why Instance/smith Endpoint").expect(0);
    insta::assert_snapshot!(stable(&why.stdout), @r#"
    Instance/smith in sandbox

    config "Endpoint" = https://new.smith.example
        set at DIGEST, customers/smith.yaml:8:5
        applied TIME by apply, pass 2 as sandbox@example.com
        before https://erp.smith.example
    "#);
    let document = json(&environment, "history");
    let first = document["passes"][2]["revision"]
        .as_str()
        .unwrap()
        .to_owned();
    let diff = environment.run(&format!("diff --at {first}")).expect(0);
    insta::assert_snapshot!(stable(&diff.stdout), @r#"
    Since DIGEST as of TIME (pass 1) in sandbox: 1 resource written.

    Instance/smith: 1 write, last TIME at DIGEST by apply
        config "Endpoint" https://erp.smith.example → https://new.smith.example
    "#);

    let outcomes: Vec<_> = document["passes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["outcome"])
        .collect();
    assert_eq!(outcomes, ["unchanged", "applied", "applied"]);
    let why = json(&environment, "why Instance/smith Endpoint");
    let field = &why["fields"][0];
    assert_eq!(field["value"], "https://new.smith.example");
    assert_eq!(field["source"]["file"], "customers/smith.yaml");
    assert_eq!(
        field["source"]["line"], 8,
        "where the variable is, not the instance"
    );
    let csv = environment.run("history -o csv").expect(0);
    assert_eq!(csv.stdout.lines().count(), 4, "{}", csv.stdout);
}

#[test]
fn without_a_history_commands_say_where_they_looked() {
    let environment = project();
    for line in ["history", "why Instance/smith", "diff --at 2h"] {
        let run = environment.run(line).expect(1);
        assert!(
            run.stderr.contains("there is no history in"),
            "{}",
            run.stderr
        );
    }
    environment.run(APPLY).expect(0);
    let run = environment.run("why Instance/nobody").expect(1);
    assert!(
        run.stderr.contains("has no write to Instance/nobody"),
        "{}",
        run.stderr
    );
    let run = environment.run("why Instance/smith Nothing").expect(1);
    assert!(run.stderr.contains("it has: "), "{}", run.stderr);
    let run = environment.run("diff --at nonsense").expect(1);
    assert!(
        run.stderr.contains("no pass at \"nonsense\""),
        "{}",
        run.stderr
    );
}

#[test]
fn a_history_that_cannot_be_kept_stops_no_apply() {
    let environment = project();
    let folder = environment.project().join(".prism-gitops");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("history.sqlite"), "not a database ".repeat(100)).unwrap();
    let run = environment.run(APPLY).expect(0);
    assert_eq!(
        run.stderr.matches("the history is not kept").count(),
        1,
        "{}",
        run.stderr
    );
    std::fs::remove_dir_all(&folder).ok();
    environment.run(APPLY).expect(0);
    environment.run("history").expect(0);
}

#[test]
fn no_secret_is_in_the_file_or_its_log() {
    const CANARY: &str = "canary-7f3a9b2c";
    let mut environment = project();
    environment.set("SMITH_KEY", CANARY);
    edit(
        &environment,
        "Endpoint: https://erp.smith.example",
        "Endpoint: {secret: {env: SMITH_KEY}}",
    );
    environment.run(APPLY).expect(0);
    environment.set("SMITH_KEY", &format!("{CANARY}-rotated"));
    environment.run(APPLY).expect(0);
    let why = environment.run("why Instance/smith Endpoint").expect(0);
    assert!(why.stdout.contains("(sensitive)"), "{}", why.stdout);
    let folder = environment.project().join(".prism-gitops");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("history") {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(CANARY.len())
                .any(|part| part == CANARY.as_bytes());
            assert!(!found, "{name} holds the secret");
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn no_history_is_kept_where_none_is_wanted() {
    let environment = project();
    environment
        .run(&format!("{APPLY} --history-size 0"))
        .expect(0);
    assert!(
        !environment
            .project()
            .join(".prism-gitops/history.sqlite")
            .exists()
    );
}

#[test]
fn single_actions_and_failures_are_entered_where_a_history_is_kept() {
    let environment = project();
    let history = environment.project().join(".prism-gitops/history.sqlite");
    environment.run("plan --sandbox --env nowhere").expect(1);
    assert!(!history.exists(), "a failure begins no history");
    environment.run(APPLY).expect(0);
    environment.run("disable smith --sandbox").expect(0);
    environment.run("deploy smith --sandbox").expect(0);
    environment.run("publish 'Nobody' --sandbox").expect(1);
    edit(&environment, "kind: Instance", "kind: Instanz");
    environment.run("plan --sandbox").expect(1);
    environment.run(APPLY).expect(1);
    let document = json(&environment, "history");
    let passes = document["passes"].as_array().unwrap();
    let told: Vec<_> = passes
        .iter()
        .map(|pass| {
            let word = |name: &str| pass[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", word("command"), word("outcome"), word("error"))
        })
        .collect();
    let wrong = "the files have an error";
    assert_eq!(
        told,
        [
            format!("apply invalid {wrong}"),
            format!("plan invalid {wrong}"),
            "deploy applied ".to_owned(),
            "disable applied ".to_owned(),
            "apply applied ".to_owned(),
        ]
    );
    let trigger = passes[2]["trigger"].as_str().unwrap();
    assert!(
        trigger.starts_with("smith of Smith Hardware ("),
        "{trigger}"
    );
    let one = environment.run("history Instance/smith").expect(0).stdout;
    assert!(one.contains("Instance/smith: disable — by hand"), "{one}");
}

#[test]
fn a_draft_that_an_import_writes_over_is_kept() {
    let environment = applied();
    let show = "history show-draft Integration/acme";
    let none = environment.run(show).expect(1);
    assert!(
        none.stderr.contains("no draft of Integration/acme is kept"),
        "{}",
        none.stderr
    );
    let theirs = DEFINITION.replace("name: Acme ERP", "name: Acme ERP\ndocumentation: by hand");
    let import = ["import", "-", "--integration", "Acme ERP", "--sandbox"];
    environment.run_args(&import, &theirs).expect(0);
    environment.run(APPLY).expect(0);
    let shown = environment.run(show).expect(0);
    assert!(shown.stdout.contains("by hand"), "{}", shown.stdout);
    let document = json(&environment, show);
    assert_eq!(document["draft"]["text"], shown.stdout);
    // What was published from git and not edited since is in git.
    let other = DEFINITION.replace("name: Acme ERP", "name: Acme ERP\ndocumentation: by git");
    environment.write("acme.yml", &other);
    environment.run(APPLY).expect(0);
    assert_eq!(environment.run(show).expect(0).stdout, shown.stdout);
}
