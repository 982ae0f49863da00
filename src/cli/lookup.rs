//! From a name or id on the command line to exactly one record.
//!
//! An id takes precedence. A name has to be unambiguous: two records of a name are an error that lists both,
//! because the command that follows may write. Whether a text is an id is decided by the API; its form only
//! decides what is tried first. A name from git is looked up on the markers of live objects: at once if it is
//! an address, otherwise if no object has that name.

mod marked;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::error::CliError;
use super::show::cell;
use super::tenant::Chosen;
use crate::harmless::owned as harmless;
use crate::model::{self, Observed};
use crate::prismatic::PrismaticClient;
use crate::prismatic::catalog::{
    Collection, ListPage, ListRequest, Record, UnknownFilter, Window, is_version,
};
use crate::prismatic::error::{ErrorKind, PlatformError};
use crate::prismatic::platform::PlatformResult;

/// At most this many records of one name are listed.
const SHOWN: u32 = 10;

/// The most that come at once: among all versions of a name, drafts are the oldest.
const MOST: u32 = 100;

/// A kind of record, and the ways to name one.
struct Kind {
    /// In the words of a message.
    word: &'static str,
    /// The kind of resource that manifests declare it as, if they do.
    git: Option<model::Kind>,
    record: Record,
    /// The filters that a name may be meant for.
    names: &'static [&'static str],
    /// A filter that adds records which a list hides, of which only drafts are meant.
    hidden: Option<&'static str>,
    /// The fields that distinguish records of one name.
    shown: &'static [&'static str],
}

const INTEGRATION: Kind = Kind {
    word: "integration",
    git: Some(model::Kind::Integration),
    record: Record::Integration,
    names: &["name"],
    hidden: Some("allVersions"),
    shown: &["versionNumber", "customer.name", "createdAt"],
};
const INSTANCE: Kind = Kind {
    word: "instance",
    git: Some(model::Kind::Instance),
    record: Record::Instance,
    names: &["name"],
    hidden: None,
    shown: &["customer.name", "customer.externalId", "integration.name"],
};
const CUSTOMER: Kind = Kind {
    word: "customer",
    git: Some(model::Kind::Customer),
    record: Record::Customer,
    names: &["externalId", "name"],
    hidden: None,
    shown: &["name", "externalId"],
};
const COMPONENT: Kind = Kind {
    word: "component",
    git: None,
    record: Record::Component,
    names: &["key"],
    hidden: None,
    shown: &["label", "versionNumber", "public", "customer.name"],
};

/// Finds an integration by its id or name. A name means the draft, also where lists show versions;
/// an id means its record.
pub(crate) async fn integration(tenant: &Chosen, text: &str) -> Result<Value, CliError> {
    let client = &tenant.client;
    let hint = "give the id of the one that is meant";
    let list = || whole(Collection::Integrations);
    let found = find(tenant, &INTEGRATION, text, &list, hint).await?;
    if id_of(&found) == text || !is_version(&found, "") {
        return Ok(found);
    }
    let sequence = found["versionSequenceId"].as_str().unwrap_or_default();
    match client.draft(sequence).await {
        Observed::Known(id) => Ok(client.get(Record::Integration, id.as_str()).await?),
        // It may be the draft all the same; if not, the API says so.
        Observed::Absent => Ok(found),
        Observed::Unknown(why) => Err(CliError::world(format!(
            "cannot tell which record of integration {text:?} is its draft: {why}"
        ))),
    }
}

/// Finds a customer by its id, external id or name.
pub(crate) async fn customer(tenant: &Chosen, text: &str) -> Result<Value, CliError> {
    let list = || ListRequest::of(Collection::Customers).filter("isSystem", "false");
    find(
        tenant,
        &CUSTOMER,
        text,
        &list,
        "give the id of the one that is meant",
    )
    .await
}

/// Finds a component by its id or key.
pub(crate) async fn component(tenant: &Chosen, text: &str) -> Result<Value, CliError> {
    let hint = "give the id of the one that is meant";
    find(
        tenant,
        &COMPONENT,
        text,
        &|| whole(Collection::Components),
        hint,
    )
    .await
}

/// Finds an instance by its id or name, among those of a customer if one is given.
pub(crate) async fn instance(
    tenant: &Chosen,
    text: &str,
    of_customer: Option<&str>,
) -> Result<Value, CliError> {
    let owner = match of_customer {
        Some(text) => Some(customer(tenant, text).await?),
        None => None,
    };
    let owner_id = owner.as_ref().map(id_of);
    let list = || {
        let list = ListRequest::of(Collection::Instances).filter("isSystem", "false")?;
        match owner_id {
            Some(id) => list.filter("customer", id),
            None => Ok(list),
        }
    };
    let hint = match owner_id {
        Some(_) => "give the id of the one that is meant",
        None => "give the id of the one that is meant, or name its customer with --customer",
    };
    let found = find(tenant, &INSTANCE, text, &list, hint).await?;
    match owner_id {
        Some(id) if found["customer"]["id"] != id => Err(CliError::user(format!(
            "instance {text:?} belongs to another customer: {}",
            harmless(&cell::human(&found["customer"]["name"]))
        ))),
        _ => Ok(found),
    }
}

/// Finds a flow by its id, or by its name in an integration.
pub(crate) async fn flow(
    tenant: &Chosen,
    text: &str,
    integration: &str,
) -> Result<String, CliError> {
    let client = &tenant.client;
    let parent = self::integration(tenant, integration).await?;
    let request = ListRequest::of(Collection::Flows(id_of(&parent).to_owned()));
    let flows = client.list_all(&request).await?;
    let known = flows.iter().map(|node| cell::plain(&node["name"]));
    let known: Vec<_> = known.map(|name| format!("{name:?}")).collect();
    let is_meant = |node: &Value| node["id"] == text || node["name"] == text;
    let found: Vec<_> = flows.into_iter().filter(is_meant).collect();
    match found.as_slice() {
        [] => Err(
            CliError::user(format!("integration {integration:?} has no flow {text:?}"))
                .hint(format!("it has {}", harmless(&known.join(", ")))),
        ),
        [one] => Ok(id_of(one).to_owned()),
        several => Err(
            ambiguous("flow", text, several, several.len() as u64, &["stableKey"])
                .hint("give the id of the one that is meant"),
        ),
    }
}

/// A record's id; empty where the API gave none.
pub(crate) fn id_of(record: &Value) -> &str {
    record["id"].as_str().unwrap_or_default()
}

/// A list to look in.
type Made = Result<ListRequest, UnknownFilter>;

fn whole(collection: Collection) -> Made {
    Ok(ListRequest::of(collection))
}

async fn find(
    tenant: &Chosen,
    kind: &Kind,
    text: &str,
    list: &(impl Fn() -> Made + Sync),
    hint: &str,
) -> Result<Value, CliError> {
    let client = &tenant.client;
    if let Some(name) = marked::by_address(kind, text)? {
        let found = marked::all(tenant, kind, &name, list).await?;
        return marked::only(kind, text, found);
    }
    let likely = looks_like_an_id(text);
    let mut refused = None;
    if likely {
        match by_id(client, kind, text).await? {
            Ok(found) => return Ok(found),
            Err(error) => refused = Some(error),
        }
    }
    let (mut found, count) = by_name(client, kind, text, list).await?;
    match found.len() {
        1 => return Ok(found.remove(0)),
        0 => {}
        _ => return Err(ambiguous(kind.word, text, &found, count, kind.shown).hint(hint)),
    }
    if let (Some(_), Ok(name)) = (kind.git, model::ResourceName::parse_addressed(text)) {
        let found = marked::all(tenant, kind, &name, list).await?;
        if !found.is_empty() {
            return marked::only(kind, text, found);
        }
    }
    if likely {
        return Err(nothing(kind, text, refused.as_ref()));
    }
    match by_id(client, kind, text).await? {
        Ok(found) => Ok(found),
        // That a name is not an id is expected.
        Err(_) => Err(nothing(kind, text, None)),
    }
}

/// The records of a name, some of them at least, and how many there are.
async fn by_name(
    client: &PrismaticClient,
    kind: &Kind,
    text: &str,
    list: &(impl Fn() -> Made + Sync),
) -> Result<(Vec<Value>, u64), CliError> {
    let mut found: Vec<Value> = Vec::new();
    let mut count = 0;
    for name in kind.names {
        let page = first(
            client,
            list().and_then(|list| list.filter(name, text)),
            SHOWN,
        )
        .await?;
        // Whether a server ignores case is not documented; the result may be used for a write.
        let fresh = page
            .nodes
            .iter()
            .filter(|node| node[*name] == text && !found.iter().any(|it| it["id"] == node["id"]));
        let fresh: Vec<Value> = fresh.cloned().collect();
        count += page.total_count.unwrap_or(0).max(page.nodes.len() as u64)
            - (page.nodes.len() - fresh.len()) as u64;
        found.extend(fresh);
    }
    if let (true, Some(filter)) = (found.is_empty(), kind.hidden) {
        for name in kind.names {
            let list = list().and_then(|list| list.filter(filter, "true")?.filter(name, text));
            let page = first(client, list, MOST).await?;
            let drafts = page.nodes.into_iter();
            found.extend(drafts.filter(|node| node[*name] == text && !is_version(node, "")));
        }
        count = found.len() as u64;
    }
    Ok((found, count))
}

/// The beginning of a list.
async fn first(client: &PrismaticClient, list: Made, count: u32) -> Result<ListPage, CliError> {
    let mut request = list.map_err(|error| CliError::bug("a filter").because(&error))?;
    request.window = Window {
        first: Some(count),
        ..Window::default()
    };
    let mut page = client.list(&request).await?;
    // What is looked for may be what could not be read.
    match page.take_gaps().error() {
        Some(error) => Err(error.into()),
        None => Ok(page),
    }
}

/// The inner error where the API knows no such id. It says so in several ways (FACTS §4). On any other error
/// the object may still exist.
async fn by_id(
    client: &PrismaticClient,
    kind: &Kind,
    text: &str,
) -> Result<PlatformResult<Value>, CliError> {
    match client.get(kind.record, text).await {
        Ok(found) => Ok(Ok(found)),
        Err(error) => match error.kind {
            ErrorKind::NotFound { .. } => Ok(Err(error)),
            ErrorKind::GraphQl(_) if error.is_about_id() => Ok(Err(error)),
            _ => Err(error.into()),
        },
    }
}

/// Nothing is called so; what the API said to it as an id is kept.
fn nothing(kind: &Kind, text: &str, refused: Option<&PlatformError>) -> CliError {
    let word = kind.word;
    let told = CliError::user(format!("there is no {word} {text:?}"));
    match refused {
        Some(error) => told.because(error).hint(format!(
            "is it the id of another kind of record, or of another tenant (--tenant-id, --env, --profile)? \
             `prism-gitops get {word}s` lists what there is"
        )),
        None => told.hint(format!(
            "`prism-gitops get {word}s` lists what there is; names are taken as they are, letter for letter"
        )),
    }
}

fn ambiguous(word: &str, text: &str, found: &[Value], count: u64, shown: &[&str]) -> CliError {
    let mut message = format!("{count} {word}s are called {text:?}:");
    for record in found {
        message.push_str(&format!("\n  {}", harmless(id_of(record))));
        for path in shown {
            let value = cell::human(cell::at(record, path));
            if value != "-" {
                message.push_str(&format!("  {}", harmless(&value)));
            }
        }
    }
    CliError::user(message)
}

/// Whether a text has the form that the API's ids have: `Kind:…` in base64.
fn looks_like_an_id(text: &str) -> bool {
    let plain = BASE64_STANDARD.decode(text).ok();
    let plain = plain.and_then(|bytes| String::from_utf8(bytes).ok());
    plain.is_some_and(|plain| {
        let kind = plain.split_once(':').map(|(kind, _)| kind);
        kind.is_some_and(|kind| {
            !kind.is_empty() && kind.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_by_their_form() {
        for (text, is_one) in [
            ("SW5zdGFuY2U6MTIzNA==", true),
            ("Acme ERP", false),
            ("Acme", false),
            ("cust-0042", false),
            ("", false),
        ] {
            assert_eq!(looks_like_an_id(text), is_one, "{text}");
        }
    }
}
