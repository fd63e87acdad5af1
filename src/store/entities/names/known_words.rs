//! The words that many of the best known names have.

use super::tiers::WELL_KNOWN;
use crate::schema::entity_names;
use crate::store::Result;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A word that so many of the best known names have is no typo.
const COMMON: usize = 100;
/// How long the words of so many names are used before they are read again.
const KEPT: Duration = Duration::from_secs(300);

/// The common words of the best known names, read when a name with a typo is first looked for.
#[derive(Debug, Default)]
pub struct KnownWords(Mutex<Option<(Instant, Arc<HashSet<String>>)>>);

impl KnownWords {
    /// As they are, or were a few minutes ago where there are many.
    pub(super) fn common(&self, conn: &mut PgConnection) -> Result<Arc<HashSet<String>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, common)) = kept.filter(|(at, _)| at.elapsed() < KEPT) {
            return Ok(common);
        }
        let at = Instant::now();
        let names = entity_names::table
            .order(entity_names::weight.desc())
            .limit(i64::from(WELL_KNOWN))
            .select(entity_names::name_key)
            .load::<String>(conn)?;
        let common = counts(&names).into_iter().filter(|(_, names)| *names >= COMMON);
        let common: Arc<HashSet<String>> = Arc::new(common.map(|(word, _)| word.to_owned()).collect());
        // Few names are read at once, and soon have others among them.
        if names.len() == WELL_KNOWN as usize {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, Arc::clone(&common)));
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
