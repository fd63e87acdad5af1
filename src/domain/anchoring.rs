//! Re-anchoring: finds the slices of an older text in a newer one.
//!
//! A slice is found where the same words are, in any typography, and where the same letters touch its edges: so it never ends
//! inside a word that it did not end in before.

use super::Anchor;
use super::span::Span;
use super::text::Body;
use super::typography::{Folded, is_word_letter};
use std::collections::HashMap;
use std::rc::Rc;

/// Maximum number of occurrences of a slice that are tried in an edited text.
const MAX_OCCURRENCES: usize = 10_000;

/// The text around a slice when it was stored: up to [`CONTEXT_LENGTH`](super::text::CONTEXT_LENGTH) code points on either side.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub prefix: &'a str,
    pub suffix: &'a str,
}

/// Finds the occurrences of words in a text, and searches the same words only once.
pub struct PlaceIndex<'a> {
    body: &'a Body<'a>,
    folded: Folded,
    /// By the words, and whether they must be whole words.
    places: HashMap<(String, bool), Rc<[Span]>>,
}

impl<'a> PlaceIndex<'a> {
    /// Creates an index of `body`.
    pub fn new(body: &'a Body<'a>) -> Self {
        Self { body, folded: Folded::new(body.text()), places: HashMap::new() }
    }

    /// The text.
    pub fn body(&self) -> &'a Body<'a> {
        self.body
    }

    /// The only occurrence of `words`; `None` if there is none or more than one.
    pub fn only_place(&mut self, words: &str) -> Option<Span> {
        match self.places(words, true)[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    fn places(&mut self, words: &str, are_whole: bool) -> Rc<[Span]> {
        let key = (words.to_owned(), are_whole);
        let Self { folded, places, .. } = self;
        let found = places.entry(key).or_insert_with_key(|(words, are_whole)| {
            folded.find(&Folded::new(words), *are_whole, MAX_OCCURRENCES).into()
        });
        Rc::clone(found)
    }

    /// Whether the text around `[start, end)` is `context`, in any typography.
    pub fn has_context(&self, start: i32, end: i32, context: Context) -> bool {
        self.folded.has_context(start, end, &Folded::new(context.prefix), &Folded::new(context.suffix))
    }
}

/// Finds a slice of an older text in a newer one: at the same offsets, in one other place, or nowhere.
///
/// A slice that occurs more than once counts as found only if exactly one occurrence has the same context.
pub fn re_anchor(index: &mut PlaceIndex, exact: &str, span: Span, context: Context) -> (Anchor, Span) {
    re_anchor_all(index, &[exact], &[span], context)
        .map_or((Anchor::Orphaned, span), |(anchor, spans)| (anchor, spans[0]))
}

/// Finds the slices of one quote: all keep their offsets, or all are found in order. `None` if they are orphaned.
pub fn re_anchor_all(
    index: &mut PlaceIndex,
    parts: &[&str],
    spans: &[Span],
    context: Context,
) -> Option<(Anchor, Vec<Span>)> {
    let body = index.body;
    let edges = Edges::new(context.prefix, parts, context.suffix);
    let has_edges = |spans: &[Span]| edges.are_those_of(body, parts, spans);
    // The slices with the same shift of their offsets, if they are unchanged.
    let shifted = |shift: i32| {
        let moved: Vec<Span> = spans.iter().map(|span| span.moved_to(span.start + shift)).collect();
        let stand = parts.iter().zip(&moved).all(|(part, span)| body.slice(*span) == Some(*part));
        (stand && has_edges(&moved)).then_some(moved)
    };
    if let Some(spans) = shifted(0) {
        return Some((Anchor::Exact, spans));
    }
    let (longest, part) = spans.iter().zip(parts).max_by_key(|(_, part)| part.len())?;
    let places = index.places(part, edges.are_of_whole_words());
    let candidate = |place: &Span| match parts {
        [_] => Some(vec![*place]).filter(|spans| has_edges(spans)),
        _ => shifted(place.start - longest.start),
    };
    let mut candidates = places.iter().filter_map(candidate);
    let moved = match (candidates.next(), candidates.next()) {
        (None, _) if parts.len() > 1 => separate_places(index, parts).filter(|spans| has_edges(spans))?,
        (None, _) => return None,
        (Some(only), None) => only,
        (Some(one), Some(two)) => {
            let (prefix, suffix) = (Folded::new(context.prefix), Folded::new(context.suffix));
            let fits = |spans: &Vec<Span>| {
                index.folded.has_context(spans[0].start, spans[spans.len() - 1].end, &prefix, &suffix)
            };
            let mut fitting = [one, two].into_iter().chain(candidates).filter(fits);
            let only = fitting.next()?;
            if fitting.next().is_some() {
                return None;
            }
            only
        }
    };
    Some((Anchor::Moved, moved))
}

/// The occurrence of each slice, if each occurs exactly once and they are in order.
fn separate_places(index: &mut PlaceIndex, parts: &[&str]) -> Option<Vec<Span>> {
    let mut moved: Vec<Span> = Vec::with_capacity(parts.len());
    for part in parts {
        let place = index.only_place(part)?;
        if moved.last().is_some_and(|last| place.start < last.end) {
            return None;
        }
        moved.push(place);
    }
    Some(moved)
}

/// The letters outside the first and last slice that belong to the words in which these begin and end. Empty for whole words.
#[derive(PartialEq, Eq)]
struct Edges<'a>(&'a str, &'a str);

impl<'a> Edges<'a> {
    fn new(before: &'a str, parts: &[&str], after: &'a str) -> Self {
        let before = &before[before.trim_end_matches(is_word_letter).len()..];
        let after = &after[..after.len() - after.trim_start_matches(is_word_letter).len()];
        let begins_with_letter = parts.first().is_some_and(|part| part.starts_with(is_word_letter));
        let ends_with_letter = parts.last().is_some_and(|part| part.ends_with(is_word_letter));
        Self(if begins_with_letter { before } else { "" }, if ends_with_letter { after } else { "" })
    }

    fn are_of_whole_words(&self) -> bool {
        self.0.is_empty() && self.1.is_empty()
    }

    /// Whether slices at `spans` have these edges, and no slice between them begins or ends inside a word.
    fn are_those_of(&self, body: &Body, parts: &[&str], spans: &[Span]) -> bool {
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return false };
        let is_inside_word = |at: i32| {
            let touches = |start, end| body.slice(Span { start, end }).is_some_and(|c| c.starts_with(is_word_letter));
            touches(at - 1, at) && touches(at, at + 1)
        };
        *self == Edges::new(body.prefix(first.start), parts, body.suffix(last.end))
            && !spans.windows(2).any(|pair| is_inside_word(pair[0].end) || is_inside_word(pair[1].start))
    }
}

/// Whether the text around a slice has it inside quotation marks: the last mark before it opens, or the first one after it closes.
pub fn is_quoted(before: &str, after: &str) -> bool {
    // An edge of the slice counts as a letter.
    let before: Vec<char> = before.chars().chain(['x']).collect();
    let after: Vec<char> = ['x'].into_iter().chain(after.chars()).collect();
    let last = (0..before.len()).rev().find_map(|at| opens(&before, at));
    let first = (0..after.len()).find_map(|at| opens(&after, at));
    last == Some(true) || first == Some(false)
}

/// Whether the character opens a quotation; `None` if it is no quotation mark.
fn opens(text: &[char], at: usize) -> Option<bool> {
    let opens = match text[at] {
        '«' | '“' | '„' | '‹' | '‘' => true,
        '»' | '”' | '›' | '’' => false,
        '"' | '\'' => at == 0 || text[at - 1].is_whitespace(),
        _ => return None,
    };
    let is_before_space = text.get(at + 1).is_none_or(|c| c.is_whitespace());
    let is_after_space = at == 0 || text[at - 1].is_whitespace();
    let is_before_letter = text.get(at + 1).is_some_and(|c| c.is_alphanumeric());
    let is_after_letter = at > 0 && text[at - 1].is_alphanumeric();
    match text[at] {
        '’' | '\'' if is_before_letter && is_after_letter => None,
        // The same marks open quotations in some languages and close them in others.
        _ if is_after_space && !is_before_space => Some(true),
        _ if !is_after_space && is_before_space => Some(false),
        _ => Some(opens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTHING: Context = Context { prefix: "", suffix: "" };

    /// Changes the typography of a text, as a newsroom's software may.
    fn retyped(text: &str) -> String {
        let text =
            text.replace('\'', "’").replace("...", "…").replace(" - ", " – ").replace("« ", "“").replace(" »", "”");
        unicode_normalization::UnicodeNormalization::nfd(text.replace(' ', "\u{a0}\n").as_str()).collect()
    }

    fn words() -> impl Strategy<Value = String> {
        let word = prop_oneof!["[a-dé]{1,4}", Just("l'été".to_owned()), Just("-".to_owned()), Just("a...".to_owned())];
        prop::collection::vec(word, 1..12).prop_map(|words| words.join(" "))
    }

    fn context<'a>(body: &Body<'a>, span: Span) -> Context<'a> {
        Context { prefix: body.prefix(span.start), suffix: body.suffix(span.end) }
    }

    proptest! {
        #[test]
        fn a_slice_is_found_in_another_typography(before in words(), exact in words(), after in words()) {
            let text = format!("{before} : « {exact} », {after}");
            let body = Body::new(&text);
            let start = i32::try_from(before.chars().count()).unwrap() + 5;
            let span = Span { start, end: start + i32::try_from(exact.chars().count()).unwrap() };
            prop_assert_eq!(body.slice(span), Some(exact.as_str()));
            let edited = retyped(&text);
            let new = Body::new(&edited);
            let (anchor, found) = re_anchor(&mut PlaceIndex::new(&new), &exact, span, context(&body, span));
            prop_assert!(anchor != Anchor::Orphaned, "{} in {}", exact, edited);
            prop_assert!(Folded::new(new.slice(found).unwrap()) == Folded::new(&exact));
        }

        #[test]
        fn a_whole_word_never_becomes_part_of_a_word(word in "[a-c]{1,2}", text in "([a-c]{1,3}[ .']){0,8}", edited in "([a-c]{1,3}[ .'é]){0,8}") {
            let text = format!("{text}{word}");
            let body = Body::new(&text);
            let end = i32::try_from(body.len()).unwrap();
            let span = Span { start: end - i32::try_from(word.len()).unwrap(), end };
            let new = Body::new(&edited);
            let (anchor, found) = re_anchor(&mut PlaceIndex::new(&new), &word, span, context(&body, span));
            if anchor != Anchor::Orphaned {
                let is_letter = |start: i32| new.slice(Span { start, end: start + 1 }).is_some_and(|c| c.starts_with(is_word_letter));
                prop_assert!(!is_letter(found.start - 1) && !is_letter(found.end), "{} in {}", word, edited);
                prop_assert_eq!(new.slice(found), Some(word.as_str()));
            }
        }
    }

    #[test]
    fn a_repeated_word_is_re_anchored_by_its_context() {
        let old = Body::new("Rabat parle. Puis Rabat se tait.");
        let span = Span { start: 18, end: 23 };
        let context = context(&old, span);
        let new = Body::new("Hier, Rabat parle. Puis Rabat se tait. Rabat.");
        assert_eq!(
            re_anchor(&mut PlaceIndex::new(&new), "Rabat", span, context),
            (Anchor::Moved, Span { start: 24, end: 29 })
        );
        let rewritten = Body::new("Hier, Rabat parlait. Enfin Rabat se taisait.");
        assert_eq!(re_anchor(&mut PlaceIndex::new(&rewritten), "Rabat", span, context), (Anchor::Orphaned, span));
    }

    #[test]
    fn a_slice_inside_a_word_is_found_only_in_the_same_word() {
        let context = Context { prefix: "à ", suffix: "ville est" };
        let found =
            |text: &str| re_anchor(&mut PlaceIndex::new(&Body::new(text)), "Orr", Span { start: 2, end: 5 }, context).0;
        assert_eq!(found("à Orrville est"), Anchor::Exact);
        assert_eq!(found("Hier à Orrville est"), Anchor::Moved);
        assert_eq!(found("à Orrley est"), Anchor::Orphaned);
        assert_eq!(found("à Orr est"), Anchor::Orphaned);
    }

    #[test]
    fn slices_of_one_quote_are_found_in_order_or_orphaned() {
        let parts = ["un", "deux"];
        let spans = [Span { start: 0, end: 2 }, Span { start: 5, end: 9 }];
        let re_anchored = |text: &str| re_anchor_all(&mut PlaceIndex::new(&Body::new(text)), &parts, &spans, NOTHING);
        assert_eq!(re_anchored("un , deux"), Some((Anchor::Exact, spans.to_vec())));
        let moved = vec![Span { start: 2, end: 4 }, Span { start: 7, end: 11 }];
        assert_eq!(re_anchored("A un , deux"), Some((Anchor::Moved, moved)));
        let apart = vec![Span { start: 0, end: 2 }, Span { start: 12, end: 16 }];
        assert_eq!(
            re_anchored("un , dit-il, deux"),
            Some((Anchor::Moved, vec![Span { start: 0, end: 2 }, Span { start: 13, end: 17 }]))
        );
        assert_eq!(re_anchored("un ,dit-il, deux"), Some((Anchor::Moved, apart)));
        assert_eq!(re_anchored("deux, un"), None);
        assert_eq!(re_anchored("un"), None);
    }

    #[test]
    fn a_slice_is_quoted_between_marks_of_any_kind() {
        for (before, after) in [
            ("dit : «\u{a0}", "\u{a0}»."),
            ("said: “We know. ", " and more"),
            ("said: \"", ",\" he"),
            ("said ‘", ",’ he"),
            ("sagte: „", "“, er"),
            ("sagte: »", "«, er"),
            ("and ", "\" he said"),
        ] {
            assert!(is_quoted(before, after), "{before}|{after}");
        }
        for (before, after) in [
            ("Since Monday ", "."),
            ("“Yes,” she said of ", ", adding “no”."),
            ("l’armateur et ", " d’hier"),
            ("\"Yes,\" she said of ", ", adding \"no\"."),
        ] {
            assert!(!is_quoted(before, after), "{before}|{after}");
        }
    }
}
