//! The passes in which things fail: between them they send all that the loop can send.

use prism_gitops::plan::Plan;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript, Sent};
use serde_json::json;

use crate::drift::whole;
use crate::drift::world::World;

/// A tenant and what is declared for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing of it is there.
    First,
    /// All of it is there and much of it differs.
    Change,
    /// An instance is declared no more, and may be deleted.
    Removal,
    /// Nothing of it is there, and another machine creates one of the integrations a moment before.
    Rival,
}

const RULES: &str = "\
apiVersion: prism-gitops/v1
kind: Project
spec:
  policy: {prune: delete}
";

impl Phase {
    pub(super) const ALL: [Self; 4] = [Self::First, Self::Change, Self::Removal, Self::Rival];

    /// A tenant in which the pass is due. Pages are so small that every list has several.
    pub(super) async fn start(self) -> World {
        let behaviour = Behaviour {
            page_limit: 2,
            ..Behaviour::default()
        };
        let mut world = World::with(behaviour, None);
        world.allow_delete = true;
        world.files.write("project.yaml", RULES);
        whole::write(&world);
        world.set_faults(FaultScript {
            rules: self.others(),
        });
        if matches!(self, Self::First | Self::Rival) {
            return world;
        }
        whole::converge(&world, 2, "before the faults").await;
        // The token that the first apply was made with is not remembered.
        world.restart();
        match self {
            Self::Removal => whole::remove_one(&world),
            _ => whole::rewrite(&world),
        }
        world
    }

    /// What others do meanwhile, as rules.
    pub(super) fn others(self) -> Vec<FaultRule> {
        if self != Self::Rival {
            return Vec::new();
        }
        let query = "mutation($labels: [String]) { createIntegration(input: {
            name: \"Acme ERP\", labels: $labels}) { errors { messages } } }";
        let create = Sent {
            query: query.to_owned(),
            variables: json!({"labels": ["gitops:default/acme"]}),
        };
        let meanwhile = Fault::Meanwhile {
            sends: vec![create],
            then: None,
        };
        vec![FaultRule {
            matching: Some("Acme ERP".to_owned()),
            ..FaultRule::nth("createIntegration", 1, meanwhile)
        }]
    }

    /// What is planned when nothing fails.
    pub(super) async fn usual(self) -> Plan {
        self.start().await.plan().await
    }

    /// Integrations, published versions and instances, when all is done.
    pub(super) fn end(self) -> (usize, usize, usize) {
        match self {
            Self::First | Self::Rival => (2, 2, 3),
            Self::Change => (2, 4, 3),
            Self::Removal => (2, 2, 2),
        }
    }
}
