//! Inputs of connections, of an instance's own and of shared ones: declared against live.

use indexmap::IndexMap;

use crate::diff::{Refusal, Stop};
use crate::kinds::instance::compare::secret_match::{self, Judgement, Recall};
use crate::model::{
    ConnectionInput, FieldChange, FieldPath, InputWrite, LiveInput, SecretError, SecretValues,
};
use crate::sensitivity::{self, Verdict};

/// The inputs of one connection as they are, and what is known of values that the API does not show.
pub(crate) struct LiveInputs<'a> {
    /// What refusals call it: `config "Login"`.
    pub(crate) what: String,
    /// The field that an input is.
    pub(crate) path: Box<dyn Fn(&str) -> FieldPath + 'a>,
    pub(crate) now: &'a [LiveInput],
    pub(crate) recall: &'a Recall<'a>,
    pub(crate) secrets: &'a SecretValues,
}

/// How inputs differ.
#[derive(Default)]
pub(crate) struct InputsDiff {
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) respelled: Vec<String>,
    /// All declared inputs, where one differs: whether the server keeps those left out is not known.
    pub(crate) writes: Option<Vec<(String, InputWrite)>>,
}

impl LiveInputs<'_> {
    /// Compares declared inputs with these, field by field.
    pub(crate) fn compare(
        &self,
        declared: &IndexMap<String, ConnectionInput>,
    ) -> Result<InputsDiff, Stop> {
        let mut diff = InputsDiff::default();
        let mut writes = Vec::new();
        for (name, input) in declared {
            let now = self.now.iter().find(|live| live.name == *name);
            let write = match input {
                ConnectionInput::Plain(text) => InputWrite::Text(text.clone()),
                ConnectionInput::Secret(reference) => {
                    let secret = self.secrets.get(reference);
                    InputWrite::Secret(secret.map_err(|it| no_secret(&self.what, &it))?.clone())
                }
            };
            match self.recall.input(name, now, write.expose()) {
                Judgement::Same if !is_rewritten(input, now) => {}
                Judgement::Same | Judgement::Respelled => {
                    diff.respelled.push((self.path)(name).to_string());
                }
                Judgement::Write(note) => {
                    let field = self.field(name, now, &write).with_note(note);
                    diff.fields.push(field);
                }
            }
            writes.push((name.clone(), write));
        }
        diff.writes = (!diff.fields.is_empty()).then_some(writes);
        Ok(diff)
    }

    fn field(&self, name: &str, now: Option<&LiveInput>, write: &InputWrite) -> FieldChange {
        let path = (self.path)(name);
        match write {
            InputWrite::Text(text) => {
                let before = now.and_then(|live| live.value.as_deref());
                let before = before.filter(|text| !secret_match::is_mask(Some(text)));
                shown(path, (name, None), (before, text), self.secrets)
            }
            InputWrite::Secret(_) => FieldChange::hidden(path),
        }
    }
}

/// A change of a value, shown as far as it may be. Live values count as declared ones do.
pub(crate) fn shown(
    path: FieldPath,
    (name, kind): (&str, Option<&str>),
    (before, after): (Option<&str>, &str),
    secrets: &SecretValues,
) -> FieldChange {
    let mut values = before.into_iter().chain([after]);
    match sensitivity::setting(name, kind, values.clone()) {
        Verdict::Secret => FieldChange::hidden(path),
        _ if values.any(|value| secrets.are_in(value)) => FieldChange::hidden(path),
        Verdict::Doubtful => FieldChange::doubtful(path, before, Some(after)),
        Verdict::Open => FieldChange::shown(path, before, Some(after)),
    }
}

/// Whether an input that is no secret reads otherwise than it was written. A mask is no spelling of anything.
fn is_rewritten(input: &ConnectionInput, now: Option<&LiveInput>) -> bool {
    let now = now.and_then(|now| now.value.as_deref());
    match (input, now) {
        (ConnectionInput::Plain(text), Some(now)) => {
            now != text && !secret_match::is_mask(Some(now))
        }
        (ConnectionInput::Plain(_) | ConnectionInput::Secret(_), _) => false,
    }
}

/// The refusal of something whose secret is not there.
pub(crate) fn no_secret(what: &str, error: &SecretError) -> Stop {
    Refusal::new(format!("{what}: {error}"))
        .hint("provide it where this runs; the other resources go on")
        .into()
}
