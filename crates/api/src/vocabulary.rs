//! Closed lists of words, and words that a newer writer may have added.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The words of a closed list, in the order in which they are declared.
pub trait Words: Copy + PartialEq + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The word for it.
    fn word(self) -> &'static str;

    /// What a word is for, if it is one of these.
    #[must_use]
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.word() == word)
    }

    /// The same, however it is capitalised.
    #[must_use]
    fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|known| known.word().eq_ignore_ascii_case(word))
    }
}

/// Defines an enum of words: each variant with its text, which is the same in documents, in logs and for people.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_meta])* $variant, )+ }

        impl $name {
            /// All of them, in the order in which they are declared.
            pub const ALL: [Self; [$( $word ),+].len()] = [$( Self::$variant ),+];

            /// The word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }

            /// What a word is for, if it is one of these.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                <Self as $crate::Words>::of(word)
            }

            /// The same, however it is capitalised.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                <Self as $crate::Words>::named(word)
            }
        }

        impl $crate::Words for $name {
            const ALL: &'static [Self] = &Self::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                $crate::vocabulary::known(reader)
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                schemars::json_schema!({ "enum": words })
            }

            fn inline_schema() -> bool {
                true
            }
        }
    };
}

/// Reads a word that has to be one of the list.
pub(crate) fn known<'de, T: Words, D: Deserializer<'de>>(reader: D) -> Result<T, D::Error> {
    let text = String::deserialize(reader)?;
    T::of(&text).ok_or_else(|| {
        let all: Vec<&str> = T::ALL.iter().map(|known| known.word()).collect();
        serde::de::Error::custom(format!("{text:?} is none of {}", all.join(", ")))
    })
}

/// A word as a client reads it: of the list as this version knows it, or one that a newer server has added.
#[derive(Clone, PartialEq, Eq)]
pub enum Word<T> {
    /// One of the list.
    Known(T),
    /// Another one.
    New(String),
}

impl<T: Words> Word<T> {
    /// The word itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.word(),
            Self::New(word) => word,
        }
    }

    /// What it is, where this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(known) => Some(*known),
            Self::New(_) => None,
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Word<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(known) => known.fmt(f),
            Self::New(word) => word.fmt(f),
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(known: T) -> Self {
        Self::Known(known)
    }
}

impl<T: Default> Default for Word<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T: Words> PartialEq<T> for Word<T> {
    fn eq(&self, other: &T) -> bool {
        self.known().as_ref() == Some(other)
    }
}

impl<T: Words> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        Ok(T::of(&text).map_or(Self::New(text), Self::Known))
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Word<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::StepOutcome;

    #[test]
    fn a_word_is_read_as_it_is_written() {
        for known in StepOutcome::ALL {
            let text = serde_json::to_string(&known).unwrap();
            assert_eq!(text, format!("{:?}", known.as_str()));
            assert_eq!(serde_json::from_str::<StepOutcome>(&text).unwrap(), known);
        }
        let unknown = serde_json::from_str::<StepOutcome>("\"pear\"").unwrap_err();
        let told = unknown.to_string();
        assert!(
            told.starts_with("\"pear\" is none of already-so, applied"),
            "{told}"
        );
        assert_eq!(
            StepOutcome::named("Already-SO"),
            Some(StepOutcome::AlreadySo)
        );
    }

    #[test]
    fn a_client_takes_the_words_of_newer_servers() {
        let read = |text: &str| serde_json::from_str::<Word<StepOutcome>>(text).unwrap();
        assert_eq!(read("\"applied\""), StepOutcome::Applied);
        let newer = read("\"pear\"");
        assert_eq!((newer.known(), newer.as_str()), (None, "pear"));
        assert_eq!(serde_json::to_string(&newer).unwrap(), "\"pear\"");
    }
}
