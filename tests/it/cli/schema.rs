//! What the commands print with `-o json` is as the published schemas say.

use std::path::Path;

use serde_json::Value;

use super::environment::Environment;
use super::fixture::{DEFINITION, project};

/// A published schema, as the binary prints it.
fn schema(of: &str) -> jsonschema::Validator {
    let printed = project().run(&format!("schema {of}")).expect(0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let file = std::fs::read_to_string(folder.join(format!("{of}.schema.json"))).unwrap();
    assert_eq!(printed.stdout, file, "{of}");
    jsonschema::draft202012::new(&printed.json()).unwrap()
}

#[track_caller]
fn demand(schema: &jsonschema::Validator, document: &Value) {
    let faults: Vec<String> = schema
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", fault.instance_path))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
}

const APPLY: &str = "apply --sandbox --auto-approve -o json";

/// A second instance, which lacks what its version requires.
fn lacking(environment: &Environment) {
    let smith = std::fs::read_to_string(environment.project().join("customers/smith.yaml"));
    let blank = smith.unwrap().replace("name: smith", "name: blank");
    let blank = blank.split("  config:").next().unwrap().to_owned();
    let named = blank + "  displayName: Blank\n";
    environment.write("customers/blank.yaml", &named);
}

#[test]
fn a_plan_and_its_result_are_as_published() {
    let environment = project();
    let (plans, results) = (schema("plan"), schema("result"));
    demand(
        &plans,
        &environment.run("plan --sandbox -o json").expect(0).json(),
    );
    demand(&results, &environment.run(APPLY).expect(0).json());
    demand(
        &plans,
        &environment.run("plan --sandbox -o json").expect(0).json(),
    );
    demand(&results, &environment.run(APPLY).expect(0).json());
    lacking(&environment);
    let blocked = environment.run("plan --sandbox -o json").expect(0).json();
    assert_eq!(blocked["summary"]["blocked"], 1, "{blocked:#}");
    demand(&plans, &blocked);
    demand(&results, &environment.run(APPLY).expect(3).json());
}

#[test]
fn what_is_refused_or_fails_is_as_published() {
    let errors = schema("error");
    let environment = project();
    environment.write(
        "prism-gitops.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: p}\n\
         spec:\n  policy:\n    guards: {creates: 1}\n",
    );
    let refused = environment.run(APPLY).expect(4).json();
    assert_eq!(refused["error"]["exitCode"], 4);
    demand(&errors, &refused);

    environment.write("broken.yml", &DEFINITION.replace("flows:", "flow:"));
    let wrong = environment.run(APPLY).expect(1).json();
    assert_ne!(wrong["diagnostics"], serde_json::json!([]), "{wrong:#}");
    demand(&errors, &wrong);
    demand(
        &errors,
        &environment.run("plan --sandbox -o json").expect(1).json(),
    );
}
