//! Who a source is: a name, a pronoun for the last one who fits, a role met before, a group, somebody who wants no name.

use std::collections::HashMap;

use super::names::Names;
use super::offices;
use super::phrases::{Phrase, Phrases};
use super::{EntityKind, Gender, Span, SpeakerStatus};

/// A source, as printed and as far as it could be told who it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speaker {
    /// Where it is printed.
    pub span: Span,
    /// Where a pronoun's or a description's antecedent is printed.
    pub reference: Option<Span>,
    /// Index into the article's entities.
    pub entity: Option<usize>,
    pub status: SpeakerStatus,
    pub gender: Option<Gender>,
    pub plural: bool,
    pub pronoun: bool,
}

/// Works that say something without being anybody.
const DOCUMENTS: [&str; 14] = [
    "étude",
    "enquête",
    "reportage",
    "documentaire",
    "sondage",
    "article",
    "livre",
    "film",
    "study",
    "survey",
    "poll",
    "report",
    "documentary",
    "book",
];

/// How many earlier sources a pronoun may reach back over.
const REACH: usize = 14;

/// Everybody met so far in reading order, and the roles people were given.
pub struct Cast<'a> {
    phrases: &'a Phrases<'a>,
    met: Vec<Speaker>,
    /// For each role word, the mentions of the people it was given to, in order of print.
    roles: HashMap<String, Vec<usize>>,
}

impl<'a> Cast<'a> {
    /// An empty cast; roles are read from the whole article. Linear.
    pub fn new(phrases: &'a Phrases<'a>) -> Self {
        Self { phrases, met: Vec::new(), roles: roles(phrases) }
    }

    /// Takes note of a source for later pronouns.
    pub fn meet(&mut self, speaker: Speaker) {
        self.met.push(speaker);
    }

    fn names(&self) -> &'a Names {
        self.phrases.names
    }

    /// Tells who a noun phrase is. `anonymity` says whether its sentence speaks of it.
    pub fn resolve(&self, phrase: Phrase, anonymity: bool) -> Speaker {
        self.resolve_in(self.phrases, phrase, anonymity)
    }

    /// The same for a phrase of another list of tokens of the same text.
    pub fn resolve_in(&self, phrases: &Phrases, phrase: Phrase, anonymity: bool) -> Speaker {
        if phrase.pronoun {
            return self.pronoun(phrases, phrase);
        }
        match phrase.name {
            Some(mention) => self.named(phrases, phrase, mention),
            None => self.described(phrases, phrase, anonymity),
        }
    }

    /// Who spoke or was spoken of last.
    pub fn last(&self) -> Option<Speaker> {
        self.met.last().copied()
    }

    /// `poursuit l'ancien préfet`: somebody without a name who goes on speaking is whoever spoke last, if one did.
    pub fn goes_on(&self, speaker: Speaker) -> Speaker {
        let fits = |one: &&Speaker| one.gender.is_none() || speaker.gender.is_none() || one.gender == speaker.gender;
        let last = self.met.iter().rev().take(REACH).find(|one| one.span.start < speaker.span.start);
        match last.filter(|one| one.status == SpeakerStatus::Named && !one.plural).filter(fits) {
            Some(one) => {
                let reference = Some(one.reference.unwrap_or(one.span));
                Speaker { reference, entity: one.entity, status: one.status, ..speaker }
            }
            None => speaker,
        }
    }

    /// The source behind `-t-il`, `elle` or `he` at a token.
    fn pronoun(&self, phrases: &Phrases, phrase: Phrase) -> Speaker {
        let tokens = phrases.tokens;
        let info = tokens.info(phrase.end - 1);
        let gender = match (info.is_feminine(), info.is_masculine()) {
            (true, false) => Some(Gender::Feminine),
            (false, true) => Some(Gender::Masculine),
            _ if matches!(tokens.word(phrase.end - 1), "dernière" | "dernières") => Some(Gender::Feminine),
            _ if matches!(tokens.word(phrase.end - 1), "dernier" | "derniers") => Some(Gender::Masculine),
            _ => None,
        };
        let plural = info.is_plural()
            || tokens.word(phrase.end - 1).starts_with("derni") && tokens.word(phrase.end - 1).ends_with('s');
        let mut span = phrases.span(phrase.start, phrase.end);
        // `a-t-elle`: the pronoun is printed behind a hyphen, and behind the letter that eases it.
        let word = tokens.word(phrase.start);
        span.start += word.len() - word.trim_start_matches("-t-").trim_start_matches('-').len();
        let neuter = tokens.word(phrase.start) == "it";
        let fits = |one: &&Speaker| {
            (one.plural == plural || (plural && one.status == SpeakerStatus::Collective))
                && (gender.is_none() || one.gender.is_none() || one.gender == gender)
                && (!neuter || one.status == SpeakerStatus::Collective)
                && one.span.start < span.start
        };
        let antecedent = self
            .met
            .iter()
            .rev()
            .take(REACH)
            .find(fits)
            .copied()
            .or_else(|| self.last_person(span.start, gender, plural));
        match antecedent {
            Some(one) => Speaker {
                span,
                reference: Some(one.reference.unwrap_or(one.span)),
                pronoun: true,
                gender: one.gender.or(gender),
                ..one
            },
            None => Speaker {
                span,
                reference: None,
                entity: None,
                status: SpeakerStatus::Unresolved,
                gender,
                plural,
                pronoun: true,
            },
        }
    }

    /// The last person named before a place, when nobody spoke there.
    fn last_person(&self, before: usize, gender: Option<Gender>, plural: bool) -> Option<Speaker> {
        let names = self.names();
        let end = names.mentions.partition_point(|mention| mention.span.end <= before);
        let person = (0..end).rev().take(REACH).find(|&i| {
            let mention = &names.mentions[i];
            let known = self.gender(i);
            mention.entity_kind == EntityKind::Person
                && !plural
                && (known.is_none() || gender.is_none() || known == gender)
        })?;
        Some(self.by_mention(names.mentions[person].span, person))
    }

    fn gender(&self, mention: usize) -> Option<Gender> {
        self.names().mentions[mention]
            .entity
            .and_then(|entity| self.names().entities.get(entity))
            .and_then(|entity| entity.gender)
    }

    fn by_mention(&self, span: Span, mention: usize) -> Speaker {
        let found = &self.names().mentions[mention];
        let status = match found.entity_kind {
            EntityKind::Place => SpeakerStatus::Collective,
            _ if found.entity.is_some() => SpeakerStatus::Named,
            EntityKind::Person => SpeakerStatus::Unresolved,
            _ => SpeakerStatus::Collective,
        };
        Speaker {
            span,
            reference: None,
            entity: found.entity,
            status,
            gender: self.gender(mention),
            plural: false,
            pronoun: false,
        }
    }

    fn named(&self, phrases: &Phrases, phrase: Phrase, mention: usize) -> Speaker {
        let span = self.names().mentions[mention].span;
        let mut speaker = self.by_mention(span, mention);
        if speaker.gender.is_none() {
            speaker.gender = Self::phrase_gender(phrases, phrase);
        }
        speaker
    }

    fn phrase_gender(phrases: &Phrases, phrase: Phrase) -> Option<Gender> {
        let tokens = phrases.tokens;
        let head = (phrase.start..phrase.end).find(|&i| tokens.info(i).is_role() || tokens.info(i).is_title());
        let words = [Some(phrase.start), head];
        words.into_iter().flatten().find_map(|at| {
            match (tokens.info(at).is_feminine(), tokens.info(at).is_masculine()) {
                (true, false) => Some(Gender::Feminine),
                (false, true) => Some(Gender::Masculine),
                _ => None,
            }
        })
    }

    /// A description: a place or an organisation, a role met before, a group, or somebody without a name.
    fn described(&self, phrases: &Phrases, phrase: Phrase, anonymity: bool) -> Speaker {
        let tokens = phrases.tokens;
        let span = phrases.span(phrase.start, phrase.end);
        let info = |at: usize| tokens.info(at);
        let main = (phrase.start..phrase.end).take_while(|&i| i == phrase.start || !info(i).is_of());
        let (mut role, mut group, mut anonymous, mut plural) = (None, false, anonymity, false);
        for at in main {
            role = role.or(info(at).is_role().then_some(at));
            group |= info(at).is_group();
            anonymous |= info(at).is_anonymous();
            plural |= info(at).is_plural();
        }
        let first = info(phrase.start);
        let gender = Self::phrase_gender(phrases, phrase);
        let blank = Speaker {
            span,
            reference: None,
            entity: None,
            status: SpeakerStatus::Unresolved,
            gender,
            plural,
            pronoun: false,
        };
        if anonymous {
            return Speaker { status: SpeakerStatus::Anonymous, ..blank };
        }
        if let Some(mention) = Self::whole_mention(phrases, phrase) {
            let one = self.by_mention(span, mention);
            return Speaker { gender: one.gender.or(gender), plural, ..one };
        }
        if plural || (group && role.is_none()) {
            return Speaker { status: SpeakerStatus::Collective, ..blank };
        }
        let document = (phrase.start..phrase.end).any(|i| info(i).is_vessel() || DOCUMENTS.contains(&tokens.word(i)));
        if document && role.is_none() {
            return blank;
        }
        if first.is_indefinite()
            || matches!(tokens.word(phrase.start), "one" | "l'")
                && matches!(tokens.word(phrase.start + 1), "un" | "une" | "of")
        {
            return Speaker { status: SpeakerStatus::Anonymous, ..blank };
        }
        role.and_then(|role| self.holding(phrases, tokens.word(role), blank)).unwrap_or(blank)
    }

    /// Who has a role: the person it was given to, or somebody without a name whom it described before (`the official` after
    /// `a White House official`).
    fn holding(&self, phrases: &Phrases, role: &str, blank: Speaker) -> Option<Speaker> {
        if let Some(mention) = self.holder(role, blank.span.start, blank.gender) {
            let found = self.by_mention(blank.span, mention);
            let reference = Some(self.names().mentions[mention].span);
            return Some(Speaker { reference, gender: found.gender.or(blank.gender), ..found });
        }
        let same = |one: &&Speaker| one.status == SpeakerStatus::Anonymous && phrases.covers(one.span, role);
        let one = self.met.iter().rev().take(REACH).find(same)?;
        Some(Speaker { status: one.status, reference: Some(one.reference.unwrap_or(one.span)), ..blank })
    }

    /// The mention a phrase consists of, its article and a describing noun aside: `le Maroc`, `l'agence Reuters`.
    fn whole_mention(phrases: &Phrases, phrase: Phrase) -> Option<usize> {
        let tokens = phrases.tokens;
        let last = phrases.mention_of[phrase.end - 1]? as usize;
        let first = (phrase.start..phrase.end).find(|&i| phrases.mention_of[i] == Some(last as u32))?;
        let plain = (phrase.start..first).all(|i| {
            let info = tokens.info(i);
            info.is_determiner() || info.is_title() || (info.is_group() && !info.is_of())
        });
        plain.then_some(last)
    }

    /// The person a role was given to: the last time before `at`, else the first time after it.
    fn holder(&self, role: &str, at: usize, gender: Option<Gender>) -> Option<usize> {
        let names = self.names();
        let fits = |mention: usize| {
            let known = self.gender(mention);
            known.is_none() || gender.is_none() || known == gender
        };
        let others = || offices::behind(role).iter().find_map(|other| self.roles.get(*other));
        let given = self.roles.get(role).or_else(others)?;
        let here = given.partition_point(|&mention| names.mentions[mention].span.start < at);
        let before = given[..here].iter().rev().take(REACH).copied().find(|&mention| fits(mention));
        before.or_else(|| given[here..].iter().take(REACH).copied().find(|&mention| fits(mention)))
    }
}

/// Reads which roles are given to which people: `le ministre de la Justice, Luc Petit`, `Luc Petit, patron de Legrand`.
fn roles(phrases: &Phrases) -> HashMap<String, Vec<usize>> {
    let (tokens, names) = (phrases.tokens, phrases.names);
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    let mut at = 0;
    while at < tokens.list.len() {
        let Some(mention) =
            phrases.mention_of[at].map(|m| m as usize).filter(|&m| names.mentions[m].entity_kind == EntityKind::Person)
        else {
            at += 1;
            continue;
        };
        let start = at;
        while at < tokens.list.len() && phrases.mention_of[at] == Some(mention as u32) {
            at += 1;
        }
        // Before it: back to the beginning of the phrase, a comma in between at most.
        let mut back = start;
        let mut role = None;
        while back > 0 && start - back < 16 {
            back -= 1;
            let info = tokens.info(back);
            let comma = tokens.is_mark(back, ',') && back + 1 == start
                || tokens.is_mark(back, '.') && back > 0 && tokens.info(back - 1).is_title();
            let inside = tokens.list[back].is_word() && info.fits_noun_phrase() && !phrases.verb_at[back];
            if !comma && !inside {
                break;
            }
            let owned = back > 0 && tokens.info(back - 1).is_of();
            let title = offices::is_title(tokens.word(back)) && back + 3 > start;
            if (info.is_role() || title) && !owned {
                role = Some(back);
            }
            if info.is_determiner() && !owned && role.is_some() {
                break;
            }
        }
        if let Some(role) = role {
            found.entry(tokens.word(role).to_owned()).or_default().push(mention);
        }
        // After it: `, (le) directeur`, `(chercheur)`.
        if matches!(tokens.kind(at), super::tokens::Kind::Mark(',' | '(' | '—' | '–')) {
            let roles = (at + 1..at + 5)
                .take_while(|&i| tokens.list.get(i).is_some_and(|t| t.is_word()) && tokens.info(i).fits_noun_phrase());
            if let Some(role) = roles.into_iter().find(|&i| tokens.info(i).is_role()) {
                found.entry(tokens.word(role).to_owned()).or_default().push(mention);
            }
        }
    }
    found
}
