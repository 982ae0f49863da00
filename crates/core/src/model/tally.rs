//! The text inside names and ids. In tests every comparison and hash of one is counted, so that a quadratic
//! search is detected on any machine.

#[cfg(not(test))]
pub(super) type Word<T> = T;

#[cfg(not(test))]
pub(super) fn word<T>(text: T) -> T {
    text
}

#[cfg(test)]
pub(crate) use counted::looks;
#[cfg(test)]
pub(super) use counted::{Word, word};

#[cfg(test)]
mod counted {
    use std::cell::Cell;
    use std::cmp::Ordering;
    use std::hash::{Hash, Hasher};

    thread_local! {
        static LOOKS: Cell<usize> = const { Cell::new(0) };
    }

    /// How often names and ids are looked at while something is done on this thread.
    pub(crate) fn looks(work: impl FnOnce()) -> usize {
        LOOKS.set(0);
        work();
        LOOKS.get()
    }

    fn look() {
        LOOKS.set(LOOKS.get() + 1);
    }

    #[derive(Clone, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(transparent)]
    pub(in crate::model) struct Word<T>(T);

    pub(in crate::model) fn word<T>(text: T) -> Word<T> {
        Word(text)
    }

    impl<T: std::fmt::Debug> std::fmt::Debug for Word<T> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<T> std::ops::Deref for Word<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    impl<T: PartialEq> PartialEq for Word<T> {
        fn eq(&self, other: &Self) -> bool {
            look();
            self.0 == other.0
        }
    }

    impl<T: Ord> PartialOrd for Word<T> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl<T: Ord> Ord for Word<T> {
        fn cmp(&self, other: &Self) -> Ordering {
            look();
            self.0.cmp(&other.0)
        }
    }

    impl<T: Hash> Hash for Word<T> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            look();
            self.0.hash(state);
        }
    }
}
