//! What a definition says about itself.

use super::{git, live};
use crate::definition::{Definition, canonical_digest};

const VARIABLES: &str = "
definitionVersion: 7
name: ERP
requiredConfigVars:
  - {key: Endpoint, dataType: string}
  - {key: Size, dataType: number, defaultValue: 10}
  - {key: Empty, dataType: string, defaultValue: ''}
  - {key: Nothing, dataType: string, defaultValue: }
  - {key: Form, dataType: jsonForm, defaultValue: [a, {b: c}]}
  - {key: Colours, dataType: picklist, collectionType: valuelist, pickList: [red, no], stableKey: k}
  - {key: Shared, dataType: connection, useScopedConfigVar: acme}
flows: [{name: A}]
";

#[test]
fn required_variables_are_in_the_apis_words() {
    let lines: Vec<String> = git(VARIABLES)
        .required_variables()
        .iter()
        .map(|v| {
            format!(
                "{} {:?} {} {:?} {:?} {:?} {}",
                v.key,
                v.stable_key,
                v.data_type,
                v.collection_type,
                v.default_value,
                v.pick_list,
                v.shared
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Endpoint None STRING None None [] false
    Size None NUMBER None Some("10") [] false
    Empty None STRING None Some("") [] false
    Nothing None STRING None None [] false
    Form None JSONFORM None Some("[\"a\",{\"b\":\"c\"}]") [] false
    Colours Some("k") PICKLIST Some("VALUELIST") None ["red", "false"] false
    Shared None CONNECTION None None [] true
    "#);
}

#[test]
fn the_oldest_form_maps_keys_to_defaults() {
    let definition =
        git("name: Old\nrequiredConfigVars: {url: 'https://x.example', other: }\nsteps: []\n");
    let variables = definition.required_variables();
    assert!(definition.is_old_form());
    assert_eq!(variables.len(), 2);
    assert_eq!(variables[0].key, "other");
    assert_eq!(variables[0].default_value, None);
    assert_eq!(variables[1].data_type, "STRING");
    assert_eq!(
        variables[1].default_value.as_deref(),
        Some("https://x.example")
    );
}

#[test]
fn components_come_with_versions_and_places() {
    let text = "definitionVersion: 7
name: ERP
requiredConfigVars:
  - {key: Login, dataType: connection, connection: {key: basic, component: {key: acme, isPublic: false, version: LATEST}}}
flows:
  - name: Sync
    schemas: {in: {component: {key: not-one}}}
    steps:
      - name: Fetch
        action: {key: get, component: {key: http, version: 12, isPublic: true}}
";
    let uses: Vec<String> = git(text)
        .components()
        .iter()
        .map(|u| {
            format!(
                "{} public={:?} {:?} at {}",
                u.key, u.is_public, u.version, u.place
            )
        })
        .collect();
    insta::assert_snapshot!(uses.join("\n"), @r#"
    acme public=Some(false) None at erp.yml:4:82
    http public=Some(true) Some(12) at erp.yml:10:45
    "#);
}

#[test]
fn old_forms_pin_components_at_the_top() {
    let text = "definitionVersion: 4\nname: Old\ncomponentVersions: {code: 41}\nflows:\n  - name: A\n    steps:\n      \
                - {name: x, action: {componentKey: code, key: runCode}}\n      \
                - {name: y, action: {componentKey: log, key: writeLog}}\n";
    let versions: Vec<_> = git(text).components().iter().map(|u| u.version).collect();
    assert_eq!(versions, [Some(41), None]);
}

#[test]
fn names_labels_and_origin() {
    let text = "definitionVersion: 7\nname: 2020\nlabels: [a, 1]\nisCodeNative: true\nflows: [{name: A}]\n";
    let definition = git(text);
    assert_eq!(definition.name(), "2020");
    assert_eq!(
        definition.labels(),
        Some(vec!["a".to_owned(), "1".to_owned()])
    );
    assert_eq!(definition.description(), "");
    assert!(definition.is_code_native());
    assert!(!definition.is_old_form());
    assert_eq!(git(VARIABLES).labels(), None);
}

#[test]
fn a_manifest_may_describe_it() {
    let plain = git(VARIABLES);
    let described = plain.clone().with_description("Orders");
    assert_eq!(described.description(), "Orders");
    assert_ne!(described.digest(), plain.digest());
    let otherwise = plain.clone().with_description("Returns");
    assert_ne!(described.digest(), otherwise.digest());
    let written = format!("{VARIABLES}description: \"Orders\" # said here\n");
    assert_eq!(described.digest(), git(&written).digest());
    assert_eq!(plain.clone().with_description("").digest(), plain.digest());
}

#[test]
fn digests_do_not_depend_on_spelling() {
    let canonical =
        "\"definitionVersion\": !!int \"7\"\n\"flows\":\n- \"name\": \"A\"\n\"name\": \"!\"\n";
    let digest = canonical_digest(canonical).unwrap();
    assert_eq!(
        digest,
        git("# x\nname: '!'\nflows: [{name: A}]\ndefinitionVersion: 7").digest()
    );
    insta::assert_snapshot!(digest, @"sha256:6e4994321332be57f13172804e81d3c1f8d166f36e3938f51a4a3e2b172f6e88");
}

#[test]
fn answers_that_cannot_be_read_say_why() {
    for (text, why) in [
        ("", "0 documents instead of one"),
        ("- a", "a list instead of a mapping"),
        ("a: [", "line "),
        (
            "a: !!int \"x\"",
            "`x` is tagged !!int and is not an integer",
        ),
        ("a: 1\n---\nb: 2\n", "2 documents instead of one"),
    ] {
        let error = Definition::parse_canonical(text).unwrap_err();
        assert!(error.starts_with(why), "{text:?}: {error}");
    }
    assert_eq!(live("{}").name(), "");
}

#[test]
fn the_quickstart_is_clean() {
    for (text, variables, components) in [
        (
            include_str!("../../../../../examples/quickstart/definitions/acme-erp.yml"),
            7,
            10,
        ),
        (
            include_str!("../../../../../examples/quickstart/definitions/slack-alerts.yml"),
            3,
            4,
        ),
    ] {
        let definition = git(text);
        assert_eq!(definition.warnings(), []);
        assert_eq!(definition.required_variables().len(), variables);
        assert_eq!(definition.components().len(), components);
    }
}
