//! The kinds of filters that lists have, in the style of Django's lookups.

use async_graphql::Value;
use jiff::Timestamp;
use uuid::Uuid;

use super::call::{Call, int, items, text, time};
use crate::world::id;

/// Whether a row stays in a list.
pub(crate) type Predicate<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

/// A predicate, or what is wrong with the argument.
pub(crate) type Made<'a, T> = Result<Predicate<'a, T>, String>;

/// Makes the predicate of one argument.
pub(crate) type Filter<T> = for<'a> fn(&'a Value, &'a Call<'a>) -> Made<'a, T>;

/// The filters of a kind of object, by argument.
pub(crate) type Filters<T> = &'static [(&'static str, Filter<T>)];

/// Keeps rows whose text is the argument.
pub(crate) fn exact<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &str) -> Made<'a, T> {
    let wanted = text(value);
    Ok(Box::new(move |row| get(row) == wanted))
}

/// Keeps rows whose text is the argument, in any case.
pub(crate) fn iexact<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &str) -> Made<'a, T> {
    let wanted = text(value).to_lowercase();
    Ok(Box::new(move |row| get(row).to_lowercase() == wanted))
}

/// Keeps rows whose text contains the argument, in any case.
pub(crate) fn contains<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &str) -> Made<'a, T> {
    let wanted = text(value).to_lowercase();
    Ok(Box::new(move |row| {
        get(row).to_lowercase().contains(&wanted)
    }))
}

/// Keeps rows whose text begins with the argument, in any case.
pub(crate) fn starts<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &str) -> Made<'a, T> {
    let wanted = text(value).to_lowercase();
    Ok(Box::new(move |row| {
        get(row).to_lowercase().starts_with(&wanted)
    }))
}

/// Keeps rows whose text is one of the argument's.
pub(crate) fn one_of<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &str) -> Made<'a, T> {
    let wanted: Vec<String> = items(value).iter().map(text).collect();
    Ok(Box::new(move |row| {
        wanted.iter().any(|text| text == get(row))
    }))
}

/// Keeps rows that have the argument among their labels.
pub(crate) fn labelled<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &[String]) -> Made<'a, T> {
    let wanted = text(value);
    Ok(Box::new(move |row| get(row).contains(&wanted)))
}

/// Keeps rows that have a label that contains the argument, in any case.
pub(crate) fn labelled_like<'a, T: 'a>(value: &'a Value, get: fn(&T) -> &[String]) -> Made<'a, T> {
    let wanted = text(value).to_lowercase();
    Ok(Box::new(move |row| {
        get(row)
            .iter()
            .any(|label| label.to_lowercase().contains(&wanted))
    }))
}

/// Keeps rows for which a fact is as the argument says.
pub(crate) fn flag<'a, T: 'a>(value: &'a Value, get: impl Fn(&T) -> bool + 'a) -> Made<'a, T> {
    let wanted = matches!(value, Value::Boolean(true));
    Ok(Box::new(move |row| get(row) == wanted))
}

/// Keeps rows with this number.
pub(crate) fn number<'a, T: 'a>(value: &'a Value, get: impl Fn(&T) -> i64 + 'a) -> Made<'a, T> {
    let wanted = int(value);
    Ok(Box::new(move |row| Some(get(row)) == wanted))
}

/// Keeps rows from this time on.
pub(crate) fn since<'a, T: 'a>(value: &'a Value, get: fn(&T) -> Option<Timestamp>) -> Made<'a, T> {
    let wanted = time(value)?;
    Ok(Box::new(move |row| get(row).is_some_and(|at| at >= wanted)))
}

/// Keeps rows up to this time.
pub(crate) fn until<'a, T: 'a>(value: &'a Value, get: fn(&T) -> Option<Timestamp>) -> Made<'a, T> {
    let wanted = time(value)?;
    Ok(Box::new(move |row| get(row).is_some_and(|at| at <= wanted)))
}

/// Keeps rows whose time compares to this one as asked.
pub(crate) fn compared<'a, T: 'a>(
    value: &'a Value,
    get: fn(&T) -> Timestamp,
    keeps: fn(&Timestamp, &Timestamp) -> bool,
) -> Made<'a, T> {
    let wanted = time(value)?;
    Ok(Box::new(move |row| keeps(&get(row), &wanted)))
}

/// Keeps rows that refer to one of the global ids.
pub(crate) fn refers<'a, T: 'a>(
    value: &'a Value,
    kind: &str,
    get: impl Fn(&T) -> Option<Uuid> + 'a,
) -> Made<'a, T> {
    let ids = items(value)
        .iter()
        .filter_map(|item| id::local(kind, &text(item)));
    let wanted: Vec<Uuid> = ids.collect();
    Ok(Box::new(move |row| {
        get(row).is_some_and(|id| wanted.contains(&id))
    }))
}

/// Keeps rows with this plain uuid.
pub(crate) fn uuid<'a, T: 'a>(value: &'a Value, get: fn(&T) -> Uuid) -> Made<'a, T> {
    let wanted = Uuid::parse_str(&text(value)).ok();
    Ok(Box::new(move |row| Some(get(row)) == wanted))
}

/// Keeps every row: for arguments that cannot make a difference here.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where other filters can fail"
)]
pub(crate) fn any<'a, T: 'static>(_: &'a Value, _: &'a Call<'a>) -> Made<'a, T> {
    Ok(Box::new(|_| true))
}

/// Keeps rows where something the sandbox never has is asked to be absent.
pub(crate) fn never<'a, T: 'static>(value: &'a Value, _: &'a Call<'a>) -> Made<'a, T> {
    flag(value, |_| false)
}
