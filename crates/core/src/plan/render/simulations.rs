//! Simulations in a plan for people: the counts, then the obstacles, then the instances concerned.

use prism_gitops_api::simulation::{Fate, Obstacle, Outcome};

use crate::diff::{SimulatedVersion, Simulation};
use crate::harmless::line;
use crate::model::counted;
use crate::plan::Plan;
use crate::plan::simulation::{EXAMPLES, counts, fate, listed};

/// The lines of all simulations; with `all` each instance has one of its own.
pub(super) fn lines(plan: &Plan, all: bool) -> Vec<String> {
    let simulations = plan.simulations.iter();
    simulations
        .flat_map(|it| {
            let mut lines = vec![head(it), format!("  {}", sums(it))];
            match all {
                true => lines.extend(each(it)),
                false => lines.extend(groups(it)),
            }
            lines
        })
        .collect()
}

fn head(simulation: &Simulation) -> String {
    let version = match simulation.version {
        SimulatedVersion::Published => "the version that this plan publishes".to_owned(),
        SimulatedVersion::Unpublished => {
            "the definition in git, of which this plan offers no version".to_owned()
        }
        SimulatedVersion::Existing(number) => format!("version {number}"),
        SimulatedVersion::Unresolved => "a version that could not be found out".to_owned(),
    };
    format!("Simulation: {} at {version}", simulation.address)
}

/// `300 instances: 271 upgrade, 20 blocked, 9 unknown; 7 lose values`.
fn sums(simulation: &Simulation) -> String {
    let counts = counts(simulation);
    let parts = [
        (counts.upgrades, "upgrade"),
        (counts.creates, "created"),
        (counts.blocked, "blocked"),
        (counts.needs_consent, "need a consent"),
        (counts.unknown, "unknown"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let lost = match counts.loses_values {
        0 => String::new(),
        count => format!("; {count} lose values"),
    };
    let all = counted(counts.instances, "instance");
    format!("{all}: {}{lost}", parts.join(", "))
}

/// Who simply upgrades or is created is in the counts.
fn is_plain(fate: &Fate) -> bool {
    matches!(fate.outcome, Outcome::Upgrades | Outcome::Creates) && fate.loses.is_empty()
}

fn groups(simulation: &Simulation) -> Vec<String> {
    let (groups, sums) = listed(simulation);
    let mut lines = Vec::new();
    for group in groups {
        let Some(fate) = group.fate().filter(|it| !is_plain(it)) else {
            continue;
        };
        let count = group.instances.len();
        let named = group.instances.iter().take(EXAMPLES);
        let named: Vec<String> = named.map(|it| it.address.to_string()).collect();
        let more = match count.saturating_sub(EXAMPLES) {
            0 => String::new(),
            more => format!(" and {more} more (--all lists them)"),
        };
        lines.push(format!("  {count} {}", described(&fate)));
        lines.push(format!("    {}{more}", named.join(", ")));
    }
    for (outcome, count) in sums {
        let word = word(outcome);
        lines.push(format!(
            "  and {count} more {word}, for other reasons (--all lists them)"
        ));
    }
    lines
}

fn each(simulation: &Simulation) -> Vec<String> {
    let one = simulation.instances.iter().map(|it| {
        let from = match it.from {
            Some(number) => format!(" (version {number})"),
            None => String::new(),
        };
        format!("  {}{from}: {}", it.address, described(&fate(it)))
    });
    one.collect()
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Upgrades => "upgrade",
        Outcome::Creates => "created",
        Outcome::Blocked => "blocked",
        Outcome::NeedsConsent => "need a consent",
        Outcome::Unknown => "unknown",
    }
}

/// `blocked: "Region": it has no value; lose "Legacy Token"`.
fn described(fate: &Fate) -> String {
    let quoted = |all: &[String]| {
        let all: Vec<String> = all.iter().map(|it| format!("{it:?}")).collect();
        all.join(", ")
    };
    let obstacles = |all: &[Obstacle]| {
        let one = |it: &Obstacle| match &it.variable {
            Some(variable) => format!("{variable:?}: {}", it.reason),
            None => it.reason.clone(),
        };
        all.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let mut text = word(fate.outcome).to_owned();
    let mut parts = Vec::new();
    if !fate.blocked.is_empty() {
        parts.push(obstacles(&fate.blocked));
    }
    if !fate.unknown.is_empty() {
        let also = match fate.blocked.is_empty() {
            true => "",
            false => "not known: ",
        };
        parts.push(format!("{also}{}", obstacles(&fate.unknown)));
    }
    if !fate.consents.is_empty() {
        parts.push(format!("a person consents to {}", quoted(&fate.consents)));
    }
    if !fate.loses.is_empty() {
        parts.push(format!("loses the value of {}", quoted(&fate.loses)));
    }
    if !parts.is_empty() {
        text.push_str(": ");
        text.push_str(&parts.join("; "));
    }
    line(&text).into_owned()
}
