//! What is written is read back as the same.

use std::sync::Arc;

use indexmap::IndexMap;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::Value;

use super::*;
use crate::manifest::load;
use crate::model::{DefinitionFile, DriftMode, Location, SourceFile, Visibility};
use crate::yaml::write::write;

const DEFINITION: &str = "{definitionVersion: 7, name: A, flows: []}";

fn name() -> impl Strategy<Value = ResourceName> {
    "[a-z0-9][a-z0-9._-]{0,20}[a-z0-9]".prop_map(|text| ResourceName::parse(&text).unwrap())
}

/// Texts that readers like to take for something else, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9:# \n'\"|>~.-]{0,30}",
        proptest::sample::select(vec![
            "yes",
            "NO",
            "null",
            "~",
            "010",
            "1:30",
            "2020-01-01",
            "1_000",
            "=",
            "<<",
            "- a",
            "a: b",
            ".inf",
            "0x1F",
            "pending",
            "latest",
            "function f() {\n  return 1;\n}\n",
            "",
            " ",
        ])
        .prop_map(str::to_owned),
    ]
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        if text.trim().is_empty() {
            "x".to_owned()
        } else {
            text
        }
    })
}

fn reference() -> impl Strategy<Value = SecretRef> {
    prop_oneof![
        "[A-Z_][A-Z0-9_]{0,12}".prop_map(SecretRef::Env),
        filled().prop_map(SecretRef::File),
        (filled(), proptest::collection::vec(text(), 0..3))
            .prop_map(|(program, args)| SecretRef::Exec { program, args }),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    nested.prop_map(|value| match value {
        // A single value under `value:` is a scalar.
        Value::Array(_) | Value::Object(_) => value,
        single => Value::Array(vec![single]),
    })
}

fn simple() -> impl Strategy<Value = ConfigValue> {
    prop_oneof![
        text().prop_map(ConfigValue::Scalar),
        proptest::collection::vec(text(), 0..4).prop_map(ConfigValue::List),
        json().prop_map(ConfigValue::Structured),
    ]
}

fn entry() -> impl Strategy<Value = ConfigEntry> {
    let input = prop_oneof![
        text().prop_map(ConnectionInput::Plain),
        reference().prop_map(ConnectionInput::Secret),
    ];
    let zone = proptest::option::of(Just("America/Chicago".to_owned()));
    let other = prop_oneof![
        (zone, proptest::sample::select(ScheduleKind::ALL.to_vec())).prop_map(
            |(time_zone, kind)| {
                ConfigValue::Schedule(Schedule {
                    kind,
                    time_zone,
                    ..Schedule::cron("*/5 * * * *")
                })
            }
        ),
        Just(ConfigValue::Schedule(Schedule {
            kind: ScheduleKind::None,
            value: None,
            time_zone: None,
        })),
        reference().prop_map(ConfigValue::Secret),
        (
            proptest::collection::btree_map(text(), input, 1..4),
            any::<bool>()
        )
            .prop_map(|(map, consent)| {
                let inputs = map.into_iter().collect();
                match consent {
                    true => ConfigValue::ConsentedConnection(inputs),
                    false => ConfigValue::Connection(inputs),
                }
            }),
        Just(ConfigValue::PendingConnection),
    ];
    prop_oneof![
        (simple(), any::<bool>()),
        other.prop_map(|value| (value, false)),
    ]
    .prop_map(|(value, seed)| ConfigEntry {
        value,
        seed,
        location: Location::default(),
    })
}

fn adopt() -> impl Strategy<Value = Option<Adopt>> {
    proptest::option::of(prop_oneof![
        filled().prop_map(Adopt::Name),
        filled().prop_map(Adopt::Id)
    ])
}

fn when() -> impl Strategy<Value = PublishWhen> {
    prop_oneof![Just(PublishWhen::Changed), Just(PublishWhen::Never)]
}

fn instances() -> impl Strategy<Value = DesiredInstance> {
    let integration = prop_oneof![
        filled().prop_map(IntegrationRef::Name),
        filled().prop_map(IntegrationRef::Id),
    ];
    let version = prop_oneof![
        Just(VersionRef::Latest),
        "[0-9a-f]{7,40}".prop_map(VersionRef::Commit),
        (1_i64..).prop_map(VersionRef::Number),
    ];
    let customer = prop_oneof![
        filled().prop_map(CustomerRef::ExternalId),
        filled().prop_map(CustomerRef::Name),
        filled().prop_map(CustomerRef::Id),
    ];
    // Names and labels are read as servers keep them: trimmed.
    let label = filled().prop_map(|it| it.trim().to_owned());
    let label = label.prop_filter("a marker", |it| !crate::model::Marker::is_reserved(it));
    let labels = proptest::option::of(
        proptest::collection::btree_set(label, 0..4).prop_map(|set| set.into_iter().collect()),
    );
    let state = prop_oneof![Just(InstanceState::Enabled), Just(InstanceState::Disabled)];
    // No manifest can declare a variable whose key is a template: `validate` says so.
    let key = filled().prop_filter("a template", |it| !it.contains("${{"));
    let config = proptest::collection::btree_map(key, entry(), 0..5);
    let of = (
        name(),
        integration,
        version,
        customer,
        filled(),
        proptest::option::of(text()),
    );
    let flags = (any::<bool>(), any::<bool>());
    let outside = proptest::option::of(filled());
    let drift = proptest::option::of(prop_oneof![
        Just(DriftMode::Observe),
        Just(DriftMode::Alert),
        Just(DriftMode::Correct)
    ]);
    let rest = (
        labels,
        state,
        config,
        when(),
        flags,
        adopt(),
        outside,
        drift,
    );
    (of, rest).prop_map(|(of, rest)| DesiredInstance {
        member: None,
        displaces: None,
        name: of.0,
        integration: of.1,
        version: of.2,
        customer: of.3,
        display_name: of.4.trim().to_owned(),
        description: of.5,
        labels: rest.0,
        state: rest.1,
        config: Arc::new(
            rest.2
                .into_iter()
                .map(|(key, entry)| (key, entry.into()))
                .collect::<IndexMap<_, _>>(),
        ),
        flows: Default::default(),
        global_debug: None,
        deploy: rest.3,
        force: rest.4.0,
        protect: rest.4.1,
        outside_rollout: rest.6,
        drift: rest.7,
        adopt: rest.5,
        location: Location::default(),
    })
}

fn integrations() -> impl Strategy<Value = DesiredIntegration> {
    let visibility = prop_oneof![
        Just(Visibility::Deployable),
        Just(Visibility::Listed),
        Just(Visibility::Hidden)
    ];
    // An overview is a file: what a text file cannot hold is not in it.
    let overview = "[ -~é\n]{1,40}".prop_map(|text| Arc::from(text.as_str()));
    let market = (
        proptest::option::of(visibility),
        proptest::option::of(overview),
        proptest::option::of(any::<bool>()),
    );
    let market = market.prop_map(|(visibility, overview, several)| Marketplace {
        visibility,
        overview,
        allow_multiple_instances: several,
    });
    let of = (name(), adopt(), proptest::option::of(text()), when());
    let rest = (
        proptest::option::of(any::<bool>()),
        proptest::option::of(market),
        any::<bool>(),
    );
    (of, rest).prop_map(|(of, rest)| DesiredIntegration {
        definition: DefinitionFile {
            path: format!("integrations/{}.definition.yml", of.0).into(),
            text: DEFINITION.into(),
        },
        bare: false,
        adopt: of.1,
        description: of.2,
        publish: of.3,
        available: rest.0,
        marketplace: rest.1,
        protect: rest.2,
        rollout: None,
        drift: None,
        location: Location::default(),
        name: of.0,
    })
}

proptest! {
    #[test]
    fn an_instance_is_read_back(declared in instances()) {
        let text = write(&instance(&declared));
        let loaded = load(&[SourceFile::new("a.yaml", text.clone().into_bytes())]);
        prop_assert!(!loaded.has_errors(), "{:#?}\n{}", loaded.diagnostics, text);
        let mut read = loaded.desired.instances;
        for one in &mut read {
            one.location = Location::default();
            for entry in Arc::make_mut(&mut one.config).values_mut() {
                Arc::make_mut(entry).location = Location::default();
            }
        }
        prop_assert_eq!(read, vec![declared], "{}", text);
    }

    #[test]
    fn an_integration_is_read_back(declared in integrations()) {
        let overview = declared.marketplace.as_ref().and_then(|it| it.overview.clone());
        let path = overview.is_some().then_some("over.md");
        let file = format!("{}.definition.yml", declared.name);
        let text = write(&integration(&declared, &file, path));
        let mut files = vec![
            SourceFile::new("integrations/a.yaml", text.clone().into_bytes()),
            SourceFile::new(&*declared.definition.path, DEFINITION.as_bytes().to_vec()),
        ];
        files.extend(overview.map(|it| SourceFile::new("integrations/over.md", it.as_bytes().to_vec())));
        let loaded = load(&files);
        prop_assert!(!loaded.has_errors(), "{:#?}\n{}", loaded.diagnostics, text);
        let mut read = loaded.desired.integrations;
        read.iter_mut().for_each(|one| one.location = Location::default());
        prop_assert_eq!(read, vec![declared], "{}", text);
    }
}

#[test]
fn what_looks_like_a_template_stays_the_text_it_is() {
    let text = "${{ values.x }} and $${{";
    let declared = DesiredCustomer {
        name: ResourceName::parse("smith").unwrap(),
        external_id: text.to_owned(),
        display_name: text.to_owned(),
        description: Some(text.to_owned()),
        labels: Some(vec![text.to_owned()]),
        concurrent_execution_limit: None,
        adopt: None,
        drift: None,
        location: Location::default(),
    };
    let written = write(&customer(&declared)).into_bytes();
    let loaded = load(&[SourceFile::new("a.yaml", written)]);
    assert_eq!(loaded.diagnostics, []);
    let mut read = loaded.desired.customers;
    read[0].location = Location::default();
    assert_eq!(read, [declared]);
}

#[test]
fn a_manifest_looks_like_written_by_hand() {
    let declared = DesiredInstance {
        member: None,
        displaces: None,
        name: ResourceName::parse("smith-erp").unwrap(),
        integration: IntegrationRef::Managed(ResourceName::parse("acme-erp").unwrap()),
        version: VersionRef::Number(3),
        customer: CustomerRef::ExternalId("cust-0042".to_owned()),
        display_name: "Acme ERP".to_owned(),
        description: None,
        labels: Some(vec!["production".to_owned()]),
        state: InstanceState::Disabled,
        config: [
            ("Active", ConfigValue::Scalar("yes".to_owned())),
            (
                "API Key",
                ConfigValue::Secret(SecretRef::Env("SMITH_ERP_API_KEY".to_owned())),
            ),
            (
                "Map",
                ConfigValue::Structured(serde_json::json!([{"key": "a", "value": "1"}])),
            ),
            ("Salesforce", ConfigValue::PendingConnection),
        ]
        .into_iter()
        .map(|(key, value)| {
            let location = Location::default();
            let seed = false;
            (
                key.to_owned(),
                Arc::new(ConfigEntry {
                    value,
                    seed,
                    location,
                }),
            )
        })
        .collect::<IndexMap<_, _>>()
        .into(),
        flows: Default::default(),
        global_debug: None,
        deploy: PublishWhen::Never,
        force: false,
        protect: false,
        outside_rollout: None,
        drift: None,
        adopt: Some(Adopt::Id("SW5zdGFuY2U6MQ==".to_owned())),
        location: Location::default(),
    };
    insta::assert_snapshot!(write(&instance(&declared)), @r#"
    apiVersion: prism-gitops/v1
    kind: Instance
    metadata:
      name: smith-erp
    spec:
      integration: acme-erp
      version:
        number: 3
      customer:
        externalId: cust-0042
      displayName: Acme ERP
      labels:
        - production
      state: disabled
      config:
        Active: "yes"
        API Key:
          secret:
            env: SMITH_ERP_API_KEY
        Map:
          - key: a
            value: "1"
        Salesforce:
          connection: pending
      deploy: never
      adopt:
        id: SW5zdGFuY2U6MQ==
    "#);
}
