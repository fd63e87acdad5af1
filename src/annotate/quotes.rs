//! Builds the quotes of an article from its quotations, their attributions and the reported clauses.

use std::collections::HashSet;

use super::blocks;
use super::calibration::{self, Evidence};
use super::grammar::attribution::{Attribution, AttributionContext, AttributionPattern, Attributions};
use super::grammar::cues::Shape;
use super::grammar::discourse::Speaker;
use super::grammar::indirect::{self, Reported};
use super::marks::{Ending, Quoted};
use super::text::count_words;
use super::tokens::{Kind, Token};
use super::{Block, BlockRole, FoundQuote, QuoteKind, Span, SpeakerStatus};
use crate::domain::quote::{MAX_QUOTE, MAX_SPANS};

/// Minimum number of words of a long quotation, which is a quote even without a speaker.
const MIN_LONG_WORDS: usize = 4;
/// Maximum number of words of a title, a name or a term after a word such as `titled`.
const MAX_NAMED_WORDS: usize = 12;
/// Minimum length of a word that has a capital in a title, in code points.
const MIN_TITLE_WORD: usize = 4;
/// Maximum number of words of a capitalised title within a noun phrase.
const MAX_TITLE_WORDS: usize = 7;

/// Builds the quotes of an article, in order of their positions.
pub fn assemble(context: &AttributionContext, attributions: &Attributions, blocks: &[Block]) -> Vec<FoundQuote> {
    let reported = indirect::find(context, attributions);
    let mut at = vec![0; context.quoted.len()];
    for (i, token) in context.tokens.list.iter().enumerate() {
        if let Kind::Quoted(quote) = token.kind {
            at[quote] = i;
        }
    }
    let mut reported_at = vec![false; context.tokens.list.len()];
    for &(start, end) in reported.iter().filter(|one| !one.is_infinitive).flat_map(|one| &one.parts) {
        reported_at[start..end].fill(true);
    }
    let headline = blocks.iter().position(|block| block.role == BlockRole::Headline);
    let headline_end = headline.map(|first| blocks[first].span.end);
    let in_headline =
        context.quoted.iter().take_while(|quoted| headline == Some(0) && Some(quoted.outer.end) <= headline_end);
    let headline_quotations = in_headline.map(|quoted| context.text.slice(quoted.parts[0])).collect();
    let builder = QuoteBuilder { context, attributions, blocks, at, reported_at, headline_end, headline_quotations };
    let mut found = builder.build_quoted();
    let own = |span: &Span| count_words(context.text, *span) >= MIN_LONG_WORDS;
    let mut taken: Vec<Span> = found.iter().flat_map(|quote| quote.spans.iter().copied()).filter(own).collect();
    taken.sort_unstable();
    let mut end = 0;
    for one in &reported {
        if let Some(quote) = builder.build_reported(one, &taken, end) {
            end = quote.spans.last().map_or(end, |span| span.end);
            found.push(quote);
        }
    }
    found.retain(is_storable);
    found.sort_by_key(|quote| (quote.spans[0].start, quote.spans[0].end));
    found
}

/// Whether a quote is within the limits of stored quotes. A longer one is a speech or a document within the article.
fn is_storable(quote: &FoundQuote) -> bool {
    let length: usize = quote.spans.iter().map(|span| span.end - span.start + 1).sum();
    quote.spans.len() <= MAX_SPANS && length <= MAX_QUOTE + 1
}

struct QuoteBuilder<'a> {
    context: &'a AttributionContext<'a>,
    attributions: &'a Attributions,
    blocks: &'a [Block],
    /// The index of the token of each quotation.
    at: Vec<usize>,
    /// For each token, whether it is inside a reported clause that absorbs short quotations.
    reported_at: Vec<bool>,
    /// The end of the first headline.
    headline_end: Option<usize>,
    /// The quotations in a headline that opens the article.
    headline_quotations: HashSet<String>,
}

impl QuoteBuilder<'_> {
    fn build_quoted(&self) -> Vec<FoundQuote> {
        let mut found: Vec<FoundQuote> = Vec::new();
        let mut last: Option<(usize, Option<Attribution>)> = None;
        let mut block = 0;
        for (i, quoted) in self.context.quoted.iter().enumerate() {
            while block + 1 < self.blocks.len() && self.blocks[block].span.end <= quoted.outer.start {
                block += 1;
            }
            let role = self.blocks.get(block).map_or(BlockRole::Paragraph, |block| block.role);
            let attribution = self.attributions.attributions[i];
            if let Some((previous, one)) =
                last.filter(|&(previous, _)| previous + 1 == i && self.attributions.continues[i])
                && let Some(quote) = found.last_mut()
            {
                quote.spans.extend(&quoted.parts);
                last = Some((previous + 1, one));
                continue;
            }
            let absorbed = self.context.quoted_words[i] < MIN_LONG_WORDS && self.reported_at[self.at[i]];
            let unsaid = attribution.is_some_and(|one| !self.context.is_stated(self.attributions, &one, self.at[i]));
            if absorbed || unsaid {
                continue;
            }
            let resumed = last.filter(|&(previous, one)| {
                previous + 1 == i && self.continues_after_cue(previous, one, i, attribution)
            });
            if resumed.is_none() && !self.is_quote(i, quoted, attribution, role) {
                continue;
            }
            if let Some((_, one)) = resumed
                && let Some(quote) = found.last_mut()
            {
                quote.spans.extend(&quoted.parts);
                last = Some((i, one));
                continue;
            }
            last = Some((i, attribution));
            found.push(self.build(i, quoted, attribution));
        }
        found
    }

    /// Whether quotation `next` continues quotation `previous` after the cue: `"A," she said, "B."`
    fn continues_after_cue(
        &self,
        previous: usize,
        one: Option<Attribution>,
        next: usize,
        other: Option<Attribution>,
    ) -> bool {
        let (Some(cue), Some(other)) = (one.and_then(|one| one.cue), other) else { return false };
        let (from, to) = (self.at[previous], self.at[next]);
        let tokens = self.context.tokens;
        let same_cue = other.cue == Some(cue) || other.pattern == AttributionPattern::Chain;
        let start = self.context.cues[cue].start;
        let plain = (from + 1..to).all(|i| {
            !matches!(tokens.kind(i), Kind::Break | Kind::Mark('.' | ':' | ';' | '!' | '?'))
                && !tokens.info(i).is_complementizer()
        });
        let one_cue = self.context.cues.iter().skip(cue + 1).take_while(|cue| cue.start < to).count() == 0;
        same_cue && start > from && start < to && plain && one_cue && tokens.is_mark(to - 1, ',')
    }

    /// The number of words of a quotation and the paragraphs that continue it.
    fn words_of_run(&self, i: usize) -> usize {
        let more = |i: &usize| self.attributions.continues.get(*i) == Some(&true);
        let end = i + 1 + (i + 1..).take(MAX_SPANS).take_while(more).count();
        self.context.quoted_words[i..end].iter().sum()
    }

    fn is_quote(&self, i: usize, quoted: &Quoted, attribution: Option<Attribution>, role: BlockRole) -> bool {
        let words = self.words_of_run(i);
        if words == 0 || role == BlockRole::Boilerplate || self.is_in_repeated_headline(i, role) {
            return false;
        }
        let close = attribution.is_some_and(|one| one.pattern <= AttributionPattern::Phrase && one.speaker.is_some());
        let sourced = attribution.is_some_and(|one| one.speaker.is_some() && one.pattern <= AttributionPattern::Chain);
        let beside = attribution.is_some_and(|one| one.pattern == AttributionPattern::Beside && one.speaker.is_some());
        if self.is_title(i, quoted, words, close, beside) {
            return false;
        }
        if matches!(role, BlockRole::Headline | BlockRole::Heading) {
            let complete = words >= MIN_LONG_WORDS || self.is_utterance(i, quoted, attribution);
            return close && words >= 2 || complete && sourced;
        }
        if words < MIN_LONG_WORDS {
            let beside = attribution.is_some_and(|one| {
                one.pattern == AttributionPattern::Beside || one.pattern == AttributionPattern::Colon
            });
            return self.is_in_headline(quoted)
                || self.is_utterance(i, quoted, attribution)
                || close && (beside || words > 1)
                || (attribution
                    .is_some_and(|one| one.pattern == AttributionPattern::Before && self.is_near_cue(i, one)));
        }
        // A line that opens with a mark is a quotation, although the closing mark was forgotten.
        let start = quoted.outer.start;
        let opens_line = blocks::at(self.blocks, start).is_some_and(|block| block.span.start == start);
        let whole_line = quoted.ending == Ending::Open && opens_line;
        quoted.is_closed() || close || whole_line
    }

    /// Whether a short quotation is a whole sentence of a speaker who was quoted before.
    fn is_utterance(&self, i: usize, quoted: &Quoted, attribution: Option<Attribution>) -> bool {
        let text = self.context.text;
        let last = quoted.last_char(text);
        let sentence = text.at(quoted.parts[0].start).is_uppercase() && matches!(last, '.' | '!' | '?');
        let sourced = attribution.is_some_and(|one| one.speaker.is_some() && one.pattern >= AttributionPattern::Colon);
        let at = self.at[i];
        let quotation = |at: usize| matches!(self.context.tokens.kind(at), Kind::Quoted(_));
        // One of two adjacent quotations is said as the other is.
        let adjacent = quotation(at + 1) || at > 0 && quotation(at - 1);
        let answers = at > 0 && self.context.tokens.is_mark(at - 1, '?');
        sentence && (sourced || adjacent || answers)
    }

    /// Whether a short fragment is also quoted in the headline.
    fn is_in_headline(&self, quoted: &Quoted) -> bool {
        let here = self.context.text.slice(quoted.parts[0]);
        if !here.contains(' ') || here.starts_with(char::is_uppercase) {
            return false;
        }
        Some(quoted.outer.start) >= self.headline_end && self.headline_quotations.contains(&here)
    }

    /// Whether a short fragment follows closely after its cue.
    fn is_near_cue(&self, i: usize, one: Attribution) -> bool {
        let Some(cue) = one.cue else { return false };
        let (found, at) = (&self.context.cues[cue], self.at[i]);
        at >= found.end && at - found.end <= 12 && one.speaker.is_some()
    }

    /// Whether a quotation is part of a repeated headline.
    fn is_in_repeated_headline(&self, i: usize, role: BlockRole) -> bool {
        let start = self.context.quoted[i].outer.start;
        role == BlockRole::Headline && self.headline_end.is_some_and(|end| end <= start)
    }

    /// Whether a quotation is a title, a name or a term rather than speech.
    fn is_title(&self, i: usize, quoted: &Quoted, words: usize, close: bool, beside: bool) -> bool {
        let at = self.at[i];
        let tokens = self.context.tokens;
        let Some(before) = at.checked_sub(1) else { return false };
        let text = self.context.text;
        let first = quoted.parts[0].start;
        if tokens.info(before).is_naming() && words < MAX_NAMED_WORDS && !self.reports_directly(i, close) {
            return true;
        }
        let inside = !matches!(tokens.kind(before), Kind::Break | Kind::Mark(':' | '.' | '!' | '?') | Kind::Quoted(_));
        let named = self.is_in_title_case(quoted) && (!close || inside && words > 1);
        if named || !close && self.is_term(i) {
            return true;
        }
        let capital = text.at(first).is_uppercase();
        // `a man known as "Doc."`
        if capital && words < MIN_LONG_WORDS && tokens.info(before).is_as() {
            return true;
        }
        let inside_phrase = tokens.info(before).is_determiner()
            || tokens.info(before).is_of()
            || (tokens.list[before].is_word() && !beside);
        let last = quoted.last_char(text);
        capital
            && inside_phrase
            && words <= MAX_TITLE_WORDS
            && !matches!(last, '.' | '!' | '?' | ',')
            && !tokens.info(before).reports()
            && !tokens.info(before).is_complementizer()
    }

    /// Whether the word before a quotation reports it, although it also names: `a dit « oui »`, `dubbed "owls" by the staff`.
    fn reports_directly(&self, i: usize, close: bool) -> bool {
        let tokens = self.context.tokens;
        let before = self.at[i] - 1;
        let agent = self.attributions.attributions[i].is_some_and(|one| one.cue.is_none());
        let apposed = before > 0 && tokens.is_comma(before - 1);
        // `what she called "a mess"`, but `a man called "Doc"`
        let subject = before > 0 && tokens.info(before - 1).is_pronoun();
        let verb = tokens.info(before).reports() && !apposed && (subject || self.context.language.is_french());
        close && (agent || verb)
    }

    /// Whether all long words of a quotation have a capital: `Songs for an Empty Tram`.
    fn is_in_title_case(&self, quoted: &Quoted) -> bool {
        let tokens = self.context.unmasked.tokens;
        let long = |token: &&Token| token.span.end - token.span.start >= MIN_TITLE_WORD && !token.info.is_preposition();
        let words: Vec<&Token> = quoted.parts.iter().flat_map(|&part| tokens.words_in(part)).filter(long).collect();
        // `Trust me.` is a sentence.
        let last = quoted.parts.last().map_or('\n', |part| self.context.text.before(part.end));
        let several = words.len() > 1 || !matches!(last, '.' | '!' | '?');
        let capital = self.context.text.at(quoted.parts[0].start).is_uppercase();
        several && capital && !words.is_empty() && words.iter().all(|token| token.is_capitalized)
    }

    /// Whether a quotation without a source is a term: `the words struck off are "synergy" and "deep dive"`.
    fn is_term(&self, i: usize) -> bool {
        let context = self.context;
        let at = self.at[i];
        let sentence = context.sentences.partition_point(|sentence| sentence.end <= at);
        let Some(&sentence) = context.sentences.get(sentence).filter(|_| self.attributions.attributions[i].is_none())
        else {
            return false;
        };
        let capital = context.text.at(context.quoted[i].parts[0].start).is_uppercase();
        let named = |i: usize| context.tokens.info(i).is_naming() || context.tokens.info(i).is_no_source();
        !capital && (sentence.start..at).take(4).any(named)
    }

    fn build(&self, i: usize, quoted: &Quoted, attribution: Option<Attribution>) -> FoundQuote {
        let speaker = attribution.and_then(|one| one.speaker);
        let pattern =
            attribution.map_or("none", |one| if quoted.is_closed() { one.pattern.as_str() } else { "unclosed" });
        let led = attribution.is_some_and(|one| one.pattern == AttributionPattern::Phrase);
        let kind = if self.is_fragment(i, quoted, led) { QuoteKind::Partial } else { QuoteKind::Direct };
        let quote =
            self.attributed_quote(quoted.parts.clone(), kind, speaker, attribution.and_then(|one| one.cue), pattern);
        match (&self.context.embedded[i], attribution) {
            (Some(embedded), Some(Attribution { pattern: AttributionPattern::Inside, .. })) => FoundQuote {
                cue_span: Some(self.context.unmasked.span(embedded.cue.start, embedded.cue.end)),
                cue_lemma: Some(embedded.cue.lemma.clone()),
                ..quote
            },
            _ => quote,
        }
    }

    /// Whether a quotation is part of the reporter's sentence. `led`: a source phrase attributes it.
    fn is_fragment(&self, i: usize, quoted: &Quoted, led: bool) -> bool {
        let at = self.at[i];
        let tokens = self.context.tokens;
        let Some(before) = at.checked_sub(1) else { return false };
        let text = self.context.text;
        let capital = text.at(quoted.parts[0].start).is_uppercase();
        match tokens.kind(before) {
            Kind::Break | Kind::Mark('.' | ':' | '!' | '?' | '…' | '—' | '–' | '-') | Kind::Quoted(_) => false,
            Kind::Mark(',') if led => false,
            Kind::Mark(_) => !capital && self.context.quoted_words[i] < 8,
            Kind::Word => {
                let info = tokens.info(before);
                let led = info.is_complementizer() || info.reports();
                !(capital && (led || self.context.quoted_words[i] > 7)) && !(led && self.context.quoted_words[i] > 5)
            }
        }
    }

    fn attributed_quote(
        &self,
        spans: Vec<Span>,
        kind: QuoteKind,
        speaker: Option<Speaker>,
        cue: Option<usize>,
        pattern: &'static str,
    ) -> FoundQuote {
        let evidence = speaker.map_or(Evidence::NONE, |speaker| Evidence { pattern, source: speaker.source() });
        let cue = cue.map(|cue| &self.context.cues[cue]);
        let together = speaker.filter(|one| one.coordinated);
        let named = speaker.and_then(|one| self.context.phrases.names.mentions.get(one.mention?));
        FoundQuote {
            spans,
            kind,
            speaker: speaker.and_then(|one| one.entity),
            speakers: together.map_or_else(Vec::new, |one| self.context.phrases.people_in(one.span)),
            candidates: named.map_or_else(Vec::new, |mention| mention.candidates.clone()),
            speaker_span: speaker.map(|one| one.span),
            reference_span: speaker.and_then(|one| one.reference),
            speaker_status: speaker.map_or(SpeakerStatus::Unattributed, |one| one.status),
            cue_span: cue.map(|cue| self.context.phrases.span(cue.start, cue.end)),
            cue_lemma: cue.map(|cue| cue.lemma.clone()),
            evidence,
            confidence: calibration::confidence(evidence),
        }
    }

    /// The quote of a reported clause; `None` if it contains a quote, begins before `end` or is outside a paragraph.
    fn build_reported(&self, one: &Reported, taken: &[Span], end: usize) -> Option<FoundQuote> {
        let spans: Vec<Span> = one.parts.iter().map(|&(start, end)| self.context.phrases.span(start, end)).collect();
        let overlaps = |span: &Span| {
            let next = taken.partition_point(|other| other.end <= span.start);
            taken.get(next).is_some_and(|other| other.start < span.end)
        };
        let block = self.blocks.get(self.blocks.partition_point(|block| block.span.end <= spans[0].start));
        let outside = block.is_some_and(|block| block.role != BlockRole::Paragraph);
        if outside || spans[0].start < end || spans.iter().any(overlaps) {
            return None;
        }
        let marked = one
            .parts
            .iter()
            .any(|&(start, end)| (start..end).any(|i| matches!(self.context.tokens.kind(i), Kind::Quoted(_))));
        let kind = if marked { QuoteKind::Mixed } else { QuoteKind::Indirect };
        let pattern = match self.context.cues[one.cue].shape {
            Shape::Phrase => "phrase clause",
            _ if one.is_infinitive => "infinitive clause",
            _ => "clause",
        };
        Some(self.attributed_quote(spans, kind, Some(one.speaker), Some(one.cue), pattern))
    }
}
