//! Connections, and what refers to them.

use super::*;
use crate::model::{ConfigValue, ConnectionInput, ConnectionScope, ManagedBy, SecretRef};

fn connection(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Connection\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )
}

const BASE: &str = "component: sftp, connection: basic, scope: customer";

fn instance(config: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: erp}}\nspec:\n  \
         integration: {{name: Acme}}\n  customer: {{id: c}}\n  config: {{ERP: {config}}}\n"
    )
}

/// Message and hint of every finding.
fn findings(list: &[(&str, &str)]) -> Vec<String> {
    let loaded = load(&files(list));
    let told = loaded.diagnostics.iter().map(|one| {
        let hint = one.hint.as_deref().unwrap_or_default();
        format!("{} ({hint})", one.message)
    });
    told.collect()
}

#[test]
fn every_key_of_a_connection_is_read() {
    let spec = "stableKey: erp-prod, key: ERP, component: {key: sftp, public: true}, connection: basic, \
                scope: customer, managedBy: org, description: Shared, redeploy: true, adopt: {id: x}, drift: alert, \
                inputs: {host: a, password: {secret: {env: PW}}}, \
                customers: {smith: {inputs: {user: s}}, cust-2: {inputs: {user: j}}}";
    let customer = "apiVersion: prism-gitops/v1\nkind: Customer\nmetadata: {name: smith}\nspec: {externalId: cust-1}\n";
    let loaded = read(&[
        ("a.yaml", &connection("erp", spec)),
        ("b.yaml", &connection("other", BASE)),
        ("c.yaml", customer),
        ("d.yaml", &instance("{connection: {ref: erp}}")),
    ]);
    let [erp, other] = loaded.desired.connections.try_into().unwrap();
    assert_eq!(
        (erp.stable_key.as_str(), erp.display_name.as_str()),
        ("erp-prod", "ERP")
    );
    assert_eq!(
        erp.kind.to_string(),
        "\"basic\" of public component \"sftp\""
    );
    assert_eq!(
        (erp.scope, erp.managed_by),
        (ConnectionScope::Customer, Some(ManagedBy::Org))
    );
    assert_eq!(erp.description.as_deref(), Some("Shared"));
    assert!(erp.redeploy && erp.adopt.is_some() && erp.drift.is_some());
    let secret = ConnectionInput::Secret(SecretRef::Env("PW".to_owned()));
    assert_eq!(erp.inputs["password"], secret);
    let customers: Vec<_> = erp
        .customers
        .iter()
        .map(|it| it.customer.to_string())
        .collect();
    assert_eq!(customers, ["manifest \"smith\"", "externalId \"cust-2\""]);
    assert_eq!(
        (other.stable_key.as_str(), other.display_name.as_str()),
        ("other", "other")
    );
    assert!(!other.kind.public && other.managed_by.is_none() && !other.redeploy);
    assert!(loaded.secrets.contains(&SecretRef::Env("PW".to_owned())));
    let bound = &loaded.desired.instances[0].config["ERP"].value;
    assert_eq!(*bound, ConfigValue::SharedConnection(erp.name));
}

#[test]
fn what_is_wrong_with_a_connection_is_said() {
    let same = format!("{BASE}, stableKey: a");
    let alone = "component: sftp, connection: basic, scope: organization, managedBy: customer, customers: {a: {inputs: {b: c}}}";
    let twice =
        format!("{BASE}, customers: {{smith: {{inputs: {{a: b}}}}, cust-1: {{inputs: {{a: b}}}}}}");
    let customer = "apiVersion: prism-gitops/v1\nkind: Customer\nmetadata: {name: smith}\nspec: {externalId: cust-1}\n";
    type Files<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(Files<'_>, &[&str])] = &[
        (
            &[
                ("a.yaml", &connection("a", BASE)),
                ("b.yaml", &connection("b", &same)),
            ],
            &[
                "Connection/a has the stableKey \"a\" too, in a.yaml:3:18 (keep one of the two: both would be the same connection)",
            ],
        ),
        (
            &[("a.yaml", &connection("a", alone))],
            &[
                "\"managedBy\" does not go with `scope: organization` (a connection with values for customers has `scope: customer`)",
                "\"customers\" does not go with `scope: organization` (a connection with values for customers has `scope: customer`)",
            ],
        ),
        (
            &[("a.yaml", &connection("a", &twice)), ("c.yaml", customer)],
            &["\"smith\" and \"cust-1\" are one customer (keep one of the two)"],
        ),
        (
            &[(
                "a.yaml",
                &connection("a", &format!("{BASE}, customers: {{b: {{inputs: {{}}}}}}")),
            )],
            &[
                "the value for customer \"b\" has no inputs (write {inputs: {…}}, or remove the line to leave its value unmanaged)",
            ],
        ),
        (
            &[
                ("a.yaml", &connection("erp-prod", BASE)),
                ("b.yaml", &instance("{connection: {ref: erp-prd}}")),
            ],
            &["no Connection is named \"erp-prd\" (did you mean \"erp-prod\"?)"],
        ),
        (
            &[("b.yaml", &instance("{connection: {ref: far-away}}"))],
            &["no Connection is named \"far-away\" (declare it: a manifest of `kind: Connection`)"],
        ),
        (
            &[
                ("a.yaml", &connection("a", BASE)),
                (
                    "b.yaml",
                    &instance("{connection: {ref: a}, consent: person}"),
                ),
            ],
            &[
                "a shared connection is consented to in its own place (remove `consent: person`: `plan` says of the Connection what it waits for)",
            ],
        ),
    ];
    for (list, expected) in cases {
        let mut found = findings(list);
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_input_that_is_called_ref_is_one_beside_others() {
    let loaded = read(&[("a.yaml", &instance("{connection: {ref: a, user: b}}"))]);
    let value = &loaded.desired.instances[0].config["ERP"].value;
    assert!(
        matches!(value, ConfigValue::Connection(all) if all.len() == 2),
        "{value:?}"
    );
}
