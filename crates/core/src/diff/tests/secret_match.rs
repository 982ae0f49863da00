//! Values that may be masked: every row of the table in `recall`.

use super::*;
use crate::model::{
    ConfigWrite, ConnectionInput, Echo, InputWrite, InstanceId, SecretWrites, ValueOwner,
    WriteValue,
};

const WANTED: &str = "s3cret-canary";

/// What is remembered of the last write.
#[derive(Debug, Clone, Copy)]
enum Record {
    Absent,
    /// Which value was written, and what the API showed afterwards, if it said so.
    Of(&'static str, Option<&'static str>),
}

use Record::{Absent, Of};

const UNRECORDED: &str = "no record of the last value written";

/// What the API shows, whether it says there is a value, what is remembered,
/// and what follows: nothing, or a write with or without a note.
type Row = (
    Option<&'static str>,
    bool,
    Record,
    Option<Option<&'static str>>,
);

const INPUT: [Row; 20] = [
    // It can be read, and is right.
    (Some(WANTED), true, Absent, None),
    (Some(WANTED), true, Of("old", Some("")), None),
    // It can be read, and is wrong.
    (Some("other"), true, Absent, Some(None)),
    (Some("other"), true, Of(WANTED, None), Some(None)),
    // It differs from the echo of the last write: changed by another writer.
    (Some("other"), true, Of(WANTED, Some(WANTED)), Some(None)),
    (Some("<x>"), true, Of(WANTED, Some("<hidden>")), Some(None)),
    // A mask, and the value that was written last.
    (Some(""), true, Of(WANTED, Some("")), None),
    (None, true, Of(WANTED, None), None),
    (Some("NA"), true, Of(WANTED, Some("NA")), None),
    (Some("••••"), true, Of(WANTED, None), None),
    (Some("<hidden>"), true, Of(WANTED, Some("<hidden>")), None),
    // A server mask that differs from the last one proves nothing.
    (Some("****"), true, Of(WANTED, Some("NA")), None),
    // A mask, and another value was written last.
    (Some(""), true, Of("old", Some("")), Some(Some("changed"))),
    (
        Some("<hidden>"),
        true,
        Of("old", Some("<hidden>")),
        Some(Some("changed")),
    ),
    // A mask, and no record.
    (Some(""), true, Absent, Some(Some(UNRECORDED))),
    (Some("NA"), true, Absent, Some(Some(UNRECORDED))),
    (None, true, Absent, Some(Some(UNRECORDED))),
    // There is no value.
    (Some(""), false, Of(WANTED, Some("")), Some(None)),
    (None, false, Absent, Some(None)),
    (Some("NA"), false, Of(WANTED, Some("NA")), Some(None)),
];

/// A variable that is no connection does not say whether it has a value.
const TEXT: [Row; 10] = [
    (Some(WANTED), true, Absent, None),
    (Some("other"), true, Absent, Some(None)),
    (Some("other"), true, Of(WANTED, Some(WANTED)), Some(None)),
    (Some("NA"), true, Absent, Some(Some(UNRECORDED))),
    (Some("NA"), true, Of(WANTED, None), None),
    (Some("<hidden>"), true, Of(WANTED, Some("<hidden>")), None),
    (Some("***"), true, Of("old", None), Some(Some("changed"))),
    (Some(""), false, Absent, Some(None)),
    (None, false, Of(WANTED, Some(WANTED)), Some(None)),
    (Some(""), false, Of(WANTED, Some("")), None),
];

fn remember(world: &mut World, record: Record, value: impl Fn(Secret) -> WriteValue) {
    let Of(applied, shown) = record else { return };
    let mut echo = Echo::default();
    if let Some(shown) = shown {
        echo.insert("Endpoint", None, Some(shown.to_owned()));
        echo.insert("Endpoint", Some("password"), Some(shown.to_owned()));
    }
    let write = ConfigWrite {
        key: "Endpoint".to_owned(),
        value: value(Secret::new(applied.to_owned())),
    };
    world.records.learn(
        &ValueOwner::Instance(InstanceId::new("n1")),
        &[write],
        &echo,
    );
}

fn password(write: InputWrite) -> WriteValue {
    WriteValue::Inputs(vec![("password".to_owned(), write)])
}

fn secret(world: &mut World) -> SecretRef {
    let reference = SecretRef::Env("PW".to_owned());
    let value = Ok(Secret::new(WANTED.to_owned()));
    world.secrets.insert(reference.clone(), value);
    reference
}

/// A connection whose password is declared one way or the other.
fn connection(world: &mut World, input: ConnectionInput, shown: Option<&str>, has_value: bool) {
    let inputs = indexmap::IndexMap::from([
        (
            "user".to_owned(),
            ConnectionInput::Plain("smith".to_owned()),
        ),
        ("password".to_owned(), input),
    ]);
    world.desired.instances[0].set("Endpoint", ConfigValue::Connection(inputs));
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let live = |name: &str, value: Option<&str>, has_value| LiveInput {
        name: name.to_owned(),
        value: value.map(ToOwned::to_owned),
        has_value,
    };
    config.get_mut("Endpoint").unwrap().inputs = vec![
        live("user", Some("smith"), true),
        live("password", shown, has_value),
    ];
}

#[track_caller]
fn check(world: &World, row: &Row) {
    let changes = instance(world);
    let notes: Vec<_> = changes
        .fields
        .iter()
        .map(|field| field.note.as_deref())
        .collect();
    assert_eq!(notes, Vec::from_iter(row.3), "{row:?}");
    assert_eq!(!changes.config.is_empty(), row.3.is_some(), "{row:?}");
    assert!(!format!("{changes:?}").contains(WANTED));
}

#[test]
fn secret_inputs() {
    for row in INPUT {
        let mut world = in_step();
        let reference = secret(&mut world);
        connection(&mut world, ConnectionInput::Secret(reference), row.0, row.1);
        remember(&mut world, row.2, |value| {
            password(InputWrite::Secret(value))
        });
        check(&world, &row);
    }
}

#[test]
fn plain_inputs_are_judged_alike() {
    for row in INPUT {
        let mut world = in_step();
        let input = ConnectionInput::Plain(WANTED.to_owned());
        connection(&mut world, input, row.0, row.1);
        let text = |value: Secret| password(InputWrite::Text(value.expose().to_owned()));
        remember(&mut world, row.2, text);
        let changes = instance(&world);
        assert_eq!(!changes.config.is_empty(), row.3.is_some(), "{row:?}");
    }
}

#[test]
fn secret_variables() {
    for row in TEXT {
        let mut world = in_step();
        let reference = secret(&mut world);
        world.desired.instances[0].set("Endpoint", ConfigValue::Secret(reference));
        let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
            panic!()
        };
        config.get_mut("Endpoint").unwrap().value = row.0.map(ToOwned::to_owned);
        remember(&mut world, row.2, WriteValue::Secret);
        check(&world, &row);
    }
}

#[test]
fn what_nobody_knows_can_be_left_alone_but_not_what_was_rotated() {
    for (record, written) in [(Absent, false), (Of("old", None), true)] {
        let mut world = in_step();
        world.unrecorded = SecretWrites::Never;
        let reference = secret(&mut world);
        connection(
            &mut world,
            ConnectionInput::Secret(reference),
            Some(""),
            true,
        );
        remember(&mut world, record, |value| {
            password(InputWrite::Secret(value))
        });
        assert_eq!(!instance(&world).config.is_empty(), written, "{record:?}");
    }
}

#[test]
fn records_are_about_one_instance() {
    let mut world = in_step();
    let reference = secret(&mut world);
    connection(
        &mut world,
        ConnectionInput::Secret(reference),
        Some(""),
        true,
    );
    remember(&mut world, Of(WANTED, Some("")), |value| {
        password(InputWrite::Secret(value))
    });
    assert!(instance(&world).config.is_empty());
    world.tenant.instances.items[0].id = InstanceId::new("n2");
    assert_eq!(instance(&world).config.len(), 1, "made anew by somebody");
}

#[test]
fn a_mask_is_not_shown_as_the_value_before() {
    let mut world = in_step();
    connection(
        &mut world,
        ConnectionInput::Plain("open".to_owned()),
        Some("NA"),
        true,
    );
    // A name that says nothing of secrets, so that the value may be shown.
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let variable = config.get_mut("Endpoint").unwrap();
    variable.inputs[0].value = Some("NA".to_owned());
    let user = &instance(&world).fields[0];
    assert_eq!(
        (
            user.before.as_deref(),
            user.after.as_deref(),
            user.note.as_deref()
        ),
        (None, Some("smith"), Some(UNRECORDED))
    );
}
