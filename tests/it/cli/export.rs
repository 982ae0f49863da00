//! From a live tenant to files and back: an export changes nothing, before it is applied and after.

use std::process::Stdio;

use super::environment::Environment;
use super::sandbox::{Running, lines, wait_for};

/// As many as real tenants have.
const LARGE: &str =
    "generate: {seed: 7, customers: 200, integrations: 50, versions: 3, instances: 1000}\n";

const FAST: &str = "--requests-per-second 100000";

/// A sandbox of a seed, and an environment that points at it.
fn tenant(seed: &str) -> (Environment, Running) {
    let mut environment = Environment::new();
    environment.write("seed.yaml", seed);
    let mut child = environment
        .command()
        .args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "seed.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = lines(child.stdout.take().unwrap());
    let running = Running(child);
    let line = wait_for(&stdout, "listening on ");
    environment.set("PRISMATIC_URL", line.trim_start_matches("listening on "));
    environment.set("PRISM_REFRESH_TOKEN", "sandbox");
    (environment, running)
}

/// The paths and texts of an exported folder.
fn files(environment: &Environment, folder: &str) -> Vec<(String, String)> {
    let root = environment.project().join(folder);
    let walk = walkdir::WalkDir::new(&root).sort_by_file_name();
    walk.into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry
                .path()
                .strip_prefix(&root)
                .unwrap()
                .display()
                .to_string();
            (path, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The counts of a plan, adoptions aside.
#[track_caller]
fn demand_no_changes(environment: &Environment, adopted: u64) {
    let line = format!("plan acme --detailed-exitcode -o json {FAST}");
    let plan = environment.run(&line).expect(0).json();
    let summary = plan["summary"].as_object().unwrap();
    for (name, count) in summary {
        let expected = match name.as_str() {
            "adopt" => adopted,
            "unchanged" => continue,
            _ => 0,
        };
        assert_eq!(count, expected, "{name} in {summary:?}");
    }
    for resource in plan["resources"].as_array().unwrap() {
        let changes = resource["changes"].as_array().unwrap();
        assert!(changes.is_empty(), "{resource:#}");
    }
}

#[test]
fn an_export_of_a_large_tenant_plans_adoptions_alone() {
    let (environment, _running) = tenant(LARGE);
    let run = environment.run(&format!("export acme {FAST}")).expect(0);
    assert_eq!(
        run.stdout,
        "Exported 50 integrations and 1000 instances to acme.\n"
    );
    assert_eq!(files(&environment, "acme").len(), 1 + 50 * 2 + 1000);
    demand_no_changes(&environment, 1050);
}

/// Fewer objects, because each is written to.
const MEDIUM: &str =
    "generate: {seed: 7, customers: 20, integrations: 6, versions: 3, instances: 80}\n";

#[test]
fn an_export_that_was_applied_stays_in_step() {
    let (environment, _running) = tenant(MEDIUM);
    environment.run(&format!("export acme {FAST}")).expect(0);
    let first = files(&environment, "acme");
    environment
        .run(&format!("apply acme --auto-approve {FAST}"))
        .expect(0);
    demand_no_changes(&environment, 0);

    // The markers keep the names, and nothing else changed: the same files again.
    environment.run(&format!("export again {FAST}")).expect(0);
    let again = files(&environment, "again");
    let differs = first.iter().zip(&again).find(|(a, b)| a != b);
    assert_eq!(differs, None);
    assert_eq!(first.len(), again.len());
}

const SMALL: &str =
    "generate: {seed: 3, customers: 4, integrations: 2, versions: 2, instances: 6}\n";

#[test]
fn nothing_is_written_over_unless_asked_for() {
    let (environment, _running) = tenant(SMALL);
    environment.run("export acme").expect(0);
    let refused = environment.run("export acme").expect(1);
    insta::assert_snapshot!(refused.shown(), @"
    --- stderr
    Error: acme is not empty
    Hint: give a new or an empty folder, or --force to write over files of the same names
    --- exit 1
    ");
    let name = "integrations/generated-1.definition.yml";
    let pinned = environment.project().join("acme").join(name);
    let text = |path| std::fs::read_to_string(path).unwrap();
    assert!(!text(&pinned).contains("LATEST"));
    environment
        .run("export acme --force --latest-components")
        .expect(0);
    assert!(
        text(&pinned).contains("version: LATEST"),
        "{}",
        text(&pinned)
    );
    demand_no_changes(&environment, 8);

    let other = environment
        .run("export acme --force --project other")
        .expect(1);
    assert!(
        other.stderr.contains("the folder declares the project"),
        "{}",
        other.stderr
    );
}

#[test]
fn the_document_lists_what_was_written_and_what_to_know() {
    let (environment, _running) = tenant(SMALL);
    let document = environment
        .run("export acme --project p -o json")
        .expect(0)
        .json();
    assert_eq!(document["summary"]["integrations"], 2);
    assert_eq!(document["files"].as_array().unwrap().len(), 1 + 2 * 2 + 6);
    for key in ["formatVersion", "folder", "secrets", "notes"] {
        assert!(
            document.get(key).is_some(),
            "{key} is missing in {document:#}"
        );
    }
    environment.run("export other -o markdown").expect(1);
}

#[test]
fn markers_are_put_on_and_taken_off_alone() {
    let (environment, _running) = tenant(SMALL);
    environment.run("export acme --project p").expect(0);
    // What differs besides is not touched by an adoption.
    let (path, _) = files(&environment, "acme")
        .into_iter()
        .find(|(path, text)| path.starts_with("instances/") && text.contains("state:"))
        .unwrap_or_else(|| files(&environment, "acme").swap_remove(0));
    let address = format!(
        "Instance/{}",
        path.trim_start_matches("instances/")
            .trim_end_matches(".yaml")
    );
    let unasked = environment.run("adopt acme").expect(1);
    assert!(
        unasked.stderr.contains("--auto-approve"),
        "{}",
        unasked.stderr
    );
    let adopted = environment.run("adopt acme --auto-approve").expect(0);
    assert!(
        adopted.stdout.ends_with("Adoption complete: 8 adopted.\n"),
        "{}",
        adopted.stdout
    );
    demand_no_changes(&environment, 0);

    environment
        .run(&format!("release {address} --path acme"))
        .expect(1);
    let line = format!("release {address} --path acme --auto-approve");
    let released = environment.run(&line).expect(0);
    assert!(
        released.stdout.contains("1 released"),
        "{}",
        released.shown()
    );
    assert!(
        released.stderr.contains("is still declared in"),
        "{}",
        released.shown()
    );
    demand_no_changes(&environment, 1);

    let again = environment.run(&line).expect(1);
    let missing = format!("nothing in this tenant bears the marker of {address}");
    assert!(again.stderr.contains(&missing), "{}", again.stderr);
}

/// A tenant with secrets in it, made by an apply that is forgotten: a variable of a secret name, a
/// connection, and the address of a hook.
fn with_secrets() -> (Environment, Running) {
    let (mut environment, running) = tenant("customers: [{name: Smith, externalId: cust-0001}]\n");
    let variables = "requiredConfigVars:\n  - {key: Passphrase, dataType: string, orgOnly: false}\n  - \
                     {key: Notify, dataType: string, orgOnly: false}";
    let definition = super::fixture::DEFINITION.replace("requiredConfigVars:", variables);
    environment.write("made/acme.yml", &definition);
    environment.write(
        "made/all.yaml",
        "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec: {definition: acme.yml}\n\
         ---\napiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  \
         integration: acme\n  customer: {externalId: cust-0001}\n  config:\n    \
         Endpoint: https://erp.smith.example\n    Passphrase: {secret: {env: PASSPHRASE}}\n    \
         Notify: {secret: {env: NOTIFY}}\n",
    );
    environment.set("PASSPHRASE", "correct horse");
    environment.set(
        "NOTIFY",
        "https://hooks.example.com/services/T000/B000/XXXXXXXX",
    );
    environment.run("apply made --auto-approve").expect(0);
    let released = "release --all --path made --auto-approve";
    environment.run(released).expect(0);
    environment.set("PASSPHRASE", "");
    environment.set("NOTIFY", "");
    (environment, running)
}

#[test]
fn an_export_without_secrets_manages_the_rest() {
    let (environment, _running) = with_secrets();
    let run = environment
        .run("export acme --project p --secrets omit")
        .expect(0);
    assert!(run.shown().contains("2 secret values"), "{}", run.shown());
    let all: String = files(&environment, "acme")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(all.contains("https://erp.smith.example"), "{all}");
    for secret in ["correct horse", "hooks.example.com", "secret:"] {
        assert!(!all.contains(secret), "{secret} in\n{all}");
    }
    demand_no_changes(&environment, 2);
    environment
        .run("apply acme --adopt --auto-approve")
        .expect(0);
    demand_no_changes(&environment, 0);
    // The values are where they were: nothing wrote over them.
    let query = "{ instances { nodes { configVariables { nodes { value } } } } }";
    let answer = environment.run_args(&["api", query], "").expect(0);
    assert!(answer.stdout.contains("XXXXXXXX"), "{}", answer.shown());
}

#[test]
fn adoption_needs_no_secret() {
    let (environment, _running) = with_secrets();
    environment.run("export acme --project p").expect(0);
    let all: String = files(&environment, "acme")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(all.matches("secret:").count(), 2, "{all}");
    assert!(!all.contains("hooks.example.com"), "{all}");
    // None of the variables is set, and no line asks for one.
    let run = environment.run("adopt acme --auto-approve").expect(0);
    assert!(
        run.stdout.ends_with("Adoption complete: 2 adopted.\n"),
        "{}",
        run.shown()
    );
    assert!(!run.shown().contains("is not set"), "{}", run.shown());
}

#[test]
fn one_instance_is_exported_into_a_project_that_is_there() {
    let (environment, _running) = with_secrets();
    environment.run("export all --project p").expect(0);
    let names: Vec<String> = files(&environment, "all")
        .into_iter()
        .map(|it| it.0)
        .collect();
    let path = names
        .iter()
        .find(|it| it.starts_with("instances/"))
        .unwrap();
    let name = path
        .trim_start_matches("instances/")
        .trim_end_matches(".yaml");
    let template = std::fs::read_to_string(environment.project().join("all/.env.example")).unwrap();
    assert!(template.contains("PASSPHRASE=\n"), "{template}");
    assert!(!template.contains("correct horse"), "{template}");

    environment
        .run("export acme Integration/acme-erp --project p")
        .expect(0);
    environment
        .run(&format!("export acme Instance/{name}"))
        .expect(0);
    let text = |path: &str| std::fs::read_to_string(environment.project().join(path)).unwrap();
    assert!(text(&format!("acme/{path}")).contains("integration: acme-erp\n"));
    assert_eq!(text("acme/.env.example"), template);
    let again = environment
        .run(&format!("export acme Instance/{name}"))
        .expect(1);
    assert!(
        again.stderr.contains("is there already"),
        "{}",
        again.shown()
    );

    let wrong = environment.run("export Instance/smiht").expect(1);
    assert!(wrong.stderr.contains("Instance/smiht"), "{}", wrong.shown());
    assert!(!environment.project().join("instances").exists());
}
