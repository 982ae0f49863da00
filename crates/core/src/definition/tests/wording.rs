//! How changes read, and that they hold no secret.

use super::{git, live, shown};
use crate::definition::{Change, ChangeKind, compare, text_diff};
use crate::model::FieldChange;

const BEFORE: &str = r#"
definitionVersion: 7
name: ERP
description: Orders
requiredConfigVars:
  - {key: Endpoint, dataType: string, defaultValue: https://a.example, orgOnly: false}
  - {key: Old Key, stableKey: k1, dataType: string}
  - {key: Webhook Secret, dataType: string, defaultValue: hunter2}
  - key: Login
    dataType: connection
    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}
    inputs:
      username: {type: value, value: smith}
      password: {type: value, value: hunter2}
      pin: {type: value, value: hunter2, meta: {writeOnly: true}}
configPages:
  - name: Configuration
    elements:
      - {type: configVar, value: Endpoint}
      - {type: htmlElement, value: <h2>Hello</h2>}
flows:
  - name: Sync
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: 4, isPublic: true}}
      - name: Fetch
        action: {key: httpGet, component: {key: http, version: 12, isPublic: true}}
        inputs:
          url: {type: template, value: "https://a.example/orders?since=2024-01-01&limit=100&page=1&sort=date"}
          headers: {type: complex, value: [{name: Accept, type: value, value: json}, {name: Authorization, type: value, value: Bearer hunter2}]}
      - name: Shape
        action: {key: runCode, component: {key: code, version: 9, isPublic: true}}
        inputs:
          code:
            type: value
            value: |
              module.exports = async () => {
                const a = 1;
                return { data: a };
              };
      - name: Each
        action: {key: loopOverItems, component: {key: loop, version: 2, isPublic: true}}
        inputs: {items: {type: reference, value: fetch.results}}
        steps:
          - name: Log
            action: {key: writeLog, component: {key: log, version: 1, isPublic: true}}
            inputs: {message: {type: value, value: done}}
"#;

const AFTER: &str = r#"
definitionVersion: 7
name: ERP Orders
description: Orders
requiredConfigVars:
  - {key: Endpoint, dataType: string, defaultValue: https://b.example, orgOnly: false}
  - {key: New Key, stableKey: k1, dataType: string}
  - {key: Webhook Secret, dataType: string, defaultValue: hunter3}
  - key: Login
    dataType: connection
    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}
    inputs:
      username: {type: value, value: jones}
      password: {type: value, value: hunter3}
      pin: {type: value, value: hunter3, meta: {writeOnly: true}}
configPages:
  - name: Configuration
    elements:
      - {type: htmlElement, value: <h2>Hello</h2>}
      - {type: configVar, value: Endpoint}
      - {type: configVar, value: New Key}
flows:
  - name: Sync
    isSynchronous: true
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: 4, isPublic: true}}
      - name: Get Orders
        action: {key: httpGet, component: {key: http, version: 13, isPublic: true}}
        inputs:
          url: {type: template, value: "https://a.example/orders?since=2025-01-01&limit=100&page=1&sort=date"}
          headers: {type: complex, value: [{name: Accept, type: value, value: json}, {name: Authorization, type: value, value: Bearer hunter3}]}
      - name: Shape
        action: {key: runCode, component: {key: code, version: 9, isPublic: true}}
        inputs:
          code:
            type: value
            value: |
              module.exports = async () => {
                const a = 2;
                const b = 3;
                return { data: a + b };
              };
      - name: Each
        action: {key: loopOverItems, component: {key: loop, version: 2, isPublic: true}}
        inputs: {items: {type: reference, value: getOrders.results}}
        steps:
          - name: Post
            action: {key: httpPost, component: {key: http, version: 13, isPublic: true}}
  - name: Nightly
    steps:
      - name: Timer
        action: {key: schedule, component: {key: schedule-triggers, version: LATEST, isPublic: true}}
"#;

#[test]
fn changes_read_like_what_was_done() {
    insta::assert_snapshot!(shown(&git(AFTER), &live(BEFORE)), @r#"
    ~ name: "ERP" → "ERP Orders"
    ~ config variable "Endpoint" › defaultValue: "https://a.example" → "https://b.example"
    ~ config variable "Login" › input "password": (not shown)
    ~ config variable "Login" › input "pin": (not shown)
    ~ config variable "Login" › input "username": "smith" → "jones"
    ~ config variable "New Key" renamed: "Old Key" → "New Key"
    ~ config variable "Webhook Secret" › defaultValue: (not shown)
    ~ page "Configuration" › element "<h2>Hello</h2>" moved: position 2 → position 1
    + page "Configuration" › element "New Key"
    + flow "Nightly": 1 step
    + flow "Sync" › isSynchronous: true
    ~ flow "Sync" › step "Get Orders" renamed: "Fetch" → "Get Orders"
    ~ flow "Sync" › step "Get Orders" › component "http" version: 12 → 13
    ~ flow "Sync" › step "Get Orders" › input "headers" › item "Authorization" › value: (not shown)
    ~ flow "Sync" › step "Get Orders" › input "url": …"a.example/orders?since=2024-01-01&limit=100&page=1&sort=date" → …"a.example/orders?since=2025-01-01&limit=100&page=1&sort=date"
    ~ flow "Sync" › step "Shape" › input "code": 4 lines → 5 lines, 3 changed
    ~ flow "Sync" › step "Each" › input "items": "fetch.results" → "getOrders.results"
    - flow "Sync" › step "Each" › step "Log": log writeLog
    + flow "Sync" › step "Each" › step "Post": http httpPost
    "#);
}

#[test]
fn the_text_difference_shows_the_rest_and_no_secret() {
    let text = text_diff(&git(AFTER), &live(BEFORE));
    assert!(!text.contains("hunter"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn no_secret_is_in_any_change() {
    for change in compare(&git(AFTER), &live(BEFORE)) {
        assert!(
            !format!("{change:?} {change}").contains("hunter"),
            "{change:?}"
        );
        let field = FieldChange::from(change);
        assert!(!format!("{field:?}").contains("hunter"), "{field:?}");
    }
    assert!(!format!("{:?}", git(BEFORE)).contains("hunter"));
}

#[test]
fn field_changes_say_what_values_cannot() {
    let change = |kind, before: Option<&str>| Change {
        path: "flow \"A\"".to_owned(),
        kind,
        before: before.map(str::to_owned),
        after: Some("\"A\"".to_owned()),
        sensitive: false,
    };
    let path = |kind| {
        FieldChange::from(change(kind, Some("\"B\"")))
            .path
            .to_string()
    };
    assert_eq!(path(ChangeKind::Renamed), "definition flow \"A\" (renamed)");
    assert_eq!(path(ChangeKind::Moved), "definition flow \"A\" (moved)");
    assert_eq!(path(ChangeKind::Changed), "definition flow \"A\"");
}
