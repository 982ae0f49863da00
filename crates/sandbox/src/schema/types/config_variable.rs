//! The values of an instance's config variables.

use std::sync::Arc;

use crate::definition::ConfigVar;
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, refers};
use crate::schema::page::{Listed, page, texts};
use crate::world::instance::{Consent, Instance, Setting};
use crate::world::integration::Integration;
use crate::world::{config, id};

use super::variable::{Expression, Required};

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("InstanceConfigVariable", FIELDS);
    bindings.fixed("InstanceConfigVariable", NOTHING, || Answer::Null);
    bindings.fixed("InstanceConfigVariable", &["allowRemove"], || false.into());
    bindings.fixed("InstanceConfigVariable", &["allowUpdate"], || true.into());
    bindings.listed::<Configured>("InstanceConfigVariable");
}

/// A config variable of the version an instance is configured with, and the instance's value.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    instance: Arc<Instance>,
    record: Arc<Integration>,
    place: usize,
}

impl Configured {
    /// Every config variable of an instance.
    pub(super) fn all(instance: &Arc<Instance>, call: &Call<'_>) -> Vec<Arc<Self>> {
        let Some(record) = call.world.integrations.get(instance.version) else {
            return Vec::new();
        };
        let places = 0..record.definition.required_config_vars.len();
        places
            .map(|place| Arc::new(Self::at(instance, record, place)))
            .collect()
    }

    /// The config variable of an instance with this key.
    pub(crate) fn find(
        instance: &Arc<Instance>,
        record: &Arc<Integration>,
        key: &str,
    ) -> Option<Self> {
        let mut variables = record.definition.required_config_vars.iter();
        let place = variables.position(|variable| variable.key == key)?;
        Some(Self::at(instance, record, place))
    }

    fn at(instance: &Arc<Instance>, record: &Arc<Integration>, place: usize) -> Self {
        Self {
            instance: Arc::clone(instance),
            record: Arc::clone(record),
            place,
        }
    }

    fn variable(&self) -> &ConfigVar {
        &self.record.definition.required_config_vars[self.place]
    }

    fn setting(&self) -> Option<&Setting> {
        self.instance.values.get(&self.variable().key)
    }

    fn consent(&self) -> Option<&Consent> {
        self.setting().and_then(|setting| setting.consent.as_ref())
    }

    fn status(&self, call: &Call<'_>) -> Option<String> {
        call.world.status(self.variable(), self.setting())
    }

    fn is_connection(&self) -> bool {
        self.variable().data_type == "connection"
    }
}

const FIELDS: Fields<Configured> = &[
    ("id", |it, _| {
        id::global(
            "InstanceConfigVariable",
            it.instance.variable_id(it.variable()),
        )
        .into()
    }),
    ("instance", |it, _| Answer::shared(Some(&it.instance))),
    ("requiredConfigVariable", |it, _| {
        Answer::object(Required {
            record: Arc::clone(&it.record),
            place: it.place,
        })
    }),
    ("value", |it, _| match it.is_connection() {
        true => Answer::Null,
        false => config::value(it.variable(), it.setting()).into(),
    }),
    ("customerConfigVariable", |it, call| {
        let shared = it.setting().and_then(|setting| setting.shared);
        Answer::shared(shared.and_then(|id| call.world.shared_values.get(id)))
    }),
    ("inputs", |it, call| {
        if !it.is_connection() {
            return Answer::Null;
        }
        let owner = it.instance.variable_id(it.variable());
        let inputs = config::inputs(it.variable(), it.setting()).into_iter();
        page(
            call,
            inputs.map(|input| Arc::new(Expression::resolved(owner, input))),
        )
    }),
    ("meta", |it, _| {
        it.consent()
            .and_then(|consent| consent.meta.as_ref())
            .into()
    }),
    ("status", |it, call| it.status(call).into()),
    ("scheduleType", |it, _| {
        let own = it
            .setting()
            .and_then(|setting| setting.schedule_type.as_ref());
        let kind = own.or(it.variable().schedule_type.as_ref());
        kind.map_or(Answer::Null, |kind| Answer::upper(kind))
    }),
    ("timeZone", |it, _| {
        let own = it.setting().and_then(|setting| setting.time_zone.as_ref());
        own.or(it.variable().time_zone.as_ref()).into()
    }),
    ("authorizeUrl", |it, call| {
        let waits = it.status(call).is_some_and(|status| status != "ACTIVE");
        let id = it.instance.variable_id(it.variable());
        waits
            .then(|| format!("{}/connections/{id}/authorize", call.session.origin))
            .into()
    }),
    ("refreshAt", |it, _| {
        it.consent().and_then(|consent| consent.refresh_at).into()
    }),
    ("lastSuccessfulRefreshAt", |it, _| {
        it.consent().and_then(|consent| consent.refreshed_at).into()
    }),
];

const NOTHING: &[&str] = &[
    "contentUrl",
    "contentMetadataUrl",
    "supplementalDataUrl",
    "supplementalDataMetadataUrl",
];

impl Listed for Configured {
    const FILTERS: Filters<Self> = &[
        ("instance", |value, _| {
            refers(value, "Instance", |it: &Self| Some(it.instance.id))
        }),
        ("status", |value, call| {
            let wanted = crate::schema::call::text(value).to_uppercase();
            Ok(Box::new(move |it: &Self| {
                it.status(call).as_ref() == Some(&wanted)
            }))
        }),
        ("status_In", |value, call| {
            let wanted: Vec<String> = texts(value)
                .iter()
                .map(|text| text.to_uppercase())
                .collect();
            Ok(Box::new(move |it: &Self| {
                it.status(call).is_some_and(|it| wanted.contains(&it))
            }))
        }),
    ];
}
