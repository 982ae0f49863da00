//! Customers, and references to them.

use super::super::{Case, Finding};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "customer without its external id",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: smith}
spec:
  name: Smith Hardware
",
        )],
        findings: &[Finding {
            at: "a.yaml:5:3",
            length: 0,
            code: "missing-key",
            message: "the spec of a Customer has no \"externalId\"",
            hint: Some(
                "add it: the id your own system gave it: the customer is found by it, or created with it",
            ),
            line: Some("  name: Smith Hardware"),
        }],
    },
    Case {
        name: "external id of two customers",
        files: &[
            (
                "b.yaml",
                r"apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: smith}
spec:
  externalId: cust-0042
",
            ),
            (
                "a.yaml",
                r"apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: smith-hardware}
spec:
  externalId: cust-0042
",
            ),
        ],
        findings: &[Finding {
            at: "b.yaml:5:3",
            length: 10,
            code: "duplicate-customer",
            message: "Customer/smith-hardware has the externalId \"cust-0042\" too, in a.yaml:3:18",
            hint: Some("keep one of the two: both would be the same customer"),
            line: Some("  externalId: cust-0042"),
        }],
    },
    Case {
        name: "customer that no manifest declares",
        files: &[(
            "a.yaml",
            r"apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: smith}
spec: {externalId: cust-0042, name: Smith Hardware}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith-erp}
spec:
  integration: {name: Acme ERP}
  customer: smith-hardware
",
        )],
        findings: &[Finding {
            at: "a.yaml:11:13",
            length: 14,
            code: "dangling-reference",
            message: "no Customer is named \"smith-hardware\"",
            hint: Some("did you mean \"smith\", which is \"Smith Hardware\"?"),
            line: Some("  customer: smith-hardware"),
        }],
    },
];
