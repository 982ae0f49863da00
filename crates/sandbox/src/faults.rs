//! What goes wrong, when: a script of ordered rules, the same on every run.

mod echo;
mod transform;

pub(crate) use echo::{quote, said, shown};
pub(crate) use transform::{broken_field, null_node, refusal};

use serde::{Deserialize, Serialize};

/// Ordered rules. Of those that apply to a call, the first strikes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct FaultScript {
    /// The rules.
    pub rules: Vec<FaultRule>,
}

/// A fault, and the calls it strikes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FaultRule {
    /// The root field that is called, or a path such as `auth/refresh`; any call if absent.
    #[serde(default)]
    pub operation: Option<String>,
    /// A text that the request's body contains, such as an id; any body if absent.
    #[serde(default, rename = "match")]
    pub matching: Option<String>,
    /// Which of the calls that match, from 1; every one if absent.
    #[serde(default)]
    pub nth: Option<u64>,
    /// How many calls in a row, starting with the nth; one if absent.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub fault: Fault,
}

impl FaultRule {
    /// A fault that strikes every call of an operation.
    #[must_use]
    pub fn every(operation: &str, fault: Fault) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            matching: None,
            nth: None,
            times: None,
            fault,
        }
    }

    /// A fault that strikes the nth call of an operation, from 1.
    #[must_use]
    pub fn nth(operation: &str, nth: u64, fault: Fault) -> Self {
        Self {
            nth: Some(nth),
            ..Self::every(operation, fault)
        }
    }

    fn matches(&self, call: &Called<'_>) -> bool {
        let operation = self.operation.as_ref();
        let named = operation.is_none_or(|name| call.operations.contains(name));
        let body = self
            .matching
            .as_ref()
            .is_none_or(|text| call.body.contains(text));
        named && body
    }

    fn strikes(&self, count: u64) -> bool {
        self.nth.is_none_or(|nth| {
            let last = nth.saturating_add(self.times.unwrap_or(1).max(1)) - 1;
            (nth..=last).contains(&count)
        })
    }
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Fault {
    /// A top-level error, nothing done.
    Error {
        /// The message.
        message: String,
    },
    /// A top-level error, although everything was done.
    ErrorAfter {
        /// The message.
        message: String,
    },
    /// A payload error of a mutation, nothing done.
    Refuse {
        /// The field.
        field: String,
        /// The message.
        message: String,
    },
    /// Everything done, and the connection breaks before the reply.
    LostReply,
    /// The connection breaks, nothing done.
    Disconnect,
    /// No connection.
    Unreachable,
    /// No reply within this time.
    Hang {
        /// How long it takes until the client gives up, in seconds.
        seconds: u64,
        /// Whether everything is done all the same.
        #[serde(default)]
        commit: bool,
    },
    /// A right reply, later.
    Delay {
        /// How much later, in milliseconds.
        milliseconds: u64,
    },
    /// 429.
    Throttle {
        /// `Retry-After`, in seconds; no such header if absent.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 429, although everything was done.
    ThrottleAfter {
        /// `Retry-After`, in seconds; no such header if absent.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// A bare status such as 500, 502 or 503.
    Status {
        /// The status.
        code: u16,
        /// Whether everything is done all the same.
        #[serde(default)]
        commit: bool,
    },
    /// Everything done, and the reply ends in the middle.
    Truncate,
    /// A page of HTML, as from a proxy, nothing done.
    Html {
        /// The status.
        code: u16,
    },
    /// The first node of the list is null, with an error.
    NullNode,
    /// Of a request with several writes, those after the first few are not done and fail.
    Part {
        /// How many are done.
        writes: usize,
        /// Whether these are taken back all the same, although the answer shows them done.
        #[serde(default)]
        undo: bool,
    },
    /// A field of the answer is null.
    NullField {
        /// Names joined by dots, from the root field on, of which `*` is any; every item of a list is meant.
        path: String,
    },
    /// 401: the token has expired.
    Unauthorized,
    /// Pages hold less than was asked for; cursors are right.
    ShortPage {
        /// The most that a page holds.
        size: usize,
    },
    /// Every page is the first.
    RepeatPage,
    /// The list has the opposite order.
    ReorderPage,
    /// Others have written something since the call before this one.
    Meanwhile {
        /// What they have sent.
        sends: Vec<Sent>,
        /// What goes wrong with the call itself.
        #[serde(default)]
        then: Option<Box<Self>>,
    },
}

/// A mutation that another client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Sent {
    /// The document.
    pub query: String,
    /// Its variables. A text `${instance:NAME}` is the id of the oldest instance of that name, and so for
    /// `integration`, `version` (the newest published) and `customer`.
    #[serde(default)]
    pub variables: serde_json::Value,
}

/// A call, as rules see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'a> {
    /// The root fields, or the path.
    pub(crate) operations: &'a [String],
    /// The body.
    pub(crate) body: &'a str,
}

/// A script with the calls it has seen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    script: FaultScript,
    counts: Vec<u64>,
}

impl Faults {
    /// A script that has seen nothing.
    pub(crate) fn new(script: FaultScript) -> Self {
        let counts = vec![0; script.rules.len()];
        Self { script, counts }
    }

    /// What happens to this call. Every rule that matches counts it, strike or not.
    pub(crate) fn strike(&mut self, call: Called<'_>) -> Option<Fault> {
        let mut struck = None;
        for (rule, count) in self.script.rules.iter().zip(&mut self.counts) {
            if rule.matches(&call) {
                *count += 1;
                if struck.is_none() && rule.strikes(*count) {
                    struck = Some(rule.fault.clone());
                }
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(script: &str, calls: &[(&str, &str)]) -> Vec<bool> {
        let mut faults = Faults::new(serde_json::from_str(script).unwrap());
        let strike = |(operation, body): &(&str, &str)| {
            let operations = [(*operation).to_owned()];
            let call = Called {
                operations: &operations,
                body,
            };
            faults.strike(call).is_some()
        };
        calls.iter().map(strike).collect()
    }

    #[test]
    fn a_rule_strikes_the_calls_it_names() {
        let second = r#"{"rules": [{"operation": "a", "nth": 2, "fault": "lostReply"}]}"#;
        let calls = [("a", ""), ("b", ""), ("a", ""), ("a", "")];
        assert_eq!(strikes(second, &calls), [false, false, true, false]);

        let twice = r#"{"rules": [{"nth": 2, "times": 2, "fault": {"status": {"code": 503}}}]}"#;
        assert_eq!(strikes(twice, &calls), [false, true, true, false]);

        let every = r#"{"rules": [{"match": "x1", "fault": {"throttle": {"retryAfter": 3}}}]}"#;
        assert_eq!(
            strikes(every, &[("a", "id x1"), ("a", "id x2")]),
            [true, false]
        );
    }

    #[test]
    fn a_rule_counts_what_an_earlier_one_strikes() {
        let script = r#"{"rules": [
            {"nth": 1, "fault": "lostReply"}, {"nth": 2, "fault": "truncate"}]}"#;
        assert_eq!(
            strikes(script, &[("a", ""), ("a", ""), ("a", "")]),
            [true, true, false]
        );
    }
}
