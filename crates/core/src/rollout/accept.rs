//! What of a rollout a person can accept: exactly the failures that are there, or that runs are lacking.

use std::collections::BTreeSet;

use super::{Derived, NewlyFailed, WavePhase};

/// What an approval covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptable {
    /// The wave that it is for.
    pub wave: String,
    /// The members and flows; none where only runs are lacking.
    pub failures: BTreeSet<(String, String)>,
    /// How many failures of later waves it does not cover.
    pub beyond: usize,
}

/// What can be accepted of a version in a wave. Where none is named: all that fails, or that runs are lacking.
///
/// # Errors
///
/// Why there is nothing to accept, in words for people.
pub fn acceptable(
    derived: &Derived,
    version: i64,
    wave: Option<&str>,
) -> Result<Acceptable, String> {
    if derived.target != Some(version) {
        return Err(match derived.target {
            Some(target) => format!("the rollout is of version {target}, not of {version}"),
            None => {
                format!("version {version} is not rolled out: the next one is not published yet")
            }
        });
    }
    if let Some(why) = &derived.unread {
        return Err(format!("what fails is not known: {why}"));
    }
    let place = match wave {
        Some(name) => {
            let found = derived.waves.iter().position(|it| it.name == name);
            found.ok_or_else(|| format!("the rollout has no wave {name:?}"))?
        }
        None => {
            let failed = derived.failures.iter().filter_map(|it| it.wave).max();
            let waits = || derived.waves.iter().position(|it| lacks(&it.phase));
            let found = failed.or_else(waits);
            found.ok_or("no wave is stopped or waits for runs")?
        }
    };
    let Some(wave) = derived.waves.get(place) else {
        return Err("no wave is stopped or waits for runs".to_owned());
    };
    let within = |it: &&NewlyFailed| it.wave.is_none_or(|own| own <= place);
    let covered = derived.failures.iter().filter(within);
    let failures: BTreeSet<(String, String)> = covered
        .map(|it| (it.member.to_string(), it.flow.clone()))
        .collect();
    if failures.is_empty() && !lacks(&wave.phase) {
        return Err(format!(
            "nothing fails in {} or before it, and it does not wait for runs",
            wave.name
        ));
    }
    let beyond = derived.failures.len() - derived.failures.iter().filter(within).count();
    Ok(Acceptable {
        wave: wave.name.clone(),
        failures,
        beyond,
    })
}

/// Whether a wave is stopped, or waits for runs.
fn lacks(phase: &WavePhase) -> bool {
    matches!(phase, WavePhase::Stopped(_) | WavePhase::Waiting(_))
}
