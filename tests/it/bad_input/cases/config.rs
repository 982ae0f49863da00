//! Config variables.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "null value",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Endpoint:
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:13",
            length: 0,
            code: "no-value",
            message: "config \"Endpoint\" has no value",
            hint: Some("write \"\" for an empty value, or remove the line to leave it unmanaged"),
            line: Some("    Endpoint:"),
        }],
    },
    Case {
        name: "config that is a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config: [a]
",
        )],
        findings: &[Finding {
            at: "a.yaml:7:11",
            length: 1,
            code: "wrong-type",
            message: "\"config\" must be a mapping, not a list",
            hint: None,
            line: Some("  config: [a]"),
        }],
    },
    Case {
        name: "structure without value",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {columns: [a]}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:13",
            length: 1,
            code: "wrong-type",
            message: "config \"Report\" is a mapping of no known form",
            hint: Some(
                "write {value: …} around a structured value; a mapping here is one of {seed: …}, {value: …}, {schedule: …, timeZone: …}, {secret: …} or {connection: …}",
            ),
            line: None,
        }],
    },
    Case {
        name: "misspelt form",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {vlaue: 1}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:14",
            length: 5,
            code: "unknown-key",
            message: "unknown key \"vlaue\" in config \"Report\"",
            hint: Some("did you mean \"value\"?"),
            line: None,
        }],
    },
    Case {
        name: "empty mapping",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:13",
            length: 1,
            code: "wrong-type",
            message: "config \"Report\" is a mapping of no known form",
            hint: Some(
                "write {value: …} around a structured value; a mapping here is one of {seed: …}, {value: …}, {schedule: …, timeZone: …}, {secret: …} or {connection: …}",
            ),
            line: None,
        }],
    },
    Case {
        name: "two forms",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {seed: 1, value: 2}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:13",
            length: 1,
            code: "one-of",
            message: "config \"Report\" is both a seed and a value",
            hint: Some(
                "a mapping here is one of {seed: …}, {value: …}, {schedule: …, timeZone: …}, {secret: …} or {connection: …}",
            ),
            line: None,
        }],
    },
    Case {
        name: "extra key beside a form",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {seed: 1, when: empty}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:23",
            length: 4,
            code: "unknown-key",
            message: "an unknown key in a config value",
            hint: Some("it may have: seed"),
            line: None,
        }],
    },
    Case {
        name: "nested list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: [[a]]
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:14",
            length: 1,
            code: "wrong-type",
            message: "an item of config \"Report\" must be a single value, not a list",
            hint: Some("write {value: [...]} for a structured value"),
            line: None,
        }],
    },
    Case {
        name: "null in a list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: [a, ]
    Other:
    - b
    -
",
        )],
        findings: &[Finding {
            at: "a.yaml:11:6",
            length: 0,
            code: "no-value",
            message: "config \"Other\" has no value",
            hint: Some("write \"\" for an empty value, or remove the line to leave it unmanaged"),
            line: Some("    -"),
        }],
    },
    Case {
        name: "mixed list",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: [{key: a, value: b}, c]
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:34",
            length: 1,
            code: "wrong-type",
            message: "a pair of a key-value list must be a mapping, not a single value",
            hint: Some("it may have: key, value"),
            line: None,
        }],
    },
    Case {
        name: "pair without value",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: [{key: a}]
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:14",
            length: 1,
            code: "missing-key",
            message: "a pair of a key-value list has no \"value\"",
            hint: Some("add it: the value"),
            line: None,
        }],
    },
    Case {
        name: "null seed",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Size: {seed: }
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:16",
            length: 0,
            code: "no-value",
            message: "config \"Size\" has no value",
            hint: Some("write \"\" for an empty value, or remove the line to leave it unmanaged"),
            line: Some("    Size: {seed: }"),
        }],
    },
    Case {
        name: "seed of a secret",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Size: {seed: {secret: {env: A}}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:18",
            length: 1,
            code: "wrong-type",
            message: "the seed of config \"Size\" must be a single value, a list or {value: …}",
            hint: None,
            line: None,
        }],
    },
    Case {
        name: "number that loses digits",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Report: {value: {id: 7610303900993.7610321662833}}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:26",
            length: 27,
            code: "invalid-value",
            message: "\"7610303900993.7610321662833\" would lose digits as a number",
            hint: Some("put it in quotes"),
            line: Some("    Report: {value: {id: 7610303900993.7610321662833}}"),
        }],
    },
    Case {
        name: "schedule fields",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {schedule: "*/5 * * *"}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:22",
            length: 11,
            code: "invalid-schedule",
            message: "\"*/5 * * *\" is not a cron schedule: it has 4 fields, not 5",
            hint: Some("the five fields are minute, hour, day of month, month, day of week"),
            line: Some("    Sync: {schedule: \"*/5 * * *\"}"),
        }],
    },
    Case {
        name: "schedule value",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {schedule: "61 * * * *"}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:22",
            length: 12,
            code: "invalid-schedule",
            message: "\"61 * * * *\" is not a cron schedule: number out of bounds",
            hint: Some("the five fields are minute, hour, day of month, month, day of week"),
            line: Some("    Sync: {schedule: \"61 * * * *\"}"),
        }],
    },
    Case {
        name: "schedule nickname",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {schedule: "@daily"}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:22",
            length: 8,
            code: "invalid-schedule",
            message: "\"@daily\" is not a cron schedule: names such as @daily are not known here",
            hint: Some("the five fields are minute, hour, day of month, month, day of week"),
            line: Some("    Sync: {schedule: \"@daily\"}"),
        }],
    },
    Case {
        name: "schedule that never fires",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {schedule: "0 0 30 2 *"}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:22",
            length: 12,
            code: "invalid-schedule",
            message: "\"0 0 30 2 *\" never fires",
            hint: Some("no month has such a day"),
            line: Some("    Sync: {schedule: \"0 0 30 2 *\"}"),
        }],
    },
    Case {
        name: "time zone alone",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {timeZone: America/Chicago}
",
        )],
        findings: &[Finding {
            at: "a.yaml:8:11",
            length: 1,
            code: "missing-key",
            message: "a schedule has no \"schedule\"",
            hint: Some("add it: five-field cron, or {type: …, value: …}"),
            line: Some("    Sync: {timeZone: America/Chicago}"),
        }],
    },
    Case {
        name: "time zone offset",
        files: &[(
            "a.yaml",
            r#"apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: c1}
  config:
    Sync: {schedule: "0 * * * *", timeZone: "+05:00"}
"#,
        )],
        findings: &[Finding {
            at: "a.yaml:8:45",
            length: 8,
            code: "invalid-value",
            message: "\"timeZone\" must be a time zone such as America/Chicago or UTC, not \"+05:00\"",
            hint: None,
            line: Some("    Sync: {schedule: \"0 * * * *\", timeZone: \"+05:00\"}"),
        }],
    },
];
