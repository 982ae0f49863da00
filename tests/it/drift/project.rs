//! A project that uses every field a manifest has.

/// A variable of every kind that a manifest can set.
pub(crate) const DEFINITION: &str = r#"definitionVersion: 7
name: Acme ERP
description: Orders to the ERP
requiredConfigVars:
  - {key: Endpoint, dataType: string, defaultValue: "", orgOnly: false}
  - {key: Batch Size, dataType: number, defaultValue: "100", orgOnly: false}
  - {key: Token, dataType: string, defaultValue: "", orgOnly: false}
  - {key: Warehouses, dataType: string, collectionType: valuelist, defaultValue: "[]", orgOnly: false}
  - {key: Mapping, dataType: jsonForm, defaultValue: "{}", orgOnly: false}
  - {key: Timing, dataType: schedule, scheduleType: custom, defaultValue: "*/15 * * * *", orgOnly: false}
  - key: Login
    dataType: connection
    connection:
      key: basic
      component: {key: http, isPublic: true, version: LATEST}
    inputs:
      username: {type: value, value: ""}
      password: {type: value, value: ""}
    orgOnly: false
configPages:
  - name: Settings
    elements:
      - {type: configVar, value: Endpoint}
      - {type: configVar, value: Batch Size}
      - {type: configVar, value: Token}
      - {type: configVar, value: Warehouses}
      - {type: configVar, value: Mapping}
      - {type: configVar, value: Timing}
      - {type: configVar, value: Login}
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
      - name: Fetch
        action:
          key: httpGet
          component: {key: http, version: LATEST, isPublic: true}
        inputs:
          connection: {type: configVar, value: Login}
          url: {type: value, value: /orders}
"#;

pub(crate) const INTEGRATION: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme}
spec:
  definition: acme.yml
  description: Orders to the ERP
  publish: changed
  available: true
  marketplace:
    visibility: listed
    overview: ./overview.md
    allowMultipleInstances: false
";

pub(crate) const INSTANCE: &str = "\
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme
  customer: {externalId: cust-0001}
  displayName: Smith ERP
  description: All stores
  labels: [production]
  state: enabled
  globalDebug: false
  config:
    Endpoint: https://erp.smith.example
    Batch Size: {seed: \"200\"}
    Token: {secret: {env: TOKEN}}
    Warehouses: [chicago, denver]
    Mapping: {value: {order: id}}
    Timing: {schedule: \"*/5 * * * *\", timeZone: America/Chicago}
    Login: {connection: {username: smith, password: {secret: {env: PASSWORD}}}}
";
