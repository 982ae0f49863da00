//! Texts with `${{ … }}` in them: what a manifest says differently for each environment or customer.
//!
//! The text between the braces is one expression of minijinja, never a template: no loops, blocks, includes or
//! escaping, and the text around it is kept byte for byte. A name that is not defined is an error, and so is a
//! result that is not a text, a number or a boolean, because any text in its place would be sent to a tenant.
//! `$${{` writes `${{`.
//!
//! Pure, and bounded: an expression has a limited length and a limited amount of work.

mod engine;
mod scan;
mod values;

use std::collections::BTreeSet;

pub use values::Values;

/// What an expression may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `values.*`: of the Project, and of the environment over it.
    Values,
    /// `environment.name`.
    Environment,
    /// `customer.*`: the customer an instance of a fleet is for.
    Customer,
    /// `row.*`: the customer's line of a table.
    Row,
}

impl Root {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Values, Self::Environment, Self::Customer, Self::Row];

    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Environment => "environment",
            Self::Customer => "customer",
            Self::Row => "row",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.word() == word)
    }
}

/// A text with at least one expression, or with an escaped `$${{`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    roots: BTreeSet<Root>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(Expression),
}

/// The text between the braces, and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expression {
    source: String,
    /// In bytes from the beginning of the text.
    offset: usize,
}

/// What a template came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// It is a number or a boolean, and there is no text around the expression: as if it were written without quotes.
    pub bare: bool,
}

/// Why a template means nothing. What it says never repeats the value of anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateFault {
    /// Where in the text, in bytes from its beginning.
    pub offset: usize,
    /// How many bytes it covers.
    pub length: usize,
    /// What is wrong, in lower case.
    pub message: String,
    /// What to do about it, if there is one usual answer.
    pub hint: Option<String>,
}

impl Template {
    /// Whether a text holds what looks like a template, right or wrong.
    #[must_use]
    pub fn is_in(text: &str) -> bool {
        text.contains(scan::OPEN)
    }

    /// Takes a text apart; `None` if there is nothing to do in it.
    ///
    /// # Errors
    ///
    /// An expression that does not end, is empty or too long, is no expression of minijinja, or begins with a name
    /// that is none of [`Root`].
    pub fn parse(text: &str) -> Result<Option<Self>, TemplateFault> {
        if !Self::is_in(text) {
            return Ok(None);
        }
        let parts = scan::parts(text)?;
        let mut roots = BTreeSet::new();
        for part in &parts {
            if let Part::Expression(expression) = part {
                roots.append(&mut engine::check(expression)?);
            }
        }
        Ok(Some(Self { parts, roots }))
    }

    /// What it needs to be rendered.
    #[must_use]
    pub const fn roots(&self) -> &BTreeSet<Root> {
        &self.roots
    }

    /// The text with these values.
    ///
    /// # Errors
    ///
    /// A name that is not defined, a result that is nothing, a list or a mapping, an operation that is impossible
    /// with these values, or too much work.
    pub fn render(&self, values: &Values) -> Result<Rendered, TemplateFault> {
        if let [Part::Expression(only)] = self.parts.as_slice() {
            return engine::eval(only, values);
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(written) => text.push_str(written),
                Part::Expression(expression) => {
                    text.push_str(&engine::eval(expression, values)?.text);
                }
            }
        }
        Ok(Rendered { text, bare: false })
    }
}

impl Template {
    /// The first name that no member defines, judged by values in which all possible names exist. Only names are
    /// judged: whether an operation is possible depends on their values.
    #[must_use]
    pub fn undefined(&self, everything: &Values) -> Option<TemplateFault> {
        let expressions = self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Expression(expression) => Some(expression),
        });
        expressions
            .filter_map(|it| engine::undefined_in(it, everything))
            .next()
    }
}

/// Makes a text one that is written as it is, even if it holds templates.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace(scan::OPEN, scan::ESCAPED)
}

#[cfg(test)]
mod tests;
