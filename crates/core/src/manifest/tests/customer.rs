//! Customers, and what refers to them.

use super::*;

/// A Customer of the project.
fn customer(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Customer\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )
}

fn instance_for(customer: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: erp}}\nspec:\n  \
         integration: {{name: Acme}}\n  customer: {customer}\n"
    )
}

/// Place, message and hint of every finding.
fn findings(list: &[(&str, &str)]) -> Vec<String> {
    let loaded = load(&files(list));
    let told = loaded.diagnostics.iter().map(|one| {
        let place = one.location.as_ref().unwrap();
        let hint = one.hint.as_deref().unwrap_or_default();
        format!("{place}: {} ({hint})", one.message)
    });
    told.collect()
}

#[test]
fn every_key_of_a_customer_is_read() {
    let spec = "externalId: ' cust-0042', name: 'Smith Hardware ', description: Tools, \
                labels: [paid, canary], concurrentExecutionLimit: 10, adopt: {id: Q3VzdA==}";
    let loaded = read(&[
        ("a.yaml", &instance_for("smith")),
        ("b.yaml", &customer("smith", spec)),
        ("c.yaml", &customer("jones", "externalId: 7")),
    ]);
    let [jones, smith] = loaded.desired.customers.try_into().unwrap();
    assert_eq!(smith.external_id, "cust-0042");
    assert_eq!(smith.display_name, "Smith Hardware");
    assert_eq!(smith.description.as_deref(), Some("Tools"));
    assert_eq!(smith.labels.unwrap(), ["paid", "canary"]);
    assert_eq!(smith.concurrent_execution_limit, Some(10));
    assert_eq!(smith.adopt, Some(Adopt::Id("Q3VzdA==".to_owned())));
    assert_eq!(smith.location.to_string(), "b.yaml:3:18");
    assert_eq!(
        (jones.external_id.as_str(), jones.display_name.as_str()),
        ("7", "jones")
    );
    assert_eq!(
        (jones.labels, jones.concurrent_execution_limit),
        (None, None)
    );
    let erp = &loaded.desired.instances[0];
    assert_eq!(erp.customer, CustomerRef::Managed(smith.name));
}

#[test]
fn what_is_wrong_with_a_customer_is_said_at_its_place() {
    let text = customer(
        "smith",
        "name: Smith, colour: red, concurrentExecutionLimit: 0, labels: [a, a]",
    );
    insta::assert_snapshot!(findings(&[("a.yaml", &text)]).join("\n"), @r#"
    a.yaml:4:7: the spec of a Customer has no "externalId" (add it: the id your own system gave it: the customer is found by it, or created with it)
    a.yaml:4:21: unknown key "colour" in the spec of a Customer (it may have: externalId, name, description, labels, concurrentExecutionLimit, adopt, drift)
    a.yaml:4:60: "concurrentExecutionLimit" must be a whole number from 1, not "0" ()
    a.yaml:4:75: the label "a" occurs twice here (keep one of the two)
    "#);
    let marker = customer("smith", "externalId: '', labels: ['gitops:p/x']");
    insta::assert_snapshot!(findings(&[("a.yaml", &marker)]).join("\n"), @r#"
    a.yaml:4:20: "externalId" must not be empty ()
    a.yaml:4:33: the label "gitops:p/x" is a marker (remove it: the marker is put on when the manifest is applied)
    "#);
}

#[test]
fn two_customers_with_one_external_id_are_an_error_at_the_second() {
    let one = customer("zoe", "externalId: c1, name: Zoe");
    let two = customer("adam", "externalId: c1, name: Adam");
    let three = customer("eve", "externalId: c3, name: Zoe");
    let list = [
        ("a.yaml", one.as_str()),
        ("b.yaml", &two),
        ("c.yaml", &three),
    ];
    insta::assert_snapshot!(findings(&list).join("\n"), @r#"
    b.yaml:4:8: Customer/zoe has the externalId "c1" too, in a.yaml:3:18 (keep one of the two: both would be the same customer)
    c.yaml:4:24: Customer/zoe has the name "Zoe" too, in a.yaml:3:18 (names of customers are unique in an organization: give one of the two another)
    "#);
}

#[test]
fn a_reference_to_no_customer_suggests_the_nearest() {
    let smith = customer("smith", "externalId: cust-0042, name: Smith Hardware");
    for (written, expected) in [
        ("smth", Some("did you mean \"smith\"?")),
        (
            "smith-hardware",
            Some("did you mean \"smith\", which is \"Smith Hardware\"?"),
        ),
        (
            "cust-042",
            Some("did you mean \"smith\", which is \"Smith Hardware\"?"),
        ),
        ("jones", None),
    ] {
        let list = [
            ("a.yaml", smith.as_str()),
            ("b.yaml", &instance_for(written)),
        ];
        let found = findings(&list).join("\n");
        let message = format!("b.yaml:6:13: no Customer is named {written:?} ");
        assert!(found.starts_with(&message), "{found}");
        let ways = "for one that is not managed here, write {externalId: …}, {name: …} or {id: …}";
        assert!(found.contains(expected.unwrap_or(ways)), "{found}");
    }
    insta::assert_snapshot!(findings(&[("a.yaml", &instance_for("Smith Hardware"))]).join("\n"), @r#"a.yaml:6:13: "customer" must be the metadata.name of a Customer, not "Smith Hardware" (for one that is not managed here, write {externalId: "Smith Hardware"} or {name: "Smith Hardware"})"#);
}
