//! `kind: Instance`: how it runs.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "version number",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  version: 12
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:12",
            length: 2,
            code: "wrong-type",
            message: "\"version\" must be latest, {commit: …} or {number: …}, not \"12\"",
            hint: Some("write {number: 12}"),
            line: Some("  version: 12"),
        }],
    },
    Case {
        name: "version commit",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  version: 1a2b3c4
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:12",
            length: 7,
            code: "wrong-type",
            message: "\"version\" must be latest, {commit: …} or {number: …}, not \"1a2b3c4\"",
            hint: Some("write {commit: 1a2b3c4}"),
            line: Some("  version: 1a2b3c4"),
        }],
    },
    Case {
        name: "version word",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  version: newest
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:12",
            length: 6,
            code: "wrong-type",
            message: "\"version\" must be latest, {commit: …} or {number: …}, not \"newest\"",
            hint: Some("write latest, {commit: 1a2b3c4} or {number: 12}"),
            line: Some("  version: newest"),
        }],
    },
    Case {
        name: "version short commit",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  version: {commit: 1a2b3c}
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:21",
            length: 6,
            code: "invalid-value",
            message: "\"1a2b3c\" is not the hash of a commit",
            hint: Some("write 7 to 64 of its hexadecimal digits"),
            line: Some("  version: {commit: 1a2b3c}"),
        }],
    },
    Case {
        name: "version zero",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  version: {number: 0}
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:21",
            length: 1,
            code: "invalid-value",
            message: "\"number\" must be a whole number from 1, not \"0\"",
            hint: None,
            line: Some("  version: {number: 0}"),
        }],
    },
    Case {
        name: "labels as text",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  labels: production
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:11",
            length: 10,
            code: "wrong-type",
            message: "\"labels\" must be a list, not a single value",
            hint: Some("write [production]"),
            line: Some("  labels: production"),
        }],
    },
    Case {
        name: "label that is a marker",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  labels: [gitops:acme/smith]
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:12",
            length: 17,
            code: "reserved-label",
            message: "the label \"gitops:acme/smith\" is a marker",
            hint: Some("remove it: the marker is put on when the manifest is applied"),
            line: Some("  labels: [gitops:acme/smith]"),
        }],
    },
    Case {
        name: "label twice",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  labels: [a, a]
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:15",
            length: 1,
            code: "duplicate-label",
            message: "the label \"a\" occurs twice here",
            hint: Some("keep one of the two"),
            line: Some("  labels: [a, a]"),
        }],
    },
    Case {
        name: "state on",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  state: on
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:10",
            length: 2,
            code: "invalid-value",
            message: "\"state\" must be enabled or disabled, not \"on\"",
            hint: None,
            line: Some("  state: on"),
        }],
    },
    Case {
        name: "force on",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  force: on
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:10",
            length: 2,
            code: "wrong-type",
            message: "\"force\" must be true or false, not \"on\"",
            hint: Some("write true, without quotes"),
            line: Some("  force: on"),
        }],
    },
    Case {
        name: "spec null",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
",
        )],
        findings: &[Finding {
            at: "a.yaml:4:5",
            length: 0,
            code: "no-value",
            message: "the spec of an Instance has no value",
            hint: Some(
                "it may have: integration, version, customer, displayName, description, labels, state, config, flows, globalDebug, deploy, force, adopt, protect, drift, rollout, reason",
            ),
            line: Some("spec:"),
        }],
    },
    Case {
        name: "several mistakes at once",
        files: &[
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integraton: acme-erp
  customer: {}
  state: enabeld
  labels: {}
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
        findings: &[
            Finding {
                at: "a.yaml:5:3",
                length: 10,
                code: "unknown-key",
                message: "unknown key \"integraton\" in the spec of an Instance",
                hint: Some("did you mean \"integration\"?"),
                line: Some("  integraton: acme-erp"),
            },
            Finding {
                at: "a.yaml:6:13",
                length: 1,
                code: "one-of",
                message: "the customer must have exactly one of externalId, name, id, and has none of them",
                hint: None,
                line: Some("  customer: {}"),
            },
            Finding {
                at: "a.yaml:7:10",
                length: 7,
                code: "invalid-value",
                message: "\"state\" must be enabled or disabled, not \"enabeld\"",
                hint: Some("did you mean \"enabled\"?"),
                line: Some("  state: enabeld"),
            },
            Finding {
                at: "a.yaml:8:11",
                length: 1,
                code: "wrong-type",
                message: "\"labels\" must be a list, not a mapping",
                hint: None,
                line: Some("  labels: {}"),
            },
        ],
    },
];
