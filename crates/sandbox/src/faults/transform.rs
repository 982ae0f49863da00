//! Malformed answers.

use serde_json::{Map, Value, json};

/// The payload of a mutation that is refused with one error.
pub(crate) fn refusal(fields: &[String], field: &str, message: &str) -> Value {
    let mut payload: Map<String, Value> = fields
        .iter()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    let errors = json!([{ "field": field, "messages": [message] }]);
    payload.insert("errors".to_owned(), errors);
    Value::Object(payload)
}

/// Nulls the first node of every list at the root, and says so in `errors`.
pub(crate) fn null_node(answer: &mut Value) {
    let mut errors = Vec::new();
    if let Some(Value::Object(data)) = answer.get_mut("data") {
        for (key, field) in data.iter_mut() {
            let Some(node) = field.pointer_mut("/nodes/0") else {
                continue;
            };
            *node = Value::Null;
            let path = json!([key, "nodes", 0]);
            errors.push(json!({ "message": "Internal server error.", "path": path }));
        }
    }
    if !errors.is_empty() {
        answer["errors"] = Value::Array(errors);
    }
}

/// Nulls the field at a dotted path, in every item of the lists on the way.
pub(crate) fn broken_field(answer: &mut Value, path: &str) {
    let names: Vec<&str> = path.split('.').collect();
    if let Some(data) = answer.get_mut("data") {
        null_at(data, &names);
    }
}

fn null_at(value: &mut Value, names: &[&str]) {
    match (value, names) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| null_at(item, names)),
        (Value::Object(fields), ["*", rest @ ..]) => {
            for field in fields.values_mut() {
                match rest {
                    [] => *field = Value::Null,
                    rest => null_at(field, rest),
                }
            }
        }
        (Value::Object(fields), [name, rest @ ..]) => {
            if let Some(field) = fields.get_mut(*name) {
                match rest {
                    [] => *field = Value::Null,
                    rest => null_at(field, rest),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_nulled_in_every_item() {
        let mut answer = json!({"data": {"a": {"nodes": [{"x": 1}, {"x": 2, "y": 3}]}}});
        broken_field(&mut answer, "a.nodes.x");
        assert_eq!(
            answer["data"]["a"]["nodes"],
            json!([{"x": null}, {"x": null, "y": 3}])
        );
        let mut answer = json!({"data": {"a": {"x": 1, "y": 2}, "b": {"x": 3}}});
        broken_field(&mut answer, "*.x");
        let expected = json!({"a": {"x": null, "y": 2}, "b": {"x": null}});
        assert_eq!(answer["data"], expected);
    }

    #[test]
    fn a_null_node_comes_with_an_error() {
        let mut answer = json!({"data": {"a": {"nodes": [1, 2]}, "b": 1}});
        null_node(&mut answer);
        assert_eq!(answer["data"]["a"]["nodes"], json!([null, 2]));
        assert_eq!(answer["errors"][0]["path"], json!(["a", "nodes", 0]));
    }
}
