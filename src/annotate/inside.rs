//! A cue between the marks themselves: `« Nous partons, a-t-il dit, et vite. »`
//!
//! Its words stay in the quotation as they are printed; the cue and its subject tell the source.

use super::cues::{Cue, Shape};
use super::marks::Quoted;
use super::phrases::{Phrase, Phrases};
use super::tokens::{Kind, Tokens};

/// A cue inside a quotation and its subject, as tokens of the unmasked text.
#[derive(Debug, Clone)]
pub struct Inside {
    pub cue: Cue,
    pub subject: Phrase,
}

/// For each quotation, the first cue inside it that interrupts it. `phrases` and `cues` are those of the unmasked tokens.
pub fn find(phrases: &Phrases, cues: &[Cue], quoted: &[Quoted]) -> Vec<Option<Inside>> {
    let tokens = phrases.tokens;
    let mut next = 0;
    quoted
        .iter()
        .map(|quote| {
            let last = tokens.list.partition_point(|token| token.span.end <= quote.outer.end);
            while next < cues.len() && tokens.list[cues[next].start].span.start < quote.outer.start {
                next += 1;
            }
            let mut at = next;
            while at < cues.len() && cues[at].end <= last {
                if let Some(subject) = interrupts(phrases, &cues[at], last) {
                    return Some(Inside { cue: cues[at].clone(), subject });
                }
                at += 1;
            }
            next = at;
            None
        })
        .collect()
}

/// The subject of a verb that stands between commas with nothing else: `, explique le maire,`.
fn interrupts(phrases: &Phrases, cue: &Cue, end: usize) -> Option<Phrase> {
    let tokens = phrases.tokens;
    let mut before = cue.start.checked_sub(1)?;
    while before > 0 && (tokens.info(before).is_clitic() || tokens.word(before) == "comme") {
        before -= 1;
    }
    let parted = matches!(tokens.kind(before), Kind::Mark(',' | '!' | '?' | '…' | '–' | '—'));
    if cue.shape != Shape::Finite || !parted {
        return None;
    }
    if let Some(at) = cue.inverted {
        let third = !matches!(tokens.word(at), "-je" | "-nous" | "-vous" | "-tu" | "-on" | "-t-on");
        return (third && closes(tokens, cue.end, end)).then_some(Phrase {
            start: at,
            end: at + 1,
            name: None,
            pronoun: true,
        });
    }
    let phrase = phrases.after(cue.end, end)?;
    let able = phrase.name.is_some()
        || (phrase.start..phrase.end).any(|i| tokens.info(i).is_role() || tokens.info(i).is_group());
    (able && !phrase.pronoun && closes(tokens, phrase.end, end)).then_some(phrase)
}

/// Whether the interruption ends here, a circumstance at most in between: `a-t-il dit lundi à Paris,`.
fn closes(tokens: &Tokens, from: usize, end: usize) -> bool {
    let stop = (from..end.min(from + 9)).find(|&i| !tokens.list[i].is_word());
    stop.is_some_and(|i| {
        let circumstance = i == from
            || tokens.info(from).is_preposition()
            || tokens.info(from).is_time()
            || tokens.info(from).is_adverb();
        circumstance
            && matches!(tokens.kind(i), Kind::Mark(',' | '.' | ';' | ':' | '!' | '?' | '–' | '—' | '»' | '"' | '”'))
    })
}
