//! Connections that come, and that change.

use super::*;

type Row<'a> = (&'a str, &'a str, &'a str, Arrange, &'a str);

fn hold(table: &[Row<'_>]) {
    for (what, before, after, arrange, expected) in table {
        let mut world = moving(&[before], &[after]);
        arrange(&mut world);
        assert_eq!(fate(&world), *expected, "{what}");
    }
}

fn login(more: &str) -> String {
    format!("{LOGIN}{more}}}")
}

fn user() -> String {
    login(", inputs: {username: {type: value, value: ''}}")
}

const MORE: &str = "{key: More, dataType: string, defaultValue: d}";
const WORKS: Arrange = |world| connected(world, false);
const GIVEN: Arrange = |world| {
    connected(world, false);
    let all = inputs(&[("username", "bot"), ("tenant", "acme")]);
    world.desired.instances[0].set("Login", ConfigValue::Connection(all));
};

#[test]
fn connections_that_come() {
    let user = user();
    let size = SIZE.to_owned();
    hold(&[
        ("added", &size, &user, NONE, "blocked Login"),
        (
            "added, and git gives it",
            &size,
            &user,
            |world| {
                let all = inputs(&[("username", "bot")]);
                world.desired.instances[0].set("Login", ConfigValue::Connection(all));
            },
            "upgrade",
        ),
        (
            "added, and a person connects it",
            &size,
            &user,
            |world| {
                world.desired.instances[0].set("Login", ConfigValue::PendingConnection);
            },
            "consent Login",
        ),
        (
            "the same connection",
            &user,
            &format!("{user}\n- {MORE}"),
            WORKS,
            "upgrade",
        ),
    ]);
}

#[test]
fn connections_that_change() {
    let user = user();
    let both =
        login(", inputs: {username: {type: value, value: ''}, tenant: {type: value, value: ''}}");
    // An input without a value alone is no other definition.
    let both = format!("{both}\n- {MORE}");
    let scope =
        login(", inputs: {username: {type: value, value: ''}, scopes: {type: value, value: read}}");
    let scopes = login(
        ", inputs: {username: {type: value, value: ''}, scopes: {type: value, value: read write}}",
    );
    let other = user.replace("key: http", "key: ftp");
    let string = "{key: Login, dataType: string}".to_owned();
    hold(&[
        ("a new input", &user, &both, WORKS, "unknown Login"),
        ("a new input that git gives", &user, &both, GIVEN, "upgrade"),
        (
            "a new input that it has already",
            &user,
            &both,
            |world| {
                connected(world, false);
                let more = LiveInput {
                    name: "tenant".to_owned(),
                    value: None,
                    has_value: true,
                };
                held(world, "Login").inputs.push(more);
            },
            "upgrade",
        ),
        ("another component", &user, &other, WORKS, "unknown Login"),
        (
            "another component, and git gives its inputs",
            &user,
            &other,
            GIVEN,
            "unknown Login",
        ),
        (
            "other scopes, with a consent",
            &scope,
            &scopes,
            |world| connected(world, true),
            "unknown Login",
        ),
        (
            "other scopes, without one",
            &scope,
            &scopes,
            WORKS,
            "upgrade",
        ),
        (
            "a text before",
            &string,
            &user,
            |world| held(world, "Login").value = Some("x".to_owned()),
            "unknown Login",
        ),
    ]);
}
