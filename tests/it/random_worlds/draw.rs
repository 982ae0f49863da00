//! The world of a seed.

mod hard;

use prism_gitops::sandbox::{Behaviour, DraftNumber, Duplicates, Fault, FaultRule, Shown};

pub(super) use self::hard::Trouble;
use super::case::{Case, Config, Declared, Deed, Flow, Instance, Meddling};

/// Chance that is the same every time: xorshift.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    pub(super) fn place(&mut self, places: usize) -> usize {
        usize::try_from(self.roll(places as u64)).unwrap()
    }

    pub(super) fn chance(&mut self) -> bool {
        self.roll(2) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.place(list.len())].clone()
    }
}

/// The world of this seed.
pub(super) fn case(seed: u64) -> Case {
    case_with(seed, &hard::asked())
}

/// The same, with one of these troubles in one of three.
pub(super) fn case_with(seed: u64, troubles: &[Trouble]) -> Case {
    let mut dice = Dice::new(seed);
    let mut case = plain(&mut dice);
    if !troubles.is_empty() && dice.roll(3) == 0 {
        let trouble = dice.pick(troubles);
        hard::harden(&mut case, trouble, &mut dice);
    }
    case
}

fn plain(dice: &mut Dice) -> Case {
    let server = server(dice);
    let flows = 1 + dice.place(3);
    let instances = dice.place(5);
    Case {
        server,
        bystander: false,
        twin: false,
        killed: None,
        saving: None,
        before: declared(dice, flows, instances),
        first: fault(dice),
        meddling: meddling(dice),
        after: declared(dice, flows, instances),
        second: fault(dice),
    }
}

/// A server of some character.
fn server(dice: &mut Dice) -> Behaviour {
    Behaviour {
        page_limit: dice.pick(&[2, 3, 7, 100]),
        masked_text: dice.pick(&["", "NA", "****"]).to_owned(),
        list_shows: dice.pick(&[Shown::Draft, Shown::Draft, Shown::Published]),
        draft_number: dice.pick(&[DraftNumber::Next, DraftNumber::Latest, DraftNumber::Zero]),
        unchanged_versions: dice.pick(&[Duplicates::Allowed, Duplicates::Rejected]),
        versions_include_draft: dice.chance(),
        enabled_at_create: dice.chance(),
        enabled_at_first_deploy: dice.chance(),
        metadata_needs_deploy: dice.chance(),
        labels_are_published: dice.chance(),
        import_drops_labels: dice.chance(),
        marketplace_inherited: dice.chance(),
        ..Behaviour::default()
    }
}

fn declared(dice: &mut Dice, flows: usize, instances: usize) -> Declared {
    let flow = |dice: &mut Dice| Flow { text: dice.roll(3) };
    let instance = |place: usize, dice: &mut Dice| Instance {
        // Where it is stays as it is: moving an instance is another instance.
        flow: place % flows,
        customer: (place % 3) as u64,
        text: dice.roll(3),
        label: dice.roll(3),
        disabled: dice.roll(4) == 0,
        config: dice.pick(&[Config::Nothing, Config::Value, Config::Seed, Config::Secret]),
    };
    Declared {
        flows: (0..flows).map(|_| flow(dice)).collect(),
        instances: (0..instances).map(|place| instance(place, dice)).collect(),
    }
}

fn meddling(dice: &mut Dice) -> Option<Meddling> {
    let deeds = [
        Deed::Enable,
        Deed::Disable,
        Deed::Rename,
        Deed::Label,
        Deed::Configure,
        Deed::Delete,
    ];
    let place = dice.place(5);
    let deed = dice.pick(&deeds);
    (dice.roll(4) > 0).then_some(Meddling { place, deed })
}

/// One thing that goes wrong once, as a rule.
fn fault(dice: &mut Dice) -> Option<FaultRule> {
    let operations = [
        "integrations",
        "instances",
        "integration",
        "importIntegration",
        "updateIntegration",
        "publishIntegration",
        "createInstance",
        "updateInstance",
        "updateInstanceConfigVariables",
        "deployInstance",
    ];
    let operation = dice.pick(&operations);
    let nth = 1 + dice.roll(3);
    let fault = dice.pick(&faults());
    (dice.roll(8) > 0).then(|| FaultRule::nth(operation, nth, fault))
}

pub(super) fn faults() -> Vec<Fault> {
    let status = |code, commit| Fault::Status { code, commit };
    vec![
        Fault::LostReply,
        Fault::Disconnect,
        Fault::Unreachable,
        Fault::Truncate,
        Fault::Html { code: 200 },
        Fault::Unauthorized,
        status(500, true),
        status(502, true),
        status(503, false),
        Fault::Hang {
            seconds: 60,
            commit: true,
        },
        Fault::ErrorAfter {
            message: "broken".to_owned(),
        },
        Fault::Throttle {
            retry_after: Some(2),
        },
        Fault::Throttle { retry_after: None },
        Fault::NullNode,
        Fault::RepeatPage,
        Fault::ShortPage { size: 1 },
    ]
}
