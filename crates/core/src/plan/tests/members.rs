//! A plan about thousands of members is short in every form.

use super::*;
use crate::model::{Address, FieldChange, FieldPath, Health, ResourceName, SyncStatus};
use crate::plan::render::{Results, document};
use crate::plan::testing::{plan_of, publish};
use crate::plan::{Action, Guarded, PlannedResource};

const MEMBERS: usize = 5000;

/// What a plan says of a member, by its number.
struct Said {
    what: &'static str,
    actions: Vec<Action>,
    health: Health,
    /// With the customer in it, or the same for all.
    reason: fn(usize) -> String,
    changes: fn(usize) -> Vec<FieldChange>,
    orphan: bool,
}

fn change(path: &str, before: String, after: String) -> FieldChange {
    FieldChange {
        path: FieldPath::config(path),
        before: Some(before),
        after: Some(after),
        sensitive: false,
        note: None,
        source: None,
        withheld: Default::default(),
    }
}

fn member(number: usize, said: &Said) -> PlannedResource {
    let name = ResourceName::parse_addressed(&format!("all/cust-{number:04}")).unwrap();
    PlannedResource {
        display_name: "Acme ERP".to_owned(),
        reason: (said.reason)(number),
        address: Address::instance(name),
        customer: Some(format!("Customer {number}")),
        source: None,
        sync: SyncStatus::OutOfSync,
        health: said.health,
        actions: said.actions.clone(),
        hint: None,
        changes: (said.changes)(number),
        orphan: said.orphan,
        pending_consents: None,
        preconditions: Vec::new(),
        writes: None,
        guarded: Guarded::default(),
        on_hold: None,
    }
}

fn plan_with(said: &Said) -> Plan {
    let mut plan = plan_of(vec![publish(0, "acme")]);
    let members = (0..MEMBERS).map(|number| member(number, said));
    plan.resources.extend(members);
    plan
}

/// The hardest: of each member something else is said.
fn all() -> Vec<Said> {
    let one = |what, actions: &[Action]| Said {
        what,
        actions: actions.to_vec(),
        health: Health::Healthy,
        reason: |_| "config differs".to_owned(),
        changes: |_| Vec::new(),
        orphan: false,
    };
    vec![
        Said {
            changes: |_| vec![change("Size", "1".to_owned(), "2".to_owned())],
            ..one("one shared value", &[Action::Configure, Action::Deploy])
        },
        Said {
            changes: |n| vec![change("Url", format!("a{n}"), format!("b{n}"))],
            ..one("a value by customer", &[Action::Configure])
        },
        Said {
            changes: |n| vec![change(&format!("K{n}"), "1".to_owned(), "2".to_owned())],
            ..one("another field each", &[Action::Configure])
        },
        Said {
            reason: |n| format!("for its own reason, number {n}"),
            ..one("another reason each", &[Action::Upgrade, Action::Deploy])
        },
        Said {
            reason: |n| format!("the value {} is missing", "x".repeat(n % 700)),
            health: Health::Blocked,
            ..one("blocked, each by something else", &[])
        },
        Said {
            reason: |_| "waits for wave rest, which comes after canary".to_owned(),
            ..one("waiting for its wave", &[])
        },
        Said {
            orphan: true,
            ..one("leaving", &[Action::Disable])
        },
        one("created", &[Action::Create, Action::Deploy]),
        one("in step", &[]),
    ]
}

#[test]
fn five_thousand_members_are_few_lines_in_every_form() {
    for said in all() {
        let plan = plan_with(&said);
        let failed = StepResult::Failed {
            message: "HTTP 502".to_owned(),
            transient: true,
        };
        let results = Results {
            resources: (plan.resources.iter())
                .map(|it| (it.address.clone(), failed.clone()))
                .collect(),
            closed: None,
        };
        let shown = [
            ("human", human(&plan, HumanOptions::default()), 250),
            ("markdown", markdown(&plan), 1500),
            ("json", pretty(&document(&plan, None).in_groups()), 3500),
            (
                "json of an apply",
                pretty(&document(&plan, Some(&results)).in_groups()),
                4900,
            ),
        ];
        for (form, text, most) in shown {
            let lines = text.lines().count();
            assert!(lines < most, "{}, {form}: {lines} lines", said.what);
        }
    }
}

fn pretty(document: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(document).unwrap()
}

#[test]
fn groups_count_everyone_and_say_what_is_common() {
    for said in all() {
        let plan = plan_with(&said);
        let brief = serde_json::to_value(document(&plan, None).in_groups()).unwrap();
        let groups = brief["members"].as_array().unwrap();
        let counted: u64 = groups
            .iter()
            .map(|it| it["members"].as_u64().unwrap())
            .sum();
        assert_eq!(counted, MEMBERS as u64, "{}", said.what);
        let listed = brief["resources"].as_array().unwrap();
        assert_eq!(listed.len(), 1, "{}: the integration alone", said.what);
        // On request every member is there, and no group.
        let whole = serde_json::to_value(document(&plan, None)).unwrap();
        assert_eq!(whole["resources"].as_array().unwrap().len(), MEMBERS + 1);
        assert!(whole.get("members").is_none());
    }
    let shared = serde_json::to_value(document(&plan_with(&all()[0]), None).in_groups()).unwrap();
    let group = &shared["members"][0];
    assert_eq!(group["fleet"], "all");
    assert_eq!(group["changes"][0]["after"], "2");
    assert_eq!(group["examples"][0], "Instance/all/cust-0000");
    let own = serde_json::to_value(document(&plan_with(&all()[1]), None).in_groups()).unwrap();
    let after = &own["members"][0]["changes"][0]["after"];
    assert_eq!(after, "(differs by customer)");
}

/// Failed members are listed one by one, up to a limit.
#[test]
fn members_that_failed_are_listed() {
    let said = &all()[0];
    let plan = plan_with(said);
    let failed = StepResult::Failed {
        message: "HTTP 502".to_owned(),
        transient: true,
    };
    let mut results = Results::default();
    for (place, resource) in plan.resources.iter().enumerate() {
        let result = match place {
            7 => failed.clone(),
            _ => StepResult::Applied,
        };
        results.resources.insert(resource.address.clone(), result);
    }
    let brief = serde_json::to_value(document(&plan, Some(&results)).in_groups()).unwrap();
    let listed = brief["resources"].as_array().unwrap();
    let addresses: Vec<_> = listed.iter().map(|it| it["address"].clone()).collect();
    assert_eq!(addresses.len(), 2, "{addresses:?}");
    assert_eq!(listed[1]["result"]["failed"]["message"], "HTTP 502");
}
