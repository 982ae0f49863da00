//! `kind: Instance`: its integration and its customer.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "integration misspelt",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-epr
  customer: {id: x}
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:16",
            length: 8,
            code: "dangling-reference",
            message: "no Integration is named \"acme-epr\"",
            hint: Some("did you mean \"acme-erp\"?"),
            line: Some("  integration: acme-epr"),
        }],
    },
    Case {
        name: "integration not there",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: zebra
  customer: {id: x}
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:16",
            length: 5,
            code: "dangling-reference",
            message: "no Integration is named \"zebra\"",
            hint: Some("for one that is not managed here, write {name: …} or {id: …}"),
            line: Some("  integration: zebra"),
        }],
    },
    Case {
        name: "integration by display name",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: Acme ERP
  customer: {id: x}
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:16",
            length: 8,
            code: "invalid-name",
            message: "\"integration\" must be the metadata.name of an Integration, not \"Acme ERP\"",
            hint: Some("for one that is not managed here, write {name: \"Acme ERP\"}"),
            line: Some("  integration: Acme ERP"),
        }],
    },
    Case {
        name: "integration by two",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: A, id: B}
  customer: {id: x}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:16",
            length: 1,
            code: "one-of",
            message: "the integration must have exactly one of name, id, and has both name and id",
            hint: None,
            line: Some("  integration: {name: A, id: B}"),
        }],
    },
    Case {
        name: "integration missing",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  customer: {id: x}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 0,
            code: "missing-key",
            message: "the spec of an Instance has no \"integration\"",
            hint: Some(
                "add it: the metadata.name of an Integration, or {name: …} or {id: …} of one that is not managed here",
            ),
            line: Some("  customer: {id: x}"),
        }],
    },
    Case {
        name: "customer missing",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-erp
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 0,
            code: "missing-key",
            message: "the spec of an Instance has no \"customer\"",
            hint: Some(
                "add it: for whom it is: the metadata.name of a Customer, or {externalId: …}, {name: …} or {id: …}",
            ),
            line: Some("  integration: acme-erp"),
        }],
    },
    Case {
        name: "customer as text",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-erp
  customer: Smith
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:6:13",
            length: 5,
            code: "invalid-name",
            message: "\"customer\" must be the metadata.name of a Customer, not \"Smith\"",
            hint: Some(
                "for one that is not managed here, write {externalId: \"Smith\"} or {name: \"Smith\"}",
            ),
            line: Some("  customer: Smith"),
        }],
    },
    Case {
        name: "customer empty",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-erp
  customer: {}
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:6:13",
            length: 1,
            code: "one-of",
            message: "the customer must have exactly one of externalId, name, id, and has none of them",
            hint: None,
            line: Some("  customer: {}"),
        }],
    },
    Case {
        name: "customer by two",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-erp
  customer: {name: Smith, externalId: c1}
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:6:13",
            length: 1,
            code: "one-of",
            message: "the customer must have exactly one of externalId, name, id, and has both name and externalId",
            hint: None,
            line: Some("  customer: {name: Smith, externalId: c1}"),
        }],
    },
    Case {
        name: "customer with empty id",
        files: &[
            (
                "a.yaml",
                r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme-erp
  customer: {externalId: ""}
"#,
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:6:26",
            length: 2,
            code: "invalid-value",
            message: "\"externalId\" must not be empty",
            hint: None,
            line: Some("  customer: {externalId: \"\"}"),
        }],
    },
];
