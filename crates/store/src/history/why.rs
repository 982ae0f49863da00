//! Who set a field, and who changed it since: what follows from the records.
//!
//! Pure. A plan's change says what the tenant had and what was declared. Where a later plan finds another
//! value than the one before had left, another writer changed it in between.

use jiff::Timestamp;

use super::carried::{Fate, fate};
use crate::model::history::WriteRecord;
use crate::model::{FieldChange, Location};

/// The story of one field of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldStory<'a> {
    /// Which field, as plans name it.
    pub path: &'a str,
    /// The last value that was written; `None` where it was taken away or is sensitive.
    pub value: Option<&'a str>,
    /// The value is secret, or may be.
    pub sensitive: bool,
    /// The write that first set this value, as far as the records go back.
    pub set_by: &'a WriteRecord,
    /// Where it was declared: the field, or else its resource.
    pub source: Option<&'a Location>,
    /// What was there before that write.
    pub before: Option<&'a str>,
    /// Changes by other writers, which do not come from these files; the newest last.
    pub outside: Vec<Outside<'a>>,
}

/// A change by another writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside<'a> {
    /// What we had left, unless it is sensitive.
    pub from: Option<&'a str>,
    /// What was found, unless it is sensitive.
    pub to: Option<&'a str>,
    /// It was made after this moment, where that is known.
    pub after: Option<Timestamp>,
    /// It was found at this moment.
    pub found_at: Timestamp,
    /// The write that undid it.
    pub healed_by: &'a WriteRecord,
}

/// The stories of all fields of one resource in one environment, in the order
/// of their paths. `writes` are its writes, the newest first.
#[must_use]
pub fn stories(writes: &[WriteRecord]) -> Vec<FieldStory<'_>> {
    let mut stories: Vec<FieldStory<'_>> = Vec::new();
    // A failed write may have been done or not: what was found next decides.
    let mut perhaps: Vec<(&WriteRecord, &FieldChange)> = Vec::new();
    for write in writes.iter().rev() {
        for change in &write.start.changes {
            match fate(write, &change.path) {
                Fate::Open => {}
                Fate::Unknown => perhaps.push((write, change)),
                Fate::Done => match stories
                    .iter_mut()
                    .find(|story| story.path == change.path.as_str())
                {
                    Some(story) => {
                        story.learn(&perhaps, change);
                        story.go_on(write, change);
                    }
                    None => stories.push(FieldStory::begin(write, change)),
                },
            }
        }
    }
    stories.sort_by_key(|story| story.path);
    stories
}

impl<'a> FieldStory<'a> {
    fn begin(write: &'a WriteRecord, change: &'a FieldChange) -> Self {
        let mut story = Self {
            path: change.path.as_str(),
            value: change.after.as_deref(),
            sensitive: change.sensitive,
            set_by: write,
            source: place(write, change),
            before: change.before.as_deref(),
            outside: Vec::new(),
        };
        if write.start.drift {
            // Seen in step by a daemon whose records do not go back that far.
            let from = change.after.as_deref();
            story
                .outside
                .push(Outside::found(write, change, from, None));
        }
        story
    }

    /// Takes in what was ours after all: the version that the last write made, or what a write
    /// left whose end was not known.
    fn learn(&mut self, perhaps: &[(&'a WriteRecord, &'a FieldChange)], next: &'a FieldChange) {
        let found = next.before.as_deref();
        if self.sensitive || next.sensitive || found == self.value {
            return;
        }
        if self.value == Some(FieldChange::TO_BE_PUBLISHED) {
            self.value = found;
            return;
        }
        let ours = perhaps.iter().rev().find(|(write, change)| {
            write.id > self.set_by.id
                && change.path.as_str() == self.path
                && change.after.as_deref() == found
        });
        if let Some((write, change)) = ours {
            self.set_by = write;
            self.source = place(write, change);
            self.before = change.before.as_deref();
            self.value = found;
        }
    }

    fn go_on(&mut self, write: &'a WriteRecord, change: &'a FieldChange) {
        let hidden = self.sensitive || change.sensitive;
        let left = self.value;
        let moved = !hidden && change.before.as_deref() != left;
        // Of visible values, the values decide: where only git moved, no other writer changed it.
        if moved || (hidden && write.start.drift) {
            let since = Some(self.last_write());
            self.outside
                .push(Outside::found(write, change, left, since));
        }
        let same = if hidden {
            write.start.drift
        } else {
            change.after.as_deref() == left
        };
        if !same {
            self.set_by = write;
            self.source = place(write, change);
            self.before = change.before.as_deref();
        }
        self.value = change.after.as_deref();
        self.sensitive = hidden;
    }

    /// When we last left this field as it should be.
    fn last_write(&self) -> Timestamp {
        let healed = self.outside.last().map(|outside| outside.healed_by);
        let healed = healed.filter(|healed| healed.id > self.set_by.id);
        healed.unwrap_or(self.set_by).ended_at()
    }
}

fn place<'a>(write: &'a WriteRecord, change: &'a FieldChange) -> Option<&'a Location> {
    change.source.as_ref().or(write.start.source.as_ref())
}

impl<'a> Outside<'a> {
    fn found(
        write: &'a WriteRecord,
        change: &'a FieldChange,
        from: Option<&'a str>,
        after: Option<Timestamp>,
    ) -> Self {
        Self {
            from,
            to: change.before.as_deref(),
            after,
            found_at: write.start.started_at,
            healed_by: write,
        }
    }
}
