//! The two streams: results to stdout, messages and progress to stderr.
//!
//! Colour and interactivity are decided once, here.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::Variables;
use super::args::{Color, GlobalArgs, Output};
use super::diagnostics;
use super::early::Early;
use super::error::CliError;
use super::exit::Exit;
use crate::harmless;
use crate::model::Diagnostic;
use crate::redact::{self, Redacting};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Everything that a person or a script sees.
#[derive(Debug)]
pub(crate) struct Ui {
    output: Output,
    verbose: bool,
    color_out: bool,
    color_err: bool,
    stdin_is_terminal: bool,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    /// The columns of the terminal that stdout is.
    width_out: Option<usize>,
    /// Whether the terminal knows more than lines.
    redraws: bool,
    /// The reader of stdout went away: what is left to say to it is dropped,
    /// and the work goes on. Stopping half way because of `| head` would be worse.
    closed: AtomicBool,
}

impl Ui {
    /// Decides from the arguments, the environment and the terminal.
    pub(crate) fn new(args: &GlobalArgs, variables: &Variables) -> Self {
        let color = |terminal| wants_color(args.color, variables, terminal);
        Self {
            output: args.output,
            verbose: args.verbose > 0,
            color_out: color(io::stdout().is_terminal()),
            color_err: color(io::stderr().is_terminal()),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            width_out: width(variables),
            redraws: variables.get("TERM").is_none_or(|term| term != "dumb"),
            closed: AtomicBool::new(false),
        }
    }

    /// Where the arguments are not understood (yet).
    pub(crate) fn early(early: &Early) -> Self {
        Self {
            output: if early.json {
                Output::Json
            } else {
                Output::Human
            },
            verbose: false,
            color_out: false,
            color_err: false,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            width_out: None,
            redraws: false,
            closed: AtomicBool::new(false),
        }
    }

    /// The form of the result.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// Whether summaries are expanded.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether stdout is for one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// Whether results may have colours.
    pub(crate) fn color_out(&self) -> bool {
        self.color_out
    }

    /// Whether talk may have colours.
    pub(crate) fn color_err(&self) -> bool {
        self.color_err
    }

    /// Whether a question can be asked and answered.
    pub(crate) fn can_ask(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }

    /// Whether progress may be drawn.
    pub(crate) fn can_draw(&self) -> bool {
        self.stderr_is_terminal
    }

    /// Whether a person reads the result as it is written.
    pub(crate) fn is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// The columns that a table may take; `None` where stdout is no terminal.
    pub(crate) fn width_out(&self) -> Option<usize> {
        self.width_out
    }

    /// The rows of the terminal on stdout; `None` where stdout is no terminal, or one that cannot be redrawn.
    pub(crate) fn rows_out(&self) -> Option<usize> {
        let size = self
            .width_out
            .and_then(|_| terminal_size::terminal_size_of(io::stdout()));
        size.filter(|_| self.redraws)
            .map(|(_, height)| height.0.into())
    }

    /// Puts a page in the place of all that the terminal shows.
    pub(crate) fn redraw(&self, page: &str) -> Result<(), CliError> {
        const CLEAR: &str = "\u{1b}[H\u{1b}[2J";
        let page = clean(page, self.color_out);
        self.write(|stdout| stdout.write_all(format!("{CLEAR}{page}").as_bytes()))
    }

    /// Whether the reader of the output is gone. Writes continue; reads for output stop.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Writes a part of the result, for people. A reader that went away is no error.
    pub(crate) fn result(&self, text: &str) -> Result<(), CliError> {
        let text = clean(text, self.color_out);
        self.write(|stdout| stdout.write_all(text.as_bytes()))
    }

    /// Writes Markdown, in which foreign text is tamed already.
    pub(crate) fn markdown(&self, text: &str) -> Result<(), CliError> {
        let text = redact::known().ours(text);
        let text = harmless::markdown(&text);
        self.write(|stdout| stdout.write_all(text.as_bytes()))
    }

    /// Writes a result that is harmless already, but for secrets.
    pub(crate) fn result_bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        let known = redact::known();
        let text = std::str::from_utf8(bytes).map(|text| known.ours(text));
        let bytes = text.as_ref().map_or(bytes, |text| text.as_bytes());
        self.write(|stdout| stdout.write_all(bytes))
    }

    /// Writes the one JSON document.
    pub(crate) fn document(&self, document: &impl Serialize) -> Result<(), CliError> {
        self.write(|stdout| write_shown(stdout, document))
    }

    fn write(
        &self,
        fill: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>,
    ) -> Result<(), CliError> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match fill(&mut stdout).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => Err(CliError::world("cannot write the result to stdout").because(&error)),
        }
    }

    /// Says something besides the result.
    pub(crate) fn say(&self, text: &str) {
        let _ = io::stderr()
            .lock()
            .write_all(format!("{}\n", clean(text, self.color_err)).as_bytes());
    }

    /// Says something and stays on the line, for an answer.
    pub(crate) fn prompt(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr
            .write_all(clean(text, self.color_err).as_bytes())
            .and_then(|()| stderr.flush());
    }

    /// Shows findings about the files, and how many there are.
    pub(crate) fn findings(&self, findings: &[Diagnostic], note: &str) {
        if !findings.is_empty() {
            self.say(&diagnostics::render(findings, self.color_err, note));
        }
    }

    /// Reports what went wrong, in the form that was asked for.
    pub(crate) fn fail(&self, error: &CliError) -> Exit {
        if self.is_json() {
            // Where stdout cannot be written, stderr is all there is.
            if self.document(&error.document()).is_ok() {
                return error.exit();
            }
        }
        self.findings(error.diagnostics(), "nothing was written");
        self.say(&self.error_text(error));
        error.exit()
    }

    fn error_text(&self, error: &CliError) -> String {
        let mut text = format!("{} {}", self.paint(ERROR, "Error:"), error.message());
        for cause in error.causes() {
            // The API's words may come in lines; what went wrong is one.
            let line: Vec<&str> = cause.split_whitespace().collect();
            text.push_str(&format!(": {}", line.join(" ")));
        }
        if let Some(hint) = error.hint_text() {
            text.push_str(&format!("\n{} {hint}", self.paint(HINT, "Hint:")));
        }
        text
    }

    /// A text for stderr in a style, where stderr may have colours.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.color_err {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// The columns of the terminal: as `COLUMNS` says, else as the terminal does.
/// Elsewhere nothing may be cut, even if a shell has exported `COLUMNS`.
fn width(variables: &Variables) -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let asked = variables.get("COLUMNS").and_then(|text| text.parse().ok());
    let asked = asked.filter(|columns: &usize| *columns > 0);
    let own = || terminal_size::terminal_size_of(io::stdout());
    asked.or_else(|| own().map(|(width, _)| width.0.into()))
}

/// Whether a stream is coloured: the flag, else `NO_COLOR`, else what it is.
fn wants_color(choice: Color, variables: &Variables, terminal: bool) -> bool {
    let set = |name: &str| variables.get(name).is_some_and(|value| !value.is_empty());
    let dumb = variables.get("TERM").is_some_and(|term| term == "dumb");
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !set("NO_COLOR") && !dumb,
    }
}

/// A text for a terminal: without known secrets, and without active sequences.
pub(crate) fn clean(text: &str, color: bool) -> String {
    let text = redact::known().ours(text);
    harmless::terminal(&text, color).into_owned()
}

/// Writes a document that is shown: without known secrets.
fn write_shown(out: impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let layout = Redacting::with(redact::known());
    document.serialize(&mut serde_json::Serializer::with_formatter(
        &mut out, layout,
    ))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a document to a file for our own reading as it is made, on lines of its own.
pub(crate) fn write_json(out: impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, document)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        let plain = Variables::new();
        let no_color = Variables::from([("NO_COLOR".to_owned(), "1".to_owned())]);
        let blank = Variables::from([("NO_COLOR".to_owned(), String::new())]);
        let dumb = Variables::from([("TERM".to_owned(), "dumb".to_owned())]);
        for (choice, variables, terminal, expected) in [
            (Color::Auto, &plain, true, true),
            (Color::Auto, &plain, false, false),
            (Color::Auto, &no_color, true, false),
            (Color::Auto, &blank, true, true),
            (Color::Auto, &dumb, true, false),
            (Color::Always, &no_color, false, true),
            (Color::Never, &plain, true, false),
        ] {
            assert_eq!(
                wants_color(choice, variables, terminal),
                expected,
                "{choice:?}"
            );
        }
    }

    #[test]
    fn an_error_is_one_line_with_its_causes_and_a_hint_below() {
        let ui = Ui::early(&Early::read(&[], &Variables::new()));
        let inner = io::Error::other("connection refused");
        let error = CliError::world("cannot reach the tenant")
            .because(&inner)
            .hint("check the URL");
        insta::assert_snapshot!(ui.error_text(&error), @"
        Error: cannot reach the tenant: connection refused
        Hint: check the URL
        ");
    }
}
