//! Files that are not YAML, or more of it than is read.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "tab indentation",
        files: &[(
            "a.yaml",
            "apiVersion: prism-gitops/v1\nkind: Project\nspec:\n\tpolicy: {}\n",
        )],
        findings: &[Finding {
            at: "a.yaml:4:1",
            length: 1,
            code: "yaml-syntax",
            message: "a tab, where YAML allows spaces only",
            hint: Some("use spaces: YAML does not allow tabs here"),
            line: Some("\tpolicy: {}"),
        }],
    },
    Case {
        name: "duplicate key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
kind: Project
",
        )],
        findings: &[Finding {
            at: "a.yaml:3:1",
            length: 4,
            code: "yaml-syntax",
            message: "the key \"kind\" occurs twice here, first on line 2",
            hint: Some("keep one of the two"),
            line: Some("kind: Project"),
        }],
    },
    Case {
        name: "unclosed bracket",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  labels: [a, b
  state: enabled
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:11",
            length: 1,
            code: "yaml-syntax",
            message: "the [ that opens here is not closed",
            hint: Some("add the ] where it ends"),
            line: Some("  labels: [a, b"),
        }],
    },
    Case {
        name: "unclosed quote beside a secret",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {password: "hunter2}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:34",
            length: 0,
            code: "yaml-syntax",
            message: "the quotes that open here are not closed",
            hint: Some("close the quotes"),
            line: None,
        }],
    },
    Case {
        name: "secret that begins like a tag",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP:
      connection:
        pw: !hunter2
",
        )],
        findings: &[Finding {
            at: "a.yaml:10:13",
            length: 8,
            code: "yaml-syntax",
            message: "a tag that is not known here",
            hint: Some("put a text that begins with ! in quotes, or remove the tag"),
            line: None,
        }],
    },
    Case {
        name: "secret that begins like an alias",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP:
      connection:
        pw: *hunter2
",
        )],
        findings: &[Finding {
            at: "a.yaml:10:13",
            length: 0,
            code: "yaml-syntax",
            message: "an alias (*) to something that has no name",
            hint: Some("put a text that begins with * in quotes"),
            line: None,
        }],
    },
    Case {
        name: "unknown tag",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  description: !upper text
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:16",
            length: 11,
            code: "yaml-syntax",
            message: "a tag that is not known here",
            hint: Some("put a text that begins with ! in quotes, or remove the tag"),
            line: Some("  description: !upper text"),
        }],
    },
    Case {
        name: "unknown alias",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  description: *text
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:16",
            length: 0,
            code: "yaml-syntax",
            message: "an alias (*) to something that has no name",
            hint: Some("put a text that begins with * in quotes"),
            line: Some("  description: *text"),
        }],
    },
    Case {
        name: "template without quotes",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  description: {{ customer }}
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:17",
            length: 2,
            code: "yaml-syntax",
            message: "a key that is a list or a mapping",
            hint: Some("if this is a template such as {{ name }}, put it in quotes"),
            line: Some("  description: {{ customer }}"),
        }],
    },
    Case {
        name: "key that is a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
? [a]
: b
",
        )],
        findings: &[Finding {
            at: "a.yaml:2:3",
            length: 1,
            code: "yaml-syntax",
            message: "a key that is a list or a mapping",
            hint: Some("if this is a template such as {{ name }}, put it in quotes"),
            line: Some("? [a]"),
        }],
    },
    Case {
        name: "colon in plain text",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  description: note: this
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:20",
            length: 0,
            code: "yaml-syntax",
            message: "a colon where no key can stand",
            hint: Some(
                "put a text that holds a colon and a space in quotes, or check the indentation and the line above",
            ),
            line: Some("  description: note: this"),
        }],
    },
    Case {
        name: "merge of a text",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  <<: text
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:7",
            length: 4,
            code: "yaml-syntax",
            message: "a merge key (<<) that does not refer to a mapping",
            hint: None,
            line: Some("  <<: text"),
        }],
    },
    Case {
        name: "nul character",
        files: &[("a.yaml", "a: \0\n")],
        findings: &[Finding {
            at: "a.yaml:1",
            length: 0,
            code: "encoding",
            message: "a NUL character on line 1: a binary file, or UTF-16 without its byte-order mark",
            hint: Some("save it as UTF-8"),
            line: None,
        }],
    },
];
