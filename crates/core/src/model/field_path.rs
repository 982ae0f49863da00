//! Which field of a resource: a type for decisions, and a text for people.

use std::sync::Arc;

/// What sort of field it is. Where a kind has several of a sort, its name is in the text of the [`FieldPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The external id of a customer.
    ExternalId,
    /// The name of a customer, or the display name of an instance.
    Name,
    /// What it is for.
    Description,
    /// Its labels.
    Labels,
    /// How many executions of a customer may run at once.
    ConcurrentExecutionLimit,
    /// Our marker.
    Marker,
    /// Something in a definition, or all of it.
    Definition,
    /// The version that is made of a definition.
    PublishedVersion,
    /// Whether a version is available.
    Availability,
    /// One of the marketplace's settings.
    Marketplace,
    /// The version that an instance runs.
    Version,
    /// Whether an instance runs.
    State,
    /// A config variable.
    Config,
    /// An input of a connection.
    Input,
    /// The value of a shared connection for one customer.
    Value,
    /// The consent that a connection waits for.
    Consent,
    /// What an instance sets for a flow.
    Flow,
    /// Whether the runs of an instance log in detail.
    GlobalDebug,
    /// One that an earlier version of this program recorded.
    Other,
}

/// A field: `description`, `config "Endpoint"`, `definition flow "Sync" › step "Fetch" › input "url"`.
///
/// Equal by its text, which plans, records and documents have.
#[derive(Debug, Clone)]
pub struct FieldPath {
    field: Field,
    text: Arc<str>,
    /// The config variable that it is a part of.
    within: Option<Arc<str>>,
}

impl FieldPath {
    /// The config variable `key`.
    #[must_use]
    pub fn config(key: &str) -> Self {
        Self::new(Field::Config, format!("config {key:?}"))
    }

    /// The input `name` of the connection that this is.
    #[must_use]
    pub fn input(&self, name: &str) -> Self {
        self.part(Field::Input, &format!("input {name:?}"))
    }

    /// An input of a shared connection.
    #[must_use]
    pub fn connection_input(name: &str) -> Self {
        Self::new(Field::Input, format!("input {name:?}"))
    }

    /// The value of a shared connection for a customer.
    #[must_use]
    pub fn value(customer: &str) -> Self {
        Self::new(Field::Value, format!("customer {customer:?}"))
    }

    /// The name of a shared connection that people see: the API's `key`.
    #[must_use]
    pub fn connection_name() -> Self {
        Self::new(Field::Name, "key")
    }

    /// The consent that the connection that this is waits for.
    #[must_use]
    pub fn consent(&self) -> Self {
        self.part(Field::Consent, "consent")
    }

    /// A setting of the flow `name`.
    #[must_use]
    pub fn flow(name: &str, setting: &str) -> Self {
        Self {
            within: Some(format!("flow {name:?}").into()),
            ..Self::new(Field::Flow, format!("flow {name:?} {setting}"))
        }
    }

    /// A place in a definition, in the words of the designer.
    #[must_use]
    pub fn definition(place: &str) -> Self {
        Self::new(Field::Definition, format!("definition {place}"))
    }

    /// A setting of the marketplace.
    #[must_use]
    pub fn marketplace(setting: &str) -> Self {
        Self::new(Field::Marketplace, format!("marketplace {setting}"))
    }

    /// The display name of an instance, which is not called as that of a customer is.
    #[must_use]
    pub fn display_name() -> Self {
        Self::new(Field::Name, "displayName")
    }

    /// A path as it was recorded.
    #[must_use]
    pub fn recorded(text: &str) -> Self {
        let (head, rest) = text.split_once(' ').unwrap_or((text, ""));
        let field = match (head, rest) {
            ("config", _) if text.ends_with("\" consent") => Field::Consent,
            ("config" | "customer", _) if text.contains("\" input \"") => Field::Input,
            ("config", _) => Field::Config,
            ("input", _) => Field::Input,
            ("customer", _) => Field::Value,
            ("flow", _) => Field::Flow,
            ("definition", _) => Field::Definition,
            ("marketplace", _) => Field::Marketplace,
            ("displayName" | "key", "") => Field::Name,
            _ => (PLAIN.into_iter())
                .find_map(|(field, plain)| (plain == text).then_some(field))
                .unwrap_or(Field::Other),
        };
        Self::new(field, text)
    }

    /// Which field it is.
    #[must_use]
    pub fn field(&self) -> Field {
        self.field
    }

    /// For people, and in documents.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The texts under which its place may be known: its own, and of a part that of the whole.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        [Some(self.as_str()), self.within.as_deref(), self.key()]
            .into_iter()
            .flatten()
    }

    /// The key of the manifest that it is declared under, where there is one for it.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self.field {
            Field::ExternalId => Some("externalId"),
            Field::Name if self.as_str() == "displayName" => Some("displayName"),
            Field::Name if self.as_str() == "key" => Some("key"),
            Field::Value => Some("customers"),
            Field::Input if self.as_str().starts_with("input ") => Some("inputs"),
            Field::Input if self.as_str().starts_with("customer ") => Some("customers"),
            Field::Name => Some("name"),
            Field::Description => Some("description"),
            Field::Labels => Some("labels"),
            Field::ConcurrentExecutionLimit => Some("concurrentExecutionLimit"),
            Field::Definition | Field::PublishedVersion => Some("definition"),
            Field::Availability => Some("available"),
            Field::Marketplace => Some("marketplace"),
            Field::Version => Some("version"),
            Field::State => Some("state"),
            Field::Config | Field::Input | Field::Consent => Some("config"),
            Field::Flow => Some("flows"),
            Field::GlobalDebug => Some("globalDebug"),
            Field::Marker | Field::Other => None,
        }
    }

    fn part(&self, field: Field, name: &str) -> Self {
        let whole = self.text.clone();
        Self {
            within: Some(whole),
            ..Self::new(field, format!("{} {name}", self.text))
        }
    }

    fn new(field: Field, text: impl Into<Arc<str>>) -> Self {
        Self {
            field,
            text: text.into(),
            within: None,
        }
    }
}

/// The fields of which a resource has one, and their texts.
const PLAIN: [(Field, &str); 11] = [
    (Field::ExternalId, "externalId"),
    (Field::Name, "name"),
    (Field::Description, "description"),
    (Field::Labels, "labels"),
    (Field::ConcurrentExecutionLimit, "concurrentExecutionLimit"),
    (Field::Marker, "marker"),
    (Field::PublishedVersion, "published version"),
    (Field::Availability, "availability"),
    (Field::Version, "version"),
    (Field::State, "state"),
    (Field::GlobalDebug, "globalDebug"),
];

impl From<Field> for FieldPath {
    fn from(field: Field) -> Self {
        let plain = PLAIN.into_iter().find(|(plain, _)| *plain == field);
        let text = match field {
            Field::Definition => "definition",
            Field::Marketplace => "marketplace",
            Field::Config | Field::Input | Field::Consent => "config",
            Field::Flow => "flow",
            _ => plain.map_or("", |(_, text)| text),
        };
        Self::new(field, text)
    }
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for FieldPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for FieldPath {}

impl std::hash::Hash for FieldPath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_path_is_the_field_that_was_written() {
        let config = FieldPath::config("A \"quoted\" key");
        let paths = PLAIN.into_iter().map(|(field, _)| field.into()).chain([
            config.input("url"),
            config.consent(),
            config,
            FieldPath::definition("flow \"Sync\""),
            FieldPath::from(Field::Definition),
            FieldPath::marketplace("overview"),
            FieldPath::flow("Sync", "apiKeys"),
            FieldPath::display_name(),
            FieldPath::connection_name(),
            FieldPath::connection_input("apiKey"),
            FieldPath::value("cust-0042"),
            FieldPath::value("cust-0042").input("apiKey"),
        ]);
        for path in paths {
            let recorded = FieldPath::recorded(path.as_str());
            assert_eq!(recorded, path);
            assert_eq!(recorded.field(), path.field(), "{path}");
        }
        let other = FieldPath::recorded("of another age");
        assert_eq!(
            (other.field(), other.as_str()),
            (Field::Other, "of another age")
        );
    }

    #[test]
    fn a_part_is_looked_for_where_the_whole_is_declared() {
        let input = FieldPath::config("ERP").input("url");
        let places: Vec<_> = input.places().collect();
        assert_eq!(
            places,
            ["config \"ERP\" input \"url\"", "config \"ERP\"", "config"]
        );
    }
}
