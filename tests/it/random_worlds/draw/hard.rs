//! Worlds in which a server, or another writer, causes more trouble than a single failure.

use prism_gitops::sandbox::{Behaviour, Echo, Fault, FaultRule, Rewrites, Sent};
use serde::Deserialize;
use serde_json::json;

use super::Dice;
use crate::random_worlds::case::{Case, Config, Killed, Saving, Seen};

/// What makes one world in two harder than a server that answers wrongly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::random_worlds) enum Trouble {
    /// Reads are behind.
    Lag,
    /// Lists shift between two pages, or turn around.
    Shift,
    /// Two machines apply the same files.
    Twin,
    /// Texts are trimmed and written anew.
    Texts,
    /// Errors quote what was sent.
    Echo,
    /// 429, and done all the same.
    Throttled,
    /// The process dies with a write, and reads are behind.
    Killed,
    /// Files are seen half-saved.
    Saved,
}

/// Those that worlds are drawn with.
const TROUBLES: &[Trouble] = &[
    Trouble::Lag,
    Trouble::Shift,
    Trouble::Twin,
    Trouble::Texts,
    Trouble::Echo,
    Trouble::Throttled,
    Trouble::Killed,
    Trouble::Saved,
];

/// Those that are asked for by name, such as `lag,twin`; else the usual ones.
pub(super) fn asked() -> Vec<Trouble> {
    let Ok(names) = std::env::var("PRISM_GITOPS_TEST_TROUBLES") else {
        return TROUBLES.to_vec();
    };
    let names: Vec<_> = names.split(',').collect();
    serde_json::from_value(json!(names)).unwrap()
}

/// Makes a world harder.
pub(super) fn harden(case: &mut Case, trouble: Trouble, dice: &mut Dice) {
    match trouble {
        Trouble::Lag => lag(&mut case.server, dice),
        Trouble::Twin => {
            case.twin = true;
            if dice.chance() {
                lag(&mut case.server, dice);
            }
        }
        Trouble::Shift => {
            case.bystander = true;
            case.server.page_limit = dice.pick(&[2, 3]);
            case.second = Some(shift(dice));
        }
        Trouble::Texts => {
            case.server.trims = true;
            case.server.rewrites = dice.pick(&[Rewrites::Nothing, Rewrites::Alike]);
            let config = [Config::Padded, Config::Json, Config::Secret];
            let declared = case
                .before
                .instances
                .iter_mut()
                .zip(&mut case.after.instances);
            for (before, after) in declared {
                (before.config, after.config) = (dice.pick(&config), dice.pick(&config));
            }
        }
        Trouble::Echo => {
            let forms = [
                Echo::Plain,
                Echo::Escaped,
                Echo::Percent,
                Echo::Entities,
                Echo::Base64,
                Echo::Cut,
            ];
            case.server.echoes_secrets = Some(dice.pick(&forms));
            (case.first, case.second) = (Some(refusal(dice)), Some(refusal(dice)));
        }
        Trouble::Throttled => {
            let operation =
                dice.pick(&["importIntegration", "publishIntegration", "createInstance"]);
            let fault = Fault::ThrottleAfter {
                retry_after: dice.pick(&[None, Some(2)]),
            };
            case.first = Some(FaultRule::nth(operation, 1 + dice.roll(2), fault));
        }
        Trouble::Killed => {
            lag(&mut case.server, dice);
            case.killed = Some(Killed {
                nth: 1 + dice.place(8),
                after_commit: dice.chance(),
            });
        }
        Trouble::Saved => {
            let declared = [&mut case.before, &mut case.after];
            let all = declared.into_iter().flat_map(|it| &mut it.instances);
            all.for_each(|it| it.config = Config::Address);
            case.saving = Some(saving(case.before.flows.len() + 1, dice));
        }
    }
}

/// A file that is there in part: what a program saves in two steps is whole within half a second, and what
/// is moved away and back within five.
fn saving(files: usize, dice: &mut Dice) -> Saving {
    // Most of what can be cut without an error in the file is at its end.
    let cut = Seen::Cut(match dice.chance() {
        true => dice.place(1000),
        false => 900 + dice.place(100),
    });
    let seen = dice.pick(&[cut, cut, Seen::Empty, Seen::Missing]);
    let most = if seen == cut { 450 } else { 4900 };
    Saving {
        file: match dice.roll(3) {
            0 => dice.place(files),
            _ => files - 1,
        },
        seen,
        begins: dice.roll(2000),
        takes: 20 + dice.roll(most - 20),
    }
}

fn lag(server: &mut Behaviour, dice: &mut Dice) {
    let least = 400 + dice.roll(1100);
    match dice.chance() {
        true => server.read_lag_ms = least,
        false => server.list_lag_ms = least,
    }
    server.lag_one_in = dice.pick(&[1, 1, 2, 3]);
    server.own_writes_at_once = dice.roll(4) == 0;
    server.writes_lag = dice.roll(4) == 0;
}

/// An instance of another writer goes and another comes, or the list turns around.
fn shift(dice: &mut Dice) -> FaultRule {
    let sent = |query: &str, variables| Sent {
        query: query.to_owned(),
        variables,
    };
    let remove = "mutation($id: ID!) { deleteInstance(input: {id: $id}) { errors { messages } } }";
    let create = "mutation($c: ID!, $i: ID!) { createInstance(input: {
        name: \"Bystander\", customer: $c, integration: $i}) { errors { messages } } }";
    let whose = json!({"c": "${customer:Smith Hardware}", "i": "${version:Elsewhere}"});
    let meanwhile = Fault::Meanwhile {
        sends: vec![
            sent(remove, json!({"id": "${instance:Bystander}"})),
            sent(create, whose),
        ],
        then: None,
    };
    let fault = dice.pick(&[meanwhile.clone(), meanwhile, Fault::ReorderPage]);
    FaultRule::nth("instances", 1 + dice.roll(4), fault)
}

/// A write that is refused, or an answer that is an error.
fn refusal(dice: &mut Dice) -> FaultRule {
    let operations = [
        "createInstance",
        "updateInstance",
        "updateInstanceConfigVariables",
        "deployInstance",
        "publishIntegration",
    ];
    let refuse = Fault::Refuse {
        field: "__all__".to_owned(),
        message: "No.".to_owned(),
    };
    let error = Fault::ErrorAfter {
        message: "broken".to_owned(),
    };
    let html = Fault::Html { code: 502 };
    let fault = dice.pick(&[refuse, error, html]);
    FaultRule::nth(dice.pick(&operations), 1 + dice.roll(2), fault)
}
