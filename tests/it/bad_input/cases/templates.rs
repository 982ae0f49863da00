//! Templates, and what differs between environments.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a value with a slip of the pen",
        files: &[
            (
                "p.yaml",
                r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec: {values: {domain: x}, environments: {dev: {}}}
",
            ),
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme}
  customer: {id: c}
  description: At ${{ values.domian }}
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:7:23",
            length: 13,
            code: "template",
            message: "values has no \"domian\"",
            hint: Some("did you mean \"domain\"?"),
            line: Some("  description: At ${{ values.domian }}"),
        }],
    },
    Case {
        name: "braces of a template between brackets",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec: {integration: {name: Acme}, customer: {id: c}, description: ${{ values.x }}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:4:68",
            length: 0,
            code: "yaml-syntax",
            message: "YAML takes braces in this line for its own",
            hint: Some("put the text with ${{ … }} in quotes"),
            line: Some(
                "spec: {integration: {name: Acme}, customer: {id: c}, description: ${{ values.x }}}",
            ),
        }],
    },
    Case {
        name: "an empty version over another",
        files: &[
            (
                "p.yaml",
                r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec: {environments: {dev: {}}}
",
            ),
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme}
  customer: {id: c}
  version: {number: 12}
environments:
  dev:
    version: {}
",
            ),
        ],
        findings: &[Finding {
            at: "a.yaml:10:14",
            length: 1,
            code: "one-of",
            message: "an empty \"version\" says nothing",
            hint: Some(
                "version replaces the one under spec as a whole: write it out, write null to take it away, or leave the line out",
            ),
            line: Some("    version: {}"),
        }],
    },
];
