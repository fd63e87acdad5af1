//! Quotes of all kinds, put together from marks, attributions and reported clauses.

use super::attribution::{Attribution, Reader, Reading, Tie};
use super::indirect::{self, Reported};
use super::marks::Quoted;
use super::speakers::Speaker;
use super::tokens::Kind;
use super::{Block, BlockRole, FoundQuote, QuoteKind, Span, SpeakerStatus};

/// From this many words on, a stretch between marks is a quotation by its length.
const LONG: usize = 4;
/// Words between marks without any source are a quotation from this many on.
const UNSOURCED: usize = 4;

/// Words before marks that give a name, a title or a term.
const NAMING: &str = " baptisé baptisée baptisés baptisées intitulé intitulée intitulés nommé nommée appelé appelée surnommé surnommée surnommés dit dite dits dites \
    film livre roman chanson album série émission opération projet programme parti mouvement groupe association loi titre livre-disque single magazine journal \
    called titled entitled named nicknamed dubbed film movie book novel song album series show operation project program programme hit ";

/// Puts the quotes of an article together, sorted.
pub fn assemble(reader: &Reader, reading: &Reading, blocks: &[Block]) -> Vec<FoundQuote> {
    let reported = indirect::find(reader, reading);
    let mut at = vec![0; reader.quoted.len()];
    for (i, token) in reader.tokens.list.iter().enumerate() {
        if let Kind::Quoted(quote) = token.kind {
            at[quote] = i;
        }
    }
    let mut reported_at = vec![false; reader.tokens.list.len()];
    for &(start, end) in reported.iter().filter(|one| !one.keeps_fragments()).flat_map(|one| &one.parts) {
        reported_at[start..end].fill(true);
    }
    let maker = Maker { reader, reading, blocks, at, reported_at };
    let mut found = maker.quoted();
    let own = |span: &Span| indirect::words(reader.text.plain(), *span) >= LONG;
    let mut taken: Vec<Span> = found.iter().flat_map(|quote| quote.spans.iter().copied()).filter(own).collect();
    taken.sort_unstable();
    let mut end = 0;
    for one in &reported {
        if let Some(quote) = maker.reported(one, &taken, end) {
            end = quote.spans.last().map_or(end, |span| span.end);
            found.push(quote);
        }
    }
    found.sort_by_key(|quote| (quote.spans[0].start, quote.spans[0].end));
    found
}

struct Maker<'a> {
    reader: &'a Reader<'a>,
    reading: &'a Reading,
    blocks: &'a [Block],
    /// The token of each quotation.
    at: Vec<usize>,
    /// For each token, whether a reported clause covers it.
    reported_at: Vec<bool>,
}

impl Maker<'_> {
    fn quoted(&self) -> Vec<FoundQuote> {
        let mut found: Vec<FoundQuote> = Vec::new();
        let mut last: Option<(usize, Attribution)> = None;
        let mut block = 0;
        for (i, quoted) in self.reader.quoted.iter().enumerate() {
            while block + 1 < self.blocks.len() && self.blocks[block].span.end <= quoted.outer.start {
                block += 1;
            }
            let role = self.blocks.get(block).map_or(BlockRole::Paragraph, |block| block.role);
            let attribution = self.reading.attributions[i];
            let absorbed = self.reader.words_in(i) < LONG && self.reported_at[self.at[i]];
            if absorbed || !self.is_quote(i, quoted, attribution, role) {
                continue;
            }
            if let (Some((previous, one)), Some(attribution)) = (last, attribution)
                && self.interrupted(previous, one, i, attribution)
                && let Some(quote) = found.last_mut()
            {
                quote.spans.extend(&quoted.parts);
                last = Some((i, one));
                continue;
            }
            last = attribution.map(|one| (i, one));
            found.push(self.make(i, quoted, attribution));
        }
        found
    }

    /// Whether quotation `next` goes on with quotation `previous` behind the cue: `"A," she said, "B."`
    fn interrupted(&self, previous: usize, one: Attribution, next: usize, other: Attribution) -> bool {
        let (Some(cue), true) = (one.cue, previous + 1 == next) else { return false };
        let (from, to) = (self.at[previous], self.at[next]);
        let tokens = self.reader.tokens;
        let same_cue = other.cue == Some(cue) || other.tie == Tie::Chain;
        let start = self.reader.cues[cue].start;
        let plain = (from + 1..to).all(|i| {
            !matches!(tokens.kind(i), Kind::Break | Kind::Mark('.' | ':' | ';' | '!' | '?')) && !tokens.info(i).is_que()
        });
        let one_cue = self.reader.cues.iter().skip(cue + 1).take_while(|cue| cue.start < to).count() == 0;
        same_cue && start > from && start < to && plain && one_cue && tokens.is_mark(to - 1, ',')
    }

    fn is_quote(&self, i: usize, quoted: &Quoted, attribution: Option<Attribution>, role: BlockRole) -> bool {
        let words = self.reader.words_in(i);
        if words == 0 || role == BlockRole::Boilerplate || self.repeated(i, role) {
            return false;
        }
        let close = attribution.is_some_and(|one| one.tie <= Tie::Phrase && one.speaker.is_some());
        let sourced = attribution.is_some_and(|one| one.speaker.is_some() && one.tie <= Tie::Chain);
        let beside = attribution.is_some_and(|one| one.tie == Tie::Beside && one.speaker.is_some());
        if self.is_title(i, quoted, words, close, beside) {
            return false;
        }
        if matches!(role, BlockRole::Headline | BlockRole::Heading) {
            return close && words >= 2 || (words >= LONG && sourced);
        }
        if words < LONG {
            let beside = attribution.is_some_and(|one| one.tie == Tie::Beside || one.tie == Tie::Colon);
            return self.in_headline(i, quoted)
                || self.utterance(quoted, attribution)
                || close && (beside || words > 1)
                || (attribution.is_some_and(|one| one.tie == Tie::Before && self.near(i, one)));
        }
        if !quoted.closed && !close {
            return false;
        }
        sourced || attribution.is_some() || words >= UNSOURCED
    }

    /// A few words that are a sentence of their own and go on with somebody's speech: `"Yes, we can."`
    fn utterance(&self, quoted: &Quoted, attribution: Option<Attribution>) -> bool {
        let text = self.reader.text;
        let last = quoted.parts.last().map_or('\n', |part| text.before(part.end));
        let sentence = text.at(quoted.parts[0].start).is_uppercase() && matches!(last, '.' | '!' | '?');
        sentence && attribution.is_some_and(|one| one.speaker.is_some() && one.tie >= Tie::Chain)
    }

    /// A short fragment that the headline puts between marks too.
    fn in_headline(&self, i: usize, quoted: &Quoted) -> bool {
        let here = self.reader.text.slice(quoted.parts[0]);
        if !here.contains(' ') || here.starts_with(char::is_uppercase) {
            return false;
        }
        let headline = self.blocks.first().filter(|block| block.role == BlockRole::Headline);
        headline.is_some_and(|block| {
            let earlier = self.reader.quoted[..i].iter().take_while(|other| other.outer.end <= block.span.end);
            earlier.into_iter().any(|other| self.reader.text.slice(other.parts[0]) == here)
        })
    }

    /// A short fragment belongs to a cue when nothing but a short stretch of the same clause lies between.
    fn near(&self, i: usize, one: Attribution) -> bool {
        let Some(cue) = one.cue else { return false };
        let (found, at) = (&self.reader.cues[cue], self.at[i]);
        at >= found.end && at - found.end <= 12 && one.speaker.is_some()
    }

    /// The same words in a repeated headline.
    fn repeated(&self, i: usize, role: BlockRole) -> bool {
        let here = self.reader.quoted[i].outer;
        role == BlockRole::Headline
            && self
                .blocks
                .iter()
                .find(|block| block.role == BlockRole::Headline)
                .is_some_and(|block| block.span.end <= here.start)
    }

    /// A title, a name or a term rather than somebody's words.
    fn is_title(&self, i: usize, quoted: &Quoted, words: usize, close: bool, beside: bool) -> bool {
        let at = self.at[i];
        let tokens = self.reader.tokens;
        let Some(before) = at.checked_sub(1) else { return false };
        let word = tokens.word(before);
        let text = self.reader.text;
        let first = quoted.parts[0].start;
        let naming = !word.is_empty() && NAMING.contains(&format!(" {word} "));
        if naming && !(close && tokens.info(before).says()) && words < 12 {
            return true;
        }
        let capital = text.at(first).is_uppercase();
        let inside_phrase = tokens.info(before).is_determiner()
            || tokens.info(before).is_of()
            || (tokens.list[before].is_word() && !beside);
        let last = quoted.parts.last().map_or('\n', |part| text.before(part.end));
        capital
            && inside_phrase
            && words <= 7
            && !matches!(last, '.' | '!' | '?' | ',')
            && !tokens.info(before).says()
            && !tokens.info(before).is_que()
    }

    fn make(&self, i: usize, quoted: &Quoted, attribution: Option<Attribution>) -> FoundQuote {
        let confidence = match attribution {
            None => 0.4,
            Some(one) => {
                let base: f32 = match one.tie {
                    Tie::Inside | Tie::Beside => 0.95,
                    Tie::Phrase => 0.9,
                    Tie::Before => 0.8,
                    Tie::Colon | Tie::Chain => 0.75,
                    Tie::Signature => 0.7,
                    Tie::Floating => 0.6,
                };
                if one.speaker.is_none() { 0.45 } else { base }
            }
        };
        let confidence = if quoted.closed { confidence } else { confidence * 0.6 };
        let led = attribution.is_some_and(|one| one.tie == Tie::Phrase);
        let kind = if self.is_fragment(i, quoted, led) { QuoteKind::Partial } else { QuoteKind::Direct };
        let quote = self.record(
            quoted.parts.clone(),
            kind,
            attribution.and_then(|one| one.speaker),
            attribution.and_then(|one| one.cue),
            confidence,
        );
        match (&self.reader.inside[i], attribution) {
            (Some(inside), Some(Attribution { tie: Tie::Inside, .. })) => FoundQuote {
                cue_span: Some(self.reader.unmasked.span(inside.cue.start, inside.cue.end)),
                cue_lemma: Some(inside.cue.lemma.clone()),
                ..quote
            },
            _ => quote,
        }
    }

    /// Whether the words are a piece of the reporter's sentence rather than an utterance of their own; `led` when `selon X`
    /// leads to them.
    fn is_fragment(&self, i: usize, quoted: &Quoted, led: bool) -> bool {
        let at = self.at[i];
        let tokens = self.reader.tokens;
        let Some(before) = at.checked_sub(1) else { return false };
        let text = self.reader.text;
        let capital = text.at(quoted.parts[0].start).is_uppercase();
        match tokens.kind(before) {
            Kind::Break | Kind::Mark('.' | ':' | '!' | '?' | '…' | '—' | '–' | '-') | Kind::Quoted(_) => false,
            Kind::Mark(',') if led => false,
            Kind::Mark(_) => !capital && self.reader.words_in(i) < 8,
            Kind::Word => {
                let info = tokens.info(before);
                let led = info.is_que() || info.says();
                !(capital && (led || self.reader.words_in(i) > 7)) && !(led && self.reader.words_in(i) > 5)
            }
        }
    }

    fn record(
        &self,
        spans: Vec<Span>,
        kind: QuoteKind,
        speaker: Option<Speaker>,
        cue: Option<usize>,
        confidence: f32,
    ) -> FoundQuote {
        let cue = cue.map(|cue| &self.reader.cues[cue]);
        FoundQuote {
            spans,
            kind,
            speaker: speaker.and_then(|one| one.entity),
            speaker_span: speaker.map(|one| one.span),
            reference_span: speaker.and_then(|one| one.reference),
            speaker_status: speaker.map_or(SpeakerStatus::Unattributed, |one| one.status),
            cue_span: cue.map(|cue| self.reader.phrases.span(cue.start, cue.end)),
            cue_lemma: cue.map(|cue| cue.lemma.clone()),
            confidence,
        }
    }

    /// The quote of a reported clause, unless a quotation lies in it, or it begins before `end`, or in a headline.
    fn reported(&self, one: &Reported, taken: &[Span], end: usize) -> Option<FoundQuote> {
        let spans: Vec<Span> = one.parts.iter().map(|&(start, end)| self.reader.phrases.span(start, end)).collect();
        let overlaps = |span: &Span| {
            let next = taken.partition_point(|other| other.end <= span.start);
            taken.get(next).is_some_and(|other| other.start < span.end)
        };
        let block = self.blocks.get(self.blocks.partition_point(|block| block.span.end <= spans[0].start));
        let furniture = block.is_some_and(|block| block.role != BlockRole::Paragraph);
        if furniture || spans[0].start < end || spans.iter().any(overlaps) {
            return None;
        }
        let marked = one
            .parts
            .iter()
            .any(|&(start, end)| (start..end).any(|i| matches!(self.reader.tokens.kind(i), Kind::Quoted(_))));
        let kind = if marked { QuoteKind::Mixed } else { QuoteKind::Indirect };
        Some(self.record(spans, kind, Some(one.speaker), Some(one.cue), one.confidence))
    }
}
