//! Who says the words of an article before and after an edit, as the extractor reads it.

use crate::domain::article::{Spoken, TextAnalysis};
use crate::domain::span::Span;
use crate::domain::text::canonical;
use std::cell::OnceCell;
use std::collections::HashSet;

/// The named speakers of both texts. A text is read when it is asked about for the first time.
pub struct Speakers<'a> {
    find_spoken: fn(&str, &str) -> Vec<Spoken>,
    language: &'a str,
    old: (&'a str, OnceCell<Vec<Spoken>>),
    new: (&'a str, OnceCell<Vec<Spoken>>),
}

impl<'a> Speakers<'a> {
    /// The speakers of the text `old`, which was replaced by `new`.
    pub fn new(analysis: TextAnalysis, language: &'a str, old: &'a str, new: &'a str) -> Self {
        Self { find_spoken: analysis.find_spoken, language, old: (old, OnceCell::new()), new: (new, OnceCell::new()) }
    }

    /// The speaker of the words at a span of the old text.
    pub fn before(&self, span: Span) -> Option<&str> {
        self.of(&self.old, span)
    }

    /// The speaker of the words at a span of the new text.
    pub fn now(&self, span: Span) -> Option<&str> {
        self.of(&self.new, span)
    }

    fn of<'s>(&'s self, (text, spoken): &'s (&'a str, OnceCell<Vec<Spoken>>), span: Span) -> Option<&'s str> {
        let spoken = spoken.get_or_init(|| (self.find_spoken)(text, self.language));
        let next = spoken.get(spoken.partition_point(|words| words.span.end <= span.start))?;
        (next.span.start < span.end).then_some(next.speaker.as_str())
    }
}

/// Whether two names are of different people: each has a word that the other one lacks.
pub fn are_different(one: &str, other: &str) -> bool {
    let (one, other) = (canonical(one), canonical(other));
    let words = |name: &'_ str| name.split(' ').map(str::to_owned).collect::<HashSet<_>>();
    let (one, other) = (words(&one), words(&other));
    !one.is_subset(&other) && !other.is_subset(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_name_is_of_the_same_person() {
        assert!(!are_different("Dana Orr", "ORR"));
        assert!(!are_different("Luc Morel", "Morel Luc"));
        assert!(are_different("Dana Orr", "Tom Bright"));
        assert!(are_different("Dana Orr", "Tom Orr"));
    }
}
