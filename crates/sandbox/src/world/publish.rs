//! Publishing versions, and the two things that can change on a version.

use std::sync::Arc;

use uuid::Uuid;

use super::customers::set;
use super::integration::{HIDDEN, Integration, Marketplace, Publication};
use super::table::Key;
use super::{Change, Moment, Refusal, World};
use crate::behaviour::{DraftNumber, Duplicates};

/// What may be set in the marketplace. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct MarketplaceFields {
    pub(crate) configuration: Option<String>,
    pub(crate) overview: Option<String>,
    pub(crate) multiple_instances: Option<bool>,
    pub(crate) tabs: Option<Vec<String>>,
}

/// The values of `marketplaceConfiguration`.
const CONFIGURATIONS: [&str; 3] = [
    "AVAILABLE_AND_DEPLOYABLE",
    "AVAILABLE_NOT_DEPLOYABLE",
    HIDDEN,
];

impl World {
    /// Publishes a working copy and returns the new version.
    ///
    /// The version starts available, with the marketplace settings of the working copy.
    pub(crate) fn publish(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        comment: Option<String>,
        attributes: Option<String>,
    ) -> Change<Arc<Integration>> {
        let draft = self.draft_with_id(id, "id")?;
        if let Some(text) = &attributes
            && serde_json::from_str::<serde_json::Value>(text).is_err()
        {
            return Err(Refusal::field(
                "attributes",
                "This field must be JSON text.",
            ));
        }
        if moment.behaviour.unchanged_versions == Duplicates::Rejected && !draft.changed {
            return Err(Refusal::field(
                "id",
                "Nothing has changed since the last version.",
            ));
        }
        let newest = self.newest_version(draft.sequence);
        let number = newest.and_then(|version| version.number).unwrap_or(0) + 1;
        let id = self.new_id();
        let at = self.tick(moment.now);
        let by = self.user.id;
        let mut version = Integration::clone(&draft);
        (version.id, version.number) = (id, Some(number));
        (version.created_at, version.updated_at) = (at, at);
        (version.available, version.changed) = (moment.behaviour.new_version_available, false);
        if !moment.behaviour.marketplace_inherited {
            version.marketplace = Marketplace::default();
        }
        version.publication = Some(Publication {
            at,
            by,
            comment,
            attributes,
        });
        self.integrations.update(draft.id, |draft| {
            draft.changed = false;
            draft.updated_at = at;
        });
        Ok(self.integrations.insert(version))
    }

    /// Offers or withdraws a version.
    pub(crate) fn set_available(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        available: bool,
    ) -> Change<Arc<Integration>> {
        let record = self.integrations.get(id).ok_or(Refusal::NotFound)?;
        if record.is_draft() {
            return Err(Refusal::field(
                "id",
                "Only a published version can be available.",
            ));
        }
        let at = self.tick(moment.now);
        let changed = self.integrations.update(id, |version| {
            version.available = available;
            version.updated_at = at;
        });
        changed.ok_or(Refusal::NotFound)
    }

    /// Sets what the marketplace shows of a version.
    ///
    /// The settings of the newest version are those of the working copy too, so that the next
    /// version has them; set on the working copy, they reach the newest version.
    pub(crate) fn set_marketplace(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        fields: &MarketplaceFields,
    ) -> Change<Arc<Integration>> {
        let record = self.integrations.get(id).ok_or(Refusal::NotFound)?;
        check(fields)?;
        let newest = self
            .newest_version(record.sequence)
            .map(|version| version.id);
        let draft = self.draft(record.sequence).map(|draft| draft.id);
        let both = Some(id) == newest || Some(id) == draft;
        let at = self.tick(moment.now);
        for target in [newest, draft].into_iter().flatten() {
            if both || target == id {
                self.integrations
                    .update(target, |record| apply(record, fields, at));
            }
        }
        if !both {
            self.integrations
                .update(id, |record| apply(record, fields, at));
        }
        self.integrations
            .get(id)
            .map(Arc::clone)
            .ok_or(Refusal::NotFound)
    }

    /// The number a record shows.
    pub(crate) fn number(&self, moment: Moment<'_>, record: &Integration) -> i64 {
        record.number.unwrap_or_else(|| {
            let newest = self.newest_version(record.sequence);
            let newest = newest.and_then(|version| version.number).unwrap_or(0);
            match moment.behaviour.draft_number {
                DraftNumber::Next => newest + 1,
                DraftNumber::Latest => newest,
                DraftNumber::Zero => 0,
            }
        })
    }

    /// Whether a record is the newest version, or the working copy while there is none.
    pub(crate) fn is_newest(&self, record: &Integration) -> bool {
        self.newest_version(record.sequence)
            .map_or(record.is_draft(), |newest| newest.id == record.id)
    }

    /// The published versions of a sequence, oldest first.
    pub(crate) fn versions(&self, sequence: Uuid) -> impl Iterator<Item = &Arc<Integration>> {
        let key = Key::Sequence(sequence);
        self.integrations
            .with(&key)
            .filter(|record| !record.is_draft())
    }
}

fn check(fields: &MarketplaceFields) -> Change<()> {
    match &fields.configuration {
        Some(text) if !CONFIGURATIONS.contains(&text.to_uppercase().as_str()) => {
            let message = format!("\"{text}\" is not a valid choice.");
            Err(Refusal::field("marketplaceConfiguration", message))
        }
        _ => Ok(()),
    }
}

fn apply(record: &mut Integration, fields: &MarketplaceFields, at: jiff::Timestamp) {
    let fields = fields.clone();
    let marketplace = &mut record.marketplace;
    set(
        &mut marketplace.configuration,
        fields.configuration.map(|text| text.to_uppercase()),
    );
    set(&mut marketplace.overview, fields.overview.map(Some));
    set(
        &mut marketplace.multiple_instances,
        fields.multiple_instances,
    );
    set(&mut marketplace.tabs, fields.tabs);
    record.updated_at = at;
}
