//! What others send between two calls of a client.

use serde_json::Value;

use super::api::{Body, From};
use super::document;
use crate::Sandbox;
use crate::faults::{Fault, Sent};
use crate::world::table::Key;
use crate::world::{World, id};

impl Sandbox {
    /// Lets others send what a fault says; gives what goes wrong with the call itself.
    pub(super) async fn meanwhile(&self, fault: Option<Fault>, origin: &str) -> Option<Fault> {
        let Some(Fault::Meanwhile { sends, then }) = fault else {
            return fault;
        };
        for sent in sends {
            let body = self.others(sent).await;
            let document = document::read(&body.query, None);
            let from = From {
                origin,
                client: None,
            };
            self.execute(body, document, from, None).await;
        }
        then.map(|fault| *fault)
    }

    async fn others(&self, sent: Sent) -> Body {
        let Sent {
            query,
            mut variables,
        } = sent;
        fill(&mut variables, &*self.inner.world.read().await);
        Body {
            query,
            variables: Some(variables),
            operation_name: None,
        }
    }
}

/// Puts ids in place of the names in braces.
fn fill(value: &mut Value, world: &World) {
    match value {
        Value::String(text) => {
            if let Some(id) = named(text, world) {
                *text = id;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, world)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, world)),
        _ => {}
    }
}

fn named(text: &str, world: &World) -> Option<String> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let (kind, name) = inner.split_once(':')?;
    let integration = || {
        let mut records = world.integrations.with(&Key::Name(name.to_owned()));
        records.find(|record| record.is_draft())
    };
    Some(match kind {
        "instance" => {
            let mut instances = world.instances.iter();
            let found = instances.find(|it| !it.system && it.name == name)?;
            id::global("Instance", found.id)
        }
        "integration" => id::global("Integration", integration()?.id),
        "version" => id::global(
            "Integration",
            world.newest_version(integration()?.sequence)?.id,
        ),
        "customer" => {
            let found = world.customers.first(&Key::Name(name.to_owned()))?;
            id::global("Customer", found.id)
        }
        _ => return None,
    })
}
