//! The actions, triggers and data sources of components.

use std::sync::Arc;

use crate::definition::Step;
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, any, contains, exact, flag, never, one_of, refers};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::component::{Action, Component};
use crate::world::id;
use crate::world::integration::Integration;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Action", ACTION);
    bindings.fixed("Action", ACTION_NOTHING, || Answer::Null);
    bindings.fixed("Action", ACTION_NO, || false.into());
    bindings.listed::<ActionOf>("Action");
}

/// An action of a component; of one that definitions name and the catalogue does not describe,
/// there may be no component.
#[derive(Debug, Clone)]
pub(super) struct ActionOf {
    component: Option<Arc<Component>>,
    action: Action,
}

impl ActionOf {
    /// Every action of a component.
    pub(super) fn all(component: &Component) -> Vec<Arc<Self>> {
        let owner = Arc::new(component.clone());
        let of = |action: &Action| {
            let component = Some(Arc::clone(&owner));
            Arc::new(Self {
                component,
                action: action.clone(),
            })
        };
        component.actions.iter().map(of).collect()
    }

    /// The action of a step, in the component version that its definition is pinned to.
    pub(super) fn step(step: Option<&Step>, record: &Integration, call: &Call<'_>) -> Answer {
        let key = step
            .map(|step| step.component_key.as_str())
            .unwrap_or_default();
        let used = record
            .definition
            .components
            .iter()
            .find(|used| used.key == key);
        let component = used.and_then(|used| {
            call.world
                .component_version(&used.key, used.is_public, used.version)
        });
        let action = step.map(|step| step.action_key.clone()).unwrap_or_default();
        let known = component
            .and_then(|component| component.action(&action))
            .cloned();
        Answer::object(Self {
            component: component.map(Arc::clone),
            action: known.unwrap_or_else(|| Action {
                label: action.clone(),
                trigger: step.is_none_or(|step| step.is_trigger),
                key: action,
                data_source: false,
            }),
        })
    }

    /// The id: that of a name, for an action without a component.
    pub(super) fn id(&self) -> uuid::Uuid {
        let owner = self
            .component
            .as_ref()
            .map(|component| component.id)
            .unwrap_or_default();
        id::part(owner, "action", &self.action.key)
    }

    fn component_key(&self) -> &str {
        self.component
            .as_ref()
            .map(|component| component.key.as_str())
            .unwrap_or_default()
    }

    fn is_schedule(&self) -> bool {
        self.component_key() == "schedule-triggers"
    }
}

const ACTION: Fields<ActionOf> = &[
    ("id", |it, _| id::global("Action", it.id()).into()),
    ("key", |it, _| (&it.action.key).into()),
    ("label", |it, _| (&it.action.label).into()),
    ("description", |it, _| (&it.action.label).into()),
    ("component", |it, _| Answer::shared(it.component.as_ref())),
    ("isTrigger", |it, _| it.action.trigger.into()),
    ("isDataSource", |it, _| it.action.data_source.into()),
    ("isPollingTrigger", |it, _| {
        it.action.key.to_lowercase().contains("poll").into()
    }),
    ("scheduleSupport", |it, _| {
        if it.is_schedule() {
            "REQUIRED"
        } else {
            "INVALID"
        }
        .into()
    }),
    ("synchronousResponseSupport", |_, _| "VALID".into()),
    ("dynamicBranchInput", |_, _| "".into()),
];

const ACTION_NOTHING: &[&str] = &[
    "searchTerms",
    "directions",
    "dataSourceType",
    "detailDataSource",
    "staticBranchNames",
    "examplePayload",
];

const ACTION_NO: &[&str] = &[
    "important",
    "isCommonTrigger",
    "isDetailDataSource",
    "allowsBranching",
    "authorizationRequired",
    "breakLoop",
    "canCallComponentFunctions",
    "hasOnInstanceDelete",
    "hasOnInstanceDeploy",
    "hasWebhookCreateFunction",
    "hasWebhookDeleteFunction",
    "terminateExecution",
    "allowRemove",
    "allowUpdate",
];

impl Listed for ActionOf {
    const FILTERS: Filters<Self> = &[
        ("key", |value, _| exact(value, |it: &Self| &it.action.key)),
        ("key_Icontains", |value, _| {
            contains(value, |it: &Self| &it.action.key)
        }),
        ("key_In", |value, _| {
            one_of(value, |it: &Self| &it.action.key)
        }),
        ("label_Fulltext", |value, _| {
            contains(value, |it: &Self| &it.action.label)
        }),
        ("label_Icontains", |value, _| {
            contains(value, |it: &Self| &it.action.label)
        }),
        ("searchTerms_Fulltext", |value, _| {
            contains(value, |it: &Self| &it.action.label)
        }),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.action.label)
        }),
        ("component", |value, _| {
            refers(value, "Component", |it: &Self| {
                it.component.as_ref().map(|it| it.id)
            })
        }),
        ("isTrigger", |value, _| {
            flag(value, |it: &Self| it.action.trigger)
        }),
        ("isDataSource", |value, _| {
            flag(value, |it: &Self| it.action.data_source)
        }),
        ("isPollingTrigger", |value, _| {
            flag(value, |it: &Self| {
                it.action.key.to_lowercase().contains("poll")
            })
        }),
        ("dataSourceType", |_, _| Ok(Box::new(|_| false))),
        ("isCommonTrigger", never),
        ("isDetailDataSource", never),
        ("canCallComponentFunctions", never),
        ("hasOnInstanceDelete", never),
        ("hasOnInstanceDeploy", never),
        ("hasWebhookCreateFunction", never),
        ("hasWebhookDeleteFunction", never),
        ("includeForCodeNativeIntegrations", any),
        ("filterQuery", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("LABEL", |it, _| SortKey::text(&it.action.label)),
        ("IS_TRIGGER", |it, _| {
            SortKey::Number(it.action.trigger.into())
        }),
        ("IS_DATA_SOURCE", |it, _| {
            SortKey::Number(it.action.data_source.into())
        }),
        ("IS_POLLING_TRIGGER", |_, _| SortKey::Nothing),
        ("IS_COMMON_TRIGGER", |_, _| SortKey::Nothing),
    ];
}
