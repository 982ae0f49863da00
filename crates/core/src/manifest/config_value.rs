//! Values of config variables. A single value is the text it was written as.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::fields::{Fields, entries, quoted};
use super::findings::{Problem, Report};
use super::suggest::nearest;
use super::{connection, keys, secret, structured};
use crate::model::{Config, ConfigEntry, ConfigValue, Schedule, ScheduleKind};
use crate::yaml::{Content, Entry, Node};

const FORMS: &str = "a mapping here is one of {seed: …}, {value: …}, {schedule: …, timeZone: …}, \
                     {secret: …} or {connection: …}";

/// The form of a config value that has this key.
pub(crate) fn form_of(key: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 7] = [
        ("seed", "seed"),
        ("value", "value"),
        ("schedule", "schedule"),
        ("timeZone", "schedule"),
        ("secret", "secret"),
        ("connection", "connection"),
        ("consent", "connection"),
    ];
    let known = WORDS.iter().find(|(word, _)| *word == key);
    known.map(|(_, form)| *form)
}

/// All variables under `config:`.
pub(crate) fn read_all(report: &Report, node: &Node) -> Option<Config> {
    let entries = entries(report, node, "\"config\"")?;
    let mut config = IndexMap::with_capacity(entries.len());
    for entry in entries {
        if let Some(read) = read(report, entry) {
            config.insert(entry.key.text.clone(), Arc::new(read));
        }
    }
    Some(Arc::new(config))
}

fn read(report: &Report, entry: &Entry) -> Option<ConfigEntry> {
    let key = entry.key.text.as_str();
    if key.trim().is_empty() {
        let problem = Problem::new("invalid-value", "a config variable without a name");
        report.add(entry.key_span, problem);
        return None;
    }
    let reader = Reader {
        report,
        name: format!("config {}", quoted(key)),
    };
    let (value, seed) = reader.value(&entry.value)?;
    Some(ConfigEntry {
        value,
        seed,
        location: report.location(entry.key_span),
    })
}

/// Reads one variable.
struct Reader<'a> {
    report: &'a Report,
    name: String,
}

impl Reader<'_> {
    /// The value, and whether it is a seed.
    fn value(&self, node: &Node) -> Option<(ConfigValue, bool)> {
        let Content::Mapping(entries) = &node.content else {
            return self.simple(node).map(|value| (value, false));
        };
        match self.form(node, entries)? {
            "seed" => {
                let fields = Fields::open_private(self.report, node, &keys::SEED)?;
                self.seed(fields.get("seed")?).map(|value| (value, true))
            }
            "value" => {
                let fields = Fields::open_private(self.report, node, &keys::STRUCTURED)?;
                self.structured(fields.get("value")?)
                    .map(|value| (value, false))
            }
            "schedule" => self.schedule(node).map(|value| (value, false)),
            "secret" => {
                let fields = Fields::open_private(self.report, node, &keys::SECRET_INPUT)?;
                let reference = secret::read(self.report, fields.get("secret")?)?;
                Some((ConfigValue::Secret(reference), false))
            }
            _ => {
                let fields = Fields::open_private(self.report, node, &keys::CONNECTION)?;
                connection::read(&fields).map(|value| (value, false))
            }
        }
    }

    /// Which of the forms a mapping has, by its keys.
    fn form(&self, node: &Node, entries: &[Entry]) -> Option<&'static str> {
        let mut found = Vec::new();
        for form in entries.iter().filter_map(|entry| form_of(&entry.key.text)) {
            if !found.contains(&form) {
                found.push(form);
            }
        }
        match found.as_slice() {
            [form] => Some(form),
            [] => {
                self.no_form(node, entries);
                None
            }
            [first, second, ..] => {
                let message = format!("{} is both a {first} and a {second}", self.name);
                let problem = Problem::new("one-of", message).hint(FORMS).private(true);
                self.report.add(node.span, problem);
                None
            }
        }
    }

    fn no_form(&self, node: &Node, entries: &[Entry]) {
        let forms = ["seed", "value", "schedule", "secret", "connection"];
        let slip = entries.iter().find_map(|entry| {
            let meant = nearest(&entry.key.text, forms)?;
            Some((entry, meant))
        });
        let (span, problem) = match slip {
            Some((entry, meant)) => {
                let written = quoted(&entry.key.text);
                let problem = Problem::new(
                    "unknown-key",
                    format!("unknown key {written} in {}", self.name),
                );
                let hint = format!("did you mean {meant:?}?");
                (entry.key_span, problem.hint(hint))
            }
            None => {
                let message = format!("{} is a mapping of no known form", self.name);
                let hint = format!("write {{value: …}} around a structured value; {FORMS}");
                (node.span, Problem::new("wrong-type", message).hint(hint))
            }
        };
        self.report.add(span, problem.private(true));
    }

    /// A single value or a list.
    fn simple(&self, node: &Node) -> Option<ConfigValue> {
        match &node.content {
            Content::Scalar(_) => self.scalar(node).map(ConfigValue::Scalar),
            Content::Sequence(items) => self.list(items),
            Content::Mapping(_) => None,
        }
    }

    fn scalar(&self, node: &Node) -> Option<String> {
        let scalar = node.as_scalar()?;
        if !scalar.is_null() {
            return Some(scalar.text.clone());
        }
        let problem = Problem::new("no-value", format!("{} has no value", self.name))
            .hint("write \"\" for an empty value, or remove the line to leave it unmanaged");
        self.report.add(node.span, problem);
        None
    }

    fn list(&self, items: &[Node]) -> Option<ConfigValue> {
        let pairs = items
            .first()
            .is_some_and(|first| first.as_mapping().is_some());
        if pairs {
            let pairs: Vec<_> = items.iter().map(|item| self.pair(item)).collect();
            let pairs = pairs.into_iter().collect::<Option<Vec<Value>>>()?;
            return Some(ConfigValue::Structured(Value::Array(pairs)));
        }
        let texts: Vec<_> = items.iter().map(|item| self.item(item)).collect();
        let texts = texts.into_iter().collect::<Option<Vec<_>>>()?;
        Some(ConfigValue::List(texts))
    }

    fn item(&self, node: &Node) -> Option<String> {
        if node.as_scalar().is_some() {
            return self.scalar(node);
        }
        let message = format!(
            "an item of {} must be a single value, not {}",
            self.name,
            node.describe()
        );
        let problem = Problem::new("wrong-type", message)
            .hint("write {value: [...]} for a structured value")
            .private(true);
        self.report.add(node.span, problem);
        None
    }

    fn pair(&self, node: &Node) -> Option<Value> {
        let fields = Fields::open_private(self.report, node, &keys::KEY_VALUE)?;
        let key = self.item(fields.get("key")?);
        let value = self.item(fields.get("value")?);
        Some(json!({"key": key?, "value": value?}))
    }

    fn seed(&self, node: &Node) -> Option<ConfigValue> {
        let Content::Mapping(entries) = &node.content else {
            return self.simple(node);
        };
        if entries.iter().any(|entry| entry.key.text == "value") {
            let fields = Fields::open_private(self.report, node, &keys::STRUCTURED)?;
            return self.structured(fields.get("value")?);
        }
        let message = format!(
            "the seed of {} must be a single value, a list or {{value: …}}",
            self.name
        );
        self.report
            .add(node.span, Problem::new("wrong-type", message).private(true));
        None
    }

    /// What is under `value:`. A single value needs no structure.
    fn structured(&self, node: &Node) -> Option<ConfigValue> {
        if node.as_scalar().is_some() {
            return self.scalar(node).map(ConfigValue::Scalar);
        }
        structured::read(self.report, node).map(ConfigValue::Structured)
    }

    fn schedule(&self, node: &Node) -> Option<ConfigValue> {
        let fields = Fields::open(self.report, node, &keys::SCHEDULE)?;
        let typed = fields.get("schedule")?.as_mapping().is_some();
        let schedule = match typed {
            true => self.typed_schedule(fields.get("schedule")?),
            false => fields.cron("schedule").map(Schedule::cron),
        };
        let time_zone = fields.zone("timeZone");
        Some(ConfigValue::Schedule(Schedule {
            time_zone,
            ..schedule?
        }))
    }

    /// A type and a value. What values mean besides cron text is the server's affair.
    fn typed_schedule(&self, node: &Node) -> Option<Schedule> {
        let fields = Fields::open(self.report, node, &keys::SCHEDULE_TYPE)?;
        let words = ScheduleKind::ALL.map(|kind| (kind.word(), kind));
        let kind = fields.choice("type", &words)?;
        let value = match (fields.get("value"), kind) {
            (None, ScheduleKind::Custom) => {
                let problem = Problem::new("missing-key", "a custom schedule has no \"value\"")
                    .hint("add it: five fields of cron text");
                self.report.add(node.span, problem);
                return None;
            }
            (None, _) => None,
            (Some(_), ScheduleKind::Custom) => Some(fields.cron("value")?),
            (Some(_), _) => Some(fields.text("value")?),
        };
        Some(Schedule {
            kind,
            value,
            time_zone: None,
        })
    }
}
