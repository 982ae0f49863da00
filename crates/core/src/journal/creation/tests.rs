//! Two and three writers against a tenant that lags, loses replies and carries requests out late.

use proptest::prelude::*;

use super::*;
use crate::journal::SETTLE;

const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

fn at(milliseconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + ms(milliseconds)
}

fn look(began: u64, found: &[(&str, u64, bool)]) -> Look {
    Look {
        began: ms(began),
        server_now: Some(at(began)),
        found: found
            .iter()
            .map(|(id, created, used)| Candidate {
                id: (*id).to_owned(),
                created_at: Some(at(*created)),
                used: *used,
            })
            .collect(),
    }
}

fn own(id: &str, looked: u64) -> Ask {
    Ask::Done(Standing::Own {
        id: id.to_owned(),
        looked: ms(looked),
    })
}

fn theirs(id: &str, used: bool) -> Ask {
    let id = id.to_owned();
    Ask::Done(Standing::Theirs { id, used })
}

fn sent() -> Creation {
    let mut creation = Creation::new(Terms::of(ms(0), SETTLE));
    assert_eq!(creation.looked(&look(0, &[])), Ask::Send);
    creation.sent();
    creation
}

#[test]
fn alone_it_looks_before_and_after_and_is_done() {
    let mut creation = sent();
    assert_eq!(
        creation.created("a".to_owned(), ms(100)),
        Ask::Look(ms(100))
    );
    assert_eq!(
        creation.looked(&look(100, &[("a", 50, false)])),
        own("a", 100)
    );
}

#[test]
fn what_is_there_already_is_used_and_not_created() {
    let mut creation = Creation::new(Terms::of(ms(0), SETTLE));
    let old = look(100_000, &[("a", 0, false)]);
    assert_eq!(creation.looked(&old), theirs("a", false));
    let mut creation = Creation::new(Terms::of(ms(0), SETTLE));
    let used = look(100, &[("a", 0, true)]);
    assert_eq!(creation.looked(&used), theirs("a", true));
}

#[test]
fn a_young_one_of_another_is_left_to_its_creator() {
    let mut creation = Creation::new(Terms::of(ms(0), SETTLE));
    let Ask::Look(next) = creation.looked(&look(5000, &[("a", 4000, false)])) else {
        panic!("it is waited for");
    };
    assert!(next > ms(5000));
    assert_eq!(
        creation.looked(&look(9000, &[("a", 4000, true)])),
        theirs("a", true)
    );
}

#[test]
fn the_younger_steps_back_and_follows_the_older() {
    let mut creation = sent();
    creation.created("b".to_owned(), ms(200));
    let both = [("a", 50, false), ("b", 100, false)];
    assert_eq!(
        creation.looked(&look(200, &both)),
        Ask::Remove("b".to_owned())
    );
    assert_eq!(creation.removed(ms(300)), Ask::Look(ms(300)));
    // An old reading shows what was removed, and not yet the other.
    assert!(matches!(
        creation.looked(&look(300, &[("b", 100, false)])),
        Ask::Look(_)
    ));
    assert_eq!(
        creation.looked(&look(2000, &[("a", 50, true)])),
        theirs("a", true)
    );
}

#[test]
fn the_older_waits_until_the_younger_must_have_seen_it() {
    let mut creation = sent();
    creation.created("a".to_owned(), ms(200));
    let both = [("a", 50, false), ("b", 100, false)];
    let Ask::Look(until) = creation.looked(&look(200, &both)) else {
        panic!("it is contested");
    };
    assert!(until >= ms(200) + Terms::of(ms(0), SETTLE).settle + LOOK_IS_GOOD);
    assert_eq!(
        creation.looked(&look(20_000, &[("a", 50, false)])),
        own("a", 20_000)
    );
}

#[test]
fn what_was_deployed_beats_what_is_older_and_old_ones_are_not_removed() {
    let mut creation = sent();
    creation.created("a".to_owned(), ms(200));
    let both = [("a", 50, false), ("b", 100, true)];
    assert_eq!(
        creation.looked(&look(200, &both)),
        Ask::Remove("a".to_owned())
    );
    let mut creation = sent();
    creation.created("a".to_owned(), ms(200));
    // Beyond 30 s others may be about to use it; once it is old they use the other.
    assert!(matches!(
        creation.looked(&look(40_000, &both)),
        Ask::Look(_)
    ));
    assert_eq!(
        creation.looked(&look(60_200, &both)),
        Ask::Remove("a".to_owned())
    );
}

#[test]
fn what_does_not_show_stretches_the_look_until_it_does() {
    let mut creation = Creation::new(Terms::of(ms(0), ms(1000)));
    creation.looked(&look(0, &[]));
    creation.sent();
    creation.created("a".to_owned(), ms(0));
    for began in [0, 250, 750, 1750, 3750] {
        assert!(matches!(creation.looked(&look(began, &[])), Ask::Look(_)));
    }
    assert_eq!(
        creation.lag(),
        ms(3750),
        "far beyond what absence is believed after"
    );
    // Another's may lag as far: it is looked at again when that must show.
    let alone = [("a", 0, false)];
    assert_eq!(creation.looked(&look(5750, &alone)), Ask::Look(ms(7500)));
    assert_eq!(creation.looked(&look(7500, &alone)), own("a", 7500));
    // Others of the run lag more.
    creation.stretch(ms(6000));
    assert_eq!(creation.due_again(ms(7500)), Some(ms(12_000)));
    assert_eq!(creation.due_again(ms(12_000)), None);
}

#[test]
fn two_that_came_into_use_are_told_of() {
    let mut creation = sent();
    creation.created("a".to_owned(), ms(100));
    let both = [("a", 50, true), ("b", 60, true)];
    assert_eq!(creation.looked(&look(100, &both)), own("a", 100));
    assert_eq!(creation.in_use_twice().map(<[String]>::len), Some(2));
    creation.looked(&look(200, &[("a", 50, true)]));
    assert_eq!(creation.in_use_twice(), None);
}

#[test]
fn a_lost_reply_is_settled_before_it_is_sent_again() {
    let mut creation = sent();
    let Ask::Look(mut next) = creation.lost(ms(1000)) else {
        panic!("it is looked for");
    };
    let mut looks = 0;
    while next < ms(11_000) {
        let Ask::Look(later) = creation.looked(&Look {
            began: next,
            ..look(0, &[])
        }) else {
            panic!("not before it has settled");
        };
        next = later;
        looks += 1;
    }
    assert!(looks > 4);
    let settled = Look {
        began: next,
        ..look(0, &[])
    };
    assert_eq!(creation.looked(&settled), Ask::Send);
}

#[test]
fn what_a_lost_reply_left_is_ours_and_never_removed() {
    let mut creation = sent();
    creation.lost(ms(1000));
    assert_eq!(
        creation.looked(&look(1250, &[("a", 900, false)])),
        own("a", 1250)
    );
    let mut creation = sent();
    creation.lost(ms(1000));
    let both = [("a", 900, false), ("b", 950, false)];
    assert!(matches!(creation.looked(&look(1250, &both)), Ask::Look(_)));
}

#[test]
fn after_a_refusal_for_its_rate_one_look_decides() {
    let mut creation = sent();
    assert_eq!(creation.throttled(ms(1000), ms(3000)), Ask::Look(ms(4000)));
    assert_eq!(creation.looked(&look(4000, &[])), Ask::Send);
    creation.sent();
    creation.throttled(ms(5000), ms(1000));
    assert_eq!(
        creation.looked(&look(6000, &[("a", 4500, false)])),
        own("a", 6000)
    );
}

#[test]
fn an_effect_that_never_comes_ends_the_run_of_sends() {
    let mut creation = Creation::new(Terms::of(ms(0), SETTLE));
    let mut sends = 0;
    let mut now = 0;
    while creation.looked(&look(now, &[])) == Ask::Send {
        sends += 1;
        creation.sent();
        creation.lost(ms(now));
        now += 20_000;
    }
    assert_eq!(sends, SENDS);
}

#[test]
fn what_a_look_finds_after_a_lost_reply_may_have_been_made_a_moment_ago() {
    let mut creation = Creation::new(Terms::of(ms(400), SETTLE));
    assert_eq!(creation.looked(&look(0, &[])), Ask::Send);
    creation.sent();
    assert_eq!(creation.lost(ms(100)), Ask::Look(ms(100)));
    // Another's; a third one that is older does not show yet.
    let first = creation.looked(&look(2000, &[("b", 1900, false)]));
    assert_eq!(first, Ask::Look(ms(2800)));
    let both = look(2800, &[("a", 1880, false), ("b", 1900, false)]);
    let next = creation.looked(&both);
    assert!(
        matches!(next, Ask::Look(_)),
        "a is left to its creator: {next:?}"
    );
}

/// A tenant of one marker.
#[derive(Default)]
struct Tenant {
    objects: Vec<Object>,
}

struct Object {
    id: String,
    born: u64,
    lag: u64,
    deployed: Option<u64>,
    removed: Option<u64>,
}

/// What one writer does next, and when.
enum Next {
    Look,
    Send,
    Reply(String),
    Lost,
    Remove(String),
    Deploy(String),
    End,
}

struct Writer {
    machine: Creation,
    next: (u64, Next),
}

#[derive(Debug, Clone)]
struct Chances {
    seed: u64,
    writers: usize,
    lag: u64,
    /// One look in N is as stale as the lag permits, per object.
    losses: bool,
    /// Each object lags by an amount of its own, for good, and no writer knows of it beforehand.
    unknown: bool,
}

struct World {
    tenant: Tenant,
    writers: Vec<Writer>,
    random: u64,
    chances: Chances,
}

impl World {
    fn new(chances: Chances) -> Self {
        let mut world = Self {
            tenant: Tenant::default(),
            writers: Vec::new(),
            random: chances.seed | 1,
            chances,
        };
        for _ in 0..world.chances.writers {
            let start = 100_000 + world.below(3000);
            world.writers.push(Writer {
                machine: Creation::new(match world.chances.unknown {
                    true => Terms::of(ms(0), ms(1000)),
                    false => Terms::of(ms(world.chances.lag), SETTLE),
                }),
                next: (start, Next::Look),
            });
        }
        world
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % bound.max(1)
    }

    fn run(&mut self) {
        for _ in 0..5000 {
            let due = (0..self.writers.len())
                .filter(|at| !matches!(self.writers[*at].next.1, Next::End))
                .min_by_key(|at| self.writers[*at].next.0);
            let Some(due) = due else { return };
            self.step(due);
        }
        panic!("it does not end");
    }

    fn step(&mut self, at: usize) {
        let (now, next) = std::mem::replace(&mut self.writers[at].next, (0, Next::End));
        let ask = match next {
            Next::Look => {
                let look = self.look(now);
                self.writers[at].machine.looked(&look)
            }
            Next::Send => return self.send(at, now),
            Next::Reply(id) => self.writers[at].machine.created(id, ms(now)),
            Next::Lost => self.writers[at].machine.lost(ms(now)),
            Next::Remove(id) => {
                let object = self.tenant.objects.iter_mut().find(|one| one.id == id);
                let object = object.unwrap();
                assert_eq!(object.deployed, None, "what was deployed is never removed");
                object.removed = Some(now);
                self.writers[at].machine.removed(ms(now))
            }
            Next::Deploy(id) => {
                let object = self.tenant.objects.iter_mut().find(|one| one.id == id);
                let object = object.unwrap();
                assert_eq!(object.removed, None, "what is used is not removed");
                object.deployed.get_or_insert(now);
                return;
            }
            Next::End => return,
        };
        let soon = 1 + self.below(200);
        self.writers[at].next = match ask {
            Ask::Look(when) => {
                let when = u64::try_from(when.as_millis()).unwrap();
                (when.max(now) + self.below(300), Next::Look)
            }
            Ask::Send => (now + soon, Next::Send),
            Ask::Remove(id) => (now + soon, Next::Remove(id)),
            // Within what a look is good for.
            Ask::Done(Standing::Own { id, .. } | Standing::Theirs { id, used: false }) => {
                (now + self.below(4000), Next::Deploy(id))
            }
            Ask::Done(Standing::Theirs { used: true, .. } | Standing::Undecided(_)) => {
                (now, Next::End)
            }
        };
    }

    fn send(&mut self, at: usize, now: u64) {
        self.writers[at].machine.sent();
        let born = now + self.below(1500);
        let id = format!("o{}", self.tenant.objects.len());
        let lost = self.chances.losses && self.below(4) == 0;
        if lost && self.below(2) == 0 {
            self.writers[at].next = (now + 100, Next::Lost);
            return;
        }
        let lag = self.below(self.chances.lag + 1);
        self.tenant.objects.push(Object {
            id: id.clone(),
            born,
            lag,
            deployed: None,
            removed: None,
        });
        let next = if lost { Next::Lost } else { Next::Reply(id) };
        self.writers[at].next = (born + self.below(1000), next);
    }

    /// Each object as it was at some moment within the lag.
    fn look(&mut self, now: u64) -> Look {
        let lag = self.chances.lag;
        let mut found = Vec::new();
        for place in 0..self.tenant.objects.len() {
            let seen = match self.chances.unknown {
                true => now - self.tenant.objects[place].lag,
                false => now - self.below(lag + 1),
            };
            let object = &self.tenant.objects[place];
            if object.born <= seen && object.removed.is_none_or(|gone| gone > seen) {
                found.push((
                    object.id.clone(),
                    object.born,
                    object.deployed.is_some_and(|when| when <= seen),
                ));
            }
        }
        let found: Vec<_> = found
            .iter()
            .map(|(id, born, used)| (id.as_str(), *born, *used))
            .collect();
        look(now, &found)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Never two in use; nothing in use removed (asserted on the way); one in use at the end.
    #[test]
    fn of_several_writers_exactly_one_object_comes_into_use(
        seed in 1_u64.., writers in 1_usize..4, lag in 0_u64..4000, losses in any::<bool>(),
    ) {
        let mut world = World::new(Chances { seed, writers, lag, losses, unknown: false });
        world.run();
        let used = world.tenant.objects.iter().filter(|one| one.deployed.is_some()).count();
        prop_assert!(used <= 1, "{used} in use");
        prop_assert!(used == 1 || losses, "none in use");
    }

    /// The same where nothing is known of the lag, and absence is believed too soon: each writer learns it from
    /// its own object.
    #[test]
    fn a_lag_that_nobody_knew_of_is_learnt_on_the_way(
        seed in 1_u64.., writers in 1_usize..4, lag in 0_u64..20_000,
    ) {
        let mut world = World::new(Chances { seed, writers, lag, losses: false, unknown: true });
        world.run();
        let used = world.tenant.objects.iter().filter(|one| one.deployed.is_some()).count();
        prop_assert_eq!(used, 1);
    }
}
