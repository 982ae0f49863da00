//! The two text formats: `OpenMetrics` for clients that ask for it, the older one for all others.

use std::collections::BTreeSet;

/// A form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Form {
    /// `OpenMetrics` 1.0.
    Open,
    /// The text format 0.0.4, which every scraper and `promtool` read.
    Plain,
}

impl Form {
    /// The format for an `Accept` header.
    pub(in crate::server) fn wanted(accept: &str) -> Self {
        let asks = accept.to_ascii_lowercase();
        let named = asks.split(',').find(|part| {
            let kind = part.split(';').next().unwrap_or_default();
            kind.trim() == "application/openmetrics-text"
        });
        match named {
            Some(named) if !refused(named) => Self::Open,
            _ => Self::Plain,
        }
    }

    /// What the text is called.
    pub(in crate::server) fn content_type(self) -> &'static str {
        match self {
            Self::Open => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// `OpenMetrics` in this form.
    pub(in crate::server) fn of(self, text: String) -> String {
        match self {
            Self::Open => text,
            Self::Plain => plain(&text),
        }
    }
}

/// `q=0` means: not this.
fn refused(named: &str) -> bool {
    let mut parameters = named.split(';').skip(1);
    let quality = parameters.find_map(|part| part.trim().strip_prefix("q="));
    quality.and_then(|text| text.parse::<f32>().ok()) == Some(0.0)
}

/// In the older form a counter is called as its samples are, and nothing marks the end.
fn plain(text: &str) -> String {
    let counters: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
        .collect();
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(|line| *line != "# EOF") {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some(word), Some(name), Some(rest)) if counters.contains(name) => {
                out.extend(["# ", word, " ", name, "_total ", rest]);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_is_for_who_asks_for_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,\
                          text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        assert_eq!(Form::wanted(prometheus), Form::Open);
        for plain in [
            "",
            "*/*",
            "text/plain",
            "application/openmetrics-text;q=0, */*",
        ] {
            assert_eq!(Form::wanted(plain), Form::Plain, "{plain}");
        }
    }

    #[test]
    fn a_counter_has_the_name_of_its_samples() {
        let open = "# HELP a_pass Passes that ended\n# TYPE a_pass counter\n\
                    a_pass_total{result=\"# TYPE a_pass counter\"} 1\n\
                    # HELP a_paused Whether\n# TYPE a_paused gauge\na_paused 0\n# EOF\n";
        insta::assert_snapshot!(plain(open), @r##"
        # HELP a_pass_total Passes that ended
        # TYPE a_pass_total counter
        a_pass_total{result="# TYPE a_pass counter"} 1
        # HELP a_paused Whether
        # TYPE a_paused gauge
        a_paused 0
        "##);
    }
}
