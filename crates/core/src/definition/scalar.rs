//! What a scalar of a definition says: YAML 1.1 as `PyYAML`'s safe loader resolves it.
//!
//! The server answers in exactly the form `PyYAML`'s dumper writes, so it most
//! probably reads with `PyYAML` too. Values are compared as printed text: `3`
//! and `"3"`, `yes` and `true`, `010` and `8` are the same. Null stays apart.

mod number;
mod time;

use crate::yaml::Scalar;

/// What YAML 1.1 takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Int,
    Float,
    Time,
    Text,
}

/// A scalar after resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// What it is.
    pub(super) kind: Kind,
    /// The value as Python prints it, booleans in lower case; empty for null.
    pub(super) text: String,
}

/// Why `PyYAML` would refuse a scalar, as the rest of a sentence: `… is not …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct ScalarError(&'static str);

impl Resolved {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// Resolves a scalar: a tag wins, then quotes mean text, then the plain rules.
pub(super) fn resolve(scalar: &Scalar) -> Result<Resolved, ScalarError> {
    match scalar.tag.as_deref() {
        Some(tag) => tagged(tag, &scalar.text),
        None if scalar.plain => plain(&scalar.text),
        None => Ok(Resolved::new(Kind::Text, scalar.text.as_str())),
    }
}

fn plain(text: &str) -> Result<Resolved, ScalarError> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Resolved::new(Kind::Null, ""));
    }
    if let Some(value) = boolean(text) {
        return Ok(Resolved::new(
            Kind::Bool,
            if value { "true" } else { "false" },
        ));
    }
    if let Some(value) = number::float(text) {
        return Ok(Resolved::new(Kind::Float, number::print_float(value)));
    }
    if let Some(number) = number::integer(text) {
        return Ok(Resolved::new(Kind::Int, number?));
    }
    if let Some(time) = time::timestamp(text) {
        return Ok(Resolved::new(Kind::Time, time?));
    }
    match text {
        "=" => Err(ScalarError("is a bare `=`, which YAML 1.1 reserves")),
        "<<" => Err(ScalarError("is a bare `<<`, which YAML 1.1 reserves")),
        _ => Ok(Resolved::new(Kind::Text, text)),
    }
}

fn tagged(tag: &str, text: &str) -> Result<Resolved, ScalarError> {
    match tag {
        "str" => Ok(Resolved::new(Kind::Text, text)),
        "null" => Ok(Resolved::new(Kind::Null, "")),
        "bool" => match boolean(&text.to_ascii_lowercase()) {
            Some(value) => Ok(Resolved::new(
                Kind::Bool,
                if value { "true" } else { "false" },
            )),
            None => Err(ScalarError("is tagged !!bool and is not a boolean")),
        },
        "int" => number::integer(text)
            .unwrap_or(Err(ScalarError("is tagged !!int and is not an integer")))
            .map(|text| Resolved::new(Kind::Int, text)),
        "float" => number::float(text)
            .or_else(|| number::tagged_float(text))
            .map(|value| Resolved::new(Kind::Float, number::print_float(value)))
            .ok_or(ScalarError("is tagged !!float and is not a number")),
        "timestamp" => time::timestamp(text)
            .unwrap_or(Err(ScalarError("is tagged !!timestamp and is not a time")))
            .map(|text| Resolved::new(Kind::Time, text)),
        "binary" => Ok(Resolved::new(
            Kind::Text,
            text.split_whitespace().collect::<String>(),
        )),
        _ => Err(ScalarError(
            "is a single value with the tag of a list or mapping",
        )),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Scalar {
        Scalar {
            text: text.to_owned(),
            plain,
            tag: tag.map(str::to_owned),
        }
    }

    #[test]
    fn plain_scalars_are_what_pyyaml_makes_of_them() {
        use Kind::{Bool, Float, Int, Null, Text, Time};
        for (written, kind, printed) in [
            ("", Null, ""),
            ("~", Null, ""),
            ("NULL", Null, ""),
            ("nULL", Text, "nULL"),
            ("yes", Bool, "true"),
            ("Off", Bool, "false"),
            ("oN", Text, "oN"),
            ("y", Text, "y"),
            ("010", Int, "8"),
            ("08", Text, "08"),
            ("0o10", Text, "0o10"),
            ("0x1F", Int, "31"),
            ("-0b101", Int, "-5"),
            ("+7", Int, "7"),
            ("-0", Int, "0"),
            ("1_000", Int, "1000"),
            ("1:30", Int, "90"),
            ("-1:30:00", Int, "-5400"),
            ("1:60", Text, "1:60"),
            (
                "99999999999999999999999999999999999999999",
                Int,
                "99999999999999999999999999999999999999999",
            ),
            ("1e3", Text, "1e3"),
            ("1.0e3", Text, "1.0e3"),
            ("1.0e+3", Float, "1000.0"),
            ("1.10", Float, "1.1"),
            ("51.0", Float, "51.0"),
            ("1.", Float, "1.0"),
            (".5", Float, "0.5"),
            ("-.5", Text, "-.5"),
            ("1:30.5", Float, "90.5"),
            (".inf", Float, "inf"),
            ("-.INF", Float, "-inf"),
            (".NaN", Float, "nan"),
            ("1.0e+16", Float, "1e+16"),
            ("0.00001", Float, "1e-05"),
            ("7610303900993.7610321662833", Float, "7610303900993.761"),
            ("2020-01-01", Time, "2020-01-01"),
            ("2020-1-1", Text, "2020-1-1"),
            (
                "2001-12-14t21:59:43.10-05:00",
                Time,
                "2001-12-14 21:59:43.100000-05:00",
            ),
            ("2001-1-4 2:59:43 Z", Time, "2001-01-04 02:59:43+00:00"),
            ("2001-1-4 2:59:43", Time, "2001-01-04 02:59:43"),
            ("5 */1 * * *", Text, "5 */1 * * *"),
            ("https://x.example", Text, "https://x.example"),
        ] {
            let got = resolve(&scalar(written, true, None)).unwrap();
            assert_eq!(
                (got.kind, got.text.as_str()),
                (kind, printed),
                "{written:?}"
            );
        }
    }

    #[test]
    fn quotes_make_text_and_tags_win() {
        for (text, tag, kind, printed) in [
            ("010", None, Kind::Text, "010"),
            ("7", Some("int"), Kind::Int, "7"),
            ("false", Some("bool"), Kind::Bool, "false"),
            ("", Some("null"), Kind::Null, ""),
            ("1.0e+17", Some("float"), Kind::Float, "1e+17"),
            ("1", Some("float"), Kind::Float, "1.0"),
            ("yes", Some("str"), Kind::Text, "yes"),
            ("YWJj\nZA==", Some("binary"), Kind::Text, "YWJjZA=="),
        ] {
            let got = resolve(&scalar(text, false, tag)).unwrap();
            assert_eq!((got.kind, got.text.as_str()), (kind, printed), "{text:?}");
        }
    }

    #[test]
    fn what_pyyaml_refuses_is_an_error() {
        for (text, tag) in [
            ("=", None),
            ("<<", None),
            ("2020-13-45", None),
            ("2020-01-01 25:00:00", None),
            ("0x_", None),
            ("x", Some("int")),
            ("maybe", Some("bool")),
            ("x", Some("seq")),
        ] {
            assert!(
                resolve(&scalar(text, tag.is_none(), tag)).is_err(),
                "{text:?}"
            );
        }
    }
}
