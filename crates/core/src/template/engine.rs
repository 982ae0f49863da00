//! One expression: compiled, evaluated, and what is wrong with it explained.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, filters, tests};

use super::{Expression, Rendered, Root, TemplateFault, Values};
use crate::suggest::{did_you_mean, either};

/// How much work one expression may do. An operation costs 1, and so do 64 bytes of text.
const FUEL: u64 = 20_000;

/// The filters that there are: those that make a text or a number of what they get, and nothing else.
const FILTERS: [&str; 19] = [
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "max",
    "min",
    "replace",
    "round",
    "sort",
    "split",
    "title",
    "trim",
    "upper",
];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(engine);

/// Not the usual set: nothing that escapes, prints structures, counts up or holds state.
fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_debug(true);
    engine.add_filter("abs", filters::abs);
    engine.add_filter("capitalize", filters::capitalize);
    engine.add_filter("default", filters::default);
    engine.add_filter("first", filters::first);
    engine.add_filter("float", filters::float);
    engine.add_filter("int", filters::int);
    engine.add_filter("join", filters::join);
    engine.add_filter("last", filters::last);
    engine.add_filter("length", filters::length);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("max", filters::max);
    engine.add_filter("min", filters::min);
    engine.add_filter("replace", filters::replace);
    engine.add_filter("round", filters::round);
    engine.add_filter("sort", filters::sort);
    engine.add_filter("split", filters::split);
    engine.add_filter("title", filters::title);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("upper", filters::upper);
    engine.add_test("defined", tests::is_defined);
    engine.add_test("undefined", tests::is_undefined);
    engine.add_test("startingwith", tests::is_startingwith);
    engine.add_test("endingwith", tests::is_endingwith);
    engine.add_test("in", tests::is_in);
    engine
}

/// Whether it is an expression, and what it needs.
pub(super) fn check(expression: &Expression) -> Result<BTreeSet<Root>, TemplateFault> {
    let compiled = ENGINE
        .compile_expression(&expression.source)
        .map_err(|error| explained(expression, &error))?;
    let mut names: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
    names.sort_unstable();
    let root = |name: &String| Root::parse(name).ok_or_else(|| no_root(expression, name));
    names.iter().map(root).collect()
}

fn no_root(expression: &Expression, name: &str) -> TemplateFault {
    let words = Root::ALL.map(Root::word);
    // `values.api-host` is a subtraction.
    let dashed = expression.source.split_once(&format!("-{name}"));
    let dashed = dashed.is_some_and(|(before, _)| before.ends_with(char::is_alphanumeric));
    let hint = if dashed {
        "a key with a dash is written in brackets, as in values['api-host']".to_owned()
    } else {
        did_you_mean(name, words).unwrap_or_else(|| {
            let words = either(&words);
            format!("names begin with {words}; a text is written in quotes")
        })
    };
    expression
        .fault(name, format!("there is no {name:?}"))
        .hint(hint)
}

/// What it comes to.
pub(super) fn eval(expression: &Expression, values: &Values) -> Result<Rendered, TemplateFault> {
    let compiled = ENGINE
        .compile_expression(&expression.source)
        .map_err(|error| explained(expression, &error))?;
    let missing = || {
        let named = compiled.undeclared_variables(true);
        undefined(expression, named, values)
    };
    match compiled.eval(values.context()) {
        Ok(value) => written(&value).ok_or_else(|| unfit(expression, &value, missing)),
        Err(error) => Err(match error.kind() {
            ErrorKind::UndefinedError => missing(),
            _ => None,
        }
        .unwrap_or_else(|| explained(expression, &error))),
    }
}

/// What of it is not defined where it is evaluated with these values; `None` where it has another fault, or none.
pub(super) fn undefined_in(expression: &Expression, values: &Values) -> Option<TemplateFault> {
    let compiled = ENGINE.compile_expression(&expression.source).ok()?;
    let named = || compiled.undeclared_variables(true);
    match compiled.eval(values.context()) {
        Ok(value) if value.is_undefined() => undefined(expression, named(), values),
        Err(error) if error.kind() == ErrorKind::UndefinedError => {
            undefined(expression, named(), values)
        }
        Ok(_) | Err(_) => None,
    }
}

/// A text, a number or a boolean. A number with a point keeps it, also before nothing but a zero.
fn written(value: &Value) -> Option<Rendered> {
    let (text, bare) = match value.kind() {
        ValueKind::String => (value.as_str()?.to_owned(), false),
        // As YAML and JSON write it; minijinja writes it as Python does.
        ValueKind::Bool => (value.is_true().to_string(), true),
        ValueKind::Number => (value.to_string(), true),
        _ => return None,
    };
    let finite = value.kind() != ValueKind::Number || text.ends_with(|c: char| c.is_ascii_digit());
    finite.then_some(Rendered { text, bare })
}

/// A result that has no text form.
fn unfit(
    expression: &Expression,
    value: &Value,
    missing: impl FnOnce() -> Option<TemplateFault>,
) -> TemplateFault {
    let kind = match value.kind() {
        ValueKind::Undefined | ValueKind::None => {
            // In a condition a name may be missing without being what is wrong.
            let conditional = expression
                .source
                .split_whitespace()
                .any(|word| word == "if");
            let named = (!conditional).then(missing).flatten();
            return named.unwrap_or_else(|| {
                expression
                    .fault("", "this expression has no value".to_owned())
                    .hint("an if needs its else: ${{ 'a' if … else 'b' }}")
            });
        }
        ValueKind::Map => "a mapping",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Number => "not a finite number",
        _ => "no text",
    };
    let hint = match value.kind() {
        ValueKind::Map => "name one of its keys",
        ValueKind::Seq | ValueKind::Iterable => "write | join(', ') behind it, or name one item",
        _ => "it must be a text, a number or a boolean",
    };
    expression
        .fault("", format!("this expression is {kind}"))
        .hint(hint)
}

/// The first name in it that is not defined.
fn undefined(
    expression: &Expression,
    named: impl IntoIterator<Item = String>,
    values: &Values,
) -> Option<TemplateFault> {
    let mut named: Vec<String> = named.into_iter().collect();
    named.sort_by_key(|path| (expression.source.find(path.as_str()), path.clone()));
    named
        .iter()
        .find_map(|path| missing(expression, path, values))
}

/// What of a dotted path is not defined, if anything is not.
fn missing(expression: &Expression, path: &str, values: &Values) -> Option<TemplateFault> {
    let mut words = path.split('.');
    let root = Root::parse(words.next()?)?;
    let Some(mut here) = values.get(root).cloned() else {
        return Some(absent(expression, path, root));
    };
    let mut above = root.word().to_owned();
    for word in words {
        let below = here.get_attr(word).unwrap_or_default();
        if below.is_undefined() {
            let fault = expression.fault(path, format!("{above} has no {word:?}"));
            if root == Root::Row && values.is_rowless() {
                let message = "there is no row here".to_owned();
                let hint = format!("add one, or write {path} | default('…')");
                return Some(TemplateFault { message, ..fault }.hint(hint));
            }
            if root == Root::Row && values.is_empty_cell(word) {
                let message = format!("the cell {word:?} of this row is empty");
                let hint = format!("fill it in, or write {path} | default('…')");
                return Some(TemplateFault { message, ..fault }.hint(hint));
            }
            return Some(TemplateFault {
                hint: nearby(&here, &above, word),
                ..fault
            });
        }
        above = format!("{above}.{word}");
        here = below;
    }
    None
}

/// A root that is not defined where the template is.
fn absent(expression: &Expression, path: &str, root: Root) -> TemplateFault {
    let (message, hint) = match root {
        Root::Values => (
            "the Project has no values",
            "write them under spec.values of the Project",
        ),
        Root::Environment => (
            "there is no environment here",
            "declare one under spec.environments of the Project",
        ),
        Root::Customer => (
            "there is no customer here",
            "customer.* is known in the template of a Fleet only",
        ),
        Root::Row => (
            "there is no row here",
            "row.* is known in the template of a Fleet that reads a table",
        ),
    };
    expression.fault(path, message.to_owned()).hint(hint)
}

/// What may have been meant by a key that is not there.
fn nearby(parent: &Value, above: &str, word: &str) -> Option<String> {
    let keys: Vec<String> = parent
        .try_iter()
        .into_iter()
        .flatten()
        .filter_map(|key| key.as_str().map(str::to_owned))
        .collect();
    // `values.api-host` is a subtraction.
    let dashed = keys.iter().find(|key| {
        let rest = key.strip_prefix(word);
        rest.is_some_and(|rest| rest.starts_with(['-', ' ']))
    });
    match dashed {
        Some(key) => Some(format!("write {above}[{key:?}]")),
        None => did_you_mean(word, keys.iter().map(String::as_str)).or_else(|| {
            const SHOWN: usize = 10;
            let few: Vec<&str> = keys.iter().take(SHOWN).map(String::as_str).collect();
            (!few.is_empty() && keys.len() <= SHOWN).then(|| format!("it has {}", few.join(", ")))
        }),
    }
}

/// What minijinja says, in the words of this program.
fn explained(expression: &Expression, error: &Error) -> TemplateFault {
    let detail = error.detail().map(str::to_owned);
    let detail = detail.unwrap_or_else(|| error.kind().to_string());
    let (message, hint) = match error.kind() {
        ErrorKind::OutOfFuel => (
            "this expression does too much work".to_owned(),
            Some("put what it says under values".to_owned()),
        ),
        ErrorKind::UnknownFilter => (
            format!("this expression uses an unknown filter: {detail}"),
            Some(format!("there are {}", FILTERS.join(", "))),
        ),
        ErrorKind::SyntaxError => (
            format!("this is no expression: {detail}"),
            Some("to write the braces as text, write $${{".to_owned()),
        ),
        _ => (format!("this expression is wrong: {detail}"), None),
    };
    let range = error
        .range()
        .filter(|range| range.end <= expression.source.len());
    let (begin, length) = range.map_or((0, expression.source.len()), |range| {
        (range.start, range.len())
    });
    TemplateFault {
        offset: expression.offset + begin,
        length,
        message,
        hint,
    }
}

impl Expression {
    /// A fault at the first occurrence of `part` in the text; at the whole text where there is none.
    fn fault(&self, part: &str, message: String) -> TemplateFault {
        let at = self.source.find(part).filter(|_| !part.is_empty());
        let length = at.map_or(self.source.len(), |_| part.len());
        TemplateFault {
            offset: self.offset + at.unwrap_or_default(),
            length,
            message,
            hint: None,
        }
    }
}

impl TemplateFault {
    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests_of_filters {
    use super::*;

    #[test]
    fn every_filter_that_is_named_is_there_and_no_other() {
        let known = |name: &str| {
            let source = format!("'1' | {name}");
            let result = ENGINE
                .compile_expression_owned(source)
                .unwrap()
                .eval(Value::UNDEFINED);
            !matches!(result, Err(error) if error.kind() == ErrorKind::UnknownFilter)
        };
        for name in FILTERS {
            assert!(known(name), "{name}");
        }
        for name in ["safe", "escape", "tojson", "pprint", "map", "attr", "list"] {
            assert!(!known(name), "{name}");
        }
    }
}
