//! Identifiers that Prismatic gives out: opaque, and never mixed up with each other.

use super::tally::{Word, word};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Word<String>);

        impl $name {
            /// Takes the text the API gave.
            pub fn new(text: impl Into<String>) -> Self {
                Self(word(text.into()))
            }

            /// The text to give back to the API.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The record of an integration that imports and publishes go to: its draft.
    IntegrationId
}
id! {
    /// The record of one published version of an integration.
    ///
    /// In the API it is an `Integration` too; the type keeps the two apart.
    VersionId
}
id! {
    /// The version sequence that the draft and all versions of an integration share.
    SequenceId
}
id! {
    /// An instance.
    InstanceId
}
id! {
    /// A customer.
    CustomerId
}
id! {
    /// A connection that instances share: a scoped config variable of the API.
    ConnectionId
}
id! {
    /// The value that such a connection has for one customer: a customer config variable of the API.
    ConnectionValueId
}
