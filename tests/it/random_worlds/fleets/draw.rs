//! The world of a seed, with a fleet in it.

use prism_gitops::sandbox::{Behaviour, DraftNumber, Fault, FaultRule, Shown};

use super::case::{Case, Chosen, Customer, Deed, Event, Pass, Rollout, Runner};
use crate::random_worlds::case::Killed;
use crate::random_worlds::draw::{Dice, faults};

/// The world of this seed.
pub(in crate::random_worlds) fn case(seed: u64) -> Case {
    let dice = &mut Dice::new(seed ^ 0x00F1_EE75);
    let customers = customers(dice);
    let bad = (1..=3).filter(|_| dice.chance()).collect();
    let story = story(dice, &customers);
    Case {
        server: Behaviour {
            page_limit: dice.pick(&[2, 3, 100, 100]),
            list_shows: dice.pick(&[Shown::Draft, Shown::Draft, Shown::Published]),
            draft_number: dice.pick(&[DraftNumber::Next, DraftNumber::Latest, DraftNumber::Zero]),
            enabled_at_create: dice.chance(),
            import_drops_labels: dice.chance(),
            ..Behaviour::default()
        },
        customers,
        chosen: dice.pick(&[
            Chosen::Selector,
            Chosen::Selector,
            Chosen::Selector,
            Chosen::List,
            Chosen::File,
        ]),
        disables: dice.chance(),
        rollout: Rollout {
            soak: dice.pick(&[30, 60, 120]),
            early: dice.pick(&[0, 30]),
            at_once: dice.pick(&[None, None, Some(1), Some(2)]),
            rollback: dice.chance(),
        },
        bad,
        lasting: dice.pick(&[0, 0, 0, 20, 90]),
        story,
    }
}

fn customers(dice: &mut Dice) -> Vec<Customer> {
    let fixed = |wave: usize, dice: &mut Dice| Customer {
        manifest: dice.roll(3) == 0,
        member: true,
        wave,
        failing: false,
    };
    let mut all = vec![fixed(0, dice)];
    for _ in 0..dice.roll(4) {
        let wave = dice.place(3);
        let failing = wave > 0 && dice.roll(4) == 0;
        all.push(Customer {
            manifest: dice.roll(3) == 0,
            member: failing || dice.roll(3) > 0,
            wave,
            failing,
        });
    }
    all.push(fixed(2, dice));
    all
}

fn story(dice: &mut Dice, customers: &[Customer]) -> Vec<Event> {
    let mut story = vec![Event::Publish(1 + dice.roll(2)), Event::Pass(pass(dice))];
    for _ in 0..=dice.roll(3) {
        if dice.roll(3) > 0 {
            story.push(Event::Run);
        }
        story.push(Event::Wait(dice.pick(&[5, 45, 130])));
        if dice.roll(3) > 0 {
            story.push(event(dice, customers));
        }
        story.push(Event::Pass(pass(dice)));
    }
    story
}

/// What was broken before stays in the fleet, and as it is: else its failures would be news.
fn event(dice: &mut Dice, customers: &[Customer]) -> Event {
    let place = dice.place(customers.len());
    let free = place > 0 && place + 1 < customers.len() && !customers[place].failing;
    let deeds = [
        Deed::Disable,
        Deed::Rename,
        Deed::Configure,
        Deed::Redeploy,
        Deed::Strip,
        Deed::Upgrade,
        Deed::Delete,
    ];
    let deed = dice.pick(&deeds);
    match dice.roll(6) {
        0 | 1 => Event::Publish(dice.roll(4)),
        2 => Event::Value(1 + dice.roll(3)),
        3 if free => Event::Flip(place),
        // Waves go by the labels that a customer has, which for a manifest are those of the pass before.
        4 if free && customers[place].wave > 0 && !customers[place].manifest => {
            Event::Relabel(place, 1 + dice.place(2))
        }
        _ if customers[place].failing => Event::Deed(place, Deed::Configure),
        _ => Event::Deed(place, deed),
    }
}

fn pass(dice: &mut Dice) -> Pass {
    let by = dice.pick(&[Runner::Ci, Runner::Daemon]);
    let forgets = dice.roll(3) == 0;
    let (mut killed, mut fault) = (None, None);
    match dice.roll(6) {
        0 | 1 => {
            killed = Some(Killed {
                nth: 1 + dice.place(6),
                after_commit: dice.chance(),
            });
        }
        2 => fault = Some(wrong(dice)),
        3 => {
            let list = dice.pick(&["customers", "customers", "instances", "executionResults"]);
            let down = Fault::Status {
                code: 500,
                commit: false,
            };
            fault = Some(FaultRule::every(list, down));
        }
        _ => {}
    }
    Pass {
        by,
        forgets,
        killed,
        fault,
    }
}

/// One thing that goes wrong once.
fn wrong(dice: &mut Dice) -> FaultRule {
    let operations = [
        "customers",
        "instances",
        "integration",
        "executionResults",
        "createCustomer",
        "createInstance",
        "updateInstance",
        "updateIntegration",
        "publishIntegration",
        "deployInstance",
    ];
    let operation = dice.pick(&operations);
    FaultRule::nth(operation, 1 + dice.roll(3), dice.pick(&faults()))
}
