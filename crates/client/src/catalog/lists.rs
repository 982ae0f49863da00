//! Lists, a page at a time or to their end.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collection::{Collection, Shape};
use super::filters::{Filter, FilterKind};
use crate::client::PrismaticClient;
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::paging::{Edge, Page, Walk, records, walk};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Call;

/// Which part of a list, in the API's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// At most this many from the beginning; the server returns at most 100 at once.
    pub first: Option<u32>,
    /// At most this many from the end.
    pub last: Option<u32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Before this cursor.
    pub before: Option<String>,
    /// Skips this many.
    pub offset: Option<u32>,
}

/// A list to read.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRequest {
    collection: Collection,
    filters: Vec<(Filter, Value)>,
    /// The API's name of a field, and whether the order is turned around.
    order: Option<(&'static str, bool)>,
    /// Which part of it.
    pub window: Window,
}

/// A filter that a list does not take, or not with such a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter {name:?} {why}")]
pub struct UnknownFilter {
    /// As it was written.
    pub name: String,
    /// What is wrong, in lower case.
    pub why: &'static str,
}

/// A field that the server does not order a list by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this list is not ordered by {field:?}{}", alternatives(.known))]
pub struct UnknownOrder {
    /// As it was written.
    pub field: String,
    /// What it is ordered by.
    pub known: Vec<&'static str>,
}

fn alternatives(known: &[&str]) -> String {
    if known.is_empty() {
        return "; it has one order only".to_owned();
    }
    format!("; choose one of {}", known.join(", "))
}

impl ListRequest {
    /// The whole list.
    #[must_use]
    pub fn of(collection: Collection) -> Self {
        Self {
            collection,
            filters: Vec::new(),
            order: None,
            window: Window::default(),
        }
    }

    /// Adds a filter by the API's name; its value as text, several separated by commas.
    ///
    /// # Errors
    ///
    /// [`UnknownFilter`] where the list has no such filter, or the value is of another kind.
    pub fn filter(mut self, name: &str, text: &str) -> Result<Self, UnknownFilter> {
        let wrong = |why| UnknownFilter {
            name: name.to_owned(),
            why,
        };
        let known = self.collection.filters().iter();
        let filter = (known.copied().find(|filter| filter.name == name))
            .ok_or_else(|| wrong("is not known for this list"))?;
        let value = match filter.kind {
            FilterKind::Text | FilterKind::Id => Value::from(text),
            FilterKind::Uuid => match uuid::Uuid::parse_str(text) {
                Ok(_) => Value::from(text),
                Err(_) => return Err(wrong("takes a UUID, as versionSequenceId shows it")),
            },
            FilterKind::Texts => text
                .split(',')
                .map(|part| Value::from(part.trim()))
                .collect(),
            FilterKind::Flag => match text {
                "true" => Value::from(true),
                "false" => Value::from(false),
                _ => return Err(wrong("takes true or false")),
            },
            FilterKind::Time => match text.parse::<jiff::Timestamp>() {
                Ok(moment) => Value::from(moment.to_string()),
                Err(_) => return Err(wrong("takes a time such as 2026-11-20T08:00:00Z")),
            },
            FilterKind::Number => match text.parse::<i32>() {
                Ok(number) => Value::from(number),
                Err(_) => return Err(wrong("takes a whole number")),
            },
        };
        self.filters.push((filter, value));
        Ok(self)
    }

    /// Orders the list by a field, as [`Collection::orders`] names it.
    ///
    /// # Errors
    ///
    /// [`UnknownOrder`] where the server does not order this list so.
    pub fn sorted(mut self, field: &str, descending: bool) -> Result<Self, UnknownOrder> {
        let known = self.collection.orders();
        let order = known.iter().find(|(path, _)| *path == field);
        let (_, order) = order.ok_or_else(|| UnknownOrder {
            field: field.to_owned(),
            known: known.iter().map(|(path, _)| *path).collect(),
        })?;
        self.order = Some((order, descending));
        Ok(self)
    }

    /// What is listed.
    #[must_use]
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The argument that orders. The list's own order comes second, so that
    /// equal records stay where they are from page to page.
    fn order(&self) -> String {
        let own = self.collection.shape().order;
        let Some((field, descending)) = self.order else {
            return own.to_owned();
        };
        let direction = if descending { "DESC" } else { "ASC" };
        let first = format!("sortBy: [{{field: {field}, direction: {direction}}}, ");
        own.replacen("sortBy: [", &first, 1)
    }

    fn arguments(&self) -> Vec<(&'static str, &'static str, Value)> {
        let Window {
            first,
            last,
            after,
            before,
            offset,
        } = &self.window;
        let window = [
            ("first", "Int", first.map(Value::from)),
            ("last", "Int", last.map(Value::from)),
            ("after", "String", after.clone().map(Value::from)),
            ("before", "String", before.clone().map(Value::from)),
            ("offset", "Int", offset.map(Value::from)),
        ];
        let window = window
            .into_iter()
            .filter_map(|(name, kind, value)| Some((name, kind, value?)));
        let filters = (self.filters.iter())
            .map(|(filter, value)| (filter.name, filter.kind.graphql(), value.clone()));
        filters.chain(window).collect()
    }

    fn call(&self) -> PlatformResult<(&'static str, Call)> {
        let (name, document, variables) = self.document();
        Ok((name, Call::new(name, Repeat::Read, &document, &variables)?))
    }

    /// The document, with only those variables that are given.
    fn document(&self) -> (&'static str, String, IndexMap<&'static str, Value>) {
        let shape = self.collection.shape();
        let arguments = self.arguments();
        let mut head: Vec<String> = Vec::new();
        let mut given: Vec<String> = Vec::new();
        for (name, kind, _) in &arguments {
            head.push(format!("${name}: {kind}"));
            given.push(format!("{name}: ${name}"));
        }
        given.extend(Some(self.order()).filter(|order| !order.is_empty()));
        let mut variables: IndexMap<_, _> = arguments
            .into_iter()
            .map(|(name, _, value)| (name, value))
            .collect();
        let Shape {
            name,
            field,
            selection,
            ..
        } = shape;
        let given = in_brackets(&given.join(", "));
        let mut list = format!(
            "list: {field}{given} {{ nodes {{ {selection} }} edges {{ cursor }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount }}"
        );
        if let Some((parent, id)) = self.collection.parent() {
            head.push("$id: ID!".to_owned());
            variables.insert("id", Value::from(id));
            list = format!("parent: {parent}(id: $id) {{ {list} }}");
        }
        let head = in_brackets(&head.join(", "));
        (name, format!("query {name}{head} {{ {list} }}"), variables)
    }
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("({text})")
    }
}

/// A page of a list, in the API's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPage {
    /// The records.
    pub nodes: Vec<Value>,
    /// Cursors, and whether there is more.
    pub page_info: Value,
    /// How many there are in all, if the API says.
    #[serde(default)]
    pub total_count: Option<u64>,
    /// What the server said about records or parts of them that it left null.
    #[serde(skip)]
    pub faults: Vec<String>,
    #[serde(default, skip_serializing)]
    pub(super) edges: Vec<Option<Edge>>,
}

impl ListPage {
    /// A page of records that are all there are.
    #[must_use]
    pub fn of(nodes: Vec<Value>) -> Self {
        Self {
            total_count: Some(nodes.len() as u64),
            nodes,
            page_info: Value::Null,
            faults: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// Leaves out the records that are null, and gives their number with what was said about
    /// them: they are there, and cannot be shown.
    pub fn take_gaps(&mut self) -> Gaps {
        let all = self.nodes.len();
        self.nodes.retain(|node| !node.is_null());
        Gaps {
            nulls: (all - self.nodes.len()) as u64,
            faults: std::mem::take(&mut self.faults),
        }
    }
}

/// What of a list could not be read, although the list itself could.
#[derive(Debug, Default)]
pub struct Gaps {
    /// Records that came as null.
    pub(super) nulls: u64,
    /// The server's words, each once.
    faults: Vec<String>,
}

impl Gaps {
    /// Adds those of another page.
    pub(super) fn add(&mut self, more: Self) {
        self.nulls += more.nulls;
        for fault in more.faults {
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    /// The error that they amount to, if there are any.
    #[must_use]
    pub fn error(&self) -> Option<PlatformError> {
        let what = match self.nulls {
            0 if self.faults.is_empty() => return None,
            0 => "parts of records could not be read".to_owned(),
            nulls => format!("the server gave null in place of {}", records(nulls)),
        };
        let said = self.faults.join("; ");
        let separator = if said.is_empty() { "" } else { ": " };
        Some(broken(format!("{what}{separator}{said}")))
    }
}

/// A list that does not hold what it should.
pub(super) fn broken(message: String) -> PlatformError {
    PlatformError {
        operation: "list",
        kind: ErrorKind::Protocol { message },
        effect: Effect::None,
    }
}

#[derive(Deserialize)]
struct Data<T> {
    #[serde(default = "nothing")]
    list: Option<T>,
    #[serde(default = "nothing")]
    parent: Option<Parent<T>>,
}

#[derive(Deserialize)]
struct Parent<T> {
    list: T,
}

impl<T> Data<T> {
    fn list(self, operation: &'static str) -> PlatformResult<T> {
        let list = self.list.or(self.parent.map(|parent| parent.list));
        list.ok_or_else(|| PlatformError {
            operation,
            kind: ErrorKind::NotFound {
                message: "there is no such record".to_owned(),
            },
            effect: Effect::None,
        })
    }
}

fn nothing<T>() -> Option<T> {
    None
}

impl PrismaticClient {
    /// One page of a list.
    ///
    /// # Errors
    ///
    /// [`PlatformError`], also where the record that the list belongs to does not exist.
    pub async fn list(&self, request: &ListRequest) -> PlatformResult<ListPage> {
        let (name, call) = request.call()?;
        let mut answer = self.session.parts::<Data<ListPage>>(&call).await?;
        let faults: Vec<String> = (answer.errors.iter())
            .filter(|error| is_in_a_record(&error.path))
            .map(|error| error.message.clone())
            .collect();
        // `nodes: [T]!` may hold nulls beside records that are whole.
        let told = !faults.is_empty() && faults.len() == answer.errors.len();
        let data = match answer.data.take_if(|_| told) {
            Some(data) => data,
            None => (answer.whole(Repeat::Read)).map_err(|failure| failure.into_error(name))?,
        };
        let mut page = data.list(name)?;
        page.faults = faults;
        Ok(page)
    }

    /// A list from its beginning to its end. Of the request's window nothing counts.
    ///
    /// # Errors
    ///
    /// [`PlatformError`] where not all of it could be read.
    pub async fn list_all(&self, request: &ListRequest) -> PlatformResult<Vec<Value>> {
        let fetch = |after: Option<String>| {
            let mut request = request.clone();
            request.window = Window {
                first: Some(100),
                after,
                ..Window::default()
            };
            async move { self.fetch::<Page<Value>>(&request).await }
        };
        let Walk { listing, failed } = walk(fetch, key).await;
        match (failed, listing.incomplete) {
            (Some(error), _) => Err(error),
            (None, Some(why)) => Err(broken(why.to_string())),
            (None, None) => Ok(listing.items),
        }
    }

    async fn fetch<T: serde::de::DeserializeOwned>(
        &self,
        request: &ListRequest,
    ) -> PlatformResult<T> {
        let (name, call) = request.call()?;
        let data: Data<T> = self.session.read(&call).await?;
        data.list(name)
    }
}

/// The key of a record within its list: the id, where it has one.
pub(super) fn key(node: &Value) -> String {
    match node["id"].as_str() {
        Some(id) => id.to_owned(),
        None => node.to_string(),
    }
}

/// Whether an error is about one record of a list, or a part of it: `[list, nodes, 3, …]`.
fn is_in_a_record(path: &[Value]) -> bool {
    let mut pairs = path.windows(2);
    pairs.any(|pair| pair[0] == "nodes" && pair[1].is_u64())
}

/// Every list with every filter.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    let id = || "x".to_owned();
    let all = [
        Collection::Integrations,
        Collection::Instances,
        Collection::Customers,
        Collection::Components,
        Collection::Flows(id()),
        Collection::Versions(id()),
        Collection::Steps(id()),
        Collection::Logs(id()),
        Collection::Executions,
        Collection::AllLogs,
    ];
    let full = |collection: Collection| {
        let filters = collection.filters().iter();
        let mut request = ListRequest::of(collection.clone());
        request.filters = filters.map(|filter| (*filter, Value::Null)).collect();
        request.window = Window {
            first: Some(1),
            last: Some(1),
            after: Some(id()),
            before: Some(id()),
            offset: Some(1),
        };
        let orders = collection.orders().iter();
        let sorted = orders.map(|(_, order)| {
            let order = Some((*order, true));
            ListRequest {
                order,
                ..ListRequest::of(collection.clone())
            }
        });
        let all = [request, ListRequest::of(collection.clone())]
            .into_iter()
            .chain(sorted);
        let texts = all.map(|request| {
            let (name, text, _) = request.document();
            (name, text)
        });
        texts.collect::<Vec<_>>()
    };
    all.into_iter().flat_map(full).collect()
}
