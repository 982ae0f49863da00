//! `kind: Project`: its policy.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "prune word",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {prune: remove}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:19",
            length: 6,
            code: "invalid-value",
            message: "\"prune\" must be orphan, disable or delete, not \"remove\"",
            hint: None,
            line: Some("  policy: {prune: remove}"),
        }],
    },
    Case {
        name: "drift slip",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {drift: correkt}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:19",
            length: 7,
            code: "invalid-value",
            message: "\"drift\" must be observe, alert or correct, not \"correkt\"",
            hint: Some("did you mean \"correct\"?"),
            line: Some("  policy: {drift: correkt}"),
        }],
    },
    Case {
        name: "guard without percent sign",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {guards: {updates: 0.3}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 3,
            code: "invalid-value",
            message: "\"updates\" must be a share up to 100% or a count such as 5, not \"0.3\"",
            hint: None,
            line: Some("  policy: {guards: {updates: 0.3}}"),
        }],
    },
    Case {
        name: "guard over a hundred",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {guards: {deletes: 130%}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 4,
            code: "invalid-value",
            message: "\"deletes\" must be a share up to 100% or a count such as 5, not \"130%\"",
            hint: None,
            line: Some("  policy: {guards: {deletes: 130%}}"),
        }],
    },
    Case {
        name: "guard count",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {guards: {creates: many}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 4,
            code: "invalid-value",
            message: "\"creates\" must be a whole number from 0, not \"many\"",
            hint: None,
            line: Some("  policy: {guards: {creates: many}}"),
        }],
    },
    Case {
        name: "octal count",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {guards: {minimum: 010}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 3,
            code: "invalid-value",
            message: "\"minimum\" must be a whole number from 0, not \"010\"",
            hint: None,
            line: Some("  policy: {guards: {minimum: 010}}"),
        }],
    },
    Case {
        name: "window duration",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: [{kind: deny, schedule: 0 17 * * FRI, duration: 64}]}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:69",
            length: 2,
            code: "invalid-value",
            message: "\"duration\" must be a duration such as 64h, 90m, 1h30m or 2d, not \"64\"",
            hint: None,
            line: Some("  policy: {windows: [{kind: deny, schedule: 0 17 * * FRI, duration: 64}]}"),
        }],
    },
    Case {
        name: "window schedule fields",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: [{kind: deny, schedule: 0 0 17 * * FRI, duration: 64h}]}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:45",
            length: 14,
            code: "invalid-schedule",
            message: "\"0 0 17 * * FRI\" is not a cron schedule: it has 6 fields, not 5",
            hint: Some("the five fields are minute, hour, day of month, month, day of week"),
            line: Some(
                "  policy: {windows: [{kind: deny, schedule: 0 0 17 * * FRI, duration: 64h}]}",
            ),
        }],
    },
    Case {
        name: "sweep schedule fields",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {sweep: {schedule: 0 0 3 * * *}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:30",
            length: 11,
            code: "invalid-schedule",
            message: "\"0 0 3 * * *\" is not a cron schedule: it has 6 fields, not 5",
            hint: Some("the five fields are minute, hour, day of month, month, day of week"),
            line: Some("  policy: {sweep: {schedule: 0 0 3 * * *}}"),
        }],
    },
    Case {
        name: "window that never opens",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: [{kind: allow, schedule: 0 0 31 2 *, duration: 1h}]}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:46",
            length: 10,
            code: "invalid-schedule",
            message: "\"0 0 31 2 *\" never fires",
            hint: Some("no month has such a day"),
            line: Some("  policy: {windows: [{kind: allow, schedule: 0 0 31 2 *, duration: 1h}]}"),
        }],
    },
    Case {
        name: "window time zone",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: [{kind: deny, schedule: 0 17 * * FRI, duration: 1h, timeZone: Central Time}]}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:83",
            length: 12,
            code: "invalid-value",
            message: "\"timeZone\" must be a time zone such as America/Chicago or UTC, not \"Central Time\"",
            hint: None,
            line: Some(
                "  policy: {windows: [{kind: deny, schedule: 0 17 * * FRI, duration: 1h, timeZone: Central Time}]}",
            ),
        }],
    },
    Case {
        name: "window incomplete",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: [{kind: deny}]}
",
        )],
        findings: &[
            Finding {
                at: "a.yaml:5:22",
                length: 1,
                code: "missing-key",
                message: "a window has no \"schedule\"",
                hint: Some("add it: when it begins: five-field cron"),
                line: Some("  policy: {windows: [{kind: deny}]}"),
            },
            Finding {
                at: "a.yaml:5:22",
                length: 1,
                code: "missing-key",
                message: "a window has no \"duration\"",
                hint: Some("add it: how long it lasts: 64h, 1h30m, 2d"),
                line: Some("  policy: {windows: [{kind: deny}]}"),
            },
        ],
    },
    Case {
        name: "windows that is a mapping",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {windows: {kind: deny}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:21",
            length: 1,
            code: "wrong-type",
            message: "\"windows\" must be a list, not a mapping",
            hint: None,
            line: Some("  policy: {windows: {kind: deny}}"),
        }],
    },
    Case {
        name: "rate of nothing",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  policy: {rate: {requestsPerSecond: 0, burst: 0, concurrency: 1.5}}
",
        )],
        findings: &[
            Finding {
                at: "a.yaml:5:38",
                length: 1,
                code: "invalid-value",
                message: "\"requestsPerSecond\" must be a number above 0, not \"0\"",
                hint: None,
                line: Some("  policy: {rate: {requestsPerSecond: 0, burst: 0, concurrency: 1.5}}"),
            },
            Finding {
                at: "a.yaml:5:48",
                length: 1,
                code: "invalid-value",
                message: "\"burst\" must be a whole number from 1, not \"0\"",
                hint: None,
                line: Some("  policy: {rate: {requestsPerSecond: 0, burst: 0, concurrency: 1.5}}"),
            },
            Finding {
                at: "a.yaml:5:64",
                length: 3,
                code: "invalid-value",
                message: "\"concurrency\" must be a whole number from 1, not \"1.5\"",
                hint: None,
                line: Some("  policy: {rate: {requestsPerSecond: 0, burst: 0, concurrency: 1.5}}"),
            },
        ],
    },
];
