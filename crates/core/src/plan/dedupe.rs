//! Which of several objects with one marker is removed, and which need a person's decision.
//!
//! # Invariants
//!
//! - An object that was ever in use is removed only if a person names it, and an integration that was in use
//!   never.
//! - One of each always stays: the one in use, else the older.
//! - An unknown counts against removal.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Address, Kind, LiveHold, Marker};

/// Younger ones are for the run that made them: it may be about to deploy, or to step back.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// One of several objects with one marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Its id.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// When it was made, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// Whether it was ever deployed; of an integration, whether it has a version or an instance.
    pub in_use: Option<bool>,
    /// Whether it ever ran.
    pub executed: Option<bool>,
    /// Its labels.
    pub labels: Vec<String>,
}

/// All objects with one marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// What they are declared as, or were.
    pub address: Address,
    /// The marker.
    pub marker: Marker,
    /// The objects.
    pub twins: Vec<Twin>,
}

/// The fate of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays and is managed.
    Kept,
    /// It was never in use, and goes.
    Removed,
    /// It goes because a person named it.
    Asked,
    /// It stays until a person decides.
    Left(&'static str),
}

impl Fate {
    /// Whether it goes.
    #[must_use]
    pub fn goes(self) -> bool {
        matches!(self, Self::Removed | Self::Asked)
    }
}

/// The fate of all objects with one marker, the one that stays first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deduped {
    /// What they are declared as, or were.
    pub address: Address,
    /// Each with its fate.
    pub twins: Vec<(Twin, Fate)>,
}

/// Decides. `now` is the server's clock; `asked` are the ids that a person named.
#[must_use]
pub fn dedupe(all: Vec<Twins>, now: Option<Timestamp>, asked: &BTreeSet<String>) -> Vec<Deduped> {
    let decide = |Twins {
                      address,
                      marker,
                      mut twins,
                  }: Twins| {
        // What may be in use comes before what certainly is not.
        twins.sort_by_key(|it| {
            let created = it.created_at.unwrap_or(Timestamp::MAX);
            (it.in_use == Some(false), created, it.id.clone())
        });
        let fate = |(place, twin): (usize, Twin)| {
            let fate = match place {
                0 => Fate::Kept,
                _ => fate(&twin, &address, &marker, now, asked),
            };
            (twin, fate)
        };
        Deduped {
            twins: twins.into_iter().enumerate().map(fate).collect(),
            address,
        }
    };
    all.into_iter().map(decide).collect()
}

fn fate(
    twin: &Twin,
    address: &Address,
    marker: &Marker,
    now: Option<Timestamp>,
    asked: &BTreeSet<String>,
) -> Fate {
    if twin.labels.iter().any(|label| label == Marker::PROTECT) {
        return Fate::Left("it is protected");
    }
    if LiveHold::in_force(&twin.labels, now).is_some() {
        return Fate::Left("it is on hold");
    }
    match address.kind {
        Kind::Customer => return Fate::Left("customers are never removed"),
        Kind::Connection => return Fate::Left("instances may be bound to it"),
        Kind::Integration | Kind::Instance => {}
    }
    let objection = objection(twin, marker, now);
    match objection {
        None => Fate::Removed,
        Some(_) if address.kind == Kind::Instance && asked.contains(&twin.id) => Fate::Asked,
        Some(why) => Fate::Left(why),
    }
}

fn objection(twin: &Twin, marker: &Marker, now: Option<Timestamp>) -> Option<&'static str> {
    let age = now
        .zip(twin.created_at)
        .map(|(now, made)| now.duration_since(made));
    match (twin.in_use, twin.executed, age) {
        (Some(true), ..) => Some("it was in use"),
        (None, ..) => Some("whether it was in use is not known"),
        (_, Some(true), _) => Some("it has run"),
        (_, None, _) => Some("whether it has run is not known"),
        (.., None) => Some("its age is not known"),
        (.., Some(age)) if age <= SETTLED => Some("it is younger than 60 s"),
        _ if Marker::among(&twin.labels).any(|other| other != *marker) => {
            Some("it bears another marker too")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::name;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn twin(id: &str, created: i64, in_use: bool) -> Twin {
        Twin {
            id: id.to_owned(),
            name: "Smith ERP".to_owned(),
            customer: Some("Smith".to_owned()),
            created_at: Some(at(created)),
            in_use: Some(in_use),
            executed: Some(false),
            labels: vec!["gitops:p/smith".to_owned(), "paid".to_owned()],
        }
    }

    fn decide_as(address: Address, twins: Vec<Twin>, asked: &[&str]) -> String {
        let marker = Marker::parse("gitops:p/smith").unwrap();
        let twins = vec![Twins {
            address,
            marker,
            twins,
        }];
        let asked = asked.iter().map(|id| (*id).to_owned()).collect();
        let decided = dedupe(twins, Some(at(1000)), &asked).remove(0);
        let words = decided
            .twins
            .iter()
            .map(|(twin, fate)| format!("{} {fate:?}", twin.id));
        words.collect::<Vec<_>>().join(", ")
    }

    fn decide(twins: Vec<Twin>, asked: &[&str]) -> String {
        decide_as(Address::instance(name("smith")), twins, asked)
    }

    #[test]
    fn the_one_in_use_stays_else_the_older_else_the_smaller_id() {
        let decided = decide(vec![twin("a", 1, false), twin("b", 9, true)], &[]);
        assert_eq!(decided, "b Kept, a Removed");
        let decided = decide(vec![twin("a", 9, false), twin("b", 1, false)], &[]);
        assert_eq!(decided, "b Kept, a Removed");
        let decided = decide(vec![twin("b", 1, false), twin("a", 1, false)], &[]);
        assert_eq!(decided, "a Kept, b Removed");
    }

    #[test]
    fn what_speaks_against_it_leaves_it_to_a_person() {
        type Change = fn(&mut Twin);
        let cases: [(Change, &str); 8] = [
            (|it| it.in_use = Some(true), "it was in use"),
            (|it| it.executed = Some(true), "it has run"),
            (|it| it.executed = None, "whether it has run is not known"),
            (|it| it.created_at = None, "its age is not known"),
            (
                |it| it.created_at = Some(at(941)),
                "it is younger than 60 s",
            ),
            (
                |it| it.created_at = Some(at(940)),
                "it is younger than 60 s",
            ),
            (
                |it| it.labels.push("gitops:q/x".to_owned()),
                "it bears another marker too",
            ),
            (
                |it| it.labels.push(Marker::PROTECT.to_owned()),
                "it is protected",
            ),
        ];
        for (change, why) in cases {
            let mut other = twin("z", 500, false);
            change(&mut other);
            let decided = decide(vec![twin("a", 1, true), other.clone()], &[]);
            assert_eq!(decided, format!("a Kept, z Left({why:?})"));
            let asked = decide(vec![twin("a", 1, true), other.clone()], &["z"]);
            let goes = !why.contains("protected");
            assert_eq!(asked.contains("z Asked"), goes, "{asked}");
            let address = Address::integration(name("smith"));
            let never = decide_as(address, vec![twin("a", 1, true), other], &["z"]);
            assert!(never.contains("z Left"), "{never}");
        }
        let mut unknown = twin("z", 500, false);
        unknown.in_use = None;
        let decided = decide(vec![twin("a", 1, true), unknown], &[]);
        assert_eq!(
            decided,
            "a Kept, z Left(\"whether it was in use is not known\")"
        );
        let decided = decide(vec![twin("a", 1, true), twin("b", 2, true)], &["a"]);
        assert_eq!(
            decided, "a Kept, b Left(\"it was in use\")",
            "one always stays"
        );
    }

    #[test]
    fn without_a_clock_nothing_is_old_enough() {
        let marker = Marker::parse("gitops:p/smith").unwrap();
        let address = Address::instance(name("smith"));
        let twins = vec![twin("a", 1, false), twin("b", 2, false)];
        let all = vec![Twins {
            address,
            marker,
            twins,
        }];
        let decided = dedupe(all, None, &BTreeSet::new());
        assert_eq!(decided[0].twins[1].1, Fate::Left("its age is not known"));
    }
}
