//! Lists kept between the pages of a walk.
//!
//! A page of a filtered list costs a walk over all rows. A client that reads 100 pages would
//! pay for 100 walks, so the rows are kept until the world changes.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

/// The lists that are kept at most.
const LISTS: usize = 16;

/// A list: what was asked for, at which generation of the world, and its rows.
struct Entry {
    question: String,
    generation: u64,
    rows: Arc<dyn Any + Send + Sync>,
}

/// The newest lists, the newest last.
#[derive(Default)]
pub(crate) struct PageCache(Mutex<Vec<Entry>>);

impl PageCache {
    /// The rows of a list, made if they are not there.
    pub(crate) fn rows<T, E>(
        &self,
        question: &str,
        generation: u64,
        make: impl FnOnce() -> Result<Vec<Arc<T>>, E>,
    ) -> Result<Arc<Vec<Arc<T>>>, E>
    where
        T: Any + Send + Sync,
    {
        if let Some(rows) = self.find(question, generation) {
            return Ok(rows);
        }
        let rows = Arc::new(make()?);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| entry.generation == generation && entry.question != question);
        if entries.len() == LISTS {
            entries.remove(0);
        }
        entries.push(Entry {
            question: question.to_owned(),
            generation,
            rows: Arc::<Vec<Arc<T>>>::clone(&rows),
        });
        Ok(rows)
    }

    /// Forgets every list.
    pub(crate) fn clear(&self) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clear();
    }

    fn find<T: Any + Send + Sync>(
        &self,
        question: &str,
        generation: u64,
    ) -> Option<Arc<Vec<Arc<T>>>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = entries.iter();
        let entry = known.find(|it| it.generation == generation && it.question == question)?;
        Arc::clone(&entry.rows).downcast().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(cache: &PageCache, question: &str, generation: u64, fresh: u8) -> u8 {
        let rows = cache.rows::<u8, ()>(question, generation, || Ok(vec![Arc::new(fresh)]));
        *rows.unwrap()[0]
    }

    #[test]
    fn a_list_is_kept_until_the_world_changes() {
        let cache = PageCache::default();
        assert_eq!(ask(&cache, "a", 1, 10), 10);
        assert_eq!(ask(&cache, "a", 1, 20), 10);
        assert_eq!(ask(&cache, "b", 1, 30), 30);
        assert_eq!(ask(&cache, "a", 2, 40), 40);
    }
}
