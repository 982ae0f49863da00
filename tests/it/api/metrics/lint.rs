//! The rules of `promtool check metrics`, and those of the two text forms.

use std::collections::{BTreeMap, BTreeSet};

/// A form of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Open,
}

/// Words for units that have a base unit to be used in their place.
const UNITS: [&str; 20] = [
    "milliseconds",
    "microseconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "kilobytes",
    "megabytes",
    "kibibytes",
    "mebibytes",
    "bits",
    "percent",
    "ms",
    "us",
    "ns",
    "s",
    "sec",
    "min",
    "kb",
    "mb",
];

const TYPES: [&str; 5] = ["counter", "gauge", "histogram", "summary", "untyped"];

#[derive(Default)]
struct Family {
    help: bool,
    kind: String,
    /// The buckets with their bounds in the order of the text, and their counts.
    buckets: Vec<(String, f64)>,
    count: Option<f64>,
}

struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// What is wrong with a text, in the order of its lines.
pub(super) fn faults(text: &str, form: Form) -> Vec<String> {
    if !text.ends_with('\n') {
        return vec!["the last line does not end".to_owned()];
    }
    let mut lines: Vec<&str> = text.lines().collect();
    if form == Form::Open && lines.pop() != Some("# EOF") {
        return vec!["no EOF at the end".to_owned()];
    }
    let mut lint = Lint {
        form,
        families: BTreeMap::new(),
        series: BTreeSet::new(),
        faults: Vec::new(),
    };
    for line in lines {
        lint.line(line);
    }
    lint.histograms();
    lint.faults
}

struct Lint {
    form: Form,
    families: BTreeMap<String, Family>,
    series: BTreeSet<String>,
    faults: Vec<String>,
}

impl Lint {
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words.as_slice() {
            ["#", "HELP", name, help] if !help.is_empty() => self.help(name),
            ["#", "TYPE", name, kind] if TYPES.contains(kind) => self.kind(name, kind),
            _ => match sample(line) {
                Some(found) => self.sample(line, &found),
                None => self.faults.push(format!("{line}: cannot be read")),
            },
        }
    }

    fn help(&mut self, name: &str) {
        let family = self.families.entry(name.to_owned()).or_default();
        if std::mem::replace(&mut family.help, true) {
            self.faults.push(format!("{name}: a second HELP"));
        }
    }

    fn kind(&mut self, name: &str, kind: &str) {
        let family = self.families.entry(name.to_owned()).or_default();
        let again = !family.kind.is_empty();
        kind.clone_into(&mut family.kind);
        let words: Vec<&str> = name.split('_').collect();
        let ends = |endings: &[&str]| endings.iter().any(|end| name.ends_with(end));
        let counts = kind == "counter";
        let plain = self.form == Form::Plain;
        let rules = [
            (again, "a second TYPE"),
            (!is_name(name), "not in snake_case"),
            (
                plain && counts && !ends(&["_total"]),
                "a counter that does not end in _total",
            ),
            (
                (!plain || !counts) && ends(&["_total"]),
                "_total, where it does not belong",
            ),
            (words.contains(&kind), "its type in its name"),
            (
                ends(&["_bucket", "_count", "_sum"]),
                "an ending of histograms",
            ),
            (
                words.iter().any(|word| UNITS.contains(word)),
                "no base unit",
            ),
        ];
        let broken = rules.iter().filter(|(broken, _)| *broken);
        self.faults
            .extend(broken.map(|(_, rule)| format!("{name}: {rule}")));
    }

    fn sample(&mut self, line: &str, sample: &Sample) {
        let shown = line.rsplit_once(' ').map_or(line, |(series, _)| series);
        let (family, part) = self.family(&sample.name);
        let known = self.families.entry(family).or_default();
        if !known.help || known.kind.is_empty() {
            self.faults
                .push(format!("{shown}: no HELP and TYPE before it"));
        }
        for (label, value) in &sample.labels {
            let right = is_name(label) && !label.contains(':') && !label.starts_with("__");
            match (label.as_str(), part) {
                ("le", "_bucket") => known.buckets.push((value.clone(), sample.value)),
                (label, _) if !right || label == "le" => {
                    self.faults.push(format!("{shown}: the label {label}"));
                }
                _ => {}
            }
        }
        if part == "_count" {
            known.count = Some(sample.value);
        }
        let mut labels = sample.labels.clone();
        labels.sort();
        if !self.series.insert(format!("{}{labels:?}", sample.name)) {
            self.faults.push(format!("{shown}: there twice"));
        }
    }

    /// The family of a sample, and what its name has beyond that of the family.
    fn family(&self, name: &str) -> (String, &'static str) {
        let parts: &[&'static str] = match self.form {
            Form::Open => &["_bucket", "_count", "_sum", "_total"],
            Form::Plain => &["_bucket", "_count", "_sum"],
        };
        let split = parts.iter().find_map(|part| {
            let family = name.strip_suffix(part)?;
            let known = self.families.contains_key(family);
            known.then_some((family, *part))
        });
        let (family, part) = split.unwrap_or((name, ""));
        (family.to_owned(), part)
    }

    fn histograms(&mut self) {
        let all = self.families.iter();
        for (name, family) in all.filter(|(_, family)| family.kind == "histogram") {
            if !family.buckets.is_sorted_by(|a, b| a.1 <= b.1) {
                self.faults
                    .push(format!("{name}: fewer in a larger bucket"));
            }
            let last = family.buckets.last();
            let all = last.filter(|(bound, _)| bound == "+Inf");
            if all.map(|(_, count)| *count) != family.count {
                self.faults
                    .push(format!("{name}: its last bucket does not hold all"));
            }
        }
    }
}

/// Names of metrics and labels: lower case, as promtool wants them.
fn is_name(name: &str) -> bool {
    let right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ':';
    let first = name.chars().next();
    first.is_some_and(|c| !c.is_ascii_digit()) && name.chars().all(right)
}

/// `name{label="value",…} number`.
fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = quoted(after)?;
            labels.push((label.to_owned(), value));
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        rest = &rest[1..];
    }
    let value = rest.strip_prefix(' ')?.parse().ok()?;
    Some(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

/// Up to the closing quote, escapes undone; and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped @ ('"' | '\\') => value.push(escaped),
                _ => return None,
            },
            plain => value.push(plain),
        }
    }
    None
}
