//! What must hold in every pass, independent of the tool's own view.
//!
//! - No member moves outside its wave, nor after its version failed; none moves back except from a withdrawn version, or to
//!   the version that all ran.
//! - No member is made, moved, switched off or removed without a reason in the files; none where a list was not read.
//! - Nothing is deployed that runs already, and nothing twice in one pass.
//! - A good version is never withdrawn, and a bad one never published again once it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::case::{Now, Pass, external};
use super::truth::{Instance, Truth};
use crate::random_worlds::live::demand;

/// What is remembered of a story so that it can be judged.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Since when each live instance has the version that it has.
    since: BTreeMap<String, (i64, Timestamp)>,
    /// How many waves of a version have passed.
    passed: BTreeMap<i64, usize>,
    /// Texts that every member ran at one time.
    whole: BTreeSet<u64>,
    /// The customers whose instance a person brought to a version.
    pub(super) by_hand: BTreeSet<String>,
    /// The instances and versions whose move a person deployed after the tool was killed in the middle of it.
    pub(super) finished_by_hand: BTreeSet<(String, i64)>,
    /// In this pass no execution can be read.
    blind: bool,
}

impl Rules {
    /// Records since when, at the latest, each instance has its version.
    fn date(&mut self, truth: &Truth, at: Timestamp) {
        for it in truth.instances.values() {
            let since = self.since.entry(it.id.clone()).or_insert((it.version, at));
            if since.0 != it.version {
                *since = (it.version, at);
            }
        }
    }

    /// Takes in what is live, before the tool runs.
    pub(super) fn see(&mut self, truth: &Truth, now: &Now<'_>) {
        self.date(truth, truth.at);
        let mut texts = members(truth, now).map(|(_, it)| truth.text(it.version));
        let first = texts.next().flatten();
        if let Some(text) = first.filter(|first| texts.all(|it| it == Some(*first))) {
            self.whole.insert(text);
        }
        for version in truth.versions.keys() {
            let before = self.passed.get(version).copied().unwrap_or_default();
            let waves = (before..2).take_while(|wave| self.has_passed(*wave, *version, truth, now));
            let passed = before + waves.count();
            self.passed.insert(*version, passed);
        }
    }

    /// Whether a wave is where it shall be, long enough, and ran.
    fn has_passed(&self, wave: usize, version: i64, truth: &Truth, now: &Now<'_>) -> bool {
        let soak = [now.case.rollout.soak, now.case.rollout.early][wave];
        let own = members(truth, now).filter(|(place, it)| now.wave[*place] == wave && counts(it));
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            return wave > 0;
        }
        let over = |it: &Instance| {
            let since = self.since.get(&it.id).map(|it| it.1);
            let end = since.and_then(|it| it.checked_add(SignedDuration::from_mins(soak)).ok());
            it.version == version && end.is_some_and(|end| end <= truth.at)
        };
        let all = own.iter().all(|(_, it)| over(it));
        let ran = own.iter().any(|(_, it)| self.ran(it).next().is_some());
        all && ran && !self.failed(version, truth, now)
    }

    /// Its runs since it has its version: when they began, and whether they failed.
    fn ran<'i>(&self, it: &'i Instance) -> impl Iterator<Item = (Timestamp, bool)> + 'i {
        let since = self.since.get(&it.id).map_or(Timestamp::MAX, |it| it.1);
        // The stamp says when the version was set. Nothing live says that a person deployed it, and when.
        let any = self.finished_by_hand.contains(&(it.id.clone(), it.version));
        let own = it
            .ran
            .iter()
            .filter(move |(version, at, _)| (any || *version == it.version) && *at >= since);
        own.map(|(_, at, failed)| (*at, *failed))
    }

    /// Whether a member that was well before has failed on a version.
    fn failed(&self, version: i64, truth: &Truth, now: &Now<'_>) -> bool {
        let mut all = members(truth, now).filter(|(_, it)| it.version == version && it.enabled);
        // Where the label of a move is gone, what came before the last deploy is not laid to the version.
        let fails = |it: &Instance| {
            self.ran(it)
                .any(|(at, failed)| failed && Some(at) >= it.deployed_at)
        };
        all.any(|(place, it)| !now.case.customers[place].failing && fails(it))
    }

    /// Judges one pass by what was there before and after it. [`see`](Self::see) was called with `before`.
    pub(super) fn judge(
        &mut self,
        before: &Truth,
        after: &Truth,
        pass: &Pass,
        now: &Now<'_>,
    ) -> Result<(), String> {
        self.blind = pass.unread() == Some("executionResults");
        self.versions(before, after, now)?;
        for (whose, was) in &before.instances {
            let is = after.instances.get(whose);
            demand(is.is_some_and(|it| it.id == was.id), || {
                format!("the instance of {whose} was removed")
            })?;
        }
        for (place, whose) in (0..now.member.len()).map(|it| (it, external(it))) {
            let (was, is) = (before.instances.get(&whose), after.instances.get(&whose));
            let Some(is) = is else { continue };
            match was {
                None => self.made(place, is, (before, after), now)?,
                Some(was) => self.kept(place, (was, is), (before, after), now)?,
            }
            demand(!quiet(pass, before, now) || same(was, Some(is)), || {
                format!("{whose} was touched although a list could not be read:\n{was:?}\n{is:?}")
            })?;
            let twice = is.deploys > was.map_or(0, |it| it.deploys) + 1;
            demand(!twice || pass.fault.is_some(), || {
                format!("{whose} was deployed twice in one pass")
            })?;
        }
        self.date(after, before.at);
        let mine = |whose: &String| (0..now.member.len()).any(|it| external(it) == *whose);
        let strange = after.instances.keys().find(|it| !mine(it));
        demand(strange.is_none(), || {
            format!("{strange:?} is no customer of the fleet")
        })
    }

    fn versions(&self, before: &Truth, after: &Truth, now: &Now<'_>) -> Result<(), String> {
        for (number, version) in &after.versions {
            let bad = now.case.bad.contains(&version.text);
            let was = before.versions.get(number);
            demand(bad || version.available, || {
                format!("version {number} was withdrawn although it never failed")
            })?;
            let mut equal = before.versions.values();
            let again = equal.any(|it| it.text == version.text && !it.available);
            demand(was.is_some() || !again, || {
                format!("version {number} is what was withdrawn before")
            })?;
        }
        Ok(())
    }

    /// One that was not there before.
    fn made(
        &self,
        place: usize,
        is: &Instance,
        (before, after): (&Truth, &Truth),
        now: &Now<'_>,
    ) -> Result<(), String> {
        demand(now.member[place], || {
            format!("{} has an instance and is no member", external(place))
        })?;
        // While no member runs a version there is none to protect.
        if !members(before, now).any(|(_, it)| it.deployed) {
            return Ok(());
        }
        self.admitted(place, is.version, (before, after), now)
    }

    fn kept(
        &self,
        place: usize,
        (was, is): (&Instance, &Instance),
        (before, after): (&Truth, &Truth),
        now: &Now<'_>,
    ) -> Result<(), String> {
        let whose = external(place);
        let switched_off = was.enabled && !is.enabled;
        demand(
            !switched_off || (!now.member[place] && now.case.disables),
            || format!("{whose} was switched off"),
        )?;
        let same = was.version == is.version && was.values == is.values;
        let deployed = is.deploys > was.deploys;
        demand(!deployed || !same || !was.settled, || {
            format!("{whose} was deployed, and ran that already")
        })?;
        if was.version == is.version {
            return Ok(());
        }
        demand(now.member[place], || {
            format!("{whose} moved although it had left")
        })?;
        if is.version > was.version {
            return self.admitted(place, is.version, (before, after), now);
        }
        let withdrawn = after
            .versions
            .get(&was.version)
            .is_some_and(|it| !it.available);
        let text = after.text(is.version).unwrap_or_default();
        demand(withdrawn || self.whole.contains(&text), || {
            format!("{whose} moved back from {} to {}", was.version, is.version)
        })?;
        demand(!now.case.bad.contains(&text), || {
            format!("{whose} moved back to version {}, which fails", is.version)
        })
    }

    /// Whether a member may come to a version now.
    fn admitted(
        &self,
        place: usize,
        version: i64,
        (before, after): (&Truth, &Truth),
        now: &Now<'_>,
    ) -> Result<(), String> {
        let whose = external(place);
        let text = after.text(version).unwrap_or_default();
        if self.whole.contains(&text) {
            return Ok(());
        }
        demand(!self.failed(version, before, now), || {
            format!("{whose} came to version {version} although that had failed")
        })?;
        let begun = members(before, now).any(|(_, it)| it.version == version);
        demand(!self.blind || !begun, || {
            format!("{whose} came to version {version}, and no execution of it could be read")
        })?;
        let passed = self.passed.get(&version).copied().unwrap_or_default();
        demand(now.wave[place] <= passed, || {
            format!("{whose} came to version {version} outside its wave: {passed} have passed")
        })
    }

    /// What must hold once nothing is left to do.
    pub(super) fn at_rest(&self, truth: &Truth, now: &Now<'_>) -> Result<(), String> {
        let bad = now.case.bad.contains(&now.text);
        for (place, whose) in (0..now.member.len()).map(|it| (it, external(it))) {
            let Some(is) = truth.instances.get(&whose) else {
                demand(!now.member[place], || format!("{whose} was forgotten"))?;
                continue;
            };
            if !now.member[place] {
                demand(!now.case.disables || !is.enabled, || {
                    format!("{whose} left, and is on")
                })?;
                continue;
            }
            demand(is.settled && is.enabled, || {
                format!("{whose} is not running: {is:?}")
            })?;
            let text = truth.text(is.version);
            demand(bad || text == Some(now.text), || {
                format!("{whose} was forgotten on version {}", is.version)
            })?;
            let fails = text.is_some_and(|it| now.case.bad.contains(&it));
            let mut finished = self.finished_by_hand.iter();
            let may = !now.case.rollout.rollback
                && (now.wave[place] == 0
                    || self.by_hand.contains(&whose)
                    // The runs before that deploy were good, and count.
                    || finished.any(|(_, version)| *version == is.version));
            demand(!fails || may, || {
                format!("{whose} is on version {}, which fails", is.version)
            })?;
        }
        Ok(())
    }
}

/// The members with their instances.
fn members<'a>(
    truth: &'a Truth,
    now: &'a Now<'_>,
) -> impl Iterator<Item = (usize, &'a Instance)> + 'a {
    let places = (0..now.member.len()).filter(|it| now.member[*it]);
    places.filter_map(|it| Some((it, truth.instances.get(&external(it))?)))
}

fn counts(it: &Instance) -> bool {
    it.enabled && it.deployed
}

/// Whether nothing of an instance may change in a pass, because a list could not be read to its end.
fn quiet(pass: &Pass, before: &Truth, now: &Now<'_>) -> bool {
    match pass.unread() {
        Some("instances") => true,
        // A list and a file say who is meant; a named customer that is not found is unknown.
        Some("customers") => {
            before.customers > 0 && now.case.chosen == super::case::Chosen::Selector
        }
        _ => false,
    }
}

fn same(was: Option<&Instance>, is: Option<&Instance>) -> bool {
    let state = |it: Option<&Instance>| it.map(|it| (it.version, it.enabled, it.deploys));
    state(was) == state(is)
}
