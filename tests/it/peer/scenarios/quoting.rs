//! A server that quotes secrets in its errors, in any form: no output shows one.

use std::path::Path;

use crate::cli::environment::Run;
use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{definition, write_instance, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(no_form_of_a_secret_is_shown);

const SECRET: &str = "canary-5e1f p\u{e4}ss&w\u{f6}rd=42";

/// What remains of it in one form or another.
const TRACES: [&str; 6] = [
    "canary",
    "5e1f",
    "\\u0063\\u0061\\u006e",
    "\\\\u0063\\\\u0061\\\\u006e",
    "&#x63;&#x61;&#x6e;",
    "Y2FuYXJ5LTVl",
];

/// Case 08: the message quotes a secret that the refused request did not send.
fn no_form_of_a_secret_is_shown(kind: Kind) {
    for form in ["plain", "escaped", "percent", "entities", "base64", "cut"] {
        let habits = Habits {
            echoes: Some(form),
            refuses: Some("deployInstance"),
            ..Habits::default()
        };
        let Some(mut world) = World::start_hard(kind, &habits) else {
            return;
        };
        world.environment.set("ERP_KEY", SECRET);
        let variables = [
            ("Endpoint", "dataType: string"),
            (
                "Login",
                "dataType: connection, connection: {component: {key: http, version: LATEST, isPublic: true}, \
                 key: basic}, inputs: {username: {type: value, value: kim}, password: {type: value, value: \"\"}}",
            ),
        ];
        write_integration(&world.environment, &definition(&variables));
        let config = [
            "Endpoint: {secret: {env: ERP_KEY}}",
            "Login: {connection: {username: kim, password: {secret: {env: ERP_KEY}}}}",
        ];
        write_instance(&world.environment, "erp", 1, &config);
        let run = world.run("apply --auto-approve -v");
        assert_ne!(run.code, 0, "{form}: {}", run.shown());
        let shows = |run: &Run| run.shown().contains("__all__") || run.shown().contains("refused");
        assert!(
            shows(&run) || !run.stderr.is_empty(),
            "{form}: nothing was said"
        );
        nowhere(&run.shown(), form);
        for line in [
            "history",
            "plan",
            "why instance/erp",
            "apply --auto-approve -o json",
        ] {
            nowhere(&world.run(line).shown(), &format!("{form}, {line}"));
        }
        for folder in [world.environment.home(), world.environment.project()] {
            unwritten(&folder, form);
        }
    }
}

#[track_caller]
fn nowhere(text: &str, case: &str) {
    for trace in TRACES {
        assert!(!text.contains(trace), "{case}: {trace} is in\n{text}");
    }
}

/// No file of a folder holds it.
#[track_caller]
fn unwritten(folder: &Path, case: &str) {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let text = std::fs::read(entry.path()).unwrap();
            nowhere(
                &String::from_utf8_lossy(&text),
                &format!("{case}, {}", entry.path().display()),
            );
        }
    }
}
