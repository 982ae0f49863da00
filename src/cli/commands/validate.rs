//! `validate`: what is wrong with the files.

use std::collections::BTreeSet;

use crate::api::Versioned;
use crate::api::validate::{Counts, Validation};
use crate::cli::Variables;
use crate::cli::args::{Output, ValidateArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::controller::pass::{self, nothing_declared};
use crate::definition::{Definitions, to_send};
use crate::manifest;
use crate::model::counted;
use crate::model::diagnostic::{self, capped};
use crate::model::{
    Address, ComponentsWanted, Desired, Diagnostic, Kind, Location, ResourceName, Severity,
    SourceFile,
};
use crate::plan::render::markup::{code, prose};
use crate::prismatic::error::ErrorKind;
use crate::prismatic::platform::Platform;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ValidateArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, check(ui, args, variables)).await
}

/// What the files declare, and what is wrong with them.
#[derive(Default)]
struct Checked {
    /// Of the environment that was chosen, or of the last one.
    desired: Desired,
    definitions: Definitions,
    /// What is declared in any environment.
    declared: BTreeSet<Address>,
    /// The fleets among it.
    fleets: BTreeSet<ResourceName>,
    diagnostics: Vec<Diagnostic>,
}

impl Checked {
    async fn read(args: &ValidateArgs) -> Result<Self, CliError> {
        let snapshot = project::source(&args.path).snapshot().await?;
        let environments = manifest::environments(&snapshot.files);
        let chosen = args.tenant.env.as_deref();
        if let Some(name) = chosen.filter(|name| !environments.iter().any(|it| it == name)) {
            let error = CliError::user(format!("there is no environment {name:?}"));
            return Err(error.hint(match environments.is_empty() {
                true => "the Project declares none: leave out --env".to_owned(),
                false => format!("the Project has: {}", environments.join(", ")),
            }));
        }
        if chosen.is_some() || environments.len() < 2 {
            return Ok(Self::one(&snapshot.files, chosen));
        }
        let mut each = Vec::new();
        let mut checked = Self::default();
        for name in environments {
            let mut one = Self::one(&snapshot.files, Some(&name));
            each.push((name, std::mem::take(&mut one.diagnostics)));
            one.declared.append(&mut checked.declared);
            one.fleets.append(&mut checked.fleets);
            checked = one;
        }
        checked.diagnostics = capped(diagnostic::of_environments(each));
        Ok(checked)
    }

    /// What they say in one environment.
    fn one(files: &[SourceFile], environment: Option<&str>) -> Self {
        let loaded = manifest::load_for(files, environment);
        let (definitions, mut found) = crate::validate::offline(&loaded.desired);
        let mut diagnostics = loaded.diagnostics;
        diagnostics.append(&mut found);
        diagnostics.extend(crate::fleet::expired(&loaded.desired, SystemClock.now()));
        let desired = loaded.desired;
        if desired.is_empty() && diagnostics.iter().all(|one| one.severity == Severity::Info) {
            diagnostics.push(nothing_declared());
        }
        Self {
            declared: desired.addresses().collect(),
            fleets: desired.fleets.iter().map(|it| it.name.clone()).collect(),
            desired,
            definitions,
            diagnostics: capped(diagnostics),
        }
    }

    fn declares(&self, kind: Kind) -> usize {
        self.declared
            .iter()
            .filter(|address| address.kind == kind)
            .count()
    }

    fn count(&self, severity: Severity) -> usize {
        diagnostic::count(&self.diagnostics, severity)
    }

    /// Makes errors of warnings.
    fn strictly(&mut self) {
        for finding in &mut self.diagnostics {
            if finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
        }
    }

    fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }
}

async fn check(ui: &Ui, args: &ValidateArgs, variables: &Variables) -> Result<Exit, CliError> {
    let mut checked = Checked::read(args).await?;
    if args.online && checked.is_valid() {
        let (project, root) = (&checked.desired.project, project::root(&args.path));
        let tenant = tenant::choose(ui, &args.tenant, project, &root, variables).await?;
        let asked = ask(&tenant, &checked).await;
        let mut found = asked.map_err(|error| error.of(&tenant.connection))?;
        checked.diagnostics.append(&mut found);
    }
    if args.strict {
        checked.strictly();
    }
    report(ui, &checked)?;
    Ok(if checked.is_valid() {
        Exit::Done
    } else {
        Exit::Error
    })
}

/// What the tenant says to the definitions.
async fn ask(tenant: &Chosen, checked: &Checked) -> Result<Vec<Diagnostic>, CliError> {
    let platform = tenant.platform.as_ref();
    pass::guard(platform, tenant.organization.as_deref()).await?;
    let mut found = components(platform, &checked.definitions).await;
    found.extend(online(platform, &checked.desired).await?);
    Ok(found)
}

/// Asks the tenant for the components of all definitions.
async fn components(platform: &dyn Platform, definitions: &Definitions) -> Vec<Diagnostic> {
    let mut wanted = ComponentsWanted::new();
    for definition in definitions.values() {
        crate::validate::want_components(definition, &mut wanted);
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let catalogue = platform.components(&wanted).await;
    let mut found = Vec::new();
    for definition in definitions.values() {
        let check = crate::validate::components(definition, &catalogue);
        found.extend(check.missing.into_iter().map(|missing| {
            Diagnostic::error("missing-component", missing.message)
                .at(missing.place)
                .hint(missing.hint)
        }));
        found.extend(check.unlisted.then(|| {
            let name = definition.name();
            let message = format!(
                "whether the tenant has the components of {name:?} is not known: it lists none at all"
            );
            Diagnostic::warning("components-unread", message)
        }));
        found.extend(check.unread.into_iter().map(|why| {
            let name = definition.name();
            let message =
                format!("whether the tenant has the components of {name:?} is not known: {why}");
            // What was not read is not fine: this check was asked for.
            Diagnostic::error("components-unread", message).hint("run it again")
        }));
    }
    found
}

/// Asks the tenant about every definition.
async fn online(platform: &dyn Platform, desired: &Desired) -> Result<Vec<Diagnostic>, CliError> {
    let mut found = Vec::new();
    for integration in &desired.integrations {
        let Err(error) = platform
            .validate_definition(&to_send(&integration.definition.text))
            .await
        else {
            continue;
        };
        match &error.kind {
            ErrorKind::Refused(_) | ErrorKind::GraphQl(_) | ErrorKind::NotFound { .. } => {
                let message = format!("the tenant would refuse this definition: {}", error.kind);
                let file = Location::file(&integration.definition.path);
                found.push(Diagnostic::error("refused-by-tenant", message).at(file));
            }
            _ => return Err(error.into()),
        }
    }
    Ok(found)
}

fn report(ui: &Ui, checked: &Checked) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&document(checked)),
        Output::Markdown => ui.markdown(&markdown(checked)),
        _ => {
            ui.findings(&checked.diagnostics, "");
            if checked.is_valid() {
                ui.result(&format!("{}\n", line(checked)))?;
            }
            Ok(())
        }
    }
}

fn document(checked: &Checked) -> Versioned<Validation> {
    Versioned::from(Validation {
        valid: checked.is_valid(),
        summary: Counts {
            customers: checked.declares(Kind::Customer),
            connections: checked.declares(Kind::Connection),
            integrations: checked.declares(Kind::Integration),
            instances: checked.declares(Kind::Instance),
            fleets: checked.fleets.len(),
            errors: checked.count(Severity::Error),
            warnings: checked.count(Severity::Warning),
        },
        diagnostics: checked.diagnostics.iter().map(Into::into).collect(),
    })
}

fn line(checked: &Checked) -> String {
    let customers = match checked.declares(Kind::Customer) {
        0 => String::new(),
        count => format!("{}, ", counted(count, "customer")),
    };
    let connections = match checked.declares(Kind::Connection) {
        0 => String::new(),
        count => format!("{}, ", counted(count, "connection")),
    };
    let fleets = match checked.fleets.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "fleet")),
    };
    format!(
        "Valid: {customers}{connections}{}, {}{fleets}.",
        counted(checked.declares(Kind::Integration), "integration"),
        counted(checked.declares(Kind::Instance), "instance"),
    )
}

fn markdown(checked: &Checked) -> String {
    let mut text = if checked.is_valid() {
        format!("**{}**\n", line(checked))
    } else {
        format!(
            "**Not valid: {}.**\n",
            counted(checked.count(Severity::Error), "error")
        )
    };
    for finding in &checked.diagnostics {
        let place = finding.location.as_ref();
        let place = place
            .map(|place| format!("{}: ", code(&place.to_string())))
            .unwrap_or_default();
        let hint = finding.hint.as_ref();
        let hint = hint.map(|hint| format!(" _{}_", prose(hint)));
        let hint = hint.unwrap_or_default();
        let mut message = prose(&finding.message);
        if !finding.environments.is_empty() {
            let names = finding.environments.join(", ");
            message.push_str(&format!(" (in {})", code(&names)));
        }
        text.push_str(&format!("\n- {place}{message}{hint}"));
    }
    text.push('\n');
    text
}
