//! The project that most tests begin with.

use super::environment::Environment;

/// A definition without a component that would have to be published first.
pub(crate) const DEFINITION: &str = r#"definitionVersion: 7
name: Acme ERP
description: Orders to the ERP
requiredConfigVars:
  - key: Endpoint
    dataType: string
    orgOnly: false
  - key: Batch Size
    dataType: string
    defaultValue: "100"
    orgOnly: false
configPages:
  - name: Settings
    elements:
      - {type: configVar, value: Endpoint}
      - {type: configVar, value: Batch Size}
flows:
  - name: Orders
    description: ""
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, version: LATEST, isPublic: true}
        inputs: {}
      - name: Wait
        action:
          key: sleep
          component: {key: sleep, version: LATEST, isPublic: true}
        inputs:
          sleepDuration: {type: value, value: "1"}
"#;

/// A customer of the demo seed.
pub(crate) const CUSTOMER: &str = "{externalId: cust-0001}";

/// An integration and an instance of it.
pub(crate) fn project() -> Environment {
    let environment = Environment::new();
    environment.write("acme.yml", DEFINITION);
    environment.write(
        "acme.yaml",
        "apiVersion: prism-gitops/v1\n\
         kind: Integration\n\
         metadata: {name: acme}\n\
         spec:\n  definition: acme.yml\n",
    );
    environment.write(
        "customers/smith.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\n\
             kind: Instance\n\
             metadata: {{name: smith}}\n\
             spec:\n  integration: acme\n  customer: {CUSTOMER}\n  config:\n    \
             Endpoint: https://erp.smith.example\n"
        ),
    );
    environment
}
