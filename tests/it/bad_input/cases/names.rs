//! Names, duplicates, bare definitions.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "missing metadata",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
spec: {definition: d.yml}
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
            at: "a.yaml:1:1",
            length: 0,
            code: "missing-key",
            message: "an Integration has no \"metadata\"",
            hint: Some("add it: what git calls the resource: {name: …}"),
            line: Some("apiVersion: prism-gitops/v1"),
        }],
    },
    Case {
        name: "missing name",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {}
",
        )],
        findings: &[Finding {
            at: "a.yaml:3:11",
            length: 1,
            code: "missing-key",
            message: "metadata has no \"name\"",
            hint: Some("add it: the git key: never changes, independent of the display name"),
            line: Some("metadata: {}"),
        }],
    },
    Case {
        name: "invalid name",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: Acme ERP}
spec:
  definition: d.yml
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
            at: "a.yaml:3:18",
            length: 8,
            code: "invalid-name",
            message: "metadata.name \"Acme ERP\" is not a valid name",
            hint: Some(
                "write acme-erp: lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters",
            ),
            line: Some("metadata: {name: Acme ERP}"),
        }],
    },
    Case {
        name: "name in another script",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: 日本}
spec:
  definition: d.yml
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
            at: "a.yaml:3:18",
            length: 2,
            code: "invalid-name",
            message: "metadata.name \"日本\" is not a valid name",
            hint: Some(
                "write ri-ben: lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters",
            ),
            line: Some("metadata: {name: 日本}"),
        }],
    },
    Case {
        name: "name that is too long",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
spec:
  definition: d.yml
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
            at: "a.yaml:3:18",
            length: 64,
            code: "invalid-name",
            message: "metadata.name \"aaaaaaaaaaaaaaaaaaaaaaaa\"… is not a valid name",
            hint: Some(
                "write aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters",
            ),
            line: Some(
                "metadata: {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
            ),
        }],
    },
    Case {
        name: "empty name",
        files: &[
            (
                "a.yaml",
                r#"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: ""}
spec:
  definition: d.yml
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
            at: "a.yaml:3:18",
            length: 2,
            code: "invalid-name",
            message: "metadata.name \"\" is not a valid name",
            hint: Some(
                "lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters",
            ),
            line: Some("metadata: {name: \"\"}"),
        }],
    },
    Case {
        name: "duplicate address across files",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
",
            ),
            (
                "b.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
",
            ),
        ],
        findings: &[Finding {
            at: "b.yaml:3:18",
            length: 5,
            code: "duplicate-address",
            message: "Instance/smith is declared twice, first in a.yaml:3:18",
            hint: Some("rename one of the two, or remove it"),
            line: Some("metadata: {name: smith}"),
        }],
    },
    Case {
        name: "duplicate address in one file",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
",
        )],
        findings: &[Finding {
            at: "a.yaml:10:18",
            length: 5,
            code: "duplicate-address",
            message: "Instance/smith is declared twice, first in a.yaml:3:18",
            hint: Some("rename one of the two, or remove it"),
            line: Some("metadata: {name: smith}"),
        }],
    },
    Case {
        name: "two projects",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: a}
",
            ),
            (
                "b.yaml",
                r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: b}
",
            ),
        ],
        findings: &[Finding {
            at: "b.yaml:3:18",
            length: 1,
            code: "duplicate-project",
            message: "a second Project; the first is in a.yaml:3:18",
            hint: Some("keep one of the two"),
            line: Some("metadata: {name: b}"),
        }],
    },
    Case {
        name: "definition beside a manifest",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
---
name: Acme ERP
definitionVersion: 7
flows: []
",
        )],
        findings: &[Finding {
            at: "a.yaml:4:1",
            length: 0,
            code: "several-documents",
            message: "a definition must be the only document of its file",
            hint: Some("move it to a file of its own: its text is sent as it is"),
            line: Some("name: Acme ERP"),
        }],
    },
    Case {
        name: "definition without a name",
        files: &[(
            "d.yml",
            r"definitionVersion: 7
flows: []
",
        )],
        findings: &[Finding {
            at: "d.yml:1:1",
            length: 0,
            code: "missing-key",
            message: "a definition without a name",
            hint: Some("add name, or write an Integration manifest that refers to this file"),
            line: Some("definitionVersion: 7"),
        }],
    },
    Case {
        name: "definition with an unusable name",
        files: &[(
            "d.yml",
            r"name: (?)
flows: []
",
        )],
        findings: &[Finding {
            at: "d.yml:1:7",
            length: 3,
            code: "invalid-name",
            message: "\"(?)\" has no letters or digits (a-z, 0-9) to make a git key of",
            hint: Some("write an Integration manifest that names it and refers to this file"),
            line: Some("name: (?)"),
        }],
    },
    Case {
        name: "two definitions of one name",
        files: &[
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
            (
                "e.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "e.yml:1:7",
            length: 8,
            code: "duplicate-address",
            message: "Integration/acme-erp is declared twice, first in d.yml:1:7",
            hint: Some("if they are one integration, let its manifest refer to e.yml"),
            line: Some("name: Acme ERP"),
        }],
    },
    Case {
        name: "definition and manifest of one name",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: x.txt
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
            (
                "x.txt",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "d.yml:1:7",
            length: 8,
            code: "duplicate-address",
            message: "Integration/acme-erp is declared twice, first in a.yaml:3:18",
            hint: Some("if they are one integration, let its manifest refer to d.yml"),
            line: Some("name: Acme ERP"),
        }],
    },
];
