//! Groups resources that change in the same way for the same reason, so that each group is shown once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::format;
use crate::model::{FieldChange, Health, Kind, counted};
use crate::plan::{Action, PlannedResource};

/// Resources of which a plan says the same but for their names; never empty.
pub(super) struct Group<'a> {
    /// In the order of the plan.
    pub(super) members: Vec<&'a PlannedResource>,
}

/// What all members of a group have in common.
#[derive(PartialEq, Eq, Hash)]
struct Common<'a> {
    kind: Kind,
    health: Health,
    orphan: bool,
    actions: &'a [Action],
    reason: Cow<'a, str>,
    hint: Option<Cow<'a, str>>,
    /// The fleet, of members. Values of theirs may be made of the customer, so that only the fields count.
    fleet: Option<&'a str>,
    fields: Vec<&'a str>,
    changes: &'a [FieldChange],
}

impl<'a> Common<'a> {
    /// Resources that wait are grouped by the reason, ignoring names in it and their pending changes.
    fn of(resource: &'a PlannedResource) -> Self {
        let waits = is_waiting(resource);
        let fleet = resource.address.name.fleet();
        let fields = resource.changes.iter().map(|change| change.path.as_str());
        let text = |text: &'a str| match waits {
            true => Cow::Owned(nameless(resource, text)),
            false => Cow::Borrowed(text),
        };
        Self {
            kind: resource.address.kind,
            health: resource.health,
            orphan: resource.orphan,
            actions: &resource.actions,
            reason: match resource.why() {
                Cow::Borrowed(reason) => text(reason),
                Cow::Owned(reason) => Cow::Owned(nameless(resource, &reason)),
            },
            hint: resource.hint.as_deref().map(text),
            fleet,
            fields: match fleet {
                Some(_) if !waits => fields.collect(),
                _ => Vec::new(),
            },
            changes: match fleet {
                None if !waits => &resource.changes,
                _ => &[],
            },
        }
    }
}

/// Whether nothing is done about a resource although something is the matter with it.
pub(super) fn is_waiting(resource: &PlannedResource) -> bool {
    format::symbol(resource) == '!'
}

/// A text without what differs between resources: names, ids, and places in files.
fn nameless(resource: &PlannedResource, text: &str) -> String {
    let mut names = vec![resource.address.name.as_str(), &resource.display_name];
    names.extend(resource.customer.as_deref());
    names.retain(|name| name.chars().count() > 2);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let bare = names
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(name, "…"));
    let words = bare.split(' ').map(|word| match is_single(word) {
        true => "…",
        false => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word is an id of the API or a place in a file.
fn is_single(word: &str) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '=');
    let is_id = plain.len() >= 12
        && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '=')
        && plain.contains(|c: char| c.is_ascii_digit())
        && plain.contains(|c: char| c.is_ascii_uppercase());
    is_id || [".yaml:", ".yml:"].iter().any(|end| word.contains(end))
}

/// What several changes of one field have in common.
fn in_common<'a>(
    first: &FieldChange,
    others: impl Iterator<Item = &'a FieldChange>,
) -> FieldChange {
    const DIFFERS: &str = "(differs by customer)";
    let mut common = first.clone();
    for other in others {
        for (ours, theirs) in [
            (&mut common.before, &other.before),
            (&mut common.after, &other.after),
        ] {
            if ours != theirs {
                *ours = Some(DIFFERS.to_owned());
            }
        }
    }
    common
}

/// Groups resources, each group in the place of its first member.
pub(super) fn groups<'a>(
    resources: impl IntoIterator<Item = &'a PlannedResource>,
) -> Vec<Group<'a>> {
    let mut places: HashMap<Common<'a>, usize> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for resource in resources {
        match places.entry(Common::of(resource)) {
            Entry::Occupied(place) => {
                if let Some(group) = groups.get_mut(*place.get()) {
                    group.members.push(resource);
                }
            }
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push(Group {
                    members: vec![resource],
                });
            }
        }
    }
    groups
}

impl Group<'_> {
    /// Whether its members wait.
    pub(super) fn waits(&self) -> bool {
        self.first().is_some_and(is_waiting)
    }

    /// The first member in the words of all: without what is true of one only.
    pub(super) fn common(&self) -> Option<PlannedResource> {
        let mut common = self.first()?.clone();
        let same = |of: fn(&PlannedResource) -> &str| {
            let mut all = self.members.iter().map(|one| of(one));
            let first = all.next();
            all.all(|one| Some(one) == first)
        };
        if !same(|one| &one.reason) {
            common.reason = nameless(&common, &common.reason);
        }
        if !same(|one| one.hint.as_deref().unwrap_or_default()) {
            let hint = common.hint.as_deref();
            common.hint = hint.map(|hint| nameless(&common, hint));
        }
        if self.fleet().is_some() && !self.waits() {
            for (place, change) in common.changes.iter_mut().enumerate() {
                let others = self.members.iter().filter_map(|one| one.changes.get(place));
                *change = in_common(change, others);
            }
        } else if self.members.iter().any(|one| one.changes != common.changes) {
            common.changes.clear();
        }
        Some(common)
    }

    /// The fleet that its members belong to.
    pub(super) fn fleet(&self) -> Option<&str> {
        self.first()?.address.name.fleet()
    }

    /// Whether all members change in exactly the same way.
    pub(super) fn is_equal(&self) -> bool {
        let first = self.first().map(|first| &first.changes);
        self.members.iter().all(|one| Some(&one.changes) == first)
    }

    /// The first member, which represents all where names do not matter.
    pub(super) fn first(&self) -> Option<&PlannedResource> {
        self.members.first().copied()
    }

    /// Whether each resource must be listed: something is switched off or removed, or is blocked.
    pub(super) fn is_grave(&self) -> bool {
        (self.first()).is_some_and(|first| matches!(format::symbol(first), '-' | '!'))
    }

    /// `212 instances`, `300 members of Fleet/acme-prod`.
    pub(super) fn count(&self) -> String {
        if let Some(fleet) = self.fleet() {
            let members = counted(self.members.len(), "member");
            return format!("{members} of Fleet/{fleet}");
        }
        let noun = match self.first().map(|first| first.address.kind) {
            Some(Kind::Customer) => "customer",
            Some(Kind::Connection) => "connection",
            Some(Kind::Integration) => "integration",
            Some(Kind::Instance) | None => "instance",
        };
        counted(self.members.len(), noun)
    }
}
