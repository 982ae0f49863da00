//! Steps of one integration: create → import → update → publish → availability, marketplace.

use crate::kinds::integration::IntegrationKind;
use std::collections::HashMap;

use crate::definition::{self, Definition, Definitions};
use crate::diff::{ChangeSet, Comparison, Found, Inputs, IntegrationChanges};
use crate::model::{
    Address, DesiredIntegration, Health, Integration, IntegrationId, ResourceName, SyncStatus,
    VersionRecord,
};
use crate::plan::build::{Builder, quiet};
use crate::plan::{
    Action, Context, Guarded, IntegrationOperation, Output, Plannable, PlannedResource,
    Precondition, StepId, VersionSource, digest,
};

/// The integrations of both sides, to be found without a search.
pub(crate) struct Known<'a> {
    declared: HashMap<&'a ResourceName, &'a DesiredIntegration>,
    pub(crate) live: HashMap<&'a IntegrationId, &'a Integration>,
    definitions: &'a Definitions,
}

impl<'a> Known<'a> {
    pub(crate) fn of(inputs: &Inputs<'a>) -> Self {
        let declared = inputs.desired.integrations.iter();
        let live = inputs.tenant.integrations.items.iter();
        Self {
            declared: declared.map(|one| (&one.name, one)).collect(),
            live: live.map(|one| (&one.id, one)).collect(),
            definitions: inputs.definitions,
        }
    }

    fn connections(&self, name: &ResourceName) -> Vec<String> {
        let definition = self.definitions.get(name);
        definition.map_or_else(Vec::new, Definition::scoped_connections)
    }
}

/// Plans one integration.
pub(crate) fn plan(
    builder: &mut Builder,
    known: &Known<'_>,
    diff: &Comparison<IntegrationChanges>,
    context: &Context,
) {
    let address = diff.address.clone();
    let changes = match &diff.verdict {
        Ok(changes) => changes,
        Err(stop) => return builder.stopped(address, &diff.location, stop),
    };
    let declared = known.declared.get(&diff.address.name).copied();
    if let (Some(declared), None) = (declared, &changes.blocked) {
        Steps {
            builder,
            address: &address,
            changes,
            last: None,
            imported: None,
            connections: known.connections(&diff.address.name),
        }
        .add(declared, context);
    }
    let unfinished = matches!(changes.live, Found::Missing | Found::Recovered(_));
    let changed = !changes.fields.is_empty() || unfinished;
    builder.resource(PlannedResource {
        sync: if changed {
            SyncStatus::OutOfSync
        } else {
            SyncStatus::Synced
        },
        health: health(changes),
        reason: reason(changes),
        hint: changes.blocked.as_ref().and_then(|why| why.hint.clone()),
        changes: changes.fields.clone(),
        preconditions: preconditions(known, changes),
        guarded: guarded(changes),
        ..quiet(
            address,
            changes.display_name.clone(),
            Some(diff.location.clone()),
        )
    });
}

/// What is ours and was never published, a run of ours made and did not bring to its end.
fn guarded(changes: &IntegrationChanges) -> Guarded {
    let own = matches!(changes.live, Found::Owned(_));
    match own && changes.publish && !changes.published_before {
        true => Guarded::Finishing,
        false => Guarded::Update,
    }
}

/// What the steps rest on besides the fields that differ. An import overwrites all of
/// the draft, so all of it counts; what is published becomes the next version of those there are.
fn preconditions(known: &Known<'_>, changes: &IntegrationChanges) -> Vec<Precondition> {
    let Some(live) = changes.live.id().and_then(|id| known.live.get(id)) else {
        return vec![Precondition::new("object", "none")];
    };
    let mut all = vec![Precondition::new("object", live.id.as_str())];
    if let (true, Some(text)) = (changes.import, live.definition.known()) {
        all.push(Precondition::new("draft", digest::of_text(text)));
    }
    if let Some(labels) = &changes.labels {
        all.push(Precondition::new("labels to be", labels.join(", ")));
    }
    if changes.publish {
        let newest = live.newest();
        let number = newest.known().map(|version| version.number.to_string());
        let newest = number.unwrap_or_else(|| "none".to_owned());
        all.push(Precondition::new("newest version", newest));
    }
    all
}

fn health(changes: &IntegrationChanges) -> Health {
    match (&changes.blocked, &changes.live) {
        (Some(_), _) => Health::Blocked,
        (None, Found::Missing) => Health::Missing,
        (None, _) => Health::Healthy,
    }
}

fn reason(changes: &IntegrationChanges) -> String {
    if let Some(refusal) = &changes.blocked {
        return refusal.reason.clone();
    }
    match (&changes.live, changes.import, changes.publish) {
        (Found::Missing, _, _) => "does not exist yet",
        (Found::Recovered(_), _, _) => "was left unfinished by a run that was interrupted; goes on",
        (Found::Adopted(_), false, false) => "exists and is taken over",
        (Found::Adopted(_), _, _) => "exists, is taken over, and its definition differs",
        (Found::Owned(_), true, _) => "its definition differs",
        (Found::Owned(_), false, true) => "its definition was never published",
        (Found::Owned(_), false, false) if changes.fields.is_empty() => "matches",
        (Found::Owned(_), false, false) => "its settings differ",
    }
    .to_owned()
}

struct Steps<'a> {
    builder: &'a mut Builder,
    address: &'a Address,
    changes: &'a IntegrationChanges,
    last: Option<StepId>,
    imported: Option<StepId>,
    /// The stable keys of the connections that its definition uses.
    connections: Vec<String>,
}

impl Steps<'_> {
    fn add(mut self, declared: &DesiredIntegration, context: &Context) {
        self.withdraw();
        let draft = self.import(declared);
        if let Some(draft) = draft {
            self.update(&draft);
            self.publish(draft, context);
        }
        self.settings();
    }

    fn push(&mut self, action: Action, operation: IntegrationOperation) -> StepId {
        let created = self.connections.iter();
        let created = created.filter_map(|key| self.builder.connections.get(key).copied());
        // What a definition names has to be there before it is imported.
        let after = match operation {
            IntegrationOperation::Import { .. } => self.last.into_iter().chain(created).collect(),
            IntegrationOperation::Create { .. }
            | IntegrationOperation::Update { .. }
            | IntegrationOperation::Publish { .. }
            | IntegrationOperation::SetAvailability { .. }
            | IntegrationOperation::SetMarketplace { .. } => self.last.into_iter().collect(),
        };
        let id = self.builder.step(self.address, action, operation, after);
        self.last = Some(id);
        id
    }

    /// The draft that the later steps work on: the one that was imported to.
    fn import(&mut self, declared: &DesiredIntegration) -> Option<Output<IntegrationId>> {
        let existing = self.changes.live.id().cloned().map(Output::Known);
        if !self.changes.import {
            return existing;
        }
        let action = if existing.is_some() {
            Action::Import
        } else {
            Action::Create
        };
        let integration = existing.or_else(|| self.create());
        let operation = IntegrationOperation::Import {
            integration,
            definition: definition::to_send(&declared.definition.text),
        };
        let id = self.push(action, operation);
        self.imported = Some(id);
        Some(Output::Of(id))
    }

    /// An import alone cannot be distinguished from another's, should its reply be lost. What is generated from code is
    /// not known to be importable over what was created by itself.
    fn create(&mut self) -> Option<Output<IntegrationId>> {
        if self.changes.generated {
            return None;
        }
        let operation = IntegrationOperation::Create {
            name: self.changes.display_name.clone(),
            labels: self.changes.labels.clone().unwrap_or_default(),
        };
        Some(Output::Of(self.push(Action::Create, operation)))
    }

    fn update(&mut self, draft: &Output<IntegrationId>) {
        let (description, labels) = (&self.changes.description, &self.changes.labels);
        if description.is_none() && labels.is_none() {
            return;
        }
        let action = match &self.changes.live {
            Found::Missing => Action::Create,
            Found::Recovered(_) if !self.changes.published_before => Action::Create,
            Found::Recovered(_) => Action::Import,
            Found::Adopted(_) => Action::Adopt,
            Found::Owned(_) if self.changes.import => Action::Import,
            Found::Owned(_) => Action::Update,
        };
        self.push(
            action,
            IntegrationOperation::Update {
                integration: draft.clone(),
                description: description.clone(),
                labels: labels.clone(),
                unless_shown: self.imported.filter(|_| description.is_none()),
            },
        );
    }

    fn publish(&mut self, draft: Output<IntegrationId>, context: &Context) {
        if !self.changes.publish {
            return;
        }
        let record = VersionRecord {
            submitted: Some(self.changes.submitted.clone()),
            canonical: None,
            ..context.provenance.clone()
        };
        let operation = IntegrationOperation::Publish {
            integration: draft,
            record,
        };
        let id = self.push(Action::Publish, operation);
        self.builder.published.insert(self.address.name.clone(), id);
    }

    /// What its rollout takes back is a version that exists, not one that this plan publishes.
    fn withdraw(&mut self) {
        let newest = self.changes.newest.clone();
        let Some(newest) = newest.filter(|_| self.changes.withdraws) else {
            return;
        };
        let operation = IntegrationOperation::SetAvailability {
            version: Output::Known(newest),
            available: false,
        };
        self.push(Action::Marketplace, operation);
    }

    fn settings(&mut self) {
        let Some(version) = self.version() else {
            return;
        };
        if let Some(available) = self.changes.available {
            let operation = IntegrationOperation::SetAvailability {
                version: version.clone(),
                available,
            };
            self.push(Action::Marketplace, operation);
        }
        if let Some(marketplace) = self.changes.marketplace.clone() {
            self.push(
                Action::Marketplace,
                IntegrationOperation::SetMarketplace {
                    version,
                    visibility: marketplace.visibility,
                    overview: marketplace.overview,
                    allow_multiple_instances: marketplace.allow_multiple_instances,
                },
            );
        }
    }

    /// The version that settings go to: the one just published, else the newest.
    fn version(&self) -> Option<VersionSource> {
        match self.builder.published.get(&self.address.name) {
            Some(step) => Some(Output::Of(*step)),
            None => self.changes.newest.clone().map(Output::Known),
        }
    }
}

impl Plannable for IntegrationKind {
    fn plan(builder: &mut Builder, inputs: &Inputs<'_>, changes: &ChangeSet, context: &Context) {
        let known = Known::of(inputs);
        for diff in &changes.integrations {
            plan(builder, &known, diff, context);
        }
    }
}
