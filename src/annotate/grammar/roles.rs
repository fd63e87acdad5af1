//! The roles of the people of an article: `le ministre de la Justice, Luc Petit`, `Luc Petit, patron du port`.

use std::collections::HashMap;

use super::noun_phrases::NounPhraseChunker;
use crate::annotate::tokens::Kind;

/// Maximum number of people with a role that a description is compared with, on each side.
const MAX_BEARERS: usize = 14;
/// Maximum distance between a role and the name after it, in tokens.
const MAX_ROLE_DISTANCE: usize = 16;

/// The people that have each role, in order of position.
#[derive(Debug, Default)]
pub struct Roles {
    by_word: HashMap<String, Vec<Bearer>>,
}

/// A mention of a person with a role, and what the role is of.
#[derive(Debug)]
struct Bearer {
    mention: usize,
    complement: Option<Complement>,
}

/// The complement of a role: a person's entity or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complement {
    Person(Option<usize>),
    Word(String),
}

impl Roles {
    /// Reads the roles of an article, in linear time.
    pub fn find(phrases: &NounPhraseChunker) -> Self {
        let tokens = phrases.tokens;
        let mut roles = Self::default();
        let mut at = 0;
        while at < tokens.list.len() {
            let Some(mention) = phrases.person_at(at) else {
                at += 1;
                continue;
            };
            let start = at;
            while phrases.mention_at(at) == Some(mention) {
                at += 1;
            }
            let after = role_after(phrases, at).map(|role| (role, at + MAX_ROLE_DISTANCE));
            for (role, end) in role_before(phrases, start).map(|role| (role, start)).into_iter().chain(after) {
                let bearer = Bearer { mention, complement: phrases.complement(role, end) };
                roles.by_word.entry(phrases.word(role).to_owned()).or_default().push(bearer);
            }
        }
        roles
    }

    /// The mention of the person whom a role describes: the last one before an offset, else the first one after it.
    ///
    /// The complement must not contradict that of the person: `le porte-parole de Luc Petit` is nobody else's.
    pub fn bearer(
        &self,
        phrases: &NounPhraseChunker,
        (role, complement): (&str, Option<Complement>),
        offset: usize,
        agrees: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        // A description with a complement introduces somebody else than the bearer of another role.
        let synonyms = if complement.is_none() { phrases.language.role_synonyms(role) } else { &[] };
        let others = || synonyms.iter().find_map(|other| self.by_word.get(*other));
        let given = self.by_word.get(role).or_else(others)?;
        let fits = |bearer: &&Bearer| {
            let contradicts = match (&complement, &bearer.complement) {
                (Some(Complement::Person(_)), None) => true,
                (Some(wanted), Some(found)) => wanted != found,
                _ => false,
            };
            !contradicts && agrees(bearer.mention)
        };
        let here = given.partition_point(|bearer| phrases.names.mentions[bearer.mention].span.start < offset);
        let before = given[..here].iter().rev().take(MAX_BEARERS).find(fits);
        let found = before.or_else(|| given[here..].iter().take(MAX_BEARERS).find(fits));
        found.map(|bearer| bearer.mention)
    }
}

/// The role before the name at `start`, with at most a comma in between.
///
/// In `le porte-parole du ministre Luc Petit`, the name has the nearest role only.
fn role_before(phrases: &NounPhraseChunker, start: usize) -> Option<usize> {
    let tokens = phrases.tokens;
    let comma = start > 0 && tokens.is_mark(start - 1, ',');
    let (mut back, mut role) = (start, None);
    while back > 0 && start - back < MAX_ROLE_DISTANCE {
        back -= 1;
        let info = tokens.info(back);
        let mark =
            comma && back + 1 == start || tokens.is_mark(back, '.') && back > 0 && tokens.info(back - 1).is_title();
        let inside = tokens.list[back].is_word() && info.fits_noun_phrase() && !phrases.verb_at[back];
        let owner = back + 1 == start && (info.is_of() || info.is_possessive());
        if owner || !(mark || inside) {
            break;
        }
        let title = info.is_office_title() && back + 3 > start;
        let has_role = info.is_role() || title;
        let owned = phrases.follows_of(back);
        if has_role && (!owned || !comma) {
            role = Some(back);
        }
        if has_role && owned && !comma || info.is_determiner() && !owned && role.is_some() {
            break;
        }
    }
    role
}

/// The role after a name that ends at `end`: `, (le) directeur`, `(chercheur)`.
fn role_after(phrases: &NounPhraseChunker, end: usize) -> Option<usize> {
    let tokens = phrases.tokens;
    if !matches!(tokens.kind(end), Kind::Mark(',' | '(' | '—' | '–')) {
        return None;
    }
    let inside = |i: &usize| tokens.list.get(*i).is_some_and(|t| t.is_word()) && tokens.info(*i).fits_noun_phrase();
    (end + 1..end + 5).take_while(inside).find(|&i| tokens.info(i).is_role())
}

impl NounPhraseChunker<'_> {
    /// Whether a genitive preposition stands before `at`, apart from an article.
    pub(super) fn follows_of(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let info = self.tokens.info(before);
        info.is_of() || info.is_determiner() && before > 0 && self.tokens.info(before - 1).is_of()
    }

    /// The complement of the role at `role`, in a phrase that ends at `end`: `de Luc Petit`, `du port`.
    pub(super) fn complement(&self, role: usize, end: usize) -> Option<Complement> {
        let tokens = self.tokens;
        let possessor = role.checked_sub(2).filter(|_| tokens.info(role - 1).is_possessive());
        if let Some(person) = possessor.and_then(|at| self.person_at(at)) {
            return Some(Complement::Person(self.names.mentions[person].entity));
        }
        let inside = |i: &usize| tokens.list.get(*i).is_some_and(|token| token.is_word());
        let of = (role + 1..end).take_while(inside).take(3).find(|&i| tokens.info(i).is_of())?;
        let mut at = of + 1;
        while tokens.info(at).is_determiner() || tokens.info(at).is_title() || tokens.is_mark(at, '.') {
            at += 1;
        }
        if let Some(person) = self.person_at(at) {
            return Some(Complement::Person(self.names.mentions[person].entity));
        }
        inside(&at).then(|| Complement::Word(self.word(at).to_owned()))
    }
}
