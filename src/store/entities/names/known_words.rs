//! The words of the best known names, by how many of these have them.

use super::tiers::WELL_KNOWN;
use crate::schema::entity_names;
use crate::store::Result;
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A word that so many of the best known names have is no typo.
const COMMON: usize = 100;
/// How long the words of so many names are used before they are read again.
const KEPT: Duration = Duration::from_secs(300);

/// The words of the best known names, read when a name with a typo is first looked for.
#[derive(Debug, Default)]
pub struct KnownWords(Mutex<Option<(Instant, Arc<Common>)>>);

/// The words that many names have.
#[derive(Debug)]
pub(super) struct Common(HashMap<String, usize>);

impl KnownWords {
    /// As they are, or were a few minutes ago where there are many.
    pub(super) fn common(&self, conn: &mut PgConnection) -> Result<Arc<Common>> {
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
        let common = Arc::new(Common::of(&names));
        // Few names are read at once, and soon have others among them.
        if names.len() == WELL_KNOWN as usize {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, Arc::clone(&common)));
        }
        Ok(common)
    }
}

impl Common {
    fn of(names: &[String]) -> Self {
        let mut words: HashMap<String, usize> = HashMap::new();
        for name in names {
            for word in name.split(' ').collect::<BTreeSet<_>>() {
                *words.entry(word.to_owned()).or_default() += 1;
            }
        }
        words.retain(|_, names| *names >= COMMON);
        Self(words)
    }

    /// True of a word that many names have.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains_key(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_common_when_many_names_have_it() {
        let names: Vec<String> =
            (0..150).map(|n| format!("marie marie {}", if n < 99 { "curie" } else { "x" })).collect();
        let common = Common::of(&names);
        assert!(common.has("marie") && !common.has("curie") && !common.has("mari"));
        assert_eq!(common.0["marie"], 150);
    }
}
