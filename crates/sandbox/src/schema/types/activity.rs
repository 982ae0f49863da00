//! What was done in the tenant.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, compared, contains, exact, refers, since, until};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::activity::Activity;
use crate::world::id;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Activity", FIELDS);
    bindings.fixed("Activity", &["allowRemove", "allowUpdate"], || false.into());
    bindings.listed::<Activity>("Activity");
}

/// All that is kept.
pub(super) fn all(call: &Call<'_>) -> Vec<Arc<Activity>> {
    let all = call.world.activities.iter();
    all.map(|(_, one)| Arc::clone(one)).collect()
}

const FIELDS: Fields<Activity> = &[
    ("id", |it, _| id::global("Activity", it.id).into()),
    ("timestamp", |it, _| it.at.into()),
    ("description", |it, _| (&it.what).into()),
    ("userName", |it, _| (&it.who).into()),
    ("user", |_, call| Answer::object(call.world.user.clone())),
];

impl Listed for Activity {
    const FILTERS: Filters<Self> = &[
        ("description", |value, _| exact(value, |it: &Self| &it.what)),
        ("description_Icontains", |value, _| {
            contains(value, |it: &Self| &it.what)
        }),
        ("timestamp", |value, _| {
            compared(value, |it: &Self| it.at, |at, wanted| at == wanted)
        }),
        ("timestamp_Gt", |value, _| {
            compared(value, |it: &Self| it.at, |at, wanted| at > wanted)
        }),
        ("timestamp_Lt", |value, _| {
            compared(value, |it: &Self| it.at, |at, wanted| at < wanted)
        }),
        ("user", |value, call| {
            refers(value, "User", |_: &Self| Some(call.world.user.id))
        }),
        ("timestamp_Gte", |value, _| {
            since(value, |it: &Self| Some(it.at))
        }),
        ("timestamp_Lte", |value, _| {
            until(value, |it: &Self| Some(it.at))
        }),
    ];
    const SORTS: Sorts<Self> = &[("TIMESTAMP", |it, _| SortKey::Time(it.at))];
}
