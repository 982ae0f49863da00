//! From a path such as `customer.name` to what stands in a cell.

use serde_json::Value;

/// The value at a path; null where there is none.
pub(crate) fn at<'a>(record: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(record, |value, key| &value[key])
}

/// A value for people: lists joined, nothing as a dash.
pub(crate) fn human(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        Value::String(text) if text.is_empty() => "-".to_owned(),
        value => plain(value),
    }
}

/// A value for programs: a text as it is, nothing as nothing, the rest as JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The heading of a column: `customer.externalId` as `CUSTOMER EXTERNAL ID`.
pub(crate) fn heading(path: &str) -> String {
    let mut words = String::new();
    for letter in path.chars() {
        match letter {
            '.' => words.push(' '),
            letter if letter.is_uppercase() => {
                words.push(' ');
                words.push(letter);
            }
            letter => words.extend(letter.to_uppercase()),
        }
    }
    // `customer.name` says no more than `customer`.
    words
        .strip_suffix(" NAME")
        .map_or(words.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_for_people_or_programs() {
        let record = json!({"a": {"b": "x"}, "labels": ["p", "q"], "none": null, "on": true,
            "n": 7, "empty": []});
        let shown = |path: &str| (human(at(&record, path)), plain(at(&record, path)));
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(shown("a.b"), pair("x", "x"));
        assert_eq!(shown("labels"), pair("p, q", r#"["p","q"]"#));
        assert_eq!(shown("none"), pair("-", ""));
        assert_eq!(shown("a.c.d"), pair("-", ""));
        assert_eq!(shown("on"), pair("true", "true"));
        assert_eq!(shown("n"), pair("7", "7"));
        assert_eq!(shown("empty"), pair("-", "[]"));
    }

    #[test]
    fn headings_are_words() {
        for (path, words) in [
            ("name", "NAME"),
            ("customer.name", "CUSTOMER"),
            ("customer.externalId", "CUSTOMER EXTERNAL ID"),
            ("versionNumber", "VERSION NUMBER"),
        ] {
            assert_eq!(heading(path), words);
        }
    }
}
