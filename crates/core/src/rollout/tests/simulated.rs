//! A tenant in small, in which rollouts run and are killed at every write.

use proptest::prelude::*;

use super::*;

/// What a simulated person or customer does in a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    /// A shared value changed: all members are deployed again.
    DeployAll,
    /// The labels of a member are edited by hand, and the stamp goes with it.
    StripStamp(usize),
    /// The label of the first wave is put on.
    Relabel(usize),
    /// A newer version is published.
    Publish,
}

/// A tenant with its history of versions, by member.
struct Simulated {
    scene: Scene,
    /// Which versions are bad.
    bad: Vec<i64>,
    /// Every version that was ever set, in order, by member.
    set: BTreeMap<String, Vec<i64>>,
    minute: i64,
}

/// How a run of the program ends.
#[derive(Debug, Clone, Copy)]
struct Kill {
    /// It dies before this write of all.
    at: usize,
}

impl Simulated {
    fn new(canaries: usize, others: usize, bad: Vec<i64>) -> Self {
        let mut scene = Scene::with(canaries, others);
        scene
            .spec
            .waves
            .insert(1, wave("early", Select::Percent(3_000), HOUR));
        scene.spec.waves[2].max_concurrent = Some(2);
        let mut simulated = Self {
            scene,
            bad,
            set: BTreeMap::new(),
            minute: 10 * DAY,
        };
        for member in simulated.scene.members.clone() {
            simulated.run_flows(member.name.as_str(), at(9 * DAY));
        }
        simulated
    }

    fn run_flows(&mut self, member: &str, when: Timestamp) {
        let good = self
            .scene
            .get(member)
            .current
            .is_none_or(|it| !self.bad.contains(&it));
        self.scene.run(member, "Sync", when, good);
    }

    /// One pass. Counts its writes, and dies at the given one.
    fn pass(&mut self, writes: &mut usize, kill: Option<Kill>) -> Result<Derived, ()> {
        self.scene.now = at(self.minute);
        let derived = self.scene.derive();
        let mut dies = || {
            let dies = kill.is_some_and(|kill| kill.at == *writes);
            *writes += 1;
            dies
        };
        if let Some(version) = derived.withdraw {
            if dies() {
                return Err(());
            }
            self.scene.withdraw(version);
        }
        let now = self.scene.now;
        for (name, turn) in &derived.turns {
            let to = derived.target.unwrap();
            let (stamp, version) = match turn {
                Turn::Moves { from } => (Some(*from), Some(to)),
                Turn::Finishes { from } => (Some(*from), None),
                Turn::Back { to, .. } => (None, Some(*to)),
                Turn::Returns => (None, Some(to)),
                Turn::Free
                | Turn::Done
                | Turn::Waits { .. }
                | Turn::Begins { .. }
                | Turn::Bypasses { .. } => continue,
            };
            if dies() {
                return Err(());
            }
            let member = self.scene.get(name.as_str());
            member.stamp = stamp.map(|from| MoveStamp {
                to,
                from,
                at: now,
                bypass: false,
            });
            if let Some(version) = version {
                member.current = Some(version);
                member.settled = false;
                self.set.entry(name.to_string()).or_default().push(version);
            }
            if dies() {
                return Err(());
            }
            self.deploy(name.as_str());
        }
        for name in self.undeployed() {
            if dies() {
                return Err(());
            }
            self.deploy(&name);
        }
        Ok(derived)
    }

    /// What is set and was not deployed by an earlier run.
    fn undeployed(&self) -> Vec<String> {
        let left = self.scene.members.iter().filter(|it| !it.settled);
        left.map(|it| it.name.to_string()).collect()
    }

    fn deploy(&mut self, name: &str) {
        let now = self.scene.now;
        let member = self.scene.get(name);
        member.settled = true;
        member.last_deployed_at = now.checked_add(SignedDuration::from_secs(2)).ok();
    }

    /// One hour passes, in which every deployed flow runs.
    fn hour(&mut self) {
        for member in self.scene.members.clone().iter().filter(|it| it.settled) {
            self.run_flows(member.name.as_str(), at(self.minute + 30));
        }
        self.minute += HOUR;
    }

    /// The latest version that is available becomes the target of all members.
    fn retarget(&mut self) {
        let available = self.scene.versions.iter().filter(|it| it.available);
        let newest = available.map(|it| it.number).max().unwrap();
        self.scene.target = Target::Existing(newest);
    }

    /// Runs until nothing moves any more.
    fn run(&mut self, passes: usize, kill: Option<Kill>) -> usize {
        let mut writes = 0;
        for _ in 0..passes {
            let before = self.scene.members.clone();
            let died = self.pass(&mut writes, kill).is_err();
            if died {
                // Another process, on another machine, goes on at once.
                writes += 1;
            }
            self.nobody_ahead(&before);
            self.hour();
            self.retarget();
        }
        writes
    }

    /// Who moved in this pass was in a wave whose earlier waves had moved and soaked by the stamps.
    fn nobody_ahead(&self, before: &[Member]) {
        let facts = self.scene.facts();
        let waves = assign(&facts);
        for (place, (then, now)) in before.iter().zip(&self.scene.members).enumerate() {
            let target = self.scene.target.number().unwrap();
            let moved = then.current != Some(target) && now.current == Some(target);
            let Some(own) = waves[place].filter(|_| moved) else {
                continue;
            };
            for (other, wave) in before.iter().zip(&waves) {
                let earlier = wave.is_some_and(|wave| wave < own);
                if earlier && other.counts() {
                    assert!(other.moved(target), "{} before {}", now.name, other.name);
                    let soak = self.scene.spec.waves[wave.unwrap()].soak;
                    // Without its stamp, the time of its move is unknown: what passed stays passed.
                    let Some(since) = other.stamp_for(target).map(|it| it.at) else {
                        continue;
                    };

                    let soaked = facts::later(since, soak) <= self.scene.now;
                    assert!(
                        soaked,
                        "{} did not wait for the soak of {}",
                        now.name, other.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_rollout_that_is_killed_at_any_write_ends_the_same() {
    let whole = {
        let mut simulated = Simulated::new(2, 6, Vec::new());
        simulated.run(24, None)
    };
    assert!(whole >= 16, "{whole} writes");
    for at in 0..whole {
        let mut simulated = Simulated::new(2, 6, Vec::new());
        simulated.run(30, Some(Kill { at }));
        for member in &simulated.scene.members {
            assert!(
                member.moved(13),
                "{} was forgotten, killed at {at}",
                member.name
            );
            let set = &simulated.set[member.name.as_str()];
            assert_eq!(set, &[13], "{} twice, killed at {at}", member.name);
        }
    }
}

#[test]
fn a_rollback_that_is_killed_at_any_write_ends_the_same() {
    let begin = || {
        let mut simulated = Simulated::new(2, 6, vec![13]);
        simulated.scene.spec.on_failure = OnFailure::Rollback;
        simulated
    };
    let whole = begin().run(10, None);
    assert!(whole >= 9, "{whole} writes");
    for at in 0..whole {
        let mut simulated = begin();
        simulated.run(16, Some(Kill { at }));
        for member in &simulated.scene.members {
            assert!(
                member.moved(12),
                "{}, killed at {at}: {member:?}",
                member.name
            );
            let set = simulated.set.get(member.name.as_str());
            let canary = member.name.as_str().starts_with('c');
            let touched = set.map_or(0, Vec::len);
            assert!(
                touched == 0 || canary && touched == 2,
                "{}: {set:?}",
                member.name
            );
        }
        assert!(!simulated.scene.versions[1].available);
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => Just(Event::Nothing),
        1 => Just(Event::DeployAll),
        1 => (0_usize..8).prop_map(Event::StripStamp),
        1 => (0_usize..8).prop_map(Event::Relabel),
        1 => Just(Event::Publish),
    ];
    proptest::collection::vec(event, 12..28)
}

/// A scene somewhere in the middle of a rollout.
fn scenes() -> impl Strategy<Value = Scene> {
    let member = (0_u8..4, 0_i64..6 * HOUR, any::<bool>(), 0_u8..8);
    let members = proptest::collection::vec(member, 1..12);
    (members, 0_i64..8 * HOUR, any::<bool>()).prop_map(|(members, later, rollback)| {
        let mut scene = Scene::new();
        scene
            .spec
            .waves
            .insert(1, wave("early", Select::Percent(3_000), HOUR));
        scene.spec.waves[0].optional = true;
        if rollback {
            scene.spec.on_failure = OnFailure::Rollback;
        }
        for (n, (state, moved, ran_well, standing)) in members.into_iter().enumerate() {
            let called = format!("m{n}");
            let labels: &[&str] = if n % 3 == 0 { &["canary"] } else { &[] };
            scene.member(&called, labels);
            scene.run(&called, "Sync", at(9 * DAY), ran_well);
            if state >= 2 {
                scene.moves(&called, 13, at(10 * DAY + moved));
                scene.run(&called, "Sync", at(10 * DAY + moved + 5), state == 2);
            }
            scene.get(&called).standing = match standing {
                0 => Standing::Held("x".to_owned()),
                1 => Standing::Disabled,
                _ => Standing::Counted,
            };
        }
        scene.now = at(10 * DAY + later);
        scene
    })
}

proptest! {
    /// With any events in between, and a process killed at any write: no member moves ahead of its wave, or is sent to
    /// one version twice.
    #[test]
    fn no_member_moves_twice_or_ahead_of_its_wave(events in events(), kill in 0_usize..60, bad in any::<bool>()) {
        let mut simulated = Simulated::new(2, 6, if bad { vec![13] } else { Vec::new() });
        let mut writes = 0;
        for event in events {
            match event {
                Event::Nothing => {}
                Event::DeployAll => {
                    for member in simulated.scene.members.clone() {
                        simulated.scene.now = at(simulated.minute);
                        simulated.deploy(member.name.as_str());
                    }
                }
                Event::StripStamp(n) => simulated.scene.members[n].stamp = None,
                Event::Relabel(n) => {
                    simulated.scene.members[n].labels.insert("canary".to_owned());
                }
                Event::Publish => {
                    let next = simulated.scene.versions.len() as i64 + 12;
                    simulated.scene.published(next, at(simulated.minute));
                    simulated.retarget();
                }
            }
            let joined = matches!(event, Event::Relabel(_) | Event::StripStamp(_) | Event::DeployAll);
            let before = simulated.scene.members.clone();
            let _ = simulated.pass(&mut writes, Some(Kill { at: kill }));
            // A member that joins an earlier wave late is not waited for: rule 12.
            if !joined && simulated.set.values().all(|set| set.len() < 2) && simulated.scene.members.iter().all(|it| it.labels.is_empty() || it.name.as_str().starts_with('c')) {
                simulated.nobody_ahead(&before);
            }
            simulated.hour();
            simulated.retarget();
        }
        for (member, set) in &simulated.set {
            let mut once = set.clone();
            once.dedup();
            prop_assert_eq!(&once, set, "{} twice", member);
            prop_assert!(set.is_sorted(), "{} went back without a rollback: {:?}", member, set);
        }
    }

    /// The order in which members were read says nothing.
    #[test]
    fn the_order_of_the_members_does_not_matter(scene in scenes(), seed in any::<u64>()) {
        let mut shuffled = scene.clone();
        shuffled.members.sort_by_key(|it| {
            let letters = it.name.as_str().bytes().map(u64::from).sum::<u64>();
            letters.wrapping_mul(seed | 1).rotate_left(17)
        });
        shuffled.versions.reverse();
        shuffled.runs.reverse();
        prop_assert_eq!(scene.derive(), shuffled.derive());
    }

    /// Test 6: who loses stamps waits longer, never less.
    #[test]
    fn losing_stamps_only_ever_waits_longer(scene in scenes(), lost in any::<u16>()) {
        let mut poorer = scene.clone();
        for (n, member) in poorer.members.iter_mut().enumerate() {
            if lost & (1 << n) != 0 {
                member.stamp = None;
            }
        }
        let (whole, less) = (scene.derive(), poorer.derive());
        let (whole, less) = (moving(&whole), moving(&less));
        prop_assert!(less.iter().all(|it| whole.contains(it)), "{:?} beyond {:?}", less, whole);
    }

    /// As long as something that matters could not be read, no member begins to move or goes back.
    #[test]
    fn nothing_unknown_moves_anybody(scene in scenes(), which in 0_u8..3) {
        let mut scene = scene;
        match which {
            0 => scene.unknown = Some("page 2 failed".to_owned()),
            1 => scene.unread = Some("502".to_owned()),
            _ => scene.paused = Some("by hand".to_owned()),
        }
        let moved = scene.members.iter().any(|it| it.moved(13) && it.testifies());
        let derived = scene.derive();
        if moved || which != 1 {
            prop_assert!(moving(&derived).is_empty() && back(&derived).is_empty(), "{:?}", derived);
        }
        prop_assert_eq!(derived.withdraw, None);
    }
}
