//! Documents of no known kind.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "unrelated file",
        files: &[(
            "ci.yml",
            r"on: push
jobs: {}
",
        )],
        findings: &[Finding {
            at: "ci.yml:1:1",
            length: 0,
            code: "not-a-manifest",
            message: "neither a manifest (apiVersion, kind) nor a definition (definitionVersion, flows)",
            hint: Some(
                "if the file belongs to something else, name it in .prismgitopsignore or move it out of the project",
            ),
            line: Some("on: push"),
        }],
    },
    Case {
        name: "version of somebody else",
        files: &[(
            "a.yml",
            r"apiVersion: v1
kind: Instance
metadata: {name: x}
",
        )],
        findings: &[Finding {
            at: "a.yml:1:13",
            length: 2,
            code: "unknown-api-version",
            message: "unknown apiVersion \"v1\"",
            hint: Some(
                "this program reads prism-gitops/v1; if the file belongs to something else, name it in .prismgitopsignore or move it out of the project",
            ),
            line: Some("apiVersion: v1"),
        }],
    },
    Case {
        name: "list at the top",
        files: &[(
            "a.yaml",
            r"- a
- b
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:1",
            length: 0,
            code: "not-a-manifest",
            message: "expected a manifest or a definition, found a list",
            hint: Some(
                "if the file belongs to something else, name it in .prismgitopsignore or move it out of the project",
            ),
            line: Some("- a"),
        }],
    },
    Case {
        name: "text at the top",
        files: &[(
            "a.yaml", r"hello
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:1",
            length: 0,
            code: "not-a-manifest",
            message: "expected a manifest or a definition, found a single value",
            hint: Some(
                "if the file belongs to something else, name it in .prismgitopsignore or move it out of the project",
            ),
            line: None,
        }],
    },
    Case {
        name: "newer version",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v2
kind: Project
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:13",
            length: 15,
            code: "unknown-api-version",
            message: "unknown apiVersion \"prism-gitops/v2\"",
            hint: Some("this program reads prism-gitops/v1"),
            line: Some("apiVersion: prism-gitops/v2"),
        }],
    },
    Case {
        name: "missing api version",
        files: &[(
            "a.yaml",
            r"kind: Instance
metadata: {name: a}
spec: {}
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:1",
            length: 0,
            code: "missing-key",
            message: "a manifest has no \"apiVersion\"",
            hint: Some("add apiVersion: prism-gitops/v1"),
            line: Some("kind: Instance"),
        }],
    },
    Case {
        name: "null api version",
        files: &[(
            "a.yaml",
            r"apiVersion:
kind: Project
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:11",
            length: 0,
            code: "no-value",
            message: "\"apiVersion\" has no value",
            hint: Some("write a value after the colon"),
            line: Some("apiVersion:"),
        }],
    },
    Case {
        name: "missing kind",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
metadata: {name: a}
",
        )],
        findings: &[Finding {
            at: "a.yaml:1:1",
            length: 0,
            code: "missing-key",
            message: "a manifest has no \"kind\"",
            hint: Some("add kind: Project, Customer, Connection, Integration, Instance or Fleet"),
            line: Some("apiVersion: prism-gitops/v1"),
        }],
    },
    Case {
        name: "misspelt kind",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instnace
",
        )],
        findings: &[Finding {
            at: "a.yaml:2:7",
            length: 8,
            code: "unknown-kind",
            message: "unknown kind \"Instnace\"",
            hint: Some("did you mean \"Instance\"?"),
            line: Some("kind: Instnace"),
        }],
    },
    Case {
        name: "lower case kind",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: integration
",
        )],
        findings: &[Finding {
            at: "a.yaml:2:7",
            length: 11,
            code: "unknown-kind",
            message: "unknown kind \"integration\"",
            hint: Some("did you mean \"Integration\"?"),
            line: Some("kind: integration"),
        }],
    },
    Case {
        name: "unknown kind",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Dashboard
",
        )],
        findings: &[Finding {
            at: "a.yaml:2:7",
            length: 9,
            code: "unknown-kind",
            message: "unknown kind \"Dashboard\"",
            hint: Some("there are Project, Customer, Connection, Integration, Instance and Fleet"),
            line: Some("kind: Dashboard"),
        }],
    },
    Case {
        name: "a fleet of everybody",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: all}
spec:
  integration: {name: Acme ERP}
  customers: {selector: {labels: {}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:6:34",
            length: 1,
            code: "missing-key",
            message: "the selector names no label",
            hint: Some(
                "a selector without a condition would mean every customer of the tenant: name at least one label under all, any or none",
            ),
            line: Some("  customers: {selector: {labels: {}}}"),
        }],
    },
    Case {
        name: "kind that is a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: [Project]
",
        )],
        findings: &[Finding {
            at: "a.yaml:2:7",
            length: 1,
            code: "wrong-type",
            message: "\"kind\" must be a text, not a list",
            hint: None,
            line: Some("kind: [Project]"),
        }],
    },
    Case {
        name: "unknown top level key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
status: {}
",
        )],
        findings: &[Finding {
            at: "a.yaml:3:1",
            length: 6,
            code: "unknown-key",
            message: "unknown key \"status\" in a Project",
            hint: Some("it may have: apiVersion, kind, metadata, spec, environments"),
            line: Some("status: {}"),
        }],
    },
];
