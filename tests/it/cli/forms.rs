//! Every list and every record in every form that it has.

use super::tenant::Tenant;

#[test]
fn lists_and_records_have_all_their_forms() {
    let tenant = Tenant::full();
    let tested = ["test", "flow", "Orders", "--integration", "Acme ERP"];
    let execution = tenant.json(&tested)["execution"]["id"].clone();
    let lists: [&[&str]; 6] = [
        &["integrations"],
        &["instances"],
        &["customers"],
        &["components"],
        &["flows", "--integration", "Acme ERP"],
        &["versions", "Acme ERP"],
    ];
    for list in lists {
        let shown = |form: &str| {
            let args: Vec<&str> = ["get"]
                .iter()
                .chain(list)
                .copied()
                .chain(["-o", form])
                .collect();
            tenant.run(&args).expect(0)
        };
        let document = shown("json").json();
        let nodes = document["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list:?}");
        let yaml = shown("yaml").stdout;
        let items = yaml.lines().filter(|line| line.starts_with("  - ")).count();
        assert_eq!(items, nodes.len(), "{list:?}\n{yaml}");
        let csv = shown("csv").stdout;
        let head: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
        assert!(
            head.contains(&"id") && csv.ends_with("\r\n"),
            "{list:?}\n{csv}"
        );
        let fields = nodes[0].as_object().unwrap();
        let unknown = head
            .iter()
            .find(|path| !fields.contains_key(path.split('.').next().unwrap()));
        assert_eq!(unknown, None, "{list:?}: the API's own names");
        let names = shown("name").stdout;
        assert_eq!(names.lines().count(), nodes.len(), "{list:?}\n{names}");
        let table = shown("human").stdout;
        assert_eq!(table.lines().count(), nodes.len() + 1, "{list:?}\n{table}");
    }
    let records: [&[&str]; 5] = [
        &["integration", "Acme ERP"],
        &["instance", "Smith ERP"],
        &["customer", "cust-0001"],
        &["component", "slack"],
        &["execution", execution.as_str().unwrap()],
    ];
    for record in records {
        let shown = |form: &str| {
            let args: Vec<&str> = ["get"]
                .iter()
                .chain(record)
                .copied()
                .chain(["-o", form])
                .collect();
            tenant.run(&args)
        };
        let document = shown("json").expect(0).json();
        let id = document["id"].as_str().unwrap();
        assert!(shown("yaml").expect(0).stdout.contains(id), "{record:?}");
        assert_eq!(
            shown("name").expect(0).stdout.lines().count(),
            1,
            "{record:?}"
        );
        assert!(shown("human").expect(0).stdout.contains(id), "{record:?}");
        assert!(
            shown("csv").expect(1).stderr.contains("no csv form"),
            "{record:?}"
        );
    }
}

#[test]
fn a_column_that_is_misspelt_is_suggested() {
    let tenant = Tenant::demo();
    let run = tenant
        .run(&["get", "customers", "--columns", "name,externalID"])
        .expect(1);
    insta::assert_snapshot!(run.stderr, @r#"
    Error: --columns: this list has no field "externalID"
    Hint: did you mean externalId? it has id, name, description, externalId, labels, createdAt, updatedAt
    "#);
    let run = tenant
        .run(&["get", "customers", "--sort", "nmae"])
        .expect(1);
    assert!(run.stderr.contains("choose one of name"), "{}", run.stderr);
}
