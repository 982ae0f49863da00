//! What templates come to, and what is wrong with them.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use super::*;

fn values() -> Values {
    let values = json!({
        "domain": "acme.example", "tier": "silver", "n": 3, "f": 1.0, "half": 0.5, "big": 18_446_744_073_709_551_615_u64,
        "on": true, "list": ["a", "b"], "nothing": null, "db": {"host": "h", "api-host": "x"}, "empty": "",
    });
    Values::new()
        .with(Root::Values, &values)
        .environment("prod")
        .row([("id", "7"), ("region", "")])
}

fn render(text: &str) -> Result<Rendered, TemplateFault> {
    Template::parse(text)?
        .expect("a template")
        .render(&values())
}

#[test]
fn expressions_become_texts() {
    for (text, becomes, bare) in [
        (
            "https://${{ values.domain }}/api",
            "https://acme.example/api",
            false,
        ),
        ("${{ values.domain }}", "acme.example", false),
        ("${{values.n}}", "3", true),
        ("${{ values.n + 1 }}", "4", true),
        ("${{ values.f }}", "1.0", true),
        ("${{ values.half }}", "0.5", true),
        ("${{ values.big }}", "18446744073709551615", true),
        ("${{ values.on }}", "true", true),
        ("is ${{ values.on }}", "is true", false),
        (
            "${{ environment.name | upper }}-${{ row.id }}",
            "PROD-7",
            false,
        ),
        ("${{ 'a' if values.tier == 'gold' else 'b' }}", "b", false),
        ("${{ values.list | join(',') }}", "a,b", false),
        ("${{ values.typo | default('x') }}", "x", false),
        ("${{ row.region | default('eu') }}", "eu", false),
        ("${{ values.empty }}", "", false),
        (
            "${{ 'yes' if values.typo is defined else 'no' }}",
            "no",
            false,
        ),
        ("${{ values.db['api-host'] }}", "x", false),
        ("${{ {'a': {'b': 1}}['a']['b'] }}", "1", true),
        ("${{ '}}' }}", "}}", false),
        ("${{ \"\\\"}}\" }}", "\"}}", false),
        ("a $${{ b }}", "a ${{ b }}", false),
        ("$$${{", "$${{", false),
        (
            "{% if x %}${{ values.n }}{# no #}\n",
            "{% if x %}3{# no #}\n",
            false,
        ),
        ("<${{ '<&>' }}>", "<<&>>", false),
    ] {
        let rendered = render(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        assert_eq!(
            (rendered.text.as_str(), rendered.bare),
            (becomes, bare),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_template_is_none() {
    for text in [
        "",
        "plain",
        "{{ x }}",
        "$ {{ x }}",
        "{% x %}",
        "$VAR ${VAR}",
    ] {
        assert_eq!(Template::parse(text), Ok(None), "{text}");
    }
}

/// A text, where its fault is, what is said, and what of the hint.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    (
        "a ${{ values.domian }}",
        "values.domian",
        "values has no \"domian\"",
        "did you mean \"domain\"?",
    ),
    (
        "${{ values.db.hots }}",
        "values.db.hots",
        "values.db has no \"hots\"",
        "did you mean \"host\"?",
    ),
    (
        "${{ values.db.api-host }}",
        "host",
        "there is no \"host\"",
        "values['api-host']",
    ),
    (
        "${{ valeus.x }}",
        "valeus",
        "there is no \"valeus\"",
        "did you mean \"values\"?",
    ),
    (
        "${{ values.x == 'a' }}",
        "values.x",
        "values has no \"x\"",
        "",
    ),
    (
        "${{ values.x or 'a' }}",
        "values.x",
        "values has no \"x\"",
        "",
    ),
    (
        "${{ values.nothing }}",
        "values.nothing",
        "values has no \"nothing\"",
        "",
    ),
    (
        "${{ environment.nam }}",
        "environment.nam",
        "environment has no \"nam\"",
        "did you mean \"name\"?",
    ),
    (
        "${{ row.region }}",
        "row.region",
        "the cell \"region\" of this row is empty",
        "fill it in",
    ),
    (
        "${{ customer.name }}",
        "customer.name",
        "there is no customer here",
        "Fleet",
    ),
    (
        "${{ 'a' if false }}",
        "'a' if false",
        "this expression has no value",
        "an if needs its else",
    ),
    (
        "${{ values.tier if values.x is defined }}",
        "values.tier if",
        "this expression has no value",
        "else",
    ),
    ("${{ none }}", "none", "this expression has no value", ""),
    (
        "${{ values.db }}",
        "values.db",
        "this expression is a mapping",
        "name one of its keys",
    ),
    (
        "${{ values.list }}",
        "values.list",
        "this expression is a list",
        "join",
    ),
    ("${{ }}", " }}", "an expression with nothing in it", ""),
    (
        "x ${{ values.domain",
        "${{ values",
        "an expression that does not end",
        "$${{",
    ),
    ("${{ '}} }}", "${{ '", "an expression that does not end", ""),
    ("${{ values. }}", "", "this is no expression", ""),
    (
        "${{ values.n | shout }}",
        "",
        "this expression uses an unknown filter",
        "there are abs",
    ),
    (
        "${{ values.domain + 1 }}",
        "",
        "this expression is wrong",
        "",
    ),
    (
        "${{ 'x' * 100000000 }}",
        "",
        "this expression does too much work",
        "",
    ),
    (
        "${{ include('a') }}",
        "include",
        "there is no \"include\"",
        "",
    ),
];

#[test]
fn what_means_nothing_is_an_error_at_its_place() {
    for (text, place, message, hint) in FAULTS {
        let fault = render(text).expect_err(text);
        assert!(fault.message.starts_with(message), "{text}: {fault:?}");
        let said = fault.hint.clone().unwrap_or_default();
        assert!(said.contains(hint), "{text}: {fault:?}");
        let there = text.get(fault.offset..).expect("inside the text");
        assert!(there.starts_with(place), "{text}: {there}");
        assert!(
            fault.offset + fault.length <= text.len(),
            "{text}: {fault:?}"
        );
    }
}

#[test]
fn a_template_says_what_it_needs() {
    let parsed = |text| Template::parse(text).unwrap().unwrap();
    let roots = |text| parsed(text).roots().iter().copied().collect::<Vec<_>>();
    assert_eq!(roots("${{ values.a }}"), [Root::Values]);
    assert_eq!(
        roots("${{ customer.name }} ${{ row.a | default(environment.name) }}"),
        [Root::Environment, Root::Customer, Root::Row]
    );
    assert_eq!(roots("$${{ customer }}"), []);
}

proptest! {
    #[test]
    fn any_text_can_be_written_and_no_text_is_a_panic(text in any::<String>(), inner in "[a-z{}'\"\\\\$. |%#]{0,30}") {
        if let Some(template) = Template::parse(&escaped(&text)).unwrap() {
            prop_assert_eq!(template.render(&Values::new()).unwrap().text, text);
        } else {
            prop_assert!(!Template::is_in(&text));
        }
        if let Ok(Some(template)) = Template::parse(&format!("a ${{{{ {inner} }}}} ${{{{{inner}")) {
            let _ = template.render(&values());
        }
    }
}
