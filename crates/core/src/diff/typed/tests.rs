use super::Similarity::{Different, Nearly, Same};
use super::*;

fn variable(kind: &str) -> RequiredVariable {
    let (kind, collection) = match kind.split_once(' ') {
        Some((kind, collection)) => (kind, Some(collection.to_owned())),
        None => (kind, None),
    };
    RequiredVariable {
        key: "V".to_owned(),
        stable_key: None,
        data_type: kind.to_owned(),
        collection_type: collection,
        default_value: None,
        pick_list: Vec::new(),
        shared: false,
    }
}

/// What the variable holds, what is live, what is wanted, and how the two compare.
type Row = (&'static str, &'static str, &'static str, Similarity);

const TYPED: &[Row] = &[
    (
        "TIMESTAMP",
        "2026-01-31T17:00:00+00:00",
        "2026-01-31T17:00:00Z",
        Same,
    ),
    (
        "TIMESTAMP",
        "2026-01-31T18:00:00+01:00",
        "2026-01-31T17:00:00Z",
        Same,
    ),
    (
        "TIMESTAMP",
        "2026-01-31T17:00:00.000Z",
        "2026-01-31T17:00:00Z",
        Same,
    ),
    (
        "TIMESTAMP",
        "2026-01-31 17:00:00",
        "2026-01-31T17:00:00Z",
        Same,
    ),
    (
        "TIMESTAMP",
        "2026-01-31T17:00:01Z",
        "2026-01-31T17:00:00Z",
        Different,
    ),
    (
        "TIMESTAMP",
        "2026-01-31T17:00:00+01:00",
        "2026-01-31T17:00:00Z",
        Different,
    ),
    ("TIMESTAMP", "soon", "later", Different),
    ("DATE", "2026-01-31T00:00:00Z", "2026-01-31", Same),
    ("DATE", "2026-01-31T17:00:00Z", "2026-01-31", Different),
    ("DATE", "2026-02-01", "2026-01-31", Different),
    ("NUMBER", "50.0", "50", Same),
    ("NUMBER", "5e1", "50", Same),
    ("NUMBER", "+050", "50", Same),
    ("NUMBER", "-0", "0.00", Same),
    ("NUMBER", ".5", "0.50", Same),
    ("NUMBER", "-50", "50", Different),
    ("NUMBER", "9007199254740993", "9007199254740992", Different),
    ("NUMBER", "NaN", "nan", Different),
    ("NUMBER", "1e9999999999", "1e9999999998", Different),
    ("BOOLEAN", "True", "true", Same),
    ("BOOLEAN", "1", "true", Different),
    ("SCHEDULE", "*/5 * * * *", "*/5  *  * * *", Same),
    ("SCHEDULE", "0 9 * * mon", "0 9 * * MON", Same),
    ("SCHEDULE", "*/6 * * * *", "*/5 * * * *", Different),
    (
        "JSONFORM",
        r#"{"b": 2, "a": 1.0}"#,
        r#"{"a":1,"b":2}"#,
        Same,
    ),
    ("JSONFORM", r#"[1,2]"#, "[2,1]", Different),
    ("JSONFORM", r#"{"a":1}"#, r#"{"a":"1"}"#, Different),
    ("JSONFORM", "{", "{ ", Nearly),
    (
        "OBJECTFIELDMAP",
        r#"{"b":2,"a":1}"#,
        r#"{"a":1,"b":2}"#,
        Same,
    ),
    ("CODE", r#"{"b":2,"a":1}"#, r#"{"a":1,"b":2}"#, Same),
    ("CODE", "1.0", "1", Different),
    ("STRING VALUELIST", r#"["a", "b"]"#, r#"["a","b"]"#, Same),
    ("STRING VALUELIST", r#"["1"]"#, "[1]", Different),
    (
        "STRING VALUELIST",
        r#"["b","a"]"#,
        r#"["a","b"]"#,
        Different,
    ),
    ("STRING VALUELIST", "", "[]", Same),
    (
        "NUMBER VALUELIST",
        r#"["50", 5e1]"#,
        r#"["50.0","50"]"#,
        Same,
    ),
    (
        "STRING KEYVALUELIST",
        r#"[{"value":"1","key":"b"},{"key":"a","value":"2"}]"#,
        r#"[{"key":"a","value":"2"},{"key":"b","value":"1"}]"#,
        Same,
    ),
    (
        "STRING KEYVALUELIST",
        r#"[{"key":"a","value":"1"}]"#,
        r#"[{"key":"a","value":"2"}]"#,
        Different,
    ),
];

const TEXTS: &[Row] = &[
    // A text is compared by its characters, even if it looks like a number.
    ("STRING", "50", "50.0", Different),
    ("STRING", "TRUE", "true", Different),
    ("STRING", r#"{"b":2,"a":1}"#, r#"{"a":1,"b":2}"#, Different),
    (
        "STRING",
        "2026-01-31T17:00:00+00:00",
        "2026-01-31T17:00:00Z",
        Different,
    ),
    ("STRING", "a b", "a  b", Different),
    ("STRING", "https://x", "https://x\n", Nearly),
    ("STRING", "a\nb", "a\r\nb", Nearly),
    ("STRING", "caf\u{e9}", "cafe\u{301}", Nearly),
    ("STRING", "", " ", Nearly),
];

#[test]
fn a_value_has_many_spellings_and_a_text_has_one() {
    for (kind, live, wanted, expected) in TYPED.iter().chain(TEXTS) {
        let variable = variable(kind);
        assert_eq!(
            compare(&variable, live, wanted),
            *expected,
            "{kind}: {live} {wanted}"
        );
        assert_eq!(
            compare(&variable, wanted, live),
            *expected,
            "{kind}: {wanted} {live}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn a_value_is_itself_and_its_similarity_has_no_side(
        kind in proptest::sample::select(vec![
            "STRING", "NUMBER", "BOOLEAN", "DATE", "TIMESTAMP", "SCHEDULE", "CODE", "JSONFORM",
            "STRING VALUELIST", "NUMBER VALUELIST", "STRING KEYVALUELIST",
        ]),
        a in "[-+0-9eE.:TZ \\[\\]{}\",a-c]{0,16}",
        b in "[-+0-9eE.:TZ \\[\\]{}\",a-c]{0,16}",
    ) {
        let variable = variable(kind);
        proptest::prop_assert_eq!(compare(&variable, &a, &a), Same);
        proptest::prop_assert_eq!(compare(&variable, &a, &b), compare(&variable, &b, &a));
    }

    #[test]
    fn numbers_are_compared_as_floats_would_where_floats_are_exact(a in -1000_i32..1000, b in -1000_i32..1000, p in 0_usize..4) {
        let spelled = |n: i32| format!("{:.p$}", f64::from(n));
        proptest::prop_assert_eq!(Decimal::parse(&spelled(a)) == Decimal::parse(&b.to_string()), a == b);
    }
}
