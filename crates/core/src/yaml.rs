//! YAML text as a tree that remembers where everything was written.
//!
//! Scalars keep their text, style and tag: what a plain `yes` or `010` means
//! is for the reader to say. Manifests take scalars as they are written;
//! definitions read them as the server does, by YAML 1.1.
//!
//! Pure. Hostile input is bounded by [`Limits`]: depth, nodes, and nodes after
//! aliases are expanded. Duplicate keys are errors, because every reader
//! would otherwise have to choose one. Merge keys (`<<`) are applied.

mod compose;
mod decode;
mod fault;
mod surrogates;
pub mod write;

pub use compose::{parse, parse_every};
pub use decode::{DecodeError, decode};
pub use fault::conflict;
pub use surrogates::spelled_out;

/// A position in a text. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The line of the first character.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
    /// How many characters it covers on its first line; 0 for a position only.
    pub length: u32,
}

/// A node with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where the node begins. For an alias, the place of the alias.
    pub span: Span,
    /// What it is.
    pub content: Content,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A scalar, not yet interpreted.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order it was written, merge keys applied, no key twice.
    Mapping(Vec<Entry>),
}

/// One key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key, a scalar.
    pub key: Scalar,
    /// Where the key is.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, escapes and folding resolved.
    pub text: String,
    /// Whether the text was written plain, so that a reader may take it for a number, a boolean or null.
    pub plain: bool,
    /// The core-schema tag (`int` of `!!int`), if one was written.
    pub tag: Option<String>,
}

impl Scalar {
    /// Whether this is an unquoted, untagged null by YAML 1.2: nothing at all, `~`, or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self.tag.as_deref() {
            Some(tag) => tag == "null",
            None => self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
        }
    }
}

impl Node {
    /// The entries, if the node is a mapping.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Mapping(entries) => Some(entries),
            Content::Scalar(_) | Content::Sequence(_) => None,
        }
    }

    /// The value under a key, if the node is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value)
    }

    /// The items, if the node is a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.content {
            Content::Sequence(items) => Some(items),
            Content::Scalar(_) | Content::Mapping(_) => None,
        }
    }

    /// The scalar, if the node is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Scalar(scalar) => Some(scalar),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// Whether the node is a null scalar.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(Scalar::is_null)
    }

    /// What the node is, for messages: `a list`, `a mapping`, `a text`, ….
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.content {
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
            Content::Scalar(scalar) if scalar.is_null() => "nothing",
            Content::Scalar(_) => "a single value",
        }
    }
}

/// Bounds on what a text may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How deep lists and mappings may nest.
    pub depth: usize,
    /// How many nodes a text may hold after aliases are expanded.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 128,
            nodes: 1_000_000,
        }
    }
}

/// Why a text is not YAML that this project reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in lower case, without the place.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it, if there is one usual answer.
    pub hint: Option<String>,
}
