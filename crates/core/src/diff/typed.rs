//! Whether two texts are one value of a config variable.
//!
//! The API takes and gives texts only, and may answer in another spelling than it was given.
//! What counts as another spelling depends on what the variable holds: a number, an instant, JSON.
//! A plain text is compared by its characters; only differences that cannot matter to a flow are ignored, and
//! reported.

mod number;

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde_json::Value;

use self::number::Decimal;
use crate::model::RequiredVariable;

/// How two texts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Similarity {
    /// One value.
    Same,
    /// One value but for outer white space, line endings or the Unicode normal form.
    Nearly,
    /// Two values.
    Different,
}

/// Compares two values of a variable that are written as single texts.
pub(crate) fn compare(declared: &RequiredVariable, live: &str, wanted: &str) -> Similarity {
    if live == wanted {
        return Similarity::Same;
    }
    let kind = Kind::of(declared);
    if kind.is_one(live, wanted) {
        return Similarity::Same;
    }
    match texts(live, wanted) {
        Similarity::Different if kind.is_one(&normalised(live), &normalised(wanted)) => {
            Similarity::Nearly
        }
        similarity @ (Similarity::Same | Similarity::Nearly | Similarity::Different) => similarity,
    }
}

/// Compares two plain texts.
pub(crate) fn texts(live: &str, wanted: &str) -> Similarity {
    if live == wanted {
        Similarity::Same
    } else if normalised(live) == normalised(wanted) {
        Similarity::Nearly
    } else {
        Similarity::Different
    }
}

/// A text without what servers and editors are apt to change: outer white space,
/// `\r\n`, and characters that are written in more than one way.
pub(crate) fn normalised(text: &str) -> String {
    let lines = match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    };
    let composed = match lines.is_ascii() {
        true => lines,
        false => Cow::Owned(
            ComposingNormalizerBorrowed::new_nfc()
                .normalize(&lines)
                .into_owned(),
        ),
    };
    composed.trim().to_owned()
}

/// What a variable holds, as far as comparing goes.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    Moment,
    Json,
    /// Some language; JSON where both sides are.
    Code,
    Schedule,
    List(Item),
    Pairs(Item),
}

/// What a list holds.
#[derive(Clone, Copy)]
enum Item {
    Text,
    Number,
    Boolean,
    Date,
    Moment,
}

impl Item {
    fn single(self) -> Kind {
        match self {
            Self::Text => Kind::Text,
            Self::Number => Kind::Number,
            Self::Boolean => Kind::Boolean,
            Self::Date => Kind::Date,
            Self::Moment => Kind::Moment,
        }
    }
}

impl Kind {
    fn of(declared: &RequiredVariable) -> Self {
        let kind = declared.data_type.to_ascii_uppercase();
        let item = match kind.as_str() {
            "NUMBER" => Item::Number,
            "BOOLEAN" => Item::Boolean,
            "DATE" => Item::Date,
            "TIMESTAMP" => Item::Moment,
            _ => Item::Text,
        };
        let collection = declared.collection_type.as_deref();
        match (kind.as_str(), collection) {
            (_, Some(list)) if list.eq_ignore_ascii_case("VALUELIST") => Self::List(item),
            (_, Some(_)) => Self::Pairs(item),
            ("JSONFORM" | "OBJECTSELECTION" | "OBJECTFIELDMAP", None) => Self::Json,
            ("CODE", None) => Self::Code,
            ("SCHEDULE", None) => Self::Schedule,
            (_, None) => item.single(),
        }
    }

    fn is_one(self, a: &str, b: &str) -> bool {
        match self {
            Self::Text => a == b,
            Self::Number => both(a, b, Decimal::parse),
            Self::Boolean => both(a, b, boolean),
            Self::Date => both(a, b, date),
            Self::Moment => both(a, b, instant),
            Self::Json => json_texts(a, b, |_| true),
            Self::Code => json_texts(a, b, |value| value.is_object() || value.is_array()),
            Self::Schedule => cron(a, b),
            Self::List(item) => lists(a, b, item),
            Self::Pairs(item) => pairs(a, b, item),
        }
    }
}

/// Whether both can be read, and as the same.
fn both<T: PartialEq>(a: &str, b: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    read(a).is_some_and(|a| read(b) == Some(a))
}

fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    match () {
        () if is("true") => Some(true),
        () if is("false") => Some(false),
        () => None,
    }
}

/// A moment. Without an offset it is taken for UTC, as servers that add one do.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = text.parse::<DateTime>().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A day: a date, or its midnight in UTC.
fn date(text: &str) -> Option<jiff::civil::Date> {
    let moment = instant(text)?.to_zoned(TimeZone::UTC);
    let whole = moment.round(Unit::Second).ok()? == moment;
    (whole && moment.time() == Time::midnight()).then(|| moment.date())
}

/// Two cron texts with the same fields. Any number of spaces separates them, and names have no case.
pub(crate) fn cron(a: &str, b: &str) -> bool {
    let fields = |text: &str| -> Vec<String> {
        let fields = text.split_whitespace();
        fields.map(str::to_ascii_uppercase).collect()
    };
    fields(a) == fields(b)
}

fn json_texts(a: &str, b: &str, counts: impl Fn(&Value) -> bool) -> bool {
    let read = |text: &str| -> Option<Value> {
        let value = serde_json::from_str(text).ok()?;
        counts(&value).then_some(value)
    };
    matches!((read(a), read(b)), (Some(a), Some(b)) if json(&a, &b))
}

/// The same value of JSON: the order of members and the spelling of numbers mean nothing.
pub(crate) fn json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || both(&a.to_string(), &b.to_string(), Decimal::parse)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| json(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let has = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| json(a, b));
            a.len() == b.len() && a.iter().all(has)
        }
        _ => a == b,
    }
}

/// Two items of a list. Where it holds numbers, `1` and `"1"` are the same.
fn items(a: &Value, b: &Value, item: Item) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let typed = !matches!(item, Item::Text);
    json(a, b)
        || typed && matches!((text(a), text(b)), (Some(a), Some(b)) if item.single().is_one(&a, &b))
}

fn array(text: &str) -> Option<Vec<Value>> {
    match text.trim() {
        // No list and an empty one are written alike.
        "" => Some(Vec::new()),
        text => serde_json::from_str(text).ok(),
    }
}

fn lists(a: &str, b: &str, item: Item) -> bool {
    let (Some(a), Some(b)) = (array(a), array(b)) else {
        return false;
    };
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| items(a, b, item))
}

/// The order of keys does not matter; among duplicates of one key it does.
fn pairs(a: &str, b: &str, item: Item) -> bool {
    let read = |text: &str| -> Option<Vec<(String, Value)>> {
        let pair = |pair: &Value| {
            let pair = pair.as_object().filter(|pair| pair.len() == 2)?;
            Some((
                pair.get("key")?.as_str()?.to_owned(),
                pair.get("value")?.clone(),
            ))
        };
        let mut all: Vec<_> = array(text)?.iter().map(pair).collect::<Option<_>>()?;
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Some(all)
    };
    match (read(a), read(b)) {
        (Some(a), Some(b)) => {
            let same = |((ka, a), (kb, b)): (&(String, Value), &(String, Value))| {
                ka == kb && items(a, b, item)
            };
            a.len() == b.len() && a.iter().zip(&b).all(same)
        }
        _ => json_texts(a, b, |_| true),
    }
}

#[cfg(test)]
mod tests;
