//! Words reported without marks: `a annoncé que ...`, `..., selon X`, `The bridge is safe, officials said`.

mod around;
mod extent;

use std::ops::Range;

use super::attribution::{Reader, Reading};
use super::cues::{Cue, Shape};
use super::lexicon::{Class, form};
use super::sentences::Sentence;
use super::speakers::Speaker;
use super::tokens::Kind;
use super::{Span, SpeakerStatus};

/// A reported clause: ranges of tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    pub parts: Vec<(usize, usize)>,
    pub cue: usize,
    pub speaker: Speaker,
    /// How sure its kind of construction is, 0 to 1.
    pub confidence: f32,
}

impl Reported {
    /// Whether a fragment between marks in it is a quote besides: an infinitive, `annonce avoir porté plainte pour « vol »`, is the
    /// reporter's wording, and the fragment alone is the source's.
    pub fn keeps_fragments(&self) -> bool {
        self.confidence == INFINITIVE
    }
}

/// The confidence in an infinitive, `annonce avoir porté plainte`.
const INFINITIVE: f32 = 0.55;

/// How far `que` may stand behind its verb, in tokens.
const REACH: usize = 16;
/// A reported clause has at least this many words.
const SHORTEST: usize = 4;
/// A stretch between marks of at least this many words is a quotation of its own.
const OWN_WORDS: usize = 4;

/// French verbs that take an infinitive for what is reported.
const WITH_INFINITIVE: [&str; 24] = [
    "annoncer",
    "affirmer",
    "assurer",
    "dire",
    "déclarer",
    "reconnaître",
    "nier",
    "admettre",
    "indiquer",
    "expliquer",
    "préciser",
    "prétendre",
    "estimer",
    "penser",
    "croire",
    "jurer",
    "confirmer",
    "démentir",
    "avouer",
    "confier",
    "espérer",
    "considérer",
    "révéler",
    "soutenir",
];

/// Words that open a noun phrase although they look like circumstances: `at least 11 people`.
const QUANTIFIERS: [&str; 8] = ["at", "more", "about", "nearly", "up", "as", "some", "around"];

/// English verbs that report a clause without `that`.
const WITHOUT_THAT: [&str; 20] = [
    "say",
    "think",
    "believe",
    "claim",
    "hope",
    "fear",
    "insist",
    "add",
    "argue",
    "deny",
    "suggest",
    "announce",
    "admit",
    "acknowledge",
    "expect",
    "tell",
    "note",
    "predict",
    "explain",
    "report",
];

/// Finds the reported clauses of an article.
pub fn find(reader: &Reader, reading: &Reading) -> Vec<Reported> {
    let mut quoting = vec![false; reader.cues.len()];
    for cue in reading.attributions.iter().flatten().filter_map(|one| one.cue) {
        quoting[cue] = true;
    }
    let mut found = Vec::new();
    let mut from = 0;
    for &sentence in reader.sentences {
        while from < reader.cues.len() && reader.cues[from].start < sentence.start {
            from += 1;
        }
        let to = from + reader.cues[from..].partition_point(|cue| cue.start < sentence.end);
        let clauses = Clauses { reader, sentence, cues: from..to };
        for (index, &quotes) in quoting.iter().enumerate().take(to).skip(from) {
            let Some(speaker) = reading.subjects[index].filter(able) else { continue };
            if let Some((parts, confidence)) = clauses.reported(index, speaker, quotes) {
                found.push(Reported { parts, cue: index, speaker, confidence });
            }
        }
        from = to;
    }
    found
}

/// Whether a source can be one: an impersonal pronoun cannot.
fn able(speaker: &Speaker) -> bool {
    !(speaker.pronoun && speaker.reference.is_none() && speaker.status == SpeakerStatus::Unresolved)
}

/// A sentence in which reported clauses are looked for.
pub(super) struct Clauses<'a> {
    pub reader: &'a Reader<'a>,
    pub sentence: Sentence,
    /// Its cues.
    cues: Range<usize>,
}

impl Clauses<'_> {
    fn word(&self, at: usize) -> &str {
        self.reader.tokens.word(at)
    }

    fn is_mark(&self, at: usize, mark: char) -> bool {
        self.reader.tokens.is_mark(at, mark)
    }

    fn reported(&self, index: usize, speaker: Speaker, quotes: bool) -> Option<(Vec<(usize, usize)>, f32)> {
        let cue = &self.reader.cues[index];
        if cue.shape == Shape::Phrase {
            return self.around_phrase(cue, speaker).map(|parts| (parts, 0.7));
        }
        if matches!(cue.class, Class::Quote | Class::Weak) || (cue.negated && cue.lemma != "cacher") {
            return None;
        }
        let before = cue.start.checked_sub(2).map_or("", |i| self.word(i));
        let infinitive = self.reader.tokens.info(cue.end - 1).is_form(form::INFINITIVE) && cue.shape == Shape::Chained;
        if infinitive && !matches!(before, "avant" | "et" | "before" | "on" | "went") {
            return None;
        }
        let one = |part: (usize, usize)| vec![part];
        if let Some(start) = self.que(cue) {
            return self
                .clause(start, index)
                .map(|part| (one(part), if cue.class == Class::Opinion { 0.7 } else { 0.8 }));
        }
        let inverted = speaker.span.start >= self.reader.tokens.list[cue.end - 1].span.end;
        if inverted {
            return if quotes { None } else { self.before(cue, speaker).map(|part| (one(part), 0.7)) };
        }
        if let Some(start) = self.infinitive(cue) {
            return self.clause(start, index).map(|part| (one(part), INFINITIVE));
        }
        if let Some(start) = self.bare(cue) {
            return self.clause(start, index).map(|part| (one(part), 0.6));
        }
        // A verb that has its quotation reports nothing else from before it.
        if quotes {
            return None;
        }
        self.before(cue, speaker).map(|part| (one(part), 0.7))
    }

    /// Where `que` or `that` stands behind a verb.
    fn que(&self, cue: &Cue) -> Option<usize> {
        let tokens = self.reader.tokens;
        let limit = self.sentence.end.min(cue.end + REACH);
        let mut commas = 0;
        for at in cue.end..limit {
            match tokens.kind(at) {
                Kind::Word => {}
                Kind::Mark(',') => commas += 1,
                Kind::Mark('(' | ')' | '.' | '-' | '–' | '—') => {}
                _ => return None,
            }
            let info = tokens.info(at);
            if info.is_que() {
                let compared = at > cue.end
                    && matches!(
                        self.word(at - 1),
                        "plus"
                            | "moins"
                            | "ainsi"
                            | "alors"
                            | "tandis"
                            | "autant"
                            | "ce"
                            | "parce"
                            | "afin"
                            | "so"
                            | "bien"
                    );
                let meant =
                    self.word(at.saturating_sub(1)) == "ce" && matches!(self.word(at.saturating_sub(2)), "à" | "de");
                return (commas % 2 == 0 && (!compared || meant) && !self.object_noun(cue, at)).then_some(at);
            }
            let stops = info.is_relative()
                || info.is_be()
                || info.is_have()
                || info.is_other_verb()
                || info.is_pronoun()
                || info.is_subordinator()
                || (self.reader.phrases.verb_at[at] && at > cue.end);
            if stops {
                return None;
            }
        }
        None
    }

    /// `a annoncé la mesure que`: the nearest noun is an object, and `que` is relative to it.
    fn object_noun(&self, cue: &Cue, que: usize) -> bool {
        let tokens = self.reader.tokens;
        let first = tokens.info(cue.end);
        let addressee = matches!(
            cue.lemma.as_str(),
            "tell"
                | "inform"
                | "warn"
                | "remind"
                | "assure"
                | "notify"
                | "advise"
                | "informer"
                | "prévenir"
                | "avertir"
                | "assurer"
                | "alerter"
                | "reassure"
        );
        let mentioned = self.reader.phrases.mention_of[cue.end].is_some();
        que > cue.end
            && first.is_determiner()
            && !tokens.info(cue.end + 1).is_time()
            && !addressee
            && !mentioned
            && !self.word(cue.end).starts_with("ce")
    }

    /// `a annoncé privilégier`, `affirme n'avoir`: an infinitive right behind the verb.
    fn infinitive(&self, cue: &Cue) -> Option<usize> {
        if !WITH_INFINITIVE.contains(&cue.lemma.as_str()) {
            return None;
        }
        let tokens = self.reader.tokens;
        // `annonce, dans un communiqué, avoir`: what is inserted is skipped.
        let insertion = self
            .is_mark(cue.end, ',')
            .then(|| (cue.end + 1..self.sentence.end.min(cue.end + REACH)).find(|&i| self.is_mark(i, ',')))
            .flatten();
        let start = insertion.map_or(cue.end, |comma| comma + 1);
        let mut at = start;
        while at < start + 4
            && (matches!(self.word(at), "ne" | "n'" | "pas" | "se" | "s'" | "y" | "en") || tokens.info(at).is_adverb())
        {
            at += 1;
        }
        let info = tokens.info(at);
        let verb = info.is_infinitive()
            || info.is_form(form::INFINITIVE)
            || matches!(self.word(at), "avoir" | "être")
            || self.word(at).ends_with("er") && at > start;
        let start = (start..at).find(|&i| !tokens.info(i).is_adverb()).unwrap_or(at);
        (verb && at < self.sentence.end && !matches!(self.word(at), "ne" | "n'")).then_some(start)
    }

    /// `said the bridge would open`: a clause without `that`.
    fn bare(&self, cue: &Cue) -> Option<usize> {
        let tokens = self.reader.tokens;
        if !WITHOUT_THAT.contains(&cue.lemma.as_str()) {
            return None;
        }
        let mut at = cue.end;
        if cue.lemma == "tell" {
            at = self.reader.phrases.at(at, self.sentence.end)?.end;
        }
        while at < self.sentence.end
            && (tokens.info(at).is_time() || (tokens.info(at).is_adverb() && !tokens.info(at).is_determiner()))
        {
            at += 1;
        }
        while let Some(next) = self
            .reader
            .phrases
            .skip_circumstance(at, self.sentence.end)
            .filter(|_| !QUANTIFIERS.contains(&self.word(at)))
        {
            at = next;
        }
        let first = tokens.info(at);
        let opens = tokens.list.get(at).is_some_and(|token| token.is_word())
            && !(first.is_be()
                || first.is_have()
                || first.is_modal()
                || first.is_conjunction()
                || first.is_subordinator()
                || first.is_of());
        let limit = self.sentence.end.min(at + 14);
        let clause = (at..limit).take_while(|&i| tokens.list[i].is_word() || tokens.info(i - 1).is_abbreviation());
        let verb = clause.skip(1).any(|i| {
            let info = tokens.info(i);
            info.is_be() || info.is_have() || info.is_other_verb() || info.is_modal() || self.word(i).ends_with("ed")
        });
        (opens && verb).then_some(at)
    }

    /// `Le pont est fermé, a annoncé la mairie` and `The bridge is closed, officials said`.
    fn before(&self, cue: &Cue, speaker: Speaker) -> Option<(usize, usize)> {
        let tokens = self.reader.tokens;
        let behind = speaker.span.start >= tokens.list[cue.end - 1].span.end || cue.inverted.is_some();
        let mut end = cue.start;
        if behind {
            while end > self.sentence.start
                && (tokens.info(end - 1).is_clitic() || self.word(end - 1) == "comme" || self.word(end - 1) == "as")
            {
                end -= 1;
            }
            if !(self.is_mark(end.checked_sub(1)?, ',')
                || cue.class == Class::Speech && tokens.info(cue.start).is_have())
            {
                return None;
            }
        } else {
            // The source and its verb close the sentence.
            let rest =
                (cue.end..self.sentence.end).filter(|&i| tokens.list[i].is_word() && !tokens.info(i).is_time()).count();
            end = (self.sentence.start..cue.start).find(|&i| tokens.list[i].span.start >= speaker.span.start)?;
            let comma = end > self.sentence.start && self.is_mark(end - 1, ',');
            let addressee = matches!(cue.lemma.as_str(), "tell") || tokens.info(cue.end).is_preposition();
            if self.reader.lexicon.elides || !comma || (rest > 0 && !addressee) || rest > 10 {
                return None;
            }
        }
        if matches!(self.word(self.sentence.start), "c'" | "voilà")
            && self.reader.tokens.info(end.saturating_sub(1)).is_que()
        {
            return None;
        }
        let start = self.after_quotes(end);
        let verb = (start..end).any(|i| self.verb_in(i));
        let (start, end) = self.trimmed(start, end)?;
        (verb && !self.own_quote(start, end)).then_some((start, end))
    }
}

impl Reader<'_> {
    /// How many words a stretch between marks has.
    pub fn words_in(&self, quote: usize) -> usize {
        self.quoted[quote].parts.iter().map(|&part| words(self.text.plain(), part)).sum()
    }
}

/// How many words lie in a span.
pub fn words(chars: &[char], span: Span) -> usize {
    let slice = &chars[span.start..span.end];
    slice
        .iter()
        .enumerate()
        .filter(|&(i, c)| {
            c.is_alphanumeric() && (i == 0 || !(slice[i - 1].is_alphanumeric() || matches!(slice[i - 1], '-' | '.')))
        })
        .count()
}
