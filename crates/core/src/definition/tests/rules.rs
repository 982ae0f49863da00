//! What is a change and what is not.

use super::{git, live, shown};
use crate::definition::text_diff;

/// A whole definition around some lines of one step, at the indentation of a step's keys.
fn around_step(lines: &str) -> String {
    format!(
        "definitionVersion: 7\nname: ERP\nflows:\n  - name: Sync\n    steps:\n      - name: Fetch\n        \
         action: {{key: httpGet, component: {{key: http, version: 3, isPublic: true}}}}\n{lines}"
    )
}

/// A whole definition with some lines at its top level.
fn around_root(lines: &str) -> String {
    format!("{}{lines}", around_step(""))
}

#[test]
fn the_servers_own_form_is_no_change() {
    let submitted = git("
definitionVersion: 7
name: ERP
description: Orders
requiredConfigVars: []
flows:
  - name: Sync
    isSynchronous: no
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
        inputs: {}
");
    let canonical = live(
        r#""category": ""
"configPages":
- "elements": []
  "name": "Configuration"
"defaultInstanceProfile": "Default Instance Profile"
"definitionVersion": !!int "7"
"description": "Orders"
"documentation": ""
"endpointType": "flow_specific"
"flows":
- "endpointSecurityType": "customer_optional"
  "isAgentFlow": !!bool "false"
  "isSynchronous": !!bool "false"
  "name": "Sync"
  "steps":
  - "action":
      "component":
        "isPublic": !!bool "true"
        "key": "webhook-triggers"
        "version": !!int "3"
      "key": "webhook"
    "description": ""
    "inputs": {}
    "isTrigger": !!bool "true"
    "name": "Trigger"
"name": "ERP"
"labels":
- "gitops:acme/erp"
"#,
    );
    assert_eq!(shown(&submitted, &canonical), "");
    assert_eq!(shown(&canonical, &submitted), "", "and the other way round");
    assert_eq!(text_diff(&submitted, &canonical), "");
}

#[test]
fn a_default_on_one_side_only_is_no_change() {
    for lines in [
        "description: ''\n",
        "category:\n",
        "endpointType: flow_specific\n",
        "defaultInstanceProfile: Default Instance Profile\n",
        "configPages: [{name: Configuration, elements: [], tagline: '', userLevelConfigured: false}]\n",
        "labels: []\n",
    ] {
        let (with, without) = (around_root(lines), around_root(""));
        assert_eq!(shown(&git(&without), &live(&with)), "", "live has {lines}");
        assert_eq!(shown(&git(&with), &live(&without)), "", "git has {lines}");
    }
}

#[test]
fn what_only_the_server_holds_was_removed_in_git() {
    for (lines, path) in [
        (
            "        description: Gets it\n",
            "- flow \"Sync\" › step \"Fetch\" › description: \"Gets it\"",
        ),
        (
            "        errorConfig: {errorHandlerType: retry, maxAttempts: 3}\n",
            "- flow \"Sync\" › step \"Fetch\" › errorConfig: 2 fields",
        ),
        (
            "        inputs: {url: {type: value, value: x}}\n",
            "- flow \"Sync\" › step \"Fetch\" › input \"url\": \"x\"",
        ),
        (
            "        inputs: {debug: {type: value, value: 'false'}}\n",
            "- flow \"Sync\" › step \"Fetch\" › input \"debug\": false",
        ),
        ("category: ERP\n", "- category: \"ERP\""),
        (
            "endpointType: instance_specific\n",
            "- endpointType: \"instance_specific\"",
        ),
        (
            "configPages: [{name: Other, elements: []}]\n",
            "- page \"Other\"",
        ),
        ("madeUpTomorrow: x\n", "- madeUpTomorrow: \"x\""),
    ] {
        assert_eq!(
            shown(&git(&around_step("")), &live(&around_step(lines))),
            path
        );
    }
}

#[test]
fn what_the_server_adds_by_itself_is_not() {
    for lines in [
        "        description: ''\n",
        "        inputs: {body: {type: value, value: ''}, headers: {type: complex, value: []}}\n",
        "        errorConfig: {usesExponentialBackoff: false}\n",
        "madeUpTomorrow: false\n",
    ] {
        assert_eq!(
            shown(&git(&around_step("")), &live(&around_step(lines))),
            "",
            "{lines}"
        );
    }
}

#[test]
fn values_are_compared_as_printed_text() {
    let step = |value: &str| {
        around_step(&format!(
            "        inputs: {{n: {{type: value, value: {value}}}}}\n"
        ))
    };
    for (ours, theirs, same) in [
        ("3", "'3'", true),
        ("yes", "'true'", true),
        ("010", "8", true),
        ("1:30", "90", true),
        ("1.50", "'1.5'", true),
        ("'1.50'", "'1.5'", false),
        ("~", "''", true),
        ("'null'", "~", false),
        ("[a, b]", "[b, a]", false),
        ("[a, ~]", "[a, '']", false),
        ("'a'", "\"a\\n\"", false),
    ] {
        let changes = shown(&git(&step(ours)), &live(&step(theirs)));
        assert_eq!(changes.is_empty(), same, "{ours} and {theirs}: {changes}");
    }
}

#[test]
fn versions_are_pinned_or_follow() {
    let step =
        |version: &str| around_step("").replace("version: 3", &format!("version: {version}"));
    for (ours, theirs, expected) in [
        ("LATEST", "12", ""),
        ("12", "LATEST", ""),
        ("12", "latest", ""),
        (
            "13",
            "12",
            "~ flow \"Sync\" › step \"Fetch\" › component \"http\" version: 12 → 13",
        ),
        ("'12'", "12", ""),
    ] {
        assert_eq!(shown(&git(&step(ours)), &live(&step(theirs))), expected);
    }
}

#[test]
fn json_schemas_are_taken_literally() {
    let flow = |schema: &str| {
        format!(
            "definitionVersion: 7\nname: ERP\nflows: [{{name: Sync, schemas: {{in: {schema}}}}}]\n"
        )
    };
    let strict = flow("{type: object, additionalProperties: false}");
    let open = flow("{type: object}");
    let empty = flow("{type: object, properties: {}}");
    assert_eq!(
        shown(&git(&open), &live(&strict)),
        "- flow \"Sync\" › schemas › in › additionalProperties: false"
    );
    assert_eq!(
        shown(&git(&open), &live(&empty)),
        "- flow \"Sync\" › schemas › in › properties: 0 fields"
    );
    assert_ne!(git(&open).digest(), git(&empty).digest());
}

#[test]
fn labels_are_a_set_that_git_may_leave_alone() {
    let with = |labels: &str| around_root(&format!("labels: {labels}\n"));
    let none = around_root("");
    for (ours, theirs, expected) in [
        (none.clone(), with("[a]"), ""),
        (with("[b, a, a]"), with("[a, 'gitops:acme/erp', b]"), ""),
        (
            with("[a, c]"),
            with("[a, b]"),
            "- label \"b\"\n+ label \"c\"",
        ),
        (with("[a]"), none, "+ label \"a\""),
    ] {
        let mut lines: Vec<String> = shown(&git(&ours), &live(&theirs))
            .lines()
            .map(str::to_owned)
            .collect();
        lines.sort_by_key(|line| line.split(' ').next_back().map(str::to_owned));
        assert_eq!(lines.join("\n"), expected);
    }
    assert_eq!(
        git(&with("[a, 'gitops:acme/erp']")).digest(),
        git(&with("[a]")).digest()
    );
}

#[test]
fn the_order_of_flows_and_variables_means_nothing_and_that_of_steps_does() {
    let flow = |name: &str, steps: [&str; 3]| {
        let step = |name| format!("{{name: {name}, action: {{key: {name}}}}}");
        format!("{{name: {name}, steps: [{}]}}", steps.map(step).join(", "))
    };
    let whole = |flows: [String; 2], variables: &str| {
        format!(
            "definitionVersion: 7\nname: ERP\nrequiredConfigVars: {variables}\nflows: [{}]\n",
            flows.join(", ")
        )
    };
    let (a, b) = (flow("A", ["x", "y", "z"]), flow("B", ["x", "y", "z"]));
    let one = whole([a.clone(), b.clone()], "[{key: K}, {key: L}]");
    let other = whole([b.clone(), a.clone()], "[{key: L}, {key: K}]");
    assert_eq!(shown(&git(&one), &live(&other)), "");
    assert_eq!(git(&one).digest(), git(&other).digest());

    let moved = whole([flow("A", ["z", "x", "y"]), b], "[{key: K}, {key: L}]");
    insta::assert_snapshot!(
        shown(&git(&moved), &live(&one)),
        @r#"~ flow "A" › step "z" moved: position 3 → position 1"#
    );
}

#[test]
fn what_the_server_writes_into_meta_is_no_change() {
    let step = |input: &str| around_step(&format!("        inputs:\n          url: {input}\n"));
    let ours = git(&step("{type: value, value: b}"));
    let theirs = live(&step(
        "{type: value, value: a, meta: {stamp: x7, orgOnly: true}}",
    ));
    let told = shown(&ours, &theirs);
    assert!(
        told.contains("\"a\" → \"b\"") && told.contains("orgOnly"),
        "{told}"
    );
    assert!(!told.contains("stamp"), "{told}");
}
