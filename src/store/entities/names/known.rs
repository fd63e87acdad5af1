//! What is kept of the best known names for a few minutes: the words that many of them have, and how they begin.

use super::suggest::Beginning;
use super::tiers::WELL_KNOWN;
use crate::schema::entity_names;
use crate::store::Result;
use diesel::prelude::*;
use moka::sync::Cache;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// A word that so many of the best known names have is no typo.
const COMMON: usize = 100;
/// How long they are used before they are read again.
const KEPT: Duration = Duration::from_secs(300);
/// So many beginnings of names, a hundred names each.
const BEGINNINGS: u64 = 2_000;

/// What was read of the best known names, where there are many.
#[derive(Debug)]
pub struct PopularNames {
    common_words: Cache<(), Arc<HashSet<String>>>,
    beginnings: Cache<String, Arc<[Beginning]>>,
}

impl Default for PopularNames {
    fn default() -> Self {
        let common_words = Cache::builder().max_capacity(1).time_to_live(KEPT).build();
        let beginnings = Cache::builder().max_capacity(BEGINNINGS).time_to_live(KEPT).build();
        Self { common_words, beginnings }
    }
}

impl PopularNames {
    /// The best known of the many names that begin like this.
    pub(super) fn beginning(&self, key: &str) -> Option<Arc<[Beginning]>> {
        self.beginnings.get(key)
    }

    pub(super) fn keep_beginning(&self, key: &str, names: &[Beginning]) {
        self.beginnings.insert(key.to_owned(), names.into());
    }

    /// The common words of all, as they are, or were a few minutes ago.
    pub(super) fn common_words(&self, conn: &mut PgConnection) -> Result<Arc<HashSet<String>>> {
        if let Some(common) = self.common_words.get(&()) {
            return Ok(common);
        }
        let names = entity_names::table
            .order(entity_names::weight.desc())
            .limit(i64::from(WELL_KNOWN))
            .select(entity_names::name_key)
            .load::<String>(conn)?;
        let common = counts(&names).into_iter().filter(|(_, names)| *names >= COMMON);
        let common: Arc<HashSet<String>> = Arc::new(common.map(|(word, _)| word.to_owned()).collect());
        // Few names are read at once, and soon have others among them.
        if names.len() == WELL_KNOWN as usize {
            self.common_words.insert((), Arc::clone(&common));
        }
        Ok(common)
    }
}

/// How many of these names have each word.
fn counts(names: &[String]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for name in names {
        for word in name.split(' ').collect::<HashSet<_>>() {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_counted_once_for_each_name_that_has_it() {
        let names: Vec<String> =
            (0..150).map(|n| format!("marie marie {}", if n < 99 { "curie" } else { "x" })).collect();
        let counts = counts(&names);
        assert_eq!((counts["marie"], counts["curie"], counts.get("mari")), (150, 99, None));
    }
}
