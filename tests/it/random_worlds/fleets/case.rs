//! A world with a fleet as data.

use prism_gitops::sandbox::{Behaviour, FaultRule};
use serde::{Deserialize, Serialize};

use crate::random_worlds::case::{Flow, Killed};

/// A tenant, a fleet in waves, and what happens to both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::random_worlds) struct Case {
    /// How the server is.
    pub(super) server: Behaviour,
    /// By their places. The first is always a member and a canary, the last always a member and none.
    pub(super) customers: Vec<Customer>,
    /// How the fleet says who is in it.
    pub(super) chosen: Chosen,
    /// Who leaves is switched off.
    #[serde(default)]
    pub(super) disables: bool,
    /// What the rollout says.
    pub(super) rollout: Rollout,
    /// The texts of the definition that fail wherever they run.
    #[serde(default)]
    pub(super) bad: Vec<u64>,
    /// How long every run takes, in minutes: evidence comes late.
    #[serde(default)]
    pub(super) lasting: u32,
    /// What happens, in order.
    pub(super) story: Vec<Event>,
}

/// A customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Customer {
    /// A manifest declares it, and makes it.
    #[serde(default)]
    pub(super) manifest: bool,
    /// The fleet has it at first.
    pub(super) member: bool,
    /// The wave that its label names at first.
    pub(super) wave: usize,
    /// Its flow fails on every version.
    #[serde(default)]
    pub(super) failing: bool,
}

/// How a fleet says who is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Chosen {
    Selector,
    List,
    File,
}

/// What of the rollout differs between worlds. The waves are canary, early and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rollout {
    /// How long the canaries are watched, in minutes; never 0.
    pub(super) soak: i64,
    /// The same of the second wave.
    pub(super) early: i64,
    /// How many of the rest move at once.
    pub(super) at_once: Option<u32>,
    /// A version that fails is taken back.
    pub(super) rollback: bool,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Event {
    /// Git says another definition.
    Publish(u64),
    /// Git says another shared value.
    Value(u64),
    /// A customer joins the fleet, or leaves it.
    Flip(usize),
    /// A customer gets the label of another wave.
    Relabel(usize, usize),
    /// Every flow runs.
    Run,
    /// This many minutes pass.
    Wait(u64),
    /// A person edits the instance of a customer.
    Deed(usize, Deed),
    /// The tool runs.
    Pass(Pass),
}

/// Something done by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Deed {
    Disable,
    Rename,
    Configure,
    Redeploy,
    /// The label that says when it moved is taken off.
    Strip,
    /// It is brought to the newest version that is available.
    Upgrade,
    Delete,
}

/// One run of the tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pass {
    pub(super) by: Runner,
    /// Its folder of state was deleted before.
    #[serde(default)]
    pub(super) forgets: bool,
    #[serde(default)]
    pub(super) killed: Option<Killed>,
    #[serde(default)]
    pub(super) fault: Option<FaultRule>,
}

/// Who runs the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Runner {
    Ci,
    Daemon,
}

impl Pass {
    /// By CI, and nothing goes wrong.
    pub(super) fn plain() -> Self {
        Self {
            by: Runner::Ci,
            forgets: false,
            killed: None,
            fault: None,
        }
    }

    /// What cannot be read in it, however often it is asked for.
    pub(super) fn unread(&self) -> Option<&str> {
        let rule = self.fault.as_ref().filter(|it| it.nth.is_none())?;
        rule.operation.as_deref()
    }
}

/// The names of the waves, which are the labels of customers too.
pub(super) const WAVES: [&str; 3] = ["canary", "early", "late"];

/// The external id of the customer at a place.
pub(super) fn external(place: usize) -> String {
    format!("c{place}")
}

/// The state of the files and of the customers during a story.
#[derive(Debug, Clone)]
pub(super) struct Now<'a> {
    pub(super) case: &'a Case,
    /// The text of the definition in git.
    pub(super) text: u64,
    /// The shared value in git.
    pub(super) value: u64,
    /// Who is in the fleet.
    pub(super) member: Vec<bool>,
    /// The wave of each customer.
    pub(super) wave: Vec<usize>,
}

impl<'a> Now<'a> {
    pub(super) fn begin(case: &'a Case) -> Self {
        Self {
            case,
            text: 0,
            value: 0,
            member: case.customers.iter().map(|it| it.member).collect(),
            wave: case.customers.iter().map(|it| it.wave).collect(),
        }
    }

    /// The labels of a customer.
    pub(super) fn labels(&self, place: usize) -> Vec<&'static str> {
        let paid = self.member[place].then_some("paid");
        paid.into_iter().chain([WAVES[self.wave[place]]]).collect()
    }

    /// The seed of the tenant: who is there before the tool comes.
    pub(super) fn seed(&self) -> String {
        let places = 0..self.case.customers.len();
        let live = places.filter(|it| !self.case.customers[*it].manifest);
        let line = |place: usize| {
            let (id, labels) = (external(place), self.labels(place).join(", "));
            format!("- {{name: Customer {place}, externalId: {id}, labels: [{labels}]}}\n")
        };
        let lines: String = live.map(line).collect();
        format!("customers:\n{lines}- {{name: Nobody, externalId: nobody}}\n")
    }

    /// All files of the project.
    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        let mut files = vec![
            ("project.yaml", PROJECT.to_owned()),
            ("flow.yml", Flow { text: self.text }.named("Flow")),
            ("flow.yaml", self.integration()),
            ("fleet.yaml", self.fleet()),
            ("customers.yaml", self.manifests()),
        ];
        if self.case.chosen == Chosen::File {
            let members = self.members().map(|it| format!("{it}\n"));
            let rows: String = members.collect();
            files.push(("members.csv", format!("externalId\n{rows}")));
        }
        files
    }

    fn members(&self) -> impl Iterator<Item = String> + '_ {
        let places = (0..self.member.len()).filter(|it| self.member[*it]);
        places.map(external)
    }

    fn integration(&self) -> String {
        let Rollout {
            soak,
            early,
            at_once,
            rollback,
        } = self.case.rollout;
        let early = match early {
            0 => String::new(),
            minutes => format!(", soak: {minutes}m"),
        };
        let at_once = at_once.map(|most| format!(", maxConcurrent: {most}"));
        let at_once = at_once.unwrap_or_default();
        let failure = if rollback { "rollback" } else { "pause" };
        format!(
            "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {{name: flow}}\nspec:\n  definition: flow.yml\n  \
             rollout:\n    onFailure: {failure}\n    waves:\n    \
             - {{name: canary, select: {{labels: [canary]}}, soak: {soak}m}}\n    \
             - {{name: early, select: {{labels: [early]}}{early}, optional: true}}\n    \
             - {{name: late, percent: 100{at_once}}}\n"
        )
    }

    fn fleet(&self) -> String {
        let customers = match self.case.chosen {
            Chosen::Selector => "selector: {labels: {all: [paid]}}".to_owned(),
            Chosen::File => "file: members.csv".to_owned(),
            Chosen::List => {
                let members: Vec<String> = self.members().collect();
                format!("list: [{}]", members.join(", "))
            }
        };
        let leave = if self.case.disables {
            "disable"
        } else {
            "orphan"
        };
        let value = self.value;
        format!(
            "apiVersion: prism-gitops/v1\nkind: Fleet\nmetadata: {{name: all}}\nspec:\n  integration: flow\n  \
             customers: {{{customers}}}\n  onLeave: {leave}\n  maxLeave: 100%\n  template:\n    displayName: Ours\n    \
             config: {{Token: \"of ${{{{ customer.externalId }}}}\", Rows: \"{value}\"}}\n"
        )
    }

    fn manifests(&self) -> String {
        let declared = (0..self.member.len()).filter(|it| self.case.customers[*it].manifest);
        let manifest = |place: usize| {
            let (id, labels) = (external(place), self.labels(place).join(", "));
            format!(
                "apiVersion: prism-gitops/v1\nkind: Customer\nmetadata: {{name: {id}}}\nspec: {{externalId: {id}, \
                 name: Customer {place}, labels: [{labels}]}}\n"
            )
        };
        declared.map(manifest).collect::<Vec<_>>().join("---\n")
    }
}

/// Guards would stop what the rules here are to catch.
const PROJECT: &str = "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {guards: {creates: 500, \
                       updates: 100%, disables: 100%}}}\n";
