//! `kind: Project`: its form and its environments.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "unknown spec key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  enviroments: {}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 11,
            code: "unknown-key",
            message: "unknown key \"enviroments\" in the spec of a Project",
            hint: Some("did you mean \"environments\"?"),
            line: Some("  enviroments: {}"),
        }],
    },
    Case {
        name: "spec that is a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  - a
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 0,
            code: "wrong-type",
            message: "the spec of a Project must be a mapping, not a list",
            hint: Some("it may have: environments, values, policy, notify"),
            line: Some("  - a"),
        }],
    },
    Case {
        name: "environments that is a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: [prod]
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:17",
            length: 1,
            code: "wrong-type",
            message: "\"environments\" must be a mapping, not a list",
            hint: None,
            line: Some("  environments: [prod]"),
        }],
    },
    Case {
        name: "environment name",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {Prod US: {url: https://x.io}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:18",
            length: 7,
            code: "invalid-name",
            message: "the environment \"Prod US\" is not a valid name",
            hint: Some(
                "write prod-us: lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters",
            ),
            line: Some("  environments: {Prod US: {url: https://x.io}}"),
        }],
    },
    Case {
        name: "environment without value",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments:
    prod:
",
        )],
        findings: &[Finding {
            at: "a.yaml:6:9",
            length: 0,
            code: "no-value",
            message: "an environment has no value",
            hint: Some("it may have: url, tenantId, organization, auth, values"),
            line: Some("    prod:"),
        }],
    },
    Case {
        name: "url without scheme",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {url: app.prismatic.io}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 16,
            code: "invalid-url",
            message: "\"url\" is not a URL",
            hint: Some("write it like https://app.prismatic.io"),
            line: Some("  environments: {prod: {url: app.prismatic.io}}"),
        }],
    },
    Case {
        name: "url over http",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {url: "http://app.prismatic.io"}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 25,
            code: "invalid-url",
            message: "\"url\" must begin with https://",
            hint: Some("http is for this machine only: tokens would travel unprotected"),
            line: Some("  environments: {prod: {url: \"http://app.prismatic.io\"}}"),
        }],
    },
    Case {
        name: "url with path",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {url: "https://app.prismatic.io/api"}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 30,
            code: "invalid-url",
            message: "\"url\" must end after the host",
            hint: Some("the API's path is added to it"),
            line: Some("  environments: {prod: {url: \"https://app.prismatic.io/api\"}}"),
        }],
    },
    Case {
        name: "url with password",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {url: "https://me:hunter2@app.prismatic.io"}}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 37,
            code: "invalid-url",
            message: "\"url\" must not hold a user name or password",
            hint: Some("credentials belong under auth"),
            line: None,
        }],
    },
    Case {
        name: "token in the file",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments:
    prod:
      auth:
        refreshToken: hunter2
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
        name: "token as auth",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: hunter2}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:31",
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
        name: "both tokens",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: {refreshToken: {env: A}, accessToken: {env: B}}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:31",
            length: 1,
            code: "one-of",
            message: "auth must have exactly one of refreshToken, accessToken, and has both refreshToken and accessToken",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "no token",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: {}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:31",
            length: 1,
            code: "one-of",
            message: "auth must have exactly one of refreshToken, accessToken, and has none of them",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "token with an odd variable",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: {accessToken: {env: hunter2-x}}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:51",
            length: 9,
            code: "invalid-value",
            message: "env must be the name of an environment variable",
            hint: Some("letters, digits and _, not beginning with a digit"),
            line: None,
        }],
    },
    Case {
        name: "token with unknown key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: {accessToken: {hunter2: }}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:46",
            length: 7,
            code: "unknown-key",
            message: "an unknown key in a secret",
            hint: Some("it may have: env, file, exec"),
            line: None,
        }],
    },
    Case {
        name: "token with misspelt key",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments: {prod: {auth: {accesToken: {env: A}}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:32",
            length: 10,
            code: "unknown-key",
            message: "unknown key \"accesToken\" in auth",
            hint: Some("did you mean \"accessToken\"?"),
            line: None,
        }],
    },
];
