//! From the text of an import to what the server keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FieldError;
use super::check::{Form, check};
use super::components::{self, Catalogue, ComponentRef};
use super::config_vars::{ConfigVar, config_vars};
use super::flows::{self, ENDPOINT_SECURITY, Flow};
use super::load;
use super::steps;
use super::value::Value;

/// The endpoint type of definitions that do not say.
const ENDPOINT_TYPE: &str = "flow_specific";

/// A definition as the server keeps it, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canonical {
    /// The tree [`render`](super::render) writes.
    pub value: Value,
    /// The integration's name.
    pub name: String,
    /// Empty where the author gave none.
    pub description: String,
    /// Empty where the author gave none.
    pub category: String,
    /// Markdown; empty where the author gave none.
    pub documentation: String,
    /// The labels, where the definition has a say in them.
    pub labels: Option<Vec<String>>,
    /// In the author's order.
    pub flows: Vec<Flow>,
    /// In the author's order.
    pub required_config_vars: Vec<ConfigVar>,
    /// The components in use, each version once. Empty for the forms before version 7.
    pub components: Vec<ComponentRef>,
    /// Whether the definition was generated from code.
    pub is_code_native: bool,
    /// The version the author of a code-native integration gave it.
    pub external_version: Option<String>,
    /// `flow_specific`, `instance_specific` or `shared_instance`.
    pub endpoint_type: String,
}

/// Reads, checks and completes a definition.
///
/// # Errors
/// Every problem that one stage finds: reading stops at the first, the check and the
/// components report all of theirs.
pub fn canonicalise(text: &str, catalogue: &dyn Catalogue) -> Result<Canonical, Vec<FieldError>> {
    let mut value = load(text)?;
    let form = check(&value)?;
    complete(&mut value, form);
    let components = components::pin(&mut value, catalogue)?;
    Ok(describe(value, components))
}

/// Sets a key at the top of a definition, as an update of the integration's name, description
/// or category does to its draft.
pub fn set_top_level(value: &mut Value, key: &str, text: &str) {
    if let Value::Map(map) = value {
        map.insert(key.to_owned(), Value::from(text));
    }
}

/// Adds the defaults the server adds and drops the empty list it drops.
fn complete(value: &mut Value, form: Form) {
    for (key, default) in [
        ("category", ""),
        ("documentation", ""),
        ("endpointType", ENDPOINT_TYPE),
        ("defaultInstanceProfile", "Default Instance Profile"),
    ] {
        value.set_default(key, || default.into());
    }
    value.set_default("configPages", || Value::List(vec![config_page()]));
    if value
        .get("requiredConfigVars")
        .is_none_or(|it| *it == Value::List(Vec::new()))
        && let Value::Map(map) = value
    {
        map.remove("requiredConfigVars");
    }
    if form == Form::Unversioned {
        complete_steps(value.get_mut("steps"));
    }
    for flow in value.get_mut("flows").map_or(&mut [][..], Value::items_mut) {
        flow.set_default("endpointSecurityType", || ENDPOINT_SECURITY.into());
        flow.set_default("isAgentFlow", || Value::Bool(false));
        complete_steps(flow.get_mut("steps"));
    }
}

fn complete_steps(list: Option<&mut Value>) {
    steps::each_mut(list, "", &mut |_, step| {
        step.set_default("description", || "".into());
    });
}

fn config_page() -> Value {
    Value::Map(BTreeMap::from([
        ("elements".to_owned(), Value::List(Vec::new())),
        ("name".to_owned(), "Configuration".into()),
    ]))
}

fn describe(value: Value, components: Vec<ComponentRef>) -> Canonical {
    let text = |key| value.get(key).and_then(Value::text);
    let labels = value.get("labels").map(Value::items);
    Canonical {
        name: text("name").unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        category: text("category").unwrap_or_default(),
        documentation: text("documentation").unwrap_or_default(),
        labels: labels.map(|labels| labels.iter().filter_map(Value::text).collect()),
        flows: flows::flows(&value),
        required_config_vars: config_vars(&value),
        components,
        is_code_native: flows::is_true(&value, "isCodeNative"),
        external_version: text("version"),
        endpoint_type: text("endpointType").unwrap_or_default(),
        value,
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::{canonicalise, set_top_level};
    use crate::definition::{Catalogue, ComponentVersion, Value, load, render};

    /// Knows every public component; the newest version is 3.
    struct Three;

    impl Catalogue for Three {
        fn resolve(
            &self,
            key: &str,
            is_public: bool,
            version: ComponentVersion,
        ) -> Result<i64, String> {
            match version {
                _ if !is_public => Err(format!("there is no private component {key}")),
                ComponentVersion::Number(number) => Ok(number),
                ComponentVersion::Latest | ComponentVersion::Absent => Ok(3),
            }
        }
    }

    const STEPS: &str = "
        - {name: T, isTrigger: true, action: {key: webhook, component: {key: hooks, version: LATEST, isPublic: true}}}
        - name: Loop
          action: {key: each, component: {key: loop, version: 2}}
          steps:
          - name: Branch
            action: {key: branch, component: {key: branch}}
            branches:
            - name: Else
              steps: [{name: Log, action: {key: log, component: {key: log, version: LATEST}}}]
    ";

    fn definition(rest: &str) -> String {
        let steps = STEPS.replace('\n', "\n    ");
        format!("definitionVersion: 7\nname: N\nflows:\n- name: F\n  steps:{steps}\n{rest}")
    }

    fn problems(text: &str) -> String {
        let problems = canonicalise(text, &Three).expect_err("refused");
        let messages: Vec<_> = problems.into_iter().map(|p| p.message).collect();
        messages.join("\n")
    }

    /// One JSON object a line, without the fields that say nothing.
    fn lines(items: &[impl Serialize]) -> String {
        let line = |item| {
            let mut json = serde_json::to_value(item).expect("serialises");
            let nothing = [
                json!(null),
                json!([]),
                json!(false),
                json!(""),
                json!(Value::Null),
            ];
            let fields = json.as_object_mut().expect("a struct");
            fields.retain(|_, value| !nothing.contains(value));
            json.to_string()
        };
        items.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn adds_defaults_and_pins_versions_at_every_depth() {
        let canonical =
            canonicalise(&definition("category: ~\nrequiredConfigVars: []"), &Three).expect("fits");
        insta::assert_snapshot!(render(&canonical.value, false), @r#"
        "category": ""
        "configPages":
        - "elements": []
          "name": "Configuration"
        "defaultInstanceProfile": "Default Instance Profile"
        "definitionVersion": !!int "7"
        "documentation": ""
        "endpointType": "flow_specific"
        "flows":
        - "endpointSecurityType": "customer_optional"
          "isAgentFlow": !!bool "false"
          "name": "F"
          "steps":
          - "action":
              "component":
                "isPublic": !!bool "true"
                "key": "hooks"
                "version": !!int "3"
              "key": "webhook"
            "description": ""
            "isTrigger": !!bool "true"
            "name": "T"
          - "action":
              "component":
                "key": "loop"
                "version": !!int "2"
              "key": "each"
            "description": ""
            "name": "Loop"
            "steps":
            - "action":
                "component":
                  "key": "branch"
                  "version": !!int "3"
                "key": "branch"
              "branches":
              - "name": "Else"
                "steps":
                - "action":
                    "component":
                      "key": "log"
                      "version": !!int "3"
                    "key": "log"
                  "description": ""
                  "name": "Log"
              "description": ""
              "name": "Branch"
        "name": "N"
        "#);
        assert_eq!(
            render(&canonical.value, true)
                .matches("\"version\": \"LATEST\"")
                .count(),
            4
        );
    }

    #[test]
    fn keeps_what_the_author_wrote() {
        let text = definition(
            "category: C\nconfigPages: []\nendpointType: shared_instance\nunknown: {a: [1]}",
        );
        let value = canonicalise(&text, &Three).expect("fits").value;
        let written = load(&text).expect("loads");
        for key in ["category", "configPages", "endpointType", "unknown"] {
            assert_eq!(value.get(key), written.get(key), "{key}");
        }
    }

    #[test]
    fn tells_what_is_in_it() {
        let variables = "
requiredConfigVars:
- {key: Plain, defaultValue: 5, pickList: [a, b], orgOnly: true, meta: {visible: true}}
- {key: Cron, dataType: schedule, scheduleType: hour, timeZone: UTC}
- {key: Scoped, dataType: connection, useScopedConfigVar: acme-key}
- {key: Form, dataType: jsonForm, dataSource: {key: fields, component: {key: crm, version: LATEST}}}
- key: Login
  stableKey: login
  connection: {key: basic, component: {key: http, isPublic: true, version: 2}}
  inputs:
    password: {type: value, value: '', meta: {writeOnly: true}}
    username: {type: configVar, value: Plain}
labels: [one, two]
isCodeNative: true
version: 1.2.3
";
        let canonical = canonicalise(&definition(variables), &Three).expect("fits");
        insta::assert_snapshot!(lines(&canonical.required_config_vars), @r#"
        {"key":"Plain","data_type":"string","default_value":"5","pick_list":["a","b"],"org_only":true,"meta":"\"visible\": !!bool \"true\"\n"}
        {"key":"Cron","data_type":"schedule","schedule_type":"hour","time_zone":"UTC"}
        {"key":"Scoped","data_type":"connection","scoped":"acme-key"}
        {"key":"Form","data_type":"jsonform","data_source":true}
        {"key":"Login","stable_key":"login","data_type":"connection","connection":{"component_key":"http","key":"basic","is_public":true},"inputs":[{"name":"password","kind":"value","value":"","write_only":true},{"name":"username","kind":"configVar","value":"Plain","write_only":false}]}
        "#);
        insta::assert_snapshot!(lines(&canonical.flows[0].steps), @r#"
        {"name":"T","component_key":"hooks","action_key":"webhook","is_trigger":true}
        {"name":"Loop","component_key":"loop","action_key":"each"}
        {"name":"Branch","component_key":"branch","action_key":"branch"}
        {"name":"Log","component_key":"log","action_key":"log"}
        "#);
        let components: Vec<_> = canonical
            .components
            .iter()
            .map(|c| (c.key.as_str(), c.version))
            .collect();
        assert_eq!(
            components,
            [
                ("branch", 3),
                ("crm", 3),
                ("hooks", 3),
                ("http", 2),
                ("log", 3),
                ("loop", 2)
            ]
        );
        assert_eq!(
            canonical.labels,
            Some(vec!["one".to_owned(), "two".to_owned()])
        );
        assert_eq!(canonical.external_version.as_deref(), Some("1.2.3"));
        assert!(canonical.is_code_native);
    }

    #[test]
    fn refuses_with_every_problem_and_its_place() {
        insta::assert_snapshot!(problems("- a"), @"a definition is a mapping, this is a list");
        insta::assert_snapshot!(problems("name: N\nflows: []"), @"definitionVersion is missing; the current version is 7");
        insta::assert_snapshot!(problems("{definitionVersion: 6, name: N}"), @"definitionVersion 6 is not known; use 7");
        insta::assert_snapshot!(problems("{definitionVersion: 7, description: 1, endpointType: none}"), @r"
        name is missing
        description must be a string, this is a number
        endpointType must be one of flow_specific, instance_specific, shared_instance
        flows is missing
        ");
        let text = "
definitionVersion: 7
name: ' '
labels: [1]
flows:
- 5
- {name: F, steps: []}
- name: F
  isSynchronous: maybe
  steps:
  - {name: A, isTrigger: true, action: {key: a, component: {key: c, version: soon}}}
  - {name: A, isTrigger: true, action: {key: '', component: c}, inputs: {x: bare, y: {value: 1}}}
  - {action: {key: a}, branches: [{name: Else, steps: [7]}, {name: Else}]}
requiredConfigVars:
- {key: K, dataType: text}
- {key: K, connection: {}}
configPages: [{}]
";
        insta::assert_snapshot!(problems(text), @r#"
        name is blank
        labels must be strings
        flow 1: must be a mapping, this is a number
        flow "F": the first step must be the trigger (isTrigger: true)
        flow "F": the name is used twice
        flow "F": isSynchronous must be true or false, this is a string
        flow "F", step "A": only the first step of a flow can be a trigger
        flow "F", step "A", component: the version must be a number or LATEST
        flow "F", step "A": the name is used twice in this flow
        flow "F", step "A": key is blank
        flow "F", step "A": component must be a mapping, this is a string
        flow "F", step "A": input "x" must be a mapping, this is a string
        flow "F", step "A", input "y": type is missing
        flow "F", step 3: name is missing
        flow "F", step 3: component is missing
        flow "F", step 3, branch "Else": the name is used twice
        flow "F", step 3, branch "Else", step 1: must be a mapping, this is a number
        config variable "K": the dataType text is not known
        config variable "K": the key is used twice
        config variable "K", connection: key is missing
        config variable "K", connection: component is missing
        config page 1: name is missing
        "#);
    }

    #[test]
    fn reports_a_missing_component_once() {
        let text = definition("")
            .replace("version: 2", "isPublic: false")
            .replace("key: log, version: LATEST", "key: loop, isPublic: false");
        insta::assert_snapshot!(problems(&text), @r#"flow "F", step "Loop": there is no private component loop"#);
    }

    #[test]
    fn changes_the_top_of_a_draft() {
        let mut value = canonicalise(&definition(""), &Three).expect("fits").value;
        set_top_level(&mut value, "description", "new");
        assert!(render(&value, false).contains("\n\"description\": \"new\"\n"));
    }
}
