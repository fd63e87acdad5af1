//! Cues inside the marks of a quotation: `« Nous partons, a-t-il dit, et vite. »`
//!
//! The text of the quote keeps these words.

use super::cues::{Cue, Shape};
use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use crate::annotate::marks::Quoted;
use crate::annotate::tokens::{Kind, Tokens};

/// A cue in a quotation and its subject, as tokens of the unmasked text.
#[derive(Debug, Clone)]
pub struct EmbeddedCue {
    pub cue: Cue,
    pub subject: NounPhrase,
}

/// Finds the first cue that interrupts each quotation. `phrases` and `cues` are those of the unmasked tokens.
pub fn find(phrases: &NounPhraseChunker, cues: &[Cue], quoted: &[Quoted]) -> Vec<Option<EmbeddedCue>> {
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
                if let Some(subject) = interrupting_subject(phrases, &cues[at], last) {
                    return Some(EmbeddedCue { cue: cues[at].clone(), subject });
                }
                at += 1;
            }
            next = at;
            None
        })
        .collect()
}

/// The subject of a verb, if the verb and its subject stand alone between commas: `, explique le maire,`.
fn interrupting_subject(phrases: &NounPhraseChunker, cue: &Cue, end: usize) -> Option<NounPhrase> {
    let tokens = phrases.tokens;
    let mut before = cue.start.checked_sub(1)?;
    while before > 0 && (tokens.info(before).is_clitic() || tokens.info(before).is_as()) {
        before -= 1;
    }
    let parted = matches!(tokens.kind(before), Kind::Mark(',' | '!' | '?' | '…' | '–' | '—'));
    if cue.shape != Shape::Finite || !parted {
        return None;
    }
    if let Some(at) = cue.inverted {
        let third_person = !tokens.info(at).is_participant() && !tokens.info(at).is_impersonal();
        return (third_person && ends_interruption(tokens, cue.end, end)).then_some(NounPhrase {
            start: at,
            end: at + 1,
            name: None,
            pronoun: true,
        });
    }
    let phrase = phrases.phrase_after(cue.end, end)?;
    let able = phrase.name.is_some()
        || (phrase.start..phrase.end).any(|i| tokens.info(i).is_role() || tokens.info(i).is_group());
    (able && !phrase.pronoun && ends_interruption(tokens, phrase.end, end)).then_some(phrase)
}

/// Whether a mark ends the interruption at `from` or after one adjunct: `a-t-il dit lundi à Paris,`.
fn ends_interruption(tokens: &Tokens, from: usize, end: usize) -> bool {
    let stop = (from..end.min(from + 9)).find(|&i| !tokens.list[i].is_word());
    stop.is_some_and(|i| {
        let adjunct = i == from
            || tokens.info(from).is_preposition()
            || tokens.info(from).is_time()
            || tokens.info(from).is_adverb();
        adjunct && matches!(tokens.kind(i), Kind::Mark(',' | '.' | ';' | ':' | '!' | '?' | '–' | '—' | '»' | '"' | '”'))
    })
}
