//! Generated entities with their names and aliases.

use crate::dice::{Dice, Zipf, mix};
use crate::time;
use crate::words::Language;
use uuid::Uuid;
use verbatim::domain::{AliasKind, EntityKind};

const SEED: u64 = 0xe17;

/// An entity as texts name it.
pub struct Entity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    /// The name of later mentions in a text: a surname, an acronym.
    pub short: String,
}

/// Another name of an entity, with the language it belongs to.
pub type Alias = (String, AliasKind, Option<&'static str>);

/// All entities, the most frequent first.
pub struct Cast {
    pub entities: Vec<Entity>,
    ranks: Zipf,
}

impl Cast {
    pub fn new(count: usize, languages: &[Language; 2]) -> (Self, Vec<Vec<Alias>>) {
        let (entities, aliases) = (0..count).map(|rank| entity(rank, languages)).unzip();
        (Self { entities, ranks: Zipf::new(count, 5.0, 1.0) }, aliases)
    }

    /// A random entity, by frequency.
    pub fn draw(&self, dice: &mut Dice) -> usize {
        self.ranks.draw(dice)
    }

    /// One of the dozen entities associated with `rank`.
    pub fn companion(&self, rank: usize, dice: &mut Dice) -> usize {
        (mix(rank as u64) as usize).wrapping_add(dice.below(12)) % self.entities.len()
    }
}

/// Generates the entity of a rank with two to six aliases.
fn entity(rank: usize, languages: &[Language; 2]) -> (Entity, Vec<Alias>) {
    let mut dice = Dice::new(SEED, rank as u64);
    let language = &languages[usize::from(dice.chance(40))];
    // The time in its id is independent of its rank.
    let id = time::id(time::FIRST - dice.below(time::YEAR as usize) as i64, &mut dice);
    let (kind, name, short, mut aliases) = match dice.below(100) {
        0..=54 => person(&mut dice, language),
        55..=79 => organization(&mut dice, language),
        80..=94 => place(&mut dice),
        other => {
            let kind = [EntityKind::Product, EntityKind::Event, EntityKind::Work][other % 3];
            let name = format!("{} {}", surname(&mut dice), capital(language.content(&mut dice)));
            let short = name.split(' ').next().unwrap_or(&name).to_owned();
            (kind, name, short.clone(), vec![(short, AliasKind::Name, None)])
        }
    };
    let wanted = dice.between(2, 6);
    while aliases.len() < wanted {
        let another = extra(&mut dice, language, &name);
        if aliases.iter().all(|alias| alias.0 != another.0) {
            aliases.push(another);
        }
    }
    aliases.truncate(wanted);
    (Entity { id, kind, name, short }, aliases)
}

type Named = (EntityKind, String, String, Vec<Alias>);

fn person(dice: &mut Dice, language: &Language) -> Named {
    let (first, last) = (dice.of(FIRST_NAMES), surname(dice));
    let initial: String = first.chars().take(1).collect();
    let role = if language.code == "fr" { dice.of(FRENCH_ROLES) } else { dice.of(ENGLISH_ROLES) };
    let aliases = vec![
        (last.clone(), AliasKind::Name, None),
        (format!("{initial}. {last}"), AliasKind::Name, None),
        (format!("{role} {}", language.content(dice)), AliasKind::Role, Some(language.code)),
    ];
    (EntityKind::Person, format!("{first} {last}"), last, aliases)
}

fn organization(dice: &mut Dice, language: &Language) -> Named {
    let (one, two) = (language.content(dice).to_owned(), capital(language.content(dice)));
    let name = match (language.code, dice.below(3)) {
        ("fr", 0) => format!("Agence nationale de la {one} {two}"),
        ("fr", 1) => format!("Fédération {one} des {two}"),
        ("fr", _) => format!("Groupe {} {two}", surname(dice)),
        (_, 0) => format!("National {} and {two} Agency", capital(&one)),
        (_, 1) => format!("Federation of {} {two}", capital(&one)),
        (_, _) => format!("{} {two} Group", surname(dice)),
    };
    let acronym: String = name.split(' ').filter(|word| word.len() > 3).flat_map(|word| word.chars().next()).collect();
    let acronym = acronym.to_uppercase() + &surname(dice).chars().take(1).collect::<String>().to_uppercase();
    let nickname = if language.code == "fr" { format!("l’agence {two}") } else { format!("the {two} agency") };
    let aliases = vec![
        (acronym.clone(), AliasKind::Acronym, None),
        (nickname, AliasKind::Periphrasis, Some(language.code)),
        (format!("{acronym} {two}"), AliasKind::Name, None),
    ];
    (EntityKind::Organization, name, acronym, aliases)
}

fn place(dice: &mut Dice) -> Named {
    let stem = surname(dice);
    let name = match dice.below(6) {
        0 => format!("Saint-{stem}"),
        1 => format!("Port-{stem}"),
        2 => format!("{stem}-sur-{}", surname(dice)),
        3 => format!("New {stem}"),
        _ => stem.clone(),
    };
    let aliases = vec![
        (format!("{}ais", stem.to_lowercase()), AliasKind::Demonym, Some("fr")),
        (format!("la cité de {stem}"), AliasKind::Periphrasis, Some("fr")),
    ];
    (EntityKind::Place, name.clone(), name, aliases)
}

/// An alias: a misspelling, a spelling without accents, a role, or a nickname.
fn extra(dice: &mut Dice, language: &Language, name: &str) -> Alias {
    match dice.below(4) {
        0 => {
            let at = dice.between(1, name.chars().count() - 1);
            let slip = name.chars().enumerate().flat_map(|(i, c)| std::iter::repeat_n(c, 1 + usize::from(i == at)));
            (slip.collect(), AliasKind::Misspelling, None)
        }
        1 => (verbatim::annotate::fold::fold(name).to_uppercase(), AliasKind::Name, None),
        2 => (format!("{} {name}", language.content(dice)), AliasKind::Name, Some(language.code)),
        _ => {
            let nickname = format!("{} {}", language.content(dice), language.content(dice));
            (nickname, AliasKind::Periphrasis, Some(language.code))
        }
    }
}

/// A surname or the name of a town; some are frequent.
pub fn surname(dice: &mut Dice) -> String {
    let mut name = String::new();
    for _ in 0..dice.between(1, 3) {
        name.push_str(dice.of(ONSETS));
        name.push_str(dice.of(RHYMES));
    }
    name.push_str(dice.of(ENDINGS));
    let name = capital(&name);
    match dice.below(25) {
        0 => format!("de {name}"),
        1 => format!("Le {name}"),
        2 => format!("O’{name}"),
        3 => format!("{name}-{}", capital(&(dice.of(ONSETS).to_owned() + dice.of(RHYMES) + "n"))),
        _ => name,
    }
}

/// The word with a capital letter.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

const FIRST_NAMES: &[&str] = &[
    "Anne",
    "Bruno",
    "Claire",
    "Driss",
    "Élodie",
    "Fabrice",
    "Gisèle",
    "Hamid",
    "Inès",
    "Jean-Marc",
    "Leïla",
    "Marc",
    "Noémie",
    "Olivier",
    "Paul",
    "Quentin",
    "Rachida",
    "Sébastien",
    "Thérèse",
    "Ursula",
    "Valérie",
    "William",
    "Xavier",
    "Yasmina",
    "Zoé",
    "Alice",
    "Brian",
    "Carol",
    "Derek",
    "Emily",
    "Farah",
    "George",
    "Hannah",
    "Ivan",
    "Joan",
    "Kofi",
    "Liam",
    "Moira",
    "Niamh",
    "Oscar",
    "Priya",
    "Quinn",
    "Rosa",
    "Sven",
    "Tomás",
    "Uma",
    "Viktor",
    "Wanda",
    "Ximena",
    "Yusuf",
    "Zainab",
    "Awa",
    "Björn",
    "Chloé",
    "François",
    "Aïcha",
    "Mamadou",
    "Núria",
    "Łukasz",
    "Søren",
];
const ONSETS: &[&str] = &[
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "ch", "cl", "dr", "fr", "gr",
    "kr", "sch", "st", "th", "tr", "vr",
];
const RHYMES: &[&str] = &[
    "a", "e", "i", "o", "u", "al", "an", "ar", "el", "en", "er", "il", "in", "on", "or", "ou", "au", "é", "ï", "ö",
    "ai", "oi",
];
const ENDINGS: &[&str] =
    &["", "n", "s", "t", "rd", "ll", "sson", "ski", "ez", "eau", "ier", "ini", "ova", "man", "ton"];
const FRENCH_ROLES: &[&str] =
    &["le maire de", "la ministre de la", "le porte-parole de", "la directrice de", "le préfet de", "l’entraîneur de"];
const ENGLISH_ROLES: &[&str] =
    &["the mayor of", "the minister for", "a spokesman for", "the head of", "the chair of", "the coach of"];
