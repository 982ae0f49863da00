//! A world as data: everything that happens in it, to be written down, made smaller and replayed.

use prism_gitops::sandbox::{Behaviour, FaultRule};
use serde::{Deserialize, Serialize};

use crate::drift::world::World;

/// A server, a project applied to it, a change by another writer, and the project as changed and applied
/// again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// How the server is.
    pub(super) server: Behaviour,
    /// Another writer has an integration and an instance in the tenant, older than ours.
    #[serde(default)]
    pub(super) bystander: bool,
    /// Both times another machine applies the same files at the same moment.
    #[serde(default)]
    pub(super) twin: bool,
    /// The process dies with a write, both times.
    #[serde(default)]
    pub(super) killed: Option<Killed>,
    /// The second time a daemon follows a folder, and sees a file of it half-saved.
    #[serde(default)]
    pub(super) saving: Option<Saving>,
    /// What is declared first.
    pub(super) before: Declared,
    /// What goes wrong in the first pass.
    pub(super) first: Option<FaultRule>,
    /// What another writer does to one live instance.
    pub(super) meddling: Option<Meddling>,
    /// What is declared afterwards.
    pub(super) after: Declared,
    /// What goes wrong in the first pass of that.
    pub(super) second: Option<FaultRule>,
}

/// The death of a process.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Killed {
    /// With which of its writes, from 1.
    pub(super) nth: usize,
    /// Whether the server carries that one out.
    pub(super) after_commit: bool,
}

/// A file that is there in part for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saving {
    /// The place of the file among those of the project.
    pub(super) file: usize,
    /// What is seen of it.
    pub(super) seen: Seen,
    /// When the saving begins, in milliseconds since the daemon began.
    pub(super) begins: u64,
    /// How long it takes, in milliseconds.
    pub(super) takes: u64,
}

/// What is seen of a file that is being saved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    /// It is empty.
    Empty,
    /// It is not there.
    Missing,
    /// This many thousandths of it.
    Cut(usize),
}

/// A project. Flows and instances are named by their places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    pub(super) flows: Vec<Flow>,
    pub(super) instances: Vec<Instance>,
}

/// An integration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flow {
    /// Which text it has; another text is another version.
    pub(super) text: u64,
}

/// An instance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instance {
    /// The place of its integration.
    pub(super) flow: usize,
    pub(super) customer: u64,
    pub(super) text: u64,
    pub(super) label: u64,
    pub(super) disabled: bool,
    pub(super) config: Config,
}

/// What is configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Config {
    #[default]
    Nothing,
    Value,
    Seed,
    Secret,
    /// White space around a text.
    Padded,
    /// A text of JSON.
    Json,
    /// An address, of which a part is an address too; it is the last in its file.
    Address,
}

/// What another writer does to the instance at a place, counted in the server's list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meddling {
    pub(super) place: usize,
    pub(super) deed: Deed,
}

/// Something done by hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Deed {
    Enable,
    Disable,
    Rename,
    Label,
    Configure,
    Delete,
}

/// What removes is let through by these rules, so that a half-saved file could do harm.
const RULES: &str = "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {prune: delete}}\n";

impl Declared {
    /// The files as a folder has them: the instances are in one.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let flows = self.flows.iter().enumerate();
        let mut files: Vec<_> = flows
            .map(|(place, flow)| (format!("i{place}.yml"), flow.definition(place)))
            .collect();
        let instances = self.instances.iter().enumerate();
        let instances: Vec<_> = instances.map(|(place, it)| it.manifest(place)).collect();
        if !instances.is_empty() {
            files.push(("instances.yaml".to_owned(), instances.join("---\n")));
        }
        files.push(("project.yaml".to_owned(), RULES.to_owned()));
        files
    }

    /// Writes the files of the project over those there.
    pub(super) fn write(&self, world: &World) {
        if world.allow_delete {
            world.files.write("project.yaml", RULES);
        }
        for (place, flow) in self.flows.iter().enumerate() {
            let text = flow.definition(place);
            world.files.write(format!("i{place}.yml"), text);
        }
        for (place, instance) in self.instances.iter().enumerate() {
            let text = instance.manifest(place);
            world.files.write(format!("n{place}.yaml"), text);
        }
    }
}

impl Flow {
    fn definition(&self, place: usize) -> String {
        self.named(&format!("Flow {place}"))
    }

    /// An integration of this name.
    pub(super) fn named(&self, name: &str) -> String {
        let text = self.text;
        format!(
            "definitionVersion: 7\nname: {name}\ndescription: Text {text}\nrequiredConfigVars:\n\
             - {{key: Token, dataType: string, defaultValue: none, orgOnly: false}}\n\
             - {{key: Rows, dataType: number, defaultValue: \"{text}\", orgOnly: false}}\n\
             flows:\n- name: Main\n  isSynchronous: false\n  steps:\n  - name: Trigger\n    isTrigger: true\n    \
             action: {{key: webhook, component: {{key: webhook-triggers, version: LATEST, isPublic: true}}}}\n    \
             inputs: {{}}\n"
        )
    }
}

impl Instance {
    /// What [`Config::Address`] is.
    pub(super) fn address(&self) -> String {
        format!("https://erp.example/orders/{}/inbound", 700 + self.text)
    }

    /// How it is described.
    pub(super) fn description(&self) -> String {
        format!("Text {}", self.text)
    }

    fn manifest(&self, place: usize) -> String {
        let state = if self.disabled { "disabled" } else { "enabled" };
        let config = match self.config {
            Config::Nothing => "{}",
            Config::Value => "{Rows: 20}",
            Config::Seed => "{Rows: {seed: \"7\"}}",
            Config::Padded => "{Token: \" x \"}",
            Config::Json => "{Token: '{\"b\":[1,2],\"a\":null}'}",
            // Two thirds of it, as some errors quote it, are more than the redactor lets pass.
            Config::Secret => "{Token: {secret: {env: TOKEN_OF_THE_ERP}}}",
            Config::Address => &format!("\n    Token: {}", self.address()),
        };
        // Where values are trimmed, all other texts are.
        let pad = if self.config == Config::Padded {
            " "
        } else {
            ""
        };
        format!(
            "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: n{place}}}\nspec:\n  \
             integration: flow-{}\n  customer: {{externalId: cust-000{}}}\n  displayName: \"{pad}n{place}{pad}\"\n  \
             description: {}\n  labels: [\"l{}{pad}\"]\n  state: {state}\n  config: {config}\n",
            self.flow,
            1 + self.customer,
            self.description(),
            self.label,
        )
    }
}
