//! What well-formed files are read as. What is wrong with others is in `tests/it/bad_input`.

mod connection;
mod customer;
mod environments;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::model::{
    Adopt, Auth, ConfigValue, ConnectionInput, CustomerRef, DriftMode, ExecPolicy, InstanceState,
    IntegrationRef, Project, PrunePolicy, PublishWhen, Schedule, ScheduleKind, Share, VersionRef,
    Visibility, WindowKind,
};

const DEFINITION: &str = "name: Acme ERP\nflows: []\n";

fn files(files: &[(&str, &str)]) -> Vec<SourceFile> {
    let file = |(path, text): &(&str, &str)| SourceFile::new(*path, text.as_bytes());
    files.iter().map(file).collect()
}

fn read(list: &[(&str, &str)]) -> Loaded {
    let loaded = load(&files(list));
    assert_eq!(loaded.diagnostics, []);
    loaded
}

/// An instance as far as every one needs it.
const INSTANCE: &str = "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  \
    integration: {name: Acme}\n  customer: {id: c}\n";

fn instance(spec: &str) -> Loaded {
    read(&[("a.yaml", &format!("{INSTANCE}{spec}"))])
}

fn config(entries: &str) -> Vec<(ConfigValue, bool)> {
    let loaded = instance(&format!("  config:\n{entries}"));
    let entries = loaded.desired.instances[0].config.values();
    entries
        .map(|entry| (entry.value.clone(), entry.seed))
        .collect()
}

#[test]
fn single_values_are_the_text_that_is_written() {
    for text in [
        "5",
        "010",
        "yes",
        "true",
        "1e3",
        "0x1F",
        "1_000",
        "2020-01-01",
        "1:30",
        "~x",
        "1.10",
        "7610303900993.7610321662833",
    ] {
        let found = config(&format!("    A: {text}\n"));
        assert_eq!(found, [(ConfigValue::Scalar(text.to_owned()), false)]);
    }
    let quoted = config("    A: \"\"\n    B: 'null'\n    C: |\n      x\n      y\n");
    let texts = ["", "null", "x\ny\n"].map(|text| (ConfigValue::Scalar(text.to_owned()), false));
    assert_eq!(quoted, texts);
}

#[test]
fn every_form_of_config_value_is_read() {
    let list =
        |items: &[&str]| ConfigValue::List(items.iter().map(|&item| item.to_owned()).collect());
    let scalar = |text: &str| ConfigValue::Scalar(text.to_owned());
    let env = |name: &str| SecretRef::Env(name.to_owned());
    for (text, value, seed) in [
        ("[a, 1, yes]", list(&["a", "1", "yes"]), false),
        ("[]", list(&[]), false),
        (
            "[{key: a, value: 1}]",
            ConfigValue::Structured(json!([{"key": "a", "value": "1"}])),
            false,
        ),
        (
            "{value: {a: [1, yes]}}",
            ConfigValue::Structured(json!({"a": [1, "yes"]})),
            false,
        ),
        ("{value: 5}", scalar("5"), false),
        ("{seed: 5}", scalar("5"), true),
        ("{seed: [a]}", list(&["a"]), true),
        (
            "{seed: {value: {a: null}}}",
            ConfigValue::Structured(json!({"a": null})),
            true,
        ),
        (
            "{secret: {env: A_1}}",
            ConfigValue::Secret(env("A_1")),
            false,
        ),
        (
            "{connection: pending}",
            ConfigValue::PendingConnection,
            false,
        ),
        (
            "{schedule: \"*/5 * * * *\"}",
            ConfigValue::Schedule(Schedule::cron("*/5 * * * *")),
            false,
        ),
        (
            "{schedule: {type: none}}",
            ConfigValue::Schedule(Schedule {
                kind: ScheduleKind::None,
                value: None,
                time_zone: None,
            }),
            false,
        ),
        (
            "{schedule: {type: hour, value: 0 * * * *}, timeZone: Europe/Berlin}",
            ConfigValue::Schedule(Schedule {
                kind: ScheduleKind::Hour,
                time_zone: Some("Europe/Berlin".to_owned()),
                ..Schedule::cron("0 * * * *")
            }),
            false,
        ),
        (
            "{connection: {clientId: a}, consent: person}",
            ConfigValue::ConsentedConnection(
                [(
                    "clientId".to_owned(),
                    ConnectionInput::Plain("a".to_owned()),
                )]
                .into(),
            ),
            false,
        ),
    ] {
        assert_eq!(
            config(&format!("    A: {text}\n")),
            [(value, seed)],
            "{text}"
        );
    }
}

#[test]
fn connections_and_the_secrets_of_a_project_are_collected() {
    let loaded = instance(
        "  config:\n    A: {connection: {user: 5, pw: {secret: {file: /run/pw}}}}\n    \
         B: {secret: {env: KEY}}\n    C: {secret: {env: KEY}}\n",
    );
    let secrets: Vec<_> = loaded.secrets.iter().map(ToString::to_string).collect();
    assert_eq!(secrets, ["env:KEY", "file:/run/pw"]);
    let connection = &loaded.desired.instances[0].config["A"];
    let ConfigValue::Connection(inputs) = &connection.value else {
        panic!("not a connection");
    };
    assert_eq!(inputs["user"], ConnectionInput::Plain("5".to_owned()));
    assert_eq!(connection.location.to_string(), "a.yaml:8:5");
}

#[test]
fn instances_have_defaults() {
    let loaded = instance("");
    let instance = &loaded.desired.instances[0];
    assert_eq!(instance.display_name, "smith");
    assert_eq!(instance.version, VersionRef::Latest);
    assert_eq!(instance.state, InstanceState::Enabled);
    assert_eq!(instance.deploy, PublishWhen::Changed);
    assert_eq!(instance.labels, None);
    assert_eq!(instance.location.to_string(), "a.yaml:3:18");
    assert_eq!(
        instance.integration,
        IntegrationRef::Name("Acme".to_owned())
    );
    assert_eq!(instance.customer, CustomerRef::Id("c".to_owned()));
    assert_eq!(loaded.desired.project, Project::default());
}

#[test]
fn versions_are_read() {
    for (text, version) in [
        ("latest", VersionRef::Latest),
        (
            "{commit: 1A2B3C4}",
            VersionRef::Commit("1a2b3c4".to_owned()),
        ),
        (
            "{commit: 1234567}",
            VersionRef::Commit("1234567".to_owned()),
        ),
        ("{number: 12}", VersionRef::Number(12)),
    ] {
        let loaded = instance(&format!("  version: {text}\n"));
        assert_eq!(loaded.desired.instances[0].version, version);
    }
}

#[test]
fn what_is_nearly_a_version_is_told_how_to_write_it() {
    for (text, hint) in [
        ("12", "write {number: 12}"),
        ("1234567", "write {commit: 1234567}"),
        ("cafe1234", "write {commit: cafe1234}"),
        ("latst", "write latest, {commit: 1a2b3c4} or {number: 12}"),
        (
            "newest-one",
            "write latest, {commit: 1a2b3c4} or {number: 12}",
        ),
        ("\"\"", "write latest, {commit: 1a2b3c4} or {number: 12}"),
    ] {
        let loaded = load(&files(&[(
            "a.yaml",
            &format!("{INSTANCE}  version: {text}\n"),
        )]));
        let hints: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|it| it.hint.as_deref())
            .collect();
        assert_eq!(hints, [Some(hint)], "{text}");
    }
}

#[test]
fn programs_for_secrets_are_allowed_by_name_or_not_at_all() {
    let only = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        ExecPolicy::Only(names.collect())
    };
    for (text, allowed) in [
        ("{}", ExecPolicy::Never),
        ("{exec: false}", ExecPolicy::Never),
        ("{exec: true}", ExecPolicy::Any),
        ("{exec: [vault, /bin/pass]}", only(&["/bin/pass", "vault"])),
    ] {
        let text = format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: p}}\nspec: {{policy: {{secrets: {text}}}}}\n"
        );
        let policy = read(&[("p.yaml", &text)]).desired.project.policy;
        assert_eq!(policy.exec, allowed, "{text}");
    }
}

#[test]
fn a_project_is_read() {
    let manual = include_str!("../../../../docs/manifests.md");
    let text = manual.split("```yaml\n").nth(2).unwrap();
    let text = text.split("```").next().unwrap();
    let project = read(&[("p.yaml", text)]).desired.project;
    assert_eq!(project.name.as_str(), "acme");
    let prod = &project.environments["prod-us"];
    assert_eq!(prod.url.as_deref(), Some("https://app.prismatic.io"));
    let token = SecretRef::Env("PRISM_REFRESH_TOKEN".to_owned());
    assert_eq!(prod.auth, Some(Auth::RefreshToken(token)));
    assert_eq!(project.policy.prune, PrunePolicy::Orphan);
    assert_eq!(project.policy.drift, DriftMode::Correct);
    assert_eq!(project.policy.guards.updates, Share::Percent(30.0));
    assert_eq!(project.policy.guards.deletes, Share::Count(5));
    let window = &project.policy.windows[0];
    assert_eq!(window.kind, WindowKind::Deny);
    assert_eq!(window.duration, Duration::from_secs(64 * 3600));
    assert_eq!(project.policy.rate.concurrency, 8);
}

const INTEGRATION: &str = "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: erp}\n\
    spec:\n  definition: ../defs/erp.txt\n  available: false\n  \
    adopt: {environments: {prod: {id: X}, ci: {name: Y}}}\n  \
    marketplace: {visibility: listed, overview: o.md}\n";

#[test]
fn integrations_bring_their_files_along() {
    let project =
        "apiVersion: prism-gitops/v1\nkind: Project\nspec: {environments: {prod: {}, ci: {}}}\n";
    let list = [
        ("m/i.yaml", INTEGRATION),
        ("m/o.md", "\u{FEFF}# Hi\n"),
        ("defs/erp.txt", DEFINITION),
        ("p.yaml", project),
    ];
    let loaded = read(&list);
    let integration = &loaded.desired.integrations[0];
    assert_eq!(&*integration.definition.path, "defs/erp.txt");
    assert_eq!(&*integration.definition.text, DEFINITION);
    assert!(!integration.bare);
    assert_eq!(integration.available, Some(false));
    let marketplace = integration.marketplace.clone().unwrap();
    assert_eq!(marketplace.visibility, Some(Visibility::Listed));
    assert_eq!(marketplace.overview.as_deref(), Some("# Hi\n"));
    assert_eq!(integration.adopt, None);
    for (environment, adopt) in [
        ("prod", Some(Adopt::Id("X".to_owned()))),
        ("ci", Some(Adopt::Name("Y".to_owned()))),
        ("other", None),
    ] {
        let loaded = load_for(&files(&list), Some(environment));
        assert_eq!(loaded.desired.integrations[0].adopt, adopt);
    }
}

#[test]
fn references_are_found_for_the_source() {
    let found = references(&files(&[
        ("m/i.yaml", INTEGRATION),
        ("out.yaml", &INTEGRATION.replace("../defs", "../../etc")),
        ("broken.yaml", "apiVersion: [Integration"),
        ("notes.md", INTEGRATION),
    ]));
    let found: Vec<_> = found.iter().map(|path| &**path).collect();
    assert_eq!(found, ["defs/erp.txt", "m/o.md", "o.md"]);
}

#[test]
fn definitions_without_a_manifest_are_integrations() {
    let old = "name: Über ERP (EU)\ntrigger: {}\nsteps: []\n";
    let loaded = read(&[("a.yml", DEFINITION), ("x/b.yaml", old)]);
    let names: Vec<_> = loaded
        .desired
        .integrations
        .iter()
        .map(|one| (one.name.as_str(), one.bare, &*one.definition.text))
        .collect();
    assert_eq!(
        names,
        [("acme-erp", true, DEFINITION), ("uber-erp-eu", true, old)]
    );
}

#[test]
fn definitions_of_the_vendor_are_read() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpus/integrations"
    );
    let Ok(entries) = std::fs::read_dir(folder) else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: no corpus beside the project");
        return;
    };
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let loaded = load(&[SourceFile::new("a.yml", bytes)]);
        assert_eq!(loaded.diagnostics, [], "{}", path.display());
        assert_eq!(loaded.desired.integrations.len(), 1, "{}", path.display());
        count += 1;
    }
    assert!(count > 40);
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let list = [
        ("a.yml", DEFINITION),
        (
            "b.yaml",
            "apiVersion: prism-gitops/v1\nkind: Project\nstatus: 1\n",
        ),
        ("c.yaml", "apiVersion: prism-gitops/v1\nkind: Project\n"),
        ("d.yml", DEFINITION),
    ];
    let forward = load(&files(&list));
    let mut backward = files(&list);
    backward.reverse();
    assert_eq!(forward.diagnostics.len(), 3);
    assert_eq!(load(&backward), forward);
}

#[test]
fn the_only_environment_need_not_be_named() {
    let integration = INTEGRATION
        .replace(", ci: {name: Y}", "")
        .replace("../defs", "defs");
    let list = |environments: &str| {
        let spec = format!("spec: {{environments: {environments}}}\n");
        let project = format!("apiVersion: prism-gitops/v1\nkind: Project\n{spec}");
        read(&[
            ("i.yaml", &integration),
            ("o.md", "# Hi\n"),
            ("defs/erp.txt", DEFINITION),
            ("p.yaml", &project),
        ])
    };
    let adopt = |environments| list(environments).desired.integrations[0].adopt.clone();
    assert_eq!(adopt("{prod: {}}"), Some(Adopt::Id("X".to_owned())));
    assert_eq!(adopt("{prod: {}, ci: {}}"), None, "somebody has to choose");
}
