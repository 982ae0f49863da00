//! Fields of an integration besides its definition, which is a file of its own.

use super::{GONE, NO_PLACE, Taken, at, bare};
use crate::model::{Field, FieldChange, FieldPath, Observed, Tenant};
use crate::yaml::write::Tree;

const DEFINITION: &str = "a definition is a file of its own: `history draft` shows the live one";

pub(super) fn value(tenant: &Tenant, id: &str, change: &FieldChange) -> Option<Taken> {
    let mut all = tenant.integrations.items.iter();
    let live = all.find(|it| it.id.as_str() == id)?;
    let Observed::Known(newest) = live.newest() else {
        return Some(Err(GONE));
    };
    let market = |key: &str, tree: Tree| {
        let keys = ["marketplace", key].map(str::to_owned);
        Ok((keys.to_vec(), tree))
    };
    let several = FieldPath::marketplace("allowMultipleInstances");
    Some(match change.path.field() {
        Field::Availability => at("available", bare(&newest.available)),
        Field::Marketplace if change.path == FieldPath::marketplace("visibility") => {
            match newest.visibility {
                Some(visibility) => market("visibility", Tree::text(visibility.to_string())),
                None => Err(GONE),
            }
        }
        Field::Marketplace if change.path == several => market(
            "allowMultipleInstances",
            bare(&newest.allow_multiple_instances),
        ),
        Field::Definition | Field::PublishedVersion => Err(DEFINITION),
        // An overview is a file, too.
        Field::Marketplace
        | Field::ExternalId
        | Field::Name
        | Field::Description
        | Field::Labels
        | Field::ConcurrentExecutionLimit
        | Field::Marker
        | Field::Version
        | Field::State
        | Field::Config
        | Field::Input
        | Field::Consent
        | Field::Flow
        | Field::GlobalDebug
        | Field::Value
        | Field::Other => Err(NO_PLACE),
    })
}
