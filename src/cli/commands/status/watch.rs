//! `status --watch`: by the daemon's events, or by polling where there are none.

use std::time::Duration;

use super::page;
use crate::api::Pause;
use crate::api::event::EventName;
use crate::cli::daemon_client::DaemonClient;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::model::counted;

/// How often a daemon is asked that does not let us listen, and how soon it is listened to again.
const EVERY: Duration = Duration::from_secs(1);
/// Between two pages, where the one before cannot be taken back.
const SEPARATOR: &str = "--------\n";
/// After this many polls it tries to listen again.
const TRY_AGAIN: u32 = 30;

/// What was shown last of each environment, as far as a change of it is worth showing.
#[derive(Default)]
struct Shown(Option<Vec<(u64, Option<Pause>, bool)>>);

/// Shows the status whenever it changed, until the output is closed.
pub(super) async fn watch(ui: &Ui, client: &DaemonClient) -> Result<(), CliError> {
    let mut shown = Shown::default();
    let mut last = None;
    while !ui.is_closed() {
        match client.events(last.as_deref()).await {
            Some(mut events) => {
                while let Some(event) = events.next().await {
                    last = event.id;
                    if is_worth_it(&event.name) {
                        shown.refresh(ui, client).await?;
                    }
                    if ui.is_closed() {
                        return Ok(());
                    }
                }
                // It says why, if the daemon is gone.
                shown.refresh(ui, client).await?;
                tokio::time::sleep(EVERY).await;
            }
            None => ask(ui, client, &mut shown).await?,
        }
    }
    Ok(())
}

/// Asks for a while.
async fn ask(ui: &Ui, client: &DaemonClient, shown: &mut Shown) -> Result<(), CliError> {
    for _ in 0..TRY_AGAIN {
        if ui.is_closed() {
            break;
        }
        shown.refresh(ui, client).await?;
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}

/// Whether what is shown may differ after an event. Unknown ones may mean anything.
fn is_worth_it(event: &str) -> bool {
    let quiet = [EventName::PassStarted, EventName::ResourcesChanged];
    !EventName::parse(event).is_some_and(|event| quiet.contains(&event))
}

impl Shown {
    async fn refresh(&mut self, ui: &Ui, client: &DaemonClient) -> Result<(), CliError> {
        let brief = client.statuses(false).await?;
        let each = brief.into_iter().map(|one| one.read);
        let mark = Some(
            each.map(|one| (one.generation, one.paused, one.draining))
                .collect(),
        );
        if self.0 == mark {
            return Ok(());
        }
        let first = self.0.is_none();
        self.0 = mark;
        let page = page(&client.statuses(true).await?);
        match ui.rows_out() {
            Some(rows) => ui.redraw(&fitting(&page, rows)),
            None if first => ui.result(&page),
            None => ui.result(&format!("{SEPARATOR}{page}")),
        }
    }
}

/// What fits on a terminal of `rows` rows; the last line counts what does not.
fn fitting(page: &str, rows: usize) -> String {
    let lines: Vec<&str> = page.lines().collect();
    // The cursor is left on a row of its own.
    let room = rows.saturating_sub(1).max(2);
    if lines.len() <= room {
        return page.to_owned();
    }
    let shown = lines.get(..room - 1).unwrap_or_default();
    let more = lines.len() - shown.len();
    format!(
        "{}\n  … and {} more: `status` without --watch shows them\n",
        shown.join("\n"),
        counted(more, "line")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_to_the_terminal() {
        assert_eq!(fitting("a\nb\n", 3), "a\nb\n");
        insta::assert_snapshot!(fitting("a\nb\nc\nd\n", 4), @"
        a
        b
          … and 2 lines more: `status` without --watch shows them
        ");
    }
}
