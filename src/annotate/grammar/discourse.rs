//! Resolves sources to entities: names, pronouns, roles, groups and anonymous sources.

use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use super::roles::{Complement, Roles};
use crate::annotate::names::Names;
use crate::annotate::names::gazetteer::gazetteer;
use crate::annotate::{EntityKind, Gender, Span, SpeakerStatus};

/// A source as printed, and the entity it was resolved to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speaker {
    /// The span of the source.
    pub span: Span,
    /// The span of its antecedent, for a pronoun or a description.
    pub reference: Option<Span>,
    /// Index into the article's entities.
    pub entity: Option<usize>,
    /// Index into the article's mentions, for a name.
    pub mention: Option<usize>,
    pub status: SpeakerStatus,
    pub gender: Option<Gender>,
    pub plural: bool,
    pub pronoun: bool,
    /// Whether several people speak together.
    pub coordinated: bool,
}

impl Speaker {
    /// A source at a span that names nobody.
    fn unresolved(span: Span) -> Self {
        Self {
            span,
            reference: None,
            entity: None,
            mention: None,
            status: SpeakerStatus::Unresolved,
            gender: None,
            plural: false,
            pronoun: false,
            coordinated: false,
        }
    }

    /// How the source is printed, as the table of confidences names it.
    pub fn source(&self) -> &'static str {
        match self.status {
            SpeakerStatus::Anonymous | SpeakerStatus::Collective => "group",
            _ if self.pronoun => "pronoun",
            _ if self.reference.is_some() => "description",
            _ if self.entity.is_some() => "name",
            _ => "words",
        }
    }
}

/// Maximum number of earlier sources that a pronoun or a description is compared with.
const MAX_ANTECEDENTS: usize = 14;

/// Maximum distance of a group from the pronoun for it when a person fits too, in code points.
const MAX_GROUP_DISTANCE: usize = 300;
/// Maximum distance of the first mention of a document before a source, in tokens.
const MAX_MEDIUM_DISTANCE: usize = 80;
/// Maximum number of earlier mentions in which a name is looked for.
const MAX_MENTIONS: usize = 200;

/// The sources of an article in reading order, and the roles of its people.
pub struct DiscourseContext<'a> {
    phrases: &'a NounPhraseChunker<'a>,
    history: Vec<Speaker>,
    /// Whether each source of the history has spoken, instead of being a topic only.
    spoke: Vec<bool>,
    roles: Roles,
}

impl<'a> DiscourseContext<'a> {
    /// Reads the roles of people from the whole article, in linear time. There are no sources yet.
    pub fn new(phrases: &'a NounPhraseChunker<'a>) -> Self {
        Self { phrases, history: Vec::new(), spoke: Vec::new(), roles: Roles::find(phrases) }
    }

    /// Adds a source that later pronouns may refer to. `spoke`: whether it has spoken.
    pub fn push(&mut self, speaker: Speaker, spoke: bool) {
        self.history.push(speaker);
        self.spoke.push(spoke);
    }

    fn names(&self) -> &'a Names {
        self.phrases.names
    }

    /// Resolves a noun phrase. `anonymity`: whether its sentence mentions anonymity.
    pub fn resolve(&self, phrase: NounPhrase, anonymity: bool) -> Speaker {
        self.resolve_in(self.phrases, phrase, anonymity)
    }

    /// Resolves a noun phrase of `phrases`, which may be another list of tokens of the same text.
    pub fn resolve_in(&self, phrases: &NounPhraseChunker, phrase: NounPhrase, anonymity: bool) -> Speaker {
        if phrase.pronoun {
            return self.resolve_pronoun(phrases, phrase);
        }
        match phrase.name {
            Some(mention) => self.resolve_name(phrases, phrase, mention),
            None => self.resolve_description(phrases, phrase, anonymity),
        }
    }

    /// Whether nothing before an offset names a source.
    pub fn is_new(&self, speaker: &Speaker, offset: usize) -> bool {
        let named_before = |entity: usize| {
            let end = self.names().mentions.partition_point(|mention| mention.span.start < offset);
            self.names().mentions[..end].iter().rev().take(MAX_MENTIONS).any(|mention| mention.entity == Some(entity))
        };
        speaker.reference.is_none() && speaker.entity.is_none_or(|entity| !named_before(entity))
    }

    /// The source that several coordinated phrases are together.
    pub fn resolve_coordination(&self, start: usize, end: usize) -> Speaker {
        let span = self.phrases.span(start, end);
        Speaker { status: SpeakerStatus::Collective, plural: true, coordinated: true, ..Speaker::unresolved(span) }
    }

    /// The latest source added.
    pub fn last_source(&self) -> Option<Speaker> {
        self.history.last().copied()
    }

    /// Resolves a description after a verb of continuation to the latest named source: `poursuit l'ancien préfet`.
    pub fn resolve_continued(&self, speaker: Speaker) -> Speaker {
        let fits = |one: &&Speaker| one.gender.is_none() || speaker.gender.is_none() || one.gender == speaker.gender;
        let last = self.history.iter().rev().take(MAX_ANTECEDENTS).find(|one| one.span.start < speaker.span.start);
        match last.filter(|one| one.status == SpeakerStatus::Named && !one.plural).filter(fits) {
            Some(one) => {
                let reference = Some(one.reference.unwrap_or(one.span));
                Speaker { reference, entity: one.entity, status: one.status, ..speaker }
            }
            None => speaker,
        }
    }

    /// Resolves a pronoun to the latest source that agrees with it, else to the latest person.
    fn resolve_pronoun(&self, phrases: &NounPhraseChunker, phrase: NounPhrase) -> Speaker {
        let tokens = phrases.tokens;
        let info = tokens.info(phrase.end - 1);
        let gender = match (info.is_feminine(), info.is_masculine()) {
            (true, false) => Some(Gender::Feminine),
            (false, true) => Some(Gender::Masculine),
            _ => None,
        };
        let plural = info.is_plural();
        let mut span = phrases.span(phrase.start, phrase.end);
        if info.is_inverted() {
            // The pronoun of `a-t-elle` begins after the last hyphen.
            span.start += tokens.word(phrase.start).rfind('-').map_or(0, |hyphen| hyphen + 1);
        }
        let neuter = info.is_neuter();
        let personal = info.is_personal();
        let fits = |one: &&Speaker| {
            !(personal && (one.status == SpeakerStatus::Collective || self.is_document(phrases, one.span)))
                && (one.plural == plural || (plural && one.status == SpeakerStatus::Collective))
                && (gender.is_none() || one.gender.is_none() || one.gender == gender)
                && (!neuter || one.status == SpeakerStatus::Collective)
                && one.span.start < span.start
        };
        let recent = || self.history.iter().zip(&self.spoke).rev().take(MAX_ANTECEDENTS).filter(|(one, _)| fits(one));
        // A group that has not just spoken is less probable than a person.
        let likely = |(one, spoke): &(&Speaker, &bool)| {
            let near = span.start - one.span.start < MAX_GROUP_DISTANCE;
            **spoke && near || one.status != SpeakerStatus::Collective
        };
        let antecedent = recent()
            .find(likely)
            .or_else(|| recent().next())
            .map(|(one, _)| *one)
            .filter(|_| !info.is_anaphor())
            .or_else(|| self.last_person(span.start, gender, plural));
        match antecedent {
            Some(one) => Speaker {
                span,
                reference: Some(one.reference.unwrap_or(one.span)),
                pronoun: true,
                gender: one.gender.or(gender),
                ..one
            },
            None => Speaker { gender, plural, pronoun: true, ..Speaker::unresolved(span) },
        }
    }

    /// Whether the words at a span are a document or a picture, which is never `he` or `she`.
    fn is_document(&self, phrases: &NounPhraseChunker, span: Span) -> bool {
        phrases.any_word(span, |info| info.is_communication_noun() || info.is_work())
            && !phrases.any_word(span, |info| info.is_role())
    }

    /// The author of a document: `her statement`, `le communiqué de Luc Petit`.
    fn resolve_author(&self, phrases: &NounPhraseChunker, phrase: NounPhrase, span: Span) -> Option<Speaker> {
        let first = phrases.tokens.info(phrase.start);
        if first.is_possessive_determiner() {
            let owner = NounPhrase { end: phrase.start + 1, pronoun: true, ..phrase };
            let author = self.resolve_pronoun(phrases, owner);
            return author.reference.map(|_| Speaker { span, pronoun: false, ..author });
        }
        let noun = (phrase.start..phrase.end).find(|&i| phrases.tokens.info(i).is_communication_noun())?;
        if first.is_definite() && noun + 1 == phrase.end {
            return self.author_of_medium(phrases, noun, span);
        }
        let Complement::Person(Some(entity)) = phrases.complement(noun, phrase.end)? else { return None };
        let people = (phrase.start..phrase.end).filter_map(|i| phrases.person_at(i));
        let mention = people.into_iter().find(|&mention| self.names().mentions[mention].entity == Some(entity))?;
        let reference = Some(self.names().mentions[mention].span);
        Some(Speaker { reference, ..self.speaker_of_mention(span, mention) })
    }

    /// The person who spoke by a document that is mentioned again: `said in a statement ... the statement said`.
    fn author_of_medium(&self, phrases: &NounPhraseChunker, noun: usize, span: Span) -> Option<Speaker> {
        let tokens = phrases.tokens;
        let floor = noun.saturating_sub(MAX_MEDIUM_DISTANCE);
        let medium = (floor..noun).rev().find(|&i| phrases.word(i) == phrases.word(noun))?;
        let led = (1..4).filter_map(|back| medium.checked_sub(back)).any(|i| tokens.info(i).is_preposition());
        let offset = tokens.list[medium].span.start;
        let author = self.history.iter().rev().take(MAX_ANTECEDENTS).find(|one| one.span.start < offset)?;
        let named = led && author.status == SpeakerStatus::Named && !author.plural;
        named.then(|| Speaker { span, reference: Some(author.reference.unwrap_or(author.span)), ..*author })
    }

    /// The last person named before an offset.
    fn last_person(&self, before: usize, gender: Option<Gender>, plural: bool) -> Option<Speaker> {
        let names = self.names();
        let end = names.mentions.partition_point(|mention| mention.span.end <= before);
        let person = (0..end).rev().take(MAX_ANTECEDENTS).find(|&i| {
            let mention = &names.mentions[i];
            let known = self.gender_of(i);
            mention.entity_kind == EntityKind::Person
                && !plural
                && (known.is_none() || gender.is_none() || known == gender)
        })?;
        Some(self.speaker_of_mention(names.mentions[person].span, person))
    }

    fn gender_of(&self, mention: usize) -> Option<Gender> {
        self.names().mentions[mention]
            .entity
            .and_then(|entity| self.names().entities.get(entity))
            .and_then(|entity| entity.gender)
    }

    fn speaker_of_mention(&self, span: Span, mention: usize) -> Speaker {
        let found = &self.names().mentions[mention];
        let status = match found.entity_kind {
            EntityKind::Place => SpeakerStatus::Collective,
            _ if found.entity.is_some() => SpeakerStatus::Named,
            EntityKind::Person => SpeakerStatus::Unresolved,
            _ => SpeakerStatus::Collective,
        };
        let gender = self.gender_of(mention);
        Speaker { entity: found.entity, mention: Some(mention), status, gender, ..Speaker::unresolved(span) }
    }

    fn resolve_name(&self, phrases: &NounPhraseChunker, phrase: NounPhrase, mention: usize) -> Speaker {
        let span = self.titled_span(phrases, phrase, mention);
        let mut speaker = self.speaker_of_mention(span, mention);
        if speaker.gender.is_none() {
            speaker.gender = Self::phrase_gender(phrases, phrase);
        }
        speaker
    }

    /// The span of a name, with its title unless it is a full name: `Mr Bell`.
    fn titled_span(&self, phrases: &NounPhraseChunker, phrase: NounPhrase, mention: usize) -> Span {
        let found = &self.names().mentions[mention];
        let entity = found.entity.and_then(|entity| self.names().entities.get(entity));
        let short = entity.is_none_or(|entity| !entity.full_name) && phrases.tokens.list[phrase.start].is_word();
        let start = phrases.tokens.list[phrase.start].span.start;
        let title = short && phrases.tokens.info(phrase.start).is_title() && start < found.span.start;
        Span { start: if title { start } else { found.span.start }, ..found.span }
    }

    fn phrase_gender(phrases: &NounPhraseChunker, phrase: NounPhrase) -> Option<Gender> {
        let tokens = phrases.tokens;
        let head = (phrase.start..phrase.end).find(|&i| tokens.info(i).is_role() || tokens.info(i).is_title());
        // `her` in `her husband` is the gender of somebody else.
        let first = Some(phrase.start).filter(|&at| !tokens.info(at).is_possessive_determiner());
        let words = [first, head];
        words.into_iter().flatten().find_map(|at| {
            match (tokens.info(at).is_feminine(), tokens.info(at).is_masculine()) {
                (true, false) => Some(Gender::Feminine),
                (false, true) => Some(Gender::Masculine),
                _ => None,
            }
        })
    }

    /// Resolves a description: a place or an organisation, a role, a group, or a person without a name.
    fn resolve_description(&self, phrases: &NounPhraseChunker, phrase: NounPhrase, anonymity: bool) -> Speaker {
        let tokens = phrases.tokens;
        let span = phrases.span(phrase.start, phrase.end);
        let info = |at: usize| tokens.info(at);
        let main = (phrase.start..phrase.end).take_while(|&i| i == phrase.start || !info(i).is_of());
        let (mut role, mut group, mut anonymous, mut plural) = (None, false, anonymity, false);
        for at in main {
            // In `Secretary Bell's chief of staff`, the secretary owns the head.
            if info(at).is_possessive() {
                (role, group, plural) = (None, false, false);
            }
            role = role.or(info(at).is_role().then_some(at));
            group |= info(at).is_group();
            anonymous |= info(at).is_anonymous();
            plural |= info(at).is_plural();
        }
        let first = info(phrase.start);
        let gender = Self::phrase_gender(phrases, phrase).or_else(|| {
            let sole = phrase.end == phrase.start + 1 && tokens.is_capitalized(phrase.start);
            sole.then(|| gazetteer().gender(tokens.word(phrase.start))).flatten()
        });
        let blank = Speaker { gender, plural, ..Speaker::unresolved(span) };
        if anonymous {
            return Speaker { status: SpeakerStatus::Anonymous, ..blank };
        }
        if let Some(mention) = Self::whole_mention(phrases, phrase) {
            let one = self.speaker_of_mention(span, mention);
            return Speaker { gender: one.gender.or(gender), plural, ..one };
        }
        let document = (phrase.start..phrase.end).any(|i| info(i).is_communication_noun() || info(i).is_work());
        if document
            && role.is_none()
            && let Some(author) = self.resolve_author(phrases, phrase, span)
        {
            return author;
        }
        if plural || (group && role.is_none()) {
            return Speaker { status: SpeakerStatus::Collective, ..blank };
        }
        if document && role.is_none() {
            return blank;
        }
        if first.is_indefinite() {
            return Speaker { status: SpeakerStatus::Anonymous, ..blank };
        }
        // A name that nothing knows is in apposition: `her husband, Ewan`.
        let named = (phrase.start..phrase.end).any(|i| tokens.is_mark(i, ','));
        role.filter(|_| !named).and_then(|role| self.resolve_role(phrases, (phrase, role), blank)).unwrap_or(blank)
    }

    /// The person that has a role, or an earlier anonymous source with that role: `the official` after `a city official`.
    fn resolve_role(
        &self,
        phrases: &NounPhraseChunker,
        (phrase, role): (NounPhrase, usize),
        blank: Speaker,
    ) -> Option<Speaker> {
        let complement = phrases.complement(role, phrase.end);
        let role = phrases.word(role);
        let agrees = |mention: usize| {
            let known = self.gender_of(mention);
            known.is_none() || blank.gender.is_none() || known == blank.gender
        };
        if let Some(mention) = self.roles.bearer(self.phrases, (role, complement), blank.span.start, agrees) {
            let found = self.speaker_of_mention(blank.span, mention);
            let reference = Some(self.names().mentions[mention].span);
            return Some(Speaker { reference, gender: found.gender.or(blank.gender), ..found });
        }
        let same = |one: &&Speaker| one.status == SpeakerStatus::Anonymous && phrases.contains_word(one.span, role);
        let one = self.history.iter().rev().take(MAX_ANTECEDENTS).find(same)?;
        Some(Speaker { status: one.status, reference: Some(one.reference.unwrap_or(one.span)), ..blank })
    }

    /// The mention that makes up a phrase, apart from an article, a title or the noun of a group: `l'agence Nordpresse`.
    fn whole_mention(phrases: &NounPhraseChunker, phrase: NounPhrase) -> Option<usize> {
        let tokens = phrases.tokens;
        let last = phrases.mention_of[phrase.end - 1]? as usize;
        let first = (phrase.start..phrase.end).find(|&i| phrases.mention_of[i] == Some(last as u32))?;
        let plain = (phrase.start..first).all(|i| {
            let info = tokens.info(i);
            info.is_determiner() || info.is_title() || (info.is_group() && !info.is_of())
        });
        plain.then_some(last)
    }
}
