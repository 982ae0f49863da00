//! What makes a server hard to deal with, in the words of both servers.

use serde_json::json;

/// The most that a read is behind, in milliseconds, on either server.
pub(crate) const LAG: u64 = 1500;

/// The default is a server that is not hard to deal with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Habits {
    /// Reads show what was there a while ago.
    pub(crate) lags: bool,
    /// Reads by id do not, and lists do.
    pub(crate) lists_only: bool,
    /// A write does not find what reads do not show yet.
    pub(crate) writes_lag: bool,
    pub(crate) trims: bool,
    pub(crate) reformats: bool,
    /// The form in which errors quote what was sent.
    pub(crate) echoes: Option<&'static str>,
    /// The most records of a page.
    pub(crate) page: Option<usize>,
    /// The first request of this operation is refused in its payload.
    pub(crate) refuses: Option<&'static str>,
}

impl Habits {
    /// The peer's flags. Its cursors name places wherever pages are small, so that pages can shift.
    pub(super) fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        let mut add = |wanted: bool, words: &[&str]| {
            let words = words.iter().filter(|_| wanted);
            flags.extend(words.map(|word| (*word).to_owned()));
        };
        add(self.lags, &["--lag", "400-1500"]);
        add(self.lists_only, &["--lag-of", "lists"]);
        add(self.writes_lag, &["--lag-writes"]);
        add(self.trims, &["--trims"]);
        add(self.reformats, &["--reformats"]);
        add(
            self.echoes.is_some(),
            &["--echoes", self.echoes.unwrap_or_default()],
        );
        let page = self.page.unwrap_or_default().to_string();
        add(
            self.page.is_some(),
            &["--page-size", &page, "--cursors", "place"],
        );
        let faults = json!([{"field": self.refuses, "kind": "refuses"}]).to_string();
        add(self.refuses.is_some(), &["--faults", &faults]);
        flags
    }

    /// The sandbox's switches, each with a comma before it.
    pub(super) fn behaviour(&self) -> String {
        let lag = if self.lists_only {
            "listLagMs"
        } else {
            "readLagMs"
        };
        let switches = [
            (self.lags, format!("{lag}: 900")),
            (self.writes_lag, "writesLag: true".to_owned()),
            (self.trims, "trims: true".to_owned()),
            (self.reformats, "rewrites: alike".to_owned()),
            (
                self.echoes.is_some(),
                format!("echoesSecrets: {}", self.echoes.unwrap_or_default()),
            ),
            (
                self.page.is_some(),
                format!("pageLimit: {}", self.page.unwrap_or_default()),
            ),
        ];
        let on = switches.iter().filter(|(on, _)| *on);
        let text: String = on.map(|(_, switch)| format!(", {switch}")).collect();
        format!("{text}}}")
    }

    /// The sandbox's fault script.
    pub(super) fn script(&self) -> String {
        let refuse = json!({"refuse": {"field": "__all__", "message": "No."}});
        let rule = |operation| json!({"operation": operation, "nth": 1, "fault": refuse});
        json!({"rules": self.refuses.map(rule).into_iter().collect::<Vec<_>>()}).to_string()
    }
}
