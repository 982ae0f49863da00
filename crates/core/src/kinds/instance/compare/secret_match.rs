//! Values that the API may not give back, against what is remembered of them.
//!
//! | the API shows | remembered | so |
//! | --- | --- | --- |
//! | the declared value | | same |
//! | the declared value, but for its outer white space | | same, and said |
//! | no value | | write |
//! | another text, no mask | | write: it was changed by another writer |
//! | what it showed after the last write | the same value was written last | same |
//! | a mask | the same value was written last | same |
//! | a mask | another value was written last | write: it was rotated |
//! | a mask | nothing | write once, or leave it, as the caller wants |
//!
//! A mask is a text that servers are known to answer, or exactly what the API
//! showed right after the last write.

use crate::diff::Inputs;
use crate::diff::typed::{self, Similarity};
use crate::model::{
    API_KEYS, LiveInput, Recorded, SecretRecords, SecretWrites, ValueId, ValueOwner,
};

/// Said of a value that differs from the one written last.
const ROTATED: &str = "changed";
/// The reason given for a value that is written because the live value is unknown.
const UNRECORDED: &str = "no record of the last value written";

/// Whether a value has to be written, and what there is to say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    Same,
    /// The live value equals the declared one, in the server's spelling.
    Respelled,
    Write(Option<&'static str>),
}

/// What is remembered of one config variable, or of a shared connection.
pub(crate) struct Recall<'a> {
    records: &'a SecretRecords,
    unrecorded: SecretWrites,
    /// `None` before its owner exists.
    variable: Option<ValueId>,
}

impl<'a> Recall<'a> {
    pub(crate) fn new(inputs: &Inputs<'a>, owner: Option<ValueOwner>, key: &str) -> Self {
        let variable = owner.map(|owner| ValueId {
            owner,
            variable: key.to_owned(),
            input: None,
        });
        Self {
            records: inputs.records,
            unrecorded: inputs.unrecorded,
            variable,
        }
    }

    /// The value of a variable that is no connection. The API does not say whether there is one: an empty
    /// text counts as no value, unless the API showed it right after the last write.
    pub(crate) fn text(&self, shown: Option<&str>, wanted: &str) -> Judgement {
        let Some(id) = &self.variable else {
            return Judgement::Write(None);
        };
        let has_value = shown.is_some_and(|text| !text.is_empty());
        let has_value = has_value || self.records.shows_the_same(id, shown);
        self.judge(id, shown, has_value, wanted)
    }

    /// Whether the server made what it shows of what is wanted: it showed the same right after
    /// the last write, and that wrote the same.
    pub(crate) fn rewritten(&self, shown: Option<&str>, wanted: &str) -> bool {
        self.variable.as_ref().is_some_and(|id| {
            self.records.compare(id, wanted) == Recorded::Same
                && self.records.shows_the_same(id, shown)
        })
    }

    /// The same for a part of a schedule besides its value.
    pub(crate) fn rewritten_part(&self, part: &str, shown: &str, wanted: &str) -> bool {
        self.variable.as_ref().is_some_and(|variable| {
            let id = ValueId {
                input: Some(part.to_owned()),
                ..variable.clone()
            };
            self.records.compare(&id, wanted) == Recorded::Same
                && self.records.shows_the_same(&id, Some(shown))
        })
    }

    /// An input of a connection.
    pub(crate) fn input(&self, name: &str, live: Option<&LiveInput>, wanted: &str) -> Judgement {
        let (Some(variable), Some(live)) = (&self.variable, live) else {
            return Judgement::Write(None);
        };
        let id = ValueId {
            input: Some(name.to_owned()),
            ..variable.clone()
        };
        self.judge(&id, live.value.as_deref(), live.has_value, wanted)
    }

    /// The keys of a flow, each side one text. `masked`: the API shows something in place of them.
    pub(crate) fn keys(&self, shown: &str, masked: bool, wanted: &str) -> Judgement {
        let Some(variable) = &self.variable else {
            return Judgement::Write(None);
        };
        if shown == wanted {
            return Judgement::Same;
        }
        let id = ValueId {
            input: Some(API_KEYS.to_owned()),
            ..variable.clone()
        };
        let masked = masked || self.records.shows_the_same(&id, Some(shown));
        self.unseen(&id, masked, wanted)
    }

    fn judge(&self, id: &ValueId, shown: Option<&str>, has_value: bool, wanted: &str) -> Judgement {
        match shown.map(|shown| typed::texts(shown, wanted)) {
            Some(Similarity::Same) => return Judgement::Same,
            Some(Similarity::Nearly) if has_value => return Judgement::Respelled,
            _ => {}
        }
        let masked = || is_mask(shown) || self.records.shows_the_same(id, shown);
        self.unseen(id, has_value && masked(), wanted)
    }

    /// A value that is not the one shown: by the records, where that is a mask.
    fn unseen(&self, id: &ValueId, masked: bool, wanted: &str) -> Judgement {
        if !masked {
            return Judgement::Write(None);
        }
        match (self.records.compare(id, wanted), self.unrecorded) {
            (Recorded::Same, _) | (Recorded::Nothing, SecretWrites::Never) => Judgement::Same,
            (Recorded::Other, _) => Judgement::Write(Some(ROTATED)),
            (Recorded::Nothing, SecretWrites::Once) => Judgement::Write(Some(UNRECORDED)),
        }
    }
}

/// What servers are known to answer in place of a write-only value: nothing,
/// `NA`, or a row of one sign.
pub(crate) fn is_mask(shown: Option<&str>) -> bool {
    let Some(shown) = shown else { return true };
    shown.is_empty() || shown == "NA" || shown.chars().all(|c| c == 'x') || is_signs(shown)
}

/// A row of signs, with the last characters after it perhaps. Other masks are
/// known by what the API answered when the value was written.
fn is_signs(value: &str) -> bool {
    let row = value.chars().take_while(|c| "*•●".contains(*c)).count();
    row >= 3 || (row > 0 && row == value.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_nothing_na_or_a_row_of_signs() {
        for mask in ["", "NA", "x", "xxxx", "*", "••", "****", "***4242", "●●●●1"] {
            assert!(is_mask(Some(mask)), "{mask:?}");
        }
        assert!(is_mask(None));
        for value in ["N/A", "na", "xy", "*.example.com", "**bold", "a***", "0"] {
            assert!(!is_mask(Some(value)), "{value:?}");
        }
    }
}
