//! Definitions that manifests refer to.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "wrong file beside the right one",
        files: &[
            (
                "i.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: acme.yml
",
            ),
            (
                "acme-erp.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "i.yaml:5:15",
            length: 8,
            code: "missing-file",
            message: "there is no file \"acme.yml\"",
            hint: Some("paths are relative to the file they stand in"),
            line: Some("  definition: acme.yml"),
        }],
    },
    Case {
        name: "missing definition",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  publish: changed
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 0,
            code: "missing-key",
            message: "the spec of an Integration has no \"definition\"",
            hint: Some("add it: the file with Prismatic's integration YAML, relative to this file"),
            line: Some("  publish: changed"),
        }],
    },
    Case {
        name: "misspelt key",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  defnition: d.yml
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
            length: 9,
            code: "unknown-key",
            message: "unknown key \"defnition\" in the spec of an Integration",
            hint: Some("did you mean \"definition\"?"),
            line: Some("  defnition: d.yml"),
        }],
    },
    Case {
        name: "definition not there",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: defs/acme.yml
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 13,
            code: "missing-file",
            message: "there is no file \"defs/acme.yml\"",
            hint: Some("paths are relative to the file they stand in"),
            line: Some("  definition: defs/acme.yml"),
        }],
    },
    Case {
        name: "definition misspelt",
        files: &[
            (
                "i.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: acme-epr.yml
",
            ),
            (
                "acme-erp.yml",
                r"name: Other ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "i.yaml:5:15",
            length: 12,
            code: "missing-file",
            message: "there is no file \"acme-epr.yml\"",
            hint: Some("did you mean the file \"acme-erp.yml\"?"),
            line: Some("  definition: acme-epr.yml"),
        }],
    },
    Case {
        name: "definition in another folder",
        files: &[
            (
                "i.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: acme.yml
",
            ),
            (
                "defs/acme.yml",
                r"name: Other ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "i.yaml:5:15",
            length: 8,
            code: "missing-file",
            message: "there is no file \"acme.yml\"",
            hint: Some("did you mean the file \"defs/acme.yml\"?"),
            line: Some("  definition: acme.yml"),
        }],
    },
    Case {
        name: "definition outside",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: ../d.yml
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 8,
            code: "path",
            message: "\"definition\" \"../d.yml\" leads out of the project",
            hint: Some("move the file below the project's root"),
            line: Some("  definition: ../d.yml"),
        }],
    },
    Case {
        name: "definition absolute",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: /etc/passwd
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 11,
            code: "path",
            message: "\"definition\" \"/etc/passwd\" is absolute",
            hint: Some("write it relative to the file it stands in"),
            line: None,
        }],
    },
    Case {
        name: "definition with backslashes",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: defs\d.yml
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 10,
            code: "path",
            message: "\"definition\" \"defs\\\\d.yml\" has backslashes",
            hint: Some("write \"defs/d.yml\""),
            line: Some("  definition: defs\\d.yml"),
        }],
    },
    Case {
        name: "definition that is a manifest",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: b.yaml
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
            at: "a.yaml:5:15",
            length: 6,
            code: "not-a-definition",
            message: "\"b.yaml\" is a manifest, not a definition",
            hint: Some("a definition is one document of Prismatic's integration YAML"),
            line: Some("  definition: b.yaml"),
        }],
    },
    Case {
        name: "definition that is empty",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
",
            ),
            (
                "d.yml",
                r"# nothing
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 5,
            code: "not-a-definition",
            message: "\"d.yml\" is empty",
            hint: Some("a definition is one document of Prismatic's integration YAML"),
            line: Some("  definition: d.yml"),
        }],
    },
    Case {
        name: "definition of several documents",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
",
            ),
            (
                "d.yml",
                r"name: Acme ERP
definitionVersion: 7
flows: []
---
name: Acme ERP
definitionVersion: 7
flows: []
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 5,
            code: "not-a-definition",
            message: "\"d.yml\" holds several documents",
            hint: Some("a definition is one document of Prismatic's integration YAML"),
            line: Some("  definition: d.yml"),
        }],
    },
    Case {
        name: "definition that is a list",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
",
            ),
            (
                "d.yml", r"- a
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:5:15",
            length: 5,
            code: "not-a-definition",
            message: "\"d.yml\" is not a mapping",
            hint: Some("a definition is one document of Prismatic's integration YAML"),
            line: Some("  definition: d.yml"),
        }],
    },
    Case {
        name: "definition with a syntax error",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.txt
",
            ),
            (
                "d.txt",
                r"name: [
",
            ),
        ],
        findings: &[Finding {
            at: "d.txt:1:7",
            length: 1,
            code: "yaml-syntax",
            message: "the [ that opens here is not closed",
            hint: Some("add the ] where it ends"),
            line: Some("name: ["),
        }],
    },
    Case {
        name: "definition that is binary",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.bin
",
            ),
            ("d.bin", "\0\x01\x02"),
        ],
        findings: &[Finding {
            at: "d.bin:1",
            length: 0,
            code: "encoding",
            message: "a NUL character on line 1: a binary file, or UTF-16 without its byte-order mark",
            hint: Some("save it as UTF-8"),
            line: None,
        }],
    },
];
