//! Importing, changing and deleting integrations.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::catalogue::{Resolver, Seen};
use super::customers::set;
use super::integration::{Attachment, Extras, FlowTest, Integration, Marketplace, identity};
use super::table::Key;
use super::{Change, Moment, Problem, Refusal, WHOLE, World};
use crate::definition::{self, Canonical};

/// What an import takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Import {
    pub(crate) definition: String,
    pub(crate) customer: Option<Uuid>,
    /// Whether low-code and code-native may be swapped.
    pub(crate) replace: bool,
}

/// What may be set on a working copy. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct IntegrationFields {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) definition: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) customer: Option<Uuid>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) metadata: Option<String>,
    pub(crate) starred: Option<bool>,
    pub(crate) template: Option<String>,
    pub(crate) use_as_template: Option<bool>,
    pub(crate) multiple_instances: Option<bool>,
    pub(crate) test: FlowTest,
    pub(crate) flow_tests: Vec<(Uuid, FlowTest)>,
    pub(crate) attach: Option<Attachment>,
    pub(crate) detach: Option<Attachment>,
}

impl World {
    /// The working copy of a sequence.
    pub(crate) fn draft(&self, sequence: Uuid) -> Option<&Arc<Integration>> {
        let mut records = self.integrations.with(&Key::Sequence(sequence));
        records.find(|record| record.is_draft())
    }

    /// The newest version of a sequence.
    pub(crate) fn newest_version(&self, sequence: Uuid) -> Option<&Arc<Integration>> {
        let records = self.integrations.with(&Key::Sequence(sequence));
        records
            .max_by_key(|record| record.number)
            .filter(|record| !record.is_draft())
    }

    /// What is wrong with a definition, if anything.
    pub(crate) fn check_definition(&self, moment: Moment<'_>, text: &str) -> Change<()> {
        self.read_definition(moment, text).map(drop)
    }

    /// Creates an integration from a definition.
    pub(crate) fn import_new(
        &mut self,
        moment: Moment<'_>,
        import: &Import,
    ) -> Change<Arc<Integration>> {
        let (canonical, seen) = self.read_definition(moment, &import.definition)?;
        self.register(moment, seen);
        Ok(self.add_integration(moment, canonical, import.customer, None))
    }

    /// Overwrites a working copy with a definition.
    pub(crate) fn import_over(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        import: &Import,
    ) -> Change<Arc<Integration>> {
        let draft = self.draft_with_id(id, "integrationId")?;
        let (canonical, seen) = self.read_definition(moment, &import.definition)?;
        if canonical.is_code_native != draft.definition.is_code_native && !import.replace {
            let message = "A low-code and a code-native integration can only take each other's \
                           place with replace: true.";
            return Err(Refusal::field(WHOLE, message));
        }
        self.register(moment, seen);
        self.change_draft(moment, id, |draft| {
            if moment.behaviour.import_drops_labels {
                draft.labels.clear();
            }
            overwrite(draft, canonical);
            set(&mut draft.customer, import.customer.map(Some));
        })
    }

    /// Changes a working copy.
    pub(crate) fn update_integration(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        mut fields: IntegrationFields,
    ) -> Change<Arc<Integration>> {
        self.draft_with_id(id, "id")?;
        moment.some_text(&mut fields.name);
        moment.some_text(&mut fields.description);
        moment.some_text(&mut fields.category);
        moment.some_texts(&mut fields.labels);
        if fields
            .name
            .as_ref()
            .is_some_and(|name| name.trim().is_empty())
        {
            return Err(Refusal::field("name", "This field may not be blank."));
        }
        let canonical = match &fields.definition {
            Some(text) => {
                let (canonical, seen) = self.read_definition(moment, text)?;
                self.register(moment, seen);
                Some(canonical)
            }
            None => None,
        };
        self.change_draft(moment, id, |draft| {
            if let Some(canonical) = canonical {
                overwrite(draft, canonical);
            }
            rename(draft, &fields);
            apply_extras(draft, fields);
        })
    }

    /// Deletes an integration with all its versions.
    pub(crate) fn delete_integration(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
    ) -> Change<Arc<Integration>> {
        let draft = self.draft_with_id(id, "id")?;
        let instances = self.instances.with(&Key::Sequence(draft.sequence));
        let (tests, instances): (Vec<_>, Vec<_>) = instances
            .map(|instance| (instance.system, instance.id))
            .partition(|(system, _)| *system);
        if !instances.is_empty() && !moment.behaviour.delete_cascades {
            let message = format!("The integration still has {} instance(s).", instances.len());
            return Err(Refusal::field(WHOLE, message));
        }
        for (_, instance) in tests.into_iter().chain(instances) {
            self.remove_instance(instance);
        }
        let records = self.integrations.with(&Key::Sequence(draft.sequence));
        for record in records.map(|record| record.id).collect::<Vec<_>>() {
            self.integrations.remove(record);
        }
        self.tick(moment.now);
        Ok(draft)
    }

    /// Copies a working copy into a new integration.
    pub(crate) fn fork_integration(
        &mut self,
        moment: Moment<'_>,
        parent: Uuid,
        name: &str,
        description: Option<&str>,
    ) -> Change<Arc<Integration>> {
        let parent = self.integrations.get(parent).map(Arc::clone);
        let parent = parent.ok_or_else(|| Refusal::field("parent", "Record not found."))?;
        let mut canonical = Canonical::clone(&parent.definition);
        put(&mut canonical, "name", name);
        if let Some(description) = description {
            put(&mut canonical, "description", description);
        }
        Ok(self.add_integration(moment, canonical, parent.customer, Some(parent.id)))
    }

    /// The working copy with this id, for a change that versions do not take.
    pub(super) fn draft_with_id(&self, id: Uuid, field: &str) -> Change<Arc<Integration>> {
        let record = self.integrations.get(id).ok_or(Refusal::NotFound)?;
        if record.is_draft() {
            return Ok(Arc::clone(record));
        }
        let message = "A published version cannot be changed. Use the id of the integration.";
        Err(Refusal::field(field, message))
    }

    fn read_definition(&self, moment: Moment<'_>, text: &str) -> Change<(Canonical, Vec<Seen>)> {
        let resolver = Resolver::new(self, moment.behaviour.strict_components);
        match definition::canonicalise(text, &resolver) {
            Ok(mut canonical) => {
                keep(moment, &mut canonical);
                Ok((canonical, resolver.into_seen()))
            }
            Err(problems) => Err(Refusal::Invalid(grouped(problems))),
        }
    }

    fn add_integration(
        &mut self,
        moment: Moment<'_>,
        canonical: Canonical,
        customer: Option<Uuid>,
        parent: Option<Uuid>,
    ) -> Arc<Integration> {
        let (id, sequence, test_instance) = (self.new_id(), self.new_id(), self.new_id());
        let at = self.tick(moment.now);
        let mut draft = blank(id, sequence, Arc::new(canonical.clone()), at);
        (draft.customer, draft.parent) = (customer, parent);
        draft.test_instance = test_instance;
        overwrite(&mut draft, canonical);
        let draft = self.integrations.insert(draft);
        self.add_test_instance(&draft);
        draft
    }

    /// Changes a working copy, and marks it if what would be published is not what was published
    /// last: an edit that is taken back leaves nothing to publish (FACTS §7).
    fn change_draft(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        change: impl FnOnce(&mut Integration),
    ) -> Change<Arc<Integration>> {
        let at = self.tick(moment.now);
        let draft = self.integrations.get(id).ok_or(Refusal::NotFound)?;
        let newest = self.newest_version(draft.sequence).map(Arc::clone);
        let labels_count = moment.behaviour.labels_are_published;
        let changed = self.integrations.update(id, |draft| {
            change(draft);
            draft.changed = newest.as_ref().is_none_or(|version| {
                let relabelled = labels_count && version.labels != draft.labels;
                relabelled || version.definition.value != draft.definition.value
            });
            draft.updated_at = at;
        });
        changed.ok_or(Refusal::NotFound)
    }
}

/// Puts a definition in place of the one a working copy has.
fn overwrite(draft: &mut Integration, canonical: Canonical) {
    draft.name.clone_from(&canonical.name);
    draft.description.clone_from(&canonical.description);
    draft.category.clone_from(&canonical.category);
    draft.documentation.clone_from(&canonical.documentation);
    set(&mut draft.labels, canonical.labels.clone());
    draft.definition = Arc::new(canonical);
}

/// Sets what both the record and the definition have, in both.
fn rename(draft: &mut Integration, fields: &IntegrationFields) {
    let texts = [
        ("name", &fields.name, &mut draft.name),
        ("description", &fields.description, &mut draft.description),
        ("category", &fields.category, &mut draft.category),
    ];
    for (key, value, target) in texts {
        if let Some(value) = value {
            target.clone_from(value);
            put(Arc::make_mut(&mut draft.definition), key, value);
        }
    }
}

/// Makes of the texts of a definition what is kept of them.
fn keep(moment: Moment<'_>, canonical: &mut Canonical) {
    let texts = [
        ("name", canonical.name.clone()),
        ("description", canonical.description.clone()),
        ("category", canonical.category.clone()),
    ];
    for (key, text) in texts {
        let kept = moment.text(&text);
        if kept != text {
            put(canonical, key, &kept);
        }
    }
    moment.some_texts(&mut canonical.labels);
}

fn put(canonical: &mut Canonical, key: &str, value: &str) {
    definition::set_top_level(&mut canonical.value, key, value);
    match key {
        "name" => value.clone_into(&mut canonical.name),
        "description" => value.clone_into(&mut canonical.description),
        _ => value.clone_into(&mut canonical.category),
    }
}

fn apply_extras(draft: &mut Integration, fields: IntegrationFields) {
    set(&mut draft.labels, fields.labels);
    set(&mut draft.customer, fields.customer.map(Some));
    set(
        &mut draft.marketplace.multiple_instances,
        fields.multiple_instances,
    );
    let flows = fields.flow_tests.into_iter().filter_map(|(id, test)| {
        let flow = identity(draft.flow(id)?).to_owned();
        Some((flow, test))
    });
    let flows: Vec<(String, FlowTest)> = flows.collect();
    let extras = &mut draft.extras;
    extras.flow_tests.extend(flows);
    set(&mut extras.avatar_url, fields.avatar_url.map(Some));
    set(&mut extras.metadata, fields.metadata.map(Some));
    set(&mut extras.starred, fields.starred);
    set(
        &mut extras.template,
        fields.template.map(|text| Some(text.to_uppercase())),
    );
    set(&mut extras.use_as_template, fields.use_as_template);
    set(
        &mut extras.test_content_type,
        fields.test.content_type.map(Some),
    );
    set(&mut extras.test_headers, fields.test.headers.map(Some));
    set(&mut extras.test_payload, fields.test.payload.map(Some));
    extras.attachments.extend(fields.attach);
    if let Some(gone) = fields.detach {
        extras.attachments.retain(|attachment| *attachment != gone);
    }
}

/// The problems of a definition, one for each field.
fn grouped(problems: Vec<definition::FieldError>) -> Vec<Problem> {
    let mut grouped: Vec<Problem> = Vec::new();
    for problem in problems {
        match grouped
            .iter_mut()
            .find(|known| known.field == problem.field)
        {
            Some(known) => known.messages.push(problem.message),
            None => grouped.push(Problem {
                field: problem.field,
                messages: vec![problem.message],
            }),
        }
    }
    grouped
}

fn blank(id: Uuid, sequence: Uuid, definition: Arc<Canonical>, at: Timestamp) -> Integration {
    Integration {
        id,
        sequence,
        number: None,
        name: String::new(),
        description: String::new(),
        category: String::new(),
        documentation: String::new(),
        labels: Vec::new(),
        definition,
        customer: None,
        parent: None,
        created_at: at,
        updated_at: at,
        changed: true,
        publication: None,
        available: false,
        marketplace: Marketplace::default(),
        extras: Extras::default(),
        test_instance: Uuid::nil(),
    }
}
