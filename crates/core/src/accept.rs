//! A live value into the manifest that declares another one: which fields of a resource can be taken over, and as
//! what.
//!
//! The other direction of a change that was made elsewhere: what is live becomes what is declared. Only what a plan
//! says differs is taken, never a value that may be secret, and what is written is proven as for
//! [`crate::promote`].

mod customer;
mod instance;
mod integration;

use crate::manifest::ManifestAddress;
use crate::model::{Address, Desired, FieldChange, Kind, Tenant};
use crate::promote::Value;
use crate::template;
use crate::yaml::write::{Leaf, Tree};

/// What of a resource is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acceptance {
    /// What the manifest is to say.
    pub values: Vec<Value>,
    /// The fields of these, as a plan names them.
    pub fields: Vec<String>,
    /// The fields that stay as declared, and why.
    pub left: Vec<(String, &'static str)>,
}

/// Why a field is not taken over.
const SECRET: &str = "it is secret, or may be: change it where it is kept";
const VERSION: &str = "pin it by hand with `version`, or let `promote` do it";
const GONE: &str = "the tenant holds no value that a manifest could say";
const BY_HAND: &str = "what differs in a Connection is written into its manifest by hand";
const NO_PLACE: &str = "no line of the manifest could say it";

/// What can be taken over of a resource: `changes` are those of a plan, `id` is that of the live object.
///
/// `None` where it is not declared by a manifest of its own, or the object was not read.
#[must_use]
pub fn decide(
    desired: &Desired,
    tenant: &Tenant,
    (address, id): (&Address, &str),
    changes: &[FieldChange],
) -> Option<Acceptance> {
    let mut acceptance = Acceptance::default();
    for change in changes {
        let taken = match (address.kind, change.sensitive) {
            (_, true) => Err(SECRET),
            (Kind::Connection, false) => Err(BY_HAND),
            (Kind::Customer, false) => customer::value(tenant, id, change)?,
            (Kind::Integration, false) => integration::value(tenant, id, change)?,
            (Kind::Instance, false) => {
                let declared = desired.instances.iter().find(|it| it.name == address.name);
                let declared = declared.filter(|it| it.member.is_none())?;
                instance::value(declared, tenant, id, change)?
            }
        };
        match taken {
            Ok((keys, tree)) => {
                acceptance.fields.push(change.path.to_string());
                let tree = escaped(tree);
                acceptance.values.push(Value { keys, tree });
            }
            Err(why) => acceptance.left.push((change.path.to_string(), why)),
        }
    }
    Some(acceptance)
}

/// The manifest that declares an address.
#[must_use]
pub fn manifest(address: &Address) -> ManifestAddress {
    ManifestAddress::Resource(address.clone())
}

/// The keys of a value below `spec`, and the value; or why it is not taken.
type Taken = Result<(Vec<String>, Tree), &'static str>;

fn at(key: &str, tree: Tree) -> Taken {
    Ok((vec![key.to_owned()], tree))
}

fn bare(value: &impl ToString) -> Tree {
    Tree::bare(value.to_string())
}

fn texts(all: Option<Vec<String>>) -> Tree {
    Tree::List(all.unwrap_or_default().iter().map(Tree::text).collect())
}

/// A live text that looks like a template is a text.
fn escaped(tree: Tree) -> Tree {
    match tree {
        Tree::Leaf(Leaf::Text(text)) => Tree::text(template::escaped(&text)),
        Tree::Leaf(other) => Tree::Leaf(other),
        Tree::List(items) => Tree::List(items.into_iter().map(escaped).collect()),
        Tree::Map(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, escaped(value)));
            Tree::Map(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests;
