//! `kind: Project`: its notification targets.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "notice to nobody",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:7",
            length: 1,
            code: "invalid-value",
            message: "a notification goes to exactly one place",
            hint: Some("give it one of slack, teams, webhook, github, gitlab"),
            line: Some("    - {name: a}"),
        }],
    },
    Case {
        name: "notice two ways",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, slack: {url: {env: U}}, teams: {url: {env: U}}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:7",
            length: 1,
            code: "invalid-value",
            message: "a notification goes to exactly one place",
            hint: Some("give it one of slack, teams, webhook, github, gitlab"),
            line: Some("    - {name: a, slack: {url: {env: U}}, teams: {url: {env: U}}}"),
        }],
    },
    Case {
        name: "notice by a URL in the file",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, slack: {url: 'https://hooks.example/hunter2'}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:30",
            length: 31,
            code: "plain-secret",
            message: "a secret must not be written in the file",
            hint: Some(
                "name where it is: {env: NAME}, {file: PATH} or {exec: [PROGRAM, …]}; if this one was ever pushed, replace it",
            ),
            line: None,
        }],
    },
    Case {
        name: "notice of a slip",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, slack: {url: {env: U}}, on: [faled]}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:46",
            length: 5,
            code: "invalid-value",
            message: "an entry of \"on\" must be synced, failed, drifted, blocked, recovered, healed or rollout, not \"faled\"",
            hint: Some("did you mean \"failed\"?"),
            line: Some("    - {name: a, slack: {url: {env: U}}, on: [faled]}"),
        }],
    },
    Case {
        name: "notice of nothing",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, slack: {url: {env: U}}, on: []}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:45",
            length: 1,
            code: "invalid-value",
            message: "\"on\" must not be empty",
            hint: Some("name what is reported to it, or leave the whole notification out"),
            line: Some("    - {name: a, slack: {url: {env: U}}, on: []}"),
        }],
    },
    Case {
        name: "notice with an unknown key",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, webhook: {url: {env: U}, secret: {env: K}}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:42",
            length: 6,
            code: "unknown-key",
            message: "unknown key \"secret\" in a webhook",
            hint: Some("it may have: url, key"),
            line: None,
        }],
    },
    Case {
        name: "commit status without a token",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, github: {repository: acme/flows}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:25",
            length: 1,
            code: "missing-key",
            message: "a commit status has no \"token\"",
            hint: Some("add it: where the token is kept"),
            line: Some("    - {name: a, github: {repository: acme/flows}}"),
        }],
    },
    Case {
        name: "commit status of no repository",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, github: {repository: acme flows, token: {env: T}}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:38",
            length: 10,
            code: "invalid-value",
            message: "\"repository\" must be as in owner/name, not \"acme flows\"",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "commit status in clear",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  notify:
    - {name: a, gitlab: {repository: acme/flows, token: {env: T}, api: 'http://u:hunter2@git.example'}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:6:72",
            length: 30,
            code: "invalid-value",
            message: "\"api\" must be an https URL",
            hint: Some(
                "such as https://git.example/api/v4; http only on this machine, as the token goes with it",
            ),
            line: None,
        }],
    },
];
