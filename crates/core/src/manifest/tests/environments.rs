//! One folder for several environments: what is where, what differs, and templates.

use super::*;
use crate::model::Declared as _;

const PROJECT: &str = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n  \
    values: {domain: acme.example, tier: silver, limit: 5, db: {host: a, port: 1}}\n  \
    environments:\n    dev: {}\n    prod: {values: {domain: prod.acme.example, db: {host: b}}}\n";

const SMITH: &str = "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  \
    integration: {name: Acme}\n  customer: {id: c}\n";

fn of(environment: Option<&str>, texts: &[&str]) -> Loaded {
    let named = texts.iter().enumerate();
    let files: Vec<_> = std::iter::once(("p.yaml".to_owned(), PROJECT))
        .chain(named.map(|(at, text)| (format!("{at}.yaml"), *text)))
        .map(|(path, text)| SourceFile::new(path, text.as_bytes()))
        .collect();
    load_for(&files, environment)
}

/// The findings as lines.
fn said(loaded: &Loaded) -> Vec<String> {
    let findings = loaded.diagnostics.iter();
    let shown = |one: &Diagnostic| {
        let place = one.location.as_ref().map(ToString::to_string);
        let hint = one.hint.as_ref().map(|hint| format!(" ({hint})"));
        let (place, hint) = (place.unwrap_or_default(), hint.unwrap_or_default());
        format!("{place} {}: {}{hint}", one.code, one.message)
    };
    findings.map(shown).collect()
}

fn smith(rest: &str, environment: &str) -> Loaded {
    of(Some(environment), &[&format!("{SMITH}{rest}")])
}

fn endpoint(loaded: &Loaded) -> String {
    assert_eq!(said(loaded), Vec::<String>::new());
    match &loaded.desired.instances[0].config["E"].value {
        ConfigValue::Scalar(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_manifest_is_where_it_says_and_everywhere_if_it_says_nothing() {
    for (rest, environment, there) in [
        ("", "dev", true),
        ("", "prod", true),
        ("environments: {prod: {}}\n", "dev", false),
        ("environments: {prod: {}}\n", "prod", true),
        ("environments:\n  prod:\n", "prod", true),
        ("environments: {prod: ~, dev: {}}\n", "dev", true),
    ] {
        let loaded = smith(rest, environment);
        assert_eq!(said(&loaded), Vec::<String>::new(), "{rest}");
        assert_eq!(
            loaded.desired.instances.len(),
            usize::from(there),
            "{rest} {environment}"
        );
    }
}

#[test]
fn what_an_environment_says_is_merged_over_the_spec_at_its_own_place() {
    let rest = "  labels: [a, b]\n  version: {number: 12}\n  config: {E: x, F: y, G: {seed: z}}\n\
        environments:\n  dev:\n  prod:\n    version: {commit: 1a2b3c4}\n    labels: [c]\n    \
        config:\n      E: w\n      F: ~\n      G: {secret: {env: H}}\n    description: Prod\n";
    let dev = smith(rest, "dev").desired.instances.remove(0);
    assert_eq!(
        (dev.version, dev.description),
        (VersionRef::Number(12), None)
    );
    let prod = smith(rest, "prod");
    assert_eq!(said(&prod), Vec::<String>::new());
    let smith = &prod.desired.instances[0];
    assert_eq!(smith.version, VersionRef::Commit("1a2b3c4".to_owned()));
    assert_eq!(smith.labels, Some(vec!["c".to_owned()]));
    assert_eq!(smith.config.keys().collect::<Vec<_>>(), ["E", "G"]);
    assert_eq!(smith.config["E"].location.line, 16);
    assert!(matches!(smith.config["G"].value, ConfigValue::Secret(_)));
    let places = &prod.desired.places[&smith.address()];
    assert_eq!(
        (
            places["version"].line,
            places["customer"].line,
            places["config"].line
        ),
        (13, 6, 9)
    );
}

#[test]
fn the_project_is_everywhere_and_its_rules_can_differ() {
    let project = PROJECT.to_owned()
        + "  policy: {prune: delete, rate: {burst: 3}}\nenvironments: {prod: {policy: {prune: orphan}}}\n";
    let of = |name| load_for(&files(&[("p.yaml", &project)]), Some(name));
    let rules = |name| {
        let loaded = of(name);
        assert_eq!(said(&loaded), Vec::<String>::new());
        let policy = loaded.desired.project.policy;
        (policy.prune, policy.rate.burst)
    };
    assert_eq!(rules("dev"), (PrunePolicy::Delete, 3));
    assert_eq!(rules("prod"), (PrunePolicy::Orphan, 3));
}

#[test]
fn values_are_those_of_the_project_with_the_environment_s_over_them() {
    for (text, dev, prod) in [
        (
            "https://s.${{ values.domain }}/x",
            "https://s.acme.example/x",
            "https://s.prod.acme.example/x",
        ),
        ("${{ values.db.host }}:${{ values.db.port }}", "a:1", "b:1"),
        ("${{ environment.name }}", "dev", "prod"),
        ("$${{ x }}", "${{ x }}", "${{ x }}"),
    ] {
        let rest = format!("  config: {{E: '{text}'}}\n");
        assert_eq!(endpoint(&smith(&rest, "dev")), dev);
        assert_eq!(endpoint(&smith(&rest, "prod")), prod);
    }
    // Also in what differs.
    let rest = "  config: {E: a}\nenvironments:\n  dev: {config: {E: '${{ values.tier }}'}}\n";
    assert_eq!(endpoint(&smith(rest, "dev")), "silver");
}

#[test]
fn what_a_template_comes_to_is_read_as_if_it_were_written() {
    let customer = "apiVersion: prism-gitops/v1\nkind: Customer\nmetadata: {name: smith}\nspec:\n  \
        externalId: ${{ values.tier }}-1\n  concurrentExecutionLimit: ${{ values.limit }}\n";
    let loaded = of(Some("dev"), &[customer]);
    assert_eq!(said(&loaded), Vec::<String>::new());
    let smith = &loaded.desired.customers[0];
    assert_eq!(
        (smith.external_id.as_str(), smith.concurrent_execution_limit),
        ("silver-1", Some(5))
    );
    let quoted = customer.replace("${{ values.limit }}", "'${{ values.limit }}'");
    let found = said(&of(Some("dev"), &[&quoted]));
    assert!(
        found[0].starts_with("0.yaml:6:29 invalid-value"),
        "{found:?}"
    );
    // A text is none of the words that mean something else.
    let rest = "  config: {E: {value: {a: \"${{ values.limit }}\"}}}\n  protect: ${{ 'true' }}\n";
    let found = said(&smith_of(rest));
    assert!(
        found[0].contains("\"protect\" must be true or false"),
        "{found:?}"
    );
}

fn smith_of(rest: &str) -> Loaded {
    smith(rest, "dev")
}

#[test]
fn mistakes_are_found_at_their_place_and_only_where_they_are() {
    for (rest, found) in [
        (
            "  config: {E: 'a ${{ values.domian }}'}\n",
            "0.yaml:7:22 template: values has no \"domian\" (did you mean \"domain\"?)",
        ),
        (
            "  description: ${{ values.domian }}\n",
            "0.yaml:7:20 template: values has no \"domian\" (did you mean \"domain\"?)",
        ),
        (
            "  description: ${{ row.x }}\n",
            "0.yaml:7:20 template: there is no row here (row.* is known in the template of a Fleet that reads a table)",
        ),
        (
            "environments: {porod: {}, dev: {}}\n",
            "0.yaml:7:16 dangling-reference: the Project has no environment \"porod\" (did you mean \"prod\"?)",
        ),
        (
            "environments: {}\n",
            "0.yaml:7:15 no-environment: this manifest is in no environment (name those it is in, or leave \"environments\" out: then it is in all)",
        ),
        (
            "environments: {dev: {version: {}}}\n",
            "0.yaml:7:31 one-of: an empty \"version\" says nothing (version replaces the one under spec as a whole: write it out, write null to take it away, or leave the line out)",
        ),
        (
            "environments: {dev: {spec: {state: enabled}}}\n",
            "0.yaml:7:22 unknown-key: \"spec\" is not allowed here (write the keys of spec themselves, without spec around them)",
        ),
        (
            "environments: {dev: [a]}\n",
            "0.yaml:7:21 wrong-type: what differs in \"dev\" must be a mapping, not a list (write {} where nothing differs, else the keys of spec that do)",
        ),
        (
            "  config: {\"${{ values.tier }}\": a}\n",
            "0.yaml:7:12 template: a key is never a template (write it out; what differs between environments belongs under environments)",
        ),
        (
            "  config: {E: {secret: {exec: ['${{ values.tier }}']}}}\n",
            "0.yaml:7:32 template: a program that a secret comes from is never a template (write it out; what differs between environments belongs under environments)",
        ),
        (
            "environments: {dev: {statee: enabled}}\n",
            "0.yaml:7:22 unknown-key: unknown key \"statee\" in the spec of an Instance (did you mean \"state\"?)",
        ),
        ("environments: {prod: {statee: enabled}, dev: {}}\n", ""),
        (
            "environments: {prod: {description: '${{ values.typo }}'}, dev: {}}\n",
            "",
        ),
    ] {
        let expected: Vec<_> = Some(found)
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(said(&smith(rest, "dev")), expected, "{rest}");
    }
}

#[test]
fn references_paths_and_heads_are_never_templates() {
    let head = "apiVersion: prism-gitops/v1\nkind: ";
    for (text, place, what) in [
        (
            "Instance\nmetadata: {name: a}\nspec: {integration: '${{ values.tier }}', customer: {id: c}}",
            "4:21",
            "a reference to a manifest",
        ),
        (
            "Instance\nmetadata: {name: a}\nspec: {integration: {id: x}, customer: '${{ values.tier }}'}",
            "4:40",
            "a reference to a manifest",
        ),
        (
            "Instance\nmetadata: {name: '${{ values.tier }}'}\nspec: {integration: {id: x}, customer: {id: c}}",
            "3:18",
            "this part of a manifest",
        ),
        (
            "Integration\nmetadata: {name: a}\nspec: {definition: '${{ values.tier }}.yml'}",
            "4:20",
            "the path of a definition",
        ),
        (
            "Integration\nmetadata: {name: a}\nspec: {definition: a.yml, marketplace: {overview: '${{ values.tier }}'}}",
            "4:51",
            "the path of a text",
        ),
    ] {
        let found = said(&of(Some("dev"), &[&format!("{head}{text}\n")]));
        let start = format!("0.yaml:{place} template: {what} is never a template");
        assert!(
            found.iter().any(|line| line.starts_with(&start)),
            "{found:#?}"
        );
    }
    for (line, place) in [
        (
            "  environments: {dev: {organization: '${{ values.a }}'}}",
            "4:38",
        ),
        ("  values: {a: '${{ values.b }}'}", "4:15"),
    ] {
        let text = format!("apiVersion: prism-gitops/v1\nkind: Project\nspec:\n{line}\n");
        let found = said(&load(&files(&[("p.yaml", &text)])));
        let start = format!("p.yaml:{place} template: what the Project says of its environments");
        assert!(found[0].starts_with(&start), "{found:?}");
    }
}

#[test]
fn of_a_secret_the_name_of_its_variable_or_file_may_be_one() {
    let rest = "  config:\n    E: {secret: {env: '${{ environment.name | upper }}_KEY'}}\n    \
        C: {connection: {u: '${{ values.tier }}', p: {secret: {file: '/run/${{ environment.name }}'}}}}\n";
    let loaded = smith(rest, "prod");
    assert_eq!(said(&loaded), Vec::<String>::new());
    let secrets: Vec<_> = loaded.secrets.into_iter().collect();
    let expected = [
        SecretRef::Env("PROD_KEY".to_owned()),
        SecretRef::File("/run/prod".to_owned()),
    ];
    assert_eq!(secrets, expected);
    // What is wrong with one never shows its line.
    let broken = smith(
        &rest.replace("values.tier", "'hunter2' ~ values.typo"),
        "prod",
    );
    assert_eq!(broken.diagnostics[0].line, None);
    assert!(!said(&broken)[0].contains("hunter2"));
}

#[test]
fn of_several_environments_one_is_chosen_where_it_matters() {
    let differs = format!("{SMITH}environments: {{prod: {{}}}}\n");
    let found = said(&of(None, &[&differs]));
    let expected = "0.yaml:7:15 environment-needed: this differs between the environments of the Project, and none is chosen (choose one with --env: dev, prod)";
    assert_eq!(found, [expected]);
    let found = said(&of(
        None,
        &[&format!("{SMITH}  description: ${{{{ values.tier }}}}\n")],
    ));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("environment-needed"), "{found:?}");
    assert_eq!(said(&of(None, &[SMITH])), Vec::<String>::new());
    // With one, or none, there is nothing to choose.
    let one = "apiVersion: prism-gitops/v1\nkind: Project\nspec: {environments: {dev: {}}}\n";
    let text = format!("{SMITH}  config: {{E: '${{{{ environment.name }}}}'}}\n");
    assert_eq!(
        endpoint(&load(&files(&[("p.yaml", one), ("a.yaml", &text)]))),
        "dev"
    );
    let none = said(&load(&files(&[("a.yaml", &text)])));
    assert!(none[0].contains("there is no environment here"), "{none:?}");
}

#[test]
fn what_is_elsewhere_leaves_no_trace_and_says_so_to_who_refers_to_it() {
    let integration = "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: erp}\n\
        spec: {definition: erp.yml}\nenvironments: {prod: {}}\n";
    let list = [
        ("p.yaml", PROJECT),
        ("erp.yml", DEFINITION),
        ("i.yaml", integration),
    ];
    let dev = load_for(&files(&list), Some("dev"));
    // Its definition is no integration of its own.
    assert_eq!(
        (said(&dev), dev.desired.integrations.len()),
        (Vec::new(), 0)
    );
    let instance = SMITH.replace("{name: Acme}", "erp");
    let list = [list[0], list[1], list[2], ("s.yaml", &instance)];
    let found = said(&load_for(&files(&list), Some("dev")));
    let expected = "s.yaml:5:16 dangling-reference: no Integration is named \"erp\" (i.yaml:3:18 declares it, but not in dev: name dev under its environments, or take this one out of dev)";
    assert_eq!(found, [expected]);
    // The source is asked for the files of every environment.
    let other = integration.replace("{prod: {}}", "{prod: {definition: prod.yml}}");
    let references = references(&files(&[("i.yaml", &other)]));
    assert_eq!(
        references.into_iter().collect::<Vec<_>>(),
        ["erp.yml".into(), "prod.yml".into()]
    );
}
