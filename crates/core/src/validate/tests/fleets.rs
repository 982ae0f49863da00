//! What is found in fleets without a customer.

use super::super::offline;
use crate::manifest;
use crate::model::{Severity, SourceFile};

/// The errors about a template of a fleet that reads a table with a column `region`, besides the customer.
fn errors(customers: &str, template: &str) -> Vec<String> {
    let fleet = format!(
        "apiVersion: prism-gitops/v1\nkind: Fleet\nmetadata: {{name: a}}\nspec:\n  \
         integration: {{name: Acme}}\n  customers: {customers}\n  \
         template: {{config: {{E: \"{template}\"}}}}\n"
    );
    let rows = "externalId,region\nc1,eu\n";
    let files = [("f.yaml", fleet.as_str()), ("rows.csv", rows)];
    let files = files.map(|(path, text)| SourceFile::new(path, text.as_bytes()));
    let loaded = manifest::load_for(&files, None);
    let found = loaded.diagnostics.into_iter();
    let found = found.chain(offline(&loaded.desired).1);
    let errors = found.filter(|it| it.severity == Severity::Error);
    let shown = errors.map(|it| {
        let place = it.location.map(|at| at.to_string()).unwrap_or_default();
        let hint = it.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{place} {}{hint}", it.message)
    });
    shown.collect()
}

#[test]
fn a_template_that_nothing_can_fill_in_is_an_error() {
    const ROWS: &str = "{list: [c1], rows: rows.csv}";
    const LIST: &str = "{list: [c1]}";
    for (customers, template, expected) in [
        (ROWS, "${{ row.region }}", ""),
        (ROWS, "${{ row.region | int }}", ""),
        (ROWS, "${{ row.regon | default('eu') }}", ""),
        (ROWS, "${{ customer.labels[3] }}", ""),
        (
            ROWS,
            "${{ row.region if customer.name == 'Smith' else 'eu' }}",
            "",
        ),
        (
            ROWS,
            "${{ row.regon }}",
            "f.yaml:7:26 row has no \"regon\" (did you mean \"region\"?)",
        ),
        (
            LIST,
            "${{ customer.nam | lower }}",
            "f.yaml:7:26 customer has no \"nam\" (did you mean \"name\"?)",
        ),
        (
            LIST,
            "${{ row.region }}",
            "f.yaml:7:26 there is no row here (row.* is known in the template of a Fleet that reads a table)",
        ),
        (
            LIST,
            "${{ values.domain }}",
            "f.yaml:7:26 the Project has no values (write them under spec.values of the Project)",
        ),
    ] {
        let found = errors(customers, template).join("; ");
        assert_eq!(found, expected, "{template}");
    }
}
