//! Finds what is said without quotation marks: the turns of a transcript (`Luc Morel : Non.`) and the lines of a dialogue
//! (`– Demain, répond Luc Morel.`).

use std::collections::HashMap;

use super::grammar::noun_phrases::NounPhraseChunker;
use super::marks::{Ending, Quoted, outermost};
use super::text::Text;
use super::tokens::Kind;
use super::{Block, Span};

/// Maximum number of tokens of a label before its colon.
const MAX_LABEL: usize = 14;

/// A line that somebody speaks.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    /// After a dash.
    Dash,
    /// After the name of a person and a colon.
    Label,
}

/// Adds the turns of transcripts and dialogues to the quotations that have marks. `phrases` are those of the whole text.
pub fn add(text: &Text, blocks: &[Block], phrases: &NounPhraseChunker, marked: Vec<Quoted>) -> Vec<Quoted> {
    let lines: Vec<Option<(Line, Span)>> = blocks.iter().map(|block| spoken(text, block, phrases, &marked)).collect();
    let asks = |i: usize| text.before(blocks[i].span.end) == '?';
    let kind = |i: usize| lines[i].map(|(kind, _)| kind);
    let mut turns = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let dashes = (start..lines.len()).take_while(|&i| kind(i) == Some(Line::Dash)).count();
        let group = start..start + dashes;
        if dashes > 1 && group.clone().any(|i| contains_question(text, blocks[i].span)) {
            turns.extend(lines[group].iter().flatten().map(|&(_, span)| turn(text, span, Ending::Dash)));
        }
        start += dashes.max(1);
    }
    let labelled: Vec<usize> = (0..lines.len()).filter(|&i| kind(i) == Some(Line::Label)).collect();
    let answers = labelled.iter().any(|&i| i > 0 && asks(i - 1));
    let exchanged = labelled.len() > 1 && labelled.iter().any(|&i| asks(i));
    if answers || exchanged {
        let label = |i: usize| lines[i].map(|(_, span)| text.slice(Span { end: span.start, ..blocks[i].span }));
        // Each label with the number of its lines and of those that ask.
        let mut counts: HashMap<_, (usize, usize)> = HashMap::new();
        for &i in &labelled {
            let (all, questions) = counts.entry(label(i)).or_default();
            (*all, *questions) = (*all + 1, *questions + usize::from(asks(i)));
        }
        // Who only asks, and more than once, is the interviewer.
        let is_interviewer =
            |i: usize| counts.get(&label(i)).is_some_and(|&(all, questions)| all > 1 && all == questions);
        let said = labelled.iter().filter(|&&i| !is_interviewer(i)).filter_map(|&i| lines[i]);
        turns.extend(said.map(|(_, span)| turn(text, span, Ending::Closed)));
    }
    if turns.is_empty() {
        return marked;
    }
    turns.extend(marked);
    outermost(turns)
}

fn turn(text: &Text, span: Span, ending: Ending) -> Quoted {
    Quoted { outer: span, parts: vec![text.trim(span)], ending }
}

fn contains_question(text: &Text, span: Span) -> bool {
    (span.start..span.end).any(|at| text.at(at) == '?')
}

/// The words said in a line that opens with a dash or with a name and a colon. A line with quotation marks there has none.
fn spoken(text: &Text, block: &Block, phrases: &NounPhraseChunker, marked: &[Quoted]) -> Option<(Line, Span)> {
    let tokens = phrases.tokens;
    let first = tokens.list.partition_point(|token| token.span.start < block.span.start);
    let marks_from = |at: usize| {
        let next = marked.partition_point(|quoted| quoted.outer.start < at);
        marked.get(next).map_or(usize::MAX, |quoted| quoted.outer.start)
    };
    if matches!(tokens.kind(first), Kind::Mark('–' | '—' | '-')) && text.at(block.span.start + 1) == ' ' {
        let span = text.trim(Span { start: block.span.start + 1, end: block.span.end });
        return (marks_from(span.start) >= span.end && span.start < span.end).then_some((Line::Dash, span));
    }
    let colon =
        (first..first + MAX_LABEL).find(|&i| !matches!(tokens.kind(i), Kind::Word | Kind::Mark('.' | ',' | '(' | ')')));
    let colon = colon.filter(|&i| tokens.is_mark(i, ':'))?;
    let phrase = phrases.phrase_at(first, colon)?;
    let described = matches!(tokens.kind(phrase.end), Kind::Mark(',' | '('));
    let label = phrase.name.is_some() && (phrase.end == colon || described);
    let start = tokens.list[colon].span.end;
    let span = text.trim(Span { start, end: block.span.end });
    (label && span.start < span.end && marks_from(start) > span.start).then_some((Line::Label, span))
}
