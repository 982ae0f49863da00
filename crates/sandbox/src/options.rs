//! How a sandbox is opened.

use std::path::PathBuf;
use std::sync::Arc;

use super::behaviour::Behaviour;
use super::faults::FaultScript;
use prism_gitops_runtime::clock::Clock;

/// How a sandbox is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the state is kept; in memory only if absent.
    pub state: Option<PathBuf>,
    /// The initial contents. An existing state file takes precedence.
    pub seed: Seed,
    /// The switches at first.
    pub behaviour: Behaviour,
    /// What goes wrong.
    pub faults: FaultScript,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Options {
    /// The demonstration tenant in memory, without faults.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: None,
            seed: Seed::Demo,
            behaviour: Behaviour::default(),
            faults: FaultScript::default(),
            clock,
        }
    }
}

/// What is in a new sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seed {
    /// The organization Acme Inc with six customers and the common components.
    Demo,
    /// A tenant made from a number: the same number makes the same tenant.
    Number(u64),
    /// A tenant described in a YAML or JSON file; see `docs/sandbox.md`.
    File(PathBuf),
    /// A tenant described in a text of the same form.
    Text {
        /// The description.
        text: String,
        /// The folder that its definitions are in.
        folder: PathBuf,
    },
    /// An organization with nothing in it.
    Empty,
}

impl Seed {
    /// A seed by its word: `demo`, `empty`, a number, or else a file.
    #[must_use]
    pub fn named(text: &str) -> Self {
        match text {
            "demo" => Self::Demo,
            "empty" => Self::Empty,
            text => match text.parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::File(text.into()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_word_a_number_or_a_file() {
        assert_eq!(Seed::named("demo"), Seed::Demo);
        assert_eq!(Seed::named("empty"), Seed::Empty);
        assert_eq!(Seed::named("42"), Seed::Number(42));
        assert!(matches!(Seed::named("tenant.json"), Seed::File(_)));
    }
}
