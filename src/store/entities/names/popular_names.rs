//! Caches the common words of the most mentioned names, and the names with short prefixes, for some minutes.

use super::queries::MOST_MENTIONED;
use super::suggest::PrefixedName;
use crate::schema::entity_names;
use crate::store::Result;
use diesel::prelude::*;
use moka::sync::Cache;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// A word that at least this number of popular names contain is not a typo.
const MIN_NAMES_OF_COMMON_WORD: usize = 100;
const TTL: Duration = Duration::from_secs(300);
/// Maximum number of cached prefixes, each with about a hundred names.
const MAX_PREFIXES: u64 = 2_000;

/// A cache of the most mentioned names.
#[derive(Debug)]
pub struct PopularNames {
    common_words: Cache<(), Arc<HashSet<String>>>,
    by_prefix: Cache<String, Arc<[PrefixedName]>>,
}

impl Default for PopularNames {
    fn default() -> Self {
        let common_words = Cache::builder().max_capacity(1).time_to_live(TTL).build();
        let by_prefix = Cache::builder().max_capacity(MAX_PREFIXES).time_to_live(TTL).build();
        Self { common_words, by_prefix }
    }
}

impl PopularNames {
    /// The cached names with this prefix, the most mentioned first.
    pub(super) fn prefixed(&self, key: &str) -> Option<Arc<[PrefixedName]>> {
        self.by_prefix.get(key)
    }

    pub(super) fn cache_prefixed(&self, key: &str, names: &[PrefixedName]) {
        self.by_prefix.insert(key.to_owned(), names.into());
    }

    /// The words that many popular names contain. They are read from the database if they are not cached.
    pub(super) fn common_words(&self, conn: &mut PgConnection) -> Result<Arc<HashSet<String>>> {
        if let Some(common) = self.common_words.get(&()) {
            return Ok(common);
        }
        let names = entity_names::table
            .order(entity_names::weight.desc())
            .limit(i64::from(MOST_MENTIONED))
            .select(entity_names::name_key)
            .load::<String>(conn)?;
        let common = names_by_word(&names).into_iter().filter(|(_, names)| *names >= MIN_NAMES_OF_COMMON_WORD);
        let common: Arc<HashSet<String>> = Arc::new(common.map(|(word, _)| word.to_owned()).collect());
        // With fewer names, the query is fast and the common words change often, so they are not cached.
        if names.len() == MOST_MENTIONED as usize {
            self.common_words.insert((), Arc::clone(&common));
        }
        Ok(common)
    }
}

/// Counts the names that contain each word.
fn names_by_word(names: &[String]) -> HashMap<&str, usize> {
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
            (0..150).map(|n| format!("marie marie {}", if n < 99 { "durie" } else { "x" })).collect();
        let counts = names_by_word(&names);
        assert_eq!((counts["marie"], counts["durie"], counts.get("mari")), (150, 99, None));
    }
}
