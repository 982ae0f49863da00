//! Findings in hand-written definitions.

use crate::definition::Definition;
use crate::model::{Diagnostic, Severity};

fn lines(found: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let place = d
            .location
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let hint = d
            .hint
            .as_deref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        format!("{place} {} {}{hint}", d.code, d.message)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn errors(text: &str) -> String {
    lines(&Definition::parse(text, "erp.yml").unwrap_err())
}

fn warnings(text: &str) -> Vec<Diagnostic> {
    Definition::parse(text, "erp.yml").unwrap().warnings()
}

#[test]
fn all_errors_come_at_once_with_their_places() {
    let text = "definitionVersion: 7
description: no name
flow: []
requiredConfigVars:
  - {key: A}
  - {dataType: string}
  - {key: A}
flows:
  - name: Sync
    steps:
      - name: One
        action: {key: a}
      - action: {key: b}
      - name: Two
        branches:
          - name: Else
            steps:
              - name: One
                action: {key: c}
  - name: Sync
  - {steps: []}
";
    insta::assert_snapshot!(errors(text), @r#"
    erp.yml:1:1 missing-name the integration has no name (add `name:` at the top level)
    erp.yml:6:5 missing-key a config variable without a key (add `key:`, the name that people see)
    erp.yml:7:11 duplicate-config-variable a second config variable "A", the first is on line 5 (rename one: a config variable is referred to by its name)
    erp.yml:13:9 missing-name a step without a name (add `name:`)
    erp.yml:14:9 missing-action a step without an action (add `action:` with `key:` and `component:`)
    erp.yml:18:23 duplicate-step a second step "One", the first is on line 11 (rename one: a step is referred to by its name)
    erp.yml:20:11 duplicate-flow a second flow "Sync", the first is on line 9 (rename one: a flow is referred to by its name)
    erp.yml:21:5 missing-name a flow without a name (add `name:`)
    erp.yml:3:1 unknown-key unknown top-level key "flow" (did you mean `flows`?)
    "#);
}

#[test]
fn what_is_no_definition_is_said_to_be_none() {
    let found: Vec<String> = [
        "",
        "- a\n",
        "text",
        "a: 1\n---\nb: 2\n",
        "a: [1\n",
        "a: 1\na: 2\n",
    ]
    .into_iter()
    .map(errors)
    .collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    erp.yml not-a-definition a definition is a mapping, and this is nothing (export one with `prism integrations:export`, or start with `name` and `flows`)
    erp.yml:1:1 not-a-definition a definition is a mapping, and this is a list (export one with `prism integrations:export`, or start with `name` and `flows`)
    erp.yml:1:1 not-a-definition a definition is a mapping, and this is a single value (export one with `prism integrations:export`, or start with `name` and `flows`)
    erp.yml:3:1 several-documents a definition file is one document (put each definition into a file of its own)
    erp.yml:1:4 yaml-syntax the [ that opens here is not closed (add the ] where it ends)
    erp.yml:2:1 yaml-syntax the key "a" occurs twice here, first on line 1 (keep one of the two)
    "#);
}

#[test]
fn versions_other_than_the_known_ones_are_refused() {
    for good in [
        "definitionVersion: 4\nname: A",
        "name: A\nsteps: []",
        "name: A\ndefinitionVersion: 6\nflows: [{name: F}]",
    ] {
        assert!(Definition::parse(good, "a.yml").is_ok(), "{good}");
    }
    for bad in ["5", "8", "7.0", "x"] {
        let text = format!("name: A\nflows: [{{name: F}}]\ndefinitionVersion: {bad}\n");
        assert!(
            errors(&text).contains("unknown-definition-version"),
            "{bad}"
        );
    }
    for flows in ["", "flows:", "flows: []", "flows: x", "flows: {a: b}"] {
        let found = errors(&format!("name: A\ndefinitionVersion: 7\n{flows}\n"));
        assert!(
            found.contains("no-flows") || found.contains("wrong-type"),
            "{flows}: {found}"
        );
    }
}

#[test]
fn traps_and_loose_ends_are_warned_of() {
    let text = "definitionVersion: 7
name: ERP
descripton: typo
labels: [no, 1.10]
TypeError: Cannot read
requiredConfigVars:
  - {key: Endpoint, dataType: string, orgOnly: no, defaultValue: 010}
flows:
  - name: Sync
    isSynchronous: off
    steps:
      - name: Fetch
        action: {key: get}
        inputs:
          url: {type: configVar, value: Endpoint}
          account: {type: value, value: 7610303900993.7610321662833}
          since: {type: value, value: 2020-01-01}
          at: {type: value, value: 12:30}
          connection: {type: configVar, value: ''}
";
    insta::assert_snapshot!(lines(&warnings(text)), @r#"
    erp.yml:3:1 unknown-key unknown top-level key "descripton" (did you mean `description`?)
    erp.yml:4:10 yaml-trap `no` without quotes is read as `false` by YAML 1.1 (write 'no' in quotes if it is a text)
    erp.yml:4:14 yaml-trap `1.10` without quotes is read as `1.1` by YAML 1.1 (write '1.10' in quotes if it is a text)
    erp.yml:5:1 unknown-key unknown top-level key "TypeError" (it is sent as it is)
    erp.yml:7:66 yaml-trap `010` without quotes is read as `8` by YAML 1.1 (write '010' in quotes if it is a text)
    erp.yml:16:41 yaml-trap `7610303900993.7610321662833` without quotes is read as `7610303900993.761` by YAML 1.1 (write '7610303900993.7610321662833' in quotes if it is a text)
    erp.yml:17:39 yaml-trap `2020-01-01` without quotes is read as a time by YAML 1.1 (write '2020-01-01' in quotes if it is a text)
    erp.yml:18:36 yaml-trap `12:30` without quotes is read as `750` by YAML 1.1 (write '12:30' in quotes if it is a text)
    "#);
}

#[test]
fn findings_about_secrets_do_not_show_them() {
    let text = "definitionVersion: 7
name: ERP
flows: [{name: F}]
requiredConfigVars:
  - key: Login
    inputs:
      password:
        type: value
        value: 0123456
      clientSecret: {type: value, value: 0x1F}
";
    let (exposed, found): (Vec<_>, Vec<_>) = warnings(text)
        .into_iter()
        .partition(|finding| finding.code == "secret-in-definition");
    assert_eq!((exposed.len(), found.len()), (2, 2));
    assert!(exposed.iter().all(|finding| finding.line.is_none()));
    for finding in &found {
        assert_eq!(finding.line, None);
        let said = format!("{finding:?}");
        for secret in ["0123456", "42798", "0x1F", "31"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
    let broken = "name: ERP\nclientSecret: 'hunter2\n";
    for finding in Definition::parse(broken, "erp.yml").unwrap_err() {
        assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
    }
}

#[test]
fn findings_show_their_line() {
    let found = warnings("name: ERP\nlabels: [no]\n");
    assert_eq!(found[0].line.as_deref(), Some("labels: [no]"));
    assert_eq!(
        found[0].location.as_ref().map(|place| place.length),
        Some(2)
    );
}

#[test]
fn an_empty_document_is_one_too_many_and_an_end_is_none() {
    let empty = errors("name: x\n---\n");
    assert!(empty.contains("remove the empty document"), "{empty}");
    assert!(Definition::parse("name: x\n...\n# the end\n", "erp.yml").is_ok());
}

#[test]
fn references_to_steps_and_flows_that_are_not_there_are_named() {
    let text = |value: &str, flow: &str| {
        format!(
            "definitionVersion: 7\nname: x\npreprocessFlowName: {flow}\nrequiredConfigVars: [{{key: My Key}}]\nflows:\n\
             - name: A\n  steps:\n  - {{name: Get PDF's Übung, isTrigger: true, action: {{key: k, component: {{key: c, version: 1, isPublic: true}}}}}}\n  \
             - name: Branch\n    action: {{key: k, component: {{key: c, version: 1, isPublic: true}}}}\n    branches: [{{name: b, steps: [{{name: Deep, action: {{key: k, component: {{key: c, version: 1, isPublic: true}}}}}}]}}]\n    \
             inputs: {{v: {value}}}\n"
        )
    };
    for (value, flow, found) in [
        ("{type: reference, value: getPdfSUbung.results.a}", "A", ""),
        ("{type: reference, value: 'deep.results[0]'}", "A", ""),
        ("{type: reference, value: ''}", "''", ""),
        ("{type: reference, value: trigger.results}", "A", ""),
        (
            "{type: reference, value: depe.results}",
            "A",
            "unknown-step did you mean the step \"Deep\"?",
        ),
        (
            "{type: template, value: 'a {{$deep.results}} {{#My Key}}'}",
            "A",
            "",
        ),
        (
            "{type: template, value: 'a {{$gone.results}}'}",
            "A",
            "unknown-step a reference begins with the name of a step of this flow, in camel case",
        ),
        (
            "{type: template, value: 'a {{#My Kex}}'}",
            "A",
            "unknown-config-variable did you mean \"My Key\"?",
        ),
        (
            "{type: reference, value: deep.results.webhookUrls.A}",
            "A",
            "",
        ),
        (
            "{type: template, value: '{{$deep.results.webhookUrls.Ab}} {{$deep.results.webhookUrls.B}}'}",
            "A",
            "unknown-flow did you mean \"A\"?; unknown-flow did you mean \"A\"?",
        ),
        (
            "{type: value, value: deep}",
            "Aa",
            "unknown-flow did you mean \"A\"?",
        ),
    ] {
        let parsed = Definition::parse(&text(value, flow), "a.yml");
        let found_here = parsed.map_or_else(|errors| errors, |definition| definition.warnings());
        let shown: Vec<_> = found_here
            .iter()
            .map(|one| format!("{} {}", one.code, one.hint.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(shown.join("; "), found, "{value} {flow}");
        assert!(
            found_here
                .iter()
                .all(|one| one.location.as_ref().unwrap().line > 2
                    && one.severity == Severity::Error)
        );
    }
}

#[test]
fn a_reference_that_leads_nowhere_is_an_error_at_its_place() {
    let text = "definitionVersion: 7
name: ERP
requiredConfigVars:
  - {key: Endpoint, dataType: string}
  - key: ERP Connection
    dataType: connection
flows:
  - name: Sync
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: t}
      - name: Loop Over Orders
        action: {key: loop}
        inputs:
          items: {type: reference, value: triger.results.body}
        steps:
          - name: Send Order
            action: {key: post}
            inputs:
              connection: {type: configVar, value: ERP Conection}
              order: {type: reference, value: loopOverOrders.currentItem}
              lines:
                type: complex
                value:
                  - {name: {type: value, value: a}, value: {type: configVar, value: Endpont}}
";
    insta::assert_snapshot!(errors(text), @r#"
    erp.yml:16:43 unknown-step no step of this flow is called "triger" (did you mean the step "Trigger"?)
    erp.yml:21:52 unknown-config-variable no config variable "ERP Conection" is declared (did you mean "ERP Connection"?)
    erp.yml:26:85 unknown-config-variable no config variable "Endpont" is declared (did you mean "Endpoint"?)
    "#);
}
