//! `kind: Integration`.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "config by waves",
        files: &[
            ("acme.yml", "name: Acme\nflows: []\n"),
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme}
spec:
  definition: acme.yml
  rollout:
    waves: [{name: rest, percent: 100}]
    config: true
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:8:13",
            length: 4,
            code: "not-supported",
            message: "changes of config cannot be staged in waves yet: an instance does not show when its config was changed, so neither soak nor gate could be judged",
            hint: Some(
                "remove `config`: what the present version knows is applied to all at once, what is new comes with the version and its waves; to try a value on a few, set it in `overrides` of the fleet, or in their manifests",
            ),
            line: Some("    config: true"),
        }],
    },
    Case {
        name: "overview not there",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  marketplace: {overview: ./overview.md}
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
            at: "a.yaml:6:27",
            length: 13,
            code: "missing-file",
            message: "there is no file \"overview.md\"",
            hint: Some("paths are relative to the file they stand in"),
            line: Some("  marketplace: {overview: ./overview.md}"),
        }],
    },
    Case {
        name: "available yes",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  available: yes
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
            at: "a.yaml:6:14",
            length: 3,
            code: "wrong-type",
            message: "\"available\" must be true or false, not \"yes\"",
            hint: Some("write true, without quotes"),
            line: Some("  available: yes"),
        }],
    },
    Case {
        name: "available in quotes",
        files: &[
            (
                "a.yaml",
                r#"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  available: "false"
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
            at: "a.yaml:6:14",
            length: 7,
            code: "wrong-type",
            message: "\"available\" must be true or false, not \"false\"",
            hint: Some("write false, without quotes"),
            line: Some("  available: \"false\""),
        }],
    },
    Case {
        name: "available maybe",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  available: maybe
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
            at: "a.yaml:6:14",
            length: 5,
            code: "wrong-type",
            message: "\"available\" must be true or false, not \"maybe\"",
            hint: None,
            line: Some("  available: maybe"),
        }],
    },
    Case {
        name: "publish always",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  publish: always
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
            at: "a.yaml:6:12",
            length: 6,
            code: "invalid-value",
            message: "\"publish\" must be changed or never, not \"always\"",
            hint: None,
            line: Some("  publish: always"),
        }],
    },
    Case {
        name: "visibility",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  marketplace: {visibility: public}
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
            at: "a.yaml:6:29",
            length: 6,
            code: "invalid-value",
            message: "\"visibility\" must be deployable, listed or hidden, not \"public\"",
            hint: None,
            line: Some("  marketplace: {visibility: public}"),
        }],
    },
    Case {
        name: "adopt by two",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  adopt: {name: A, id: B}
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
            at: "a.yaml:6:10",
            length: 1,
            code: "one-of",
            message: "adopt must have exactly one of name, id, environments, and has both name and id",
            hint: None,
            line: Some("  adopt: {name: A, id: B}"),
        }],
    },
    Case {
        name: "adopt in an unknown environment",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  adopt: {environments: {prod-su: {id: x}}}
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
                "p.yaml",
                r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod-us: {}}
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:6:26",
            length: 7,
            code: "dangling-reference",
            message: "the Project has no environment \"prod-su\"",
            hint: Some("did you mean \"prod-us\"?"),
            line: Some("  adopt: {environments: {prod-su: {id: x}}}"),
        }],
    },
    Case {
        name: "null description",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme-erp}
spec:
  definition: d.yml
  description:
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
            at: "a.yaml:6:14",
            length: 0,
            code: "no-value",
            message: "\"description\" has no value",
            hint: Some("write \"\" for an empty text, or remove the line"),
            line: Some("  description:"),
        }],
    },
];
