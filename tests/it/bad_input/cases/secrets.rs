//! Secrets and connections: nothing of theirs may be repeated.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "secret in the file",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {secret: hunter2}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:23",
            length: 7,
            code: "plain-secret",
            message: "a secret must not be written in the file",
            hint: Some(
                "name where it is: {env: NAME}, {file: PATH} or {exec: [PROGRAM, …]}; if this one was ever pushed, replace it",
            ),
            line: None,
        }],
    },
    Case {
        name: "secret from a line for a shell",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {secret: {exec: op read hunter2}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:30",
            length: 15,
            code: "invalid-value",
            message: "exec must be a list: a program and its arguments",
            hint: Some("such as [vault, kv, get, -field=key, secret/smith]; there is no shell"),
            line: None,
        }],
    },
    Case {
        name: "secret from two places",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {secret: {env: A, file: b}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:23",
            length: 1,
            code: "one-of",
            message: "a secret must have exactly one of env, file, exec, and has both env and file",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "secret with unknown key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {secret: {vault: hunter2}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:24",
            length: 5,
            code: "unknown-key",
            message: "an unknown key in a secret",
            hint: Some("it may have: env, file, exec"),
            line: None,
        }],
    },
    Case {
        name: "secret under a misspelt key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {secrte: hunter2}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:15",
            length: 6,
            code: "unknown-key",
            message: "unknown key \"secrte\" in config \"API Key\"",
            hint: Some("did you mean \"secret\"?"),
            line: None,
        }],
    },
    Case {
        name: "secret as a key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    API Key: {hunter2}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:14",
            length: 1,
            code: "wrong-type",
            message: "config \"API Key\" is a mapping of no known form",
            hint: Some(
                "write {value: …} around a structured value; a mapping here is one of {seed: …}, {value: …}, {schedule: …, timeZone: …}, {secret: …} or {connection: …}",
            ),
            line: None,
        }],
    },
    Case {
        name: "connection as text",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: hunter2}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:23",
            length: 7,
            code: "wrong-type",
            message: "a connection must be a mapping of its inputs, or pending",
            hint: Some(
                "write {connection: {username: …}}, or {connection: pending} where a person consents by OAuth",
            ),
            line: None,
        }],
    },
    Case {
        name: "connection without inputs",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:23",
            length: 1,
            code: "wrong-type",
            message: "a connection must be a mapping of its inputs, or pending",
            hint: Some(
                "write {connection: {username: …}}, or {connection: pending} where a person consents by OAuth",
            ),
            line: None,
        }],
    },
    Case {
        name: "connection input null",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {username: }}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:32",
            length: 0,
            code: "no-value",
            message: "the connection input \"username\" has no value",
            hint: Some("write \"\" for an empty text, or remove it to leave it unmanaged"),
            line: None,
        }],
    },
    Case {
        name: "connection input list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {password: [hunter2]}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:34",
            length: 1,
            code: "wrong-type",
            message: "the connection input \"password\" must be a text or {secret: …}, not a list",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "connection input misspelt secret",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {password: {secert: hunter2}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:35",
            length: 6,
            code: "unknown-key",
            message: "unknown key \"secert\" in a secret value",
            hint: Some("did you mean \"secret\"?"),
            line: None,
        }],
    },
    Case {
        name: "connection password in the file",
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
        username: smith
        password: hunter2
",
        )],
        findings: &[Finding {
            at: "a.yaml:11:9",
            length: 8,
            code: "plain-secret",
            message: "the connection input \"password\" looks like a secret and is written in the file",
            hint: Some(
                "keep it elsewhere and write {secret: {env: NAME}} or {secret: {file: PATH}}",
            ),
            line: None,
        }],
    },
    Case {
        name: "mistake on a line with a secret",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    ERP: {connection: {password: {secret: {env: A}}, username: hunter2}, sede: 1}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:74",
            length: 4,
            code: "unknown-key",
            message: "an unknown key in a connection",
            hint: Some("it may have: connection, consent"),
            line: None,
        }],
    },
];
