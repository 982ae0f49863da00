//! From a path such as `customer.name` to the content of a cell.

use serde_json::Value;

use super::moment;

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
        Value::String(text) => moment::shown(text),
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

/// The value at a path that may lead into a text that is JSON: what a version was made from.
pub(crate) fn within(record: &Value, path: &str) -> Value {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = &record[head];
    match (value, rest) {
        (value, "") => value.clone(),
        (Value::String(text), rest) => {
            let inner: Value = serde_json::from_str(text).unwrap_or_default();
            within(&inner, rest)
        }
        (value, rest) => within(value, rest),
    }
}

/// The same for a table: a commit by its beginning.
pub(crate) fn table_cell(record: &Value, path: &str) -> String {
    let text = human(&within(record, path));
    let is_commit = path.ends_with("commitHash") && text.bytes().all(|b| b.is_ascii_hexdigit());
    match text.get(..10) {
        Some(beginning) if is_commit => beginning.to_owned(),
        _ => text,
    }
}

/// Readable headings, where those of the API are not.
const HEADINGS: [(&str, &str); 12] = [
    ("versionNumber", "VERSION"),
    ("integration.versionNumber", "VERSION"),
    ("versionIsAvailable", "AVAILABLE"),
    ("versionComment", "COMMENT"),
    ("versionCreatedAt", "PUBLISHED"),
    ("versionCreatedBy.email", "BY"),
    ("versionAttributes.commitHash", "COMMIT"),
    ("hasUnpublishedChanges", "UNPUBLISHED CHANGES"),
    ("inFailedState", "FAILED"),
    ("isSynchronous", "SYNCHRONOUS"),
    ("createdAt", "CREATED"),
    ("updatedAt", "UPDATED"),
];

/// The heading of a column: `customer.externalId` as `CUSTOMER EXTERNAL ID`.
pub(crate) fn heading(path: &str) -> String {
    if let Some((_, words)) = HEADINGS.iter().find(|(known, _)| *known == path) {
        return (*words).to_owned();
    }
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
    fn the_commit_of_a_version_is_in_a_text() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let attributes = json!({ "commitHash": commit }).to_string();
        let record = json!({"versionAttributes": attributes, "none": null, "plain": "x"});
        assert_eq!(
            table_cell(&record, "versionAttributes.commitHash"),
            "0123456789"
        );
        assert_eq!(within(&record, "versionAttributes.commitHash"), commit);
        assert_eq!(table_cell(&record, "none.commitHash"), "-");
        assert_eq!(table_cell(&record, "plain.commitHash"), "-");
    }

    #[test]
    fn headings_are_words() {
        for (path, words) in [
            ("name", "NAME"),
            ("customer.name", "CUSTOMER"),
            ("customer.externalId", "CUSTOMER EXTERNAL ID"),
            ("versionNumber", "VERSION"),
            ("versionAttributes.commitHash", "COMMIT"),
            ("lastExecutedAt", "LAST EXECUTED AT"),
        ] {
            assert_eq!(heading(path), words);
        }
    }
}
