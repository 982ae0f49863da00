//! The projects that the scenarios begin with.

use std::fmt::Write as _;

use crate::cli::environment::Environment;

/// A definition with these variables, each a key with what else it says.
pub(crate) fn definition(variables: &[(&str, &str)]) -> String {
    let mut text =
        "definitionVersion: 7\nname: Acme ERP\ndescription: Orders to the ERP\n".to_owned();
    text.push_str("requiredConfigVars:\n");
    for (key, rest) in variables {
        writeln!(text, "  - {{key: {key}, orgOnly: false, {rest}}}").unwrap();
    }
    text.push_str(
        "flows:\n  - name: Orders\n    isSynchronous: false\n    steps:\n      - name: Trigger\n        \
         isTrigger: true\n        action:\n          key: webhook\n          component: \
         {key: webhook-triggers, version: LATEST, isPublic: true}\n        inputs: {}\n      \
         - name: Wait\n        action:\n          key: sleep\n          component: \
         {key: sleep, version: LATEST, isPublic: true}\n        inputs:\n          \
         sleepDuration: {type: value, value: \"1\"}\n",
    );
    text
}

/// One variable without a default, and one with.
pub(crate) const VARIABLES: [(&str, &str); 2] = [
    ("Endpoint", "dataType: string"),
    ("Batch Size", "dataType: string, defaultValue: \"100\""),
];

/// The integration's manifest and its definition.
pub(crate) fn write_integration(environment: &Environment, definition: &str) {
    environment.write("acme.yml", definition);
    environment.write(
        "acme.yaml",
        "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\n\
         spec:\n  definition: acme.yml\n",
    );
}

/// An instance's manifest; `config` holds lines of YAML.
pub(crate) fn write_instance(
    environment: &Environment,
    name: &str,
    customer: usize,
    config: &[&str],
) {
    let mut text = format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\n\
         spec:\n  integration: acme\n  customer: {{externalId: cust-{customer:04}}}\n  config:\n"
    );
    for line in config {
        writeln!(text, "    {line}").unwrap();
    }
    environment.write(&format!("{name}.yaml"), &text);
}

/// The integration, and `instances` instances of it.
pub(crate) fn write_project(environment: &Environment, instances: usize) {
    write_integration(environment, &definition(&VARIABLES));
    for number in 1..=instances {
        let endpoint = format!("Endpoint: https://erp-{number}.example");
        write_instance(
            environment,
            &instance_name(number),
            (number - 1) % 6 + 1,
            &[&endpoint],
        );
    }
}

/// `erp-01` and so on.
pub(crate) fn instance_name(number: usize) -> String {
    format!("erp-{number:02}")
}
