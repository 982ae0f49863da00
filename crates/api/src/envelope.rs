//! What is around documents: the number of their format, and lists of what several environments say.

use serde::{Deserialize, Serialize};

/// The format of the documents. The major number changes when readers would break, the minor one when fields
/// are added.
pub const FORMAT_VERSION: &str = "1.1";

/// The format of a document: [`FORMAT_VERSION`] in all that are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormatVersion(pub String);

impl Default for FormatVersion {
    fn default() -> Self {
        Self(FORMAT_VERSION.to_owned())
    }
}

#[cfg(test)]
impl schemars::JsonSchema for FormatVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FormatVersion".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": FORMAT_VERSION })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A document that a command prints, headed by its format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Versioned<T> {
    /// The format of the document.
    pub format_version: FormatVersion,
    /// The rest of it.
    #[serde(flatten)]
    pub body: T,
}

impl<T> From<T> for Versioned<T> {
    fn from(body: T) -> Self {
        Self {
            format_version: FormatVersion::default(),
            body,
        }
    }
}

/// What one environment says as it is; what several say in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub enum PerEnvironment<T> {
    /// Where several are kept in step and none was named.
    Several {
        /// The answer for each, in the order in which the daemon was given them.
        #[cfg_attr(test, schemars(length(min = 2)))]
        environments: Vec<T>,
    },
    /// Of the one that was named, or the only one.
    One(T),
}

impl<T> PerEnvironment<T> {
    /// What each says.
    #[must_use]
    pub fn each(self) -> Vec<T> {
        match self {
            Self::Several { environments } => environments,
            Self::One(one) => vec![one],
        }
    }

    /// One as it is, several in a list.
    #[must_use]
    pub fn of(mut all: Vec<T>) -> Self {
        match (all.pop(), all.is_empty()) {
            (Some(one), true) => Self::One(one),
            (last, _) => {
                all.extend(last);
                Self::Several { environments: all }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn one_answer_is_as_it_is_and_several_are_in_a_list() {
        for answer in [
            json!({"a": 1}),
            json!({"environments": [{"a": 1}, {"b": 2}]}),
        ] {
            let told: PerEnvironment<Value> = serde_json::from_value(answer.clone()).unwrap();
            let again = PerEnvironment::of(told.each());
            assert_eq!(serde_json::to_value(again).unwrap(), answer);
        }
    }

    #[test]
    fn a_document_is_headed_by_its_format() {
        #[derive(Serialize)]
        struct Body {
            valid: bool,
        }
        let document = Versioned::from(Body { valid: true });
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(text, r#"{"formatVersion":"1.1","valid":true}"#);
    }
}
